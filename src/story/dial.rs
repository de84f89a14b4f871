//! The owner's one knob, `story.strictness`, as what it means to the engine: where the line is drawn, and what the
//! signals weigh there.
//! At 0.5 and above reports of one event are folded and only the line moves. Below, the weights slide from those for
//! events to those for topics, which forgive time and reward a story's own key words; at 0.25 they are there.
//! Deliberately not here: the weights themselves (`weights.rs`).

use crate::story::signal::list::{Signal, Signals};
use crate::story::weights::{BIAS, WEIGHTS, Weight};

/// Where 0.5 draws the line, in log-odds. Chosen on the German development days: see `story/mod.rs`.
pub const DEFAULT_LINE: f64 = 1.2;
/// How far a whole turn moves the line, in log-odds.
const TURN: f64 = 8.0;
/// Long texts and texts in two languages were learned from pairs of which every third is one story. Of the stories that
/// come into question in a stream one in thirty is: so much less likely is each, in log-odds.
const PICKED: f64 = 3.0;
/// From here down the weights are those for topics.
const TOPICS: f64 = 0.25;

/// A topic joins another one only with so much more than one entry joins it, in log-odds: a false join costs one entry,
/// a false merge hundreds. Chosen with the tuner's `--check` on the English headlines, by topics it had not learned from.
const MERGED_TOPICS: f64 = 1.0;

/// What the engine is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Which of the stories of a stream, if any.
    Stream,
    /// Whether these two, picked because they may be one, are.
    Pair,
}

/// Log-odds that are a weighted sum of signals.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What each signal adds per unit of its own.
    pub weights: Signals,
    /// The log-odds before any signal.
    pub bias: f64,
}

/// What a position of the dial means.
#[derive(Debug, Clone, PartialEq)]
pub struct Dial {
    /// Titles and teasers in one language.
    pub brief: Model,
    /// Two long texts in one language.
    pub long: Model,
    /// Two languages.
    pub across: Model,
    /// An entry whose log-odds are above joins.
    pub line: f64,
    /// Two stories whose reports would join each other with log-odds above prove to be one: the same line, for topics a higher one.
    pub merge_line: f64,
}

impl Dial {
    /// `strictness`: 0 to 1, higher folds less.
    pub fn at(strictness: f64, setting: Setting) -> Self {
        let learned =
            |which: fn(&Weight) -> f64, bias: f64| Model { weights: WEIGHTS.each_ref().map(which), bias };
        let event = learned(|weight| weight.0, BIAS.0);
        let topic = learned(|weight| weight.1, BIAS.1);
        let long = learned(|weight| weight.2, BIAS.2);
        let across = learned(|weight| weight.3, BIAS.3);
        Self::of(strictness, setting, [&event, &topic, &long, &across])
    }

    /// The same with other weights, for events, topics, long texts and two languages: for the program that learns them.
    pub fn of(strictness: f64, setting: Setting, [event, topic, long, across]: [&Model; 4]) -> Self {
        let topics = ((0.5 - strictness) / (0.5 - TOPICS)).clamp(0.0, 1.0);
        let brief = event.towards(topic, topics);
        let line = DEFAULT_LINE + (strictness - 0.5) * TURN;
        let (long, across) = match setting {
            Setting::Pair => (long.clone(), across.clone()),
            Setting::Stream => (brief.towards(&long.shifted(-PICKED), 0.5), across.shifted(-PICKED)),
        };
        Self { brief, long, across, line, merge_line: line + topics * MERGED_TOPICS }
    }

    /// The log-odds that an entry and a story with these signals tell one event.
    pub fn log_odds(&self, signals: &Signals) -> f64 {
        let model = self.model(signals);
        signals.iter().zip(&model.weights).fold(model.bias, |sum, (value, weight)| sum + value * weight)
    }

    /// What the signals are weighed by.
    pub fn model(&self, signals: &Signals) -> &Model {
        if signals[Signal::OtherLanguage as usize] == 1.0 {
            &self.across
        } else if signals[Signal::BothLong as usize] == 1.0 {
            &self.long
        } else {
            &self.brief
        }
    }
}

impl Model {
    /// On the way to another one, by a share of 0 to 1.
    fn towards(&self, other: &Self, share: f64) -> Self {
        let between = |from: f64, to: f64| from + share * (to - from);
        let weights = std::array::from_fn(|at| between(self.weights[at], other.weights[at]));
        Self { weights, bias: between(self.bias, other.bias) }
    }

    fn shifted(&self, by: f64) -> Self {
        Self { bias: self.bias + by, ..self.clone() }
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
        let dial = |strictness| Dial::at(strictness, Setting::Stream);
        let (loose, middle, strict) = (dial(0.2), dial(0.5), dial(0.9));
        assert!(loose.line < middle.line && middle.line < strict.line);
        assert_eq!(middle.brief, strict.brief);
        assert_eq!(loose.brief, dial(0.0).brief);
        assert_ne!(loose.brief, middle.brief);
        assert!(Dial::at(0.5, Setting::Pair).across.bias > middle.across.bias);
    }

    #[test]
    fn log_odds_of_nothing_are_even() {
        assert_eq!(probability(0.0), 0.5);
        assert!(probability(40.0) <= 1.0 && probability(-800.0) >= 0.0);
    }
}
