//! Lifts a store to the newest schema, one numbered SQL file after the other.
//! Promises: each migration commits whole with its number (`PRAGMA user_version`); none is ever edited.

use rusqlite::Connection;

use crate::store::error::StoreError;

/// Every migration, oldest first; its number is its place, from 1.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_river.sql")];

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
    fn a_newer_store_is_refused_and_left_alone() {
        let mut db = Connection::open_in_memory().expect("memory");
        db.pragma_update(None, "user_version", 999).expect("set");
        assert!(matches!(migrate(&mut db), Err(StoreError::Newer { found: 999, .. })));
    }
}
