//! Makes the current editions from the store: for each river, read what it tells, fold it as the river folds, render.
//! Deliberately not here: how a story becomes what a river tells of it (`unfolding`).
//!
//! To let a river select by something further: an option of the river, heeded in `selecting`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::config::options::publish::PublishOptions;
use crate::config::options::river::{EVERYTHING, RiverOptions, Rivers};
use crate::model::river::{River, ToldStory};
use crate::model::story::Folding;
use crate::model::time::Timestamp;
use crate::parse::identity::river_atom_id;
use crate::pipeline::selecting::{self, Choice};
use crate::pipeline::unchanged::Unchanged;
use crate::pipeline::unfolding::{Manner, Place, parts, whole};
use crate::publish::atom;
use crate::publish::edition::Edition;
use crate::store::error::StoreError;
use crate::store::reader::Reader;

/// What the rivers are made from.
#[derive(Debug, Clone)]
pub struct Press {
    /// The store.
    pub reader: Reader,
    /// The owner's choices for all rivers.
    pub options: PublishOptions,
    /// The owner's choices for each.
    pub rivers: Rivers,
    /// Feeds whose report leads a story, as `story.prefer` names them.
    pub prefer: Vec<String>,
    /// Where readers reach riverd, without a slash at the end.
    pub public_url: String,
    /// Tells this store from others.
    pub store_name: String,
    /// When the store was made.
    pub born: Timestamp,
    /// The editions made last.
    pub unchanged: Unchanged,
}

impl Press {
    /// The editions, each with its path. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn editions(&self) -> Result<Vec<(String, Edition)>, StoreError> {
        let mut editions = Vec::new();
        for choice in selecting::choices(&self.reader, &self.rivers, self.options.label_rivers)? {
            let edition = self.unchanged.or_made(&self.reader, &choice, || self.edition(&choice))?;
            editions.push((format!("/{}.atom", choice.options.name), edition));
        }
        Ok(editions)
    }

    fn edition(&self, choice: &Choice) -> Result<Edition, StoreError> {
        let river = self.river(choice)?;
        let bytes = atom::render(&river, &self.options);
        Ok(Edition::new(bytes, atom::MEDIA_TYPE, atom::updated(&river)))
    }

    /// One river, newest first.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn river(&self, choice: &Choice) -> Result<River, StoreError> {
        let options = &choice.options;
        let name = options.name.clone();
        Ok(River {
            title: self.title(options),
            atom_id: river_atom_id(&self.store_name, &name),
            self_url: Some(format!("{}/{name}.atom", self.public_url)),
            stories: self.stories(choice)?,
            born: self.born,
            name,
        })
    }

    fn title(&self, options: &RiverOptions) -> String {
        let titles =
            [options.title.as_str(), if options.name == EVERYTHING { &self.options.title } else { "" }];
        let title = titles.into_iter().find(|title| !title.trim().is_empty());
        title.unwrap_or(&options.name).to_owned()
    }

    fn stories(&self, choice: &Choice) -> Result<Vec<ToldStory>, StoreError> {
        let options = &choice.options;
        let limit = if options.limit == 0 { self.options.limit } else { options.limit };
        let folding = Folding { copies: options.copies, stories: options.stories };
        let manner = Manner { folding, prefer: &[&options.prefer, &self.prefer] };
        if !choice.wanted.is_everything() {
            return selecting::stories(&self.reader, choice, manner, limit);
        }
        if folding == Folding::ALL {
            let stories = self.reader.river(limit)?;
            return Ok(stories.into_iter().filter_map(|story| whole(story, manner.prefer)).collect());
        }
        let mut newest = Newest::of(limit);
        self.reader.river_by_report(|place, story| newest.take(place, parts(story, manner)))?;
        Ok(newest.end())
    }
}

/// Puts the parts of stories in order, where the stories come with the newest report first.
pub(crate) struct Newest<T> {
    limit: usize,
    waiting: BTreeMap<Reverse<Place>, T>,
    told: Vec<T>,
}

impl<T> Newest<T> {
    /// Of nothing yet, `limit` parts at most.
    pub(crate) fn of(limit: usize) -> Self {
        Self { limit, waiting: BTreeMap::new(), told: Vec::new() }
    }

    /// Takes the parts of the story whose newest report stands at `newest`.
    pub(crate) fn take(&mut self, newest: Place, parts: Vec<(Place, T)>) -> ControlFlow<()> {
        // Nothing that still comes ranks above it: what waits above it has its turn.
        while let Some(first) = self.waiting.first_entry().filter(|first| first.key().0 > newest) {
            self.told.push(first.remove());
        }
        if self.told.len() >= self.limit {
            return ControlFlow::Break(());
        }
        self.waiting.extend(parts.into_iter().map(|(place, part)| (Reverse(place), part)));
        ControlFlow::Continue(())
    }

    /// The newest of all that was taken, in order.
    pub(crate) fn end(self) -> Vec<T> {
        self.told.into_iter().chain(self.waiting.into_values()).take(self.limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::EntryId;

    /// Stories as the places of their parts' first reports and that of their newest report; the order of `limit` parts
    /// and how many stories were looked at.
    fn check(stories: &[(&[i64], i64)], limit: usize, expected: (&[i64], usize)) {
        let place = |rank: i64| (Timestamp(rank), EntryId(rank));
        let (mut newest, mut looked) = (Newest::of(limit), 0);
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
}
