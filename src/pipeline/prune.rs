//! Forgets what the owner does not want kept, and gives back the room, a bite at a time.
//! Promises: what was forgotten does not come back as new; the engine forgets it too; between two bites everything else
//! has its turn. Age is counted from what the store saw last, not from a clock that may be wrong, nor faster than one.
//! Deliberately not here: what may be forgotten (`store::retention`), and when bites are taken (`daemon`).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::config::load::Config;
use crate::model::document::Origin;
use crate::model::entry::Entry;
use crate::model::ids::{EntryId, StoryId};
use crate::model::time::Timestamp;
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::ingest::Ingest;
use crate::pipeline::reading::Told;
use crate::pipeline::selecting::{Choice, choices, shown};
use crate::pipeline::unfolding::Manner;
use crate::pipeline::window::folding;
use crate::store::change::{KnownEntry, KnownFeed};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::retention::Limits;

/// Stories looked through in one bite.
const STORIES: usize = 500;
/// Stories forgotten in one transaction.
const FORGOTTEN: usize = 50;
/// Pages given back in one bite: of 4 KiB each.
const PAGES: i64 = 256;

/// One way through the store.
#[derive(Debug)]
pub struct Pruning {
    limits: Arc<Limits>,
    after: StoryId,
    /// Stories that wait to be forgotten.
    waiting: Vec<StoryId>,
    looking: bool,
    stories: usize,
    entries: usize,
}

/// What comes after a bite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another one.
    Bite,
    /// Nothing: it is done.
    Nothing,
}

impl Ingest {
    /// How often the owner wants that.
    pub fn prune_every(&self) -> Duration {
        self.config.store.prune_every
    }

    /// Begins a way through the store.
    ///
    /// # Errors
    /// As [`PipelineError`] lists.
    pub async fn begin_pruning(&self) -> Result<Pruning, PipelineError> {
        let (reader, config, now) = (self.reader.clone(), self.config.clone(), (self.clock)());
        let limits = blocking(move || limits(&reader, &config, now)).await?;
        let looking = !limits.keep_everything();
        let (after, waiting) = (StoryId(0), Vec::new());
        Ok(Pruning { limits: Arc::new(limits), after, waiting, looking, stories: 0, entries: 0 })
    }

    /// Goes a little further.
    ///
    /// # Errors
    /// As [`PipelineError`] lists: what was done in this bite is undone then.
    pub async fn prune(&mut self, pruning: &mut Pruning) -> Result<Next, PipelineError> {
        if !pruning.waiting.is_empty() {
            self.forget(pruning).await?;
            return Ok(Next::Bite);
        }
        if pruning.looking {
            let (reader, limits, after) = (self.reader.clone(), pruning.limits.clone(), pruning.after);
            let found = blocking(move || reader.forgettable(&limits, after, STORIES)).await?;
            pruning.waiting = found.stories;
            pruning.looking = found.up_to.is_some();
            pruning.after = found.up_to.unwrap_or(pruning.after);
            return Ok(Next::Bite);
        }
        if self.writer.give_back(PAGES).await? {
            return Ok(Next::Bite);
        }
        if pruning.entries > 0 {
            tracing::info!(stories = pruning.stories, entries = pruning.entries, "forgotten");
        }
        Ok(Next::Nothing)
    }

    /// Everything at once, where nobody waits.
    ///
    /// # Errors
    /// As [`PipelineError`] lists.
    pub async fn prune_all(&mut self) -> Result<usize, PipelineError> {
        let mut pruning = self.begin_pruning().await?;
        while self.prune(&mut pruning).await? == Next::Bite {}
        Ok(pruning.entries)
    }

    async fn forget(&mut self, pruning: &mut Pruning) -> Result<(), PipelineError> {
        let now = self.mint.moment((self.clock)());
        let left = pruning.waiting.len().saturating_sub(FORGOTTEN);
        let some = pruning.waiting[left..].to_vec();
        let forgotten = self.writer.forget(some, pruning.limits.clone(), now).await?;
        pruning.waiting.truncate(left);
        pruning.stories += forgotten.stories;
        pruning.entries += forgotten.entries.len();
        forgotten.entries.into_iter().for_each(|entry| self.engine.retract(entry));
        Ok(())
    }

    /// Leaves out of a feed's document what was forgotten of it, and returns what of it is known. What lies in the watched
    /// folder is in, whatever was.
    pub(crate) async fn leave_forgotten(
        &self,
        origin: &Origin,
        feed: Option<&KnownFeed>,
        known: &HashMap<String, KnownEntry>,
        told: &mut Told,
    ) -> Result<Vec<EntryId>, PipelineError> {
        let entries = &told.parsed.entries;
        let held = entries.iter().filter_map(|entry| Some(known.get(&entry.id)?.id)).collect();
        let feed = feed.filter(|_| matches!(origin, Origin::Remote(_))).map(|feed| feed.id);
        let unknown = entries.iter().filter(|entry| !known.contains_key(&entry.id));
        let unknown: Vec<String> = unknown.map(|entry| entry.id.clone()).collect();
        let Some(feed) = feed.filter(|_| !unknown.is_empty()) else { return Ok(held) };
        let reader = self.reader.clone();
        let forgotten = blocking(move || reader.forgotten_of(feed, &unknown)).await?;
        if !forgotten.is_empty() {
            leave(told, |entry| forgotten.contains(&entry.id));
        }
        Ok(held)
    }
}

/// What was made of an entry goes with it.
fn leave(told: &mut Told, is_left: impl Fn(&Entry) -> bool) {
    let entries = std::mem::take(&mut told.parsed.entries).into_iter();
    let kept = entries.zip(std::mem::take(&mut told.made)).filter(|(entry, _)| !is_left(entry));
    (told.parsed.entries, told.made) = kept.unzip();
}

/// What may be forgotten by what the owner chose, and by what is shown now. Blocks.
fn limits(reader: &Reader, config: &Config, now: Timestamp) -> Result<Limits, StoreError> {
    let (keep, count) = (config.store.keep, config.store.keep_entries);
    let keep_ms = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
    let seen = reader.last_moment()?.min(now);
    let last_places = if count > 0 { reader.last_places(count)? } else { HashMap::new() };
    let limits = Limits {
        before: (keep_ms > 0).then(|| seen.plus_ms(-keep_ms)),
        last_places,
        archived: config.store.forget_archived,
        ..Limits::default()
    };
    if limits.keep_everything() {
        return Ok(limits);
    }
    let choices = choices(reader, &config.rivers, config.publish.label_rivers)?;
    let (lookers, others): (Vec<&Choice>, Vec<&Choice>) =
        choices.iter().partition(|choice| choice.wanted.is_everything());
    let name = |choice: &Choice| choice.options.name.clone();
    let mut shown = HashSet::new();
    for choice in others {
        shown.extend(shown_by(reader, choice, config.publish.limit)?);
    }
    Ok(Limits {
        rivers: choices.iter().map(name).collect(),
        lookers: lookers.into_iter().map(name).collect(),
        shown,
        ..limits
    })
}

/// What a river that selects shows.
fn shown_by(reader: &Reader, choice: &Choice, usual: usize) -> Result<Vec<StoryId>, StoreError> {
    let limit = if choice.options.limit == 0 { usual } else { choice.options.limit };
    let manner = Manner { folding: folding(&choice.options), prefer: &[], longest: usize::MAX };
    shown(reader, choice, manner, limit)
}
