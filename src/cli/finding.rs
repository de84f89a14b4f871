//! Which entry the owner means: by its number, its id for readers, its link, or a piece of its title.
//! Promises: never a guess. What fits none or several is an error that lists what could be meant.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::bail;

use crate::cli::out::when;
use crate::config::load::Config;
use crate::daemon::clock::now;
use crate::model::ids::EntryId;
use crate::parse::link::canonical;
use crate::store::entries::StoredEntry;
use crate::store::error::StoreError;
use crate::store::open::{open, open_to_read};
use crate::store::reader::Reader;

/// Candidates listed.
const LISTED: usize = 10;
/// Titles less alike than this are no help, 0 to 1.
const ALIKE: f64 = 0.35;

/// A reader of the store, lifted to the present schema if no other riverd holds it.
///
/// # Errors
/// If there is no store, or a riverd of an older version holds it.
pub fn reader(config: &Config) -> anyhow::Result<Reader> {
    let path = Path::new(&config.store.path);
    let reader = open_to_read(path)?;
    if reader.is_lifted()? {
        return Ok(reader);
    }
    match open(path, now(), "") {
        Err(StoreError::InUse(_)) => bail!("the running riverd is of an older version; restart it"),
        opened => drop(opened?),
    }
    Ok(reader)
}

/// The one entry that `name` means. Blocks.
///
/// # Errors
/// If it means none, or several; both list what could be meant.
pub fn find(reader: &Reader, name: &str) -> anyhow::Result<StoredEntry> {
    let name = name.trim();
    if let Some(entry) = name.parse().ok().map(EntryId).map(|id| reader.entry(id)).transpose()?.flatten() {
        return Ok(entry);
    }
    let link = canonical(name).unwrap_or_else(|| name.to_owned());
    let called = reader.entries_called(name, &link)?;
    let found = if called.is_empty() { titled(reader, name)? } else { called };
    match &found[..] {
        [] => {
            let near = listed(reader, &alike(reader, name)?)?;
            let near = if near.is_empty() { near } else { format!("; nearest are:{near}") };
            bail!(
                "no entry is called “{name}”{near}\n(`riverd stories` lists what was told lately, with numbers)"
            )
        }
        [one] => reader.entry(*one)?.ok_or_else(|| anyhow::anyhow!("the entry {one} is gone")),
        many => bail!(
            "“{name}” could be {} entries; say which by its number:{}",
            many.len(),
            listed(reader, many)?
        ),
    }
}

/// Entries with this title; if none, those with this piece of a title. Small and capital letters are equal.
fn titled(reader: &Reader, piece: &str) -> anyhow::Result<Vec<EntryId>> {
    let (piece, mut whole, mut part) = (piece.to_lowercase(), vec![], vec![]);
    if piece.is_empty() {
        return Ok(vec![]);
    }
    reader.titles(|entry, title| {
        let title = title.to_lowercase();
        if title == piece {
            whole.push(entry);
        } else if title.contains(&piece) {
            part.push(entry);
        }
    })?;
    Ok(if whole.is_empty() { part } else { whole })
}

fn alike(reader: &Reader, name: &str) -> anyhow::Result<Vec<EntryId>> {
    let (name, mut near) = (name.to_lowercase(), Vec::new());
    reader.titles(|entry, title| {
        let likeness = strsim::sorensen_dice(&name, &title.to_lowercase());
        if likeness >= ALIKE {
            near.push((likeness, entry));
        }
    })?;
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(near.into_iter().take(LISTED / 2).map(|(_, entry)| entry).collect())
}

fn listed(reader: &Reader, entries: &[EntryId]) -> anyhow::Result<String> {
    let mut list = String::new();
    for entry in entries.iter().take(LISTED) {
        if let Some(stored) = reader.entry(*entry)? {
            write!(list, "\n  {}", line(&stored))?;
        }
    }
    if entries.len() > LISTED {
        write!(list, "\n  … and {} more", entries.len() - LISTED)?;
    }
    Ok(list)
}

/// An entry in one line: number, date, title, feed.
pub fn line(stored: &StoredEntry) -> String {
    let report = &stored.report;
    let gone = if stored.withdrawn { ", withdrawn" } else { "" };
    let (title, feed) = (&report.entry.title, &report.source.feed.title);
    format!("{:>6}  {}  {title} ({feed}{gone})", report.row.0, when(Some(report.published)))
}
