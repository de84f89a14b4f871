//! Whether a task still does its rounds. It beats at each; who wants to know now asks, and it does a round at once.
//! Promises: asking and beating wait for nobody.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::source::steady::steady;

/// A task's pulse, shared by the task and those who watch it.
#[derive(Debug, Default)]
pub struct Pulse {
    beats: AtomicU64,
    /// Of the steady clock, in milliseconds.
    last: AtomicU64,
    question: Notify,
}

impl Pulse {
    /// A round was done.
    pub fn beat(&self) {
        self.last.store(now_ms(), Ordering::Relaxed);
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were done.
    pub fn beats(&self) -> u64 {
        self.beats.load(Ordering::Relaxed)
    }

    /// How long ago the last one was done; `None`: there was none.
    pub fn silence(&self) -> Option<Duration> {
        let silence = now_ms().saturating_sub(self.last.load(Ordering::Relaxed));
        (self.beats() > 0).then(|| Duration::from_millis(silence))
    }

    /// Asks for a round.
    pub fn ask(&self) {
        self.question.notify_one();
    }

    /// Waits until one is asked for.
    pub async fn asked(&self) {
        self.question.notified().await;
    }
}

fn now_ms() -> u64 {
    u64::try_from(steady().as_millis()).unwrap_or(u64::MAX)
}
