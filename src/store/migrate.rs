//! Lifts a store to the newest schema, one numbered SQL file after the other.
//! Promises: each migration commits whole with its number (`PRAGMA user_version`); none is ever edited.

use rusqlite::Connection;

use crate::store::error::StoreError;

/// Every migration, oldest first; its number is its place, from 1.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_river.sql"),
    include_str!("migrations/0002_corrections.sql"),
    include_str!("migrations/0003_told_as.sql"),
    include_str!("migrations/0004_polling.sql"),
    include_str!("migrations/0005_archives.sql"),
    include_str!("migrations/0006_search.sql"),
    include_str!("migrations/0007_websub.sql"),
];

/// Brings the schema up to date.
///
/// # Errors
/// [`StoreError::Newer`] if the store was made by a newer riverd; it is left as it is.
pub fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let found = found as usize;
    if found > MIGRATIONS.len() {
        return Err(StoreError::Newer { found, known: MIGRATIONS.len() });
    }
    for (number, sql) in (1_u32..).zip(MIGRATIONS).skip(found) {
        let transaction = db.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_store_gets_the_newest_schema_and_migrating_again_changes_nothing() {
        let mut db = Connection::open_in_memory().expect("memory");
        migrate(&mut db).expect("first");
        migrate(&mut db).expect("again");
        let version: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("version");
        assert_eq!(version as usize, MIGRATIONS.len());
    }

    #[test]
    fn a_store_of_the_first_schema_is_lifted_with_all_it_holds() {
        let mut db = Connection::open_in_memory().expect("memory");
        db.execute_batch(MIGRATIONS[0]).expect("the first schema");
        db.pragma_update(None, "user_version", 1).expect("set");
        db.execute_batch(
            "INSERT INTO feeds (id, key, atom_id, feed, first_seen) VALUES (1, 'file:a', 'x', '{}', 5);
             INSERT INTO stories (id, atom_id, first_seen, rank, live) VALUES (1, 's', 5, 9, 2);
             INSERT INTO entries (id, feed, key, story, tier, verdict, fingerprint, atom_id, title, entry,
                                  content_hash, published, updated, first_seen)
             VALUES (1, 1, 'k', 1, NULL, '{}', x'00', 'e', 't', '{}', x'00', 3, 4, 5),
                    (2, 1, 'l', 1, 'copy', '{}', x'00', 'f', 't', '{}', x'00', 6, 7, 8);",
        )
        .expect("rows");
        migrate(&mut db).expect("lifted");
        let mut rows = db.prepare("SELECT rank, admitted FROM entries ORDER BY id").expect("columns");
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        let rows: Vec<(i64, i64)> = rows.collect::<Result<_, _>>().expect("numbers");
        assert_eq!(rows, [(9, 5), (6, 8)]);
        let mut rows = db.prepare("SELECT told_as FROM entries ORDER BY id").expect("a column");
        let rows = rows.query_map([], |row| row.get(0)).expect("rows");
        assert_eq!(rows.collect::<Result<Vec<String>, _>>().expect("ids"), ["s", "s/entry/2"]);
        let touched: i64 =
            db.query_row("SELECT touched FROM stories", [], |row| row.get(0)).expect("a story");
        assert_eq!(touched, 1);
        let merged: Option<i64> =
            db.query_row("SELECT merged_into FROM stories", [], |row| row.get(0)).expect("a story");
        assert_eq!(merged, None);
        let news: i64 = db
            .query_row("SELECT count(*) FROM entries WHERE backfill IS NULL", [], |row| row.get(0))
            .expect("a column");
        assert_eq!(news, 2, "what was told stays told");
    }

    #[test]
    fn a_newer_store_is_refused_and_left_alone() {
        let mut db = Connection::open_in_memory().expect("memory");
        db.pragma_update(None, "user_version", 999).expect("set");
        assert!(matches!(migrate(&mut db), Err(StoreError::Newer { found: 999, .. })));
    }
}
