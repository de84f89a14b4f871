//! STAGE stories → edition → bytes.
//! Promises: pure, but for `write`. The same river gives the same bytes, on every machine and day; `updated` is never now.
//! Deliberately not here: which stories a river shows (`pipeline` reads them), and HTTP.
//!
//! To add an output format: one file with a `render(&River, max_bytes) -> Vec<u8>`, and one line in `formats::FORMATS`.

pub mod atom;
pub mod date;
pub mod edition;
pub mod feeds_page;
pub mod formats;
pub mod html;
pub mod iri;
pub mod json_feed;
pub mod landing;
pub mod opml;
pub mod river_page;
pub mod rss;
pub mod search_page;
pub mod story_page;
pub mod telling;
pub mod write;
pub mod xml;
