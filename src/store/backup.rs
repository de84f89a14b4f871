//! A copy of the whole store, made while it is being written to.
//! Promises: the copy is one moment of the store; a backup that is there is whole, checked, and on disk: it is written
//! beside its place, synced, read through, and only then takes the place of what was there before. What it replaces must
//! be a backup itself: never the store, nor anything that is none of SQLite's.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use crate::store::error::StoreError;
use crate::store::lock::Lock;
use crate::store::migrate::is_known;
use crate::store::open::connect;
use crate::store::space::{beside, pragma};

/// How SQLite's files begin.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A backup that was made.
#[derive(Debug, Serialize)]
pub struct Backup {
    /// Its size in bytes.
    pub bytes: u64,
    /// Its schema.
    pub schema: i64,
    /// Entries in it.
    pub entries: i64,
    /// Stories in it that have entries.
    pub stories: i64,
}

/// Copies the store at `store` to `file`, once no other backup of it is being made. `progress` is told how many of how
/// many bytes, as far as known.
///
/// # Errors
/// [`StoreError::Backup`] if it cannot be put there; else as [`StoreError`] lists: a damaged store is not copied.
pub fn backup(store: &Path, file: &Path, progress: impl Fn(u64, u64) + Send) -> Result<Backup, StoreError> {
    if !store.exists() {
        return Err(StoreError::Missing(store.to_owned()));
    }
    is_allowed(store, file)?;
    // One at a time: they may have the same draft.
    let _turn = Lock::wait(&beside(store, ".backup"))?;
    let draft = Draft::beside(file)?;
    let db = connect(store, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    is_known(&db)?;
    let all = (pragma(&db, "page_count")? - pragma(&db, "freelist_count")?) * pragma(&db, "page_size")?;
    copy(&db, &draft.path, all.unsigned_abs(), progress)?;
    drop(db);
    draft.sync().map_err(|error| failed(file, &error))?;
    let made = read_through(&draft.path)?;
    draft.place(file).map_err(|error| failed(file, &error))?;
    Ok(made)
}

fn failed(file: &Path, error: &io::Error) -> StoreError {
    StoreError::Backup { path: file.to_owned(), reason: format!("cannot be written: {error}") }
}

/// Whether it may be put there.
fn is_allowed(store: &Path, file: &Path) -> Result<(), StoreError> {
    let refuse = |reason: &str| Err(StoreError::Backup { path: file.to_owned(), reason: reason.to_owned() });
    let is = |of: &Path| same(file, of);
    if ["", "-wal", "-shm", ".lock", ".backup.lock"].iter().any(|ending| is(&beside(store, ending))) {
        return refuse("would take the place of the store itself; give it another name");
    }
    if file.is_dir() {
        return refuse("is a folder; name a file in it");
    }
    if !file.exists() {
        return Ok(());
    }
    if beside(file, "-wal").exists() || beside(file, ".lock").exists() {
        return refuse("would take the place of a database that is, or was, in use; give it another name");
    }
    let mut head = [0; 16];
    let mut old = File::open(file).map_err(|error| failed(file, &error))?;
    match old.read_exact(&mut head) {
        Ok(()) if &head == MAGIC => Ok(()),
        _ => refuse("would take the place of a file that is no backup; give it another name"),
    }
}

/// Whether both paths name one file, there or not.
fn same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| match path.canonicalize() {
        Ok(path) => Some(path),
        Err(_) => Some(folder_of(path).canonicalize().ok()?.join(path.file_name()?)),
    };
    whole(one).is_some_and(|one| Some(one) == whole(other))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A backup that is not whole yet; gone when it is dropped before it took its place. What a riverd that was killed has
/// left of one is written over.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn beside(file: &Path) -> Result<Self, StoreError> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let path = folder_of(file).join(format!(".{name}.part"));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // Addresses of feeds can hold secrets.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(|error| failed(file, &error))?;
        Ok(Self { path })
    }

    fn sync(&self) -> io::Result<()> {
        OpenOptions::new().write(true).open(&self.path)?.sync_all()
    }

    fn place(&self, file: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, file)?;
        // The name is on disk, too.
        File::open(folder_of(file))?.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.path));
        drop(std::fs::remove_file(beside(&self.path, "-journal")));
    }
}

/// One read of the store, whatever is written meanwhile. SQLite tells nothing while it copies: the file's size does.
fn copy(db: &Connection, to: &Path, all: u64, progress: impl Fn(u64, u64) + Send) -> Result<(), StoreError> {
    if pragma(db, "auto_vacuum")? == 0 {
        // What it restores to gives free room back by pieces, whatever riverd made the store.
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    let (done, ended) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(std::time::Duration::from_millis(100))
                == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                progress(std::fs::metadata(to).map_or(0, |file| file.len()).min(all), all);
            }
            progress(all, all);
        });
        let copied = db.execute("VACUUM INTO ?1", [to.to_string_lossy()]);
        drop(done);
        copied
    })?;
    Ok(())
}

/// A backup that was not read is none.
fn read_through(path: &Path) -> Result<Backup, StoreError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(StoreError::Backup { path: path.to_owned(), reason: format!("is damaged: {found}") });
    }
    let count = |sql: &str| Ok::<i64, StoreError>(db.query_row(sql, [], |row| row.get(0))?);
    Ok(Backup {
        bytes: std::fs::metadata(path).map_or(0, |file| file.len()),
        schema: pragma(&db, "user_version")?,
        entries: count("SELECT count(*) FROM entries")?,
        stories: count("SELECT count(*) FROM stories WHERE live > 0")?,
    })
}
