//! One riverd per store: an advisory lock on a file beside it.
//! Promises: the lock goes with the process, however that ends; the file itself may stay.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;

use crate::store::error::StoreError;

/// Held for as long as this process may write: until the last copy is dropped.
#[derive(Debug, Clone)]
pub struct Lock {
    _file: Arc<File>,
}

impl Lock {
    /// Takes the lock of the store at `path`.
    ///
    /// # Errors
    /// [`StoreError::InUse`] at once if another process has it; [`StoreError::Place`] if it cannot be made there.
    pub fn take(path: &Path) -> Result<Self, StoreError> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Arc::new(file) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.to_owned())),
            Err(TryLockError::Error(cause)) => Err(StoreError::Place { path: path.to_owned(), cause }),
        }
    }

    /// Takes the lock of what is at `path`, and waits while another has it.
    ///
    /// # Errors
    /// [`StoreError::Place`] if it cannot be made there.
    pub fn wait(path: &Path) -> Result<Self, StoreError> {
        let file = open(path)?;
        file.lock().map_err(|cause| StoreError::Place { path: path.to_owned(), cause })?;
        Ok(Self { _file: Arc::new(file) })
    }
}

fn open(path: &Path) -> Result<File, StoreError> {
    let beside = path.with_added_extension("lock");
    let opened = OpenOptions::new().create(true).append(true).open(beside);
    opened.map_err(|cause| StoreError::Place { path: path.to_owned(), cause })
}
