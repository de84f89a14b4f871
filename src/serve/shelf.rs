//! Where the current editions lie, by path; and how riverd is, for `/healthz`.

use std::collections::{BTreeMap, BTreeSet};
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
    /// Puts an edition at `path`, as `/river.atom`, in the place of the one before.
    pub fn put(&self, path: &str, edition: Edition) {
        let mut content = self.0.write().unwrap_or_else(PoisonError::into_inner);
        content.editions.insert(path.to_owned(), Arc::new(edition));
    }

    /// Takes away what lies at other paths than these: rivers of labels that are no more.
    pub fn keep(&self, paths: &BTreeSet<&str>) {
        let mut content = self.0.write().unwrap_or_else(PoisonError::into_inner);
        content.editions.retain(|path, _| paths.contains(path.as_str()));
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
