//! A stored story as a river tells it: folded as far as the river folds, each part with its lead and coverage.
//! Promises: every report is told exactly once. A part's id for readers hangs on its first entry alone: it stays while
//! the part grows, when its entries are withdrawn, and whatever becomes of the story around it.
//! Deliberately not here: what stays together (`story::unfold`), and which of it a river has room for (`republish`).

use std::collections::BTreeMap;

use crate::model::entry::Entry;
use crate::model::ids::EntryId;
use crate::model::river::{Covering, Report, SourceFeed, ToldStory, Withdrawn};
use crate::model::story::{Folding, Link, Member, Tier};
use crate::model::time::Timestamp;
use crate::parse::text::{paragraphs, plain};
use crate::store::river::{StoredLink, StoredReport, StoredStory};
use crate::store::told::{Unit, Units};
use crate::story::lead::lead;
use crate::story::unfold::unfold;

/// Where a part of a story stands in a river that does not fold the whole of it: as the first of its reports, newer
/// ones first.
pub type Place = (Timestamp, EntryId);

/// How a river tells stories.
#[derive(Debug, Clone, Copy)]
pub struct Manner<'a> {
    /// What it folds.
    pub folding: Folding,
    /// Feeds whose report leads, by address or title: those of the first list that has any, whatever the others say.
    pub prefer: &'a [&'a [String]],
    /// The longest text that is told in full, as HTML in bytes; of a longer one the beginning is.
    pub longest: usize,
}

/// Who of a story's entries tells the same publication, and who the same text: the first of each.
struct Ties {
    publications: BTreeMap<EntryId, EntryId>,
    texts: BTreeMap<EntryId, EntryId>,
}

impl Ties {
    fn of(links: &[Link]) -> Self {
        Self { publications: unfold(links, Folding::PUBLICATIONS), texts: unfold(links, Folding::TEXTS) }
    }

    /// How near two entries are. That both came into the story as copies does not make them copies of each other.
    fn between(&self, one: EntryId, other: EntryId) -> Tier {
        let are_one = |firsts: &BTreeMap<EntryId, EntryId>| firsts.get(&one) == firsts.get(&other);
        match (are_one(&self.publications), are_one(&self.texts)) {
            (true, _) => Tier::Identity,
            (false, true) => Tier::Copy,
            (false, false) => Tier::Story,
        }
    }
}

/// What a river tells of a story as one entry each, and what it would tell if it had not been withdrawn, without a look
/// at what the entries say.
pub fn units(story: &StoredStory, folding: Folding) -> Units {
    let links: Vec<Link> = story.links.iter().map(|stored| stored.link).collect();
    let whole = folding == Folding::ALL;
    let firsts = if whole { BTreeMap::new() } else { unfold(&links, folding) };
    let mut parts: BTreeMap<EntryId, Vec<&StoredLink>> = BTreeMap::new();
    for stored in &story.links {
        let row = stored.link.entry;
        let first = if whole { EntryId(0) } else { firsts.get(&row).copied().unwrap_or(row) };
        parts.entry(first).or_default().push(stored);
    }
    let mut units = Units::default();
    for (first, members) in parts {
        let own = members.iter().find(|stored| stored.link.entry == first).or(members.first());
        let atom_id = if whole { Some(&story.atom_id) } else { own.map(|stored| &stored.told_as) };
        let Some(atom_id) = atom_id.cloned() else { continue };
        match members.iter().find(|stored| stored.withdrawn.is_none()) {
            Some(_) if whole => units.told.push(Unit { atom_id, rank: story.rank, number: story.id.0 }),
            Some(eldest) => {
                units.told.push(Unit { atom_id, rank: eldest.rank, number: eldest.link.entry.0 });
            }
            None => {
                let at =
                    members.iter().filter_map(|stored| stored.withdrawn).max().unwrap_or(story.first_seen);
                units.withdrawn.push(Withdrawn { atom_id, at });
            }
        }
    }
    units
}

/// The parts that a river shows of a story, in the order of their first entries; the whole story in one where all tiers
/// are folded.
pub fn parts(story: StoredStory, manner: Manner<'_>) -> Vec<(Place, ToldStory)> {
    let row = story.id;
    let links: Vec<Link> = story.links.iter().map(|stored| stored.link).collect();
    let (ties, firsts) = (Ties::of(&links), unfold(&links, manner.folding));
    let mut parts: BTreeMap<EntryId, Vec<StoredReport>> = BTreeMap::new();
    for mut stored in story.reports {
        let row = stored.report.row;
        let first = firsts.get(&row).copied().unwrap_or(row);
        // Where what it copies is told apart from it, it is no copy but begins what is told here.
        stored.tier = stored.tier.filter(|_| row != first);
        parts.entry(first).or_default().push(stored);
    }
    let mut ids: BTreeMap<EntryId, String> =
        story.links.into_iter().map(|stored| (stored.link.entry, stored.told_as)).collect();
    let told = |(first, reports): (EntryId, Vec<StoredReport>)| {
        let eldest = reports.first()?;
        let (place, first_seen) = ((eldest.rank, eldest.report.row), eldest.first_seen);
        let (atom_id, first_seen) = match manner.folding {
            Folding::ALL => (story.atom_id.clone(), story.first_seen),
            _ => (ids.remove(&first).unwrap_or_else(|| eldest.report.atom_id.clone()), first_seen),
        };
        let (mut lead, coverage) = with_lead(reports, manner.prefer, &ties)?;
        shorten(&mut lead.entry, manner.longest);
        Some((place, ToldStory { story: row, atom_id, first_seen, lead, coverage }))
    };
    parts.into_iter().filter_map(told).collect()
}

/// The whole story in one; `None` if no report is left of it.
pub fn whole(story: StoredStory, prefer: &[&[String]]) -> Option<ToldStory> {
    parts(story, Manner { folding: Folding::ALL, prefer, longest: usize::MAX }).pop().map(|(_, told)| told)
}

/// The report that speaks for these, and the others, newest first; `None` of none.
fn with_lead(
    mut reports: Vec<StoredReport>,
    prefer: &[&[String]],
    ties: &Ties,
) -> Option<(Report, Vec<Covering>)> {
    let names = prefer.iter().find(|names| reports.iter().any(|stored| is_of(&stored.report.source, names)));
    let members: Vec<Member> =
        reports.iter().map(|stored| member(stored, names.copied().unwrap_or_default())).collect();
    let chosen = lead(&members);
    let at = reports.iter().position(|stored| stored.report.row == chosen)?;
    let lead = reports.remove(at).report;
    let covering =
        |report: Report| Covering { tier: ties.between(lead.row, report.row), report: named(report) };
    let mut coverage: Vec<_> = reports.into_iter().map(|stored| covering(stored.report)).collect();
    coverage.sort_by_key(|covering| std::cmp::Reverse(covering.report.published));
    Some((lead, coverage))
}

/// A text that is too long is told by its beginning, as text: all of it stands in the store, and on the story's page.
fn shorten(entry: &mut Entry, longest: usize) {
    for html in [&mut entry.content, &mut entry.summary].into_iter().flatten() {
        if html.len() > longest {
            *html = paragraphs(html, longest / 2);
            html.push_str("<p>…</p>");
        }
    }
}

/// A report of which only the name is told: its text, where that is not its name, need not be in memory.
fn named(mut report: Report) -> Report {
    if !report.entry.title.trim().is_empty() {
        (report.entry.summary, report.entry.content) = (None, None);
    }
    report
}

fn member(stored: &StoredReport, preferred: &[String]) -> Member {
    let report = &stored.report;
    Member {
        entry: report.row,
        tier: stored.tier.unwrap_or(Tier::Identity),
        at: report.published,
        content_chars: report.entry.content.as_deref().map_or(0, |html| plain(html).chars().count()),
        preferred: is_of(&report.source, preferred),
    }
}

/// Whether one of the names is the feed's address or title.
fn is_of(source: &SourceFeed, names: &[String]) -> bool {
    let title = source.feed.title.to_lowercase();
    names.iter().any(|name| source.url.as_deref() == Some(name) || name.to_lowercase() == title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::StoryId;
    use crate::store::river::StoredLink;

    const TEXTS: Manner<'static> = Manner { folding: Folding::TEXTS, prefer: &[], longest: usize::MAX };

    fn report(row: i64, feed: &str) -> Report {
        let mut source =
            SourceFeed { url: Some(format!("https://{feed}.example/feed")), ..SourceFeed::default() };
        source.feed.title = feed.to_owned();
        let (published, updated) = (Timestamp(row), Timestamp(row));
        let (entry, atom_id) = (Entry::default(), format!("own {row}"));
        Report { row: EntryId(row), entry, atom_id, source, published, updated }
    }

    /// A story of entries 1, 2, …: each with its feed, its tier and the entry it is nearest to.
    fn story(entries: &[(&str, Option<Tier>, i64)]) -> StoredStory {
        let mut told = StoredStory {
            id: StoryId(1),
            atom_id: "story".to_owned(),
            first_seen: Timestamp(1),
            rank: Timestamp(50),
            links: vec![],
            reports: vec![],
        };
        for (row, (feed, tier, nearest)) in (1..).zip(entries) {
            let link = Link { entry: EntryId(row), tier: *tier, nearest: Some(EntryId(*nearest)) };
            let (first_seen, rank) = (Timestamp(10 * row), Timestamp(100 * row));
            told.links.push(StoredLink { link, told_as: format!("told {row}"), rank, withdrawn: None });
            told.reports.push(StoredReport { tier: *tier, first_seen, rank, report: report(row, feed) });
        }
        told
    }

    /// Two copies, and two copies of another report.
    fn two_texts() -> StoredStory {
        story(&[
            ("a", None, 0),
            ("b", Some(Tier::Copy), 1),
            ("c", Some(Tier::Story), 2),
            ("d", Some(Tier::Copy), 3),
        ])
    }

    fn rows(told: &ToldStory) -> Vec<i64> {
        std::iter::once(told.lead.row.0).chain(told.coverage.iter().map(|c| c.report.row.0)).collect()
    }

    #[test]
    fn a_whole_story_keeps_its_id_and_tells_copies_of_its_lead_from_other_reports() {
        let told = whole(two_texts(), &[&["C".to_owned()]]).expect("a story");
        assert_eq!((told.atom_id.as_str(), told.first_seen), ("story", Timestamp(1)));
        assert_eq!(rows(&told), [3, 4, 2, 1]);
        let tiers: Vec<Tier> = told.coverage.iter().map(|covering| covering.tier).collect();
        assert_eq!(tiers, [Tier::Copy, Tier::Story, Tier::Story]);
    }

    #[test]
    fn a_text_that_is_too_long_is_told_by_its_beginning() {
        let long = format!("<p>{}</p>", "Wort &amp; ".repeat(1_000));
        let told = |longest: usize| {
            let mut story = story(&[("a", None, 0)]);
            story.reports[0].report.entry.content = Some(long.clone());
            let parts = parts(story, Manner { longest, ..TEXTS });
            parts[0].1.lead.entry.content.clone().unwrap_or_default()
        };
        assert_eq!(told(long.len()), long);
        let beginning = told(1_000);
        assert!(
            beginning.starts_with("<p>Wort &amp; Wort") && beginning.ends_with("</p>\n<p>…</p>"),
            "{beginning}"
        );
        assert!((300..1_000).contains(&beginning.len()), "{}", beginning.len());
    }

    #[test]
    fn the_parts_of_a_story_have_the_ids_and_places_of_their_first_entries() {
        let parts = parts(two_texts(), TEXTS);
        let seen: Vec<_> =
            parts.iter().map(|(place, told)| (place.0.0, told.atom_id.as_str(), rows(told))).collect();
        assert_eq!(seen, [(100, "told 1", vec![1, 2]), (300, "told 3", vec![3, 4])]);
        assert_eq!(parts[1].1.first_seen, Timestamp(30));
    }

    #[test]
    fn what_is_told_as_one_entry_is_known_without_its_reports_and_so_is_what_is_withdrawn() {
        let seen = |story: &StoredStory, folding: Folding| {
            let units = units(story, folding);
            let told =
                units.told.iter().map(|unit| format!("{} at {}/{}", unit.atom_id, unit.rank.0, unit.number));
            let gone = units.withdrawn.iter().map(|gone| format!("{} gone {}", gone.atom_id, gone.at.0));
            told.chain(gone).collect::<Vec<_>>()
        };
        let mut story = two_texts();
        assert_eq!(seen(&story, Folding::ALL), ["story at 50/1"]);
        assert_eq!(seen(&story, Folding::TEXTS), ["told 1 at 100/1", "told 3 at 300/3"]);
        for (entry, at) in [(0, 7), (2, 8), (3, 9)] {
            story.links[entry].withdrawn = Some(Timestamp(at));
        }
        assert_eq!(seen(&story, Folding::ALL), ["story at 50/1"]);
        assert_eq!(seen(&story, Folding::TEXTS), ["told 1 at 200/2", "told 3 gone 9"]);
        story.links[1].withdrawn = Some(Timestamp(5));
        assert_eq!(seen(&story, Folding::ALL), ["story gone 9"]);
        story.links.clear();
        assert_eq!(seen(&story, Folding::ALL), [""; 0]);
    }

    #[test]
    fn a_withdrawn_entry_is_not_shown_and_its_copies_keep_their_id() {
        let mut story = story(&[("a", None, 0), ("b", Some(Tier::Copy), 1), ("c", Some(Tier::Copy), 1)]);
        story.reports.remove(0);
        let parts = parts(story, TEXTS);
        assert_eq!(parts.len(), 1);
        assert_eq!((parts[0].1.atom_id.as_str(), rows(&parts[0].1)), ("told 1", vec![2, 3]));
    }

    #[test]
    fn the_rivers_preference_goes_before_that_of_all_rivers() {
        let [river, all] = [["b".to_owned()], ["c".to_owned()]];
        let copies = || story(&[("a", None, 0), ("b", Some(Tier::Copy), 1), ("c", Some(Tier::Copy), 1)]);
        let lead = |prefer: &[&[String]]| whole(copies(), prefer).expect("a story").lead.row.0;
        assert_eq!((lead(&[&river, &all]), lead(&[&[], &all]), lead(&[])), (2, 3, 1));
        assert_eq!(lead(&[&["x".to_owned()], &all]), 3, "what has no report here says nothing");
    }

    #[test]
    fn a_feed_is_named_by_its_address_or_its_title() {
        let mut source =
            SourceFeed { url: Some("https://a.example/feed".to_owned()), ..SourceFeed::default() };
        source.feed.title = "Das Blättle".to_owned();
        for (name, named) in [
            ("https://a.example/feed", true),
            ("das BLÄTTLE", true),
            ("Blättle", false),
            ("https://a.example/", false),
        ] {
            assert_eq!(is_of(&source, &[name.to_owned()]), named, "{name}");
        }
        assert!(!is_of(&SourceFeed::default(), &[]));
    }
}
