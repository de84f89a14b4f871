//! A story as the window knows it: its entries, and which stems they use how often.
//! Promises: a function of its entries alone, whole numbers only, so that taking an entry out undoes putting it in.
//! Deliberately not here: what that says of a new entry (`likeness.rs`).

use crate::story::fingerprint::{Word, place};

/// Only its latest so many entries speak for a story: it bounds the work that a running story makes. The largest
/// labelled story of the development files has 240.
pub const SPEAKERS: usize = 256;

/// A story's use of a stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The stem.
    pub hash: u32,
    /// Its number in [`crate::story::terms::Terms`].
    pub term: u32,
    /// How many of the story's entries use it.
    pub count: u32,
    /// The sum of their [`weight`]s of it.
    pub weight: u32,
}

/// How much a stem weighs by its place, in twentieths: a title's word is worth two of the text.
pub fn weight(places: u8) -> u32 {
    if places & place::TITLE != 0 {
        20
    } else if places & place::TEXT != 0 {
        13
    } else {
        9
    }
}

/// An entry's words with their terms.
#[derive(Debug, Clone, Copy)]
pub struct Worded<'a> {
    /// By hash, each once.
    pub words: &'a [Word],
    /// The term of each.
    pub terms: &'a [u32],
}

impl Worded<'_> {
    /// As a story's use, were it told by this entry alone.
    pub fn uses(&self) -> impl Iterator<Item = Use> + '_ {
        self.words.iter().zip(self.terms).map(|(word, term)| Use {
            hash: word.hash,
            term: *term,
            count: 1,
            weight: weight(word.places),
        })
    }
}

/// A story.
#[derive(Debug, Default)]
pub struct Tale {
    /// Its entries by their number in the window, in the order they came.
    pub members: Vec<u32>,
    /// The stems of those who speak for it, by hash. Empty while there is one entry: it speaks for itself.
    pub uses: Vec<Use>,
}

impl Tale {
    /// Those who speak for it, in the order they came.
    pub fn speakers(&self) -> &[u32] {
        &self.members[self.members.len().saturating_sub(SPEAKERS)..]
    }

    /// Adds one more speaker's words.
    pub fn learn(&mut self, words: Worded<'_>) {
        let held = std::mem::take(&mut self.uses);
        let mut held = held.into_iter().peekable();
        let mut uses = Vec::with_capacity(held.len() + words.words.len() / 2);
        for new in words.uses() {
            while let Some(earlier) = held.next_if(|held| held.hash < new.hash) {
                uses.push(earlier);
            }
            match held.next_if(|held| held.hash == new.hash) {
                Some(same) => {
                    uses.push(Use { count: same.count + 1, weight: same.weight + new.weight, ..same })
                }
                None => uses.push(new),
            }
        }
        uses.extend(held);
        self.uses = uses;
    }

    /// Takes a speaker's words out again.
    pub fn unlearn(&mut self, words: Worded<'_>) {
        let mut gone = words.uses().peekable();
        self.uses.retain_mut(|held| {
            while gone.next_if(|gone| gone.hash < held.hash).is_some() {}
            if let Some(gone) = gone.next_if(|gone| gone.hash == held.hash) {
                held.count = held.count.saturating_sub(1);
                held.weight = held.weight.saturating_sub(gone.weight);
            }
            held.count > 0
        });
    }

    /// The memory it takes beyond its own size, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.members.capacity() * size_of::<u32>() + self.uses.capacity() * size_of::<Use>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(hashes: &[u32]) -> Vec<Word> {
        hashes.iter().map(|hash| Word { hash: *hash, places: place::TITLE }).collect()
    }

    #[test]
    fn what_was_learned_can_be_unlearned() {
        let (a, b) = (words(&[1, 3, 5]), words(&[2, 3, 9]));
        let terms = [0, 1, 2];
        let (a, b) = (Worded { words: &a, terms: &terms }, Worded { words: &b, terms: &terms });
        let mut tale = Tale::default();
        tale.learn(a);
        let alone = tale.uses.clone();
        tale.learn(b);
        assert_eq!(
            tale.uses.iter().map(|held| (held.hash, held.count)).collect::<Vec<_>>(),
            [(1, 1), (2, 1), (3, 2), (5, 1), (9, 1)]
        );
        tale.unlearn(b);
        assert_eq!(tale.uses, alone);
    }
}
