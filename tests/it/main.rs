//! The integration tests: one binary, one module a subject. Real sockets, real files, the real program.

mod articles;
mod commands;
mod corrections;
mod daemon;
mod durability;
mod fetching;
mod hostile;
mod limits;
mod lists;
mod measuring;
mod misbehaving;
mod politeness;
mod rivers;
mod rules;
mod safety;
mod serving;
mod stories;
mod support;
mod tidy;
mod websub;
mod week;
