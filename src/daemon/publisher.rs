//! Makes new editions after changes, and after the owner chose anew.
//! Promises: what is served is whole and by one set of choices at any moment; where new editions cannot be made, the last
//! ones are served.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::daemon::metrics::Metrics;
use crate::daemon::wiring::{back_room, editions, export};
use crate::pipeline::republish::Press;
use crate::pipeline::turns::Turns;
use crate::serve::rules::Rules;
use crate::serve::shelf::Shelf;

/// After a failure.
const AGAIN: Duration = Duration::from_secs(2);

/// Other choices of the owner's.
pub struct Print {
    /// What makes the editions from now on.
    pub press: Arc<Press>,
    /// By which they are handed out.
    pub rules: Arc<Rules>,
    /// Told when they are.
    pub done: oneshot::Sender<()>,
}

/// Who makes new editions.
pub struct Publisher {
    /// What makes them.
    pub press: Arc<Press>,
    /// Where they lie.
    pub shelf: Shelf,
    /// Who tells a hub of them.
    pub published: Arc<Notify>,
    /// Who may take much memory.
    pub turns: Turns,
    /// Who counts.
    pub metrics: Metrics,
    /// From the owner.
    pub choices: mpsc::Receiver<Print>,
    /// Rules that hold with the next editions.
    pub rules: Option<Arc<Rules>>,
}

enum Next {
    Change,
    Print(Print),
    End,
}

impl Publisher {
    /// Makes them until the road lets go of `changed`, and then once more.
    pub async fn keep_publishing(mut self, mut changed: watch::Receiver<u64>) {
        if self.press.is_behind() {
            changed.mark_changed();
        } else {
            write_out(&self.press).await;
        }
        loop {
            let next = tokio::select! {
                Some(print) = self.choices.recv() => Next::Print(print),
                change = changed.changed() => if change.is_ok() { Next::Change } else { Next::End },
            };
            match next {
                Next::Change => {
                    tokio::time::sleep(self.press.options.settle).await;
                    changed.borrow_and_update();
                    self.publish_or_again(&mut changed).await;
                }
                Next::Print(Print { press, rules, done }) => {
                    (self.press, self.rules) = (press, Some(rules));
                    self.publish_or_again(&mut changed).await;
                    // Who asked may have been told to stop.
                    let _ = done.send(());
                }
                Next::End => {
                    self.publish().await;
                    return;
                }
            }
        }
    }

    /// Where they cannot be made, or a river has more to look at, they are made again though nothing changes.
    async fn publish_or_again(&mut self, changed: &mut watch::Receiver<u64>) {
        let is_made = self.publish().await;
        if !is_made {
            tokio::time::sleep(AGAIN).await;
        }
        if !is_made || self.press.is_behind() {
            changed.mark_changed();
        }
    }

    /// True: they are made.
    async fn publish(&mut self) -> bool {
        let turn = self.turns.take().await;
        let begun = Instant::now();
        let made = editions(&self.press).await;
        drop(turn);
        let editions = match made {
            Ok(editions) => editions,
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "not republished");
                return false;
            }
        };
        match self.rules.take() {
            Some(rules) => self.shelf.replace_all(&editions, &rules, &back_room(&self.press)),
            None => self.shelf.replace(&editions),
        }
        self.metrics.published(begun.elapsed());
        self.published.notify_one();
        if !self.press.is_behind() {
            write_out(&self.press).await;
        }
        true
    }
}

/// What is served does not wait for files, nor fail with them.
async fn write_out(press: &Arc<Press>) {
    if let Err(error) = export(press).await {
        tracing::error!(error = format!("{error:#}"), "not exported; serving goes on");
    }
}
