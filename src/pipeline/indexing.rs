//! What entries are found by, and the index of a store that has none yet, or one of another form.
//! Promises: what was indexed stays indexed when it is interrupted: it goes on from there.

use crate::model::entry::Entry;
use crate::model::folding::indexed;
use crate::parse::text::plain;
use crate::pipeline::error::{PipelineError, blocking};
use crate::store::change::Texts;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::search::Indexing;
use crate::store::writer::Writer;

/// Entries indexed in one transaction.
const PIECE: usize = 1_000;

/// What an entry is found by. `summary` and `content`: as a person would read them.
pub fn texts(title: &str, summary: &str, content: &str) -> Texts {
    // A summary that stands in the content needs no second place.
    let summary = if content.contains(summary) { "" } else { summary };
    Texts { title: indexed(title), summary: indexed(summary), content: indexed(content) }
}

fn texts_of(entry: &Entry) -> Texts {
    let read = |html: Option<&String>| html.map(|html| plain(html)).unwrap_or_default();
    texts(&entry.title, &read(entry.summary.as_ref()), &read(entry.content.as_ref()))
}

/// Indexes what was stored before there was an index. Returns how many entries were.
///
/// # Errors
/// As [`PipelineError`] lists.
pub async fn fill(reader: &Reader, writer: &Writer) -> Result<usize, PipelineError> {
    let mut filled = 0;
    loop {
        let reader = reader.clone();
        let Some(piece) = blocking(move || piece(&reader)).await? else { return Ok(filled) };
        filled += piece.texts.len();
        let last = piece.last;
        writer.index(piece).await?;
        if last && filled > 0 {
            tracing::info!(entries = filled, "what was stored before can be searched now");
        }
    }
}

fn piece(reader: &Reader) -> Result<Option<Indexing>, StoreError> {
    let Some(unindexed) = reader.unindexed(PIECE)? else { return Ok(None) };
    let (first, up_to, last) = (unindexed.first, unindexed.up_to, unindexed.entries.len() < PIECE);
    let entries = unindexed.entries.into_iter();
    let texts = entries.filter_map(|(id, feed, entry)| Some((id, feed, texts_of(&entry?)))).collect();
    Ok(Some(Indexing { first, up_to, texts, last }))
}
