//! Runs a labelled file through the engine with its true stories as teacher, and keeps what was in question.

use std::collections::{BTreeMap, HashMap};

use riverd::config::options::story::StoryOptions;
use riverd::model::ids::{EntryId, StoryId};
use riverd::model::story::Decision;
use riverd::model::time::Timestamp;
use riverd::pipeline::labelled::{Labelled, Labels, Pair, read};
use riverd::story::dial::{Dial, Model};
use riverd::story::engine::Engine;
use riverd::story::fingerprint::Fingerprint;
use riverd::story::question::Reach;
use riverd::story::signal::list::{COUNT, Signal, Signals, TOPIC_RULES};

use crate::Kind;
use crate::check::part;
use crate::running::label;

/// One story in question for one labelled entry.
#[derive(Clone)]
pub struct Row {
    /// What was measured.
    pub signals: Signals,
    /// The story tells the entry's event.
    pub same: bool,
    /// The part of its file that the entry belongs to.
    pub part: Option<u64>,
}

/// More than half of the labelled entries: the story is theirs. Less than a third: it is not. Between: no lesson.
const MOST: f64 = 0.5;
const FEW: f64 = 0.34;

/// Before anything is learned: the cosines alone.
pub fn beginning() -> Dial {
    let mut weights = [0.0; COUNT];
    weights[Signal::Centroid as usize] = 12.0;
    weights[Signal::Nearest as usize] = 10.0;
    weights[Signal::HoursIdle as usize] = -0.3;
    let model = Model { weights, bias: -5.5 };
    let line = 0.0;
    Dial { brief: model.clone(), long: model.clone(), across: model, line, merge_line: f64::INFINITY }
}

/// Reads a labelled file.
pub fn load(folder: &str, kind: &Kind) -> Result<Vec<Labelled>, Box<dyn std::error::Error>> {
    let path = format!("{folder}/{}.jsonl", kind.name);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    match read(&text).map_err(|(line, error)| format!("{path}:{line}: {error}"))? {
        Labels::Entries(entries) if kind.running => Ok(label(entries)),
        Labels::Entries(entries) => Ok(entries),
        Labels::Pairs(_) => Err(format!("{path} holds pairs, not entries").into()),
    }
}

/// Reads a file of pairs.
pub fn load_pairs(folder: &str, name: &str) -> Result<Vec<Pair>, Box<dyn std::error::Error>> {
    let path = format!("{folder}/{name}.jsonl");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    match read(&text).map_err(|(line, error)| format!("{path}:{line}: {error}"))? {
        Labels::Pairs(pairs) => Ok(pairs),
        Labels::Entries(_) => Err(format!("{path} holds entries, not pairs").into()),
    }
}

/// The rows of one file.
pub fn gather(entries: &[Labelled], kind: &Kind, dial: &Dial) -> Vec<Row> {
    let dial = Dial { merge_line: f64::INFINITY, ..dial.clone() };
    let mut engine = Engine::with(&StoryOptions::default(), dial, Reach::LEARNING);
    let (mut rows, mut now) = (Vec::new(), Timestamp(0));
    let mut homes: HashMap<&str, StoryId> = HashMap::new();
    let mut labels: HashMap<StoryId, BTreeMap<&str, u32>> = HashMap::new();
    for (entry, id) in entries.iter().zip(1..) {
        let print = entry.tell(now, Fingerprint::of);
        now = now.max(print.at);
        let verdict = engine.judge(&print, now);
        for rated in engine.rate(&print).into_iter().filter(|rated| is_open(&rated.signals)) {
            let same = lesson(kind, entry.cluster.as_deref(), labels.get(&rated.story));
            rows.extend(same.map(|same| Row { signals: rated.signals, same, part: part(entry, kind) }));
        }
        let story = match (&entry.cluster, verdict.decision) {
            (Some(label), _) => *homes.entry(label).or_insert(StoryId(id)),
            (None, Decision::Join { story, .. }) if !(kind.running && labels.contains_key(&story)) => story,
            (None, _) => StoryId(id),
        };
        if let Some(label) = &entry.cluster {
            *labels.entry(story).or_default().entry(label).or_default() += 1;
        }
        engine.admit(EntryId(id), story, print, now);
    }
    rows
}

/// Whether a story in question is the entry's; `None`: no lesson.
fn lesson(kind: &Kind, label: Option<&str>, story: Option<&BTreeMap<&str, u32>>) -> Option<bool> {
    match (label, story) {
        (Some(label), Some(story)) => is_same(story, label),
        (Some(_), None) | (None, Some(_)) if kind.running => Some(false),
        _ => None,
    }
}

fn is_same(labels: &BTreeMap<&str, u32>, label: &str) -> Option<bool> {
    let all: u32 = labels.values().sum();
    let share = f64::from(labels.get(label).copied().unwrap_or(0)) / f64::from(all);
    if share > MOST {
        Some(true)
    } else if share < FEW {
        Some(false)
    } else {
        None
    }
}

/// No rule that holds for topics too forbids it: there is something to learn.
fn is_open(signals: &Signals) -> bool {
    TOPIC_RULES.iter().all(|rule| signals[*rule as usize] == 0.0)
}
