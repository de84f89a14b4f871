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
    /// It took longer than a limit.
    #[error("no {what} within {} s", .limit.as_secs_f64())]
    Slow {
        /// `answer` or `whole document`.
        what: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// No connection: name not found, refused, no route, TLS.
    #[error("cannot connect: {0}")]
    Connect(String),
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
        matches!(self, Self::Connect(_))
    }
}
