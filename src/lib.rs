//! riverd
pub mod config;
pub mod daemon;
pub mod model;
pub mod parse;
pub mod pipeline;
pub mod publish;
pub mod serve;
pub mod source;
pub mod store;
pub mod story;
