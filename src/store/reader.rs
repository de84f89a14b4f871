//! Readers: a few connections that are lent out, each seeing one consistent moment of the store.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::store::error::StoreError;
use crate::store::migrate::{is_known, newest};
use crate::store::open::{immutable, read_only};

/// Idle connections kept; more are opened under load and closed after.
const KEEP: usize = 2;

/// Lends out reading connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reader {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
    /// A connection in the middle of a transaction: all views are of its moment.
    held: Option<Arc<Mutex<Connection>>>,
    connect: Connect,
}

/// Opens a connection.
type Connect = fn(&Path) -> Result<Connection, StoreError>;

impl Reader {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Arc::default(), held: None, connect: read_only }
    }

    /// Of a store that nobody writes to, on a disk that cannot be written.
    pub(crate) fn frozen(path: &Path) -> Self {
        Self { connect: immutable, ..Self::new(path) }
    }

    /// A reader all of whose views are of one moment, which is now, one view after the other. What is written from now on
    /// cannot be tidied up as long as it is kept: it is for short work. Blocks.
    ///
    /// # Errors
    /// That no connection could be had.
    pub fn held(&self) -> Result<Self, StoreError> {
        let db = (self.connect)(&self.path)?;
        // The moment is that of the first look.
        db.execute_batch("BEGIN; SELECT count(*) FROM meta")?;
        Ok(Self { held: Some(Arc::new(Mutex::new(db))), ..self.clone() })
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
        Ok((self.view(is_known)?, newest()))
    }

    /// Runs `work` on one consistent view of the store. Blocks; on the runtime call it in `spawn_blocking`.
    ///
    /// # Errors
    /// What `work` says, or that no connection could be had.
    pub(crate) fn view<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(held) = &self.held {
            return work(&held.lock().unwrap_or_else(PoisonError::into_inner));
        }
        let lent = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut db = lent.map_or_else(|| (self.connect)(&self.path), Ok)?;
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

#[cfg(test)]
mod tests {
    use crate::model::time::Timestamp;
    use crate::store::open::open;

    #[tokio::test]
    async fn who_holds_a_moment_sees_nothing_of_what_comes_after_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(&folder.path().join("riverd.db"), Timestamp(0), "a").expect("a store");
        let held = store.reader.held().expect("a moment");
        store.writer.keep_announced(vec![("u".to_owned(), "e".to_owned())]).await.expect("kept");
        assert_eq!(held.clone().announced().expect("read").len(), 0);
        assert_eq!(store.reader.announced().expect("read").len(), 1);
        assert_eq!(store.reader.held().expect("a moment").announced().expect("read").len(), 1);
    }
}
