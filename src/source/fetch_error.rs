//! Why a document could not be had.

use std::time::Duration;

/// Why a document could not be had. Displayed to the owner; never holds credentials.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not http or https, or no URL at all.
    #[error("this is no http or https address")]
    Address,
    /// The address is private or special, and `fetch.allow_private` does not list it.
    #[error("{0} is a private address; list its range in fetch.allow_private to fetch from it")]
    Private(String),
    /// More redirects than `fetch.max_redirects`.
    #[error("more than {0} redirects")]
    Redirects(usize),
    /// A redirect without a usable `Location`.
    #[error("status {0} leads nowhere")]
    Nowhere(u16),
    /// Larger than `fetch.max_size`.
    #[error("the document is larger than {0} bytes")]
    Size(u64),
    /// It unfolds to more than `fetch.max_ratio` times what was sent.
    #[error("a compression bomb: it unfolds to more than {0} times what was sent")]
    Bomb(usize),
    /// Compressed more often than anyone needs.
    #[error("more than {0} compressions on one body")]
    Codings(usize),
    /// Headers larger than `fetch.max_headers`.
    #[error("headers of more than {0} bytes")]
    Headers(u64),
    /// The owner's file with credentials.
    #[error("the file with this feed's credentials cannot be used: {0}")]
    Credentials(String),
    /// It took longer than a limit.
    #[error("no {what} within {} s", .limit.as_secs_f64())]
    Slow {
        /// `answer` or `whole document`.
        what: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// No connection: name not found, refused, TLS.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// No name could be resolved, or nothing came back: the host's fault, or this machine's network's.
    #[error("cannot reach the host: {0}")]
    Unreached(String),
    /// This machine has no network.
    #[error("no network: {0}")]
    Offline(String),
    /// The answer broke off or was not HTTP.
    #[error("the answer broke off: {0}")]
    Broken(String),
    /// The client could not be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

impl FetchError {
    /// Whether the fault may be this machine's network rather than the server's.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreached(_) | Self::Offline(_))
    }

    /// Whether the fault is this machine's network for certain.
    pub fn is_offline(&self) -> bool {
        matches!(self, Self::Offline(_))
    }
}
