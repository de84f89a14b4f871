//! Options of `[fetch]`: how remote feeds are polled.

use std::time::Duration;

use crate::config::value::{ByteSize, within};
use crate::section;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn moment() -> std::ops::RangeInclusive<Duration> {
    Duration::from_millis(1)..=DAY
}

section! {
    /// How remote feeds are polled: how often, how many at once, and within which limits.
    pub struct FetchOptions in "fetch" {
        /// Shortest time between two polls of one feed.
        min_interval: Duration = 15 * MINUTE, within(Duration::from_millis(10)..=7 * DAY);
        /// Longest time between two polls of a feed that works. A server's own wish may go up to max_wish. Where
        /// min_interval is under a minute and this is left as it is, four times min_interval.
        max_interval: Duration = DAY, within(Duration::from_millis(10)..=7 * DAY);
        /// Shortest time between two polls of a feed whose server gives no validators (ETag, Last-Modified), so that
        /// each poll sends the whole document. Where min_interval is under a minute, four times that instead.
        unvalidated_interval: Duration = HOUR, within(Duration::from_millis(10)..=7 * DAY);
        /// Whether feeds that name a WebSub hub are subscribed to there, so that it pushes their news. Needs
        /// serve.public_url, where the hub must reach riverd.
        websub: bool = true;
        /// Time between two polls of a feed whose hub pushes: a hub may forget.
        safety_interval: Duration = DAY, within(Duration::from_millis(10)..=7 * DAY);
        /// How far a server's or publisher's own wish (Retry-After, max-age, Expires, ttl, sy:updatePeriod) is heeded.
        max_wish: Duration = 7 * DAY, within(Duration::from_millis(10)..=30 * DAY);
        /// First wait after a 429 or 503 without a Retry-After; it doubles each time.
        busy_wait: Duration = HOUR, within(Duration::from_millis(10)..=7 * DAY);
        /// First wait after a challenge meant for browsers; it doubles each time.
        challenge_wait: Duration = DAY, within(Duration::from_millis(10)..=7 * DAY);
        /// Longest time between two polls of a feed that keeps failing.
        max_backoff: Duration = 7 * DAY, within(Duration::from_millis(10)..=30 * DAY);
        /// How long a lasting redirect (301, 308) must lead to the same place before the feed is asked for there.
        adopt_move_after: Duration = 3 * DAY, within(Duration::ZERO..=30 * DAY);
        /// Of a feed just added, so many of its newest entries reach the rivers; the rest is only stored …
        first_entries: usize = 20, within(0..=100_000);
        /// … save entries that are younger than this.
        first_age: Duration = 7 * DAY, within(Duration::ZERO..=3650 * DAY);
        /// Requests under way at once, over all hosts.
        concurrency: usize = 16, within(1..=1024);
        /// Requests under way at once to one host.
        per_host: usize = 1, within(1..=64);
        /// Pause between two requests to one host.
        host_pause: Duration = Duration::from_secs(1), within(Duration::ZERO..=HOUR);
        /// Private address ranges that may be fetched from all the same, as CIDR: ["192.168.1.0/24", "127.0.0.0/8"].
        /// Empty: loopback, private, link-local and other special addresses are refused at every hop.
        allow_private: Vec<String> = Vec::new(), cidrs;
        /// A web or mail address where publishers reach you; it stands in the User-Agent.
        contact: String = String::new();
        /// An HTTP proxy for all feeds, as "http://proxy.example:3128". It resolves the names, so that riverd cannot
        /// check the addresses behind them; private addresses that are written out are still refused. Empty: none.
        proxy: String = String::new(), proxy;
        /// A PEM file of certificates that are trusted besides the system's, for servers with an authority of one's own.
        ca_file: String = String::new();
        /// Time to connect, with TLS.
        connect_timeout: Duration = Duration::from_secs(10), within(moment());
        /// Time from the request to the first byte of the answer.
        first_byte_timeout: Duration = Duration::from_secs(20), within(moment());
        /// Time for a whole poll, with its redirects.
        timeout: Duration = Duration::from_secs(60), within(moment());
        /// Largest document, after decompression.
        max_size: ByteSize = ByteSize::mib(16), within(ByteSize(1)..=ByteSize::mib(1024));
        /// How many times larger than what was sent a document may become by decompression, beyond its first MiB.
        max_ratio: usize = 200, within(2..=100_000);
        /// Memory for documents that are under way, besides one of max_size; beyond it they wait for each other. Half of it
        /// is parted among those that fetch.concurrency allows.
        buffer: ByteSize = ByteSize::mib(8), within(ByteSize::mib(1)..=ByteSize::mib(4096));
        /// Largest headers of an answer, in 512 lines at most.
        max_headers: ByteSize = ByteSize(64 * 1024), within(ByteSize(1024)..=ByteSize::mib(1));
        /// Redirects followed in one poll.
        max_redirects: usize = 8, within(0..=32);
    }
}

fn proxy(text: &str) -> Result<(), String> {
    let right =
        text.is_empty() || url::Url::parse(text).is_ok_and(|url| url.scheme() == "http" && url.has_host());
    if right { Ok(()) } else { Err("an address such as \"http://proxy.example:3128\"".to_owned()) }
}

fn cidrs(list: &[String]) -> Result<(), String> {
    let wrong = list.iter().find(|text| text.parse::<ipnet::IpNet>().is_err());
    wrong.map_or(Ok(()), |text| Err(format!("address ranges such as \"192.168.1.0/24\", not {text:?}")))
}
