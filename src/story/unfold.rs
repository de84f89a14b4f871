//! How a story falls apart in a river that does not fold every tier.
//!
//! Each entry holds to at most one earlier entry of its story, and to that one only if the river folds the tier:
//! - the same publication, or a copy: to the entry it was found nearest to, for only that pair was compared;
//! - another report of the event: to the story's first entry, for it joined the whole story, whichever of its reports
//!   was nearest;
//! - the same publication, or a copy, of what is not in the story any more: of what is left it is known only that it
//!   tells the same event. It holds to the first entry if the river folds other reports *and* its own tier; else it
//!   stands alone. So no doubt ever folds two entries, and none is lost.
//!
//! Withdrawn entries are to be told of too: they are not shown, but two copies of one withdrawn text are copies.
//!
//! Promises: every entry has exactly one group; folding all tiers makes one group; a further entry goes to one group or
//! begins one, and changes no other. A group is named by its first entry, which therefore never changes as it grows.
//! Deliberately not here: which of a group's entries are shown, and the ids that readers see.

use std::collections::BTreeMap;

use crate::model::ids::EntryId;
use crate::model::story::{Folding, Link, Tier};

/// The first entry of each entry's group. `links`: all entries of one story, in whatever order.
pub fn unfold(links: &[Link], folding: Folding) -> BTreeMap<EntryId, EntryId> {
    let links: BTreeMap<EntryId, &Link> = links.iter().map(|link| (link.entry, link)).collect();
    let mut firsts = BTreeMap::new();
    for (entry, link) in links {
        let held = earlier(link, &firsts, folding).and_then(|earlier| firsts.get(&earlier).copied());
        firsts.insert(entry, held.unwrap_or(entry));
    }
    firsts
}

/// The entry it holds to; `known`: the entries before it.
fn earlier(link: &Link, known: &BTreeMap<EntryId, EntryId>, folding: Folding) -> Option<EntryId> {
    let tier = link.tier.unwrap_or(Tier::Story);
    let first = known.first_key_value().map(|(first, _)| *first).filter(|_| folding.stories);
    if !folding.folds(tier) {
        return None;
    }
    let nearest = link.nearest.filter(|nearest| tier != Tier::Story && known.contains_key(nearest));
    nearest.or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COPIES_APART: Folding = Folding { copies: false, stories: true };

    /// Links written as "2c1": entry 2, a copy, nearest to 1. Tiers: i, c, s, and - for none.
    fn links(text: &str) -> Vec<Link> {
        let link = |word: &str| {
            let at = word.find(|c: char| !c.is_ascii_digit()).expect("a tier");
            let tier = match &word[at..=at] {
                "i" => Some(Tier::Identity),
                "c" => Some(Tier::Copy),
                "s" => Some(Tier::Story),
                _ => None,
            };
            let nearest = word[at + 1..].parse().ok().map(EntryId);
            Link { entry: EntryId(word[..at].parse().expect("a number")), tier, nearest }
        };
        text.split_whitespace().map(link).collect()
    }

    /// Groups as "1 2|3".
    fn groups(links: &[Link], folding: Folding) -> String {
        let mut groups: BTreeMap<EntryId, Vec<String>> = BTreeMap::new();
        for (entry, first) in unfold(links, folding) {
            groups.entry(first).or_default().push(entry.to_string());
        }
        groups.into_values().map(|group| group.join(" ")).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn the_table_of_what_stays_together() {
        #[rustfmt::skip]
        let table = [
            // story, all tiers, without stories, without copies, with neither
            ("1-", ["1", "1", "1", "1"]),
            ("1- 2i1 3c1 4s1", ["1 2 3 4", "1 2 3|4", "1 2 4|3", "1 2|3|4"]),
            // A copy of a copy, the same page as a copy, and a copy of another report.
            ("1- 2c1 3c2 4i3 5s2 6c5", ["1 2 3 4 5 6", "1 2 3 4|5 6", "1 5|2|3 4|6", "1|2|3 4|5|6"]),
            // A report that was nearest to a copy is a report of the event, not of the copy.
            ("1- 2c1 3s2", ["1 2 3", "1 2|3", "1 3|2", "1|2|3"]),
            // What they were near to went to another story, or was never known.
            ("2- 3i1 4c1 5s1 6c", ["2 3 4 5 6", "2|3|4|5|6", "2 3 5|4|6", "2|3|4|5|6"]),
            // The first entry is the first, whatever brought it here; a second beginning is one more report.
            ("2c1 3-1 4s3", ["2 3 4", "2|3|4", "2 3 4", "2|3|4"]),
            // Nearness to itself or to what came later is none.
            ("1- 2c2 3c4 4c3", ["1 2 3 4", "1|2|3 4", "1|2|3|4", "1|2|3|4"]),
        ];
        for (story, expected) in table {
            let links = links(story);
            let foldings = [Folding::ALL, Folding::TEXTS, COPIES_APART, Folding::PUBLICATIONS];
            assert_eq!(foldings.map(|folding| groups(&links, folding)), expected, "{story}");
        }
    }

    fn any_link(entry: i64) -> impl proptest::strategy::Strategy<Value = Link> {
        use proptest::prelude::*;
        let tier = prop_oneof![
            Just(None),
            Just(Some(Tier::Identity)),
            Just(Some(Tier::Copy)),
            Just(Some(Tier::Story))
        ];
        let link = move |(tier, nearest): (_, Option<i64>)| Link {
            entry: EntryId(entry),
            tier,
            nearest: nearest.map(EntryId),
        };
        (tier, proptest::option::of(0..14_i64)).prop_map(link)
    }

    fn any_story() -> impl proptest::strategy::Strategy<Value = Vec<Link>> {
        (1..12_i64).map(any_link).collect::<Vec<_>>()
    }

    proptest::proptest! {
        #[test]
        fn every_entry_has_one_group_that_growth_never_renames(story in any_story(), copies: bool, stories: bool) {
            let folding = Folding { copies, stories };
            let whole = unfold(&story, folding);
            proptest::prop_assert_eq!(whole.len(), story.len());
            proptest::prop_assert!(whole.iter().all(|(entry, first)| first <= entry && whole[first] == *first));
            proptest::prop_assert!(unfold(&story, Folding::ALL).values().all(|first| *first == story[0].entry));
            for length in 0..story.len() {
                let before = unfold(&story[..length], folding);
                proptest::prop_assert!(before.iter().all(|(entry, first)| whole[entry] == *first));
            }
            let turned: Vec<Link> = story.iter().rev().copied().collect();
            proptest::prop_assert_eq!(whole, unfold(&turned, folding));
        }
    }
}
