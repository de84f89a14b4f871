//! One file per section of the config: every option with its meaning, unit and default.
pub mod feed;
pub mod fetch;
pub mod folder;
pub mod log;
pub mod parse;
pub mod publish;
pub mod river;
pub mod serve;
pub mod store;
pub mod story;
