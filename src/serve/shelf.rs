//! Where the current editions lie, by path; the back room, from which the pages of archives are fetched when they are
//! asked for; and how riverd is, for `/healthz`.
//! Promises: who hands out what lies here, or was fetched lately, waits for nobody; what lies here is replaced as a whole;
//! no more readers wait for the back room than its door lets in.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use axum::http::HeaderValue;
use tokio::sync::Semaphore;

use crate::publish::edition::{Edition, Encoding};
use crate::publish::formats::FEEDS;
use crate::serve::lock::Locks;
use crate::serve::offer::Offer;

/// Makes the edition at a path; `None` if there is none. Blocks.
pub type Fetch = dyn Fn(&str) -> Option<Edition> + Send + Sync;

/// Memory for pages of archives that were fetched lately.
const FETCHED_BYTES: usize = 16 * 1024 * 1024;
/// What the paths begin with that only the back room has.
const BACK_ROOM: [&str; 2] = ["/archive/", "/story/"];

/// What was found at a path.
#[derive(Debug)]
pub enum Found {
    /// This.
    Offer(Arc<Offer>),
    /// Nothing.
    Nothing,
    /// Too many wait for the back room.
    Busy,
}

/// Shared by those who put editions there and those who hand them out. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<Room>);

#[derive(Debug, Default)]
struct Room {
    content: ArcSwap<Content>,
    fetched: Mutex<Fetched>,
    /// Locked while a page is fetched: one at a time, so that a reader of the whole archive slows only others of its kind.
    fetching: tokio::sync::Mutex<()>,
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
        let Self { hub, public_url, .. } = self;
        let text = || format!("<{hub}>; rel=\"hub\", <{public_url}{path}>; rel=\"self\"");
        HeaderValue::from_str(&text()).ok().filter(|_| self.is_followed(path))
    }

    /// Pages for people are none that hubs follow.
    fn is_followed(&self, path: &str) -> bool {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending);
        let is_feed = |ending| ending == "opml" || FEEDS.iter().any(|format| format.ending == ending);
        ending.is_some_and(is_feed) && !self.locks.is_private(path)
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
        let public = content.offers.iter().filter(|(path, _)| links.is_followed(path));
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

    /// What is offered at `path`, fetched from the back room if it does not lie here. Who waits for that takes a place of
    /// `door`.
    pub async fn find(&self, path: &str, door: &Semaphore) -> Found {
        if let Some(offer) = self.offer(path) {
            return Found::Offer(offer);
        }
        if !BACK_ROOM.iter().any(|begin| path.starts_with(begin)) {
            return Found::Nothing;
        }
        if let Some(page) = self.fetched(path) {
            return Found::Offer(page);
        }
        let Ok(_place) = door.try_acquire() else { return Found::Busy };
        self.fetch(path).await.map_or(Found::Nothing, Found::Offer)
    }

    /// What lies at `path`.
    pub fn offer(&self, path: &str) -> Option<Arc<Offer>> {
        self.0.content.load().offers.get(path).cloned()
    }

    /// The page at `path`, if it was fetched since the editions were replaced.
    fn fetched(&self, path: &str) -> Option<Arc<Offer>> {
        let fetched = self.pages();
        fetched.pages.iter().find(|(known, _)| known == path).map(|(_, page)| page.clone())
    }

    /// Pages that are still true.
    fn pages(&self) -> MutexGuard<'_, Fetched> {
        let replaced = self.0.content.load().replaced;
        let mut fetched = self.0.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if fetched.replaced != replaced {
            *fetched = Fetched { replaced, ..Fetched::default() };
        }
        fetched
    }

    async fn fetch(&self, path: &str) -> Option<Arc<Offer>> {
        let _alone = self.0.fetching.lock().await;
        // While this waited, another reader may have fetched it.
        if let Some(page) = self.fetched(path) {
            return Some(page);
        }
        let (fetch, replaced) = {
            let content = self.0.content.load();
            (content.fetch.clone()?, content.replaced)
        };
        let asked = path.to_owned();
        let page = tokio::task::spawn_blocking(move || fetch(&asked)).await.ok().flatten()?;
        let page = Arc::new(Offer::new(Arc::new(page), None));
        let mut fetched = self.pages();
        if fetched.replaced == replaced {
            fetched.keep(path, &page);
        }
        Some(page)
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
    fn keep(&mut self, path: &str, page: &Arc<Offer>) {
        self.size_bytes += page.edition.size();
        self.pages.push_back((path.to_owned(), page.clone()));
        while self.size_bytes > FETCHED_BYTES
            && let Some((_, old)) = self.pages.pop_front()
        {
            self.size_bytes -= old.edition.size();
        }
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
        let door = Semaphore::new(1);
        let is_there = async |path| matches!(shelf.find(path, &door).await, Found::Offer(_));
        for _ in 0..3 {
            assert!(is_there("/archive/river/1.atom").await);
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert!(!is_there("/river.atom").await, "what is no archive is not fetched");
        assert!(!is_there("/archive/river/2.atom").await);
        shelf.replace(BTreeMap::new());
        assert!(is_there("/archive/river/1.atom").await);
        assert_eq!(count.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn no_more_wait_for_the_back_room_than_its_door_lets_in_and_what_is_there_is_had_at_once() {
        let edition = |path: &str| Edition::new(path.as_bytes().to_vec(), "text/plain", Timestamp(0));
        let (shelf, door) = (Shelf::default(), Semaphore::new(2));
        let (open, opened) = std::sync::mpsc::channel::<()>();
        let (opened, had) = (Mutex::new(opened), edition("/archive/river/1.atom"));
        shelf.open_back_room(Arc::new(move |path| {
            if path != "/archive/river/1.atom" {
                opened.lock().expect("no panic").recv().expect("it opens");
            }
            Some(edition(path))
        }));
        assert!(matches!(shelf.find("/archive/river/1.atom", &door).await, Found::Offer(_)));
        let waiting = async |path| matches!(shelf.find(path, &door).await, Found::Offer(_));
        let rest = async {
            while door.available_permits() > 0 {
                tokio::task::yield_now().await;
            }
            assert!(matches!(shelf.find("/archive/river/4.atom", &door).await, Found::Busy));
            assert!(matches!(shelf.find("/archive/river/1.atom", &door).await, Found::Offer(page)
                if page.edition.hash == had.hash));
            assert!(matches!(shelf.find("/nothing", &door).await, Found::Nothing));
            (0..2).for_each(|_| open.send(()).expect("it waits"));
            true
        };
        let all = tokio::join!(waiting("/archive/river/2.atom"), waiting("/archive/river/3.atom"), rest);
        assert_eq!(all, (true, true, true));
        assert_eq!(door.available_permits(), 2);
    }
}
