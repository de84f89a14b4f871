//! An entry: one item as its publisher told it, normalized but not interpreted.

use serde::{Deserialize, Serialize};

use crate::model::feed::Person;
use crate::model::time::Timestamp;

/// A file that belongs to an entry (`rel=enclosure`, Media RSS, attachments).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Absolute URL.
    pub href: String,
    /// Media type, if given.
    pub media_type: Option<String>,
    /// Length in bytes, if given and plausible.
    pub length: Option<u64>,
}

/// Where a republished entry came from first (`atom:source`, RSS `source`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRef {
    /// Title of the origin feed.
    pub title: Option<String>,
    /// Its page or feed, absolute.
    pub link: Option<String>,
    /// Its `atom:id`.
    pub id: Option<String>,
}

/// One item, normalized. Absent means that the publisher did not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// What the publisher knows it by: `atom:id`, `guid`, JSON `id`; where missing, minted from link,
    /// or title and text, always the same for the same item. Never empty, never random.
    pub id: String,
    /// Plain text, white space folded. Empty if the item has none.
    pub title: String,
    /// The item's page, absolute, as published.
    pub link: Option<String>,
    /// [`Entry::link`] in canonical form (tracking parameters off, host lower-case): equal for equal pages.
    pub canonical_link: Option<String>,
    /// Sanitized HTML fragment; a short form of the content.
    pub summary: Option<String>,
    /// Sanitized HTML fragment.
    pub content: Option<String>,
    /// The publisher's date of first publication, never invented.
    pub published: Option<Timestamp>,
    /// The publisher's date of last change, never invented.
    pub updated: Option<Timestamp>,
    /// In the publisher's order.
    pub authors: Vec<Person>,
    /// Category terms, plain text, in the publisher's order, each once.
    pub categories: Vec<String>,
    /// In the publisher's order, each `href` once.
    pub enclosures: Vec<Enclosure>,
    /// BCP 47 tag: declared, else detected from the text; `None` where neither succeeds.
    pub language: Option<String>,
    /// Where the publisher had it from, if it says so.
    pub source: Option<SourceRef>,
    /// Copyright line.
    pub rights: Option<String>,
}
