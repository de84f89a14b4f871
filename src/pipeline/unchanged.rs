//! Keeps the edition of each river that selects, for as long as nothing that it shows may have changed: a change costs
//! the rivers that it is in, however many there are.
//! Promises: what is kept is what would be made anew.
//! Deliberately not here: what may change a river (`store::selection`).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use crate::pipeline::selecting::Choice;
use crate::publish::edition::Edition;
use crate::store::error::StoreError;
use crate::store::reader::Reader;

/// The editions made last, by the river's name. Cheap to clone: the clones keep together.
#[derive(Debug, Clone, Default)]
pub struct Unchanged(Arc<Mutex<HashMap<String, (u64, Edition)>>>);

impl Unchanged {
    /// The river's edition: the one made last, or what `make` makes. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn or_made(
        &self,
        reader: &Reader,
        choice: &Choice,
        make: impl FnOnce() -> Result<Edition, StoreError>,
    ) -> Result<Edition, StoreError> {
        if choice.wanted.is_everything() {
            return make();
        }
        let name = &choice.options.name;
        // Taken before the stories are read: what comes in between is found changed the next time.
        let stamp = stamp(reader, choice)?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some((_, edition)) = known.filter(|(known, _)| *known == stamp) {
            return Ok(edition);
        }
        let edition = make()?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), (stamp, edition.clone()));
        Ok(edition)
    }
}

/// Two labels may have one name after the other: they differ in title.
fn stamp(reader: &Reader, choice: &Choice) -> Result<u64, StoreError> {
    let mut hasher = DefaultHasher::new();
    (reader.stamp(&choice.wanted)?, &choice.options.title).hash(&mut hasher);
    Ok(hasher.finish())
}
