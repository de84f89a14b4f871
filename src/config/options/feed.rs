//! Options of `[[feed]]`: a subscription of the config, and how this one feed is polled.

use std::time::Duration;

use crate::config::value::within;
use crate::model::subscription::Subscription;
use crate::section;

const DAY: Duration = Duration::from_secs(86_400);

section! {
    /// A feed to follow besides those of the OPML files in the watched folder, and how it is polled.
    pub struct FeedOptions in "feed" {
        /// Its address. A feed that an OPML file lists too is followed once, with the options that stand here.
        url: String = String::new();
        /// A name of your own. Empty: the feed's own.
        title: String = String::new();
        /// Folders it stands in, nested ones with / between.
        labels: Vec<String> = Vec::new();
        /// How often to poll it, instead of as often as it publishes. A server's or publisher's wish to be asked less
        /// often is still heeded. 0: as it publishes.
        interval: Duration = Duration::ZERO, within(Duration::ZERO..=30 * DAY);
        /// Where this feed's publisher reaches you, in place of fetch.contact.
        contact: String = String::new();
        /// Only HTTP/1.1, for servers that fail with HTTP/2.
        http1_only: bool = false;
        /// A file with USER:PASSWORD for basic authentication. It is read at each poll and sent to this feed's own
        /// host only.
        basic_auth_file: String = String::new();
        /// A file with headers to send along, one "Name: value" a line; otherwise as basic_auth_file.
        headers_file: String = String::new();
    }
}

impl FeedOptions {
    /// The subscription that it asks for.
    pub fn subscription(&self) -> Subscription {
        let title = Some(self.title.clone()).filter(|title| !title.is_empty());
        Subscription { url: self.url.clone(), title, html_url: None, labels: self.labels.clone() }
    }

    /// How often its owner wants it polled; `None`: as it publishes.
    pub fn own_interval(&self) -> Option<Duration> {
        Some(self.interval).filter(|interval| !interval.is_zero())
    }
}
