//! What was wrong with a document that could be read all the same.

use serde::Serialize;

/// One thing a parser had to mend, guess or leave out. Shown in `riverd inspect` and `riverd feeds`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Complaint {
    /// What kind of fault, as a short stable word: `encoding`, `xml`, `date`, `limit`, `format`, …
    pub kind: &'static str,
    /// One sentence for a person: what was found and what was done about it. Lower case, no full stop.
    pub text: String,
}

impl Complaint {
    /// A complaint of `kind` that says `text`.
    pub fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}
