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
    include_str!("migrations/0008_forgotten.sql"),
    include_str!("migrations/0009_notices.sql"),
    include_str!("migrations/0010_told_by_rank.sql"),
];

/// Brings the schema up to date.
///
/// # Errors
/// [`StoreError::Newer`] if the store was made by a newer riverd; it is left as it is.
pub fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let found = is_known(db)?;
    for (number, sql) in (1_u32..).zip(MIGRATIONS).skip(found) {
        let transaction = db.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The newest schema.
pub(crate) fn newest() -> usize {
    MIGRATIONS.len()
}

/// The schema of a store, if it is not newer than this riverd.
///
/// # Errors
/// [`StoreError::Newer`]
pub(crate) fn is_known(db: &Connection) -> Result<usize, StoreError> {
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let (found, known) = (found as usize, MIGRATIONS.len());
    if found > known { Err(StoreError::Newer { found, known }) } else { Ok(found) }
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

    /// What a store of this schema can hold that one of the schema before cannot.
    fn fill(db: &Connection, schema: usize) {
        let rows = match schema {
            1 => {
                "INSERT INTO feeds (id, key, atom_id, feed, shape, poll, next_poll, etag, first_seen)
                 VALUES (1, 'https://a.example/', 'x', '{\"title\":\"A\"}', 'rss', '{}', 77, x'2231', 5),
                        (2, 'file:a.txt', 'y', '{}', 'text', '{}', NULL, NULL, 5);
                 INSERT INTO subscriptions (asked_by, feed, title) VALUES ('config', 1, 'Mine');
                 INSERT INTO stories (id, atom_id, first_seen, rank, live) VALUES (1, 's', 5, 9, 2), (2, 't', 5, 8, 0);
                 INSERT INTO entries (id, feed, key, story, tier, verdict, fingerprint, atom_id, title, entry,
                                      content_hash, published, updated, first_seen, withdrawn)
                 VALUES (1, 1, 'k', 1, NULL, '{}', x'00', 'e', 'Meldung', '{\"id\":\"k\"}', x'00', 3, 4, 5, NULL),
                        (2, 1, 'l', 1, 'copy', '{}', x'00', 'f', 'Meldung', '{\"id\":\"l\"}', x'00', 6, 7, 8, NULL),
                        (3, 2, 'm', 2, NULL, '{}', x'00', 'g', 'Weg', '{\"id\":\"m\"}', x'00', 6, 7, 8, 9);
                 INSERT INTO set_aside VALUES ('b.exe', 'no', 5);
                 INSERT INTO meta VALUES ('born', '5'), ('name', 'n');"
            }
            2 => {
                "INSERT INTO corrections (id, kind, entry, made) VALUES (1, 'split', 1, 6);
                 INSERT INTO correction_pairs VALUES (1, 3, 1, 'apart');
                 INSERT INTO stories (id, atom_id, first_seen, rank, live, merged_into) VALUES (3, 'u', 5, 9, 0, 1);"
            }
            5 => {
                "INSERT INTO told (river, id, story, rank, number, page) VALUES ('river', 's', 1, 9, 1, 1);
                 INSERT INTO pages (river, number, entries, size, updated, sealed) VALUES ('river', 1, x'00', 1, 'then', 9000);
                 INSERT INTO rivers VALUES ('river', 'copies=true stories=true', 9);
                 INSERT INTO editions VALUES ('/river.atom', 'h', 9000);"
            }
            _ => "",
        };
        db.execute_batch(rows).expect("rows of that schema");
    }

    /// All of it that must be the same after a lift.
    const HELD: &str = "SELECT group_concat(line, char(10)) FROM (
        SELECT 'feed ' || id || key || atom_id || coalesce(next_poll, '') || hex(coalesce(etag, '')) AS line FROM feeds UNION ALL
        SELECT 'asked ' || asked_by || feed || title FROM subscriptions UNION ALL
        SELECT 'story ' || id || atom_id || first_seen || rank || live FROM stories UNION ALL
        SELECT 'entry ' || id || feed || key || story || coalesce(tier, '-') || atom_id || title || entry || published
               || updated || first_seen || coalesce(withdrawn, '-') FROM entries UNION ALL
        SELECT 'aside ' || path || reason FROM set_aside UNION ALL SELECT 'meta ' || key || value FROM meta)";

    #[test]
    fn a_store_of_every_earlier_schema_is_lifted_and_nothing_is_wrong_with_it() {
        use crate::store::open::open;
        for schema in 1..MIGRATIONS.len() {
            let home = tempfile::tempdir().expect("a folder");
            let path = home.path().join("store.db");
            let db = Connection::open(&path).expect("a file");
            for (at, sql) in (1..).zip(&MIGRATIONS[..schema]) {
                db.execute_batch(sql).expect("a migration");
                fill(&db, at);
            }
            db.pragma_update(None, "user_version", schema as u32).expect("set");
            let held = |db: &Connection| db.query_row(HELD, [], |row| row.get::<_, String>(0)).expect("rows");
            let before = held(&db);
            drop(db);
            let store = open(&path, crate::model::time::Timestamp(99), "other").expect("lifted");
            assert_eq!(store.name, "n", "schema {schema}");
            assert_eq!(store.reader.view(|db| Ok(held(db))).expect("read"), before, "schema {schema}");
            assert_eq!(store.reader.audit(|_, _| {}).expect("read"), [], "schema {schema}");
            assert_eq!(store.reader.schema().expect("read"), (newest(), newest()));
        }
    }

    #[test]
    fn a_newer_store_is_refused_and_left_alone() {
        let mut db = Connection::open_in_memory().expect("memory");
        db.pragma_update(None, "user_version", 999).expect("set");
        assert!(matches!(migrate(&mut db), Err(StoreError::Newer { found: 999, .. })));
    }
}
