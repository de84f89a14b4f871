//! The owner's corrections of stories: what can be asked, what is remembered of it, and what is answered.

use serde::{Deserialize, Serialize};

use crate::model::ids::EntryId;
use crate::model::time::Timestamp;

/// What the owner asks of the riverd that holds the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Request {
    /// This entry tells a story of its own.
    Split {
        /// The entry.
        entry: EntryId,
    },
    /// These two, and all that is told with them, tell one story.
    Join {
        /// The one.
        entry: EntryId,
        /// The other.
        other: EntryId,
    },
    /// Cluster everything anew.
    Restory,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum Answer {
    /// It was done and is remembered.
    Done,
    /// There was nothing to do: the entry tells its story alone.
    Alone,
    /// Everything was clustered anew.
    Restoried(Restoried),
    /// It cannot be done.
    Refused {
        /// Why, one sentence.
        reason: String,
    },
}

/// What a restory changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Restoried {
    /// Entries clustered, withdrawn ones too.
    pub entries: usize,
    /// Stories that had entries before.
    pub stories_before: usize,
    /// Stories that have entries now.
    pub stories_after: usize,
    /// Entries that tell another story now.
    pub moved: usize,
    /// Stories that began.
    pub begun: usize,
    /// Stories whose entries all moved elsewhere: their ids are retired.
    pub retired: usize,
    /// The entries that moved, in the order they came; the first thousand.
    pub changes: Vec<Moved>,
}

/// An entry that tells another story now. Stories are named by their first entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The entry.
    pub entry: EntryId,
    /// Its title.
    pub title: String,
    /// First entry of the story it was in.
    pub from: EntryId,
    /// First entry of the story it is in.
    pub to: EntryId,
}

/// What the owner said of two entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// They never tell one story.
    Apart,
    /// They always tell one story.
    Together,
    /// An earlier word no longer holds.
    Lifted,
}

impl Word {
    /// The word used in the store, in JSON and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Apart => "apart",
            Self::Together => "together",
            Self::Lifted => "lifted",
        }
    }
}

/// A word about two different entries; the smaller id first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The entry seen first.
    pub a: EntryId,
    /// The entry seen later.
    pub b: EntryId,
    /// What holds between them.
    pub word: Word,
}

impl Pair {
    /// The pair of `one` and `other`, in whichever order they are given.
    pub fn new(one: EntryId, other: EntryId, word: Word) -> Self {
        Self { a: one.min(other), b: one.max(other), word }
    }

    /// The other end, if `entry` is one end.
    pub fn other(&self, entry: EntryId) -> Option<EntryId> {
        match entry {
            _ if entry == self.a => Some(self.b),
            _ if entry == self.b => Some(self.a),
            _ => None,
        }
    }
}

/// Which hand of the owner's it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `riverd split`
    Split,
    /// `riverd join`
    Join,
}

/// One correction as it is remembered, for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Split or joined.
    pub kind: Kind,
    /// The entry named first.
    pub entry: EntryId,
    /// When.
    pub made: Timestamp,
    /// What it says of pairs.
    pub pairs: Vec<Pair>,
}
