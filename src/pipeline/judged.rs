//! Compares a document's entries with what is known of its feed, and has the fresh ones judged.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::model::document::Origin;
use crate::model::entry::Entry;
use crate::model::story::{Decision, Verdict};
use crate::model::time::Timestamp;
use crate::parse::identity::{entry_atom_id, story_atom_id};
use crate::pipeline::mint::Mint;
use crate::pipeline::telling::{fingerprint, is_folded};
use crate::store::change::{Changed, Content, Fresh, KnownEntry};
use crate::story::engine::Engine;

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
}

impl Judging<'_> {
    /// What is fresh and what has changed, given what is known. Fresh entries are judged oldest first, and after the
    /// changed ones were taken in anew: so the engine's order is that of the rows, and a restart finds it again.
    pub fn judge(
        &mut self,
        mut entries: Vec<Entry>,
        known: &HashMap<String, KnownEntry>,
    ) -> (Vec<Fresh>, Vec<Changed>) {
        disbelieve_dates_all_alike(&mut entries);
        entries.reverse();
        entries.sort_by_key(|entry| self.published(entry));
        let (mut fresh, mut seen) = (Vec::new(), Vec::new());
        for entry in entries {
            match known.get(&entry.id) {
                None => fresh.push(entry),
                Some(known) => seen.push((known, entry)),
            }
        }
        seen.sort_by_key(|(known, _)| known.id);
        let changed = seen.into_iter().filter_map(|(known, entry)| self.changed(entry, known)).collect();
        (fresh.into_iter().map(|entry| self.fresh(entry)).collect(), changed)
    }

    /// The publisher's date, never in the future; missing: now.
    fn published(&self, entry: &Entry) -> Timestamp {
        entry.published.or(entry.updated).map_or(self.now, |at| at.min(self.now))
    }

    fn fresh(&mut self, entry: Entry) -> Fresh {
        let key = self.origin.key();
        let published = self.published(&entry);
        let print = fingerprint(self.engine, &key, &entry, published);
        let folded = is_folded(self.languages, entry.language.as_deref());
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
            rank: if self.backfill == Backfill::ByDate { published } else { self.now },
            verdict,
            published,
            content: Content {
                hash: seen_hash(&entry),
                fingerprint,
                updated: entry.updated.map_or(published, |at| at.clamp(published, self.now.max(published))),
                entry,
            },
        }
    }

    fn changed(&mut self, entry: Entry, known: &KnownEntry) -> Option<Changed> {
        let hash = seen_hash(&entry);
        if hash == known.hash && !known.withdrawn {
            return None;
        }
        let published = self.published(&entry);
        let print = fingerprint(self.engine, &self.origin.key(), &entry, published);
        let fingerprint = print.to_bytes();
        self.engine.retract(known.id);
        if is_folded(self.languages, entry.language.as_deref()) {
            self.engine.admit(known.id, known.story, print, self.now);
        }
        let given = entry.updated.filter(|at| *at > known.updated && *at <= self.now);
        let updated = if hash == known.hash { known.updated } else { given.unwrap_or(self.now) };
        Some(Changed { id: known.id, content: Content { entry, hash, fingerprint, updated } })
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

/// Of an entry in a language that the owner does not have folded.
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

/// Hash of what a reader sees of an entry: a change of anything else is none.
fn seen_hash(entry: &Entry) -> Vec<u8> {
    let mut hasher = Sha256::new();
    let parts = [Some(&entry.title), entry.link.as_ref(), entry.summary.as_ref(), entry.content.as_ref()];
    for part in parts {
        let part = part.map_or("", String::as_str);
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()[..16].to_vec()
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
