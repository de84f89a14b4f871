//! A feed: the publisher's metadata, which becomes `atom:source` (RFC 4287 section 4.2.11).

use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// A person or organisation (RFC 4287 section 3.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Plain text; empty if only an address is known.
    pub name: String,
    /// An e-mail address, if the publisher gave one.
    pub email: Option<String>,
    /// A home page, absolute, if the publisher gave one.
    pub uri: Option<String>,
}

/// A feed's metadata as its publisher gave it. Text is plain, decoded, white space folded; URLs are absolute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Feed {
    /// `atom:id` or its like; `None` where the format has none (RSS) or the publisher left it out.
    pub id: Option<String>,
    /// May be empty.
    pub title: String,
    /// `atom:subtitle`, RSS `description`.
    pub subtitle: Option<String>,
    /// The web page the feed belongs to.
    pub link: Option<String>,
    /// The feed's own address as the publisher states it (`rel=self`).
    pub self_link: Option<String>,
    /// The publisher's date of the whole feed.
    pub updated: Option<Timestamp>,
    /// Authors of entries that have none of their own.
    pub authors: Vec<Person>,
    /// What it is about: category terms, plain text, in the publisher's order, each once.
    pub categories: Vec<String>,
    /// BCP 47 tag as declared, lower-case primary subtag; `None` if undeclared.
    pub language: Option<String>,
    /// Copyright line.
    pub rights: Option<String>,
    /// A small square picture.
    pub icon: Option<String>,
}

/// What a publisher asks of those who poll. Absent fields: nothing was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PollHints {
    /// RSS `ttl`, minutes between polls.
    pub ttl_minutes: Option<u32>,
    /// `sy:updatePeriod` divided by `sy:updateFrequency`, seconds.
    pub update_seconds: Option<u64>,
    /// RSS `skipHours`: hours of the day, 0 to 23, GMT, in which not to poll.
    pub skip_hours: Vec<u8>,
    /// RSS `skipDays`: days not to poll, 0 = Monday to 6 = Sunday, GMT.
    pub skip_days: Vec<u8>,
    /// WebSub hubs, absolute URLs.
    pub hubs: Vec<String>,
    /// What is subscribed to at a hub: its own address as it states it, absolute; `None`: it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}
