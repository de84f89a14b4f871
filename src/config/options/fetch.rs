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
        /// Longest time between two polls of a feed that works. A server's own wish may go up to 7 days.
        max_interval: Duration = DAY, within(Duration::from_millis(10)..=7 * DAY);
        /// Longest time between two polls of a feed that keeps failing.
        max_backoff: Duration = 7 * DAY, within(Duration::from_millis(10)..=30 * DAY);
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
        /// Time to connect, with TLS.
        connect_timeout: Duration = Duration::from_secs(10), within(moment());
        /// Time from the request to the first byte of the answer.
        first_byte_timeout: Duration = Duration::from_secs(20), within(moment());
        /// Time for a whole poll, with its redirects.
        timeout: Duration = Duration::from_secs(60), within(moment());
        /// Largest document, after decompression.
        max_size: ByteSize = ByteSize::mib(16), within(ByteSize(1)..=ByteSize::mib(1024));
        /// Redirects followed in one poll.
        max_redirects: usize = 8, within(0..=32);
    }
}

fn cidrs(list: &[String]) -> Result<(), String> {
    let wrong = list.iter().find(|text| text.parse::<ipnet::IpNet>().is_err());
    wrong.map_or(Ok(()), |text| Err(format!("address ranges such as \"192.168.1.0/24\", not {text:?}")))
}
