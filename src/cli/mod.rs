//! The command line, one file a command. Tables for people, `--json` for programs; logs go to standard error.
//! Exit codes: 0 done, 1 failed, 2 usage, 78 bad config.
//! To add a command: one file here, one variant in `args::Command`, one arm in `main::dispatch`.

pub mod args;
pub mod asking;
pub mod backup;
pub mod check;
pub mod check_store;
pub mod discovery;
pub mod eval;
pub mod explain;
pub mod export;
pub mod feeds;
pub mod finding;
pub mod inspect;
pub mod once;
pub mod out;
pub mod packing;
pub mod restory;
pub mod run;
pub mod search;
pub mod split;
pub mod stories;
pub mod subscribe;
