//! `cargo bench --bench tune -- FOLDER`: learns the weights of `src/story/weights.rs` and writes that file.
//! `cargo bench --bench tune -- FOLDER --check`: writes nothing; says how good weights are on what they were not
//! learned from (`check.rs`).
//!
//! FOLDER holds the labelled files of `riverd eval`: `frontpages-de`, `uci-headlines-en`, `googlenews-en`,
//! `ecbplus-en`, each `.jsonl`. Every file is run through the engine with its true stories as teacher: a labelled entry
//! is put to its true story, one without a label to where the engine puts it. Each story that came into question for
//! a labelled entry is one row: the signals, and whether most of the story's labelled entries are of the entry's true
//! story. A logistic regression with a ridge is fitted to the rows of all files, with a bias of its own for each file,
//! because the files differ in how coarsely they draw a story; the bias that is kept is that of the German front pages.
//! Two sets of weights come of it: for events (the German days count six times as much as each other file) and for
//! topics (the coarse English files count most). The same input gives the same file.

mod check;
mod fit;
mod rows;
mod running;
mod write;

use riverd::pipeline::labelled::Labelled;
use riverd::story::dial::Dial;

use crate::fit::{Fitted, fit};
use crate::rows::{Row, gather, load};

/// A labelled file, and how it is learned from.
pub struct Kind {
    /// Its name without `.jsonl`.
    pub name: &'static str,
    /// What it counts for events.
    pub events: f64,
    /// What it counts for topics.
    pub topics: f64,
    /// Its parts are days, not stories.
    pub by_day: bool,
    /// Labelled by `running.rs`: what has no label is of no labelled story.
    pub running: bool,
}

const KINDS: [Kind; 5] = [
    Kind { name: "frontpages-de", events: 3.0, topics: 0.3, by_day: true, running: false },
    Kind { name: "uci-headlines-en", events: 0.5, topics: 2.0, by_day: false, running: false },
    Kind { name: "googlenews-en", events: 0.5, topics: 1.0, by_day: false, running: false },
    Kind { name: "ecbplus-en", events: 0.4, topics: 0.5, by_day: false, running: false },
    Kind { name: "agency-copies-de", events: 1.0, topics: 0.3, by_day: false, running: true },
];

/// Ridges, in the unit of `fit`. Chosen with `--check`: between 40 and 200 the German days are as good to .003, and the
/// coarse files, of which there is more, want less.
const EVENTS_RIDGE: f64 = 100.0;
const TOPICS_RIDGE: f64 = 30.0;

/// Weights for events and for topics.
pub struct Learned {
    pub events: Fitted,
    pub topics: Fitted,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let folder = folder.ok_or("which folder holds the labelled files? cargo bench --bench tune -- FOLDER")?;
    let files: Vec<Vec<Labelled>> = KINDS.iter().map(|kind| load(&folder, kind)).collect::<Result<_, _>>()?;
    let rows = gather_twice(&files);
    if std::env::var_os("DUMP").is_some() {
        dump(&rows);
        return Ok(());
    }
    if std::env::args().any(|argument| argument == "--check") {
        check::check(&files, &rows);
    } else {
        let learned = learn(&rows, &|_, _| true);
        report(&rows, &learned);
        write::weights(&learned.events, &learned.topics)?;
    }
    Ok(())
}

/// The unlabelled entries are put by the weights of the round before.
fn gather_twice(files: &[Vec<Labelled>]) -> Vec<Vec<Row>> {
    let gather_all = |dial: &Dial| -> Vec<Vec<Row>> {
        files.iter().zip(&KINDS).map(|(entries, kind)| gather(entries, kind, dial)).collect()
    };
    let first = gather_all(&rows::beginning());
    let learned = learn(&first, &|_, _| true);
    gather_all(&learned.dial(0.5))
}

impl Learned {
    /// What a position of the dial would mean.
    pub fn dial(&self, strictness: f64) -> Dial {
        let weights = std::array::from_fn(|at| (self.events.weights[at], self.topics.weights[at]));
        Dial::of(strictness, &weights, (self.events.bias, self.topics.bias))
    }
}

/// Learns from the rows that `take` wants: of which file, and of which part of it.
pub fn learn(rows: &[Vec<Row>], take: &dyn Fn(usize, Option<u64>) -> bool) -> Learned {
    let rows: Vec<Vec<&Row>> = rows
        .iter()
        .enumerate()
        .map(|(file, rows)| rows.iter().filter(|row| take(file, row.part)).collect())
        .collect();
    let weighed = |weight: fn(&Kind) -> f64| -> Vec<(&[&Row], f64)> {
        rows.iter().zip(&KINDS).map(|(rows, kind)| (&rows[..], weight(kind))).collect()
    };
    Learned {
        events: fit(&weighed(|kind| kind.events), EVENTS_RIDGE),
        topics: fit(&weighed(|kind| kind.topics), TOPICS_RIDGE),
    }
}

#[expect(clippy::print_stderr, reason = "a program for people")]
fn report(rows: &[Vec<Row>], learned: &Learned) {
    for (kind, rows) in KINDS.iter().zip(rows) {
        let same = rows.iter().filter(|row| row.same).count();
        eprintln!("{:20} {:7} rows, {same:6} of the same story", kind.name, rows.len());
    }
    eprintln!("bias: events {:.3}, topics {:.3}", learned.events.bias, learned.topics.bias);
}

fn dump(rows: &[Vec<Row>]) {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (file, rows) in rows.iter().enumerate() {
        for row in rows {
            write!(
                text,
                "{file},{},{},{},{}",
                row.part.unwrap_or(9),
                row.entry,
                row.story,
                u8::from(row.same)
            )
            .unwrap();
            for s in row.signals {
                write!(text, ",{s:.6}").unwrap();
            }
            text.push('\n');
        }
    }
    std::fs::write("/tmp/rows.csv", text).unwrap();
}
