//! What `run` and `once` have in common: the open store, the road, and the press.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::Context;

use crate::config::load::Config;
use crate::config::options::river::EVERYTHING;
use crate::daemon::heap::{give_back, keep_free};
use crate::daemon::secrets::locks;
use crate::model::document::Origin;
use crate::model::river::Addresses;
use crate::model::time::{Clock, Timestamp};
use crate::parse::sniff::{FileKind, kind_of_path};
use crate::pipeline::ingest::Ingest;
use crate::pipeline::republish::{Editions, Press};
use crate::pipeline::turns::Turns;
use crate::publish::formats::FEEDS;
use crate::serve::rules::{Links, Rules};
use crate::serve::shelf::{Fetch, Shelf};
use crate::source::fetch::Fetcher;
use crate::source::folder_scan::Kind;
use crate::store::error::StoreError;
use crate::store::lock::Lock;
use crate::store::open::{Store, lock, open_locked};
use crate::store::reader::Reader;
use crate::store::writer::Writer;

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
    pub async fn open(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let lock = lock(Path::new(&config.store.path)).map_err(advised)?;
        Self::open_locked(config, lock, clock).await
    }

    /// The same, of a store that is locked already.
    ///
    /// # Errors
    /// As [`House::open`].
    pub async fn open_locked(config: &Config, lock: Lock, clock: Clock) -> anyhow::Result<Self> {
        let now = clock();
        let name = format!("{:x}-{:x}", now.0, std::process::id());
        let path = PathBuf::from(&config.store.path);
        let opened = tokio::task::spawn_blocking(move || open_locked(&path, lock, now, &name)).await;
        let opened = opened.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        let store = opened.map_err(advised)?;
        let mut ingest = Ingest::new(store.writer.clone(), store.reader.clone(), config, clock).await?;
        ingest.turns = Turns::new(give_back, keep_free);
        let fetcher = Fetcher::new(&config.fetch, &config.feeds)?;
        Ok(Self { store, ingest, fetcher })
    }

    /// What presses are made from.
    pub fn workshop(&self, here: &str) -> Workshop {
        let Store { reader, writer, name, born, .. } = &self.store;
        let (reader, writer, store_name) = (reader.clone(), writer.clone(), name.clone());
        Workshop { reader, writer, store_name, born: *born, here: here.to_owned() }
    }
}

/// What presses are made from. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Workshop {
    reader: Reader,
    writer: Writer,
    store_name: String,
    born: Timestamp,
    /// Where riverd listens.
    pub here: String,
}

/// Says what to do about it, too.
fn advised(error: StoreError) -> anyhow::Error {
    let advice = error.advice();
    let error = anyhow::Error::new(error);
    match advice {
        Some(advice) => error.context(advice),
        None => error,
    }
}

impl Workshop {
    /// Of a store that is only read.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn frozen(reader: Reader, here: &str) -> Result<Self, StoreError> {
        let (store_name, born) = (reader.name()?, reader.born()?);
        Ok(Self { reader, writer: Writer::closed(), store_name, born, here: here.to_owned() })
    }

    /// What makes the editions as `config` says.
    pub fn press(&self, config: &Config) -> Arc<Press> {
        let public = public_url(config, &self.here);
        Arc::new(Press {
            reader: self.reader.clone(),
            writer: self.writer.clone(),
            options: config.publish.clone(),
            rivers: config.rivers.clone(),
            prefer: config.story.prefer.clone(),
            addresses: Addresses {
                public,
                story_pages: has_story_pages(config),
                hub: hub(config).map(str::to_owned),
            },
            store_name: self.store_name.clone(),
            born: self.born,
            last: Mutex::default(),
            export: Mutex::default(),
            made: Mutex::default(),
            behind: Mutex::default(),
        })
    }

    /// The rules by which they are handed out.
    ///
    /// # Errors
    /// If a secret cannot be read, or is none.
    pub fn rules(&self, config: &Config) -> anyhow::Result<Rules> {
        rules(config, &self.here)
    }
}

/// The rules by which editions are handed out.
///
/// # Errors
/// If a secret cannot be read, or is none.
pub fn rules(config: &Config, here: &str) -> anyhow::Result<Rules> {
    let public_url = public_url(config, here);
    let endings = FEEDS.iter().map(|format| format.ending).chain(["opml"]).collect();
    let links = hub(config).map(|hub| Links { hub: hub.to_owned(), public_url, endings });
    Ok(Rules::new(locks(config)?, links, &config.serve))
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

/// Makes the editions.
///
/// # Errors
/// If the store cannot be read.
pub async fn editions(press: &Arc<Press>) -> anyhow::Result<Editions> {
    let press = press.clone();
    let made = tokio::task::spawn_blocking(move || press.editions()).await;
    let made = made.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    made.context("the editions cannot be made; the last ones are served")
}

/// Makes the last editions of a store that cannot be written.
///
/// # Errors
/// If it cannot be read.
pub async fn last_editions(press: &Arc<Press>) -> anyhow::Result<Editions> {
    let press = press.clone();
    let made = tokio::task::spawn_blocking(move || press.last_editions()).await;
    Ok(made.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?)
}

/// Makes the editions and puts them on the shelf.
///
/// # Errors
/// If the store cannot be read; the old editions stay.
pub async fn republish(press: &Arc<Press>, shelf: &Shelf) -> anyhow::Result<()> {
    shelf.replace(&editions(press).await?);
    Ok(())
}

/// Writes the static export, if the owner wants one.
///
/// # Errors
/// If it cannot be written; what is served does not depend on it.
pub async fn export(press: &Arc<Press>) -> anyhow::Result<()> {
    let press = press.clone();
    let written = tokio::task::spawn_blocking(move || press.write_out()).await;
    let written = written.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    written.context("the static export failed")
}

/// Where the pages of archives come from, which are made when they are asked for.
pub fn back_room(press: &Arc<Press>) -> Arc<Fetch> {
    let press = press.clone();
    Arc::new(move |path| {
        press.made_when_asked(path).unwrap_or_else(|error| {
            tracing::error!(path, %error, "a page cannot be read");
            None
        })
    })
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
