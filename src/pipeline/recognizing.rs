//! Which entries of a document are known already.

use std::collections::HashMap;

use crate::model::entry::Entry;
use crate::model::ids::EntryId;
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::ingest::Ingest;
use crate::pipeline::renaming::renamed;
use crate::store::change::{KnownEntry, KnownFeed};

/// A document whose ids are all new is compared with what the feed's last one held, and with so many of its newest entries
/// and two for each of its own: a site that moved may show twice as much as before. Were it compared with all that ever
/// came, a feed that makes its ids up at each poll would cost more with each.
const NEWEST: usize = 200;

impl Ingest {
    /// What is known of the document's entries by their ids; and, where the publisher has changed all ids at once, which
    /// entries have which id now.
    pub(crate) async fn known_entries(
        &self,
        feed: Option<&KnownFeed>,
        entries: &[Entry],
    ) -> Result<(HashMap<String, KnownEntry>, Vec<(EntryId, String)>), PipelineError> {
        let Some(feed) = feed.filter(|feed| feed.shape.is_some()) else { return Ok(Default::default()) };
        let (id, reader) = (feed.id, self.reader.clone());
        let keys: Vec<String> = entries.iter().map(|entry| entry.id.clone()).collect();
        let known = blocking(move || reader.entries_of(id, &keys)).await?;
        if !known.is_empty() {
            return Ok((known, Vec::new()));
        }
        let (reader, newest) = (self.reader.clone(), NEWEST.saturating_add(entries.len().saturating_mul(2)));
        let texts = blocking(move || reader.texts_of(id, newest)).await?;
        let renamed: Vec<(String, String)> = renamed(entries, &texts).into_iter().collect();
        let (reader, old) =
            (self.reader.clone(), renamed.iter().map(|(old, _)| old.clone()).collect::<Vec<_>>());
        let mut by_old = blocking(move || reader.entries_of(id, &old)).await?;
        let (mut known, mut renames) = (known, Vec::new());
        for (old, new) in renamed {
            if let Some(entry) = by_old.remove(&old) {
                renames.push((entry.id, new.clone()));
                known.insert(new, entry);
            }
        }
        Ok((known, renames))
    }
}
