//! How an entry is put to the story engine: its texts as plain words.
//! Promises: one way for entries that come, entries made anew from the store, and entries that are explained.

use crate::model::entry::Entry;
use crate::model::ids::EntryId;
use crate::model::story::Telling;
use crate::model::time::Timestamp;
use crate::parse::text::plain;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::story::engine::Engine;
use crate::story::fingerprint::Fingerprint;

/// An entry's HTML as a person would read it.
#[derive(Debug)]
pub struct Plain {
    /// Its summary; empty: it has none.
    pub summary: String,
    /// Its content; empty: it has none.
    pub content: String,
}

impl Plain {
    /// Of this entry.
    pub fn of(entry: &Entry) -> Self {
        let read = |html: &Option<String>| html.as_deref().map(plain).unwrap_or_default();
        Self { summary: read(&entry.summary), content: read(&entry.content) }
    }
}

/// Has `ask` see the entry as the engine is told it. `source`: the key of its feed; `at`: its date.
pub fn told<T>(source: &str, entry: &Entry, at: Timestamp, ask: impl FnOnce(&Telling<'_>) -> T) -> T {
    tell(source, entry, &Plain::of(entry), at, ask)
}

/// The same of an entry that was read as plain text already.
pub fn tell<T>(
    source: &str,
    entry: &Entry,
    plain: &Plain,
    at: Timestamp,
    ask: impl FnOnce(&Telling<'_>) -> T,
) -> T {
    ask(&Telling {
        title: &entry.title,
        body: if entry.content.is_some() { &plain.content } else { &plain.summary },
        summary: &plain.summary,
        link: entry.canonical_link.as_deref(),
        language: entry.language.as_deref(),
        source,
        at,
    })
}

/// The entry's fingerprint.
pub fn fingerprint(engine: &Engine, source: &str, entry: &Entry, at: Timestamp) -> Fingerprint {
    told(source, entry, at, |telling| engine.fingerprint(telling))
}

/// A stored fingerprint; one of another version is made anew from the stored text.
#[derive(Debug)]
pub enum Print {
    /// As it was stored.
    Stored(Fingerprint),
    /// Made anew.
    Anew(Fingerprint),
}

/// The fingerprint out of its stored form; `None` if there is no such entry. Blocks.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn print(
    reader: &Reader,
    engine: &Engine,
    entry: EntryId,
    stored: &[u8],
) -> Result<Option<Print>, StoreError> {
    if let Some(print) = Fingerprint::from_bytes(stored) {
        return Ok(Some(Print::Stored(print)));
    }
    let text = reader.text(entry)?;
    Ok(text.map(|text| Print::Anew(fingerprint(engine, &text.feed_key, &text.entry, text.published))))
}

/// Whether entries of this language are folded: those of every language where the owner names none.
pub fn is_folded(languages: &[String], tag: Option<&str>) -> bool {
    let primary = tag.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default();
    languages.is_empty() || languages.iter().any(|known| known.eq_ignore_ascii_case(primary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_by_their_primary_tag() {
        let german = ["de".to_owned()];
        for (languages, tag, folded) in [
            (&german[..], Some("de"), true),
            (&german[..], Some("DE-ch"), true),
            (&german[..], Some("en"), false),
            (&german[..], None, false),
            (&[], Some("en"), true),
            (&[], None, true),
        ] {
            assert_eq!(is_folded(languages, tag), folded, "{tag:?}");
        }
    }
}
