//! What `run` and `once` have in common: the open store, the road, and the press.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use crate::config::load::Config;
use crate::daemon::clock::now;
use crate::model::document::Origin;
use crate::parse::sniff::{FileKind, kind_of_path};
use crate::pipeline::ingest::Ingest;
use crate::pipeline::republish::Press;
use crate::pipeline::unchanged::Unchanged;
use crate::serve::shelf::Shelf;
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
    /// Opens the store and fills the engine.
    ///
    /// # Errors
    /// If the store is in use or broken, or no HTTP client can be made.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let name = format!("{:x}-{:x}", now().0, std::process::id());
        let store = open(Path::new(&config.store.path), now(), &name)?;
        let ingest = Ingest::new(store.writer.clone(), store.reader.clone(), config, now).await?;
        let fetcher = Fetcher::new(&config.fetch)?;
        Ok(Self { store, ingest, fetcher })
    }

    /// What makes the editions; `public_url` without a slash at the end.
    pub fn press(&self, config: &Config, public_url: String) -> Arc<Press> {
        Arc::new(Press {
            reader: self.store.reader.clone(),
            options: config.publish.clone(),
            rivers: config.rivers.clone(),
            prefer: config.story.prefer.clone(),
            public_url,
            store_name: self.store.name.clone(),
            born: self.store.born,
            unchanged: Unchanged::default(),
        })
    }
}

/// Makes the editions and puts them on the shelf.
///
/// # Errors
/// If the store cannot be read; the old editions stay.
pub async fn republish(press: &Arc<Press>, shelf: &Shelf) -> anyhow::Result<()> {
    let press = press.clone();
    let editions = tokio::task::spawn_blocking(move || press.editions()).await?;
    let editions = editions.context("the editions cannot be made; the last ones are served")?;
    shelf.put(editions);
    Ok(())
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
