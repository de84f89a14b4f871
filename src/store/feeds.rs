//! What is known of feeds and their entries before a document is judged.

use std::collections::HashMap;

use rusqlite::{Row, params};

use crate::model::document::{FileStamp, Origin, Validators};
use crate::model::ids::{EntryId, FeedId, StoryId};
use crate::model::poll::PollState;
use crate::model::time::Timestamp;
use crate::store::change::{KnownEntry, KnownFeed, KnownText};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::{all, json, one, to_json};

const FEED: &str =
    "SELECT id, content_hash, gone, hints, poll, etag, last_modified, shape,
        EXISTS (SELECT 1 FROM subscriptions WHERE feed = feeds.id AND (asked_by = 'config' OR asked_by LIKE 'file:%'))
            AS asked_directly,
        EXISTS (SELECT 1 FROM subscriptions WHERE feed = feeds.id AND (asked_by LIKE 'file:%.url'
                OR asked_by LIKE 'file:%.webloc' OR asked_by LIKE 'file:%.desktop')) AS by_shortcut,
        (SELECT state FROM notices WHERE subject = feeds.key ORDER BY id DESC LIMIT 1) AS told_state,
        (SELECT pushes_until FROM hub_subscriptions WHERE feed = feeds.key) AS pushed_until
    FROM feeds WHERE key = ?1";

/// By the numbers alone: what is not wanted of the feed is not looked at.
const TEXTS: &str =
    "SELECT key, title, json_extract(entry, '$.canonical_link') AS canonical, published FROM entries
    WHERE withdrawn IS NULL AND +feed = ?1 AND id IN (
        SELECT value FROM json_each((SELECT coalesce(holds, '[]') FROM feeds WHERE id = ?1))
        UNION SELECT id FROM (SELECT id FROM entries INDEXED BY entries_by_feed
                              WHERE feed = ?1 AND withdrawn IS NULL ORDER BY rank DESC, id DESC LIMIT ?2))
    ORDER BY id DESC";

impl Reader {
    /// What is known of a feed; `None` if it was never heard of.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn feed(&self, origin: &Origin) -> Result<Option<KnownFeed>, StoreError> {
        self.view(|db| one(db, FEED, [origin.key()], known_feed))
    }

    /// Those entries of a feed that have one of these ids of the publisher's, by it.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn entries_of(
        &self,
        feed: FeedId,
        keys: &[String],
    ) -> Result<HashMap<String, KnownEntry>, StoreError> {
        let sql = "SELECT key, id, story, content_hash, withdrawn, updated, published, backfill
                   FROM entries WHERE feed = ?1 AND key IN (SELECT value FROM json_each(?2))";
        let params = params![feed.0, to_json(&keys)?];
        self.view(|db| Ok(all(db, sql, params, known_entry)?.into_iter().collect()))
    }

    /// By what the entries of a feed are known again if their ids change, the latest to come first: those that its last
    /// document held, and the newest `newest`. Costs by their number, however many the feed has.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn texts_of(&self, feed: FeedId, newest: usize) -> Result<Vec<KnownText>, StoreError> {
        let newest = i64::try_from(newest).unwrap_or(i64::MAX);
        self.view(|db| {
            all(db, TEXTS, [feed.0, newest], |row| {
                let published = Timestamp(row.get("published")?);
                let (key, title, link) = (row.get("key")?, row.get("title")?, row.get("canonical")?);
                Ok(KnownText { key, title, link, published })
            })
        })
    }

    /// The files that are in, with their stamps, by path; and those that were set aside, with stamps of zeros.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn files(&self) -> Result<Vec<(String, FileStamp)>, StoreError> {
        let sql = "SELECT key, modified_ns, size, inode FROM feeds
                   WHERE key LIKE 'file:%' AND gone IS NULL AND modified_ns IS NOT NULL
                   UNION ALL SELECT 'file:' || path, 0, 0, 0 FROM set_aside
                   WHERE 'file:' || path NOT IN (SELECT key FROM feeds WHERE gone IS NULL AND modified_ns IS NOT NULL)
                   ORDER BY key";
        self.view(|db| all(db, sql, [], |row| Ok((path_of(&row.get::<_, String>(0)?), stamp(row)?))))
    }

    /// The largest ids given out so far; 0 where there is none.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn last_ids(&self) -> Result<(EntryId, StoryId), StoreError> {
        let sql = "SELECT name, seq FROM sqlite_sequence WHERE name IN ('entries', 'stories')";
        let rows =
            self.view(|db| all(db, sql, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))))?;
        let last = |table: &str| rows.iter().find(|(name, _)| name == table).map_or(0, |(_, seq)| *seq);
        Ok((EntryId(last("entries")), StoryId(last("stories"))))
    }
}

impl Reader {
    /// When something last happened to an entry or a story; the start of time where nothing did.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn last_moment(&self) -> Result<Timestamp, StoreError> {
        let sql = "SELECT max(coalesce((SELECT max(admitted) FROM entries), 0),
                              coalesce((SELECT max(withdrawn) FROM entries WHERE withdrawn IS NOT NULL), 0),
                              coalesce((SELECT max(made) FROM corrections), 0),
                              coalesce((SELECT at FROM notices ORDER BY id DESC LIMIT 1), 0))";
        self.view(|db| Ok(Timestamp(db.query_row(sql, [], |row| row.get(0))?)))
    }
}

fn path_of(key: &str) -> String {
    key.strip_prefix("file:").unwrap_or(key).to_owned()
}

fn stamp(row: &Row<'_>) -> Result<FileStamp, StoreError> {
    let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    Ok(FileStamp { modified_ns: row.get("modified_ns")?, size: number("size")?, inode: number("inode")? })
}

/// How polling stands, out of a row of `feeds`.
pub(crate) fn poll_state(row: &Row<'_>) -> Result<PollState, StoreError> {
    let validators = Validators { etag: row.get("etag")?, last_modified: row.get("last_modified")? };
    Ok(PollState { validators, ..json(row, "poll")? })
}

fn known_feed(row: &Row<'_>) -> Result<KnownFeed, StoreError> {
    let told: Option<String> = row.get("told_state")?;
    Ok(KnownFeed {
        told: told.map(|state| serde_json::from_str(&state)).transpose()?,
        id: FeedId(row.get("id")?),
        content_hash: row.get("content_hash")?,
        gone: row.get::<_, Option<i64>>("gone")?.is_some(),
        hints: json(row, "hints")?,
        poll: poll_state(row)?,
        shape: row.get("shape")?,
        asked_directly: row.get("asked_directly")?,
        by_shortcut: row.get("by_shortcut")?,
        pushed_until: row.get::<_, Option<i64>>("pushed_until")?.map(Timestamp),
    })
}

fn known_entry(row: &Row<'_>) -> Result<(String, KnownEntry), StoreError> {
    let known = KnownEntry {
        id: EntryId(row.get("id")?),
        story: StoryId(row.get("story")?),
        hash: row.get("content_hash")?,
        withdrawn: row.get::<_, Option<i64>>("withdrawn")?.is_some(),
        updated: Timestamp(row.get("updated")?),
        published: Timestamp(row.get("published")?),
        backfill: row.get::<_, Option<bool>>("backfill")?.unwrap_or(false),
    };
    Ok((row.get("key")?, known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::open;

    #[test]
    fn a_feed_that_changes_its_ids_is_compared_with_what_it_held_and_its_newest_entries_only() {
        let home = tempfile::tempdir().expect("a folder");
        let store = open(&home.path().join("store.db"), Timestamp(0), "x").expect("a store");
        let rows = "INSERT INTO feeds (id, key, atom_id, feed, first_seen, holds) VALUES (1, 'f', 'x', '{}', 1, '[5,6]'), (2, 'g', 'x', '{}', 1, NULL);
             INSERT INTO stories (id, atom_id, first_seen, rank, live) VALUES (1, 's', 1, 1, 1);
             WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 2000)
             INSERT INTO entries (id, feed, key, story, verdict, fingerprint, atom_id, title, entry, content_hash,
                                  published, updated, first_seen, rank, told_as, withdrawn)
             SELECT n, 1 + (n > 1900), 'k' || n, 1, '{}', x'', 'a', 'T', '{\"canonical_link\":\"https://a.example/\"}', x'', n, 1, 1, n, 't' || n,
                    CASE WHEN n = 1899 THEN 5 END FROM n";
        let run = |transaction: &rusqlite::Transaction<'_>| Ok(transaction.execute_batch(rows)?);
        store.writer.transact_blocking(run).expect("rows");
        let texts = store.reader.texts_of(FeedId(1), 3).expect("read");
        assert_eq!(
            texts.iter().map(|text| text.key.as_str()).collect::<Vec<_>>(),
            ["k1900", "k1898", "k1897", "k6", "k5"]
        );
        assert_eq!(texts[0].link.as_deref(), Some("https://a.example/"));
        assert_eq!(store.reader.texts_of(FeedId(2), 2).expect("read").len(), 2);
        let plan = |db: &rusqlite::Connection| {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {TEXTS}"))?;
            let lines = statement.query_map([1, 3], |row| row.get::<_, String>("detail"))?;
            Ok(lines.collect::<Result<Vec<_>, _>>()?)
        };
        let plan = store.reader.view(plan).expect("a plan");
        let reads = plan.iter().filter(|line| line.contains(" entries")).collect::<Vec<_>>();
        assert!(
            reads.len() == 2
                && reads.iter().any(|line| line.contains("SEARCH entries USING INTEGER PRIMARY KEY"))
                && reads.iter().any(|line| line.contains("SEARCH entries USING INDEX entries_by_feed")),
            "{plan:#?}"
        );
    }
}
