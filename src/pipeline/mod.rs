//! THE ROAD: the one place that knows the order of the stages. It calls them and decides nothing of their matters.
//! Promises: a document is committed whole or not at all; what failed is told, set aside, and stops nothing.
//! Deliberately not here: tasks, signals, SQL and HTTP.

pub mod error;
pub mod ingest;
pub mod judged;
pub mod republish;
pub mod subscribing;
