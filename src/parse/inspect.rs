//! What a document becomes, as the JSON of `riverd inspect` (a contract: design section 8).

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use crate::model::entry::Entry;
use crate::model::feed::Person;
use crate::model::time::Timestamp;
use crate::parse::parsed::Parsed;

/// One object; dates are RFC 3339 UTC, a missing value is null.
pub fn inspect_json(parsed: &Parsed) -> Value {
    let feed = &parsed.feed;
    json!({
        "title": feed.title,
        "link": feed.link,
        "id": feed.id,
        "subtitle": feed.subtitle,
        "language": feed.language,
        "updated": feed.updated.and_then(date),
        "author": feed.authors.first().map(person),
        "tags": feed.categories,
        "shape": parsed.shape,
        "complaints": parsed.complaints,
        "entries": parsed.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn entry(entry: &Entry) -> Value {
    let enclosures = entry.enclosures.iter().map(|enclosure| {
        json!({ "href": enclosure.href, "type": enclosure.media_type, "length": enclosure.length })
    });
    json!({
        "title": entry.title,
        "link": entry.link,
        "id": entry.id,
        "summary": entry.summary,
        "content": entry.content,
        "updated": entry.updated.and_then(date),
        "published": entry.published.and_then(date),
        "author": entry.authors.first().map(person),
        "language": entry.language,
        "enclosures": enclosures.collect::<Vec<_>>(),
        "tags": entry.categories,
        "source": entry.source,
    })
}

fn person(person: &Person) -> Value {
    json!({ "name": person.name, "email": person.email, "uri": person.uri })
}

/// RFC 3339, UTC; `None` beyond the years that it can write.
pub fn date(at: Timestamp) -> Option<String> {
    let date = DateTime::from_timestamp_millis(at.0)?;
    let four_digits = (0..=9999).contains(&chrono::Datelike::year(&date));
    four_digits.then(|| date.to_rfc3339_opts(SecondsFormat::Secs, true))
}
