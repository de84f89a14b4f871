//! The road's driver: hands deliveries to ingest, one after the other, and what follows from them to those it concerns.
//! Promises: a document that cannot be stored stops nothing; a store that fails again and again ends riverd.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, UnboundedSender};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::config::load::Config;
use crate::daemon::health::Health;
use crate::daemon::metrics::Metrics;
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::source::delivery::Delivery;
use crate::source::remote::Command;

/// How often the road looks for what its owner asks from the command line.
const OWNER: Duration = Duration::from_millis(200);
/// How long it waits with that after the store failed.
const OWNER_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// How long the road may take to drain when riverd stops.
pub const DRAIN: Duration = Duration::from_secs(4);
/// So many failures of the store within [`FAILURE_SPAN`] end the process; systemd starts it anew.
const FAILURES: usize = 5;
/// See [`FAILURES`].
const FAILURE_SPAN: Duration = Duration::from_secs(60);

/// Other choices of the owner's.
pub struct Change {
    /// What holds from now on.
    pub config: Box<Config>,
    /// Told whether it does.
    pub done: oneshot::Sender<anyhow::Result<()>>,
}

/// What the road does next.
enum Next {
    Take(Box<Delivery>),
    Change(Change),
    Owner,
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
    /// Who counts.
    pub metrics: Metrics,
}

impl Road {
    /// Takes in deliveries until the sources have ended and nothing waits any more.
    ///
    /// # Errors
    /// If the store fails again and again.
    pub async fn travel(
        mut self,
        mut delivered: Receiver<Delivery>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        // Readers are served already; what comes in finds the engine ready.
        self.ingest.wake().await?;
        let (mut failures, health): (Vec<Instant>, _) = (Vec::new(), self.health.clone());
        let drained_by = async {
            stop.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::pin!(drained_by);
        let mut looks = tokio::time::interval(OWNER);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            health.road().beat();
            let next = tokio::select! {
                delivery = delivered.recv() => delivery.map_or(Next::End, |delivery| Next::Take(Box::new(delivery))),
                Some(change) = self.choices.recv() => Next::Change(change),
                _ = looks.tick() => Next::Owner,
                () = health.road().asked() => Next::Answer,
                () = &mut drained_by => Next::End,
            };
            match next {
                Next::End => return Ok(()),
                Next::Take(delivery) => self.take(*delivery, &mut failures).await?,
                Next::Change(change) => self.change(change).await,
                Next::Owner => self.answer_owner(&mut looks).await,
                Next::Answer => {}
            }
        }
    }

    async fn take(&mut self, delivery: Delivery, failures: &mut Vec<Instant>) -> anyhow::Result<()> {
        self.metrics.delivered(&delivery);
        let begun = Instant::now();
        let taken = self.ingest.take(delivery).await;
        self.metrics.taken_in(begun.elapsed());
        let error = match taken {
            Ok(outcome) => {
                self.health.set_illness(None);
                self.follow(outcome);
                return Ok(());
            }
            Err(error) => anyhow::Error::from(error),
        };
        tracing::error!(error = format!("{error:#}"), "a document could not be stored");
        self.health.set_illness(Some(format!("{error:#}")));
        failures.retain(|at| at.elapsed() < FAILURE_SPAN);
        failures.push(Instant::now());
        if failures.len() >= FAILURES {
            return Err(error.context("the store fails again and again"));
        }
        Ok(())
    }

    async fn change(&mut self, Change { config, done }: Change) {
        let changed = self.ingest.change(*config).await.map(|outcome| self.follow(outcome));
        // Who asked may have been told to stop.
        drop(done.send(changed.map_err(anyhow::Error::from)));
    }

    async fn answer_owner(&mut self, looks: &mut Interval) {
        match self.ingest.answer_requests().await {
            Ok(outcome) => self.follow(outcome),
            Err(error) => {
                let error = anyhow::Error::from(error);
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

/// Orders to the poller.
pub fn send_orders(orders: &UnboundedSender<Command>, list: Vec<Command>) {
    // A poller that ended takes no more orders.
    list.into_iter().for_each(|order| drop(orders.send(order)));
}
