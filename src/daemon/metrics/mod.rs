//! What is counted of riverd's work, for `/metrics`. The one door to `prometheus_client`.
//! Promises: sets of labels are bounded: outcomes, states, queues and parts are named here, rivers by the config and the
//! labels of feeds; nothing here is counted where a reader waits for it.
//! Deliberately not here: the counting of answers (`serve/tally`) and of what is stored (`store/survey`).
//!
//! To add a metric: what tasks count is a field of [`Metrics`]; what can be seen when it is asked for, a line in `sight`.

pub mod polls;
pub mod process;
pub mod sight;

use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::daemon::metrics::polls::{OUTCOMES, outcome};
use crate::daemon::metrics::process::Process;
use crate::daemon::metrics::sight::Sight;
use crate::source::answer::Answer;
use crate::source::delivery::Delivery;

/// How `/metrics` is labelled.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// One label with a value of a known set.
type Label = [(&'static str, &'static str); 1];

/// A poll of a quick server, and the longest that `fetch.timeout` allows by default.
const POLL_SECONDS: [f64; 10] = [0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];
/// From a 304 to a document of many thousand entries.
const WORK_SECONDS: [f64; 10] = [0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];

/// How a reading of the config ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// It holds now.
    Applied,
    /// It is what held before.
    Unchanged,
    /// It is faulty; the one before holds.
    Refused,
}

impl Reload {
    const ALL: [Self; 3] = [Self::Applied, Self::Unchanged, Self::Refused];

    fn label(self) -> Label {
        let outcome = match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        };
        [("outcome", outcome)]
    }
}

/// What the tasks count. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    polls: Family<Label, Counter>,
    fetched_bytes: Counter,
    poll_seconds: Histogram,
    ingest_seconds: Histogram,
    publish_seconds: Histogram,
    reloads: Family<Label, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let (polls, reloads) = (Family::<Label, Counter>::default(), Family::<Label, Counter>::default());
        // What has not happened yet is there as 0: a rate counts the first one, too.
        OUTCOMES.iter().for_each(|outcome| drop(polls.get_or_create(&[("outcome", *outcome)])));
        Reload::ALL.iter().for_each(|reload| drop(reloads.get_or_create(&reload.label())));
        Self {
            polls,
            reloads,
            fetched_bytes: Counter::default(),
            poll_seconds: Histogram::new(POLL_SECONDS),
            ingest_seconds: Histogram::new(WORK_SECONDS),
            publish_seconds: Histogram::new(WORK_SECONDS),
        }
    }
}

impl Metrics {
    /// A delivery comes in.
    pub fn delivered(&self, delivery: &Delivery) {
        if let Some(outcome) = outcome(delivery) {
            self.polls.get_or_create(&[("outcome", outcome)]).inc();
        }
        match delivery {
            Delivery::Document { answer: Some(answer), .. } | Delivery::NoDocument { answer, .. } => {
                self.polled(answer);
            }
            _ => {}
        }
    }

    fn polled(&self, answer: &Answer) {
        self.fetched_bytes.inc_by(answer.bytes as u64);
        // What was never asked took no time.
        if !answer.took.is_zero() {
            self.poll_seconds.observe(answer.took.as_secs_f64());
        }
    }

    /// It was taken in.
    pub fn taken_in(&self, took: Duration) {
        self.ingest_seconds.observe(took.as_secs_f64());
    }

    /// Editions were made.
    pub fn published(&self, took: Duration) {
        self.publish_seconds.observe(took.as_secs_f64());
    }

    /// The config was read.
    pub fn reloaded(&self, reload: Reload) {
        self.reloads.get_or_create(&reload.label()).inc();
    }
}

/// All of it, with what can be seen of the rest of the house.
#[derive(Debug)]
pub struct Board(Registry);

impl Board {
    /// Shows what `metrics` counts and `sight` sees.
    pub fn new(metrics: &Metrics, sight: Sight) -> Self {
        let mut all = Registry::default();
        all.register_collector(Box::new(Process::new()));
        let board = all.sub_registry_with_prefix("riverd");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        board.register("build", "Which riverd this is", build);
        board.register("polls", "Polls that ended, by outcome", metrics.polls.clone());
        let help = "Bytes of the documents that polls brought, as they are read (decompressed)";
        board.register_with_unit("fetched", help, Unit::Bytes, metrics.fetched_bytes.clone());
        let seconds = [
            ("poll", "Time of a poll, from the first word to the last byte", &metrics.poll_seconds),
            (
                "ingest",
                "Time to take in one delivery, from its arrival until it is on disk, reading and all",
                &metrics.ingest_seconds,
            ),
            ("publish", "Time to make the editions after a change", &metrics.publish_seconds),
        ];
        for (name, help, histogram) in seconds {
            board.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        }
        board.register("config_reloads", "Readings of the config, by outcome", metrics.reloads.clone());
        board.register_collector(Box::new(sight));
        Self(all)
    }

    /// As OpenMetrics text (version 1.0.0).
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.0).expect("writing to a string does not fail");
        text
    }
}
