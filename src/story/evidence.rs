//! Signals as evidence for people: what each measured and what it added to the log-odds, against a typical pair of an
//! entry and a story that comes into question.
//! Deliberately not here: measuring (`likeness.rs`) and weighing (`dial.rs`).

use crate::model::story::Evidence;
use crate::story::dial::Dial;
use crate::story::signal::list::{LIST, Signals};
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
    let mut base = model.bias;
    let mut found: Vec<Evidence> = Vec::with_capacity(signals.len() + 1);
    for (at, (name, note)) in LIST.iter().enumerate() {
        base += model.weights[at] * TYPICAL[at];
        let weight = model.weights[at] * (signals[at] - TYPICAL[at]);
        found.push(told(name, signals[at], weight, note));
    }
    found.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.signal.cmp(&b.signal)));
    if length == Length::Brief {
        found.truncate(BRIEF);
    } else {
        found.push(told("base", 0.0, base, "what a typical entry and story have before anything is known"));
    }
    found
}

fn told(signal: &str, value: f64, weight: f64, note: &str) -> Evidence {
    let short = |number: f64| (number * 1e4).round() / 1e4;
    let note = note.to_owned();
    Evidence { signal: signal.to_owned(), value: short(value), weight: short(weight), note }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::dial::Setting;
    use crate::story::signal::list::COUNT;

    #[test]
    fn the_weights_of_the_evidence_add_up_to_the_log_odds() {
        let dial = Dial::at(0.5, Setting::Stream);
        let signals = std::array::from_fn(|at| (at as f64) / COUNT as f64);
        let sum: f64 = of(&signals, &dial, Length::Full).iter().map(|found| found.weight).sum();
        assert!((sum - dial.log_odds(&signals)).abs() < 0.01, "{sum}");
        assert_eq!(of(&signals, &dial, Length::Brief).len(), BRIEF);
    }
}
