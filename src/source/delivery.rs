//! What this stage hands on.

use crate::model::document::{Document, Origin};
use crate::model::time::Timestamp;
use crate::source::answer::Answer;

/// One thing that happened to a source.
#[derive(Debug)]
pub enum Delivery {
    /// A document, new or changed. `answer`: the poll that brought it; `None` for files.
    Document {
        /// The document.
        document: Document,
        /// How it came.
        answer: Option<Answer>,
    },
    /// A remote feed has nothing new (304), or could not be had.
    NoDocument {
        /// The feed.
        origin: Origin,
        /// What came instead.
        answer: Answer,
    },
    /// A feed is not polled now, for its host wants no request.
    Postponed {
        /// The feed.
        origin: Origin,
        /// When the host may be asked again.
        until: Timestamp,
    },
    /// A file that is not taken, and why.
    SetAside {
        /// Relative to the folder.
        path: String,
        /// For the owner.
        reason: String,
    },
    /// A file was removed.
    Gone {
        /// Relative to the folder.
        path: String,
    },
    /// A file was moved within the folder.
    Renamed {
        /// Where it lay.
        from: String,
        /// Where it lies.
        to: String,
    },
    /// Everything that the folder held when it was looked through has been handed on.
    Scanned,
}
