//! `riverd run`: the daemon.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, UnboundedSender};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::load::Config;
use crate::config::options::serve::ServeOptions;
use crate::daemon::clock::now;
use crate::daemon::descriptors::allowed;
use crate::daemon::endurance::{After, Endurance};
use crate::daemon::memory::give_back;
use crate::daemon::pruner::Pruner;
use crate::daemon::secrets::locks;
use crate::daemon::wiring::{House, WAITING_DELIVERIES, export, kind, open_back_room, republish};
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::pipeline::republish::Press;
use crate::serve::counter::Counter;
use crate::serve::crew::Crew;
use crate::serve::listener::{Listener, listen};
use crate::serve::router::router;
use crate::serve::server::{Surroundings, serve};
use crate::serve::shelf::Shelf;
use crate::source::delivery::Delivery;
use crate::source::folder::Folder;
use crate::source::remote::{Command, Patience, Poller};
use crate::source::schedule::backlog::spread_overdue;

/// After so long without a change the daemon is idle, and gives memory back.
const IDLE: Duration = Duration::from_secs(2);
/// How often the road looks for what its owner asks from the command line.
const OWNER: Duration = Duration::from_millis(200);
/// How long it waits with that after the store failed.
const OWNER_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// How long the road may take to drain when riverd stops.
const DRAIN: Duration = Duration::from_secs(4);
/// After a failure the editions are tried again, though nothing changed.
const PUBLISH_AGAIN: Duration = Duration::from_secs(5);

/// Runs until `stop`. `ready` is told the address once everything is served there.
///
/// # Errors
/// If it cannot start, or the store fails again and again.
pub async fn run(config: Config, stop: CancellationToken, ready: impl FnOnce(&str)) -> anyhow::Result<()> {
    let serving = ServeOptions {
        max_connections: allowed(config.serve.max_connections, config.fetch.concurrency),
        ..config.serve.clone()
    };
    let (crew, listeners) = (Crew::start(serving.threads)?, listen(&serving)?);
    let here = listeners.first().map(Listener::address).unwrap_or_default();
    let locks = Arc::new(locks(&config)?);
    let house = House::open(&config).await?;
    let press = house.press(&config, &here);
    let shelf = Shelf::default();
    open_back_room(&press, &shelf);
    republish(&press, &shelf).await?;
    let tasks = TaskTracker::new();
    let server_stop = CancellationToken::new();
    let pages = router(shelf.clone(), locks.clone(), &config.publish.title);
    let counter = Counter::new(shelf.clone(), locks, pages, &serving);
    let around = Surroundings { stop: server_stop.clone(), give_back };
    let server = tokio::spawn(async move { serve(crew, listeners, counter, &serving, around).await });
    ready(&here);
    tracing::info!(address = %here, "serving");
    let result = flow(&config, house, press, shelf, &tasks, &stop).await;
    server_stop.cancel();
    drop(server.await);
    tracing::info!("stopped");
    result
}

/// Sources in, editions out, until `stop`.
async fn flow(
    config: &Config,
    house: House,
    press: Arc<Press>,
    shelf: Shelf,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let House { store, mut ingest, fetcher } = house;
    let (deliveries, delivered) = mpsc::channel(WAITING_DELIVERIES);
    let (orders, ordered) = mpsc::unbounded_channel();
    let mut endurance = Endurance::default();
    let Some(begun) = begin(&mut ingest, &mut endurance, &shelf, stop).await? else { return Ok(()) };
    send_orders(&orders, spread_overdue(begun, now(), &config.fetch));
    let known = store.reader.files()?;
    let folder = Folder::new(&config.folder, known, kind, deliveries.clone());
    tasks.spawn(folder.run(stop.clone()));
    let poller = Poller::new(fetcher, config.fetch.clone(), Patience::Endless, now, deliveries);
    tasks.spawn(poller.run(ordered, stop.clone()));
    let (changes, changed) = watch::channel(0_u64);
    let publisher =
        tokio::spawn(keep_publishing(press.clone(), shelf.clone(), changed, config.publish.settle));
    let road = Road { ingest, orders, changes, shelf: shelf.clone(), endurance };
    let drained = road.travel(delivered, config.store.prune_every, stop).await;
    // The road let go of `changes`: the publisher makes its last edition and ends.
    drop(tokio::time::timeout(DRAIN, publisher).await);
    tasks.close();
    drop(tokio::time::timeout(Duration::from_secs(1), tasks.wait()).await);
    drop(store);
    drained
}

/// The first orders; `None`: riverd is to stop.
async fn begin(
    ingest: &mut Ingest,
    endurance: &mut Endurance,
    shelf: &Shelf,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Vec<Command>>> {
    loop {
        let error = match ingest.begin().await {
            Ok(orders) => {
                endurance.succeed(shelf);
                return Ok(Some(orders));
            }
            Err(error) => error,
        };
        match endurance.fail(&error, shelf) {
            After::Again(wait) => tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop.cancelled() => return Ok(None),
            },
            After::Leave | After::End => return Err(error.into()),
        }
    }
}

/// What the road does next.
enum Next {
    Take(Box<Delivery>),
    Owner,
    Prune,
    End,
}

struct Road {
    ingest: Ingest,
    orders: UnboundedSender<Command>,
    changes: watch::Sender<u64>,
    shelf: Shelf,
    endurance: Endurance,
}

impl Road {
    /// Takes in deliveries until the sources have ended and nothing waits any more.
    async fn travel(
        mut self,
        mut delivered: Receiver<Delivery>,
        prune_every: Duration,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        // Readers are served already; what comes in finds the engine ready.
        if let Err(error) = self.ingest.wake().await {
            self.endurance.fail(&error, &self.shelf);
        }
        let drained_by = async {
            stop.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::pin!(drained_by);
        let mut looks = tokio::time::interval(OWNER);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pruner = Pruner::new(prune_every);
        loop {
            let next = tokio::select! {
                delivery = delivered.recv() => delivery.map_or(Next::End, |delivery| Next::Take(Box::new(delivery))),
                _ = looks.tick() => Next::Owner,
                () = pruner.due() => Next::Prune,
                () = &mut drained_by => Next::End,
            };
            match next {
                Next::End => return Ok(()),
                Next::Take(delivery) => tokio::select! {
                    taken = self.take(*delivery) => taken?,
                    () = &mut drained_by => return Ok(()),
                },
                Next::Owner => self.answer_owner(&mut looks).await,
                Next::Prune => pruner.bite(&mut self.ingest).await,
            }
        }
    }

    /// Takes it in, however long the disk lets it wait: until then nothing else is taken in.
    async fn take(&mut self, delivery: Delivery) -> anyhow::Result<()> {
        loop {
            let error = match self.ingest.take(delivery.clone()).await {
                Ok(outcome) => {
                    self.endurance.succeed(&self.shelf);
                    self.follow(outcome);
                    return Ok(());
                }
                Err(error) => error,
            };
            match self.endurance.fail(&error, &self.shelf) {
                After::Again(wait) => tokio::time::sleep(wait).await,
                After::Leave => return Ok(()),
                After::End => {
                    return Err(anyhow::Error::new(error).context("the store fails again and again"));
                }
            }
        }
    }

    async fn answer_owner(&mut self, looks: &mut Interval) {
        match self.ingest.answer_requests().await {
            Ok(outcome) => self.follow(outcome),
            Err(error) => {
                tracing::error!(
                    error = format!("{error:#}"),
                    "what the owner asks cannot be read or answered"
                );
                looks.reset_after(OWNER_AFTER_FAILURE);
            }
        }
    }

    fn follow(&mut self, outcome: Outcome) {
        send_orders(&self.orders, outcome.orders);
        if outcome.changed {
            self.changes.send_modify(|count| *count += 1);
        }
    }
}

fn send_orders(orders: &UnboundedSender<Command>, list: Vec<Command>) {
    // A poller that ended takes no more orders.
    list.into_iter().for_each(|order| drop(orders.send(order)));
}

/// Makes new editions after changes, each time after a moment in which more may come.
async fn keep_publishing(
    press: Arc<Press>,
    shelf: Shelf,
    mut changed: watch::Receiver<u64>,
    settle: Duration,
) {
    let mut more = true;
    if press.is_behind() {
        changed.mark_changed();
    } else {
        write_out(&press).await;
    }
    while more {
        let change = tokio::time::timeout(IDLE, changed.changed()).await;
        let Ok(change) = change else {
            give_back();
            more = changed.changed().await.is_ok();
            changed.mark_changed();
            continue;
        };
        more = change.is_ok();
        if more {
            tokio::time::sleep(settle).await;
            changed.borrow_and_update();
        }
        if let Err(error) = republish(&press, &shelf).await {
            tracing::error!(error = format!("{error:#}"), "not republished");
            if more {
                tokio::time::sleep(PUBLISH_AGAIN).await;
                changed.mark_changed();
            }
            continue;
        }
        if more && press.is_behind() {
            changed.mark_changed();
            continue;
        }
        write_out(&press).await;
    }
}

/// What is served does not wait for files, nor fail with them.
async fn write_out(press: &Arc<Press>) {
    if let Err(error) = export(press).await {
        tracing::error!(error = format!("{error:#}"), "not exported; serving goes on");
    }
}
