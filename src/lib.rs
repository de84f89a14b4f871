//! riverd
pub mod config;
pub mod model;
pub mod parse;
pub mod store;
