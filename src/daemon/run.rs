//! `riverd run`: the daemon.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Notify, watch};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::load::Config;
use crate::config::options::serve::ServeOptions;
use crate::daemon::announce::Announcer;
use crate::daemon::clock::now;
use crate::daemon::descriptors::allowed;
use crate::daemon::endurance::{After, Illness};
use crate::daemon::hubs::{Desk, Hubs, Keeper};
use crate::daemon::memory::give_back;
use crate::daemon::priority::step_back;
use crate::daemon::pruner::Pruner;
use crate::daemon::secrets::locks;
use crate::daemon::wiring::{
    House, WAITING_DELIVERIES, export, kind, links, open_back_room, public_url, republish,
};
use crate::model::document::FileStamp;
use crate::model::websub::HubSubscription;
use crate::pipeline::error::PipelineError;
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::pipeline::reading::Prepared;
use crate::pipeline::republish::Press;
use crate::serve::callback::Callbacks;
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
use crate::store::endurance::Endurance;
use crate::store::error::Trouble;
use crate::store::reader::Reader;
use crate::store::writer::Writer;

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
    step_back();
    let here = listeners.first().map(Listener::address).unwrap_or_default();
    let locks = Arc::new(locks(&config)?);
    let house = House::open(&config).await?;
    let public_url = public_url(&config, &here);
    let press = house.press(&config, public_url.clone());
    let shelf = Shelf::naming(links(&config, &public_url, &locks));
    open_back_room(&press, &shelf);
    republish(&press, &shelf).await?;
    let tasks = TaskTracker::new();
    let server_stop = CancellationToken::new();
    let road = mpsc::channel(WAITING_DELIVERIES);
    let hubs = hubs(&config, &house, &road.0)?;
    let counter = Counter::new(shelf.clone(), locks, router(shelf.clone()), &serving)
        .with_callbacks(hubs.as_ref().map(|(hubs, _)| callbacks(&config, hubs.clone())));
    let around = Surroundings { stop: server_stop.clone(), give_back };
    let server = tokio::spawn(async move { serve(crew, listeners, counter, &serving, around).await });
    ready(&here);
    tracing::info!(address = %here, "serving");
    let plan = Plan { press, shelf, road, hubs, public_url };
    let result = flow(&config, house, plan, &tasks, &stop).await;
    server_stop.cancel();
    drop(server.await);
    tracing::info!("stopped");
    result
}

/// Sources in, editions out, until `stop`.
async fn flow(
    config: &Config,
    house: House,
    plan: Plan,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let House { store, mut ingest, fetcher } = house;
    let Plan { press, shelf, road: (deliveries, delivered), hubs, public_url } = plan;
    let (orders, ordered) = mpsc::unbounded_channel();
    let illness = Illness::new(shelf.clone());
    store.writer.endurance().begin(illness.tell());
    drop(tokio::spawn(end_waiting(store.writer.endurance().clone(), stop.clone())));
    let (begun, known) = match begin(&mut ingest, &store.reader).await {
        Ok(begun) => begun,
        Err(PipelineError::Store(error)) if error.trouble() == Trouble::Damaged => {
            illness.fail(&error.into());
            // What was made is served; more than that is not to be had of this store.
            stop.cancelled().await;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    send_orders(&orders, spread_overdue(begun, now(), &config.fetch));
    let folder = Folder::new(&config.folder, known, kind, deliveries.clone());
    tasks.spawn(folder.run(stop.clone()));
    let poller = Poller::new(fetcher.clone(), config.fetch.clone(), Patience::Endless, now, deliveries);
    tasks.spawn(poller.run(ordered, stop.clone()));
    let (changes, changed) = watch::channel(0_u64);
    let published = Arc::new(Notify::new());
    let desk = Desk::of(config, &store, fetcher, public_url);
    if let Some((hubs, news)) = hubs {
        let keeper = Keeper { hubs, news, changes: changes.subscribe(), desk: desk.clone() };
        tasks.spawn(keeper.run(stop.clone()));
    }
    if !config.publish.hub.is_empty() {
        let announcer = Announcer::of(config, desk, shelf.clone(), published.clone());
        tasks.spawn(announcer.run(stop.clone()));
    }
    let (settle, pressing) = (config.publish.settle, Publisher { press, shelf: shelf.clone(), published });
    let publisher = tokio::spawn(pressing.keep_publishing(changed, settle));
    let road = Road { ingest, orders, changes, illness };
    let drained = road.travel(delivered, config.store.prune_every, stop).await;
    store.writer.endurance().end();
    // The road let go of `changes`: the publisher makes its last edition and ends.
    drop(tokio::time::timeout(DRAIN, publisher).await);
    tasks.close();
    drop(tokio::time::timeout(Duration::from_secs(1), tasks.wait()).await);
    write_back(&store.writer).await;
    drained
}

/// The first orders, and the files that are in.
async fn begin(
    ingest: &mut Ingest,
    reader: &Reader,
) -> Result<(Vec<Command>, Vec<(String, FileStamp)>), PipelineError> {
    Ok((ingest.begin().await?, reader.files()?))
}

/// What cannot be written back now is when the store is opened next.
async fn write_back(writer: &Writer) {
    match tokio::time::timeout(DRAIN / 2, writer.write_back()).await {
        Ok(Err(error)) => {
            tracing::warn!(%error, "the store's log could not be written back; it is the next time");
        }
        _ => tracing::debug!("the store is one file"),
    }
}

/// A writer that waits for a disk does not hold up the end.
async fn end_waiting(endurance: Endurance, stop: CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(DRAIN / 2).await;
    endurance.end();
}

/// What the flow is made of, besides the house.
struct Plan {
    press: Arc<Press>,
    shelf: Shelf,
    road: (Sender<Delivery>, Receiver<Delivery>),
    hubs: Option<(Arc<Hubs>, UnboundedReceiver<HubSubscription>)>,
    public_url: String,
}

/// The subscriptions at hubs; `None`: hubs cannot reach riverd, or are not to.
fn hubs(
    config: &Config,
    house: &House,
    road: &Sender<Delivery>,
) -> anyhow::Result<Option<(Arc<Hubs>, UnboundedReceiver<HubSubscription>)>> {
    if config.serve.public_url.is_empty() || !config.fetch.websub {
        return Ok(None);
    }
    let (news, told) = mpsc::unbounded_channel();
    let hubs = Hubs::of(&house.store.reader, news, road.downgrade())?;
    Ok(Some((Arc::new(hubs), told)))
}

fn callbacks(config: &Config, hubs: Arc<Hubs>) -> Callbacks {
    Callbacks::new(hubs, config.fetch.max_size.as_usize(), config.fetch.timeout)
}

/// What the road does next.
enum Next {
    Take(Box<Prepared>),
    Written(Outcome),
    Owner,
    Prune,
    End,
}

struct Road {
    ingest: Ingest,
    orders: UnboundedSender<Command>,
    changes: watch::Sender<u64>,
    illness: Illness,
}

impl Road {
    /// Takes in deliveries until the sources have ended and nothing waits any more.
    async fn travel(
        mut self,
        delivered: Receiver<Delivery>,
        prune_every: Duration,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        // Readers are served already; what comes in finds the engine ready.
        if let Err(error) = self.ingest.wake().await {
            self.illness.fail(&error);
        }
        let drained_by = async {
            stop.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::pin!(drained_by);
        let mut ahead = self.ingest.ahead(delivered);
        let mut looks = tokio::time::interval(OWNER);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pruner = Pruner::new(prune_every);
        loop {
            let next = tokio::select! {
                prepared = ahead.next() => prepared.map_or(Next::End, |prepared| Next::Take(Box::new(prepared))),
                outcome = self.ingest.written(), if self.ingest.is_writing() => Next::Written(outcome),
                _ = looks.tick() => Next::Owner,
                () = pruner.due() => Next::Prune,
                () = &mut drained_by => Next::End,
            };
            let done = match next {
                Next::End => return self.arrive().await,
                Next::Take(prepared) => {
                    let more = !ahead.is_idle();
                    self.ingest.admit(*prepared, more).await
                }
                Next::Written(outcome) => Ok(outcome),
                Next::Owner => {
                    self.answer_owner(&mut looks).await;
                    continue;
                }
                Next::Prune => {
                    // What is judged, and not stored yet, may belong to what is forgotten.
                    let outcome = self.ingest.settle().await;
                    pruner.bite(&mut self.ingest).await;
                    Ok(outcome)
                }
            };
            let Some(error) = self.follow(done) else { continue };
            if self.illness.fail(&error) == After::End {
                return Err(anyhow::Error::new(error).context("the store fails again and again"));
            }
        }
    }

    /// What was taken in is on disk before the road ends.
    async fn arrive(mut self) -> anyhow::Result<()> {
        let outcome = self.ingest.settle().await;
        self.follow(Ok(outcome)).map_or(Ok(()), |error| Err(error.into()))
    }

    async fn answer_owner(&mut self, looks: &mut Interval) {
        let answered = self.ingest.answer_requests().await;
        match self.follow(answered) {
            None => {}
            Some(error) => {
                tracing::error!(
                    error = format!("{error:#}"),
                    "what the owner asks cannot be read or answered"
                );
                looks.reset_after(OWNER_AFTER_FAILURE);
            }
        }
    }

    /// Hands on what follows; returns why the store failed, if it did.
    fn follow(&mut self, done: Result<Outcome, PipelineError>) -> Option<PipelineError> {
        let outcome = match done {
            Ok(outcome) => outcome,
            Err(error) => return Some(error),
        };
        if outcome.failure.is_none() && (outcome.changed || !outcome.orders.is_empty()) {
            self.illness.succeed();
        }
        send_orders(&self.orders, outcome.orders);
        if outcome.changed {
            self.changes.send_modify(|count| *count += 1);
        }
        outcome.failure
    }
}

fn send_orders(orders: &UnboundedSender<Command>, list: Vec<Command>) {
    // A poller that ended takes no more orders.
    list.into_iter().for_each(|order| drop(orders.send(order)));
}

/// Who makes new editions.
struct Publisher {
    press: Arc<Press>,
    shelf: Shelf,
    published: Arc<Notify>,
}

impl Publisher {
    /// Makes new editions after changes, each time after a moment in which more may come.
    async fn keep_publishing(self, mut changed: watch::Receiver<u64>, settle: Duration) {
        let mut more = true;
        if self.press.is_behind() {
            changed.mark_changed();
        } else {
            write_out(&self.press).await;
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
            if let Err(error) = republish(&self.press, &self.shelf).await {
                tracing::error!(error = format!("{error:#}"), "not republished");
                if more {
                    tokio::time::sleep(PUBLISH_AGAIN).await;
                    changed.mark_changed();
                }
                continue;
            }
            if more && self.press.is_behind() {
                changed.mark_changed();
            }
            self.published.notify_one();
            write_out(&self.press).await;
        }
    }
}

/// What is served does not wait for files, nor fail with them.
async fn write_out(press: &Arc<Press>) {
    if let Err(error) = export(press).await {
        tracing::error!(error = format!("{error:#}"), "not exported; serving goes on");
    }
}
