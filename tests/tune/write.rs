//! Writes what was learned as source.

use std::fmt::Write as _;

use riverd::story::signal::list::LIST;

use crate::Learned;

/// Writes `src/story/weights.rs`.
pub fn weights(learned: &Learned) -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/story/weights.rs");
    std::fs::write(path, text(learned))
}

const HEAD: &str = "//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

/// What a signal weighs for events, for topics, between long texts, and across languages.
pub type Weight = (f64, f64, f64, f64);
";

fn text(learned: &Learned) -> String {
    let four = |of: &dyn Fn(&crate::fit::Fitted) -> f64| {
        let [events, topics, long, across] = learned.all().map(of);
        format!("({events:.4}, {topics:.4}, {long:.4}, {across:.4})")
    };
    let mut text = HEAD.to_owned();
    let mut add = |line: String| writeln!(text, "{line}").expect("a string takes every line");
    let bias = four(&|fitted| fitted.bias);
    add(format!("\n/// The log-odds before any signal.\npub const BIAS: Weight = {bias};\n"));
    add("/// For each signal of `signal/list.rs`.".to_owned());
    add("#[rustfmt::skip]\npub const WEIGHTS: [Weight; COUNT] = [".to_owned());
    for (at, (name, _)) in LIST.iter().enumerate() {
        add(format!("    {}, // {name}", four(&|fitted| fitted.weights[at])));
    }
    add("];\n".to_owned());
    add("/// What each signal is on average, over the stories that came into question.".to_owned());
    add("#[rustfmt::skip]\npub const TYPICAL: Signals = [".to_owned());
    for (typical, (name, _)) in learned.events.typical.iter().zip(LIST) {
        add(format!("    {typical:.4}, // {name}"));
    }
    add("];".to_owned());
    text
}
