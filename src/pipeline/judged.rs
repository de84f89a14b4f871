//! Compares a document's entries with what is known of its feed, and has the fresh ones judged.

use std::collections::{HashMap, HashSet};

use crate::model::document::Origin;
use crate::model::entry::Entry;
use crate::model::story::{Decision, Verdict};
use crate::model::time::Timestamp;
use crate::parse::identity::{entry_atom_id, story_atom_id};
use crate::pipeline::mint::Mint;
use crate::pipeline::reading::{Made, Making};
use crate::pipeline::telling::is_folded;
use crate::store::change::{Changed, Content, Fresh, KnownEntry, News};
use crate::story::engine::Engine;
use crate::story::fingerprint::Fingerprint;

/// One document's way past the engine.
pub struct Judging<'a> {
    /// The engine: fresh entries are admitted as they are judged, so that the next one is judged with them.
    pub engine: &'a mut Engine,
    /// Ids for what is fresh.
    pub mint: &'a mut Mint,
    /// Which feed.
    pub origin: &'a Origin,
    /// When the document was read.
    pub now: Timestamp,
    /// It is the feed's first document: its old entries take the place of their date in rivers, so that a feed just
    /// added floods nothing.
    pub backfill: Backfill,
    /// Entries whose id their publisher has changed, by the new one: no reader is told of that.
    pub renamed: &'a HashSet<String>,
    /// Primary tags of the languages whose entries are folded; none: all.
    pub languages: &'a [String],
}

/// Where the entries of a document stand in rivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backfill {
    /// By their own date.
    ByDate,
    /// As of now.
    AsNew,
    /// By their own date; those neither among the newest `count` nor as young as `since` are stored, but stand in none.
    OnlyNewest {
        /// So many.
        count: usize,
        /// Not older than this.
        since: Timestamp,
    },
}

impl Judging<'_> {
    /// What is fresh and what has changed, given what is known. Fresh entries are judged oldest first, and after the
    /// changed ones were taken in anew: so the engine's order is that of the rows, and a restart finds it again.
    /// `made`: what was made of each entry, in their order.
    pub fn judge(
        &mut self,
        mut entries: Vec<Entry>,
        made: Vec<Making>,
        known: &HashMap<String, KnownEntry>,
    ) -> (Vec<Fresh>, Vec<Changed>) {
        disbelieve_dates_all_alike(&mut entries);
        let mut entries: Vec<(Entry, Making)> = entries.into_iter().zip(made).collect();
        entries.reverse();
        entries.sort_by_key(|(entry, _)| self.published(entry));
        let (mut fresh, mut seen, all) = (Vec::new(), Vec::new(), entries.len());
        for (at, (entry, making)) in entries.into_iter().enumerate() {
            match known.get(&entry.id) {
                None => fresh.push((self.news(all - at, &entry), entry, making)),
                Some(known) => seen.push((known, entry, making)),
            }
        }
        seen.sort_by_key(|(known, ..)| known.id);
        let changed =
            seen.into_iter().filter_map(|(known, entry, making)| self.changed(entry, making, known));
        let changed = changed.collect();
        (fresh.into_iter().map(|(news, entry, making)| self.fresh(entry, making, news)).collect(), changed)
    }

    /// Whether the entry that is the `place`-newest of the document (1: the newest) is told.
    fn news(&self, place: usize, entry: &Entry) -> News {
        match self.backfill {
            Backfill::OnlyNewest { count, since } if place > count && self.published(entry) < since => {
                News::Backfill
            }
            _ => News::Told,
        }
    }

    /// The publisher's date, never in the future; missing: now.
    fn published(&self, entry: &Entry) -> Timestamp {
        entry.published.or(entry.updated).map_or(self.now, |at| at.min(self.latest()))
    }

    /// The latest moment that has come: a clock that was set back makes no future of it.
    fn latest(&self) -> Timestamp {
        self.now.max(self.mint.latest)
    }

    fn fresh(&mut self, entry: Entry, making: Making, news: News) -> Fresh {
        let key = self.origin.key();
        let published = self.published(&entry);
        let Made { texts, print } = making.made.unwrap_or_else(|| Made::of(&key, &entry));
        let print = Fingerprint { at: published, ..print };
        let folded = news == News::Told && is_folded(self.languages, entry.language.as_deref());
        let verdict = if folded { self.engine.judge(&print, self.now) } else { left_alone() };
        let id = self.mint.entry();
        let story = match verdict.decision {
            Decision::Join { story, .. } => story,
            Decision::New => self.mint.story(),
        };
        let fingerprint = print.to_bytes();
        if folded {
            self.engine.admit(id, story, print, self.now);
        }
        tracing::debug!(entry = %entry.id, %story, ?verdict.decision, score = verdict.score, "judged");
        Fresh {
            id,
            atom_id: entry_atom_id(&key, &entry),
            story,
            told_as: story_atom_id(&key, &entry),
            rank: if self.backfill == Backfill::AsNew { self.now } else { published },
            news,
            verdict,
            published,
            content: Content {
                hash: making.hash,
                texts,
                fingerprint,
                updated: entry
                    .updated
                    .map_or(published, |at| at.clamp(published, self.latest().max(published))),
                entry,
            },
        }
    }

    fn changed(&mut self, entry: Entry, making: Making, known: &KnownEntry) -> Option<Changed> {
        let hash = making.hash;
        if hash == known.hash && !known.withdrawn {
            return None;
        }
        let published = self.published(&entry);
        let Made { texts, print } = making.made.unwrap_or_else(|| Made::of(&self.origin.key(), &entry));
        let print = Fingerprint { at: published, ..print };
        let fingerprint = print.to_bytes();
        self.engine.retract(known.id);
        if !known.backfill && is_folded(self.languages, entry.language.as_deref()) {
            self.engine.admit(known.id, known.story, print, self.now);
        }
        let given = entry.updated.filter(|at| *at > known.updated && *at <= self.latest());
        let untold = hash == known.hash || self.renamed.contains(&entry.id);
        let updated =
            if untold { known.updated } else { given.unwrap_or(self.now.max(known.updated.plus_ms(1))) };
        Some(Changed { id: known.id, content: Content { entry, hash, fingerprint, updated, texts } })
    }
}

/// A feed all of whose entries were updated at the same instant says when it was made, not when they changed: those that
/// have a date of publication are judged by that.
fn disbelieve_dates_all_alike(entries: &mut [Entry]) {
    let Some(first) = entries.first().and_then(|entry| entry.updated) else { return };
    if entries.len() > 1 && entries.iter().all(|entry| entry.updated == Some(first)) {
        entries.iter_mut().filter(|entry| entry.published.is_some()).for_each(|entry| entry.updated = None);
    }
}

/// Of an entry in a language that the owner does not have folded, or that is no news.
fn left_alone() -> Verdict {
    Verdict {
        decision: Decision::New,
        nearest: None,
        score: 0.0,
        threshold: 1.0,
        evidence: Vec::new(),
        same: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_change_that_are_all_alike_are_believed_of_none_that_has_another() {
        let entry = |published: Option<i64>, updated: i64| Entry {
            published: published.map(Timestamp),
            updated: Some(Timestamp(updated)),
            ..Entry::default()
        };
        let check = |mut entries: Vec<Entry>, expected: &[Option<i64>]| {
            disbelieve_dates_all_alike(&mut entries);
            let left: Vec<_> = entries.iter().map(|entry| entry.updated.map(|at| at.0)).collect();
            assert_eq!(left, expected);
        };
        check(vec![entry(Some(1), 9), entry(None, 9), entry(Some(3), 9)], &[None, Some(9), None]);
        check(vec![entry(Some(1), 9), entry(Some(2), 8)], &[Some(9), Some(8)]);
        check(vec![entry(Some(1), 9)], &[Some(9)]);
        check(vec![], &[]);
    }
}
