//! Clusters everything anew, and says how the store comes to tell it so.
//! A story keeps its id where its first entry is the same; what has no entries left is retired, and points to the story
//! that its first entry tells now.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::options::story::StoryOptions;
use crate::model::correction::{Moved, Restoried};
use crate::model::ids::{EntryId, StoryId};
use crate::model::story::{Decision, Verdict};
use crate::pipeline::mint::Mint;
use crate::pipeline::past::{Place, live};
use crate::store::change::{Begun, Merged, Placed, Regrouping};
use crate::store::error::StoreError;
use crate::store::reader::Reader;

/// Changes told one by one.
const TOLD: usize = 1_000;

/// What a restory by the present engine would change. Blocks, and changes nothing.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn plan(
    reader: &Reader,
    options: &StoryOptions,
    mint: &mut Mint,
    progress: &dyn Fn(usize, usize),
) -> Result<(Regrouping, Restoried), StoreError> {
    let places = live(reader, options, progress)?;
    let (before, after) = (firsts(&places, |place| place.stored), firsts(&places, |place| place.story));
    let stored: BTreeMap<EntryId, StoryId> = places.iter().map(|place| (place.entry, place.stored)).collect();
    let mut names: BTreeMap<StoryId, StoryId> = BTreeMap::new();
    let mut regrouping = Regrouping::default();
    let mut in_order: Vec<_> = after.iter().map(|(story, first)| (*first, *story)).collect();
    in_order.sort_unstable();
    for (first, story) in in_order {
        let home = stored[&first];
        let name = if before[&home] == first { home } else { mint.story() };
        names.insert(story, name);
        if name != home {
            regrouping.begun.extend(begun(reader, first, name)?);
        }
    }
    let mut told = Restoried {
        entries: places.len(),
        stories_before: before.len(),
        stories_after: after.len(),
        begun: regrouping.begun.len(),
        ..Restoried::default()
    };
    let kept: BTreeSet<StoryId> = names.values().copied().collect();
    for (story, first) in before.iter().filter(|(story, _)| !kept.contains(story)) {
        let at = places.binary_search_by_key(first, |place| place.entry).expect("the first is one of them");
        regrouping.merged.push(Merged { from: *story, into: names[&places[at].story] });
    }
    told.retired = regrouping.merged.len();
    for place in places {
        let (from, to) = (before[&place.stored], after[&place.story]);
        if place.stored != names[&place.story] {
            told.moved += 1;
            if told.changes.len() < TOLD {
                told.changes.push(Moved { entry: place.entry, title: title(reader, place.entry)?, from, to });
            }
        }
        regrouping.placed.extend(placed(place, &names));
    }
    Ok((regrouping, told))
}

/// The first entry of each story.
fn firsts(places: &[Place], story: impl Fn(&Place) -> StoryId) -> BTreeMap<StoryId, EntryId> {
    let mut firsts = BTreeMap::new();
    for place in places {
        firsts.entry(story(place)).or_insert(place.entry);
    }
    firsts
}

fn begun(reader: &Reader, first: EntryId, story: StoryId) -> Result<Option<Begun>, StoreError> {
    let stored = reader.entry(first)?;
    Ok(stored.map(|stored| Begun {
        story,
        atom_id: stored.told_as,
        first_seen: stored.first_seen,
        rank: stored.rank,
    }))
}

fn title(reader: &Reader, entry: EntryId) -> Result<String, StoreError> {
    Ok(reader.entry(entry)?.map(|stored| stored.report.entry.title).unwrap_or_default())
}

/// `None` if it stays as it is.
fn placed(place: Place, names: &BTreeMap<StoryId, StoryId>) -> Option<Placed> {
    let story = names[&place.story];
    if story == place.stored && place.tier == place.stored_tier {
        return None;
    }
    let verdict = place.verdict.map(|verdict| Verdict {
        decision: match verdict.decision {
            Decision::New => Decision::New,
            // A story that has no entry any more was joined into another, or left by all: the entry's own stands for it.
            Decision::Join { story: told, tier } => {
                Decision::Join { story: names.get(&told).copied().unwrap_or(story), tier }
            }
        },
        ..verdict
    });
    Some(Placed { entry: place.entry, story, tier: place.tier, verdict })
}
