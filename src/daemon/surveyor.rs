//! Counts now and then how much there is, and tells the service manager in a line.
//! Promises: it costs a hundredth of a processor at most, however large the store is.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::daemon::health::Health;
use crate::daemon::systemd::Manager;
use crate::store::reader::Reader;

/// From one count to the next, at least.
const PAUSE: Duration = Duration::from_secs(1);
/// So many times as long as a count took is waited until the next.
const REST: u32 = 100;
/// Without a change, a count comes at least this often: states of feeds change without news.
const IDLE: Duration = Duration::from_secs(60);

/// What counting needs.
#[derive(Debug)]
pub struct Surveyor {
    /// Where it is kept.
    pub health: Health,
    /// What is counted.
    pub reader: Reader,
    /// Told by the road.
    pub changes: watch::Receiver<u64>,
    /// Who is told.
    pub manager: Manager,
}

impl Surveyor {
    /// Counts until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut told = String::new();
        loop {
            let took = self.count().await;
            let line = self.health.line();
            if line != told {
                self.manager.status(&line);
                told = line;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.next(took) => {}
            }
        }
    }

    async fn next(&mut self, took: Duration) {
        tokio::time::sleep(PAUSE.max(took * REST)).await;
        // Once the road has ended nothing changes any more.
        let changed = async {
            if self.changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        drop(tokio::time::timeout(IDLE, changed).await);
    }

    async fn count(&self) -> Duration {
        let (began, reader) = (Instant::now(), self.reader.clone());
        match tokio::task::spawn_blocking(move || reader.survey()).await {
            Ok(Ok(survey)) => self.health.keep_survey(survey),
            Ok(Err(error)) => tracing::warn!(error = %format!("{error:#}"), "the store cannot be counted"),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
        began.elapsed()
    }
}
