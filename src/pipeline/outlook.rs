//! When each feed is polled next and why, and what its owner can do about one that fails. Pure.

use std::collections::HashMap;

use crate::model::time::Timestamp;
use crate::pipeline::advice::advice;
use crate::source::hosts::host_of;
use crate::store::listing::ListedFeed;

/// What follows from how a feed stands.
#[derive(Debug, Default)]
pub struct Outlook {
    /// When it is polled next; `None`: never, or at once.
    pub next_poll: Option<Timestamp>,
    /// Why then; empty for what is not polled.
    pub why: String,
    /// What its owner can do; `None`: nothing, or nothing needs to be done.
    pub advice: Option<String>,
}

/// Of each feed, in their order. All of them: what one host wants holds for each of its feeds.
pub fn outlooks(feeds: &[ListedFeed], now: Timestamp) -> Vec<Outlook> {
    let held = held_hosts(feeds, now);
    feeds.iter().map(|feed| outlook(feed, &held)).collect()
}

/// The hosts that want no request now, and until when.
fn held_hosts(feeds: &[ListedFeed], now: Timestamp) -> HashMap<String, Timestamp> {
    let mut held: HashMap<String, Timestamp> = HashMap::new();
    for (feed, poll) in feeds.iter().filter_map(|feed| Some((feed, feed.poll.as_ref()?))) {
        if let Some(until) = poll.held_until.filter(|until| poll.host_held && *until > now) {
            let by = poll.held_by.as_deref().or(poll.location.as_deref()).unwrap_or(&feed.source);
            let host = held.entry(host_of(by)).or_insert(until);
            *host = until.max(*host);
        }
    }
    held
}

fn outlook(feed: &ListedFeed, held: &HashMap<String, Timestamp>) -> Outlook {
    let advice = feed.poll.as_ref().filter(|_| feed.state != "unsubscribed").and_then(advice);
    let Some(poll) = feed.poll.as_ref().filter(|_| matches!(feed.state, "followed" | "list")) else {
        return Outlook { advice, ..Outlook::default() };
    };
    let host = held.get(&host_of(poll.location.as_deref().unwrap_or(&feed.source))).copied();
    let (next_poll, why) = match (poll.next_poll, host) {
        (next, Some(until)) if next.is_none_or(|next| next < until) => {
            (Some(until), "its host wants no request before then (429, Retry-After)".to_owned())
        }
        (None, _) if !poll.reason.is_empty() => (None, poll.reason.clone()),
        (None, _) => (None, "just added: polled at once".to_owned()),
        (next, _) => (next, poll.reason.clone()),
    };
    Outlook { next_poll, why, advice }
}
