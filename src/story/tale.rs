//! A story as the window knows it: its entries, and which stems they use how often.
//! Promises: a function of its entries alone, whole numbers only, so that taking an entry out undoes putting it in;
//! an entry joins and the oldest leaves at a cost that does not grow with the story.
//! Deliberately not here: what that says of a new entry (`likeness.rs`).

use crate::story::fingerprint::place;
use crate::story::kept::Kept;
use crate::story::memory;
use crate::story::terms::Terms;

/// Only its latest so many entries speak for a story: it bounds the work that a running story makes. The largest
/// labelled story of the development files has 240.
pub const SPEAKERS: usize = 256;

/// A story's use of a stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The stem's number in [`Terms`].
    pub term: u32,
    /// How many of the story's speakers use it.
    pub count: u16,
    /// The sum of their [`weight`]s of it.
    pub weight: u16,
}

/// How much a stem weighs by its place, in twentieths: a title's word is worth two of the text.
pub fn weight(places: u8) -> u16 {
    // By the two lowest bits of places.
    const WEIGHTS: [u16; 4] = [9, 20, 13, 20];
    const { assert!(place::TITLE == 1 && place::TEXT == 2) };
    WEIGHTS[usize::from(places & (place::TITLE | place::TEXT))]
}

/// An entry's words as a story's use, were it told by this entry alone; in the order of their hashes, each once.
pub fn uses(print: &Kept) -> impl Iterator<Item = Use> + '_ {
    print.words().map(|(term, places)| Use { term, count: 1, weight: weight(places) })
}

/// A story.
#[derive(Debug)]
pub struct Tale {
    /// Its one entry, while it has no more.
    only: u32,
    many: Option<Box<Many>>,
}

/// What is kept of a story of several entries.
#[derive(Debug, Default)]
struct Many {
    members: Vec<u32>,
    /// So many of them are gone: room that is given back when it is half of all.
    gone: usize,
    uses: Vec<Use>,
}

impl Tale {
    /// A story of one entry.
    pub fn of(number: u32) -> Self {
        Self { only: number, many: None }
    }

    /// Its entries by their number in the window, in the order they came.
    pub fn members(&self) -> &[u32] {
        self.many.as_ref().map_or(std::slice::from_ref(&self.only), |many| &many.members[many.gone..])
    }

    /// Those who speak for it, in the order they came.
    pub fn speakers(&self) -> &[u32] {
        let members = self.members();
        &members[members.len().saturating_sub(SPEAKERS)..]
    }

    /// The stems of those who speak for it, in the order of their hashes. Empty while there is one entry: it speaks for itself.
    pub fn uses(&self) -> &[Use] {
        self.many.as_ref().map_or(&[], |many| &many.uses)
    }

    /// The latest entry.
    pub fn push(&mut self, number: u32) {
        let only = self.only;
        let many = self.many.get_or_insert_with(|| Box::new(Many { members: vec![only], ..Many::default() }));
        many.members.push(number);
    }

    /// Several entries, of two stories: in their order.
    pub fn of_all(mut members: Vec<u32>) -> Self {
        members.sort_unstable();
        match *members {
            [only] => Self::of(only),
            _ => Self { only: 0, many: Some(Box::new(Many { members, ..Many::default() })) },
        }
    }

    /// Takes an entry out; what it said of its stems is the caller's to take out, too. False: it was the only one.
    pub fn leave(&mut self, number: u32) -> bool {
        let Some(many) = &mut self.many else { return self.only != number };
        if many.members.get(many.gone) == Some(&number) {
            many.gone += 1;
            if many.gone * 2 > many.members.len() {
                many.members.drain(..std::mem::take(&mut many.gone));
                many.members.shrink_to(many.members.len() * 2);
            }
        } else if let Ok(at) = many.members[many.gone..].binary_search(&number) {
            many.members.remove(many.gone + at);
        }
        match many.members[many.gone..] {
            [] => return false,
            [only] => *self = Self::of(only),
            _ => {}
        }
        true
    }

    /// Adds one more speaker's words.
    pub fn learn(&mut self, said: impl Iterator<Item = Use>, terms: &Terms) {
        let Some(many) = &mut self.many else { return };
        let held = std::mem::take(&mut many.uses);
        let mut uses = Vec::with_capacity(held.len() + said.size_hint().0 / 2);
        let mut held = held.into_iter().peekable();
        for new in said {
            let hash = terms.hash(new.term);
            while let Some(earlier) = held.next_if(|held| terms.hash(held.term) < hash) {
                uses.push(earlier);
            }
            let same = held.next_if(|held| held.term == new.term);
            let both = |same: Use| Use { count: same.count + 1, weight: same.weight + new.weight, ..same };
            uses.push(same.map_or(new, both));
        }
        uses.extend(held);
        many.uses = uses;
    }

    /// Takes a speaker's words out again.
    pub fn unlearn(&mut self, said: impl Iterator<Item = Use>) {
        let Some(many) = &mut self.many else { return };
        let mut gone = said.peekable();
        many.uses.retain_mut(|held| {
            // Both are in the same order, and what was learned is held.
            if let Some(gone) = gone.next_if(|gone| gone.term == held.term) {
                held.count = held.count.saturating_sub(1);
                held.weight = held.weight.saturating_sub(gone.weight);
            }
            held.count > 0
        });
    }

    /// The memory it takes beyond its own size, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let of = |many: &Many| {
            memory::heap(size_of::<Many>())
                + memory::heap(many.members.capacity() * size_of::<u32>())
                + memory::heap(many.uses.capacity() * size_of::<Use>())
        };
        self.many.as_deref().map_or(0, of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'a>(hashes: &'a [u32], terms: &'a Terms) -> impl Iterator<Item = Use> + 'a {
        hashes.iter().map(|hash| Use { term: terms.find(*hash), count: 1, weight: 20 })
    }

    #[test]
    fn what_was_learned_can_be_unlearned() {
        let (mut tale, mut terms) = (Tale::of(1), Terms::default());
        for hash in [9, 2, 5, 3, 1] {
            terms.insert(hash, 1);
        }
        tale.push(2);
        tale.learn(said(&[1, 3, 5], &terms), &terms);
        let alone = tale.uses().to_vec();
        tale.learn(said(&[2, 3, 9], &terms), &terms);
        let counts: Vec<_> = tale.uses().iter().map(|held| (terms.hash(held.term), held.count)).collect();
        assert_eq!(counts, [(1, 1), (2, 1), (3, 2), (5, 1), (9, 1)]);
        tale.unlearn(said(&[2, 3, 9], &terms));
        assert_eq!(tale.uses(), alone);
    }

    #[test]
    fn entries_leave_from_the_front_and_from_within() {
        let mut tale = Tale::of(1);
        (2..=9).for_each(|number| tale.push(number));
        for (gone, left) in [(1, 8), (5, 7), (2, 6), (3, 5), (4, 4), (9, 3), (6, 2), (7, 1)] {
            assert!(tale.leave(gone));
            assert_eq!(tale.members().len(), left, "{gone} gone: {:?}", tale.members());
        }
        assert_eq!((tale.members(), tale.memory_bytes()), (&[8][..], 0));
        assert!(!tale.leave(8));
    }
}
