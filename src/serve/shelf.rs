//! Where the current editions lie, by path; and how riverd is, for `/healthz`.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::publish::edition::Edition;

/// Shared by those who put editions there and those who hand them out. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<RwLock<Content>>);

#[derive(Debug, Default)]
struct Content {
    editions: BTreeMap<String, Arc<Edition>>,
    illness: Option<String>,
}

impl Shelf {
    /// Puts these editions, each with its path, as `/river.atom`, in the place of all that lay there: at once, so that no
    /// reader sees one river before a change and another after it. What has no edition any more is gone.
    pub fn put(&self, editions: Vec<(String, Edition)>) {
        let editions = editions.into_iter().map(|(path, edition)| (path, Arc::new(edition))).collect();
        let before =
            std::mem::replace(&mut self.0.write().unwrap_or_else(PoisonError::into_inner).editions, editions);
        drop(before);
    }

    /// The edition at `path`.
    pub fn edition(&self, path: &str) -> Option<Arc<Edition>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).editions.get(path).cloned()
    }

    /// All paths, in order.
    pub fn paths(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).editions.keys().cloned().collect()
    }

    /// Says what is wrong; `None`: all is well.
    pub fn set_illness(&self, illness: Option<String>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).illness = illness;
    }

    /// What is wrong, if anything is.
    pub fn illness(&self) -> Option<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).illness.clone()
    }
}
