//! What is noted while a question is put to one story after the other, in lists that are used for each anew.
//! Deliberately not here: what is measured of it (`likeness.rs`).

use crate::story::fingerprint::Fingerprint;
use crate::story::question::Asked;
use crate::story::terms::UNUSED;
use crate::story::window::Window;

/// Lists that are used for each comparison anew.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The question's stems as the story sees them.
    pub seen: Vec<Seen>,
    /// By term, and therefore small.
    pub terms: Vec<Term>,
    /// What the story uses, in its order.
    pub used: Vec<Used>,
    /// The runs of letters of the question's title.
    pub letters: Letters,
}

/// Where more is noted of a term.
#[derive(Debug, Clone, Copy, Default)]
pub struct Term {
    /// 1 + the place of the stem in the question; 0: it does not ask for it.
    pub mark: u16,
    /// The place among what the story uses; current only if it does.
    pub used: u16,
}

/// A stem that the story uses.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// Its rarity outside the story.
    pub rarity: f64,
    /// Its weight in the question; 0: it does not ask for it.
    pub weight: f64,
    /// As of [`Term`].
    pub mark: u16,
    /// Its places in the question.
    pub places: u8,
}

impl Scratch {
    /// Makes it ready for a question.
    pub fn mark(&mut self, print: &Fingerprint, asked: &[Asked], window: &Window) {
        self.letters.mark(&print.grams);
        let (held, end) = (self.terms.len(), window.terms.end());
        if held < end {
            self.terms.reserve_exact(end + end / 8 - held);
            self.terms.resize(self.terms.capacity(), Term::default());
        }
        for (asked, at) in asked.iter().zip(1..).filter(|(asked, _)| asked.term != UNUSED) {
            self.terms[asked.term as usize].mark = at;
        }
    }

    /// Makes it ready for the next one.
    pub fn sweep(&mut self, print: &Fingerprint, asked: &[Asked]) {
        self.letters.sweep(&print.grams);
        for asked in asked.iter().filter(|asked| asked.term != UNUSED) {
            self.terms[asked.term as usize].mark = 0;
        }
    }

    /// What grows with the window of the memory it takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.terms.capacity() * size_of::<Term>()
    }

    /// A stem of a report of the story.
    pub fn used(&self, term: u32) -> &Used {
        &self.used[usize::from(self.terms[term as usize].used)]
    }
}

/// A set of runs of letters, by bit: asked for all those of each report.
#[derive(Debug)]
pub struct Letters(Box<[u64; LETTERS]>);

/// So many words of 64 bits hold all runs.
const LETTERS: usize = (u16::MAX >> 6) as usize + 1;

impl Default for Letters {
    fn default() -> Self {
        Self(Box::new([0; LETTERS]))
    }
}

impl Letters {
    /// Puts these in; none is in.
    pub fn mark(&mut self, grams: &[u16]) {
        grams.iter().for_each(|gram| self.0[usize::from(gram >> 6)] |= 1 << (gram & 63));
    }

    /// Takes them out, and nothing is left.
    pub fn sweep(&mut self, grams: &[u16]) {
        grams.iter().for_each(|gram| self.0[usize::from(gram >> 6)] = 0);
    }

    /// How many of these are in it.
    pub fn count(&self, grams: impl Iterator<Item = u16>) -> u64 {
        grams.map(|gram| self.0[usize::from(gram >> 6)] >> (gram & 63) & 1).sum()
    }
}

/// A stem of the question as this story sees it.
#[derive(Debug)]
pub struct Seen {
    /// The stem.
    pub asked: Asked,
    /// ln of entries outside the story by those of them that use it.
    pub rarity: f64,
    /// How many of the story's reports use it, and the sum of their weights of it.
    pub used: (f64, f64),
}
