//! Options of `[publish]`: the merged feed.

use std::time::Duration;

use crate::config::value::{ByteSize, not_empty, within};
use crate::section;

section! {
    /// The merged feed.
    pub struct PublishOptions in "publish" {
        /// Its title.
        title: String = "River of news".to_owned(), not_empty;
        /// Most stories in it.
        limit: usize = 200, within(1..=10_000);
        /// Its largest size; the oldest stories are left out beyond it. Many readers refuse more than 1 MiB.
        max_size: ByteSize = ByteSize::mib(1), within(ByteSize::kib(16)..=ByteSize::mib(64));
        /// A WebSub hub, as "https://hub.example/": the feeds name it, and it is told of every change, so that readers hear
        /// of news at once. Needs serve.public_url. Empty: none.
        hub: String = String::new(), web_address;
        /// Shortest time between two messages to the hub.
        hub_interval: Duration = Duration::from_secs(60), within(Duration::ZERO..=Duration::from_secs(86_400));
        /// After a change, how long to wait for more before the feed is made anew.
        settle: Duration = Duration::from_millis(200), within(Duration::ZERO..=Duration::from_secs(60));
    }
}

fn web_address(text: &str) -> Result<(), String> {
    let right =
        text.is_empty() || url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if right { Ok(()) } else { Err("an http or https address, or \"\"".to_owned()) }
}
