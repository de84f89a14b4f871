//! What becomes of files of the folder in the store: set aside, removed, moved. (What they hold: `commit`.)
//! Promises: each of them is a note among others in one transaction, so that a thousand files cost one.

use rusqlite::{Transaction, params};

use crate::model::document::Origin;
use crate::model::ids::EntryId;
use crate::model::notice::{Change, Said, State};
use crate::model::time::Timestamp;
use crate::store::change::Moved;
use crate::store::error::StoreError;
use crate::store::notices::{put_change, put_file};
use crate::store::reader::Reader;
use crate::store::rows::{all, one};

const LIVE: &str = "SELECT entries.id FROM entries JOIN feeds ON feeds.id = entries.feed
    WHERE feeds.key = ?1 AND withdrawn IS NULL ORDER BY entries.id";

impl Reader {
    /// The entries of a feed that are not withdrawn, the oldest first.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn live_entries(&self, origin: &Origin) -> Result<Vec<EntryId>, StoreError> {
        self.view(|db| all(db, LIVE, [origin.key()], |row| Ok(EntryId(row.get(0)?))))
    }
}

/// Notes that a file is not in, and why.
pub(crate) fn set_aside(
    transaction: &Transaction<'_>,
    origin: &Origin,
    reason: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Origin::File(path) = origin else { return Ok(()) };
    let sql = "INSERT INTO set_aside (path, reason, seen) VALUES (?1, ?2, ?3)
               ON CONFLICT (path) DO UPDATE SET reason = ?2, seen = ?3";
    transaction.prepare_cached(sql)?.execute(params![path, reason, at.0])?;
    let state = State::SetAside(reason.to_owned());
    put_change(transaction, &Change { origin: origin.clone(), state, said: Said::default(), at }).map(drop)
}

/// Takes away what a removed file asked for. Gives what it brought, which is to be withdrawn.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    key: &str,
    at: Timestamp,
) -> Result<Vec<EntryId>, StoreError> {
    transaction.prepare_cached("UPDATE feeds SET gone = ?2 WHERE key = ?1")?.execute(params![key, at.0])?;
    transaction.prepare_cached("DELETE FROM subscriptions WHERE asked_by = ?1")?.execute([key])?;
    if let Origin::File(path) = Origin::from_key(key) {
        put_file(transaction, &path, State::Removed, at)?;
    }
    all(transaction, LIVE, [key], |row| Ok(EntryId(row.get(0)?)))
}

/// Everything that came of a file goes with it.
pub(crate) fn rename(transaction: &Transaction<'_>, moved: &Moved) -> Result<(), StoreError> {
    let (old, new, [before, now]) = (moved.from.key(), moved.to.key(), &moved.ids);
    let run = |sql: &str, values: &[&str]| -> Result<(), StoreError> {
        transaction.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values))?;
        Ok(())
    };
    // What was known of a file that lay at the new place before gives way: its entries are withdrawn already.
    run(
        "DELETE FROM feeds WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM entries WHERE feed = feeds.id)
         AND NOT EXISTS (SELECT 1 FROM forgotten WHERE feed = feeds.id)",
        &[&new],
    )?;
    run("UPDATE feeds SET key = ?2 || '-' || id WHERE key = ?1", &[&new, &format!("{new}#replaced")])?;
    run("UPDATE feeds SET key = ?2, gone = NULL WHERE key = ?1", &[&old, &new])?;
    run(
        "UPDATE OR IGNORE entries SET key = ?3 WHERE key = ?2 AND feed = (SELECT id FROM feeds WHERE key = ?1)",
        &[&new, before, now],
    )?;
    run("UPDATE subscriptions SET asked_by = ?2 WHERE asked_by = ?1", &[&old, &new])?;
    rename_aside(transaction, moved)
}

/// What was set aside is so at its new place.
fn rename_aside(transaction: &Transaction<'_>, moved: &Moved) -> Result<(), StoreError> {
    let Origin::File(path) = &moved.from else { return Ok(()) };
    let reason = one(transaction, "SELECT reason FROM set_aside WHERE path = ?1", [path], |row| {
        Ok(row.get::<_, String>(0)?)
    })?;
    let Some(reason) = reason else { return Ok(()) };
    put_file(transaction, path, State::Removed, moved.at)?;
    set_aside(transaction, &moved.to, &reason, moved.at)
}
