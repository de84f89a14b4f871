//! What a document becomes, as the JSON of `riverd inspect` (a contract: design section 8).
//! Promises: written straight from the document, without a copy of it.

use chrono::{DateTime, SecondsFormat};
use serde::{Serialize, Serializer};

use crate::model::complaint::Complaint;
use crate::model::entry::{Entry, SourceRef};
use crate::model::feed::Person;
use crate::model::time::Timestamp;
use crate::parse::parsed::Parsed;

/// One object; dates are RFC 3339 UTC, a missing value is null.
#[derive(Debug, Serialize)]
pub struct Inspected<'a> {
    title: &'a str,
    link: Option<&'a str>,
    id: Option<&'a str>,
    subtitle: Option<&'a str>,
    language: Option<&'a str>,
    updated: Option<String>,
    author: Option<PersonView<'a>>,
    tags: &'a [String],
    shape: &'a str,
    complaints: &'a [Complaint],
    #[serde(serialize_with = "entries")]
    entries: &'a [Entry],
}

#[derive(Debug, Serialize)]
struct EntryView<'a> {
    title: &'a str,
    link: Option<&'a str>,
    id: &'a str,
    summary: Option<&'a str>,
    content: Option<&'a str>,
    updated: Option<String>,
    published: Option<String>,
    author: Option<PersonView<'a>>,
    language: Option<&'a str>,
    enclosures: Vec<EnclosureView<'a>>,
    tags: &'a [String],
    source: Option<&'a SourceRef>,
}

#[derive(Debug, Serialize)]
struct PersonView<'a> {
    name: &'a str,
    email: Option<&'a str>,
    uri: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct EnclosureView<'a> {
    href: &'a str,
    #[serde(rename = "type")]
    media_type: Option<&'a str>,
    length: Option<u64>,
}

impl<'a> Inspected<'a> {
    /// The view of what was parsed.
    pub fn of(parsed: &'a Parsed) -> Self {
        let feed = &parsed.feed;
        Self {
            title: &feed.title,
            link: feed.link.as_deref(),
            id: feed.id.as_deref(),
            subtitle: feed.subtitle.as_deref(),
            language: feed.language.as_deref(),
            updated: feed.updated.and_then(date),
            author: feed.authors.first().map(person),
            tags: &feed.categories,
            shape: parsed.shape,
            complaints: &parsed.complaints,
            entries: &parsed.entries,
        }
    }
}

/// The same as a value, for whoever wants to look into it.
///
/// # Errors
/// None that is known: everything in it is plain data.
pub fn inspect_json(parsed: &Parsed) -> serde_json::Result<serde_json::Value> {
    serde_json::to_value(Inspected::of(parsed))
}

fn entries<S: Serializer>(entries: &[Entry], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(entries.iter().map(entry))
}

fn entry(entry: &Entry) -> EntryView<'_> {
    let enclosures = entry.enclosures.iter().map(|enclosure| EnclosureView {
        href: &enclosure.href,
        media_type: enclosure.media_type.as_deref(),
        length: enclosure.length,
    });
    EntryView {
        title: &entry.title,
        link: entry.link.as_deref(),
        id: &entry.id,
        summary: entry.summary.as_deref(),
        content: entry.content.as_deref(),
        updated: entry.updated.and_then(date),
        published: entry.published.and_then(date),
        author: entry.authors.first().map(person),
        language: entry.language.as_deref(),
        enclosures: enclosures.collect(),
        tags: &entry.categories,
        source: entry.source.as_ref(),
    }
}

fn person(person: &Person) -> PersonView<'_> {
    PersonView { name: &person.name, email: person.email.as_deref(), uri: person.uri.as_deref() }
}

/// RFC 3339, UTC; `None` beyond the years that it can write.
pub fn date(at: Timestamp) -> Option<String> {
    let date = DateTime::from_timestamp_millis(at.0)?;
    let four_digits = (0..=9999).contains(&chrono::Datelike::year(&date));
    four_digits.then(|| date.to_rfc3339_opts(SecondsFormat::Secs, true))
}
