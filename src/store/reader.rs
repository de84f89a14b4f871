//! Readers: a few connections that are lent out, each seeing one consistent moment of the store.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::store::error::StoreError;
use crate::store::migrate::{is_known, newest};
use crate::store::open::read_only;

/// Idle connections kept; more are opened under load and closed after.
const KEEP: usize = 2;

/// Lends out reading connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reader {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Reader {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Arc::default() }
    }

    /// The database file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The schema of the store, and the newest that this riverd knows.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if the store's is newer.
    pub fn schema(&self) -> Result<(usize, usize), StoreError> {
        Ok((self.view(|db| is_known(db))?, newest()))
    }

    /// Runs `work` on one consistent view of the store. Blocks; on the runtime call it in `spawn_blocking`.
    ///
    /// # Errors
    /// What `work` says, or that no connection could be had.
    pub(crate) fn view<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let lent = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut db = lent.map_or_else(|| read_only(&self.path), Ok)?;
        let moment = db.transaction()?;
        let value = work(&moment);
        drop(moment);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEEP {
            idle.push(db);
        }
        value
    }
}
