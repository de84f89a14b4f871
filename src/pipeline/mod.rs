//! THE ROAD: the one place that knows the order of the stages. It calls them and decides nothing of their matters.
//! Promises: a document is committed whole or not at all; what failed is told, set aside, and stops nothing.
//! The owner's hands are here too: `owner` takes them up, `corrections` says what they say, `restory` lives the `past` again.
//! Deliberately not here: tasks, signals, SQL and HTTP.

pub mod advice;
pub mod ahead;
pub mod batch;
pub mod corrections;
pub mod crowd;
pub mod error;
pub mod eval;
pub mod explain;
pub mod exporting;
pub mod files;
pub mod indexing;
pub mod ingest;
pub mod judged;
pub mod labelled;
pub mod labels;
pub mod memory;
pub mod mint;
mod notices;
mod noticing;
pub mod outlook;
pub mod owner;
pub mod paging;
pub mod past;
pub mod prune;
mod pushed;
pub mod reading;
mod rearming;
pub mod recognizing;
pub mod renaming;
pub mod republish;
pub mod restory;
pub mod seeking;
pub mod selecting;
pub mod subscribing;
pub mod telling;
pub mod turns;
pub mod unanswered;
pub mod unfolding;
pub mod window;
