//! Who is followed: what OPML files and the config ask for, and the poller's orders that follow from it.

use std::collections::BTreeMap;

use crate::config::options::feed::FeedOptions;
use crate::model::document::{FileStamp, shown};
use crate::model::subscription::Subscription;
use crate::model::time::Timestamp;
use crate::parse::identity::feed_atom_id;
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::pipeline::polling::follow;
use crate::source::remote::Command;
use crate::store::subscriptions::{Asked, List, Place};

impl Ingest {
    /// Takes in what the config asks for, and orders every feed that any place asks for.
    ///
    /// # Errors
    /// As [`PipelineError`] lists.
    pub async fn begin(&mut self) -> Result<Vec<Command>, PipelineError> {
        let found = self.config.feeds.iter().map(FeedOptions::subscription).collect();
        let (by, now) = (Place::Config, (self.clock)());
        self.writer.subscribe(Asked { by, subscriptions: with_ids(found), now }).await?;
        self.follow_what_is_asked().await
    }

    pub(crate) async fn subscribe_file(
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
        Ok(Outcome { changed: true, orders: self.follow_what_is_asked().await?, failure: None })
    }

    /// An OPML document on the web: what it lists is followed for as long as it lists it, and it is followed itself.
    pub(crate) async fn subscribe_list(
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
        Ok(Outcome { changed: true, orders, failure: None })
    }

    /// Orders that bring the poller from what it follows to what is asked for.
    pub(crate) async fn follow_what_is_asked(&mut self) -> Result<Vec<Command>, PipelineError> {
        let reader = self.reader.clone();
        let asked: BTreeMap<_, _> = blocking(move || reader.followed()).await?.into_iter().collect();
        let left: Vec<String> =
            self.following.iter().filter(|url| !asked.contains_key(*url)).cloned().collect();
        let mut orders = Vec::new();
        for url in left {
            self.following.remove(&url);
            orders.push(Command::Unfollow(url));
        }
        for (url, poll) in asked {
            if self.following.insert(url.clone()) {
                orders.extend(follow(&url, &poll));
            }
        }
        Ok(orders)
    }
}

fn with_ids(subscriptions: Vec<Subscription>) -> Vec<(Subscription, String)> {
    let id = |subscription: Subscription| {
        let id = feed_atom_id(&subscription.url, None);
        (subscription, id)
    };
    subscriptions.into_iter().map(id).collect()
}
