//! Compares a document's entries with what is known of its feed, and has the fresh ones judged.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::model::document::Origin;
use crate::model::entry::Entry;
use crate::model::ids::{EntryId, StoryId};
use crate::model::story::{Decision, Telling};
use crate::model::time::Timestamp;
use crate::parse::identity::{entry_atom_id, story_atom_id};
use crate::parse::text::plain;
use crate::store::change::{Changed, Content, Fresh, KnownEntry};
use crate::story::engine::Engine;

/// Gives out ids that were never given out.
#[derive(Debug)]
pub struct Mint {
    /// The last one given out.
    pub entry: EntryId,
    /// The last one given out.
    pub story: StoryId,
}

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
    /// What is fresh and what has changed, given what is known. Fresh entries are judged oldest first.
    pub fn judge(
        &mut self,
        mut entries: Vec<Entry>,
        known: &HashMap<String, KnownEntry>,
    ) -> (Vec<Fresh>, Vec<Changed>) {
        entries.reverse();
        entries.sort_by_key(|entry| self.published(entry));
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        for entry in entries {
            match known.get(&entry.id) {
                None => fresh.push(self.fresh(entry)),
                Some(known) => changed.extend(self.changed(entry, known)),
            }
        }
        (fresh, changed)
    }

    /// The publisher's date, never in the future; missing: now.
    fn published(&self, entry: &Entry) -> Timestamp {
        entry.published.or(entry.updated).map_or(self.now, |at| at.min(self.now))
    }

    fn fresh(&mut self, entry: Entry) -> Fresh {
        let key = self.origin.key();
        let published = self.published(&entry);
        let print = fingerprint(self.engine, &key, &entry, published);
        let verdict = self.engine.judge(&print, self.now);
        self.mint.entry.0 += 1;
        let (story, begins) = match verdict.decision {
            Decision::Join { story, .. } => (story, None),
            Decision::New => {
                self.mint.story.0 += 1;
                (self.mint.story, Some(story_atom_id(&key, &entry)))
            }
        };
        let fingerprint = print.to_bytes();
        self.engine.admit(self.mint.entry, story, print, self.now);
        tracing::debug!(entry = %entry.id, %story, ?verdict.decision, score = verdict.score, "judged");
        Fresh {
            id: self.mint.entry,
            atom_id: entry_atom_id(&key, &entry),
            story,
            begins,
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
        self.engine.admit(known.id, known.story, print, self.now);
        let given = entry.updated.filter(|at| *at > known.updated && *at <= self.now);
        let updated = if hash == known.hash { known.updated } else { given.unwrap_or(self.now) };
        Some(Changed { id: known.id, content: Content { entry, hash, fingerprint, updated } })
    }
}

fn fingerprint(
    engine: &Engine,
    source: &str,
    entry: &Entry,
    at: Timestamp,
) -> crate::story::fingerprint::Fingerprint {
    let summary = entry.summary.as_deref().map(plain).unwrap_or_default();
    let body = entry.content.as_deref().map_or_else(|| summary.clone(), plain);
    engine.fingerprint(&Telling {
        title: &entry.title,
        body: &body,
        summary: &summary,
        link: entry.canonical_link.as_deref(),
        language: entry.language.as_deref(),
        source,
        at,
    })
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
