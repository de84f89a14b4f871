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
        /// Most labels that have a river of their own, the first in the order of their names. 0: none has.
        label_rivers: usize = 200, within(0..=10_000);
        /// After a change, how long to wait for more before the feed is made anew.
        settle: Duration = Duration::from_millis(200), within(Duration::ZERO..=Duration::from_secs(60));
    }
}
