//! Options of `[publish]`: the merged feed.

use std::time::Duration;

use crate::config::value::{ByteSize, not_empty, within};
use crate::section;

section! {
    /// The merged feed.
    pub struct PublishOptions in "publish" {
        /// Its title.
        title: String = "River of news".to_owned(), not_empty;
        /// Most stories in it. A full feed holds between seven eighths of that and all of it; older ones are in its archive.
        limit: usize = 200, within(1..=10_000);
        /// Its largest size; beyond it the oldest stories go to its archive. Of a text of more than half of it
        /// the beginning is told; all of it is on the story's page. Many readers refuse more than 1 MiB.
        max_size: ByteSize = ByteSize::mib(1), within(ByteSize::kib(16)..=ByteSize::mib(64));
        /// Most labels that have a river of their own, the first in the order of their names. 0: none has.
        label_rivers: usize = 200, within(0..=10_000);
        /// Most stories in one page of its archive. What has no room in the feed is there, for readers that follow
        /// its links back (RFC 5005).
        archive_page: usize = 100, within(1..=1_000);
        /// Whether there is a feed /notices.atom for you: feeds that are dead, moved, blocked or failing for long, and files
        /// that were set aside, an entry for each change of state. Where a river is private there is none, unless a
        /// [[river]] block of the name "notices" says who may read it.
        notices: bool = true;
        /// A feed must have failed so many times in a row before there is a notice of it …
        notice_failures: usize = 3, within(1..=1_000);
        /// … and one that was read before, for so long. What its server refuses (401, 403) is told without that.
        notice_after: Duration = Duration::from_secs(3 * 86_400), within(Duration::ZERO..=Duration::from_secs(365 * 86_400));
        /// Most feeds that the page /feeds lists, those with something for you to do before all others.
        listed_feeds: usize = 2_000, within(1..=100_000);
        /// Most entries that the page /search shows.
        search_results: usize = 50, within(1..=1_000);
        /// A search there that takes longer is given up.
        search_time: Duration = Duration::from_secs(2), within(Duration::from_millis(10)..=Duration::from_secs(60));
        /// A folder in which the same feeds are kept as files, each with its .gz, .br and .zst, for another web server.
        /// A relative path counts from the folder riverd is started in. Empty: none.
        directory: String = String::new();
        /// A WebSub hub, as "https://hub.example/": the feeds name it, and it is told of every change, so that readers hear
        /// of news at once. Needs serve.public_url. Empty: none.
        hub: String = String::new(), web_address;
        /// Shortest time between two times that the hub is told.
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
