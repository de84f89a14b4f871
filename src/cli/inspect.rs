//! `riverd inspect`: what one document becomes.

use std::path::Path;

use crate::cli::args::Form;
use crate::cli::discovery::{Finder, Found};
use crate::cli::out::{json, print, table, when};
use crate::config::load::Config;
use crate::model::complaint::Complaint;
use crate::model::document::{Document, FileStamp, Origin, Version, shown};
use crate::model::time::Timestamp;
use crate::model::websub::Named;
use crate::parse::inspect;
use crate::parse::parsed::Parsed;
use crate::parse::road::parse;
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

/// Reads or fetches the document and prints what it becomes; of a web page, what its feed becomes.
///
/// # Errors
/// If it cannot be had, or is no feed and no article.
pub async fn inspect(config: &Config, inspected: Inspected, form: Form) -> anyhow::Result<()> {
    let web = inspected.document.starts_with("http://") || inspected.document.starts_with("https://");
    let parsed =
        if web { discovered(config, &inspected).await? } else { parse(&read(&inspected)?, &config.parse)? };
    if form.json { json(&inspect::Inspected::of(&parsed)) } else { show(&parsed) }
}

/// What is at the URL, or the feed that the web page there belongs to.
async fn discovered(config: &Config, inspected: &Inspected) -> anyhow::Result<Parsed> {
    let finder = Finder::new(config)?;
    let mut document = finder.fetch(&inspected.document).await?;
    document.content_type = inspected.content_type.clone().or(document.content_type);
    document.url = inspected.url.clone().or(document.url);
    match finder.discover(document).await? {
        Found::Feed { url, mut parsed } => {
            if url != inspected.document {
                let text =
                    format!("{} is a web page; its feed is {}", shown(&inspected.document), shown(&url));
                parsed.complaints.push(Complaint::new("discovery", text));
            }
            Ok(*parsed)
        }
        Found::List { subscriptions, .. } => {
            anyhow::bail!("this is a list of {} subscriptions (OPML), no feed", subscriptions.len())
        }
    }
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
        named: Named::default(),
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
