//! How much room the store takes, and how room that nothing needs any more is given back, a little at a time.
//! Promises: a piece that is given back is one short transaction; readers do not wait for it, the writer hardly.
//! A store of an older riverd cannot give back pieces until it was written anew once: a small one is when it is opened,
//! a large one when it is restored from a backup. Until then it uses its free room again, and only does not shrink.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction};
use serde::Serialize;

use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::{all, one};
use crate::store::writer::Writer;

/// `PRAGMA auto_vacuum`: pages are given back when that is asked for.
const INCREMENTAL: i64 = 2;
/// A store up to this size is written anew when it is opened, if it cannot give back pieces: well under a second.
const SMALL_BYTES: i64 = 32 << 20;
/// Free pages that are kept, for they are soon needed again: so many, or a twentieth of the store.
const KEPT_PAGES: i64 = 1_024;
/// What the write-ahead log may keep on disk after it was written back.
const LOG_BYTES: i64 = 16 << 20;

/// What the store takes.
#[derive(Debug, Clone, Serialize)]
pub struct Sizes {
    /// The database file, in bytes; what only stands in the log is counted.
    pub bytes: i64,
    /// Of these, bytes that are free to be used again.
    pub free_bytes: i64,
    /// The write-ahead log beside it, in bytes.
    pub log_bytes: u64,
    /// Whether free room can be given back to the disk.
    pub shrinks: bool,
    /// Entries, those withdrawn and those too old to be told too.
    pub entries: i64,
    /// Stories that have entries.
    pub stories: i64,
    /// Entries that were forgotten.
    pub forgotten: i64,
    /// Sealed pages of archives.
    pub archive_pages: i64,
    /// What they take, packed, in bytes.
    pub archive_bytes: i64,
}

/// What a feed takes.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct FeedSize {
    /// Its entries, those withdrawn and those too old to be told too.
    pub stored: i64,
    /// Entries of it that were forgotten.
    pub forgotten: i64,
    /// Its share of the store in bytes, judged by its newest entries.
    pub bytes: i64,
}

/// Judged by so many entries of each feed; those without a date of their own are few.
const FEEDS: &str = "SELECT key, (SELECT count(*) FROM entries WHERE feed = feeds.id) AS stored,
        (SELECT count(*) FROM forgotten WHERE feed = feeds.id) AS forgotten,
        (SELECT avg(octet_length(entry) + octet_length(verdict) + octet_length(fingerprint) + 200) FROM
            (SELECT entry, verdict, fingerprint FROM entries INDEXED BY entries_by_feed
             WHERE feed = feeds.id AND withdrawn IS NULL ORDER BY rank DESC, id DESC LIMIT 10)) AS mean
    FROM feeds ORDER BY key";

impl Reader {
    /// What the store takes.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn sizes(&self) -> Result<Sizes, StoreError> {
        let log_bytes = std::fs::metadata(beside(self.path(), "-wal")).map_or(0, |file| file.len());
        self.view(|db| {
            let count = |sql: &str| Ok::<i64, StoreError>(db.query_row(sql, [], |row| row.get(0))?);
            let page = pragma(db, "page_size")?;
            Ok(Sizes {
                bytes: pragma(db, "page_count")? * page,
                free_bytes: pragma(db, "freelist_count")? * page,
                log_bytes,
                shrinks: pragma(db, "auto_vacuum")? == INCREMENTAL,
                entries: count("SELECT count(*) FROM entries")?,
                stories: count("SELECT count(*) FROM stories WHERE live > 0")?,
                forgotten: count("SELECT count(*) FROM forgotten")?,
                archive_pages: count("SELECT count(*) FROM pages")?,
                archive_bytes: count("SELECT coalesce(sum(octet_length(entries)), 0) FROM pages")?,
            })
        })
    }

    /// What each feed takes, by its key: so that all of them together take what `sizes` says but for free room and
    /// archives.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn feed_sizes(&self, sizes: &Sizes) -> Result<Vec<(String, FeedSize)>, StoreError> {
        let rows = self.view(|db| {
            all(db, FEEDS, [], |row| {
                let (stored, forgotten): (i64, i64) = (row.get("stored")?, row.get("forgotten")?);
                let weight = stored as f64 * row.get::<_, Option<f64>>("mean")?.unwrap_or_default();
                Ok((row.get::<_, String>("key")?, FeedSize { stored, forgotten, bytes: 0 }, weight))
            })
        })?;
        let all: f64 = rows.iter().map(|(_, _, weight)| weight).sum();
        let each = (sizes.bytes - sizes.free_bytes - sizes.archive_bytes).max(0) as f64 / all.max(1.0);
        let sized = |(key, size, weight): (String, FeedSize, f64)| {
            (key, FeedSize { bytes: (weight * each) as i64, ..size })
        };
        Ok(rows.into_iter().map(sized).collect())
    }
}

impl Writer {
    /// Gives `pages` free pages back to the disk, at most. False: there is nothing more to give back.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub async fn give_back(&self, pages: i64) -> Result<bool, StoreError> {
        self.transact(move |transaction| {
            let surplus = surplus(transaction)?;
            if surplus > 0 {
                shrink(transaction, pages.min(surplus))?;
            }
            Ok(surplus > pages)
        })
        .await
    }
}

/// Free pages beyond those that are kept.
fn surplus(db: &Connection) -> Result<i64, StoreError> {
    if pragma(db, "auto_vacuum")? != INCREMENTAL {
        return Ok(0);
    }
    let (free, all) = (pragma(db, "freelist_count")?, pragma(db, "page_count")?);
    Ok(free - KEPT_PAGES.max(all / 20))
}

/// Each page is a step of the statement.
fn shrink(transaction: &Transaction<'_>, pages: i64) -> Result<(), StoreError> {
    let mut statement = transaction.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// Has a fresh store, or a small one, give back what it does not need; to be called before anything else is done with it.
pub(crate) fn prepare(db: &Connection) -> Result<(), StoreError> {
    let pages = pragma(db, "page_count")?;
    if pages == 0 {
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    } else if pragma(db, "auto_vacuum")? == 0 && pages * pragma(db, "page_size")? <= SMALL_BYTES {
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        db.execute_batch("VACUUM")?;
    }
    Ok(())
}

/// Bounds the write-ahead log.
pub(crate) fn bound_log(db: &Connection) -> Result<(), StoreError> {
    one(db, &format!("PRAGMA journal_size_limit = {LOG_BYTES}"), [], |_| Ok(()))?;
    Ok(())
}

pub(crate) fn pragma(db: &Connection, name: &str) -> Result<i64, StoreError> {
    Ok(db.pragma_query_value(None, name, |row| row.get(0))?)
}

/// A file that SQLite keeps beside the database.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;
    use crate::store::open::{Store, open};

    fn store(path: &Path) -> Store {
        open(path, Timestamp(0), "x").expect("a store")
    }

    fn write(store: &Store, sql: &'static str) {
        store
            .writer
            .transact_blocking(move |transaction| Ok(transaction.execute_batch(sql)?))
            .expect("written");
    }

    const GROW: &str = "CREATE TABLE IF NOT EXISTS ballast (x BLOB);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
        INSERT INTO ballast SELECT randomblob(1000000) FROM n;";

    #[tokio::test]
    async fn free_room_is_given_back_piece_by_piece_but_for_what_is_soon_needed_again() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("store.db");
        let store = store(&path);
        let (writer, grown) = (
            store.writer.clone(),
            tokio::task::spawn_blocking(move || {
                write(&store, GROW);
                write(&store, "DELETE FROM ballast");
                store
            }),
        );
        let store = grown.await.expect("grown");
        let before = store.reader.sizes().expect("sizes");
        assert!(before.shrinks && before.free_bytes > 25_000_000, "{before:?}");
        let mut pieces = 1;
        while writer.give_back(256).await.expect("given back") {
            pieces += 1;
        }
        let after = store.reader.sizes().expect("sizes");
        assert!(after.bytes < before.bytes - 20_000_000 && pieces > 10, "{pieces} pieces: {after:?}");
        assert!(after.free_bytes >= KEPT_PAGES * 4_096, "{after:?}");
        assert_eq!(store.reader.audit(|_, _| {}).expect("read"), []);
    }

    #[test]
    fn a_small_store_of_an_older_riverd_learns_to_shrink_when_it_is_opened() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("store.db");
        let db = Connection::open(&path).expect("a file");
        db.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE old (x); INSERT INTO old VALUES (7);")
            .expect("rows");
        drop(db);
        let store = store(&path);
        assert!(store.reader.sizes().expect("sizes").shrinks);
        let kept = |db: &Connection| Ok(db.query_row("SELECT x FROM old", [], |row| row.get::<_, i64>(0))?);
        assert_eq!(store.reader.view(kept).expect("read"), 7);
    }
}
