//! THE OWNER'S CHOICES: what can be set, what it means, and what is said when it is set wrongly.
//! Promises: every option has one definition (`options/`), from which the default file, the reading, the checks
//! and the environment overrides follow; all faults are told at once, each with its place.
//! Deliberately not here: any effect of an option. A stage is handed its own section and nothing else.
//!
//! To add an option: one line in a `section!` of `options/`, then `RIVERD_BLESS=1 cargo test --lib config` writes
//! it into `config/riverd.toml`.

pub mod document;
pub mod fault;
pub mod load;
pub mod options;
pub mod raw;
pub mod section;
pub mod value;
