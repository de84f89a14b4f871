//! `riverd run`: the daemon, put together.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc::{self, Sender, UnboundedReceiver, WeakSender};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::config::load::Config;
use crate::config::options::folder::FolderOptions;
use crate::config::options::serve::ServeOptions;
use crate::daemon::announce::{Announcer, keep_announcing};
use crate::daemon::choices::{Choices, Stamp};
use crate::daemon::descriptors::allowed;
use crate::daemon::endurance::Illness;
use crate::daemon::health::{Health, Watched};
use crate::daemon::heap::tend;
use crate::daemon::hubs::{Desk, Hubs, Keeper};
use crate::daemon::logging::Logging;
use crate::daemon::metrics::sight::Sight;
use crate::daemon::metrics::{Board, MEDIA_TYPE, Metrics};
use crate::daemon::opening::{Begun, Opening, passing};
use crate::daemon::priority::step_back;
use crate::daemon::publisher::Publisher;
use crate::daemon::reload::{Heeding, Reloader};
use crate::daemon::road::{DRAIN, Road, send_orders};
use crate::daemon::stop::Hangups;
use crate::daemon::surveyor::Surveyor;
use crate::daemon::systemd::Manager;
use crate::daemon::tasks::{Fallen, Tasks};
use crate::daemon::watchdog::{answer_for_the_store, pat};
use crate::daemon::wiring::{House, kind, public_url, rules};
use crate::model::time::Clock;
use crate::model::websub::HubSubscription;
use crate::serve::callback::Callbacks;
use crate::serve::counter::Counter;
use crate::serve::crew::Crew;
use crate::serve::listener::{Listener, listen};
use crate::serve::office::Office;
use crate::serve::router::router;
use crate::serve::rules::Rules;
use crate::serve::server::serve;
use crate::serve::shelf::Shelf;
use crate::source::delivery::Delivery;
use crate::source::folder::Folder;
use crate::source::folder_recall::Recall;
use crate::source::remote::{Command, Patience, Poller};
use crate::source::schedule::backlog::spread_overdue;
use crate::store::endurance::Endurance;
use crate::store::lock::Lock;
use crate::store::open::Store;
use crate::store::writer::{Queue, Writer};

/// How long the tasks may take to end: the road drains, then the last editions are made.
const END: Duration = DRAIN.saturating_mul(2);

/// What is around the daemon.
pub struct Around {
    /// When to stop.
    pub stop: CancellationToken,
    /// When to read the choices again.
    pub hangups: Hangups,
    /// From where.
    pub choices: Choices,
    /// `None`: its level cannot be changed.
    pub logging: Option<Logging>,
    /// Tells the time.
    pub clock: Clock,
}

/// Runs until it is told to stop. `ready` is told the address once everything is served there.
///
/// # Errors
/// If it cannot start, the store fails again and again, or a task falls.
pub async fn run(config: Config, around: Around, ready: impl FnOnce(&str)) -> anyhow::Result<()> {
    let (manager, stamps) = (Manager, around.choices.stamps(&config));
    manager.status("opening the store");
    let serving = ServeOptions {
        max_connections: allowed(config.serve.max_connections, config.fetch.concurrency),
        ..config.serve.clone()
    };
    let (crew, listeners) = (Crew::start(serving.threads)?, listen(&serving)?);
    step_back();
    let here = listeners.first().map(Listener::address).unwrap_or_default();
    let rules = Arc::new(rules(&config, &here)?);
    let mut opening = Opening::new(config.clone(), around.clock, &here, rules.clone());
    let (shelf, metrics, callbacks) = (opening.shelf.clone(), Metrics::default(), Arc::new(OnceLock::new()));
    let office = office(&opening.health, &metrics, &shelf);
    let counter = Counter::new(shelf.clone(), router(office), &serving).with_callbacks(callbacks.clone());
    let ending = CancellationToken::new();
    let until = ending.clone();
    let drain = serving.drain;
    let served = async move { Ok(serve(crew, listeners, counter, &serving, &until).await?) };
    let mut servers = Tasks::new(ending.clone());
    let ended = match start(&mut opening, &mut servers, served, &around.stop).await {
        Ok(Some(begun)) => {
            drop(begun.hubs.as_ref().map(|(hubs, _)| callbacks.set(heard(&config, hubs.clone()))));
            ready(&here);
            manager.is_ready(&format!("serving at {here}"));
            tracing::info!(address = %here, "serving");
            let plan =
                Plan { config, stamps, around, rules, shelf, metrics, manager, health: opening.health };
            live(plan, begun, &mut servers).await
        }
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    ending.cancel();
    let served = servers.finish(drain + Duration::from_secs(1)).await;
    tracing::info!("stopped");
    ended.and(served.map_err(Into::into))
}

/// Starts what is to be served, and the server: once there is something to serve, or it shows that this will take a while.
/// `None`: riverd was told to stop before.
async fn start(
    opening: &mut Opening,
    servers: &mut Tasks,
    served: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Begun>> {
    let first = opening.attempt().await;
    if let Err(error) = first.as_ref()
        && passing(error, 0).is_none()
    {
        return first.map(Some);
    }
    servers.start_fallible("server", served);
    match first {
        Ok(begun) => Ok(Some(begun)),
        Err(error) => tokio::select! {
            begun = opening.wait(error, stop) => begun,
            fallen = servers.watch() => fallen.map(|()| None).map_err(Into::into),
        },
    }
}

/// From the start to the end.
async fn live(plan: Plan, begun: Begun, servers: &mut Tasks) -> anyhow::Result<()> {
    let (stop, manager, writer) = (plan.around.stop.clone(), plan.manager, begun.house.store.writer.clone());
    let mut tasks = Tasks::new(stop.clone());
    // Held to the end: nobody else writes meanwhile.
    let lock = plan.start(begun, &mut tasks);
    let fallen = until_the_end(&mut tasks, servers, &stop, manager).await;
    // The server serves until the last editions are made.
    let ended = tasks.finish(END).await;
    write_back(&writer).await;
    drop(lock);
    Ok(fallen.and(ended)?)
}

/// Waits until riverd is told to stop, or a task falls; then all tasks but the server are told.
async fn until_the_end(
    tasks: &mut Tasks,
    servers: &mut Tasks,
    stop: &CancellationToken,
    manager: Manager,
) -> Result<(), Fallen> {
    let fallen = tokio::select! {
        ended = tasks.watch() => ended,
        ended = servers.watch() => ended,
    };
    stop.cancel();
    manager.is_stopping();
    if let Err(fallen) = &fallen {
        tracing::error!(%fallen, "riverd ends");
    }
    fallen
}

/// Where deliveries come from, before they begin to.
pub struct Sources {
    folder: Folder,
    again: Arc<Notify>,
    folder_choices: watch::Sender<FolderOptions>,
    poller: Poller,
    orders: (mpsc::UnboundedSender<Command>, UnboundedReceiver<Command>),
    deliveries: WeakSender<Delivery>,
    jobs: Queue,
}

impl Sources {
    /// As the owner chose, and the store knows; `health` is told that the road is not stuck.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn of(
        config: &Config,
        house: &mut House,
        road: Sender<Delivery>,
        clock: Clock,
        health: &Health,
    ) -> anyhow::Result<Self> {
        let orders = mpsc::unbounded_channel();
        let begun = house.ingest.begin().await?;
        send_orders(&orders.0, spread_overdue(begun, clock(), &config.fetch));
        let (folder_choices, chosen) = watch::channel(config.folder.clone());
        let known = house.store.reader.files()?;
        let reader = house.store.reader.clone();
        let recall = Recall::new(move || reader.files().ok());
        let again = recall.asked();
        let folder = Folder::new(&config.folder, known, kind, road.clone()).heeding(chosen).recalling(recall);
        let (deliveries, jobs) = (road.downgrade(), house.store.writer.queue());
        let poller = Poller::new(house.fetcher.clone(), Patience::Endless, clock, road);
        let beating = health.clone();
        house.ingest.tell_progress(Arc::new(move |_, _| beating.road().beat()));
        Ok(Self { folder, folder_choices, poller, orders, again, deliveries, jobs })
    }
}

impl Sources {
    /// What is to be looked at of them.
    pub fn watched(&self) -> Watched {
        Watched {
            polling: self.poller.standing(),
            watching: self.folder.standing(),
            deliveries: self.deliveries.clone(),
            jobs: self.jobs.clone(),
        }
    }
}

/// What the tasks are made of, besides what the start has made.
struct Plan {
    config: Config,
    stamps: Vec<(PathBuf, Stamp)>,
    around: Around,
    rules: Arc<Rules>,
    shelf: Shelf,
    metrics: Metrics,
    manager: Manager,
    health: Health,
}

impl Plan {
    /// Starts everything but the server. Returns the lock of the store.
    fn start(self, begun: Begun, tasks: &mut Tasks) -> Lock {
        let Self { config, stamps, around, rules, shelf, metrics, manager, health } = self;
        let Begun { house, workshop, press, hubs, sources, delivered } = begun;
        let Around { stop, hangups, choices, logging, .. } = around;
        let House { store, ingest, fetcher } = house;
        let desk = Desk::of(&config, &store, fetcher.clone(), public_url(&config, &workshop.here));
        let Store { writer, reader, lock, .. } = store;
        let Sources { folder, folder_choices, poller, orders: (orders, ordered), again, .. } = sources;
        let illness = Illness::of(&health);
        writer.endurance().begin(illness.tell());
        drop(tokio::spawn(end_waiting(writer.endurance().clone(), stop.clone())));
        let (changes, changed) = watch::channel(0_u64);
        let (to_road, for_road) = mpsc::channel(1);
        let (to_publisher, for_publisher) = mpsc::channel(1);
        let (all, chosen) = watch::channel(Arc::new(config.clone()));
        let published = Arc::new(Notify::new());
        tasks.start("folder", folder.run(stop.clone()));
        tasks.start("scheduler", poller.run(ordered, stop.clone()));
        if let Some((hubs, news)) = hubs {
            let keeper = Keeper { hubs, news, changes: changes.subscribe(), desk: desk.clone() };
            tasks.start("hubs", keeper.run(stop.clone()));
        }
        let announcer = announcer(desk, shelf.clone(), published.clone());
        tasks.start("announcer", keep_announcing(announcer, chosen, stop.clone()));
        let surveyor = Surveyor { health: health.clone(), reader, changes: changes.subscribe(), manager };
        tasks.start("surveyor", surveyor.run(stop.clone()));
        tasks.start("watchdog", pat(health.clone(), manager, stop.clone()));
        let answering = answer_for_the_store(health.clone(), writer, stop.clone());
        tasks.start_fallible("store", answering);
        tasks.start("heap", tend(ingest.turns.clone(), stop.clone()));
        let publisher = Publisher {
            press,
            shelf,
            published,
            turns: ingest.turns.clone(),
            metrics: metrics.clone(),
            choices: for_publisher,
            rules: None,
        };
        tasks.start("publisher", publisher.keep_publishing(changed));
        let heeding =
            Heeding { road: to_road, publisher: to_publisher, folder: folder_choices, fetcher, logging, all };
        let reloader = Reloader {
            choices,
            running: config,
            stamps,
            workshop,
            rules,
            heeding,
            health: health.clone(),
            metrics: metrics.clone(),
            manager,
        };
        tasks.start("reloader", reloader.run(hangups, stop.clone()));
        let road = Road { ingest, orders, changes, choices: for_road, health, illness, metrics, again };
        tasks.start_fallible("ingest", road.travel(delivered, stop));
        lock
    }
}

/// What cannot be written back now is when the store is opened next.
async fn write_back(writer: &Writer) {
    writer.endurance().end();
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

/// The subscriptions at hubs; `None`: hubs cannot reach riverd, or are not to.
///
/// # Errors
/// If the store cannot be read.
pub fn hubs(
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

fn heard(config: &Config, hubs: Arc<Hubs>) -> Callbacks {
    Callbacks::new(hubs, config.fetch.max_size.as_usize(), config.fetch.timeout)
}

/// Makes the one who tells a hub, where the owner names one.
fn announcer(
    desk: Desk,
    shelf: Shelf,
    changed: Arc<Notify>,
) -> impl Fn(&Config) -> Option<Announcer> + Send + 'static {
    move |config| {
        let announcer = || Announcer::of(config, desk.clone(), shelf.clone(), changed.clone());
        (!config.publish.hub.is_empty()).then(announcer)
    }
}

/// What the counter asks the rest of the house.
fn office(health: &Health, metrics: &Metrics, shelf: &Shelf) -> Office {
    let board = Board::new(metrics, Sight { health: health.clone(), shelf: shelf.clone() });
    let health = health.clone();
    Office {
        parts: Arc::new(move || health.parts()),
        counted: Arc::new(move || board.text()),
        counted_type: MEDIA_TYPE,
    }
}
