//! Which rivers there are, and what each selects.
//! A story is in a river if at least one of its reports is selected. What the river shows of it, lead and coverage, are
//! the selected reports; the others are not named there. It stands where the first of them stands.
//! Promises: ids are those of the river of everything: a story has one id, whichever river shows whichever part of it.

use std::collections::HashSet;
use std::time::Instant;

use crate::config::options::river::{RiverOptions, Rivers};
use crate::model::ids::EntryId;
use crate::model::river::ToldStory;
use crate::pipeline::labels::{LabelRiver, Labels};
use crate::pipeline::republish::Newest;
use crate::pipeline::unfolding::{Manner, Place, parts};
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
    let all = rivers.0.iter().cloned().chain(own.iter().map(LabelRiver::options));
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

/// What a river that selects tells, newest first. Blocks.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn stories(
    reader: &Reader,
    Choice { options, wanted }: &Choice,
    manner: Manner<'_>,
    limit: usize,
) -> Result<Vec<ToldStory>, StoreError> {
    let river = options.name.as_str();
    let (mut newest, mut looked_at, begun) = (Newest::of(limit), 0_usize, Instant::now());
    reader.selected(wanted, |selected| {
        looked_at += 1;
        newest.take(selected.place, told(selected, manner))
    })?;
    let (stories, ms) = (newest.end(), begun.elapsed().as_millis());
    tracing::debug!(river, stories = stories.len(), looked_at, ms, "selected");
    Ok(stories)
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
