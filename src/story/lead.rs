//! Which report stands for its story.
//!
//! The rule: a preferred feed first; then a report with full content ([`FULL_CHARS`] characters or more), else the
//! longest class there is; then an original before the copy of an earlier report; then the earliest; then the smaller id.
//! It does not flap: only a report that is better by a whole class displaces the lead, not one that is a little longer
//! or a little later, and the order of the members does not matter.
//! Deliberately not here: telling readers about a change of lead (`publish`).

use std::cmp::Reverse;

use crate::model::ids::EntryId;
use crate::model::story::{Member, Tier};

/// From here on a report counts as complete: about five paragraphs' worth, well above any teaser.
pub const FULL_CHARS: usize = 1_200;
/// From here on there is at least a paragraph.
const TEASER_CHARS: usize = 80;

/// The lead of a story. Of no members it is entry 0, which no store has.
pub fn lead(members: &[Member]) -> EntryId {
    members.iter().min_by_key(|member| rank(member)).map_or(EntryId(0), |member| member.entry)
}

fn rank(member: &Member) -> (Reverse<bool>, Reverse<u8>, bool, crate::model::time::Timestamp, EntryId) {
    let copy = member.tier == Tier::Copy;
    (Reverse(member.preferred), Reverse(fullness(member.content_chars)), copy, member.at, member.entry)
}

fn fullness(chars: usize) -> u8 {
    u8::from(chars >= TEASER_CHARS) + u8::from(chars >= FULL_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    fn member(entry: i64, at: i64, content_chars: usize) -> Member {
        let tier = Tier::Story;
        Member { entry: EntryId(entry), tier, at: Timestamp(at), content_chars, preferred: false }
    }

    #[test]
    fn the_earliest_full_report_leads() {
        assert_eq!(lead(&[member(1, 1, 20), member(2, 3, 5_000), member(3, 2, 1_500)]), EntryId(3));
        assert_eq!(lead(&[member(1, 1, 20), member(2, 3, 0)]), EntryId(1));
    }

    #[test]
    fn a_longer_report_of_the_same_class_changes_nothing() {
        assert_eq!(lead(&[member(1, 1, 1_300), member(2, 2, 90_000)]), EntryId(1));
    }

    #[test]
    fn a_preferred_feed_goes_first_and_a_copy_after_originals() {
        let preferred = Member { preferred: true, ..member(9, 9, 10) };
        assert_eq!(lead(&[member(1, 1, 9_000), preferred]), EntryId(9));
        let copy = Member { tier: Tier::Copy, ..member(1, 1, 2_000) };
        assert_eq!(lead(&[copy, member(2, 2, 2_000)]), EntryId(2));
    }
}
