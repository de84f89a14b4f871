//! What the folder's watcher is told when the store failed: what is in, as the store has it. What the store could not
//! take differs from that then, and is handed on again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::model::document::FileStamp;

/// What is in, by path; `None`: the store cannot tell now.
type Stored = dyn Fn() -> Option<Vec<(String, FileStamp)>> + Send + Sync;

/// After the first failure it is tried again after so long; after each further one four times as long, up to a minute.
const FIRST: Duration = Duration::from_secs(2);
/// See [`FIRST`].
const LONGEST: Duration = Duration::from_secs(60);
/// Without a failure for so long the next one is the first.
const SOUND: Duration = Duration::from_secs(300);

/// When, and from whom, the watcher hears what is in.
pub struct Recall {
    asked: Arc<Notify>,
    stored: Arc<Stored>,
    due: Option<Instant>,
    last: Option<(Instant, Duration)>,
}

impl Recall {
    /// `stored` tells what is in, and may block.
    pub fn new(stored: impl Fn() -> Option<Vec<(String, FileStamp)>> + Send + Sync + 'static) -> Self {
        Self { asked: Arc::default(), stored: Arc::new(stored), due: None, last: None }
    }

    /// Whom the store's failures are told.
    pub fn asked(&self) -> Arc<Notify> {
        self.asked.clone()
    }

    /// Waits for a failure.
    pub async fn failure(&self) {
        self.asked.notified().await;
    }

    /// The store failed: it is asked what is in after a pause.
    pub fn put_off(&mut self, now: Instant) {
        if self.due.is_some() {
            return;
        }
        let pause = match self.last {
            Some((at, pause)) if now.duration_since(at) < SOUND => (pause * 4).min(LONGEST),
            _ => FIRST,
        };
        self.last = Some((now, pause));
        self.due = Some(now + pause);
    }

    /// How long until the store is asked; `None`: it is not to be.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(now))
    }

    /// What is in, once it is due; if the store cannot tell, it is asked later.
    pub async fn stored(&mut self) -> Option<Vec<(String, FileStamp)>> {
        self.due.filter(|due| *due <= Instant::now())?;
        self.due = None;
        let stored = self.stored.clone();
        let told = tokio::task::spawn_blocking(move || stored()).await;
        let told = told.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        if told.is_none() {
            self.put_off(Instant::now());
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_the_store_fails_the_less_it_is_tried() {
        let mut recall = Recall::new(|| None);
        let mut now = Instant::now();
        assert_eq!(recall.wait(now), None);
        for seconds in [2, 8, 32, 60, 60] {
            recall.put_off(now);
            recall.put_off(now);
            assert_eq!(recall.wait(now), Some(Duration::from_secs(seconds)));
            recall.due = None;
            now += Duration::from_secs(seconds);
        }
        recall.put_off(now + SOUND);
        assert_eq!(recall.wait(now + SOUND), Some(FIRST));
    }
}
