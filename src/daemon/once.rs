//! `riverd once`: the folder and every due feed once, the static export if there is one, then the end. For cron and for
//! tests.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedSender};
use tokio_util::sync::CancellationToken;

use crate::config::load::Config;
use crate::daemon::announce::Announcer;
use crate::daemon::clock::now;
use crate::daemon::hubs::Desk;
use crate::daemon::wiring::{House, WAITING_DELIVERIES, export, kind, public_url, remote, republish};
use crate::model::time::Timestamp;
use crate::pipeline::ahead::Ahead;
use crate::pipeline::ingest::Ingest;
use crate::serve::shelf::Shelf;
use crate::source::ask::Ask;
use crate::source::delivery::Delivery;
use crate::source::folder::Folder;
use crate::source::remote::{Command, Patience, Poller};

/// Which feeds to poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that are due.
    Due,
    /// All that are followed.
    All,
}

/// What was done.
#[derive(Debug, Default, serde::Serialize)]
pub struct Done {
    /// Feeds polled.
    pub polled: usize,
    /// Of these, those that could not be had or read.
    pub failed: usize,
    /// Feeds not polled, for their hosts want no request now.
    pub postponed: usize,
    /// Documents of the folder taken in.
    pub files: usize,
}

/// Runs once. `progress` is told how many of how many feeds are done.
///
/// # Errors
/// If the store cannot be opened or fails.
pub async fn once(
    config: &Config,
    which: Which,
    stop: CancellationToken,
    progress: impl Fn(usize, usize),
) -> anyhow::Result<Done> {
    let here = format!("http://{}", config.serve.listen);
    let house = House::open(config, now).await?;
    let (workshop, public_url) = (house.workshop(&here), public_url(config, &here));
    let press = workshop.press(config);
    let House { store, mut ingest, fetcher } = house;
    let desk = Desk::of(config, &store, fetcher.clone(), public_url);
    let mut done = Done::default();
    ingest.answer_requests().await?;
    let mut orders = ingest.begin().await?;
    let (deliveries, delivered) = mpsc::channel(WAITING_DELIVERIES);
    let mut ahead = ingest.ahead(delivered);
    let folder = Folder::new(&config.folder, store.reader.files()?, kind, deliveries.clone());
    let looking = tokio::spawn(folder.once());
    while let Some(prepared) = ahead.next().await {
        if matches!(prepared.delivery, Delivery::Scanned) {
            break;
        }
        done.files += usize::from(matches!(prepared.delivery, Delivery::Document { .. }));
        orders.extend(ingest.admit(prepared, true).await?.sound()?.orders);
    }
    orders.extend(ingest.settle().await.sound()?.orders);
    looking.await?;
    let (send, ordered) = mpsc::unbounded_channel();
    let mut waiting = HashSet::new();
    for order in due(orders, which, now(), &mut done) {
        if let Command::Follow { ask, due: None, .. } = &order {
            waiting.insert(ask.feed.clone());
        }
        drop(send.send(order));
    }
    let poller = Poller::new(fetcher, Patience::None, now, deliveries);
    let polling = tokio::spawn(poller.run(ordered, stop.clone()));
    let polls = Polls { ahead, waiting, orders: send };
    poll(&mut ingest, polls, &mut done, progress, &stop).await?;
    stop.cancel();
    polling.await?;
    ingest.answer_requests().await?;
    if !config.publish.directory.is_empty() {
        let shelf = Shelf::with_rules(workshop.rules(config)?);
        republish(&press, &shelf).await?;
        export(&press).await?;
        Announcer::of(config, desk, shelf, Arc::default()).once().await;
    }
    Ok(done)
}

/// What is under way.
struct Polls {
    ahead: Ahead,
    waiting: HashSet<String>,
    orders: UnboundedSender<Command>,
}

async fn poll(
    ingest: &mut Ingest,
    mut polls: Polls,
    done: &mut Done,
    progress: impl Fn(usize, usize),
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let mut all = polls.waiting.len();
    progress(0, all);
    while !polls.waiting.is_empty() {
        let prepared = tokio::select! {
            prepared = polls.ahead.next() => prepared,
            () = stop.cancelled() => None,
        };
        let Some(prepared) = prepared else { break };
        count(&prepared.delivery, &mut polls.waiting, done);
        let more = !polls.waiting.is_empty();
        let mut outcome = ingest.admit(prepared, more).await?;
        if !more {
            // A list of subscriptions may be among the last.
            outcome.add(ingest.settle().await);
        }
        for order in outcome.sound()?.orders {
            // A list of subscriptions was read: what it lists is polled too.
            if let Command::Follow { ask, due: None, .. } = &order
                && polls.waiting.insert(ask.feed.clone())
            {
                all += 1;
                drop(polls.orders.send(order));
            }
        }
        progress(all - polls.waiting.len(), all);
    }
    ingest.settle().await.sound()?;
    Ok(())
}

fn count(delivery: &Delivery, waiting: &mut HashSet<String>, done: &mut Done) {
    let (origin, number) = match delivery {
        Delivery::Document { document, .. } => (&document.origin, &mut done.polled),
        Delivery::NoDocument { origin, .. } => (origin, &mut done.polled),
        Delivery::Postponed { origin, .. } => (origin, &mut done.postponed),
        _ => return,
    };
    if !remote(origin).is_some_and(|url| waiting.remove(url)) {
        return;
    }
    *number += 1;
    done.failed +=
        usize::from(matches!(delivery, Delivery::NoDocument { answer, .. } if answer.error.is_some()));
}

/// The last order for each feed that is to be polled now; those whose server wants no request are ordered for later, so
/// that the poller knows of it.
fn due(orders: Vec<Command>, which: Which, now: Timestamp, done: &mut Done) -> Vec<Command> {
    let mut last: BTreeMap<String, (Ask, Option<Timestamp>)> = BTreeMap::new();
    for order in orders {
        match order {
            Command::Unfollow(url) => drop(last.remove(&url)),
            Command::Follow { ask, due, .. } => drop(last.insert(ask.feed.clone(), (ask, due))),
        }
    }
    let held = |ask: &Ask| ask.held_until.filter(|held| *held > now);
    let (later, rest): (Vec<_>, Vec<_>) = last.into_values().partition(|(ask, _)| held(ask).is_some());
    done.postponed += if which == Which::All { later.len() } else { 0 };
    let later = later.into_iter().map(|(ask, _)| Command::Follow { due: held(&ask), ask, said: now });
    let is_due = |due: &Option<Timestamp>| which == Which::All || due.is_none_or(|due| due <= now);
    let rest = rest.into_iter().filter(|(_, due)| is_due(due));
    later.chain(rest.map(|(ask, _)| Command::Follow { ask, due: None, said: now })).collect()
}
