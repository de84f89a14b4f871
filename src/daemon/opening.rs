//! The start, as often as it takes: a disk that is full or fails when riverd starts is waited for.
//! Promises: the owner is told why, by a line in the log, `/readyz` and the status; the watchdog's questions are answered
//! and the manager's patience is asked for; the last editions are served if they can be read, and where they cannot
//! readers are told to come again. What does not pass by itself ends riverd at once, as does another riverd that has the
//! store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, UnboundedReceiver};
use tokio_util::sync::CancellationToken;

use crate::config::load::Config;
use crate::daemon::endurance::tell_of;
use crate::daemon::health::Health;
use crate::daemon::hubs::Hubs;
use crate::daemon::run::{Sources, hubs};
use crate::daemon::systemd::Manager;
use crate::daemon::tasks::Tasks;
use crate::daemon::watchdog::pat;
use crate::daemon::wiring::{House, WAITING_DELIVERIES, Workshop, back_room, editions, last_editions};
use crate::model::time::Clock;
use crate::model::websub::HubSubscription;
use crate::pipeline::error::PipelineError;
use crate::pipeline::republish::Press;
use crate::serve::rules::Rules;
use crate::serve::shelf::Shelf;
use crate::source::delivery::Delivery;
use crate::store::endurance::wait_after;
use crate::store::error::{StoreError, Trouble};
use crate::store::lock::Lock;
use crate::store::open::{can_be_read, lock, open_frozen};

/// For so long the manager is asked to wait with each try, which is far longer than a wait and a try take.
const PATIENCE: Duration = Duration::from_secs(900);
/// A store that looks damaged is looked at so often again: where a disk fails to read, SQLite takes it for that.
const READINGS: u32 = 2;

/// What is there once riverd has started.
pub struct Begun {
    /// The store, the road and the fetcher.
    pub house: House,
    /// What presses are made from.
    pub workshop: Workshop,
    /// What makes the editions.
    pub press: Arc<Press>,
    /// The subscriptions at hubs, and news of them.
    pub hubs: Option<(Arc<Hubs>, UnboundedReceiver<HubSubscription>)>,
    /// Where deliveries come from.
    pub sources: Sources,
    /// Where they arrive.
    pub delivered: Receiver<Delivery>,
}

/// What a start needs.
#[derive(Debug)]
pub struct Opening {
    /// The owner's choices.
    pub config: Config,
    /// Tells the time.
    pub clock: Clock,
    /// Where riverd listens.
    pub here: String,
    /// The rules by which editions are handed out.
    pub rules: Arc<Rules>,
    /// Where editions lie.
    pub shelf: Shelf,
    /// How riverd is.
    pub health: Health,
    /// Who is told.
    pub manager: Manager,
    lock: Option<Lock>,
}

impl Opening {
    /// Nothing is opened yet.
    pub fn new(config: Config, clock: Clock, here: &str, rules: Arc<Rules>) -> Self {
        let (shelf, health, manager) = (Shelf::default(), Health::new(clock), Manager);
        Self { config, clock, here: here.to_owned(), rules, shelf, health, manager, lock: None }
    }

    /// One try.
    ///
    /// # Errors
    /// If the store cannot be opened, read or written; nothing is left open then but the lock.
    pub async fn attempt(&mut self) -> anyhow::Result<Begun> {
        let error = match self.begin().await {
            Ok(begun) => return Ok(begun),
            Err(error) => error,
        };
        if cause(&error).is_none_or(|cause| cause.trouble() != Trouble::Damaged) {
            return Err(error);
        }
        let path = PathBuf::from(&self.config.store.path);
        match tokio::task::spawn_blocking(move || can_be_read(&path)).await {
            Ok(Err(unreadable)) => Err(unreadable.into()),
            _ => Err(error),
        }
    }

    async fn begin(&mut self) -> anyhow::Result<Begun> {
        let path = Path::new(&self.config.store.path);
        let lock = match &self.lock {
            Some(lock) => lock.clone(),
            None => self.lock.insert(lock(path)?).clone(),
        };
        let mut house = House::open_locked(&self.config, lock, self.clock).await?;
        let workshop = house.workshop(&self.here);
        let press = workshop.press(&self.config);
        let (road, delivered) = mpsc::channel(WAITING_DELIVERIES);
        let hubs = hubs(&self.config, &house, &road)?;
        let sources = Sources::of(&self.config, &mut house, road, self.clock, &self.health).await?;
        let made = editions(&press).await?;
        self.shelf.replace_all(&made, &self.rules, &back_room(&press));
        self.health.watch(sources.watched());
        self.lock = None;
        Ok(Begun { house, workshop, press, hubs, sources, delivered })
    }

    /// Tries again and again, for `first` may pass, until riverd has started. `None`: it was told to stop before.
    ///
    /// # Errors
    /// What does not pass by itself.
    pub async fn wait(
        &mut self,
        first: anyhow::Error,
        stop: &CancellationToken,
    ) -> anyhow::Result<Option<Begun>> {
        let told = CancellationToken::new();
        let mut others = Tasks::new(told.clone());
        others.start("watchdog", pat(self.health.clone(), self.manager, told.clone()));
        others.start("patience", answer_for_all(self.health.clone(), told.clone()));
        let waited = tokio::select! {
            () = stop.cancelled() => Ok(None),
            fallen = others.watch() => Err(fallen.err().map_or_else(|| anyhow::anyhow!("told to stop"), Into::into)),
            begun = self.try_again(first) => begun.map(Some),
        };
        told.cancel();
        others.finish(Duration::from_secs(1)).await?;
        waited
    }

    async fn try_again(&mut self, first: anyhow::Error) -> anyhow::Result<Begun> {
        let (mut error, mut is_served, mut told) = (first, false, String::new());
        for tries in 0.. {
            let Some(cause) = passing(&error, tries) else { return Err(error) };
            if !is_served {
                is_served = self.serve_last().await;
            }
            let meanwhile = if is_served {
                "; until then the last editions are served"
            } else {
                "; until then there is nothing to serve"
            };
            let text = tell_of(cause, meanwhile);
            if text != told {
                tracing::error!(address = %self.here, error = text, "riverd cannot start yet; it tries again and again");
            }
            self.manager.still_starts(&text, PATIENCE);
            self.health.set_illness(Some(text.clone()));
            told = text;
            tokio::time::sleep(wait_after(tries)).await;
            match self.attempt().await {
                Ok(begun) => {
                    tracing::info!("the store can be opened; riverd starts");
                    self.health.set_illness(None);
                    return Ok(begun);
                }
                Err(other) => error = other,
            }
        }
        Err(error)
    }

    /// False: they cannot be read.
    async fn serve_last(&self) -> bool {
        // Another riverd may be writing to what is not locked.
        if self.lock.is_none() {
            return false;
        }
        match self.last().await {
            Ok(is_served) => is_served,
            Err(error) => {
                tracing::debug!(error = format!("{error:#}"), "the last editions cannot be read");
                false
            }
        }
    }

    async fn last(&self) -> anyhow::Result<bool> {
        let path = Path::new(&self.config.store.path);
        let Some(reader) = open_frozen(path)? else { return Ok(false) };
        let press = Workshop::frozen(reader, &self.here)?.press(&self.config);
        let editions = last_editions(&press).await?;
        self.shelf.put_last(&editions, &self.rules, &back_room(&press));
        Ok(true)
    }
}

/// Why it failed, if that may pass by itself. `tries`: how often it was tried again already.
pub fn passing(error: &anyhow::Error, tries: u32) -> Option<&StoreError> {
    let cause = cause(error)?;
    let may_be_misread = cause.trouble() == Trouble::Damaged && tries < READINGS;
    (cause.passes() || may_be_misread).then_some(cause)
}

/// What of the store's it was.
fn cause(error: &anyhow::Error) -> Option<&StoreError> {
    error.chain().find_map(|cause| match cause.downcast_ref() {
        Some(PipelineError::Store(cause)) => Some(cause),
        _ => cause.downcast_ref::<StoreError>(),
    })
}

/// Whoever asks whether riverd still lives is told: it waits.
async fn answer_for_all(health: Health, stop: CancellationToken) {
    let [store, ingest, scheduler] = health.pulses().map(|(_, pulse)| async {
        loop {
            pulse.asked().await;
            pulse.beat();
        }
    });
    tokio::select! {
        () = stop.cancelled() => {}
        () = store => {}
        () = ingest => {}
        () = scheduler => {}
    }
}
