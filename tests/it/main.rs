//! The integration tests: one binary, one module a subject. Real sockets, real files, the real program.

mod articles;
mod backups;
mod commands;
mod conditional;
mod corrections;
mod daemon;
#[cfg(target_os = "linux")]
mod disks;
mod durability;
mod fetching;
mod formats;
mod hostile;
mod keeping;
mod limits;
mod lists;
mod mangled;
mod measuring;
mod misbehaving;
mod pages;
mod parsing;
mod politeness;
mod publishing;
mod rivers;
mod rules;
mod safety;
mod sameness;
mod searching;
mod selecting;
mod serving;
mod stories;
mod support;
mod tidy;
mod websub;
mod week;
