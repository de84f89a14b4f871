//! The integration tests: one binary, one module a subject. Real sockets, real files, the real program.

mod about;
mod articles;
mod backups;
mod clock;
mod commands;
mod conditional;
mod corrections;
mod daemon;
#[cfg(target_os = "linux")]
mod disks;
mod durability;
mod fetching;
mod folder;
#[cfg(target_os = "linux")]
mod forgetting;
mod formats;
mod fuzzed;
mod hostile;
mod keeping;
mod limits;
mod lists;
mod mangled;
mod measuring;
mod misbehaving;
mod notices;
mod pages;
mod parsing;
mod politeness;
#[path = "../fuzz/promises.rs"]
mod promises;
mod publishing;
mod reloading;
mod rivers;
mod rules;
mod safety;
mod sameness;
mod searching;
mod secrets;
mod selecting;
mod service;
mod serving;
mod shortcuts;
#[cfg(target_os = "linux")]
mod starting;
mod stories;
mod support;
mod tidy;
mod watching;
mod websub;
mod week;
mod wire;
