//! The owner's one knob, `story.strictness`, as what it means to the engine: where the line is drawn, and what the
//! signals weigh there.
//! At 0.5 and above reports of one event are folded and only the line moves. Below, the weights slide from those for
//! events to those for topics, which forgive time and reward a story's own key words; at 0.25 they are there.
//! Deliberately not here: the weights themselves (`weights.rs`).

use crate::story::signal::list::{COUNT, Signals};
use crate::story::weights::{BIAS, TOPIC_BIAS, WEIGHTS};

/// Where 0.5 draws the line, in log-odds. Chosen on the German development days: see `story/mod.rs`.
const DEFAULT_LINE: f64 = 1.0;
/// How far a whole turn moves the line, in log-odds.
const TURN: f64 = 8.0;
/// From here down the weights are those for topics.
const TOPICS: f64 = 0.25;

/// What a position of the dial means.
#[derive(Debug, Clone, PartialEq)]
pub struct Dial {
    /// What each signal adds to the log-odds per unit of its own.
    pub weights: Signals,
    /// The log-odds before any signal.
    pub bias: f64,
    /// An entry whose log-odds are above joins.
    pub line: f64,
    /// Two stories whose reports would join each other with log-odds above prove to be one: the same line, or none.
    pub merge_line: f64,
}

impl Dial {
    /// `strictness`: 0 to 1, higher folds less.
    pub fn at(strictness: f64) -> Self {
        Self::of(strictness, &WEIGHTS, (BIAS, TOPIC_BIAS))
    }

    /// The same with other weights, for events and for topics: for the program that learns them.
    pub fn of(strictness: f64, weights: &[(f64, f64); COUNT], bias: (f64, f64)) -> Self {
        let topics = ((0.5 - strictness) / (0.5 - TOPICS)).clamp(0.0, 1.0);
        let slide = |event: f64, topic: f64| event + topics * (topic - event);
        let line = DEFAULT_LINE + (strictness - 0.5) * TURN;
        Self {
            weights: std::array::from_fn(|at| slide(weights[at].0, weights[at].1)),
            bias: slide(bias.0, bias.1),
            line,
            merge_line: line,
        }
    }

    /// The log-odds that an entry and a story with these signals tell one event.
    pub fn log_odds(&self, signals: &Signals) -> f64 {
        signals.iter().zip(&self.weights).fold(self.bias, |sum, (value, weight)| sum + value * weight)
    }
}

/// Log-odds as a probability, 0 to 1.
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dial_moves_the_line_and_only_below_the_middle_the_weights() {
        let (loose, middle, strict) = (Dial::at(0.2), Dial::at(0.5), Dial::at(0.9));
        assert!(loose.line < middle.line && middle.line < strict.line);
        assert_eq!(middle.weights, strict.weights);
        assert_eq!(loose.weights, Dial::at(0.0).weights);
        assert_ne!(loose.weights, middle.weights);
    }

    #[test]
    fn log_odds_of_nothing_are_even() {
        assert_eq!(probability(0.0), 0.5);
        assert!(probability(40.0) <= 1.0 && probability(-800.0) >= 0.0);
    }
}
