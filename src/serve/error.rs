//! Why riverd cannot listen.

use std::io;
use std::path::PathBuf;

/// Why riverd cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error("cannot listen on {listen}; is it in use? see serve.listen")]
    Address {
        /// As the owner wrote it.
        listen: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// No thread to serve on.
    #[error("no threads to serve on can be started")]
    Threads(#[source] io::Error),
    /// A socket that was listened on cannot be any more.
    #[error("a socket cannot be listened on any more; the log says why")]
    Door,
    /// Somebody listens on the Unix socket.
    #[error("another program listens on {0}; see serve.listen")]
    Taken(PathBuf),
    /// There is something else at its path.
    #[error("{0} is no socket, so it is left as it is; see serve.listen")]
    NoSocket(PathBuf),
    /// What the service manager handed over cannot be listened on.
    #[error("socket {number} of the service manager cannot be listened on")]
    Inherited {
        /// Counted from 0.
        number: usize,
        /// Why.
        #[source]
        cause: io::Error,
    },
}
