//! What can go wrong with the store.

use std::path::PathBuf;

/// A store that cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes to it.
    #[error(
        "the store {0} is in use by another riverd; stop that one first, or give this one its own store.path"
    )]
    InUse(PathBuf),
    /// The folder for it, or its lock file, cannot be made.
    #[error("the store {path} cannot be made; check that its folder exists and can be written")]
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
        "the store has schema {found}, this needs {needed}; restart the running riverd, it is of an older version"
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
}
