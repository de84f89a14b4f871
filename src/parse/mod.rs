//! STAGE document → feed and entries.
//! Promises: pure and total. Whatever the bytes, it returns what they hold plus complaints; only bytes that are
//! no feed and no article are an error. Nothing is random: the same bytes give the same ids.
//! The road: `decode` → `repair` (with the depth guard) → `adapt` (feed-rs inside `catch_unwind`) → `sanitize`, once.
//! Deliberately not here: files, the network, the clock; and whether a story was told before.
//!
//! To add a kind of file: one arm in `sniff::kind_of_path`, one in `road::parse`, one file here.

pub mod adapt;
pub mod article;
pub mod attributes;
pub mod balance;
pub mod binary;
pub mod blocks;
pub mod byline;
pub mod date;
pub mod dateline;
pub mod decode;
pub mod discover;
pub mod embeds;
pub mod front_matter;
pub mod html_article;
pub mod hyperlink;
pub mod identity;
pub mod inspect;
pub mod json_ld;
pub mod language;
pub mod link;
pub mod mac_roman;
pub mod markdown;
pub mod media;
pub mod nesting;
pub mod opml;
pub mod opml_edit;
pub mod page_head;
pub mod parsed;
pub mod pixels;
pub mod policy;
pub mod repair;
pub mod road;
pub mod sanitize;
pub mod sniff;
pub mod soup;
pub mod text;
pub mod text_article;
pub mod whole;
