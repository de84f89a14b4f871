//! riverd: a river-of-news daemon. Many feeds and a folder of dropped files flow in, reports of the same story fold
//! into one entry, and one merged Atom feed flows out.
//!
//! # The map, in the order of the road
//! | room | what it does | to add … |
//! |---|---|---|
//! | [`model`] | the nouns; pure, imports nothing of ours | a field: with a serde default |
//! | [`config`] | the owner's choices: options, checks, faults | an option: one line in `config/options/*.rs` |
//! | [`source`] | follows feeds and the folder, hands on documents | a source kind: one file that sends `Delivery`s |
//! | [`parse`] | document → feed and entries; pure and total | a file kind: one arm in `sniff` and `road` |
//! | [`story`] | news, or told before? pure | a signal: a variant and its line in `story/signal/list.rs`, its place in `likeness`, a run of the tuner |
//! | [`store`] | SQLite: one writer, many readers | a migration: one SQL file, one line in `migrate` |
//! | [`publish`] | stories → edition → bytes; pure | a format: one file with `render(&River, …)`, one line in `formats`; a page made when it is asked for: one arm in `pipeline/paging` |
//! | [`serve`] | HTTP for readers; read-only | what is made for each request: one line in `router` |
//! | [`pipeline`] | the road: the one place that knows the order of the stages | a hand of the owner's: one `Request`, one arm in `owner` |
//! | [`daemon`] | starts, connects and stops the tasks | |
//! | [`cli`] | one file per command | a command: one file, one variant, one arm in `main` |
//!
//! # Invariants
//! 1. Nothing is lost: entries, their story and the document's validators commit in one transaction, validators last.
//! 2. An id is for life: minted once, stored, never random per poll, never made from the listen address.
//! 3. A false merge is worse than a missed one; every verdict is stored with its evidence, and the owner's word beats it.
//! 4. HTTP is read-only.
//! 5. Everything is bounded, and every bound is an option in `config/riverd.toml`.
//! 6. A poison document never stops the daemon: it is set aside with its reason.
//! 7. A feed's `updated` is never now; the same store renders the same bytes.
//! 8. The folder mirrors the owner's will; riverd writes there only for `riverd subscribe` and `unsubscribe`.
//!
//! No line is `unsafe`.
//! Who may import whom is held by `tests/it/tidy.rs`.

#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod daemon;
pub mod model;
pub mod parse;
pub mod pipeline;
pub mod publish;
pub mod serve;
pub mod source;
pub mod store;
pub mod story;
