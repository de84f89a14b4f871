//! What the owner is told of feeds and files: a row for each change of state, kept in the transaction that changes it.
//! Promises: nothing is told twice in a row; rows never change; bounded.
//! Deliberately not here: what is worth telling of a feed (`pipeline::noticing`).

use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::model::document::Origin;
use crate::model::notice::{Change, Notice, Said, State};
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::{all, json, to_json};
use crate::store::writer::Writer;

/// Rows that are kept of all, the newest. Of what has none any more it may be told once more that it is as it was.
const KEPT: i64 = 10_000;

impl Reader {
    /// The newest notices, newest first.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn notices(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        let sql = "SELECT id, subject, title, state, before, said, at FROM notices ORDER BY id DESC LIMIT ?1";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.view(|db| all(db, sql, [limit], notice))
    }
}

impl Writer {
    /// Keeps changes that no document brought.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub async fn keep_changes(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.transact(move |transaction| {
            changes.iter().try_for_each(|change| put_change(transaction, change).map(drop))
        })
        .await
    }
}

fn notice(row: &Row<'_>) -> Result<Notice, StoreError> {
    let before: Option<String> = row.get("before")?;
    Ok(Notice {
        row: row.get("id")?,
        origin: Origin::from_key(&row.get::<_, String>("subject")?),
        title: row.get("title")?,
        state: json(row, "state")?,
        before: before.map(|text| serde_json::from_str(&text)).transpose()?,
        said: json(row, "said")?,
        at: Timestamp(row.get("at")?),
    })
}

/// Keeps a change; false: that is how it stood already, or nobody was ever told that it did not stand well.
pub(crate) fn put_change(transaction: &Transaction<'_>, change: &Change) -> Result<bool, StoreError> {
    let (subject, state) = (change.origin.key(), to_json(&change.state)?);
    let sql = "SELECT state FROM notices WHERE subject = ?1 ORDER BY id DESC LIMIT 1";
    let before: Option<String> =
        transaction.prepare_cached(sql)?.query_row([&subject], |row| row.get(0)).optional()?;
    let is_good = matches!(change.state, State::Well | State::Removed);
    if before.as_ref() == Some(&state) || (before.is_none() && is_good) {
        return Ok(false);
    }
    let sql = "INSERT INTO notices (subject, title, state, before, said, at) VALUES (?1, coalesce(
                   (SELECT s.title FROM asked AS s JOIN feeds AS f ON f.id = s.feed
                    WHERE f.key = ?1 AND s.title IS NOT NULL LIMIT 1),
                   (SELECT json_extract(feed, '$.title') FROM feeds WHERE key = ?1), ''), ?2, ?3, ?4, ?5)
               RETURNING id";
    let row: i64 = transaction
        .prepare_cached(sql)?
        .query_row(params![subject, state, before, to_json(&change.said)?, change.at.0], |row| row.get(0))?;
    transaction.prepare_cached("DELETE FROM notices WHERE id <= ?1")?.execute([row - KEPT])?;
    Ok(true)
}

/// A file was set aside, and is so no more: it is in, or was removed.
pub(crate) fn put_file(
    transaction: &Transaction<'_>,
    path: &str,
    state: State,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM set_aside WHERE path = ?1";
    let was_aside = transaction.prepare_cached(sql)?.execute([path])? > 0;
    if was_aside {
        let origin = Origin::File(path.to_owned());
        put_change(transaction, &Change { origin, state, said: Said::default(), at })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrate::migrate;

    fn store() -> rusqlite::Connection {
        let mut db = rusqlite::Connection::open_in_memory().expect("memory");
        migrate(&mut db).expect("a schema");
        db
    }

    fn change(url: &str, state: State) -> Change {
        let origin = Origin::Remote(url.to_owned());
        Change { origin, state, said: Said::default(), at: Timestamp(5) }
    }

    fn rows(transaction: &Transaction<'_>) -> Vec<(String, String, Option<String>)> {
        let mut rows =
            transaction.prepare("SELECT title, state, before FROM notices ORDER BY id").expect("SQL");
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("columns")
    }

    #[test]
    fn a_state_is_told_once_and_that_all_is_well_only_after_it_was_not() {
        let mut db = store();
        let transaction = db.transaction().expect("begun");
        let feed = "INSERT INTO feeds (id, key, atom_id, feed, first_seen)
                    VALUES (1, 'https://a.example/', 'x', '{\"title\":\"A\"}', 5)";
        transaction.execute(feed, []).expect("a feed");
        let put = |state| put_change(&transaction, &change("https://a.example/", state)).expect("put");
        assert_eq!(
            [State::Well, State::Failing, State::Failing, State::Well, State::Well, State::Dead].map(put),
            [false, true, false, true, false, true]
        );
        let row = |state: &str, before: Option<&str>| {
            ("A".to_owned(), format!("\"{state}\""), before.map(|before| format!("\"{before}\"")))
        };
        let expected = [row("failing", None), row("well", Some("failing")), row("dead", Some("well"))];
        assert_eq!(rows(&transaction), expected);
    }

    #[test]
    fn a_file_is_told_to_be_in_only_if_it_was_set_aside() {
        let mut db = store();
        let transaction = db.transaction().expect("begun");
        put_file(&transaction, "a.txt", State::Well, Timestamp(5)).expect("put");
        assert_eq!(rows(&transaction), []);
        let aside = Change {
            origin: Origin::File("a.txt".to_owned()),
            ..change("", State::SetAside("x".to_owned()))
        };
        put_change(&transaction, &aside).expect("put");
        transaction.execute("INSERT INTO set_aside VALUES ('a.txt', 'x', 5)", []).expect("a row");
        put_file(&transaction, "a.txt", State::Removed, Timestamp(6)).expect("put");
        put_file(&transaction, "a.txt", State::Removed, Timestamp(7)).expect("put");
        assert_eq!(rows(&transaction).len(), 2);
    }

    #[test]
    fn the_newest_are_kept() {
        let mut db = store();
        let transaction = db.transaction().expect("begun");
        for number in 0..KEPT + 5 {
            put_change(&transaction, &change(&format!("https://a.example/{number}"), State::Dead))
                .expect("put");
        }
        let count: i64 =
            transaction.query_row("SELECT count(*) FROM notices", [], |row| row.get(0)).expect("a number");
        assert_eq!(count, KEPT);
    }
}
