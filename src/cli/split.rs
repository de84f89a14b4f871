//! `riverd split` and `riverd join`: the owner's corrections.

use std::sync::Arc;

use serde::Serialize;

use crate::cli::args::Form;
use crate::cli::asking::{PATIENCE, ask};
use crate::cli::finding::{find, line, reader};
use crate::cli::out::{json, print};
use crate::config::load::Config;
use crate::model::correction::{Answer, Request};
use crate::model::ids::EntryId;
use crate::store::entries::StoredEntry;
use crate::store::reader::Reader;

/// What was done.
#[derive(Debug, Serialize)]
struct Done {
    /// The stories of the entries are others now.
    changed: bool,
    /// It waits in the store for the riverd that holds it.
    waiting: bool,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    entry: EntryId,
    id: String,
    title: String,
    /// The story's id for readers.
    story: String,
    /// Its story's entries, withdrawn ones too.
    story_entries: Vec<EntryId>,
}

/// Takes an entry out of its story, for ever.
///
/// # Errors
/// If it is not clear which entry is meant, or the store cannot be written.
pub async fn split(config: &Config, name: &str, form: Form) -> anyhow::Result<()> {
    let reader = reader(config)?;
    let entry = find(&reader, name)?;
    let request = Request::Split { entry: entry.report.row };
    correct(config, &reader, request, &[entry], form).await
}

/// Puts two entries, and all that is told with them, into one story, for ever.
///
/// # Errors
/// As [`split`].
pub async fn join(config: &Config, names: [&str; 2], form: Form) -> anyhow::Result<()> {
    let reader = reader(config)?;
    let (one, other) = (find(&reader, names[0])?, find(&reader, names[1])?);
    anyhow::ensure!(one.report.row != other.report.row, "both mean the same entry:\n  {}", line(&one));
    let request = Request::Join { entry: one.report.row, other: other.report.row };
    correct(config, &reader, request, &[one, other], form).await
}

async fn correct(
    config: &Config,
    reader: &Reader,
    request: Request,
    before: &[StoredEntry],
    form: Form,
) -> anyhow::Result<()> {
    let answer = ask(config, request, PATIENCE, Arc::new(|_, _| {})).await?;
    let mut done = Done { changed: false, waiting: answer.is_none(), entries: vec![] };
    for old in before {
        let Some(stored) = reader.entry(old.report.row)? else { continue };
        done.changed |= stored.story != old.story;
        done.entries.push(Entry {
            entry: stored.report.row,
            id: stored.report.atom_id.clone(),
            title: stored.report.entry.title.clone(),
            story_entries: reader.members(stored.story)?,
            story: stored.story_atom_id,
        });
    }
    if form.json {
        return json(&done);
    }
    print(&format!("{}\n", told(&done, answer.as_ref(), request)))?;
    before.iter().try_for_each(|entry| print(&format!("  {}\n", line(entry))))
}

fn told(done: &Done, answer: Option<&Answer>, request: Request) -> String {
    let entries = done.entries.first().map_or(0, |entry| entry.story_entries.len());
    let story = done.entries.first().map_or("", |entry| entry.story.as_str());
    match (answer, request) {
        (None, _) => {
            "noted; the riverd that holds the store has not taken it up yet, and will when it can".to_owned()
        }
        (Some(Answer::Alone), _) => "nothing to split: it tells its story alone".to_owned(),
        (_, Request::Split { .. }) => format!("it tells a story of its own from now on, {story}"),
        _ if done.changed => format!("one story of {entries} entries from now on, {story}"),
        _ => format!("they are one story of {entries} entries already, and stay so, {story}"),
    }
}
