//! `cargo bench --bench tune -- FOLDER`: learns the weights of `src/story/weights.rs` and writes that file.
//!
//! FOLDER holds the labelled files of `riverd eval`: `frontpages-de`, `uci-headlines-en`, `googlenews-en`,
//! `ecbplus-en`, each `.jsonl`. Every file is run through the engine with its true stories as teacher: a labelled entry
//! is put to its true story, one without a label to where the engine puts it. Each story that came into question for
//! a labelled entry is one row: the signals, and whether most of the story's labelled entries are of the entry's true
//! story. A logistic regression with a ridge is fitted to the rows of all files, with a bias of its own for each file,
//! because the files differ in how coarsely they draw a story; the bias that is kept is that of the German front pages.
//! Two sets of weights come of it: for events (the German days count six times as much as each other file) and for
//! topics (the coarse English files count most). The same input gives the same file.

mod fit;
mod rows;
mod write;

use riverd::story::dial::Dial;

use crate::fit::{Fitted, fit};
use crate::rows::{Row, gather};

/// The files, and what each counts for events and for topics.
const FILES: [(&str, f64, f64); 4] = [
    ("frontpages-de", 3.0, 0.3),
    ("uci-headlines-en", 0.5, 2.0),
    ("googlenews-en", 0.5, 1.0),
    ("ecbplus-en", 0.4, 0.5),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let folder = folder.ok_or("which folder holds the labelled files? cargo bench --bench tune -- FOLDER")?;
    // Rounds: the unlabelled entries are put by the weights of the round before.
    let mut dial = rows::beginning();
    for _ in 0..2 {
        let rows = FILES.map(|(name, _, _)| gather(&folder, name, &dial));
        let rows: Vec<Vec<Row>> = rows.into_iter().collect::<Result<_, _>>()?;
        let events = fit(&weighed(&rows, |file| FILES[file].1));
        let topics = fit(&weighed(&rows, |file| FILES[file].2));
        dial =
            Dial { weights: events.weights, bias: events.bias, line: dial.line, merge_line: dial.merge_line };
        write::weights(&events, &topics)?;
        report(&rows, &events, &topics);
    }
    Ok(())
}

fn weighed(rows: &[Vec<Row>], weight: impl Fn(usize) -> f64) -> Vec<(&[Row], f64)> {
    rows.iter().enumerate().map(|(at, rows)| (&rows[..], weight(at))).collect()
}

#[expect(clippy::print_stderr, reason = "a program for people")]
fn report(rows: &[Vec<Row>], events: &Fitted, topics: &Fitted) {
    for ((name, _, _), rows) in FILES.iter().zip(rows) {
        let same = rows.iter().filter(|row| row.same).count();
        eprintln!("{name:20} {:7} rows, {same:6} of the same story", rows.len());
    }
    eprintln!("bias: events {:.3}, topics {:.3}", events.bias, topics.bias);
}
