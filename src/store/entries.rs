//! One stored entry with everything that is known of it, and the ways by which its owner may call it.

use rusqlite::Row;

use crate::model::ids::{EntryId, StoryId};
use crate::model::river::Report;
use crate::model::story::{Tier, Verdict};
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::river::{report, tier};
use crate::store::rows::{all, json, one};

/// An entry as stored.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// What it says and who says it.
    pub report: Report,
    /// The key of its feed: the URL, or `file:` and the path.
    pub feed_key: String,
    /// Its story.
    pub story: StoryId,
    /// The story's id for readers.
    pub story_atom_id: String,
    /// Its id for readers where it is the first of what a river tells as one entry.
    pub told_as: String,
    /// How near it was when it joined; `None`: it began the story.
    pub tier: Option<Tier>,
    /// What the engine said of it.
    pub verdict: Verdict,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// Its place in rivers if it begins a story.
    pub rank: Timestamp,
    /// It was withdrawn.
    pub withdrawn: bool,
}

const ENTRY: &str =
    "SELECT entries.id AS id, tier, verdict, entry, entries.atom_id AS atom_id, published, updated,
        entries.first_seen AS first_seen, withdrawn, story, stories.atom_id AS story_atom_id, told_as,
        coalesce(entries.rank, published) AS entry_rank,
        feeds.key AS feed_key, feeds.atom_id AS feed_atom_id, feeds.feed AS feed,
        (SELECT title FROM subscriptions AS s WHERE s.feed = feeds.id AND title IS NOT NULL ORDER BY asked_by LIMIT 1)
            AS owner_title
    FROM entries JOIN feeds ON feeds.id = entries.feed JOIN stories ON stories.id = entries.story
    WHERE entries.id = ?1";

impl Reader {
    /// The entry; `None` if there is none of this number.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn entry(&self, id: EntryId) -> Result<Option<StoredEntry>, StoreError> {
        self.view(|db| one(db, ENTRY, [id.0], stored))
    }

    /// All entries of a story, withdrawn ones too, in the order they came.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn members(&self, story: StoryId) -> Result<Vec<EntryId>, StoreError> {
        let sql = "SELECT id FROM entries WHERE story = ?1 ORDER BY id";
        self.view(|db| all(db, sql, [story.0], |row| Ok(EntryId(row.get(0)?))))
    }

    /// Entries that readers know by this id, or whose link or canonical link this is, in the order they came; else
    /// those of the story that readers know by this id; else the first of what a river tells under this id.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn entries_called(&self, name: &str, canonical: &str) -> Result<Vec<EntryId>, StoreError> {
        let own = "SELECT id FROM entries WHERE atom_id = ?1 OR link = ?1
                   OR json_extract(entry, '$.canonical_link') = ?2 ORDER BY id";
        let told =
            "SELECT e.id FROM entries AS e JOIN stories AS s ON e.story = coalesce(s.merged_into, s.id)
                    WHERE s.atom_id = ?1 ORDER BY e.id";
        self.view(|db| {
            let found = all(db, own, [name, canonical], |row| Ok(EntryId(row.get(0)?)))?;
            if !found.is_empty() {
                return Ok(found);
            }
            let found = all(db, told, [name], |row| Ok(EntryId(row.get(0)?)))?;
            if !found.is_empty() {
                return Ok(found);
            }
            all(db, "SELECT id FROM entries WHERE told_as = ?1", [name], |row| Ok(EntryId(row.get(0)?)))
        })
    }

    /// Shows every title to `see`, with the entry's number, newest first; withdrawn entries are left out.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn titles(&self, mut see: impl FnMut(EntryId, &str)) -> Result<(), StoreError> {
        let sql = "SELECT id, title FROM entries WHERE withdrawn IS NULL ORDER BY id DESC";
        self.view(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                see(EntryId(row.get(0)?), row.get_ref(1)?.as_str().unwrap_or_default());
            }
            Ok(())
        })
    }
}

fn stored(row: &Row<'_>) -> Result<StoredEntry, StoreError> {
    Ok(StoredEntry {
        report: report(row)?,
        feed_key: row.get("feed_key")?,
        story: StoryId(row.get("story")?),
        story_atom_id: row.get("story_atom_id")?,
        told_as: row.get("told_as")?,
        tier: tier(row)?,
        verdict: json(row, "verdict")?,
        first_seen: Timestamp(row.get("first_seen")?),
        rank: Timestamp(row.get("entry_rank")?),
        withdrawn: row.get::<_, Option<i64>>("withdrawn")?.is_some(),
    })
}
