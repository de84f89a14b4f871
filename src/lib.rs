//! riverd

pub mod model;
pub mod config;
pub mod source;
pub mod parse;
pub mod story;
pub mod store;
pub mod publish;
pub mod serve;
pub mod pipeline;
pub mod daemon;
pub mod cli;
