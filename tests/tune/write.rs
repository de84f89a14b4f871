//! Writes what was learned as source.

use std::fmt::Write as _;

use riverd::story::signal::list::LIST;

use crate::fit::Fitted;

/// Writes `src/story/weights.rs`.
pub fn weights(events: &Fitted, topics: &Fitted) -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/story/weights.rs");
    std::fs::write(path, text(events, topics))
}

fn text(events: &Fitted, topics: &Fitted) -> String {
    let mut text = String::from(
        "//! What the signals weigh, in log-odds per unit of each. Written by `cargo bench --bench tune`; do not edit by hand.
//! Learned from the development files that `tests/tune/main.rs` names.

use crate::story::signal::list::{COUNT, Signals};

",
    );
    let mut add = |line: String| writeln!(text, "{line}").expect("a string takes every line");
    add(format!(
        "/// The log-odds before any signal, for events.\npub const BIAS: f64 = {:.4};",
        events.bias
    ));
    add(format!("/// The same for topics.\npub const TOPIC_BIAS: f64 = {:.4};\n", topics.bias));
    add("/// For each signal of `signal/list.rs`: its weight for events and for topics.".to_owned());
    add("#[rustfmt::skip]\npub const WEIGHTS: [(f64, f64); COUNT] = [".to_owned());
    for ((event, topic), (name, _)) in events.weights.iter().zip(topics.weights).zip(LIST) {
        add(format!("    ({event:.4}, {topic:.4}), // {name}"));
    }
    add("];\n".to_owned());
    add("/// What each signal is on average, over the stories that came into question.".to_owned());
    add("#[rustfmt::skip]\npub const TYPICAL: Signals = [".to_owned());
    for (typical, (name, _)) in events.typical.iter().zip(LIST) {
        add(format!("    {typical:.4}, // {name}"));
    }
    add("];".to_owned());
    text
}
