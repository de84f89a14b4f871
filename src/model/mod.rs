//! The nouns. Plain data that every stage may name; each file holds one noun and its small parts.
//! Promises: no clock, disk, net, runtime or database, and no import of any other module of ours.
//! Deliberately not here: behaviour that decides anything. Deciding is a stage's affair.

pub mod complaint;
pub mod correction;
pub mod document;
pub mod entry;
pub mod feed;
pub mod folding;
pub mod ids;
pub mod notice;
pub mod poll;
pub mod query;
pub mod river;
pub mod story;
pub mod subscription;
pub mod time;
pub mod websub;
