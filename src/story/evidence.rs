//! Signals as evidence for people: what each measured and what it added to the log-odds, against a typical pair of an
//! entry and a story that comes into question.
//! Deliberately not here: measuring (`likeness.rs`) and weighing (`dial.rs`).

use std::cmp::Ordering;

use crate::model::story::Evidence;
use crate::story::dial::Dial;
use crate::story::signal::list::{COUNT, LIST, Signals};
use crate::story::weights::TYPICAL;

/// How many signals are kept with a brief verdict: the strongest.
const BRIEF: usize = 6;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// The strongest signals: what is stored with each entry.
    Brief,
    /// All of them.
    Full,
}

/// The evidence, strongest first. The weights add up to the log-odds.
pub fn of(signals: &Signals, dial: &Dial, length: Length) -> Vec<Evidence> {
    let model = dial.model(signals);
    let most = if length == Length::Brief { BRIEF } else { COUNT };
    let mut order: Vec<(f64, usize)> = Vec::with_capacity(most + 1);
    for at in 0..signals.len() {
        let weighed = (short(model.weights[at] * (signals[at] - TYPICAL[at])), at);
        let place = order.iter().rposition(|held| stronger(*held, weighed)).map_or(0, |held| held + 1);
        if place < most {
            order.insert(place, weighed);
            order.truncate(most);
        }
    }
    let told = |(weight, at): (f64, usize)| told(LIST[at].0, signals[at], weight, LIST[at].1);
    let mut found: Vec<Evidence> = order.into_iter().map(told).collect();
    if length == Length::Full {
        let typical = model.weights.iter().zip(&TYPICAL);
        let base = typical.fold(model.bias, |sum, (weight, typical)| sum + weight * typical);
        found.push(self::told(
            "base",
            0.0,
            short(base),
            "what a typical entry and story have before anything is known",
        ));
    }
    found
}

/// By weight, equal ones by name.
fn stronger(a: (f64, usize), b: (f64, usize)) -> bool {
    match a.0.abs().total_cmp(&b.0.abs()) {
        Ordering::Equal => LIST[a.1].0 < LIST[b.1].0,
        other => other == Ordering::Greater,
    }
}

/// To the fourth digit.
fn short(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

fn told(signal: &str, value: f64, weight: f64, note: &str) -> Evidence {
    Evidence { signal: signal.to_owned(), value: short(value), weight, note: note.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::dial::Setting;

    #[test]
    fn the_weights_of_the_evidence_add_up_to_the_log_odds() {
        let dial = Dial::at(0.5, Setting::Stream);
        let signals = std::array::from_fn(|at| (at as f64) / COUNT as f64);
        let sum: f64 = of(&signals, &dial, Length::Full).iter().map(|found| found.weight).sum();
        assert!((sum - dial.log_odds(&signals)).abs() < 0.01, "{sum}");
        assert_eq!(of(&signals, &dial, Length::Brief).len(), BRIEF);
    }
}
