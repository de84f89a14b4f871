//! What the story engine must remember: the fingerprints of the entries that are still in its window.

use crate::model::ids::{EntryId, StoryId};
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::all;

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
    /// Entries admitted since `since` and not withdrawn, in the order they were admitted, the newest `limit` at most.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn window(&self, since: Timestamp, limit: usize) -> Result<Vec<Remembered>, StoreError> {
        let sql = "SELECT id, story, fingerprint, admitted, language FROM entries
                   WHERE admitted >= ?1 AND withdrawn IS NULL ORDER BY admitted DESC, id DESC LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut remembered = self.view(|db| {
            all(db, sql, [since.0, limit], |row| {
                Ok(Remembered {
                    entry: EntryId(row.get(0)?),
                    story: StoryId(row.get(1)?),
                    fingerprint: row.get(2)?,
                    admitted: Timestamp(row.get(3)?),
                    language: row.get(4)?,
                })
            })
        })?;
        remembered.reverse();
        Ok(remembered)
    }
}
