//! How riverd is: what its tasks told last, for `/readyz`, `/metrics`, the status line and the watchdog.
//! Promises: looking waits for nobody.
//! Deliberately not here: what follows from it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use chrono::DateTime;
use tokio::sync::mpsc::WeakSender;

use crate::model::time::{Clock, Timestamp};
use crate::serve::office::Part;
use crate::source::delivery::Delivery;
use crate::source::pulse::Pulse;
use crate::source::standing::{FolderState, Polling, Watching};
use crate::store::survey::Survey;
use crate::store::writer::Queue;

/// A task that did no round for so long is stuck: the slowest does one each minute.
const STUCK: Duration = Duration::from_secs(180);

/// What is looked at.
#[derive(Debug)]
pub struct Watched {
    /// The poller.
    pub polling: Arc<Polling>,
    /// The folder's watcher.
    pub watching: Arc<Watching>,
    /// What waits for the road.
    pub deliveries: WeakSender<Delivery>,
    /// What waits for the store.
    pub jobs: Queue,
}

/// How riverd is. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Health(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    /// Not before the store is open.
    watched: OnceLock<Watched>,
    /// How a poller stands that is not there yet.
    unborn: Polling,
    road: Pulse,
    store: Pulse,
    survey: Mutex<Arc<Survey>>,
    /// Why the store fails, where it does.
    illness: Mutex<Option<String>>,
    /// Why the config file is not heeded, where it is not.
    refusal: Mutex<Option<String>>,
}

fn locked<T: Clone>(value: &Mutex<T>) -> T {
    value.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn set<T>(place: &Mutex<T>, value: T) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = value;
}

impl Health {
    /// Of a riverd that starts.
    pub fn new(clock: Clock) -> Self {
        let (road, store, unborn) = (Pulse::default(), Pulse::default(), Polling::default());
        let (illness, refusal) = (Mutex::default(), Mutex::default());
        let watched = OnceLock::new();
        Self(Arc::new(Inner {
            clock,
            watched,
            unborn,
            road,
            store,
            survey: Mutex::default(),
            illness,
            refusal,
        }))
    }

    /// It has started: from now on it is as these are. Once.
    pub fn watch(&self, watched: Watched) {
        drop(self.0.watched.set(watched));
    }

    /// The road's pulse.
    pub fn road(&self) -> &Pulse {
        &self.0.road
    }

    /// The pulse of the store's thread.
    pub fn store(&self) -> &Pulse {
        &self.0.store
    }

    /// Who must answer for the watchdog to be patted.
    pub fn pulses(&self) -> [(&'static str, &Pulse); 3] {
        [("store", self.store()), ("ingest", self.road()), ("scheduler", &self.polling().pulse)]
    }

    /// How the poller stands.
    pub fn polling(&self) -> &Polling {
        self.0.watched.get().map_or(&self.0.unborn, |watched| &watched.polling)
    }

    /// How much there is, as counted last.
    pub fn survey(&self) -> Arc<Survey> {
        locked(&self.0.survey)
    }

    /// It was counted.
    pub fn keep_survey(&self, survey: Survey) {
        set(&self.0.survey, Arc::new(survey));
    }

    /// Why the store fails; `None`: it does not.
    pub fn set_illness(&self, illness: Option<String>) {
        set(&self.0.illness, illness);
    }

    /// Why the config file is not heeded; `None`: it is.
    pub fn set_refusal(&self, refusal: Option<String>) {
        set(&self.0.refusal, refusal);
    }

    /// Why the config file is not heeded.
    pub fn refusal(&self) -> Option<String> {
        locked(&self.0.refusal)
    }

    /// How long the next poll is overdue, in seconds.
    pub fn lag_seconds(&self) -> f64 {
        let lag = self.polling().next_due().map_or(0, |due| (self.0.clock)().since(due));
        lag.max(0) as f64 / 1_000.0
    }

    /// How many wait in each queue.
    pub fn queues(&self) -> [(&'static str, usize); 2] {
        let watched = self.0.watched.get();
        let waiting = watched.and_then(|watched| watched.deliveries.upgrade());
        let waiting = waiting.map_or(0, |sender| sender.max_capacity() - sender.capacity());
        [("deliveries", waiting), ("store", watched.map_or(0, |watched| watched.jobs.depth()))]
    }

    /// The parts, each with its own word.
    pub fn parts(&self) -> Vec<Part> {
        let part = |name, (ready, word): (bool, String)| Part { name, ready, word };
        let illness = locked(&self.0.illness).map(|illness| (false, format!("failing: {illness}")));
        let Some(watched) = self.0.watched.get() else {
            let store = illness.unwrap_or((false, "being opened".to_owned()));
            let others = ["ingest", "scheduler", "folder"];
            let others = others.map(|name| part(name, (false, "waits for the store".to_owned())));
            return std::iter::once(part("store", store)).chain(others).collect();
        };
        let store = illness.unwrap_or((true, "ready".to_owned()));
        let folder = match watched.watching.state() {
            FolderState::Looking => (false, "being looked through for the first time"),
            FolderState::Watched => (true, "ready"),
            FolderState::Away => (false, "away; what came of it stays"),
        };
        vec![
            part("store", store),
            part("ingest", doing_rounds(&self.0.road)),
            part("scheduler", doing_rounds(&self.polling().pulse)),
            part("folder", (folder.0, folder.1.to_owned())),
        ]
    }

    /// One line for people.
    pub fn line(&self) -> String {
        let survey = self.survey();
        let next = self.polling().next_due().map_or_else(|| "none".to_owned(), time_of_day);
        let mut line = format!("{} feeds, {} stories, next poll {next}", survey.followed(), survey.stories);
        for part in self.parts().into_iter().filter(|part| !part.ready) {
            line.push_str(&format!("; {} {}", part.name, part.word));
        }
        if let Some(refusal) = self.refusal() {
            line.push_str(&format!("; the config is not heeded: {refusal}"));
        }
        line
    }
}

fn doing_rounds(pulse: &Pulse) -> (bool, String) {
    match pulse.silence() {
        None => (false, "starting".to_owned()),
        Some(silence) if silence > STUCK => (false, format!("stuck for {} s", silence.as_secs())),
        Some(_) => (true, "ready".to_owned()),
    }
}

/// As a person reads it.
fn time_of_day(at: Timestamp) -> String {
    let at = DateTime::from_timestamp_millis(at.0);
    at.map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}
