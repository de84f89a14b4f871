//! STAGE follow subscriptions and the folder, and hand on documents.
//! Promises: polite (conditional requests, one request per host at a time with a pause, backoff); bounded in time,
//! size and redirects; never connects to a private address that the owner did not allow; hands on settled files only.
//! Deliberately not here: what is in a document, and what is stored.
//!
//! To add a kind of source: one file here that sends `Delivery`s, and one task in `daemon`.

pub mod answer;
pub mod ask;
pub mod delivery;
pub mod fetch;
mod fetch_body;
mod fetch_client;
pub mod fetch_error;
mod fetch_headers;
mod fetch_kept;
mod fetch_post;
mod fetch_room;
pub mod folder;
pub mod folder_ground;
pub mod folder_names;
pub mod folder_recall;
pub mod folder_scan;
pub mod folder_watch;
pub mod guard;
pub mod hosts;
pub mod names;
pub mod outage;
pub mod pulse;
pub mod remote;
pub mod schedule;
pub mod standing;
mod steady;
pub mod websub;
