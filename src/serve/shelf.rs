//! Where the current editions lie, by path; and how riverd is, for `/healthz`.
//! Promises: who hands out waits for nobody; what lies there is replaced as a whole.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::publish::edition::Edition;
use crate::serve::offer::Offer;

/// Shared by those who put editions there and those who hand them out. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<ArcSwap<Content>>);

#[derive(Debug, Clone, Default)]
struct Content {
    offers: HashMap<String, Arc<Offer>>,
    illness: Option<String>,
}

impl Shelf {
    /// Puts an edition at `path`, as `/river.atom`, in the place of the one before.
    pub fn put(&self, path: &str, edition: Edition) {
        let offer = Arc::new(Offer::new(edition));
        self.change(|content| drop(content.offers.insert(path.to_owned(), offer.clone())));
    }

    /// What is offered at `path`.
    pub fn offer(&self, path: &str) -> Option<Arc<Offer>> {
        self.0.load().offers.get(path).cloned()
    }

    /// All paths, in order.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<_> = self.0.load().offers.keys().cloned().collect();
        paths.sort();
        paths
    }

    /// Says what is wrong; `None`: all is well.
    pub fn set_illness(&self, illness: Option<String>) {
        if self.0.load().illness != illness {
            self.change(|content| content.illness.clone_from(&illness));
        }
    }

    /// What is wrong, if anything is.
    pub fn illness(&self) -> Option<String> {
        self.0.load().illness.clone()
    }

    fn change(&self, change: impl Fn(&mut Content)) {
        self.0.rcu(|content| {
            let mut content = Content::clone(content);
            change(&mut content);
            content
        });
    }
}
