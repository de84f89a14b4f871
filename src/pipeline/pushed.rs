//! What a feed says of its hubs, and what is different about a document that a hub pushed.
//! Promises: a push changes neither what the feed's server vouched for nor what the feed itself asked of those who follow
//! it, for hubs push parts of feeds, and may leave out whatever they like.

use crate::model::document::{Document, Origin, Version};
use crate::model::feed::PollHints;
use crate::model::time::Timestamp;
use crate::model::websub::Named;
use crate::parse::parsed::Parsed;
use crate::source::ask::Ask;
use crate::source::remote::Command;
use crate::store::change::KnownFeed;

/// What a hub pushed is no version that the feed's server gave: the validators that are known stay.
pub(crate) fn as_pushed(document: Document, known: &KnownFeed) -> Document {
    Document { version: Version::Http(known.poll.validators.clone()), ..document }
}

/// The order to poll a feed now.
pub(crate) fn at_once(origin: &Origin, known: Option<&KnownFeed>, now: Timestamp) -> Vec<Command> {
    let ask = known.filter(|known| !known.poll.retired).map(|known| Ask::again(&origin.key(), &known.poll));
    ask.map(|ask| Command::Follow { ask, due: None, said: now }).into_iter().collect()
}

/// What the publisher asks, with the hubs and the address that headers name before those of the document (W3C WebSub
/// section 4). Of a document that was pushed to the feed `by_hub`: what it asked before.
pub(crate) fn hints(parsed: &Parsed, named: Named, by_hub: Option<&KnownFeed>) -> PollHints {
    if let Some(known) = by_hub {
        return known.hints.clone();
    }
    let mut hints = PollHints { hubs: named.hubs, ..parsed.hints.clone() };
    hints.topic = named.own.or_else(|| parsed.feed.self_link.clone());
    for hub in &parsed.hints.hubs {
        if !hints.hubs.contains(hub) {
            hints.hubs.push(hub.clone());
        }
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::feed::Feed;

    #[test]
    fn hubs_in_headers_come_before_those_in_the_document() {
        let own = |hubs: &[&str]| hubs.iter().map(|hub| (*hub).to_owned()).collect::<Vec<_>>();
        let parsed = Parsed {
            shape: "rss",
            feed: Feed { self_link: Some("inside".to_owned()), ..Feed::default() },
            entries: Vec::new(),
            hints: PollHints { hubs: own(&["a", "b"]), ttl_minutes: Some(5), ..PollHints::default() },
            complaints: Vec::new(),
        };
        let none = hints(&parsed, Named::default(), None);
        assert_eq!((&none.hubs, none.topic.as_deref()), (&own(&["a", "b"]), Some("inside")));
        let named = Named { hubs: own(&["c", "b"]), own: Some("header".to_owned()) };
        let both = hints(&parsed, named, None);
        assert_eq!((&both.hubs, both.topic.as_deref()), (&own(&["c", "b", "a"]), Some("header")));
        assert_eq!(both.ttl_minutes, Some(5));
    }
}
