//! Where the current editions lie, by path; the back room, from which the pages of archives are fetched when they are
//! asked for; and the rules by which all of it is handed out.
//! Promises: who hands out what lies here, or was fetched lately, waits for nobody; what lies here is replaced as a whole;
//! no more readers wait for the back room than its door lets in.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, Guard};
use axum::http::StatusCode;
use tokio::sync::Semaphore;

use crate::publish::edition::{Edition, Encoding};
use crate::serve::lock::river_of;
use crate::serve::offer::Offer;
use crate::serve::rules::Rules;
use crate::serve::tally::Tally;

/// Makes the edition at a path, for a search with its query; `None` if there is none. Blocks.
pub type Fetch = dyn Fn(&str) -> Option<Edition> + Send + Sync;

/// Memory for pages of archives that were fetched lately.
const FETCHED_BYTES: usize = 16 * 1024 * 1024;
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

/// What the paths begin with that only the back room has.
const BACK_ROOM: [&str; 2] = ["/archive/", "/story/"];
/// What it makes for whoever asks, of the whole store. This changes without a change of the editions, and may take long:
/// it is not kept, and keeps nobody waiting who wants a page of another kind.
const ASKED: [&str; 2] = ["/feeds", SEARCH];
/// What is asked of it is a matter of the query, too: that is part of its path here.
pub const SEARCH: &str = "/search";

/// What stands at the root and is no river.
const NO_RIVERS: [&str; 6] = ["", "style", "story", "feeds", "search", "subscriptions"];
/// As whose answers those of pages count. No river has such a name.
const PAGE: &str = "(page)";
/// As whose answers those count that are about nothing.
const OTHER: &str = "(other)";

/// Shared by those who put editions there and those who hand them out. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<Room>);

#[derive(Debug, Default)]
struct Room {
    content: ArcSwap<Content>,
    fetched: Mutex<Fetched>,
    /// Locked while a page is fetched: one at a time, so that a reader of the whole archive slows only others of its kind.
    fetching: tokio::sync::Mutex<()>,
    /// The same for what is [`ASKED`].
    asking: tokio::sync::Mutex<()>,
}

/// What lies there at one moment.
#[derive(Clone)]
pub struct Content {
    /// By which it is handed out.
    pub rules: Arc<Rules>,
    /// What does not lie here, and is not in the back room, is nowhere. Not so while riverd starts.
    pub is_all: bool,
    offers: Arc<HashMap<String, Arc<Offer>>>,
    tallies: Arc<BTreeMap<String, Arc<Tally>>>,
    /// Counts how often the editions were replaced.
    replaced: u64,
    /// Counts the editions that were made.
    made: u64,
    fetch: Option<Arc<Fetch>>,
}

impl Default for Content {
    fn default() -> Self {
        let (rules, offers, tallies) = (Arc::default(), Arc::default(), Arc::new(tallies(&[], None)));
        Self { rules, is_all: false, offers, tallies, replaced: 0, made: 0, fetch: None }
    }
}

/// A tally for each river of these paths; what was counted before goes on.
fn tallies(paths: &[&String], before: Option<&BTreeMap<String, Arc<Tally>>>) -> BTreeMap<String, Arc<Tally>> {
    let rivers = paths.iter().map(|path| counted_as(path)).chain([PAGE, OTHER]);
    let known = |river: &str| before.and_then(|before| before.get(river)).cloned().unwrap_or_default();
    rivers.map(|river| (river.to_owned(), known(river))).collect()
}

fn is_asked(path: &str) -> bool {
    ASKED.contains(&without_query(path))
}

fn without_query(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}

fn counted_as(path: &str) -> &str {
    let river = river_of(without_query(path));
    if NO_RIVERS.contains(&river) { PAGE } else { river }
}

impl Content {
    /// What lies at `path`.
    pub fn offer(&self, path: &str) -> Option<&Arc<Offer>> {
        self.offers.get(path)
    }

    /// An answer about this river was given, by its name.
    pub fn count(&self, river: &str, status: StatusCode) {
        self.tally(river).count(status);
    }

    /// An answer was given that is about no river.
    pub fn count_page(&self, status: StatusCode) {
        let found =
            !matches!(status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::URI_TOO_LONG);
        self.tally(if found { PAGE } else { OTHER }).count(status);
    }

    fn tally(&self, river: &str) -> &Arc<Tally> {
        self.tallies.get(river).unwrap_or_else(|| &self.tallies[OTHER])
    }

    /// These editions in the place of what lay here, by these rules.
    fn replaced(&self, editions: &BTreeMap<String, Arc<Edition>>, rules: Arc<Rules>) -> Self {
        let paths: Vec<&String> = editions.keys().collect();
        let tallies = tallies(&paths, Some(&self.tallies));
        let offers = editions.iter().map(|(path, edition)| {
            let tally = tallies[counted_as(path)].clone();
            (path.clone(), Arc::new(Offer::new(edition.clone(), rules.link(path).as_ref(), tally)))
        });
        let offers = Arc::new(offers.collect());
        let is_new = |(path, edition): &(&String, &Arc<Edition>)| {
            self.offers.get(*path).is_none_or(|old| !Arc::ptr_eq(&old.edition, edition))
        };
        let made = self.made + editions.iter().filter(is_new).count() as u64;
        let (tallies, replaced) = (Arc::new(tallies), self.replaced + 1);
        Self { rules, is_all: true, offers, tallies, replaced, made, fetch: self.fetch.clone() }
    }
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
    /// Empty, with these rules.
    pub fn with_rules(rules: Rules) -> Self {
        let shelf = Self::default();
        let rules = Arc::new(rules);
        shelf.change(|content| content.rules = rules.clone());
        shelf
    }

    /// What lies here now. Waits for nobody.
    pub fn look(&self) -> Guard<Arc<Content>> {
        self.0.content.load()
    }

    /// Every path of which a hub hears, with the entity tag of what lies there; in order.
    pub fn advertised(&self) -> Vec<(String, String)> {
        let content = self.look();
        if content.rules.links.is_none() {
            return Vec::new();
        }
        let public = content.offers.iter().filter(|(path, _)| content.rules.is_followed(path));
        let mut all: Vec<_> = public
            .map(|(path, offer)| (path.clone(), offer.edition.body(Encoding::Identity).etag.clone()))
            .collect();
        all.sort();
        all
    }

    /// Puts these editions, by path as `/river.atom`, in the place of all that lay here: all at once.
    pub fn replace(&self, editions: &BTreeMap<String, Arc<Edition>>) {
        self.change(|content| *content = content.replaced(editions, content.rules.clone()));
    }

    /// The same, with other rules and another back room, in the same moment.
    pub fn replace_all(
        &self,
        editions: &BTreeMap<String, Arc<Edition>>,
        rules: &Arc<Rules>,
        fetch: &Arc<Fetch>,
    ) {
        self.lay(editions, rules, fetch, true);
    }

    /// The same of what was made in an earlier life, until there is more: what is missing may come.
    pub fn put_last(
        &self,
        editions: &BTreeMap<String, Arc<Edition>>,
        rules: &Arc<Rules>,
        fetch: &Arc<Fetch>,
    ) {
        self.lay(editions, rules, fetch, false);
    }

    fn lay(
        &self,
        editions: &BTreeMap<String, Arc<Edition>>,
        rules: &Arc<Rules>,
        fetch: &Arc<Fetch>,
        is_all: bool,
    ) {
        self.change(|content| {
            let fetch = Some(fetch.clone());
            *content = Content { fetch, is_all, ..content.replaced(editions, rules.clone()) };
        });
    }

    /// Says where the pages of archives come from.
    pub fn open_back_room(&self, fetch: Arc<Fetch>) {
        self.change(move |content| content.fetch = Some(fetch.clone()));
    }

    /// What is offered at `path`, fetched from the back room if it does not lie here. Who waits for that takes a place of
    /// `door`.
    pub async fn find(&self, path: &str, door: &Semaphore) -> Found {
        if let Some(offer) = self.look().offer(path) {
            return Found::Offer(offer.clone());
        }
        let is_asked = is_asked(path);
        if !is_asked && !BACK_ROOM.iter().any(|begin| path.starts_with(begin)) {
            return Found::Nothing;
        }
        if let Some(page) = self.fetched(path) {
            return Found::Offer(page);
        }
        let Ok(_place) = door.try_acquire() else { return Found::Busy };
        let page = if is_asked { self.ask(path).await } else { self.fetch(path).await };
        page.map_or(Found::Nothing, Found::Offer)
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
        let replaced = self.0.content.load().replaced;
        let page = self.made(path).await?;
        let mut fetched = self.pages();
        if fetched.replaced == replaced {
            fetched.keep(path, &page);
        }
        Some(page)
    }

    async fn ask(&self, path: &str) -> Option<Arc<Offer>> {
        let _alone = self.0.asking.lock().await;
        self.made(path).await
    }

    async fn made(&self, path: &str) -> Option<Arc<Offer>> {
        let (fetch, asked) = (self.0.content.load().fetch.clone()?, path.to_owned());
        let page = tokio::task::spawn_blocking(move || fetch(&asked)).await.ok().flatten()?;
        let tally = self.look().tally(counted_as(path)).clone();
        Some(Arc::new(Offer::new(Arc::new(page), None, tally)))
    }

    /// All paths, in order.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<_> = self.0.content.load().offers.keys().cloned().collect();
        paths.sort();
        paths
    }

    /// The size of each edition that lies here, not compressed, by its path; in order.
    pub fn sizes(&self) -> Vec<(String, usize)> {
        let content = self.look();
        let size = |offer: &Offer| offer.edition.body(Encoding::Identity).bytes.len();
        let mut sizes: Vec<_> =
            content.offers.iter().map(|(path, offer)| (path.clone(), size(offer))).collect();
        sizes.sort();
        sizes
    }

    /// How many editions were made since the start.
    pub fn editions_made(&self) -> u64 {
        self.look().made
    }

    /// How many answers were given, by river and status.
    pub fn answers(&self) -> Vec<(String, u16, u64)> {
        let content = self.look();
        let of = |(river, tally): (&String, &Arc<Tally>)| {
            let river = river.clone();
            tally.counts().into_iter().map(move |(status, count)| (river.clone(), status, count))
        };
        content.tallies.iter().flat_map(of).collect()
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
        shelf.replace(&BTreeMap::new());
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
