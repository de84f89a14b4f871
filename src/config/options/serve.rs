//! Options of `[serve]`: the HTTP server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::value::{ByteSize, within};
use crate::section;

const SECOND: Duration = Duration::from_secs(1);

section! {
    /// The HTTP server for feed readers. It only reads; nothing that comes in over HTTP changes anything.
    pub struct ServeOptions in "serve" {
        /// Address and port to listen on; port 0 takes any free one, which is then printed. Or "unix:PATH": a Unix socket.
        /// Sockets that a service manager hands over (systemd's LISTEN_FDS) are listened on instead, all of them.
        listen: String = "127.0.0.1:8733".to_owned(), listen;
        /// Who may connect to the Unix socket, as the mode of its file.
        socket_mode: String = "660".to_owned(), mode;
        /// The address readers use from outside, as "https://news.example.org"; stands in the feed's links.
        /// Empty: the listen address.
        public_url: String = String::new(), web_address;
        /// How long a reader may keep an answer without asking again.
        max_age: Duration = Duration::from_secs(60), within(Duration::ZERO..=Duration::from_secs(604_800));
        /// Connections open at once, and no more than the system allows files. Beyond it the one that has been waited
        /// for longest is closed for the newcomer; where all are being answered, the newcomer gets 503.
        max_connections: usize = 16_384, within(1..=1_000_000);
        /// Threads that serve and do nothing else. 0: one for each processor.
        threads: usize = 0, within(0..=256);
        /// Time for a request's headers to arrive; slower connections are closed.
        header_timeout: Duration = 10 * SECOND, within(Duration::from_millis(100)..=300 * SECOND);
        /// How long a connection may wait for its next request.
        keep_alive: Duration = 75 * SECOND, within(Duration::from_millis(100)..=3_600 * SECOND);
        /// How long a reader may take nothing more of an answer that is ready for it.
        stall_timeout: Duration = 30 * SECOND, within(Duration::from_millis(100)..=600 * SECOND);
        /// Largest headers of a request, its first line included; larger ones get 431.
        max_headers: ByteSize = ByteSize::kib(32), within(ByteSize::kib(8)..=ByteSize::mib(1));
        /// Longest path and query of a request; longer ones get 414.
        max_uri: ByteSize = ByteSize::kib(4), within(ByteSize(256)..=ByteSize::kib(60));
        /// How long running answers may take to finish when riverd stops.
        drain: Duration = 5 * SECOND, within(Duration::ZERO..=60 * SECOND);
    }
}

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An address and port.
    Address(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

impl Listen {
    /// As `serve.listen` says; `None`: it says neither.
    pub fn of(text: &str) -> Option<Self> {
        match text.strip_prefix("unix:") {
            Some(path) => Some(Self::Unix(path.into())).filter(|_| !path.is_empty() && cfg!(unix)),
            None => text.parse().ok().map(Self::Address),
        }
    }
}

impl ServeOptions {
    /// `socket_mode` as a number.
    pub fn mode(&self) -> u32 {
        u32::from_str_radix(&self.socket_mode, 8).unwrap_or(0o600)
    }
}

fn listen(text: &str) -> Result<(), String> {
    let expected =
        || "an address and a port such as \"127.0.0.1:8733\" or \"[::1]:8733\", or \"unix:PATH\"".to_owned();
    Listen::of(text).map(drop).ok_or_else(expected)
}

fn mode(text: &str) -> Result<(), String> {
    let right = (3..=4).contains(&text.len()) && u32::from_str_radix(text, 8).is_ok_and(|mode| mode <= 0o777);
    if right { Ok(()) } else { Err("a mode such as \"660\" or \"666\"".to_owned()) }
}

fn web_address(text: &str) -> Result<(), String> {
    let right =
        text.is_empty() || url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if right { Ok(()) } else { Err("an http or https address, or \"\"".to_owned()) }
}
