//! Opens a store: its folder, its lock, its connections, its schema.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::lock::Lock;
use crate::store::migrate::{is_known, migrate};
use crate::store::reader::Reader;
use crate::store::rows;
use crate::store::space::{bound_log, prepare};
use crate::store::stray::put_aside;
use crate::store::writer::Writer;

/// Page cache of each connection, in KiB: small, for the system caches the file anyway.
const CACHE_KIB: i32 = 1_024;
/// That of the writer: what one transaction changes should have room in it, or it is written twice.
const WRITER_CACHE_KIB: i32 = 8_192;
/// Pages of the write-ahead log that are carried over into the database at once: pages that change with each transaction
/// are then carried over less often. 16 MiB of disk.
const CHECKPOINT_PAGES: i32 = 4_000;

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
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), std::fs::create_dir_all);
    made.map_err(|cause| StoreError::Place { path: path.to_owned(), cause })?;
    let lock = Lock::take(path)?;
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    prepare(&db)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    bound_log(&db)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    migrate(&mut db)?;
    let born = rows::remember(&db, "born", &now.0.to_string())?;
    let name = rows::remember(&db, "name", name)?;
    let born = Timestamp(born.parse().unwrap_or(now.0));
    Ok(Store { writer: Writer::start(db)?, reader: Reader::new(path), born, name, lock })
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

/// One connection with what every connection needs.
pub(crate) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    put_aside(path).map_err(|cause| StoreError::Place { path: path.to_owned(), cause })?;
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(Duration::from_secs(5))?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.set_prepared_statement_cache_capacity(64);
    // Without it SQLite makes a new plan for each new value, wherever a table has an index of only some of its rows.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(db)
}

/// The file a reader reads.
pub(crate) fn read_only(path: &Path) -> Result<Connection, StoreError> {
    // Read-write without create: SQLite's readers need the shared-memory file of the WAL; `query_only` forbids the rest.
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}
