//! Who is followed: what OPML files and the config ask for, and the poller's orders that follow from it.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::load::Config;
use crate::config::options::feed::FeedOptions;
use crate::model::document::{Document, FileStamp, Origin, shown};
use crate::model::subscription::Subscription;
use crate::model::time::Timestamp;
use crate::parse::identity::feed_atom_id;
use crate::parse::lists::listed;
use crate::parse::opml::subscriptions;
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::pipeline::memory::Bound;
use crate::pipeline::noticing;
use crate::pipeline::rearming::follow;
use crate::source::answer::Answer;
use crate::source::remote::Command;
use crate::source::schedule::rate::rate;
use crate::store::change::{KnownFeed, Note};
use crate::store::error::StoreError;
use crate::store::subscriptions::{Asked, List, Place};
use crate::story::engine::Engine;

impl Ingest {
    /// Takes in what the config asks for, and orders every feed that any place asks for.
    ///
    /// # Errors
    /// As [`PipelineError`] lists.
    pub async fn begin(&mut self) -> Result<Vec<Command>, PipelineError> {
        let found = self.config.feeds.iter().map(FeedOptions::subscription).collect();
        let (by, now) = (Place::Config, (self.clock)());
        self.writer.subscribe(Asked { by, subscriptions: with_ids(found), now }).await?;
        self.tell_how_feeds_stand().await?;
        self.follow_what_is_asked().await
    }

    /// Of a feed that stood badly before there were notices, or before its owner wanted to know so soon, there is one now:
    /// a dead one is never asked again.
    async fn tell_how_feeds_stand(&mut self) -> Result<(), PipelineError> {
        let (reader, options) = (self.reader.clone(), self.config.publish.clone());
        let untold = move || {
            let mut untold = Vec::new();
            for (url, poll) in reader.followed()? {
                let origin = Origin::Remote(url);
                let Some(change) = noticing::change(&origin, None, &poll, &options) else { continue };
                if reader.feed(&origin)?.is_some_and(|feed| feed.told.is_none()) {
                    untold.push(change);
                }
            }
            Ok::<_, StoreError>(untold)
        };
        let changes = blocking(untold).await?;
        if !changes.is_empty() {
            tracing::info!(feeds = changes.len(), "notices of how feeds stood before");
            self.writer.keep_changes(changes).await?;
        }
        Ok(())
    }

    /// The owner chose anew. What the config asks for, and how it is read, folded and scheduled, is by `config` from now
    /// on; if the store fails, all stays as it was.
    ///
    /// # Errors
    /// As [`PipelineError`] lists.
    pub async fn change(&mut self, config: Config) -> Result<Outcome, PipelineError> {
        // The store is asked, and the engine may know more.
        let mut outcome = self.settle().await;
        let before = std::mem::replace(&mut self.config, config);
        let orders = match self.begin().await {
            Ok(orders) => orders,
            Err(error) => {
                self.config = before;
                return Err(error);
            }
        };
        if before.story != self.config.story {
            // It is filled anew when it is next needed.
            self.engine = Engine::new(&self.config.story);
            self.bound = Bound::new(self.config.story.max_active);
            self.awake = false;
        }
        for url in other_intervals(&before.feeds, &self.config.feeds) {
            self.replan(url).await?;
        }
        outcome.add(Outcome { changed: true, orders, ..Outcome::default() });
        outcome.add(self.settle().await);
        Ok(outcome)
    }

    /// The owner wants a feed polled more or less often: when it is polled next is decided as it would have been.
    async fn replan(&mut self, url: String) -> Result<(), PipelineError> {
        let (reader, origin, now) = (self.reader.clone(), Origin::Remote(url.clone()), (self.clock)());
        let asked = origin.clone();
        if !self.following.contains(&url) {
            return Ok(());
        }
        let Some(known) = blocking(move || reader.feed(&asked)).await? else { return Ok(()) };
        let Some(poll) = self.replanned(&url, &known) else { return Ok(()) };
        let orders = follow(&url, &poll, now).into_iter().collect();
        let outcome = Outcome { orders, ..Outcome::default() };
        self.keep(Note::Poll(origin, poll), outcome, Some(&known), now);
        Ok(())
    }

    /// A file of the folder that asks for subscriptions.
    pub(crate) async fn list_file(
        &mut self,
        path: String,
        stamp: FileStamp,
        document: &Document,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        let mut before = self.settle().await;
        match listed(&path, &document.bytes, &self.config.parse) {
            Ok((found, _)) => before.add(self.subscribe_file(path, stamp, found, now).await?),
            Err(error) => self.set_aside(path, error.to_string(), now),
        }
        Ok(before)
    }

    /// A list of subscriptions on the web.
    pub(crate) async fn list(
        &mut self,
        document: Document,
        known: KnownFeed,
        answer: Option<Answer>,
        content_hash: Vec<u8>,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        let Document { origin, bytes, version, .. } = document;
        if !known.asked_directly {
            let reason = "a list of subscriptions within another is not followed".to_owned();
            return self.unreadable(origin, answer, reason, now).await;
        }
        let found = match subscriptions(&bytes, &self.config.parse) {
            Ok((found, _)) if !found.is_empty() => found,
            // A list that is suddenly empty is more likely a fault than a wish.
            Ok(_) => {
                return self
                    .unreadable(origin, answer, "the list of subscriptions is empty".to_owned(), now)
                    .await;
            }
            Err(error) => return self.unreadable(origin, answer, error.to_string(), now).await,
        };
        let (poll, orders) = self.rearm(&origin, &known, answer, rate([now], now), now);
        let told = known.told.as_ref();
        let change =
            poll.as_ref().and_then(|poll| noticing::change(&origin, told, poll, &self.config.publish));
        let list = List { url: origin.key(), content_hash, version, poll, change };
        self.subscribe_list(list, found, orders, now).await
    }

    async fn subscribe_file(
        &mut self,
        path: String,
        stamp: FileStamp,
        found: Vec<Subscription>,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        tracing::info!(path, subscriptions = found.len(), "subscriptions read");
        let asked = Asked { by: Place::File(path, stamp), subscriptions: with_ids(found), now };
        self.writer.subscribe(asked).await?;
        // The subscriptions are published too; titles and labels may have changed.
        Ok(Outcome { changed: true, orders: self.follow_what_is_asked().await?, ..Outcome::default() })
    }

    /// An OPML document on the web: what it lists is followed for as long as it lists it, and it is followed itself.
    async fn subscribe_list(
        &mut self,
        list: List,
        found: Vec<Subscription>,
        mut orders: Vec<Command>,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        tracing::info!(list = %shown(&list.url), subscriptions = found.len(), "subscriptions read");
        let asked = Asked { by: Place::List(Box::new(list)), subscriptions: with_ids(found), now };
        self.writer.subscribe(asked).await?;
        orders.extend(self.follow_what_is_asked().await?);
        Ok(Outcome { changed: true, orders, ..Outcome::default() })
    }

    /// Orders that bring the poller from what it follows to what is asked for.
    pub(crate) async fn follow_what_is_asked(&mut self) -> Result<Vec<Command>, PipelineError> {
        let reader = self.reader.clone();
        let asked: BTreeMap<_, _> = blocking(move || reader.followed()).await?.into_iter().collect();
        let left: Vec<String> =
            self.following.iter().filter(|url| !asked.contains_key(*url)).cloned().collect();
        let (mut orders, now) = (Vec::new(), (self.clock)());
        for url in left {
            self.following.remove(&url);
            orders.push(Command::Unfollow(url));
        }
        for (url, poll) in asked {
            if self.following.insert(url.clone()) {
                orders.extend(follow(&url, &poll, now));
            }
        }
        Ok(orders)
    }
}

/// The feeds that are to be polled at another interval.
fn other_intervals(before: &[FeedOptions], now: &[FeedOptions]) -> Vec<String> {
    let interval = |feeds: &[FeedOptions], url: &str| {
        feeds.iter().find(|feed| feed.url == url).and_then(FeedOptions::own_interval)
    };
    let urls: BTreeSet<&str> = before.iter().chain(now).map(|feed| feed.url.as_str()).collect();
    let other = urls.into_iter().filter(|url| interval(before, url) != interval(now, url));
    other.map(str::to_owned).collect()
}

fn with_ids(subscriptions: Vec<Subscription>) -> Vec<(Subscription, String)> {
    let id = |subscription: Subscription| {
        let id = feed_atom_id(&subscription.url, None);
        (subscription, id)
    };
    subscriptions.into_iter().map(id).collect()
}
