//! When a feed is polled next: what the schedule says, with what is known here of the feed and of its owner's choices.
//! Deliberately not here: the schedule (`source/schedule`).

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::config::options::feed::FeedOptions;
use crate::model::document::{Origin, shown};
use crate::model::poll::{PollState, Rate};
use crate::model::time::Timestamp;
use crate::pipeline::ingest::Ingest;
use crate::pipeline::seeking::{Page, Step, found, step};
use crate::source::answer::Answer;
use crate::source::ask::Ask;
use crate::source::remote::Command;
use crate::source::schedule::leap::by_todays_clock;
use crate::source::schedule::{Facts, next, replanned};
use crate::store::change::KnownFeed;

impl Ingest {
    /// How polling stands now, and the order for the next poll if the feed is still followed. `rate`: told by the
    /// document, where there was a new one.
    pub(crate) fn rearm(
        &self,
        origin: &Origin,
        known: &KnownFeed,
        answer: Option<Answer>,
        rate: Option<Rate>,
        now: Timestamp,
    ) -> (Option<PollState>, Vec<Command>) {
        let (Some(answer), Origin::Remote(url)) = (answer, origin) else { return (None, vec![]) };
        let facts = self.facts(url, known, rate);
        let mut poll = next(&known.poll, &answer, &facts, now, &self.config.fetch, dice(url, now));
        if answer.error.is_none() {
            found(url, &mut poll);
        }
        if poll.location != known.poll.location {
            let (feed, location) = (shown(url), poll.location.as_deref().unwrap_or(url));
            tracing::info!(%feed, location = %shown(location), "the feed has moved; it is asked for there");
        }
        let order = self.following.contains(url).then(|| follow(url, &poll, now));
        (Some(poll), order.flatten().into_iter().collect())
    }

    /// What is done where no feed came, if a browser's shortcut asks for the feed.
    pub(crate) fn seek(
        &self,
        origin: &Origin,
        known: &KnownFeed,
        answer: &Answer,
        page: Option<Page>,
        now: Timestamp,
    ) -> Step {
        match origin {
            Origin::Remote(url) if known.by_shortcut && answer.error.is_some() => {
                step(url, &known.poll, answer, page, now, |place| self.following.contains(place))
            }
            _ => Step::None,
        }
    }

    fn facts(&self, url: &str, known: &KnownFeed, rate: Option<Rate>) -> Facts {
        let own = self.config.feeds.iter().find(|feed| feed.url == url).and_then(FeedOptions::own_interval);
        let (url, hints) = (url.to_owned(), known.hints.clone());
        Facts { url, hints, rate, interval: own, pushed_until: known.pushed_until }
    }

    /// How polling of a feed would stand, had the owner chosen before its last poll as now.
    pub(crate) fn replanned(&self, url: &str, known: &KnownFeed) -> Option<PollState> {
        let at = known.poll.last_poll?;
        replanned(&known.poll, &self.facts(url, known, None), &self.config.fetch, dice(url, at))
    }
}

/// The order for a feed's next poll; `None` if it is retired.
pub(crate) fn follow(url: &str, poll: &PollState, now: Timestamp) -> Option<Command> {
    let poll = by_todays_clock(poll, now);
    (!poll.retired).then(|| Command::Follow { ask: Ask::again(url, &poll), due: poll.next_poll, said: now })
}

/// -1 to 1, other for each feed and poll.
fn dice(url: &str, now: Timestamp) -> f64 {
    let mut hasher = DefaultHasher::new();
    (url, now.0).hash(&mut hasher);
    (hasher.finish() % 2_001) as f64 / 1_000.0 - 1.0
}
