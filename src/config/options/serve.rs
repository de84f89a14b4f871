//! Options of `[serve]`: the HTTP server.

use std::time::Duration;

use crate::config::value::{ByteSize, within};
use crate::section;

section! {
    /// The HTTP server for feed readers. It only reads; nothing that comes in over HTTP changes anything.
    pub struct ServeOptions in "serve" {
        /// Address and port to listen on. Port 0 takes any free one, which is then printed.
        listen: String = "127.0.0.1:8733".to_owned(), address;
        /// The address readers use from outside, as "https://news.example.org"; stands in the feed's links.
        /// Empty: the listen address.
        public_url: String = String::new(), web_address;
        /// How long a reader may keep an answer without asking again.
        max_age: Duration = Duration::from_secs(60), within(Duration::ZERO..=Duration::from_secs(604_800));
        /// Connections open at once; further ones wait.
        max_connections: usize = 1_024, within(1..=100_000);
        /// Time for a request's headers to arrive; slower connections are closed.
        header_timeout: Duration = Duration::from_secs(10), within(Duration::from_millis(100)..=Duration::from_secs(300));
        /// Largest headers of a request.
        max_headers: ByteSize = ByteSize::kib(32), within(ByteSize::kib(8)..=ByteSize::mib(1));
        /// How long running answers may take to finish when riverd stops.
        drain: Duration = Duration::from_secs(5), within(Duration::ZERO..=Duration::from_secs(60));
    }
}

fn address(text: &str) -> Result<(), String> {
    let expected = |_| "an address and a port such as \"127.0.0.1:8733\" or \"[::1]:8733\"".to_owned();
    text.parse::<std::net::SocketAddr>().map(drop).map_err(expected)
}

fn web_address(text: &str) -> Result<(), String> {
    let right =
        text.is_empty() || url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if right { Ok(()) } else { Err("an http or https address, or \"\"".to_owned()) }
}
