//! Where the current editions lie, by path; and how riverd is, for `/healthz`.
//! Promises: who hands out waits for nobody; what lies there is replaced as a whole.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::http::HeaderValue;

use crate::publish::edition::Edition;
use crate::serve::offer::Offer;

/// Shared by those who put editions there and those who hand them out. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    content: Arc<ArcSwap<Content>>,
    links: Option<Arc<Links>>,
}

/// What `Link` headers say of every feed (W3C WebSub section 4).
#[derive(Debug)]
struct Links {
    hub: String,
    public_url: String,
}

impl Links {
    fn header(&self, path: &str) -> Option<HeaderValue> {
        let Self { hub, public_url } = self;
        HeaderValue::from_str(&format!("<{hub}>; rel=\"hub\", <{public_url}{path}>; rel=\"self\"")).ok()
    }
}

#[derive(Debug, Clone, Default)]
struct Content {
    offers: HashMap<String, Arc<Offer>>,
    illness: Option<Arc<str>>,
}

impl Shelf {
    /// Names `hub` with everything that lies here; no hub where that is empty. `public_url` has no slash at its end.
    pub fn naming(hub: &str, public_url: &str) -> Self {
        let links = || Arc::new(Links { hub: hub.to_owned(), public_url: public_url.to_owned() });
        Self { content: Arc::default(), links: (!hub.is_empty()).then(links) }
    }

    /// Every path with the entity tag of what lies there: what a hub is to know.
    pub fn advertised(&self) -> Vec<(String, String)> {
        let content = self.content.load();
        let mut all: Vec<_> = content
            .offers
            .iter()
            .map(|(path, offer)| (path.clone(), offer.edition.identity.etag.clone()))
            .collect();
        all.sort();
        all
    }

    /// Puts an edition at `path`, as `/river.atom`, in the place of the one before.
    pub fn put(&self, path: &str, edition: Edition) {
        let links = self.links.as_ref().and_then(|links| links.header(path));
        let offer = Arc::new(Offer::new(edition, links.as_ref()));
        self.change(|content| drop(content.offers.insert(path.to_owned(), offer.clone())));
    }

    /// What is offered at `path`.
    pub fn offer(&self, path: &str) -> Option<Arc<Offer>> {
        self.content.load().offers.get(path).cloned()
    }

    /// All paths, in order.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<_> = self.content.load().offers.keys().cloned().collect();
        paths.sort();
        paths
    }

    /// Says what is wrong; `None`: all is well.
    pub fn set_illness(&self, illness: Option<String>) {
        let illness: Option<Arc<str>> = illness.map(Arc::from);
        if self.content.load().illness != illness {
            self.change(|content| content.illness.clone_from(&illness));
        }
    }

    /// What is wrong, if anything is.
    pub fn illness(&self) -> Option<String> {
        self.content.load().illness.as_deref().map(str::to_owned)
    }

    fn change(&self, change: impl Fn(&mut Content)) {
        self.content.rcu(|content| {
            let mut content = Content::clone(content);
            change(&mut content);
            content
        });
    }
}
