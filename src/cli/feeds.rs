//! `riverd feeds`: what is followed, why each feed is polled when it is, its last answers, and what to do about those
//! that fail.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json as object;

use crate::cli::args::Form;
use crate::cli::finding::reader;
use crate::cli::out::{json, print, size, table, when};
use crate::config::load::Config;
use crate::daemon::clock::now;
use crate::model::document::{FileStamp, Origin, shown};
use crate::model::poll::PastAnswer;
use crate::model::time::Timestamp;
use crate::parse::sniff::{FileKind, kind_of_path};
use crate::pipeline::outlook::{Outlook, outlooks};
use crate::source::folder_scan::scan;
use crate::store::listing::ListedFeed;
use crate::store::reader::Reader;
use crate::store::space::{FeedSize, Sizes};

/// One feed, with what follows from how it stands.
#[derive(Debug, Serialize)]
struct Row {
    #[serde(flatten)]
    feed: ListedFeed,
    /// When it is polled next; `None`: never, or at once.
    next_poll: Option<Timestamp>,
    /// Why then.
    why: String,
    /// What its owner can do.
    advice: Option<String>,
    /// What it takes in the store.
    size: FeedSize,
}

/// Lists every feed and file, and what was set aside.
///
/// # Errors
/// If there is no store.
pub fn feeds(config: &Config, form: Form) -> anyhow::Result<()> {
    let reader = reader(config)?;
    let (feeds, aside) = (reader.list_feeds()?, reader.list_set_aside()?);
    let outlooks = outlooks(&feeds, now());
    let sizes = reader.sizes()?;
    let each: HashMap<String, FeedSize> =
        reader.feed_sizes(&sizes)?.into_iter().map(|(key, size)| (listed_as(&key), size)).collect();
    let sized = |row: Row| Row { size: each.get(&row.feed.source).copied().unwrap_or_default(), ..row };
    let rows: Vec<Row> =
        feeds.into_iter().zip(outlooks).map(|(feed, outlook)| sized(row(feed, outlook))).collect();
    let folder = FolderProgress::of(config, &reader)?;
    if form.json {
        return json(&object!({ "feeds": rows, "set_aside": aside, "folder": folder, "store": sizes }));
    }
    let head = ["feed", "state", "entries", "size", "last answers", "next poll, and why", "what to do"];
    table(&head, rows.iter().map(cells).collect())?;
    aside.iter().try_for_each(|file| print(&format!("set aside: {}: {}\n", file.path, file.reason)))?;
    print(&folder.line())?;
    print(&line(&sizes))
}

/// How far the watched folder is taken in.
#[derive(Debug, Serialize)]
struct FolderProgress {
    /// Files in it that are not passed over; `None`: it cannot be read now.
    files: Option<usize>,
    /// Of these: not in yet, or changed since they came in.
    waiting: usize,
}

impl FolderProgress {
    fn of(config: &Config, reader: &Reader) -> anyhow::Result<Self> {
        let known: HashMap<String, FileStamp> = reader.files()?.into_iter().collect();
        let Ok(found) = scan(&config.folder) else { return Ok(Self { files: None, waiting: 0 }) };
        let wanted = found.files.iter().filter(|(path, _)| kind_of_path(path) != FileKind::Ignored);
        let waits = |path: &str, stamp: &FileStamp| match known.get(path) {
            // What was set aside has no stamp of its own.
            Some(known) => known != stamp && *known != FileStamp::default(),
            None => true,
        };
        let waiting = wanted.clone().filter(|(path, stamp)| waits(path, stamp)).count();
        Ok(Self { files: Some(wanted.count()), waiting })
    }

    fn line(&self) -> String {
        match self.files {
            Some(files) => {
                format!("folder: {files} files, {} of them waiting to be taken in\n", self.waiting)
            }
            None => "folder: it cannot be read; what came of it stays\n".to_owned(),
        }
    }
}

/// As a feed is listed whose key this is.
fn listed_as(key: &str) -> String {
    match Origin::from_key(key) {
        Origin::Remote(url) => shown(&url).into_owned(),
        Origin::File(path) => path,
    }
}

/// What the store takes, in one line.
fn line(sizes: &Sizes) -> String {
    let free = if sizes.shrinks { "free" } else { "free, used again but not given back" };
    format!(
        "store: {} ({} {free}), {} entries, {} stories, {} forgotten; archives: {} pages, {}\n",
        size(sizes.bytes),
        size(sizes.free_bytes),
        sizes.entries,
        sizes.stories,
        sizes.forgotten,
        sizes.archive_pages,
        size(sizes.archive_bytes)
    )
}

fn row(feed: ListedFeed, outlook: Outlook) -> Row {
    let Outlook { next_poll, why, advice } = outlook;
    Row { feed, next_poll, why, advice, size: FeedSize::default() }
}

fn cells(row: &Row) -> Vec<String> {
    let feed = &row.feed;
    let answers = match &feed.poll {
        Some(poll) => lines(poll.answers.iter().map(told)),
        None => feed.shape.clone().unwrap_or_default(),
    };
    let next =
        if row.why.is_empty() { String::new() } else { format!("{}\n{}", when(row.next_poll), row.why) };
    vec![
        lines(
            [Some(&feed.title).filter(|title| !title.is_empty()), Some(&feed.source)]
                .into_iter()
                .flatten()
                .cloned()
                .chain(found_at(feed)),
        ),
        feed.state.to_owned(),
        feed.entries.to_string(),
        size(row.size.bytes),
        answers,
        next,
        row.advice.clone().unwrap_or_default(),
    ]
}

/// Where the feed of a page was found.
fn found_at(feed: &ListedFeed) -> Option<String> {
    let poll =
        feed.poll.as_ref().filter(|poll| poll.seeking.as_ref().is_some_and(|seeking| seeking.found))?;
    poll.location.as_ref().map(|location| format!("its feed: {location}"))
}

fn told(answer: &PastAnswer) -> String {
    let status = answer.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    match &answer.error {
        Some(error) => format!("{} {status}: {error}", when(Some(answer.at))),
        None => format!("{} {status}", when(Some(answer.at))),
    }
}

fn lines(each: impl Iterator<Item = String>) -> String {
    each.collect::<Vec<_>>().join("\n")
}
