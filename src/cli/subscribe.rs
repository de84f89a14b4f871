//! `riverd subscribe` and `riverd unsubscribe`: edit OPML files of the folder as their owner would.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::args::Form;
use crate::cli::discovery::{Finder, Found};
use crate::cli::out::{json, print};
use crate::config::load::Config;
use crate::model::document::shown;
use crate::model::subscription::Subscription;
use crate::parse::opml::subscriptions;
use crate::parse::opml_edit::{empty, insert, remove};
use crate::source::folder_names::path_of;
use crate::source::folder_scan::scan;

/// Where new subscriptions are written.
const FILE: &str = "subscriptions.opml";

/// Adds feeds; a web page's own feed is found, and an OPML document is followed as a list. A URL that cannot be reached is
/// written as it is.
///
/// # Errors
/// If a URL is none, or the file cannot be written.
pub async fn subscribe(config: &Config, urls: &[String], form: Form) -> anyhow::Result<()> {
    let path = Path::new(&config.folder.path).join(FILE);
    let mut text = if path.exists() { std::fs::read_to_string(&path)? } else { empty("Subscriptions") };
    let mut added = Vec::new();
    for url in urls {
        let url = url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.with_context(|| "only http and https addresses can be followed".to_owned())?;
        let subscription = found(config, url.as_str()).await?;
        let (known, _) = subscriptions(text.as_bytes(), &config.parse)?;
        if !known.iter().any(|known| known.url == subscription.url) {
            text = insert(&text, &subscription)?;
            added.push(subscription);
        }
    }
    std::fs::create_dir_all(&config.folder.path)?;
    replace(&path, &text)?;
    if form.json {
        return json(&added);
    }
    added.iter().try_for_each(|added| print(&format!("following {}\n", shown(&added.url))))?;
    print(&format!("{} added to {}\n", added.len(), path.display()))
}

/// The feed at `url`, or that of the page there.
async fn found(config: &Config, url: &str) -> anyhow::Result<Subscription> {
    let plain = Subscription { url: url.to_owned(), ..Subscription::default() };
    let finder = Finder::new(config)?;
    let document = match finder.fetch(url).await {
        Ok(document) => document,
        Err(error) => {
            let error = format!("{error:#}");
            tracing::warn!(url = %shown(url), error, "cannot be reached now; followed as it is");
            return Ok(plain);
        }
    };
    Ok(match finder.discover(document).await {
        Ok(Found::Feed { url: feed, parsed }) => {
            let page = parsed.feed.link.or_else(|| (feed != url).then(|| url.to_owned()));
            let title = Some(parsed.feed.title).filter(|title| !title.is_empty());
            Subscription { url: feed, title, html_url: page, labels: vec![] }
        }
        Ok(Found::List { url: list, subscriptions }) => {
            let title = Some(format!("{} subscriptions", subscriptions.len()));
            Subscription { url: list, title, ..plain }
        }
        Err(error) => {
            let error = format!("{error:#}");
            tracing::warn!(url = %shown(url), error, "no feed there now; followed as it is");
            plain
        }
    })
}

/// Takes feeds out of every OPML file of the folder.
///
/// # Errors
/// If none of the files holds one of them, or one cannot be written.
pub fn unsubscribe(config: &Config, urls: &[String], form: Form) -> anyhow::Result<()> {
    let folder = Path::new(&config.folder.path);
    let files = scan(&config.folder)?.files;
    let mut removed = Vec::new();
    for path in files.keys().filter(|path| path.ends_with(".opml")).map(|path| folder.join(path_of(path))) {
        let mut text = std::fs::read_to_string(&path)?;
        let before = removed.len();
        for url in urls {
            if let Some(without) = remove(&text, url) {
                text = without;
                removed.push((url.clone(), path.display().to_string()));
            }
        }
        if removed.len() > before {
            replace(&path, &text)?;
        }
    }
    let missing: Vec<_> =
        urls.iter().filter(|url| !removed.iter().any(|(known, _)| known == *url)).cloned().collect();
    if form.json {
        json(&removed)?;
    } else {
        removed.iter().try_for_each(|(url, file)| print(&format!("{url} taken out of {file}\n")))?;
    }
    anyhow::ensure!(missing.is_empty(), "in no OPML file of {}: {}", folder.display(), missing.join(", "));
    Ok(())
}

/// Whole or not at all: a riverd that watches never sees half a file.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let beside: PathBuf = path.with_added_extension("tmp");
    std::fs::write(&beside, text)?;
    std::fs::File::open(&beside)?.sync_all()?;
    Ok(std::fs::rename(&beside, path)?)
}
