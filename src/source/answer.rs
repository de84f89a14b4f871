//! What came of one poll, as the schedule needs it. Plain data.

use std::time::Duration;

use crate::model::document::Validators;
use crate::model::poll::Freshness;

/// What came of one poll.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// HTTP status of the last hop; `None`: no answer came.
    pub status: Option<u16>,
    /// Why it failed, one sentence; `None`: 200 with a body, or 304.
    pub error: Option<String>,
    /// `Retry-After`, from now.
    pub retry_after: Option<Duration>,
    /// How long the server calls its answer fresh (RFC 9111 section 4.2), from now.
    pub fresh: Option<Freshness>,
    /// The server's validators, verbatim.
    pub validators: Validators,
    /// The URL that gave the validators; `None`: no answer came.
    pub given_by: Option<String>,
    /// Where an unbroken chain of 301 and 308, begun at the URL that was asked, led.
    pub moved_to: Option<String>,
    /// 410, said by the URL that was asked itself or by where it lastingly moved.
    pub gone: bool,
    /// A challenge meant for browsers (`cf-mitigated: challenge`).
    pub challenged: bool,
    /// No host could be reached at all: the fault may be this machine's network.
    pub unreachable: bool,
    /// An earlier failure proved to be this machine's network's: it is taken back.
    pub absolved: bool,
    /// How long the poll took, from the first word to the last byte.
    pub took: Duration,
    /// Size of the document that it brought, decompressed; 0: none.
    pub bytes: usize,
}
