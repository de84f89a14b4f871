//! A notice: that the state of a feed, or of a file of the watched folder, has changed in a way its owner should know of.

use serde::{Deserialize, Serialize};

use crate::model::document::Origin;
use crate::model::time::Timestamp;

/// How a feed or a file stands, as far as its owner is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is read.
    Well,
    /// It is read at another address than the owner's (301, 308).
    Moved(String),
    /// Its server refuses riverd.
    Blocked,
    /// It has failed for long.
    Failing,
    /// The publisher ended it (410): it is polled no more.
    Dead,
    /// A file that is not in, and why.
    SetAside(String),
    /// A file that was not in, and was removed.
    Removed,
}

/// What was known when it changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    /// The last failure, one sentence; may name addresses with their secrets.
    pub error: Option<String>,
    /// What the owner can do.
    pub advice: Option<String>,
}

/// A change of state that the store is to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Of which feed or file.
    pub origin: Origin,
    /// How it stands now. The store passes over what it was told last.
    pub state: State,
    /// Why.
    pub said: Said,
    /// Since when.
    pub at: Timestamp,
}

/// A change of state as it is kept. None of it ever changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its row, larger than that of every notice before; never given to another.
    pub row: i64,
    /// Of which feed or file.
    pub origin: Origin,
    /// What it was called then; may be empty.
    pub title: String,
    /// How it stands since.
    pub state: State,
    /// How it stood before; `None`: nothing was told of it.
    pub before: Option<State>,
    /// Why.
    pub said: Said,
    /// Since when.
    pub at: Timestamp,
}
