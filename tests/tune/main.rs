//! `cargo bench --bench tune -- FOLDER`: learns the weights of `src/story/weights.rs` and writes that file.
//! `cargo bench --bench tune -- FOLDER --check`: writes nothing; says how good weights are on what they were not
//! learned from (`check.rs`); `--without` instead: what each group of signals is worth.
//!
//! FOLDER holds the labelled files of `riverd eval`: `frontpages-de`, `uci-headlines-en`, `googlenews-en`,
//! `ecbplus-en`, `agency-copies-de` and `semeval-pairs`, each `.jsonl`. Every file is run through the engine with its true stories as teacher: a labelled entry
//! is put to its true story, one without a label to where the engine puts it. Each story that came into question for
//! a labelled entry is one row: the signals, and whether most of the story's labelled entries are of the entry's true
//! story. A logistic regression with a ridge is fitted to the rows of all files, with a bias of its own for each file,
//! because the files differ in how coarsely they draw a story; the bias that is kept is that of the German front pages.
//! Two sets of weights come of it: for events (the German days count six times as much as each other file) and for
//! topics (the coarse English files count most). `agency-copies-de` gives the running stories (`running.rs`).
//! `semeval-pairs` gives two more sets: between two long texts in one language, and across two languages (`pairs.rs`).
//! The same input gives the same file.

mod check;
mod fit;
mod pairs;
mod rows;
mod running;
mod write;

use riverd::pipeline::labelled::Labelled;
use riverd::story::dial::{Dial, Model, Setting};
use riverd::story::signal::list::{RULES, TOPIC_RULES};

use crate::fit::{Fitted, fit};
use crate::rows::{Row, gather, load, load_pairs};

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

/// The files that hold streams.
pub const KINDS: [Kind; 5] = [
    Kind { name: "frontpages-de", events: 3.0, topics: 0.3, by_day: true, running: false },
    Kind { name: "uci-headlines-en", events: 0.5, topics: 2.0, by_day: false, running: false },
    Kind { name: "googlenews-en", events: 0.5, topics: 1.0, by_day: false, running: false },
    Kind { name: "ecbplus-en", events: 0.4, topics: 0.5, by_day: false, running: false },
    Kind { name: "agency-copies-de", events: 1.0, topics: 0.3, by_day: false, running: true },
];

/// Pairs of texts.
const PAIRS: &str = "semeval-pairs";

/// Ridges, in the unit of `fit`. Chosen with `--check`: between 40 and 200 the German days are as good to .003, and the
/// coarse files, of which there is more, want less.
const EVENTS_RIDGE: f64 = 100.0;
const TOPICS_RIDGE: f64 = 30.0;

/// Weights for events, for topics, between long texts, and across languages.
pub struct Learned {
    /// The German days draw the line.
    pub events: Fitted,
    /// For the lower half of the dial.
    pub topics: Fitted,
    /// Two long texts in one language.
    pub long: Fitted,
    /// Two languages.
    pub across: Fitted,
}

/// What there is to learn from: the rows of each of [`KINDS`], and those of the pairs.
pub struct Lessons {
    /// By file.
    pub streams: Vec<Vec<Row>>,
    /// In the order of the file.
    pub pairs: Vec<Row>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let folder = folder.ok_or("which folder holds the labelled files? cargo bench --bench tune -- FOLDER")?;
    let files: Vec<Vec<Labelled>> = KINDS.iter().map(|kind| load(&folder, kind)).collect::<Result<_, _>>()?;
    let pairs = load_pairs(&folder, PAIRS)?;
    let lessons = gather_twice(&files, pairs::gather(&pairs));
    let asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    if asked("--check") {
        check::check(&files, &pairs, &lessons);
    } else if asked("--without") {
        check::without(&files, &lessons);
    } else {
        let learned = learn(&lessons, &|_, _| true);
        report(&lessons, &learned);
        write::weights(&learned)?;
    }
    Ok(())
}

/// The unlabelled entries are put by the weights of the round before.
fn gather_twice(files: &[Vec<Labelled>], pairs: Vec<Row>) -> Lessons {
    let gather_all = |dial: &Dial| -> Vec<Vec<Row>> {
        files.iter().zip(&KINDS).map(|(entries, kind)| gather(entries, kind, dial)).collect()
    };
    let mut lessons = Lessons { streams: gather_all(&rows::beginning()), pairs };
    lessons.streams = gather_all(&learn(&lessons, &|_, _| true).dial(0.5, Setting::Stream));
    lessons
}

impl Learned {
    /// What a position of the dial would mean.
    pub fn dial(&self, strictness: f64, setting: Setting) -> Dial {
        let models = self.all().map(|fitted| Model { weights: fitted.weights, bias: fitted.bias });
        Dial::of(strictness, setting, models.each_ref())
    }

    /// In the order of `weights.rs`.
    pub fn all(&self) -> [&Fitted; 4] {
        [&self.events, &self.topics, &self.long, &self.across]
    }
}

/// Learns from the rows that `take` wants: of which file, the pairs counted last, and of which part of it.
pub fn learn(lessons: &Lessons, take: &dyn Fn(usize, Option<u64>) -> bool) -> Learned {
    let wanted = |file: usize, rows: &'_ [Row]| -> Vec<usize> {
        (0..rows.len()).filter(|at| take(file, rows[*at].part)).collect()
    };
    let rows: Vec<Vec<&Row>> = lessons
        .streams
        .iter()
        .enumerate()
        .map(|(file, rows)| wanted(file, rows).into_iter().map(|at| &rows[at]).collect())
        .collect();
    let pairs: Vec<&Row> =
        wanted(KINDS.len(), &lessons.pairs).into_iter().map(|at| &lessons.pairs[at]).collect();
    let weighed = |rows: &'_ [Vec<&'_ Row>], weight: fn(&Kind) -> f64, ridge, rules| {
        let files: Vec<(&[&Row], f64)> =
            rows.iter().zip(&KINDS).map(|(rows, kind)| (&rows[..], weight(kind))).collect();
        fit(&files, ridge, rules)
    };
    let open: Vec<Vec<&Row>> = rows.iter().map(|rows| unforbidden(rows)).collect();
    Learned {
        events: weighed(&open, |kind| kind.events, EVENTS_RIDGE, &RULES),
        topics: weighed(&rows, |kind| kind.topics, TOPICS_RIDGE, &TOPIC_RULES),
        long: pairs::long(&pairs),
        across: pairs::across(&pairs),
    }
}

/// Those that no rule forbids.
fn unforbidden<'a>(rows: &[&'a Row]) -> Vec<&'a Row> {
    let open = |row: &&Row| RULES.iter().all(|rule| row.signals[*rule as usize] == 0.0);
    rows.iter().copied().filter(open).collect()
}

#[expect(clippy::print_stderr, reason = "a program for people")]
fn report(lessons: &Lessons, learned: &Learned) {
    for (kind, rows) in KINDS.iter().zip(&lessons.streams) {
        let same = rows.iter().filter(|row| row.same).count();
        eprintln!("{:20} {:7} rows, {same:6} of the same story", kind.name, rows.len());
    }
    eprintln!("{PAIRS:20} {:7} rows", lessons.pairs.len());
    eprintln!("bias: {:.3?}", learned.all().map(|fitted| fitted.bias));
}
