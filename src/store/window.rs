//! What the story engine must remember: the fingerprints of the entries that are still in its window.

use crate::model::ids::{EntryId, StoryId};
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;

/// An entry as the engine admitted it.
#[derive(Debug)]
pub struct Remembered {
    /// The entry.
    pub entry: EntryId,
    /// Its story.
    pub story: StoryId,
    /// Serialized by the engine.
    pub fingerprint: Vec<u8>,
    /// When it was admitted.
    pub admitted: Timestamp,
    /// BCP 47 tag.
    pub language: Option<String>,
}

impl Reader {
    /// Entries admitted since `since`, not withdrawn, no backfill, and in a language that is `wanted`, in the order they were
    /// admitted; the newest `limit` of them at most.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn window(
        &self,
        since: Timestamp,
        limit: usize,
        wanted: impl Fn(Option<&str>) -> bool,
    ) -> Result<Vec<Remembered>, StoreError> {
        let sql = "SELECT id, story, fingerprint, admitted, language FROM entries
                   WHERE admitted >= ?1 AND withdrawn IS NULL AND backfill IS NULL ORDER BY admitted DESC, id DESC";
        self.view(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query([since.0])?;
            let mut remembered = Vec::new();
            while remembered.len() < limit
                && let Some(row) = rows.next()?
            {
                let language: Option<String> = row.get(4)?;
                if wanted(language.as_deref()) {
                    remembered.push(Remembered {
                        entry: EntryId(row.get(0)?),
                        story: StoryId(row.get(1)?),
                        fingerprint: row.get(2)?,
                        admitted: Timestamp(row.get(3)?),
                        language,
                    });
                }
            }
            remembered.reverse();
            Ok(remembered)
        })
    }
}
