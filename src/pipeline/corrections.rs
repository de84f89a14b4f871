//! What a correction says of pairs of entries. Pure.
//!
//! A correction is about the stories as they are when it is made. `split` says that the entry is apart from every
//! other member; `join` says that the two are together, and lifts what the owner said before against the two stories
//! being one. For each pair the last word holds.
//! Promises: by the words that hold, entries tied together are never also apart; so every restory can keep them all.

use std::collections::BTreeSet;

use crate::model::correction::{Pair, Word};
use crate::model::ids::EntryId;

/// `entry` leaves `members`, of which it is one. `words`: those that hold now.
pub fn split(entry: EntryId, members: &[EntryId], words: &[Pair]) -> Vec<Pair> {
    let others = members.iter().filter(|member| **member != entry);
    let mut pairs: Vec<Pair> = others.map(|other| Pair::new(entry, *other, Word::Apart)).collect();
    // What the owner tied together through the entry stays together without it.
    let tied: BTreeSet<EntryId> = words
        .iter()
        .filter(|pair| pair.word == Word::Together)
        .filter_map(|pair| pair.other(entry))
        .collect();
    let tied: Vec<EntryId> = tied.into_iter().collect();
    pairs.extend(tied.windows(2).map(|two| Pair::new(two[0], two[1], Word::Together)));
    pairs
}

/// `entry`, of the story of `ours`, and `other`, of that of `theirs`, which may be the same.
pub fn join(
    entry: EntryId,
    other: EntryId,
    ours: &[EntryId],
    theirs: &[EntryId],
    words: &[Pair],
) -> Vec<Pair> {
    let crosses = |pair: &&Pair| {
        (ours.contains(&pair.a) && theirs.contains(&pair.b))
            || (ours.contains(&pair.b) && theirs.contains(&pair.a))
    };
    let together = Pair::new(entry, other, Word::Together);
    let apart =
        words.iter().filter(|pair| pair.word == Word::Apart && (pair.a, pair.b) != (together.a, together.b));
    let lifted = apart.filter(crosses).map(|pair| Pair { word: Word::Lifted, ..*pair });
    std::iter::once(together).chain(lifted).collect()
}

/// All that is tied to `entry` by words that it is together with, itself included.
pub fn tied(entry: EntryId, words: &[Pair]) -> BTreeSet<EntryId> {
    let (mut found, mut open) = (BTreeSet::from([entry]), vec![entry]);
    while let Some(next) = open.pop() {
        let near =
            words.iter().filter(|pair| pair.word == Word::Together).filter_map(|pair| pair.other(next));
        open.extend(near.filter(|other| found.insert(*other)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: EntryId = EntryId(1);
    const B: EntryId = EntryId(2);
    const C: EntryId = EntryId(3);
    const D: EntryId = EntryId(4);

    fn pair(a: EntryId, b: EntryId, word: Word) -> Pair {
        Pair::new(a, b, word)
    }

    #[test]
    fn a_split_entry_is_apart_from_every_other_and_those_tied_through_it_stay_tied() {
        let words = [pair(A, B, Word::Together), pair(C, B, Word::Together)];
        let said = split(B, &[A, B, C, D], &words);
        let apart = [A, C, D].map(|other| pair(B, other, Word::Apart));
        assert_eq!(said[..3], apart);
        assert_eq!(said[3..], [pair(A, C, Word::Together)]);
        assert_eq!(split(A, &[A], &[]), []);
    }

    #[test]
    fn a_join_lifts_what_was_said_against_the_two_stories_being_one() {
        let words = [pair(A, C, Word::Apart), pair(B, C, Word::Apart), pair(C, D, Word::Apart)];
        let said = join(C, A, &[C], &[A, B], &words);
        assert_eq!(said, [pair(A, C, Word::Together), pair(B, C, Word::Lifted)]);
    }

    proptest::proptest! {
        #[test]
        fn the_words_that_hold_can_all_be_kept(hands in proptest::collection::vec((0_i64..8, 0_i64..8), 0..40)) {
            let mut stories: Vec<i64> = (0..8).collect();
            let mut words: Vec<Pair> = Vec::new();
            for (number, (one, other)) in (100..).zip(hands) {
                let members = |story: i64| -> Vec<EntryId> {
                    (0..8).filter(|at| stories[*at as usize] == story).map(EntryId).collect()
                };
                let (ours, theirs) = (stories[one as usize], stories[other as usize]);
                let said = if one == other {
                    split(EntryId(one), &members(ours), &words)
                } else {
                    join(EntryId(one), EntryId(other), &members(ours), &members(theirs), &words)
                };
                words.retain(|word| !said.iter().any(|pair| (pair.a, pair.b) == (word.a, word.b)));
                words.extend(said.into_iter().filter(|pair| pair.word != Word::Lifted));
                if one == other {
                    stories[one as usize] = number;
                } else {
                    stories.iter_mut().filter(|story| **story == theirs).for_each(|story| *story = ours);
                }
                for pair in &words {
                    let one_story = stories[pair.a.0 as usize] == stories[pair.b.0 as usize];
                    proptest::prop_assert_eq!(one_story, pair.word == Word::Together);
                    let is_tied = tied(pair.a, &words).contains(&pair.b);
                    proptest::prop_assert_eq!(is_tied, pair.word == Word::Together);
                }
            }
        }
    }

    #[test]
    fn entries_are_tied_through_others() {
        let words = [pair(A, B, Word::Together), pair(B, C, Word::Together), pair(C, D, Word::Apart)];
        assert_eq!(tied(C, &words), BTreeSet::from([A, B, C]));
        assert_eq!(tied(D, &words), BTreeSet::from([D]));
    }
}
