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
    /// The one URL that gave the validators, and that they are shown to; `None`: the feed's own.
    pub given_by: Option<String>,
    /// When to poll next; `None`: never polled, due at once.
    pub next_poll: Option<Timestamp>,
    /// When it was last asked, whatever came of it.
    pub last_poll: Option<Timestamp>,
    /// When it last answered well (200 that parsed, or 304).
    pub last_success: Option<Timestamp>,
    /// Failures in a row; 0 after any success.
    pub failures: u32,
    /// Polls in a row that could not leave this machine's network; they are no failures of the feed.
    pub unreached: u32,
    /// The last HTTP status; `None` if no answer came.
    pub last_status: Option<u16>,
    /// The last failure, one sentence; `None` after a success.
    pub last_error: Option<String>,
    /// Why the next poll is when it is, for a person.
    pub reason: String,
    /// The server said 410 Gone: no longer polled.
    pub retired: bool,
    /// Until then the server wants no request at all (429, `Retry-After`), not even one the owner asks for.
    pub held_until: Option<Timestamp>,
    /// `held_until` holds for every feed of the same host.
    pub host_held: bool,
    /// The URL that said so, which a redirect may have led to; `None`: the one that is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// How long the server called its last 200 fresh.
    pub fresh: Option<Freshness>,
    /// How often the feed publishes; `None`: never read.
    pub rate: Option<Rate>,
    /// Where the feed is asked for since a move was adopted; `None`: at its own URL.
    pub location: Option<String>,
    /// The search for the feed of the web page that the feed's own URL proved to be; `None`: there was none.
    pub seeking: Option<Seeking>,
    /// A lasting redirect that is not adopted yet.
    pub moving: Option<Moving>,
    /// The last answers, newest first.
    pub answers: Vec<PastAnswer>,
}

/// How long an answer stays fresh, and who says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// Milliseconds from when it was given.
    pub ms: u64,
    /// `max-age` or `Expires`.
    pub by: String,
}

/// How often a feed publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Date of its newest entry.
    pub newest: Timestamp,
    /// Mean time between its latest entries, milliseconds; `None` where there are not two of different dates.
    pub gap_ms: Option<i64>,
}

/// A lasting redirect (301, 308) that has been seen, but is not adopted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// Where it leads.
    pub to: String,
    /// Since when it has led there every time.
    pub since: Timestamp,
}

/// The search for a web page's own feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seeking {
    /// When it began.
    pub since: Timestamp,
    /// Where the feed may be and nobody has asked yet, in the order to ask; none: the search has ended, or is at its end.
    pub left: Vec<String>,
    /// A place is being asked: `PollState::location`.
    pub asked: bool,
    /// Places asked in vain.
    pub tried: u32,
    /// It was found.
    pub found: bool,
}

impl Seeking {
    /// A search that begins.
    pub fn begun(since: Timestamp, left: Vec<String>) -> Self {
        Self { since, left, asked: false, tried: 0, found: false }
    }
}

/// One answer of the past, or that there was none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAnswer {
    /// When.
    pub at: Timestamp,
    /// HTTP status; `None`: no answer came.
    pub status: Option<u16>,
    /// What was wrong with it; `None`: nothing.
    pub error: Option<String>,
}
