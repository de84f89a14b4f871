//! The signals: what can be observed about two tellings, one file for each subject.
pub mod address;
pub mod list;
pub mod numbers;
pub mod text;
pub mod title;
