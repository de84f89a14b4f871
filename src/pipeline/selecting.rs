//! Which rivers there are, and what each selects.
//! A story is in a river if at least one of its reports is selected. What the river shows of it, lead and coverage, are
//! the selected reports; the others are not named there. It stands where the first of them stands.
//! Promises: ids are those of the river of everything: a story has one id, whichever river shows whichever part of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::time::Instant;

use crate::config::options::river::{RiverOptions, Rivers};
use crate::model::ids::{EntryId, StoryId};
use crate::model::river::ToldStory;
use crate::pipeline::labels::{LabelRiver, Labels};
use crate::pipeline::unfolding::{Manner, Place, parts};
use crate::store::basis::{Basis, Looked};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::selection::{Selected, Wanted};

/// A river, and what it wants of the store at this moment.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The owner's choices, or those of a label's own river.
    pub options: RiverOptions,
    /// What they come to.
    pub wanted: Wanted,
}

/// Every river: those of the config, then those of the labels, `label_limit` of them at most. Blocks.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn choices(reader: &Reader, rivers: &Rivers, label_limit: usize) -> Result<Vec<Choice>, StoreError> {
    let labels = labels(reader)?;
    let own = labels.rivers(rivers, label_limit);
    let all = rivers.telling().cloned().chain(own.iter().map(LabelRiver::options));
    Ok(all.map(|options| Choice { wanted: wanted(&options, &labels), options }).collect())
}

/// Every label of the store. Blocks.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn labels(reader: &Reader) -> Result<Labels, StoreError> {
    let labelled = reader.labels()?;
    Ok(Labels::of(labelled.iter().map(|labelled| (labelled.feed, labelled.label.as_str()))))
}

fn wanted(options: &RiverOptions, labels: &Labels) -> Wanted {
    // Queries were read when the config was.
    let query = |text: &str| text.parse().ok();
    let window = i64::try_from(options.window.as_millis()).unwrap_or(i64::MAX);
    Wanted {
        feeds: (!options.labels.is_empty()).then(|| labels.feeds(&options.labels)),
        languages: options.languages.clone(),
        query: query(&options.query),
        exclude: query(&options.exclude),
        window_ms: (window > 0).then_some(window),
    }
}

/// What a river that selects tells, newest first, and what it was made of; no texts are gathered beyond the first that has
/// no `room`, in bytes. Blocks.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn stories(
    reader: &Reader,
    choice: &Choice,
    manner: Manner<'_>,
    limit: usize,
    room: usize,
) -> Result<(Vec<ToldStory>, Basis), StoreError> {
    let newest = Newest::of(limit, room, ToldStory::text_bytes);
    let (stories, looked) = newest_of(reader, choice, newest, |selected| told(selected, manner))?;
    Ok((stories, reader.basis(&choice.wanted, looked)?))
}

/// The stories of which a river that selects tells something, however long their texts are. Blocks.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn shown(
    reader: &Reader,
    choice: &Choice,
    manner: Manner<'_>,
    limit: usize,
) -> Result<Vec<StoryId>, StoreError> {
    let newest = Newest::of(limit, usize::MAX, |_| 0);
    let parts =
        |selected| told(selected, manner).into_iter().map(|(place, told)| (place, told.story)).collect();
    Ok(newest_of(reader, choice, newest, parts)?.0)
}

fn newest_of<T>(
    reader: &Reader,
    Choice { options, wanted }: &Choice,
    mut newest: Newest<T>,
    parts: impl Fn(Selected) -> Vec<(Place, T)>,
) -> Result<(Vec<T>, Looked), StoreError> {
    let (river, mut looked, begun) = (options.name.as_str(), Looked::default(), Instant::now());
    reader.selected(wanted, |selected| {
        let place = selected.place;
        looked.stories.insert(selected.story.id);
        let flow = newest.take(place, parts(selected));
        looked.floor = flow.is_break().then_some(place);
        flow
    })?;
    let (stories, looked_at, ms) = (newest.end(), looked.stories.len(), begun.elapsed().as_millis());
    tracing::debug!(river, stories = stories.len(), looked_at, ms, "selected");
    Ok((stories, looked))
}

/// Whether what a river that selects shows is still what it was when it was made of `basis`. Two labels may have one name
/// after the other: they differ in title. Blocks.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn stands(reader: &Reader, choice: &Choice, made: &mut Made) -> Result<bool, StoreError> {
    Ok(made.title == choice.options.title && reader.stands(&mut made.basis, &choice.wanted)?)
}

/// A river that selects, as it was made last.
#[derive(Debug)]
pub struct Made {
    /// The owner's name for it, or its label.
    pub title: String,
    /// Of what.
    pub basis: Basis,
}

/// The parts of a story that have a report in the window.
fn told(selected: Selected, manner: Manner<'_>) -> Vec<(Place, ToldStory)> {
    let Selected { since, story, .. } = selected;
    let young = story.reports.iter().filter(|stored| since.is_none_or(|since| stored.rank >= since));
    let young: HashSet<EntryId> = young.map(|stored| stored.report.row).collect();
    let mut parts = parts(story, manner);
    parts.retain(|(_, told)| {
        young.contains(&told.lead.row)
            || told.coverage.iter().any(|covering| young.contains(&covering.report.row))
    });
    parts
}

/// Puts the parts of stories in order, where the stories come with the newest report first.
struct Newest<T> {
    limit: usize,
    /// Bytes that are left for texts.
    room: usize,
    bytes: fn(&T) -> usize,
    waiting: BTreeMap<Reverse<Place>, T>,
    told: Vec<T>,
}

impl<T> Newest<T> {
    /// Of nothing yet, `limit` parts at most, and none after the first that has no room.
    fn of(limit: usize, room: usize, bytes: fn(&T) -> usize) -> Self {
        Self { limit, room, bytes, waiting: BTreeMap::new(), told: Vec::new() }
    }

    /// Takes the parts of the story whose newest report stands at `newest`.
    fn take(&mut self, newest: Place, parts: Vec<(Place, T)>) -> ControlFlow<()> {
        // Nothing that still comes ranks above it: what waits above it has its turn.
        while let Some(first) = self.waiting.first_entry().filter(|first| first.key().0 > newest) {
            let part = first.remove();
            let left = self.room.checked_sub((self.bytes)(&part));
            self.told.push(part);
            let Some(left) = left else { return ControlFlow::Break(()) };
            self.room = left;
        }
        if self.told.len() >= self.limit {
            return ControlFlow::Break(());
        }
        self.waiting.extend(parts.into_iter().map(|(place, part)| (Reverse(place), part)));
        ControlFlow::Continue(())
    }

    /// The newest of all that was taken, in order.
    fn end(self) -> Vec<T> {
        self.told.into_iter().chain(self.waiting.into_values()).take(self.limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    /// Stories as the places of their parts' first reports and that of their newest report; the order of `limit` parts
    /// and how many stories were looked at.
    fn check(stories: &[(&[i64], i64)], limit: usize, expected: (&[i64], usize)) {
        let place = |rank: i64| (Timestamp(rank), EntryId(rank));
        let (mut newest, mut looked) = (Newest::of(limit, usize::MAX, |_| 0), 0);
        for (parts, latest) in stories {
            looked += 1;
            let parts = parts.iter().map(|rank| (place(*rank), *rank)).collect();
            if newest.take(place(*latest), parts).is_break() {
                break;
            }
        }
        assert_eq!((newest.end(), looked), (expected.0.to_vec(), expected.1));
    }

    #[test]
    fn parts_are_told_newest_first_and_no_more_stories_are_looked_at_than_it_takes() {
        check(&[], 3, (&[], 0));
        check(&[(&[9], 9), (&[8], 8)], 9, (&[9, 8], 2));
        // The story with the newest report has an old part; a later one has parts between.
        check(&[(&[1, 9], 9), (&[6, 4], 8), (&[5], 5), (&[3], 3)], 4, (&[9, 6, 5, 4], 4));
        // Its newest report lengthens an old part: what comes after it stands above.
        check(&[(&[2], 9), (&[8], 8), (&[7], 7), (&[6], 6), (&[5], 5)], 2, (&[8, 7], 4));
    }

    #[test]
    fn no_more_texts_are_gathered_than_there_is_room_for() {
        let place = |rank: i64| (Timestamp(rank), EntryId(rank));
        let mut newest = Newest::of(99, 10, |bytes: &usize| *bytes);
        let taken = (1..50_i64)
            .rev()
            .take_while(|rank| newest.take(place(*rank), vec![(place(*rank), 4)]).is_continue());
        assert_eq!((taken.count(), newest.end().len()), (3, 3));
    }
}
