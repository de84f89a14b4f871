//! STAGE SQLite: everything riverd knows, on disk.
//! Promises: one writer (a thread of its own), readers that never wait for it; what belongs together is committed
//! together, validators last; after `kill -9` the store is as after its last commit. `synchronous = FULL`: what was
//! acknowledged survives a power loss too.
//! Deliberately not here: deciding. The store is told what is new and where it belongs.
//!
//! To add a migration: `migrations/NNNN_name.sql` and one line in `migrate::MIGRATIONS`.

pub mod audit;
pub mod backup;
pub mod basis;
pub(crate) mod carrier;
pub mod change;
pub mod commit;
pub mod corrections;
pub mod endurance;
pub mod entries;
pub mod error;
pub mod feeds;
pub mod files;
pub mod listing;
pub mod lock;
pub mod migrate;
pub mod notices;
pub mod open;
pub mod reader;
pub mod regroup;
pub mod replay;
pub mod requests;
pub mod retention;
pub mod river;
pub mod rows;
pub mod search;
pub mod selection;
pub mod space;
pub mod stray;
pub mod subscriptions;
pub mod survey;
pub mod told;
pub mod websub;
pub mod window;
pub mod writer;
