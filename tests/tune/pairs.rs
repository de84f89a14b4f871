//! Learns from pairs of texts: what long texts say, and what meets across languages.

use riverd::config::options::story::StoryOptions;
use riverd::pipeline::eval::each_pair;
use riverd::pipeline::labelled::Pair;
use riverd::story::dial::DEFAULT_LINE;
use riverd::story::engine::Engine;
use riverd::story::hash;
use riverd::story::signal::list::{RULES, Signal, Signals};

use crate::check::PARTS;
use crate::fit::{Fitted, fit};
use crate::rows::Row;

/// The ridge, in the unit of `fit`, and what all pairs weigh.
const RIDGE: f64 = 40.0;
const WEIGHT: f64 = 0.08;
/// F1 is best where a pair is called one story from two in five on, not from one in two on (`--check`).
const BEST_F1: f64 = 0.4;

/// A row for each pair.
pub fn gather(pairs: &[Pair]) -> Vec<Row> {
    let mut rows = Vec::with_capacity(pairs.len());
    let mut ahead = pairs.iter();
    each_pair(Engine::of_pairs(&StoryOptions::default()), pairs, &mut |engine, first, second| {
        let Some(pair) = ahead.next() else { return };
        let part = Some(hash::text(&pair.id) % PARTS);
        rows.extend(engine.rate_with(first, second).map(|rated| Row {
            signals: rated.signals,
            same: pair.same,
            part,
        }));
    });
    rows
}

/// Of those that are long texts in one language.
pub fn long(rows: &[&Row]) -> Fitted {
    learn(rows, |signals| holds(signals, Signal::BothLong) && !holds(signals, Signal::OtherLanguage))
}

/// Of those in two languages.
pub fn across(rows: &[&Row]) -> Fitted {
    learn(rows, |signals| holds(signals, Signal::OtherLanguage))
}

fn learn(rows: &[&Row], of: fn(&Signals) -> bool) -> Fitted {
    let rows: Vec<&Row> = rows.iter().copied().filter(|row| of(&row.signals)).collect();
    let mut fitted = fit(&[(&rows, WEIGHT)], RIDGE, &RULES);
    // A rule about titles and first words, where there is more.
    fitted.weights[Signal::OneWord as usize] = 0.0;
    fitted.bias += DEFAULT_LINE + BEST_F1;
    fitted
}

fn holds(signals: &Signals, signal: Signal) -> bool {
    signals[signal as usize] == 1.0
}
