//! A log that lies beside a database but is not of it: left by the store that a backup took the place of.
//! SQLite would write it into the restored store. A backup says in its head that it has no log, and a store that is in
//! use says that it has: so the two are told apart.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::store::space::beside;

/// Where the head of a database says by which journal it was written last: 1 for a rollback journal, 2 for a log.
const WRITTEN_BY: usize = 18;
const NO_LOG: u8 = 1;

/// Puts a stray log aside: as `-wal.stray`, for nothing of the owner's is removed. What cannot be put aside is an error.
pub(crate) fn put_aside(path: &Path) -> std::io::Result<()> {
    let log = beside(path, "-wal");
    if !log.exists() {
        return Ok(());
    }
    let mut head = [0; WRITTEN_BY + 1];
    let is_read = File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok();
    if !is_read || head[WRITTEN_BY] != NO_LOG {
        return Ok(());
    }
    tracing::warn!(log = %log.display(), "it is not of this store, which was restored: put aside as -wal.stray");
    std::fs::rename(&log, beside(path, "-wal.stray"))?;
    match std::fs::remove_file(beside(path, "-shm")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
