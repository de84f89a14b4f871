//! What the owner asks from another process of the riverd that holds the store: rows that wait for an answer.
//! Promises: a request that was left is on disk; it is answered in the transaction that does what it asks, so that
//! it is done once, whichever process dies when.
//! Deliberately not here: doing it.

use std::path::Path;

use rusqlite::{OpenFlags, Transaction, params};

use crate::model::correction::{Answer, Request};
use crate::model::time::{DAY_MS, Timestamp};
use crate::store::error::StoreError;
use crate::store::open::connect;
use crate::store::reader::Reader;
use crate::store::rows::{all, json, one, to_json};
use crate::store::writer::Writer;

/// The schema that brought requests.
const SINCE: usize = 2;

/// Leaves a request in the store at `path`, beside the riverd that may hold it. Returns its number.
///
/// # Errors
/// [`StoreError::Older`] if the riverd that holds the store knows no requests; else as [`StoreError`] lists.
pub fn leave(path: &Path, request: &Request, now: Timestamp) -> Result<i64, StoreError> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if (found as usize) < SINCE {
        return Err(StoreError::Older { found: found as usize, needed: SINCE });
    }
    db.execute("INSERT INTO requests (asked, made) VALUES (?1, ?2)", params![to_json(request)?, now.0])?;
    Ok(db.last_insert_rowid())
}

impl Reader {
    /// Whether the store has the present schema. A store that a riverd of this version opened has it.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn is_lifted(&self) -> Result<bool, StoreError> {
        let (found, known) = self.schema()?;
        Ok(found == known)
    }

    /// The requests that wait, oldest first. One that this riverd does not understand is `None`.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn waiting(&self) -> Result<Vec<(i64, Option<Request>)>, StoreError> {
        let sql = "SELECT id, asked FROM requests WHERE answer IS NULL ORDER BY id";
        self.view(|db| all(db, sql, [], |row| Ok((row.get(0)?, json(row, "asked").ok()))))
    }

    /// The answer to a request; `None` while it waits.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn answer(&self, request: i64) -> Result<Option<Answer>, StoreError> {
        let sql = "SELECT answer FROM requests WHERE id = ?1 AND answer IS NOT NULL";
        self.view(|db| one(db, sql, [request], |row| json(row, "answer")))
    }
}

impl Writer {
    /// Forgets requests that were answered more than a day ago.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub async fn forget_answers(&self, now: Timestamp) -> Result<(), StoreError> {
        self.transact(move |transaction| {
            let sql = "DELETE FROM requests WHERE answer IS NOT NULL AND made < ?1";
            transaction.execute(sql, [now.plus_ms(-DAY_MS).0])?;
            Ok(())
        })
        .await
    }
}

pub(crate) fn put_answer(
    transaction: &Transaction<'_>,
    request: i64,
    answer: &Answer,
) -> Result<(), StoreError> {
    let sql = "UPDATE requests SET answer = ?2 WHERE id = ?1";
    transaction.execute(sql, params![request, to_json(answer)?])?;
    Ok(())
}
