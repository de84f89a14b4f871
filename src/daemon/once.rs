//! `riverd once`: the folder and every due feed once, the static export if there is one, then the end. For cron and for
//! tests.

use std::collections::HashSet;

use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;

use crate::config::load::Config;
use crate::daemon::clock::now;
use crate::daemon::wiring::{House, WAITING_DELIVERIES, export, kind, remote, republish};
use crate::model::time::Timestamp;
use crate::pipeline::ingest::Ingest;
use crate::serve::shelf::Shelf;
use crate::source::delivery::Delivery;
use crate::source::folder::Folder;
use crate::source::remote::{Command, Poller};

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
    let house = House::open(config).await?;
    let press = house.press(config, &format!("http://{}", config.serve.listen));
    let House { store, mut ingest, fetcher } = house;
    let mut done = Done::default();
    ingest.answer_requests().await?;
    let mut orders = ingest.begin().await?;
    let (deliveries, mut delivered) = mpsc::channel(WAITING_DELIVERIES);
    let folder = Folder::new(&config.folder, store.reader.files()?, kind, deliveries.clone());
    let looking = tokio::spawn(folder.once());
    while let Some(delivery) = delivered.recv().await {
        if matches!(delivery, Delivery::Scanned) {
            break;
        }
        done.files += usize::from(matches!(delivery, Delivery::Document { .. }));
        orders.extend(ingest.take(delivery).await?.orders);
    }
    looking.await?;
    let due = due(orders, which, now());
    let (send, ordered) = mpsc::unbounded_channel();
    let waiting: HashSet<String> = due.iter().map(|(url, _)| url.clone()).collect();
    due.into_iter().for_each(|(_, order)| drop(send.send(order)));
    let poller = Poller::new(fetcher, config.fetch.clone(), now, deliveries);
    let polling = tokio::spawn(poller.run(ordered, stop.clone()));
    poll(&mut ingest, &mut delivered, waiting, &mut done, progress, &stop).await?;
    stop.cancel();
    polling.await?;
    ingest.answer_requests().await?;
    if !config.publish.directory.is_empty() {
        republish(&press, &Shelf::default()).await?;
        export(&press).await?;
    }
    Ok(done)
}

async fn poll(
    ingest: &mut Ingest,
    delivered: &mut Receiver<Delivery>,
    mut waiting: HashSet<String>,
    done: &mut Done,
    progress: impl Fn(usize, usize),
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let all = waiting.len();
    progress(0, all);
    while !waiting.is_empty() {
        let delivery = tokio::select! {
            delivery = delivered.recv() => delivery,
            () = stop.cancelled() => None,
        };
        let Some(delivery) = delivery else { return Ok(()) };
        if let Delivery::Document { document: crate::model::document::Document { origin, .. }, .. }
        | Delivery::NoDocument { origin, .. } = &delivery
        {
            done.polled += usize::from(remote(origin).is_some_and(|url| waiting.remove(url)));
        }
        done.failed +=
            usize::from(matches!(&delivery, Delivery::NoDocument { answer, .. } if answer.error.is_some()));
        ingest.take(delivery).await?;
        progress(all - waiting.len(), all);
    }
    Ok(())
}

/// The last order for each feed that is to be polled now.
fn due(orders: Vec<Command>, which: Which, now: Timestamp) -> Vec<(String, Command)> {
    let mut list: Vec<(String, Command)> = Vec::new();
    for order in orders {
        match order {
            Command::Unfollow(url) => list.retain(|(known, _)| *known != url),
            Command::Follow { url, due, validators }
                if which == Which::All || due.is_none_or(|due| due <= now) =>
            {
                list.retain(|(known, _)| *known != url);
                list.push((url.clone(), Command::Follow { url, due: None, validators }));
            }
            Command::Follow { .. } => {}
        }
    }
    list
}
