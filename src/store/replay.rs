//! The past, for those who live it through again: every entry in the order in which it came, a piece at a time.

use rusqlite::{Row, params};

use crate::model::entry::Entry;
use crate::model::ids::{EntryId, StoryId};
use crate::model::story::Tier;
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::river::tier;
use crate::store::rows::{all, json, one};
use crate::store::writer::Writer;

/// An entry as it came.
#[derive(Debug)]
pub struct Arrival {
    /// The entry.
    pub entry: EntryId,
    /// Where it is now.
    pub story: StoryId,
    /// How near it was; `None`: it begins the story.
    pub tier: Option<Tier>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// When it came.
    pub first_seen: Timestamp,
    /// When the engine last took it in.
    pub admitted: Timestamp,
    /// When it was withdrawn.
    pub withdrawn: Option<Timestamp>,
    /// Serialized by the engine, of whatever version.
    pub fingerprint: Vec<u8>,
    /// Too old to be news when its feed was added: compared with nothing.
    pub backfill: bool,
}

/// What a fingerprint is made of.
#[derive(Debug)]
pub struct Text {
    /// The key of its feed.
    pub feed_key: String,
    /// What the publisher said.
    pub entry: Entry,
    /// See [`crate::model::river::Report::published`].
    pub published: Timestamp,
}

impl Reader {
    /// The next `limit` entries after `after`, withdrawn ones too, in the order they came.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn arrivals(&self, after: EntryId, limit: usize) -> Result<Vec<Arrival>, StoreError> {
        let sql =
            "SELECT id, story, tier, language, first_seen, admitted, withdrawn, fingerprint, backfill FROM entries
                   WHERE id > ?1 ORDER BY id LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.view(|db| all(db, sql, [after.0, limit], arrival))
    }

    /// How many entries there are, withdrawn ones too.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn count_entries(&self) -> Result<usize, StoreError> {
        let count: i64 =
            self.view(|db| Ok(db.query_row("SELECT count(*) FROM entries", [], |row| row.get(0))?))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// An entry's fingerprint, of whatever version; empty if there is no such entry.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn fingerprint(&self, entry: EntryId) -> Result<Vec<u8>, StoreError> {
        let sql = "SELECT fingerprint FROM entries WHERE id = ?1";
        Ok(self.view(|db| one(db, sql, [entry.0], |row| Ok(row.get(0)?)))?.unwrap_or_default())
    }

    /// What an entry's fingerprint is made of; `None` if there is no such entry.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn text(&self, entry: EntryId) -> Result<Option<Text>, StoreError> {
        let sql = "SELECT feeds.key AS feed_key, entry, published FROM entries JOIN feeds ON feeds.id = entries.feed
                   WHERE entries.id = ?1";
        self.view(|db| {
            one(db, sql, [entry.0], |row| {
                let (feed_key, published) = (row.get("feed_key")?, Timestamp(row.get("published")?));
                Ok(Text { feed_key, entry: json(row, "entry")?, published })
            })
        })
    }
}

impl Writer {
    /// Keeps fingerprints that were made anew.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub async fn keep_fingerprints(&self, prints: Vec<(EntryId, Vec<u8>)>) -> Result<(), StoreError> {
        self.transact(move |transaction| {
            let mut put = transaction.prepare_cached("UPDATE entries SET fingerprint = ?2 WHERE id = ?1")?;
            for (entry, print) in &prints {
                put.execute(params![entry.0, print])?;
            }
            Ok(())
        })
        .await
    }
}

fn arrival(row: &Row<'_>) -> Result<Arrival, StoreError> {
    let first_seen = Timestamp(row.get("first_seen")?);
    Ok(Arrival {
        entry: EntryId(row.get("id")?),
        story: StoryId(row.get("story")?),
        tier: tier(row)?,
        language: row.get("language")?,
        first_seen,
        admitted: row.get::<_, Option<i64>>("admitted")?.map_or(first_seen, Timestamp),
        withdrawn: row.get::<_, Option<i64>>("withdrawn")?.map(Timestamp),
        fingerprint: row.get("fingerprint")?,
        backfill: row.get::<_, Option<bool>>("backfill")?.unwrap_or(false),
    })
}
