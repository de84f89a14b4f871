//! What can go wrong with the store.

use std::io::ErrorKind;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// A disk that fails: the system's number for it, of which the library has no name.
const EIO: i32 = 5;
const FAILS: &str = "the disk that holds the store fails, or is full: look at it, and make room";

/// A store that cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes to it.
    #[error(
        "the store {0} is in use by another riverd; stop that one first, or give this one its own store.path"
    )]
    InUse(PathBuf),
    /// The folder for it, its lock file, or the file itself cannot be made, read or written.
    #[error("the store {path} cannot be made or read; check that its folder exists and can be written")]
    Place {
        /// The database file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// There is none yet.
    #[error("there is no store at {0} yet; `riverd run` or `riverd once` makes it")]
    Missing(PathBuf),
    /// It was made by a newer riverd.
    #[error("the store has schema {found}, this riverd knows up to {known}; use a newer riverd")]
    Newer {
        /// Schema found.
        found: usize,
        /// Newest schema known.
        known: usize,
    },
    /// The riverd that holds it is too old for what is asked.
    #[error(
        "the store has schema {found}, this needs {needed}; restart riverd: it lifts the store, and one that runs is of an older version"
    )]
    Older {
        /// Schema found.
        found: usize,
        /// Schema needed.
        needed: usize,
    },
    /// SQLite says no.
    #[error("the store failed")]
    Sqlite(#[from] rusqlite::Error),
    /// A JSON column does not hold what it must.
    #[error("a row of the store cannot be understood")]
    Row(#[from] serde_json::Error),
    /// The writer's thread has ended.
    #[error("the store is closed")]
    Closed,
    /// A backup would be put where it must not be, or cannot be written.
    #[error("the backup {path} {reason}")]
    Backup {
        /// Where it was to be.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// What kind of failure it is: what those who wrote, and may write again, need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The disk is full or fails, or another program holds the store: it may pass.
    Passing,
    /// The file does not hold what it must: it does not heal.
    Damaged,
    /// Riverd's own.
    Fault,
}

impl StoreError {
    /// Which kind of failure it is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(
                    ErrorCode::DiskFull
                    | ErrorCode::SystemIoFailure
                    | ErrorCode::CannotOpen
                    | ErrorCode::ReadOnly
                    | ErrorCode::PermissionDenied
                    | ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::FileLockingProtocolFailed
                    | ErrorCode::OutOfMemory,
                ) => Trouble::Passing,
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Trouble::Damaged,
                _ => Trouble::Fault,
            },
            Self::Row(_) => Trouble::Damaged,
            Self::InUse(_) | Self::Place { .. } => Trouble::Passing,
            _ => Trouble::Fault,
        }
    }

    /// Whether it is the disk: full, failing, or not to be written since it failed.
    pub fn is_of_the_disk(&self) -> bool {
        match self {
            Self::Place { cause, .. } => {
                let kinds = [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::ReadOnlyFilesystem];
                kinds.contains(&cause.kind()) || cause.raw_os_error() == Some(EIO)
            }
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    ErrorCode::DiskFull
                        | ErrorCode::SystemIoFailure
                        | ErrorCode::CannotOpen
                        | ErrorCode::ReadOnly
                )
            ),
            _ => false,
        }
    }

    /// Whether waiting may help somebody who has nothing yet: the disk, or another program that holds the database.
    pub fn passes(&self) -> bool {
        let held = [Some(ErrorCode::DatabaseBusy), Some(ErrorCode::DatabaseLocked)];
        self.is_of_the_disk()
            || matches!(self, Self::Sqlite(error) if held.contains(&error.sqlite_error_code()))
    }

    /// What the owner can do, one sentence; `None`: the error says it.
    pub fn advice(&self) -> Option<&'static str> {
        let full = "the disk that holds the store is full: make room";
        match (self.trouble(), self) {
            (Trouble::Damaged, _) => Some(
                "the store is damaged: what can be read of it is served; run `riverd check --store`, stop riverd and \
                 restore a backup",
            ),
            (Trouble::Passing, Self::Sqlite(error)) => match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => Some(full),
                Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Some(
                    "the store must not be written: look at the rights of its file and folder, and how its disk is mounted",
                ),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    Some("another program holds the store; riverd waits for it")
                }
                _ => Some(FAILS),
            },
            (Trouble::Passing, Self::Place { cause, .. }) if self.is_of_the_disk() => match cause.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some(full),
                _ => Some(FAILS),
            },
            _ => None,
        }
    }

    /// As SQLite fails with this result code.
    #[cfg(test)]
    pub(crate) fn of_code(code: i32) -> Self {
        Self::Sqlite(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_disk_does_may_pass_and_what_people_did_does_not() {
        let place = |errno| StoreError::Place {
            path: PathBuf::from("x"),
            cause: std::io::Error::from_raw_os_error(errno),
        };
        // ENOSPC, EIO, EROFS, EDQUOT; EACCES, ENOTDIR.
        assert_eq!([28, 5, 30, 122].map(|errno| place(errno).passes()), [true; 4]);
        assert_eq!([13, 20].map(|errno| place(errno).passes()), [false; 2]);
        // SQLITE_FULL, IOERR, CANTOPEN, READONLY, BUSY; CORRUPT, NOTADB, CONSTRAINT.
        assert_eq!([13, 10, 14, 8, 5].map(|code| StoreError::of_code(code).passes()), [true; 5]);
        assert_eq!([11, 26, 19].map(|code| StoreError::of_code(code).passes()), [false; 3]);
        assert!(!StoreError::InUse(PathBuf::new()).passes() && !StoreError::Closed.passes());
        assert!(place(28).advice().is_some_and(|advice| advice.contains("is full")));
    }
}
