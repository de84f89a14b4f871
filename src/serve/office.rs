//! What is asked of the rest of the house: how its parts do, and what was counted. It is handed in; the counter knows
//! neither the tasks nor the store.

use std::fmt;
use std::sync::Arc;

/// A part of riverd that does its work, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// It does.
    pub ready: bool,
    /// How it is, in a word or a sentence.
    pub word: String,
}

/// Tells how the parts are. Waits for nobody.
pub type Parts = dyn Fn() -> Vec<Part> + Send + Sync;
/// Writes down what was counted. Blocks.
pub type Counted = dyn Fn() -> String + Send + Sync;

/// Whom to ask. Cheap to clone.
#[derive(Clone)]
pub struct Office {
    /// For `/readyz`.
    pub parts: Arc<Parts>,
    /// For `/metrics`.
    pub counted: Arc<Counted>,
    /// What that is written as.
    pub counted_type: &'static str,
}

impl fmt::Debug for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Office")
    }
}
