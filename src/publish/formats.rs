//! The formats of a river. To add one: a file with a `render`, and a line in [`FORMATS`].

use crate::model::river::River;
use crate::publish::{atom, json_feed, rss};

/// A format in which rivers are published.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// What the path of a river ends in, without the dot.
    pub ending: &'static str,
    /// As in the `Content-Type` header.
    pub media_type: &'static str,
    /// Pure. Beyond so many bytes the oldest stories are left out, but never the newest.
    pub render: fn(&River, usize) -> Vec<u8>,
}

/// All of them.
pub const FORMATS: [Format; 3] = [
    Format { ending: atom::ENDING, media_type: atom::MEDIA_TYPE, render: atom::render },
    Format { ending: json_feed::ENDING, media_type: json_feed::MEDIA_TYPE, render: json_feed::render },
    Format { ending: rss::ENDING, media_type: rss::MEDIA_TYPE, render: rss::render },
];

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
