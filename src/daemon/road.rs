//! The road's driver: hands deliveries to ingest, one after the other, and what follows from them to those it concerns.
//! Promises: a document that cannot be stored stops nothing; a store that fails again and again ends riverd.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, UnboundedSender};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::config::load::Config;
use crate::daemon::endurance::{After, Illness};
use crate::daemon::health::Health;
use crate::daemon::metrics::Metrics;
use crate::daemon::pruner::Pruner;
use crate::pipeline::error::PipelineError;
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::pipeline::reading::Prepared;
use crate::source::delivery::Delivery;
use crate::source::remote::Command;
use crate::store::error::Trouble;

/// How often the road looks for what its owner asks from the command line.
const OWNER: Duration = Duration::from_millis(200);
/// How long it waits with that after the store failed.
const OWNER_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// How long the road may take to drain when riverd stops.
pub const DRAIN: Duration = Duration::from_secs(4);

/// Other choices of the owner's.
pub struct Change {
    /// What holds from now on.
    pub config: Box<Config>,
    /// Told whether it does.
    pub done: oneshot::Sender<anyhow::Result<()>>,
}

/// What the road does next.
enum Next {
    Take(Box<Prepared>),
    Written(Outcome),
    Change(Change),
    Owner,
    Prune,
    Answer,
    End,
}

/// The driver.
pub struct Road {
    /// Takes deliveries in.
    pub ingest: Ingest,
    /// To the poller.
    pub orders: UnboundedSender<Command>,
    /// To those who make editions.
    pub changes: watch::Sender<u64>,
    /// From the owner.
    pub choices: mpsc::Receiver<Change>,
    /// Who watches the road.
    pub health: Health,
    /// How the store failed lately.
    pub illness: Illness,
    /// Who counts.
    pub metrics: Metrics,
    /// Told of each failure of the store: what it could not take of the folder is handed on again.
    pub again: Arc<Notify>,
}

impl Road {
    /// Takes in deliveries until the sources have ended and nothing waits any more.
    ///
    /// # Errors
    /// If the store fails again and again.
    pub async fn travel(
        mut self,
        delivered: Receiver<Delivery>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        // Readers are served already; what comes in finds the engine ready.
        if let Err(error) = self.ingest.wake().await {
            self.fail(error)?;
        }
        let (mut pruner, health) = (Pruner::of(&self.ingest), self.health.clone());
        let drained_by = async {
            stop.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::pin!(drained_by);
        let mut ahead = self.ingest.ahead(delivered);
        let mut looks = tokio::time::interval(OWNER);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            health.road().beat();
            let next = tokio::select! {
                prepared = ahead.next() => prepared.map_or(Next::End, |prepared| Next::Take(Box::new(prepared))),
                outcome = self.ingest.written(), if self.ingest.is_writing() => Next::Written(outcome),
                Some(change) = self.choices.recv() => Next::Change(change),
                _ = looks.tick() => Next::Owner,
                () = pruner.due() => Next::Prune,
                () = health.road().asked() => Next::Answer,
                () = &mut drained_by => Next::End,
            };
            let done = match next {
                Next::End => return self.arrive().await,
                Next::Take(prepared) => self.admit(*prepared, !ahead.is_idle()).await,
                Next::Written(outcome) => Ok(outcome),
                Next::Change(change) => {
                    ahead.heed(change.config.parse.clone());
                    self.change(change).await;
                    continue;
                }
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
                Next::Answer => continue,
            };
            let Some(error) = self.follow(done) else { continue };
            self.again.notify_one();
            self.fail(error)?;
        }
    }

    /// The store failed.
    fn fail(&self, error: PipelineError) -> anyhow::Result<()> {
        match self.illness.fail(&error) {
            After::GoOn => Ok(()),
            After::LookCloser => {
                let look = self.illness.clone().look_closer(self.ingest.reader.clone());
                drop(tokio::spawn(look));
                Ok(())
            }
            After::End => Err(anyhow::Error::new(error).context("the store fails again and again")),
        }
    }

    async fn admit(&mut self, prepared: Prepared, more: bool) -> Result<Outcome, PipelineError> {
        self.metrics.delivered(&prepared.delivery);
        self.ingest.admit(prepared, more).await
    }

    /// What was taken in is on disk before the road ends. A store that is damaged is told, and no fault of the road: what it
    /// did not take is read again at the next start.
    async fn arrive(mut self) -> anyhow::Result<()> {
        let outcome = self.ingest.settle().await;
        let Some(error) = self.follow(Ok(outcome)) else { return Ok(()) };
        self.illness.fail(&error);
        match &error {
            PipelineError::Store(store) if store.trouble() == Trouble::Damaged => Ok(()),
            _ => Err(error.into()),
        }
    }

    async fn change(&mut self, Change { config, done }: Change) {
        let changed = self.ingest.change(*config).await;
        let changed = self.follow(changed).map_or(Ok(()), |error| Err(error.into()));
        // Who asked may have been told to stop.
        drop(done.send(changed));
    }

    async fn answer_owner(&mut self, looks: &mut Interval) {
        let answered = self.ingest.answer_requests().await;
        if let Some(error) = self.follow(answered) {
            tracing::error!(error = format!("{error:#}"), "what the owner asks cannot be read or answered");
            looks.reset_after(OWNER_AFTER_FAILURE);
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
        outcome.took.iter().for_each(|took| self.metrics.taken_in(*took));
        send_orders(&self.orders, outcome.orders);
        if outcome.changed {
            self.changes.send_modify(|count| *count += 1);
        }
        outcome.failure
    }
}

/// Orders to the poller.
pub fn send_orders(orders: &UnboundedSender<Command>, list: Vec<Command>) {
    // A poller that ended takes no more orders.
    list.into_iter().for_each(|order| drop(orders.send(order)));
}
