//! The slow timer that has the store pruned: a bite, a pause, a bite, until all is done; then long nothing.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::pipeline::ingest::Ingest;
use crate::pipeline::prune::{Next, Pruning};

/// Between two bites: everything else has its turn, several times.
const PAUSE: Duration = Duration::from_millis(50);
/// After the start, before the first bite at the soonest: a start has enough to do.
const AFTER_START: Duration = Duration::from_secs(60);

/// When the next bite is due, and how far the way through the store has come.
#[derive(Debug)]
pub struct Pruner {
    under_way: Option<Pruning>,
    next: Instant,
}

impl Pruner {
    /// Goes through the store as often as its owner wants.
    pub fn of(ingest: &Ingest) -> Self {
        Self { under_way: None, next: Instant::now() + ingest.prune_every().min(AFTER_START) }
    }

    /// Waits until a bite is due.
    pub async fn due(&self) {
        sleep_until(self.next).await;
    }

    /// Takes a bite. What fails is told and tried again the next time.
    pub async fn bite(&mut self, ingest: &mut Ingest) {
        let next = match &mut self.under_way {
            None => ingest.begin_pruning().await.map(|begun| {
                self.under_way = Some(begun);
                Next::Bite
            }),
            Some(pruning) => ingest.prune(pruning).await,
        };
        let wait = match next {
            Ok(Next::Bite) => PAUSE,
            Ok(Next::Nothing) => {
                self.under_way = None;
                ingest.prune_every()
            }
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "not pruned; it is tried again later");
                self.under_way = None;
                ingest.prune_every()
            }
        };
        self.next = Instant::now() + wait;
    }
}
