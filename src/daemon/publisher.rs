//! Makes new editions after changes, and after the owner chose anew.
//! Promises: what is served is whole and by one set of choices at any moment; where new editions cannot be made, the last
//! ones are served.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::daemon::memory::give_back;
use crate::daemon::metrics::Metrics;
use crate::daemon::wiring::{back_room, editions, export};
use crate::pipeline::republish::Press;
use crate::serve::rules::Rules;
use crate::serve::shelf::Shelf;

/// After so long without a change the daemon is idle, and gives memory back.
const IDLE: Duration = Duration::from_secs(2);

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
    Rest,
    End,
}

impl Publisher {
    /// Makes them until the road lets go of `changed`, and then once more.
    pub async fn keep_publishing(mut self, mut changed: watch::Receiver<u64>) {
        write_out(&self.press).await;
        let mut rested = false;
        loop {
            let next = tokio::select! {
                Some(print) = self.choices.recv() => Next::Print(print),
                change = changed.changed() => if change.is_ok() { Next::Change } else { Next::End },
                () = tokio::time::sleep(IDLE), if !rested => Next::Rest,
            };
            rested = matches!(next, Next::Rest);
            match next {
                Next::Rest => give_back(),
                Next::Change => {
                    tokio::time::sleep(self.press.options.settle).await;
                    changed.borrow_and_update();
                    self.publish().await;
                }
                Next::Print(Print { press, rules, done }) => {
                    (self.press, self.rules) = (press, Some(rules));
                    self.publish().await;
                    // Who asked may have been told to stop.
                    let _ = done.send(());
                }
                Next::End => return self.publish().await,
            }
        }
    }

    async fn publish(&mut self) {
        let begun = Instant::now();
        let editions = match editions(&self.press).await {
            Ok(editions) => editions,
            Err(error) => return tracing::error!(error = format!("{error:#}"), "not republished"),
        };
        match self.rules.take() {
            Some(rules) => self.shelf.replace_all(&editions, &rules, &back_room(&self.press)),
            None => self.shelf.replace(&editions),
        }
        self.metrics.published(begun.elapsed());
        self.published.notify_one();
        write_out(&self.press).await;
    }
}

/// What is served does not wait for files, nor fail with them.
async fn write_out(press: &Arc<Press>) {
    if let Err(error) = export(press).await {
        tracing::error!(error = format!("{error:#}"), "not exported; serving goes on");
    }
}
