//! The integration tests: one binary, one module a subject. Real sockets, real files, the real program.

mod commands;
mod corrections;
mod daemon;
mod durability;
mod fetching;
mod formats;
mod hostile;
mod measuring;
mod publishing;
mod rivers;
mod stories;
mod support;
mod tidy;
mod week;
