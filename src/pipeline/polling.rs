//! What a poll comes to for the next one: how polling a feed stands, and when it is asked again.
//! Deliberately not here: when that is (`source::schedule`), and what a document holds (`ingest`).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::config::options::feed::FeedOptions;
use crate::model::document::{Origin, shown};
use crate::model::entry::Entry;
use crate::model::poll::{PollState, Rate};
use crate::model::time::Timestamp;
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::source::answer::Answer;
use crate::source::ask::Ask;
use crate::source::remote::Command;
use crate::source::schedule::rate::rate;
use crate::source::schedule::{Facts, next};
use crate::store::change::{KnownEntry, KnownFeed, Note};

impl Ingest {
    pub(crate) async fn unreadable(
        &mut self,
        origin: Origin,
        answer: Option<Answer>,
        reason: String,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        match origin {
            Origin::File(path) => self.set_aside(path, reason, now).await,
            Origin::Remote(_) => {
                let answer = Answer { error: Some(reason), ..answer.unwrap_or_default() };
                self.no_document(origin, answer, now).await
            }
        }
    }

    pub(crate) async fn no_document(
        &mut self,
        origin: Origin,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        if let (Some(error), false) = (&answer.error, answer.unreachable) {
            let then = if answer.gone { "it is gone for good" } else { "it is tried again later" };
            tracing::warn!(feed = %shown(&origin.key()), %error, "not polled; {then}");
        }
        let (reader, asked) = (self.reader.clone(), origin.clone());
        let Some(known) = blocking(move || reader.feed(&asked)).await? else { return Ok(Outcome::default()) };
        let (poll, orders) = self.rearm(&origin, &known, Some(answer), None, now);
        let outcome = Outcome { orders, ..Outcome::default() };
        let Some(poll) = poll else { return Ok(outcome) };
        self.keep(Note::Poll(origin, poll), outcome, Some(&known), now);
        Ok(Outcome::default())
    }

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
        let own = self.config.feeds.iter().find(|feed| feed.url == *url).and_then(FeedOptions::own_interval);
        let facts = Facts {
            url: url.clone(),
            hints: known.hints.clone(),
            rate,
            interval: own,
            pushed_until: known.pushed_until,
        };
        let poll = next(&known.poll, &answer, &facts, now, &self.config.fetch, dice(url, now));
        if poll.location != known.poll.location {
            let (feed, location) = (shown(url), poll.location.as_deref().unwrap_or(url));
            tracing::info!(%feed, location = %shown(location), "the feed has moved; it is asked for there");
        }
        let order = self.following.contains(url).then(|| follow(url, &poll));
        (Some(poll), order.flatten().into_iter().collect())
    }
}

/// How often the feed has something new, as far as its document tells.
pub(crate) fn pace(entries: &[Entry], known: &HashMap<String, KnownEntry>, now: Timestamp) -> Option<Rate> {
    let dates = entries.iter().map(|entry| match known.get(&entry.id) {
        Some(known) => known.published,
        None => entry.published.or(entry.updated).unwrap_or(now),
    });
    rate(dates, now).or_else(|| rate([now], now))
}

/// The order for a feed's next poll; `None` if it is retired.
pub(crate) fn follow(url: &str, poll: &PollState) -> Option<Command> {
    (!poll.retired).then(|| Command::Follow { ask: Ask::again(url, poll), due: poll.next_poll })
}

/// -1 to 1, other for each feed and poll.
fn dice(url: &str, now: Timestamp) -> f64 {
    let mut hasher = DefaultHasher::new();
    (url, now.0).hash(&mut hasher);
    (hasher.finish() % 2_001) as f64 / 1_000.0 - 1.0
}
