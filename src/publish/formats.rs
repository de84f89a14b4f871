//! The formats of a river. To add one: a file with a `render`, and a line in [`FORMATS`].

use crate::model::river::River;
use crate::publish::{atom, html, json_feed, river_page, rss};

/// A format in which rivers are published.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// For people.
    pub name: &'static str,
    /// What the path of a river ends in, without the dot; empty: there is no dot either.
    pub ending: &'static str,
    /// As in the `Content-Type` header.
    pub media_type: &'static str,
    /// Pure. Beyond so many bytes the oldest stories are left out, but never the newest.
    pub render: fn(&River, usize) -> Vec<u8>,
}

impl Format {
    /// Where a river is found in this format.
    pub fn path(&self, river: &str) -> String {
        let dot = if self.ending.is_empty() { "" } else { "." };
        format!("/{river}{dot}{}", self.ending)
    }
}

const ATOM: Format =
    Format { name: "Atom", ending: atom::ENDING, media_type: atom::MEDIA_TYPE, render: atom::render };
const JSON: Format = Format {
    name: "JSON Feed",
    ending: json_feed::ENDING,
    media_type: json_feed::MEDIA_TYPE,
    render: json_feed::render,
};
const RSS: Format =
    Format { name: "RSS", ending: rss::ENDING, media_type: rss::MEDIA_TYPE, render: rss::render };
const PAGE: Format = Format {
    name: "page",
    ending: river_page::ENDING,
    media_type: html::MEDIA_TYPE,
    render: river_page::render,
};

/// Those for feed readers.
pub const FEEDS: [Format; 3] = [ATOM, JSON, RSS];
/// All of them.
pub const FORMATS: [Format; 4] = [ATOM, JSON, RSS, PAGE];

/// Bytes that may follow the last entry of a document in any format.
const END: usize = 24;

/// The first of these entries that have room in `max_bytes` beside the `frame` that stands around them; at least one.
pub fn within(max_bytes: usize, frame: usize, entries: impl Iterator<Item = String>) -> Vec<String> {
    let (mut size, mut fitting) = (frame.saturating_add(END), Vec::new());
    for entry in entries {
        size = size.saturating_add(entry.len());
        if size > max_bytes && !fitting.is_empty() {
            break;
        }
        fitting.push(entry);
    }
    fitting
}
