//! `riverd inspect`: what one document becomes.

use std::path::Path;

use crate::cli::args::Form;
use crate::cli::out::{json, print, table, when};
use crate::config::load::Config;
use crate::model::document::{Document, FileStamp, Origin, Validators, Version};
use crate::model::time::Timestamp;
use crate::parse::inspect::inspect_json;
use crate::parse::parsed::Parsed;
use crate::parse::road::parse;
use crate::source::fetch::Fetcher;
use crate::source::folder_scan::stamp;

/// What to inspect, and where it is to be thought from.
#[derive(Debug)]
pub struct Inspected {
    /// A path or a URL.
    pub document: String,
    /// Where a file's bytes are to be thought from.
    pub url: Option<String>,
    /// What they are to be thought to have come with.
    pub content_type: Option<String>,
}

/// Reads or fetches the document and prints what it becomes.
///
/// # Errors
/// If it cannot be had, or is no feed and no article.
pub async fn inspect(config: &Config, inspected: Inspected, form: Form) -> anyhow::Result<()> {
    let web = inspected.document.starts_with("http://") || inspected.document.starts_with("https://");
    let document = if web { fetched(config, &inspected).await? } else { read(&inspected)? };
    let parsed = parse(&document, &config.parse)?;
    if form.json { json(&inspect_json(&parsed)) } else { show(&parsed) }
}

/// Fetches `url` as the daemon would.
///
/// # Errors
/// If it cannot be had.
pub async fn fetched(config: &Config, inspected: &Inspected) -> anyhow::Result<Document> {
    let fetched = Fetcher::new(&config.fetch)?.fetch(&inspected.document, &Validators::default()).await?;
    let error = fetched.answer.error.unwrap_or_else(|| "the server sent no document".to_owned());
    let bytes = fetched.body.ok_or_else(|| anyhow::anyhow!(error))?;
    Ok(Document {
        origin: Origin::Remote(inspected.document.clone()),
        bytes,
        content_type: inspected.content_type.clone().or(fetched.content_type),
        url: Some(inspected.url.clone().unwrap_or(fetched.url)),
        modified: None,
        version: Version::Http(Validators::default()),
    })
}

/// A file is an article or a feed by its name; told a URL, it is what a server sent.
fn read(inspected: &Inspected) -> anyhow::Result<Document> {
    let path = Path::new(&inspected.document);
    let about = |error| anyhow::anyhow!("{} cannot be read: {error}", path.display());
    let stamp: FileStamp = stamp(&std::fs::metadata(path).map_err(about)?);
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let served = inspected.url.is_some() || inspected.content_type.is_some();
    let origin =
        if served { Origin::Remote(inspected.url.clone().unwrap_or_default()) } else { Origin::File(name) };
    Ok(Document {
        origin,
        bytes: std::fs::read(path).map_err(about)?.into(),
        content_type: inspected.content_type.clone(),
        url: inspected.url.clone(),
        modified: Some(Timestamp(stamp.modified_ns / 1_000_000)),
        version: Version::File(stamp),
    })
}

fn show(parsed: &Parsed) -> anyhow::Result<()> {
    let feed = &parsed.feed;
    let language = feed.language.as_deref().unwrap_or("language unknown");
    print(&format!("{} ({}, {language}), {} entries\n", feed.title, parsed.shape, parsed.entries.len()))?;
    let rows = parsed.entries.iter().map(|entry| {
        let link = entry.link.clone().unwrap_or_else(|| "-".to_owned());
        vec![when(entry.published.or(entry.updated)), entry.title.clone(), link]
    });
    table(&["published", "title", "link"], rows.collect())?;
    parsed
        .complaints
        .iter()
        .try_for_each(|complaint| print(&format!("{}: {}\n", complaint.kind, complaint.text)))
}
