//! Where the current editions lie, by path; the back room, from which the pages of archives are fetched when they are
//! asked for; and how riverd is, for `/healthz`.
//! Promises: who hands out what lies here waits for nobody; what lies here is replaced as a whole.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::http::HeaderValue;
use tokio::sync::Mutex;

use crate::publish::edition::{Edition, Encoding};
use crate::serve::lock::Locks;
use crate::serve::offer::Offer;

/// Makes the edition at a path; `None` if there is none. Blocks.
pub type Fetch = dyn Fn(&str) -> Option<Edition> + Send + Sync;

/// Memory for pages of archives that were fetched lately.
const FETCHED_BYTES: usize = 16 * 1024 * 1024;
/// What the paths begin with that only the back room has.
const BACK_ROOM: [&str; 2] = ["/archive/", "/story/"];

/// Shared by those who put editions there and those who hand them out. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<Room>);

#[derive(Debug, Default)]
struct Room {
    content: ArcSwap<Content>,
    /// Locked while a page is fetched: one at a time, so that a reader of the whole archive slows only others of its kind.
    fetched: Mutex<Fetched>,
    /// `None`: no hub is named.
    links: Option<Links>,
}

/// What `Link` headers say of every feed that lies here (W3C WebSub section 4).
#[derive(Debug)]
pub struct Links {
    /// The hub.
    pub hub: String,
    /// Where readers reach riverd, without a slash at the end.
    pub public_url: String,
    /// What is behind them, no hub hears of.
    pub locks: Arc<Locks>,
}

impl Links {
    fn header(&self, path: &str) -> Option<HeaderValue> {
        let Self { hub, public_url, locks } = self;
        let text = || format!("<{hub}>; rel=\"hub\", <{public_url}{path}>; rel=\"self\"");
        HeaderValue::from_str(&text()).ok().filter(|_| !locks.is_private(path))
    }
}

#[derive(Clone, Default)]
struct Content {
    offers: Arc<HashMap<String, Arc<Offer>>>,
    /// Counts how often the editions were replaced.
    replaced: u64,
    fetch: Option<Arc<Fetch>>,
    illness: Option<String>,
}

/// Pages by path, those fetched last at the end.
#[derive(Debug, Default)]
struct Fetched {
    pages: VecDeque<(String, Arc<Offer>)>,
    /// [`Content::replaced`] when these were fetched: what changed since may have changed them.
    replaced: u64,
    size_bytes: usize,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").field("offers", &self.offers.keys()).finish_non_exhaustive()
    }
}

impl Shelf {
    /// Names a hub with all that is public here, pages of archives aside: they never change.
    pub fn naming(links: Option<Links>) -> Self {
        Self(Arc::new(Room { links, ..Room::default() }))
    }

    /// Every path of which a hub hears, with the entity tag of what lies there; in order.
    pub fn advertised(&self) -> Vec<(String, String)> {
        let Some(links) = &self.0.links else { return Vec::new() };
        let content = self.0.content.load();
        let public = content.offers.iter().filter(|(path, _)| !links.locks.is_private(path));
        let mut all: Vec<_> = public
            .map(|(path, offer)| (path.clone(), offer.edition.body(Encoding::Identity).etag.clone()))
            .collect();
        all.sort();
        all
    }

    /// Puts these editions, by path as `/river.atom`, in the place of all that lay here: all at once.
    pub fn replace(&self, editions: BTreeMap<String, Arc<Edition>>) {
        let offers = editions.into_iter().map(|(path, edition)| {
            let links = self.0.links.as_ref().and_then(|links| links.header(&path));
            (path, Arc::new(Offer::new(edition, links.as_ref())))
        });
        let offers: Arc<HashMap<_, _>> = Arc::new(offers.collect());
        self.change(|content| {
            content.offers = offers.clone();
            content.replaced += 1;
        });
    }

    /// Says where the pages of archives come from.
    pub fn open_back_room(&self, fetch: Arc<Fetch>) {
        self.change(move |content| content.fetch = Some(fetch.clone()));
    }

    /// What is offered at `path`, fetched from the back room if it does not lie here.
    pub async fn find(&self, path: &str) -> Option<Arc<Offer>> {
        match self.offer(path) {
            None if BACK_ROOM.iter().any(|begin| path.starts_with(begin)) => self.fetched(path).await,
            found => found,
        }
    }

    /// What lies at `path`.
    pub fn offer(&self, path: &str) -> Option<Arc<Offer>> {
        self.0.content.load().offers.get(path).cloned()
    }

    async fn fetched(&self, path: &str) -> Option<Arc<Offer>> {
        let mut fetched = self.0.fetched.lock().await;
        let (fetch, replaced) = {
            let content = self.0.content.load();
            (content.fetch.clone()?, content.replaced)
        };
        if fetched.replaced != replaced {
            *fetched = Fetched { replaced, ..Fetched::default() };
        }
        if let Some((_, page)) = fetched.pages.iter().find(|(known, _)| known == path) {
            return Some(page.clone());
        }
        let asked = path.to_owned();
        let page = tokio::task::spawn_blocking(move || fetch(&asked)).await.ok().flatten()?;
        Some(fetched.keep(path, page))
    }

    /// All paths, in order.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<_> = self.0.content.load().offers.keys().cloned().collect();
        paths.sort();
        paths
    }

    /// Says what is wrong; `None`: all is well.
    pub fn set_illness(&self, illness: Option<String>) {
        if self.0.content.load().illness != illness {
            self.change(move |content| content.illness.clone_from(&illness));
        }
    }

    /// What is wrong, if anything is.
    pub fn illness(&self) -> Option<String> {
        self.0.content.load().illness.clone()
    }

    fn change(&self, change: impl Fn(&mut Content)) {
        self.0.content.rcu(|content| {
            let mut content = Content::clone(content);
            change(&mut content);
            content
        });
    }
}

impl Fetched {
    /// Keeps a page, and lets go of those fetched first where they become too many.
    fn keep(&mut self, path: &str, page: Edition) -> Arc<Offer> {
        let page = Arc::new(Offer::new(Arc::new(page), None));
        self.size_bytes += page.edition.size();
        self.pages.push_back((path.to_owned(), page.clone()));
        while self.size_bytes > FETCHED_BYTES
            && let Some((_, old)) = self.pages.pop_front()
        {
            self.size_bytes -= old.edition.size();
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::model::time::Timestamp;

    #[tokio::test]
    async fn a_page_of_an_archive_is_fetched_once_until_the_editions_change() {
        let (shelf, count) = (Shelf::default(), Arc::new(AtomicUsize::new(0)));
        let counted = count.clone();
        shelf.open_back_room(Arc::new(move |path| {
            counted.fetch_add(1, Ordering::Relaxed);
            let there = path == "/archive/river/1.atom";
            there.then(|| Edition::new(path.as_bytes().to_vec(), "text/plain", Timestamp(0)))
        }));
        for _ in 0..3 {
            assert!(shelf.find("/archive/river/1.atom").await.is_some());
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert!(shelf.find("/river.atom").await.is_none(), "what is no archive is not fetched");
        assert!(shelf.find("/archive/river/2.atom").await.is_none());
        shelf.replace(BTreeMap::new());
        assert!(shelf.find("/archive/river/1.atom").await.is_some());
        assert_eq!(count.load(Ordering::Relaxed), 3);
    }
}
