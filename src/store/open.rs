//! Opens a store: its folder, its lock, its connections, its schema.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::model::time::Timestamp;
use crate::store::error::{StoreError, Trouble};
use crate::store::lock::Lock;
use crate::store::migrate::{is_known, migrate};
use crate::store::reader::Reader;
use crate::store::rows;
use crate::store::space::{beside, bound_log, prepare};
use crate::store::stray::put_aside;
use crate::store::writer::Writer;

/// Page cache of each connection, in KiB: small, for the system caches the file anyway.
const CACHE_KIB: i32 = 1_024;
/// That of the writer: what one transaction changes should have room in it, or it is written twice.
const WRITER_CACHE_KIB: i32 = 8_192;

/// A store that may be written, and the lock that says so.
#[derive(Debug)]
pub struct Store {
    /// The one writer.
    pub writer: Writer,
    /// Any number of readers.
    pub reader: Reader,
    /// When the store was made.
    pub born: Timestamp,
    /// Tells this store from every other; part of the ids that riverd mints for its feeds.
    pub name: String,
    /// Held to the end.
    pub lock: Lock,
}

/// Opens the store at `path` for writing, making it if there is none. `name` and `now` are used only then.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn open(path: &Path, now: Timestamp, name: &str) -> Result<Store, StoreError> {
    open_locked(path, lock(path)?, now, name)
}

/// Locks the store at `path`, making its folder if there is none.
///
/// # Errors
/// [`StoreError::Place`] and [`StoreError::InUse`].
pub fn lock(path: &Path) -> Result<Lock, StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), std::fs::create_dir_all);
    made.map_err(|cause| StoreError::Place { path: path.to_owned(), cause })?;
    Lock::take(path)
}

/// As [`open`], of a store that is locked already: whoever tries again holds it meanwhile.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn open_locked(path: &Path, lock: Lock, now: Timestamp, name: &str) -> Result<Store, StoreError> {
    opened(path, lock, now, name).map_err(|error| why_not(path, error))
}

fn opened(path: &Path, lock: Lock, now: Timestamp, name: &str) -> Result<Store, StoreError> {
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    prepare(&db)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    bound_log(&db)?;
    db.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    migrate(&mut db)?;
    let born = rows::remember(&db, "born", &now.0.to_string())?;
    let name = rows::remember(&db, "name", name)?;
    let born = Timestamp(born.parse().unwrap_or(now.0));
    let carrying = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    Ok(Store { writer: Writer::start(db, carrying)?, reader: Reader::new(path), born, name, lock })
}

/// Reads the database file from its beginning to its end: for SQLite, a page that the disk cannot read is damaged.
///
/// # Errors
/// [`StoreError::Place`] if the disk fails.
pub fn can_be_read(path: &Path) -> Result<(), StoreError> {
    let read = File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut std::io::sink()));
    match read {
        Err(cause) if cause.kind() != ErrorKind::NotFound => {
            Err(StoreError::Place { path: path.to_owned(), cause })
        }
        _ => Ok(()),
    }
}

/// Opens the store at `path` for reading only, beside a riverd that may be writing.
///
/// # Errors
/// [`StoreError::Missing`] if there is none.
pub fn open_to_read(path: &Path) -> Result<Reader, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing(path.to_owned()));
    }
    let reader = Reader::new(path);
    reader.view(|db| is_known(db).map(drop))?;
    Ok(reader)
}

/// SQLite does not say why it cannot open, write or read a file; the system does.
fn why_not(path: &Path, error: StoreError) -> StoreError {
    let StoreError::Sqlite(told) = &error else { return error };
    let asked = || OpenOptions::new().read(true).append(true).create(true).open(path);
    match told.sqlite_error_code() {
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
            let place = |cause| StoreError::Place { path: path.to_owned(), cause };
            asked().map_or_else(place, |_| error)
        }
        _ if error.trouble() == Trouble::Damaged => can_be_read(path).err().unwrap_or(error),
        _ => error,
    }
}

/// Opens the store at `path` for reading what is in it, however full or broken its disk is: nothing is written for it, and
/// no other process may have the store. `None`: some of it stands only in its log, or it is of another schema.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn open_frozen(path: &Path) -> Result<Option<Reader>, StoreError> {
    let by_log = open_to_read(path).and_then(|reader| Ok((reader.schema()?, reader)));
    let ((found, known), reader) = match by_log {
        Ok(read) => read,
        Err(StoreError::Missing(_)) => return Ok(None),
        Err(_) if has_log(path) => return Ok(None),
        Err(_) => {
            let reader = Reader::frozen(path);
            (reader.schema()?, reader)
        }
    };
    Ok((found == known).then_some(reader))
}

/// What is in a log is a part of the store.
fn has_log(path: &Path) -> bool {
    std::fs::metadata(beside(path, "-wal"))
        .map_or_else(|error| error.kind() != ErrorKind::NotFound, |log| log.len() > 0)
}

/// One connection with what every connection needs.
pub(crate) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    put_aside(path).map_err(|cause| StoreError::Place { path: path.to_owned(), cause })?;
    connect_by(path, flags)
}

fn connect_by(path: impl AsRef<Path>, flags: OpenFlags) -> Result<Connection, StoreError> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(Duration::from_secs(5))?;
    // Whoever writes, or carries the log over: what was acknowledged survives a power loss.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.set_prepared_statement_cache_capacity(64);
    // Without it SQLite makes a new plan for each new value, wherever a table has an index of only some of its rows.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(db)
}

/// The file a reader reads that nobody writes: without locks, and without a log.
pub(crate) fn immutable(path: &Path) -> Result<Connection, StoreError> {
    let text = path.to_string_lossy();
    let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    connect_by(format!("file:{escaped}?immutable=1"), flags)
}

/// The file a reader reads.
pub(crate) fn read_only(path: &Path) -> Result<Connection, StoreError> {
    // Read-write without create: SQLite's readers need the shared-memory file of the WAL; `query_only` forbids the rest.
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let files = std::fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<_> = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_store_at_rest_is_read_though_nothing_can_be_written_beside_it() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("a#b%20?c.db");
        drop(open(&path, Timestamp(7), "mine").expect("a store"));
        let before = names(home.path());
        let reader = Reader::frozen(&path);
        assert_eq!(
            (reader.name().expect("read"), reader.born().expect("read")),
            ("mine".to_owned(), Timestamp(7))
        );
        assert_eq!(reader.held().and_then(|held| held.followed()).expect("read"), []);
        assert_eq!(names(home.path()), before, "no log, no lock, nothing");
    }

    #[test]
    fn what_is_none_or_of_another_schema_is_not_served() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("store.db");
        assert!(open_frozen(&path).expect("nothing there").is_none());
        let db = Connection::open(&path).expect("a file");
        db.pragma_update(None, "user_version", 1).expect("set");
        drop(db);
        assert!(open_frozen(&path).expect("an old one").is_none());
        drop(open(&home.path().join("new.db"), Timestamp(7), "mine").expect("a store"));
        assert!(open_frozen(&home.path().join("new.db")).expect("one of today").is_some());
    }

    #[test]
    fn why_a_store_cannot_be_opened_is_what_the_system_says() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("folder.db");
        std::fs::create_dir(&path).expect("a folder in its place");
        let error = open(&path, Timestamp(7), "mine").expect_err("a folder is no store");
        assert!(matches!(&error, StoreError::Place { .. }), "{error:?}");
        assert!(!error.passes(), "waiting makes no file of it");
    }
}
