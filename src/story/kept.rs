//! A fingerprint as the window keeps it: its stems by their terms, and all its lists in one run of bytes, so that an
//! entry takes one small allocation and no room for what it has not.
//! Promises: [`Kept::print`] gives back the fingerprint that was kept, as long as its terms are.
//! Deliberately not here: the form in which fingerprints are stored (`bytes.rs`), which holds no terms.

use crate::model::time::Timestamp;
use crate::story::fingerprint::{Fingerprint, Word, kind};
use crate::story::memory;
use crate::story::terms::Terms;

/// See the module. Fields as of [`Fingerprint`].
#[derive(Debug)]
#[expect(missing_docs, reason = "they are those of Fingerprint")]
pub struct Kept {
    pub at: Timestamp,
    pub source: u64,
    pub link: u64,
    pub article: u64,
    pub slug: u64,
    pub title: u64,
    pub headline: u64,
    pub tail: u64,
    pub language: u16,
    pub kind: u8,
    words: u8,
    pairs: u8,
    deep: u8,
    bridge: u8,
    /// For each word its term, for each pair its hash, for each gram its own, the deep keys, the bridge's, and for each
    /// word its places.
    lists: Box<[u8]>,
}

impl Kept {
    /// `terms`: of each word.
    pub fn of(print: &Fingerprint, terms: impl Iterator<Item = u32>) -> Self {
        let bytes = 5 * print.words.len()
            + 4 * print.pairs.len()
            + 2 * print.grams.len()
            + 2 * (print.deep.len() + print.bridge.len());
        let mut lists = vec![0; bytes].into_boxed_slice();
        let (wide, rest) = lists.split_at_mut(4 * (print.words.len() + print.pairs.len()));
        let (narrow, places) = rest.split_at_mut(rest.len() - print.words.len());
        let wide = wide.as_chunks_mut::<4>().0.iter_mut();
        wide.zip(terms.chain(print.pairs.iter().copied())).for_each(|(to, key)| *to = key.to_le_bytes());
        let mut narrow = narrow.as_chunks_mut::<2>().0.iter_mut();
        for keys in [&print.grams, &print.deep, &print.bridge] {
            keys.iter().zip(&mut narrow).for_each(|(key, to)| *to = key.to_le_bytes());
        }
        places.iter_mut().zip(&print.words).for_each(|(to, word)| *to = word.places);
        let count = |length: usize| u8::try_from(length).expect("a fingerprint keeps fewer than 256 of each");
        let Fingerprint { at, language, source, link, article, slug, title, headline, tail, kind, .. } =
            *print;
        let (words, pairs) = (count(print.words.len()), count(print.pairs.len()));
        let (deep, bridge) = (count(print.deep.len()), count(print.bridge.len()));
        Self {
            at,
            source,
            link,
            article,
            slug,
            title,
            headline,
            tail,
            language,
            kind,
            words,
            pairs,
            deep,
            bridge,
            lists,
        }
    }

    /// The fingerprint that was kept.
    pub fn print(&self, terms: &Terms) -> Fingerprint {
        let Self { at, language, source, link, article, slug, title, headline, tail, kind, .. } = *self;
        let words = self.words().map(|(term, places)| Word { hash: terms.hash(term), places }).collect();
        let (pairs, grams) = (self.pairs().collect(), self.grams().collect());
        let (deep, bridge) = (self.deep().collect(), self.bridge().collect());
        Fingerprint {
            at,
            language,
            source,
            link,
            article,
            slug,
            title,
            headline,
            tail,
            kind,
            words,
            pairs,
            grams,
            deep,
            bridge,
        }
    }

    /// How many stems it has.
    pub fn words_count(&self) -> usize {
        usize::from(self.words)
    }

    /// The term and the places of each stem, in the order of their hashes.
    pub fn words(&self) -> impl Iterator<Item = (u32, u8)> + '_ {
        let terms = self.lists[..self.end_of_words()].as_chunks::<4>().0.iter();
        let places = &self.lists[self.lists.len() - self.words_count()..];
        terms.map(|term| u32::from_le_bytes(*term)).zip(places.iter().copied())
    }

    /// Neighbouring stems of the title, by hash.
    pub fn pairs(&self) -> impl Iterator<Item = u32> + '_ {
        let pairs = self.lists[self.end_of_words()..self.end_of_pairs()].as_chunks::<4>().0.iter();
        pairs.map(|pair| u32::from_le_bytes(*pair))
    }

    /// Runs of five letters of the title, by hash.
    pub fn grams(&self) -> impl ExactSizeIterator<Item = u16> + '_ {
        self.keys(self.end_of_pairs(), self.end_of_grams())
    }

    /// Stems of a long text, by hash.
    pub fn deep(&self) -> impl ExactSizeIterator<Item = u16> + '_ {
        self.keys(self.end_of_grams(), self.end_of_grams() + 2 * usize::from(self.deep))
    }

    /// What it can be known by in other languages.
    pub fn bridge(&self) -> impl ExactSizeIterator<Item = u16> + '_ {
        self.keys(self.end_of_grams() + 2 * usize::from(self.deep), self.lists.len() - self.words_count())
    }

    /// Whether its text is long.
    pub fn is_long(&self) -> bool {
        self.deep > 0
    }

    fn keys(&self, from: usize, to: usize) -> impl ExactSizeIterator<Item = u16> + '_ {
        self.lists[from..to].as_chunks::<2>().0.iter().map(|key| u16::from_le_bytes(*key))
    }

    /// Whether it is one of a live page.
    pub fn is_ticker(&self) -> bool {
        self.kind & kind::TICKER != 0
    }

    /// The memory it takes beyond its own size, in bytes.
    pub fn memory_bytes(&self) -> usize {
        memory::heap(self.lists.len())
    }

    fn end_of_words(&self) -> usize {
        4 * self.words_count()
    }

    fn end_of_grams(&self) -> usize {
        self.lists.len() - self.words_count() - 2 * (usize::from(self.deep) + usize::from(self.bridge))
    }

    fn end_of_pairs(&self) -> usize {
        self.end_of_words() + 4 * usize::from(self.pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::story::Telling;

    #[test]
    fn a_fingerprint_comes_back_as_it_was_kept() {
        for title in ["Ferry runs aground near the old harbour: 12 hurt", "", "Ferry"] {
            let print = Fingerprint::of(&Telling {
                title,
                body: "The ferry had left in fog.",
                summary: "",
                link: Some("https://a.example/ferry-runs-aground-1234567"),
                language: Some("en"),
                source: "a",
                at: Timestamp(-5),
            });
            let mut terms = Terms::default();
            let kept = Kept::of(&print, print.words.iter().map(|word| terms.insert(word.hash, 7)));
            assert_eq!(kept.print(&terms), print);
        }
    }
}
