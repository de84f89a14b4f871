//! STAGE document → feed and entries.
//! Promises: pure and total. Whatever the bytes, it returns what they hold plus complaints; only bytes that are
//! no feed and no article are an error. Nothing is random: the same bytes give the same ids.
//! Deliberately not here: files, the network, the clock; and whether a story was told before.
//!
//! # The road of a feed
//! 1. `decode`: bytes to text. Mark, HTTP, declaration, guess; a wrong declaration is seen through.
//! 2. `sniff`: what it is, and where its root begins.
//! 3. `repair`: XML that holds together, within the guard; `json` mends JSON in the same spirit.
//! 4. `side`: the text read element by element (`tree`) by tables of names (`entry_fields`, `feed_fields`).
//! 5. `adapt`: feed-rs, inside `catch_unwind`, where the side pass has left empty what a feed and its entries have. Where
//!    both have read a thing the side pass stands, and where feed-rs fails it stands alone.
//! 6. `finish`: both as drafts to the model: HTML sanitized, once; ids minted; languages guessed.
//!
//! To add a kind of file: one arm in `sniff::kind_of_path`, one in `road::parse`, one file here.
//! To add a vocabulary: one line in `space`. An element: one line in a table of `entry_fields` or `feed_fields`.

pub mod adapt;
pub mod article;
pub mod attributes;
pub mod balance;
pub mod binary;
pub mod binary_plist;
pub mod blocks;
pub mod bounds;
pub mod byline;
pub mod date;
pub mod date_words;
pub mod dateline;
pub mod decode;
pub mod discover;
pub mod draft;
pub mod embeds;
pub mod entry_fields;
pub mod feed_fields;
pub mod fields;
pub mod finish;
pub mod front_matter;
pub mod guard;
pub mod html_article;
pub mod hyperlink;
pub mod identity;
pub mod inspect;
pub mod json;
pub mod json_ld;
pub mod json_value;
pub mod language;
pub mod lexeme;
pub mod link;
pub mod lists;
pub mod mac_roman;
pub mod mail;
pub mod markdown;
pub mod markup;
pub mod media;
pub mod nesting;
pub mod opml;
pub mod opml_edit;
pub mod page_head;
pub mod parsed;
pub mod person;
pub mod pixels;
pub mod policy;
pub mod repair;
pub mod road;
pub mod sanitize;
pub mod settled;
pub mod shortcut;
pub mod side;
pub mod sniff;
pub mod soup;
pub mod space;
pub mod text;
pub mod text_article;
pub mod tree;
pub mod whole;
