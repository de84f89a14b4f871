//! What `run` and `once` have in common: the open store, the road, and the press.

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::Context;

use crate::config::load::Config;
use crate::config::options::river::EVERYTHING;
use crate::daemon::clock::now;
use crate::model::document::Origin;
use crate::model::river::Addresses;
use crate::parse::sniff::{FileKind, kind_of_path};
use crate::pipeline::ingest::Ingest;
use crate::pipeline::republish::Press;
use crate::serve::lock::Locks;
use crate::serve::shelf::{Links, Shelf};
use crate::source::fetch::Fetcher;
use crate::source::folder_scan::Kind;
use crate::store::open::{Store, open};

/// Deliveries that may wait for the road; beyond it sources wait.
pub const WAITING_DELIVERIES: usize = 64;

/// Everything that is there before any task starts.
pub struct House {
    /// Held open to the end.
    pub store: Store,
    /// The road.
    pub ingest: Ingest,
    /// Fetches documents.
    pub fetcher: Fetcher,
}

impl House {
    /// Opens the store.
    ///
    /// # Errors
    /// If the store is in use or broken, or no HTTP client can be made.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let name = format!("{:x}-{:x}", now().0, std::process::id());
        let store = open(Path::new(&config.store.path), now(), &name)?;
        let ingest = Ingest::new(store.writer.clone(), store.reader.clone(), config, now).await?;
        let fetcher = Fetcher::new(&config.fetch, &config.feeds)?;
        Ok(Self { store, ingest, fetcher })
    }

    /// What makes the editions; readers reach them at `public`.
    pub fn press(&self, config: &Config, public: String) -> Arc<Press> {
        Arc::new(Press {
            reader: self.store.reader.clone(),
            writer: self.store.writer.clone(),
            options: config.publish.clone(),
            rivers: config.rivers.clone(),
            prefer: config.story.prefer.clone(),
            addresses: Addresses {
                public,
                story_pages: has_story_pages(config),
                hub: hub(config).map(str::to_owned),
            },
            store_name: self.store.name.clone(),
            born: self.store.born,
            last: Mutex::default(),
            export: Mutex::default(),
            stamps: Mutex::default(),
            behind: Mutex::default(),
        })
    }
}

/// The hub that is told of changes; `None`: there is none.
fn hub(config: &Config) -> Option<&str> {
    Some(config.publish.hub.as_str()).filter(|hub| !hub.is_empty())
}

/// Where readers reach riverd: as the owner says, else where it listens. A Unix socket is no place in a feed's links.
pub fn public_url(config: &Config, here: &str) -> String {
    let listened = if here.contains("unix:") { "http://localhost" } else { here };
    let given = config.serve.public_url.as_str();
    if given.is_empty() { listened } else { given }.trim_end_matches('/').to_owned()
}

/// Whether stories have pages: where the river of everything is private, what is public cannot be told from what is not.
fn has_story_pages(config: &Config) -> bool {
    !config.rivers.0.iter().any(|river| river.name == EVERYTHING && river.private)
}

/// Makes the editions and puts them on the shelf.
///
/// # Errors
/// If the store cannot be read; the old editions stay.
pub async fn republish(press: &Arc<Press>, shelf: &Shelf) -> anyhow::Result<()> {
    let press = press.clone();
    let editions = tokio::task::spawn_blocking(move || press.editions()).await?;
    let editions = editions.context("the editions cannot be made; the last ones are served")?;
    shelf.replace(editions);
    Ok(())
}

/// Writes the static export, if the owner wants one.
///
/// # Errors
/// If it cannot be written; what is served does not depend on it.
pub async fn export(press: &Arc<Press>) -> anyhow::Result<()> {
    let press = press.clone();
    tokio::task::spawn_blocking(move || press.write_out()).await?.context("the static export failed")
}

/// Lets the shelf have the pages of archives, which are made when they are asked for.
pub fn open_back_room(press: &Arc<Press>, shelf: &Shelf) {
    let press = press.clone();
    shelf.open_back_room(Arc::new(move |path| {
        press.made_when_asked(path).unwrap_or_else(|error| {
            tracing::error!(path, %error, "a page cannot be read");
            None
        })
    }));
}

/// What feeds say of the hub; `None`: there is none.
pub fn links(config: &Config, public_url: &str, locks: &Arc<Locks>) -> Option<Links> {
    let (public_url, locks) = (public_url.to_owned(), locks.clone());
    hub(config).map(|hub| Links { hub: hub.to_owned(), public_url, locks })
}

/// What the folder's watcher does with a file.
pub fn kind(path: &str) -> Kind {
    match kind_of_path(path) {
        FileKind::Ignored => Kind::Ignore,
        FileKind::SetAside(reason) => Kind::SetAside(reason),
        _ => Kind::Take,
    }
}

/// The URL of a delivery's remote feed, if it is of one.
pub fn remote(origin: &Origin) -> Option<&str> {
    match origin {
        Origin::Remote(url) => Some(url),
        Origin::File(_) => None,
    }
}
