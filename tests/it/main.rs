//! The integration tests: one binary, one module a subject. Real sockets, real files, the real program.

mod commands;
mod corrections;
mod daemon;
mod durability;
mod fetching;
mod rivers;
mod support;
mod tidy;
