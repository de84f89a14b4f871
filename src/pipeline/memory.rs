//! The engine's memory: filled from the store when it is first needed, and watched as it nears its bound.
//! Promises: after a restart, a correction or a failed commit the engine is what it would be had it never forgotten.

use crate::config::options::story::StoryOptions;
use crate::model::ids::EntryId;
use crate::model::time::{DAY_MS, Timestamp};
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::ingest::Ingest;
use crate::pipeline::telling::{Print, is_folded, print};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::story::engine::Engine;

impl Ingest {
    /// Fills the engine, if that was not done yet: a round of polls that brings nothing new needs none.
    ///
    /// # Errors
    /// As [`PipelineError`] lists.
    pub async fn wake(&mut self) -> Result<(), PipelineError> {
        if self.awake { Ok(()) } else { self.remember().await }
    }

    /// Fills the engine anew from the stored fingerprints; from texts only where a fingerprint is of another version.
    pub(crate) async fn remember(&mut self) -> Result<(), PipelineError> {
        let (reader, options, now) = (self.reader.clone(), self.config.story.clone(), (self.clock)());
        let (engine, anew) = blocking(move || filled(&reader, &options, now)).await?;
        self.bound.tell(engine.len(), 1, engine.len());
        (self.engine, self.awake) = (engine, true);
        if !anew.is_empty() {
            tracing::info!(
                count = anew.len(),
                "fingerprints of another version were made anew from the stored texts"
            );
            self.writer.keep_fingerprints(anew).await?;
        }
        Ok(())
    }
}

type Anew = Vec<(EntryId, Vec<u8>)>;

fn filled(reader: &Reader, options: &StoryOptions, now: Timestamp) -> Result<(Engine, Anew), StoreError> {
    let since = now.plus_ms(-((options.window_days * DAY_MS as f64) as i64));
    let (mut engine, mut anew) = (Engine::new(options), Vec::new());
    let folded = |language: Option<&str>| is_folded(&options.languages, language);
    for known in reader.window(since, options.max_active, folded)? {
        let print = match print(reader, &engine, known.entry, &known.fingerprint)? {
            Some(Print::Stored(print)) => print,
            Some(Print::Anew(print)) => {
                anew.push((known.entry, print.to_bytes()));
                print
            }
            None => continue,
        };
        engine.admit(known.entry, known.story, print, known.admitted);
    }
    Ok((engine, anew))
}

/// Tells when `story.max_active` bites: once, until there is room again.
#[derive(Debug)]
pub struct Bound {
    max_active: usize,
    bites: bool,
}

impl Bound {
    /// Of an engine that is not full.
    pub fn new(max_active: usize) -> Self {
        Self { max_active, bites: false }
    }

    /// The engine held `before` entries, was given `more`, and holds `after`. True: it was told now.
    pub fn tell(&mut self, before: usize, more: usize, after: usize) -> bool {
        let full = after >= self.max_active && before + more > self.max_active;
        if after < self.max_active / 10 * 9 {
            self.bites = false;
        }
        if !full || self.bites {
            return false;
        }
        self.bites = true;
        tracing::warn!(
            max_active = self.max_active,
            "story.max_active bites: the oldest entries are no longer compared; raise it, or shorten story.window_days"
        );
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_told_once_until_there_is_room_again() {
        let mut bound = Bound::new(100);
        let told: Vec<_> =
            [(98, 2, 100), (100, 5, 100), (100, 1, 100), (95, 0, 80), (80, 20, 100), (100, 1, 100)]
                .into_iter()
                .map(|(before, more, after)| bound.tell(before, more, after))
                .collect();
        assert_eq!(told, [false, true, false, false, false, true]);
    }
}
