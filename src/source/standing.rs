//! How the sources stand, for whoever watches: kept by their tasks, read without waiting.

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicUsize, Ordering};

use crate::model::time::Timestamp;
use crate::source::pulse::Pulse;

/// No feed is due, ever.
const NEVER: i64 = i64::MAX;

/// How the poller stands.
#[derive(Debug)]
pub struct Polling {
    /// Beats with each of its rounds.
    pub pulse: Pulse,
    waiting: AtomicUsize,
    under_way: AtomicUsize,
    next_due: AtomicI64,
}

impl Default for Polling {
    fn default() -> Self {
        let count = AtomicUsize::default;
        let next_due = AtomicI64::new(NEVER);
        Self { pulse: Pulse::default(), waiting: count(), under_way: count(), next_due }
    }
}

impl Polling {
    /// A round has ended: so many feeds wait, so many are being asked, and when the next is due.
    pub(crate) fn keep(&self, waiting: usize, under_way: usize, next_due: Option<Timestamp>) {
        self.waiting.store(waiting, Ordering::Relaxed);
        self.under_way.store(under_way, Ordering::Relaxed);
        self.next_due.store(next_due.map_or(NEVER, |due| due.0), Ordering::Relaxed);
        self.pulse.beat();
    }

    /// Feeds that wait for their date.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Requests on their way.
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    /// When the next feed is due, or was; `None`: none waits.
    pub fn next_due(&self) -> Option<Timestamp> {
        let due = self.next_due.load(Ordering::Relaxed);
        (due != NEVER).then_some(Timestamp(due))
    }
}

/// How the watched folder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderState {
    /// It is being looked through for the first time.
    Looking,
    /// It was looked through, and is watched.
    Watched,
    /// It cannot be read.
    Away,
}

/// The same, shared.
#[derive(Debug, Default)]
pub struct Watching(AtomicU8);

impl Watching {
    pub(crate) fn keep(&self, state: FolderState) {
        self.0.store(state as u8, Ordering::Relaxed);
    }

    /// How it stands.
    pub fn state(&self) -> FolderState {
        match self.0.load(Ordering::Relaxed) {
            0 => FolderState::Looking,
            1 => FolderState::Watched,
            _ => FolderState::Away,
        }
    }
}
