//! What is known of polling one remote feed: the past answers and the next date. Kept over restarts.

use serde::{Deserialize, Serialize};

use crate::model::document::Validators;
use crate::model::time::Timestamp;

/// The state of polling one feed. The store keeps it whole; only `source/schedule` decides what goes in.
/// A new field needs a default, so that older rows still read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PollState {
    /// Sent back verbatim with the next request. The store keeps them in columns of their own.
    #[serde(skip)]
    pub validators: Validators,
    /// When to poll next; `None`: never polled, due at once.
    pub next_poll: Option<Timestamp>,
    /// When it was last asked, whatever came of it.
    pub last_poll: Option<Timestamp>,
    /// When it last answered well (200 that parsed, or 304).
    pub last_success: Option<Timestamp>,
    /// Failures in a row; 0 after any success.
    pub failures: u32,
    /// The last HTTP status; `None` if no answer came.
    pub last_status: Option<u16>,
    /// The last failure, one sentence; `None` after a success.
    pub last_error: Option<String>,
    /// Why the next poll is when it is, for a person.
    pub reason: String,
    /// The server said 410 Gone: no longer polled.
    pub retired: bool,
}
