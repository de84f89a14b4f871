//! `riverd feeds`

use std::path::Path;

use serde_json::json as object;

use crate::cli::args::Form;
use crate::cli::out::{json, print, table, when};
use crate::config::load::Config;
use crate::store::listing::ListedFeed;
use crate::store::open::open_to_read;

/// Lists every feed and file, and what was set aside.
///
/// # Errors
/// If there is no store.
pub fn feeds(config: &Config, form: Form) -> anyhow::Result<()> {
    let reader = open_to_read(Path::new(&config.store.path))?;
    let (feeds, aside) = (reader.list_feeds()?, reader.list_set_aside()?);
    if form.json {
        return json(&object!({ "feeds": feeds, "set_aside": aside }));
    }
    let head = ["feed", "state", "entries", "last poll", "next poll", "what happened"];
    table(&head, feeds.iter().map(row).collect())?;
    aside.iter().try_for_each(|file| print(&format!("set aside: {}: {}\n", file.path, file.reason)))
}

fn row(feed: &ListedFeed) -> Vec<String> {
    let poll = feed.poll.as_ref();
    let happened = match poll {
        Some(poll) => poll.last_error.clone().unwrap_or_else(|| poll.reason.clone()),
        None => feed.shape.clone().unwrap_or_default(),
    };
    let name =
        if feed.title.is_empty() { feed.source.clone() } else { format!("{}\n{}", feed.title, feed.source) };
    vec![
        name,
        feed.state.to_owned(),
        feed.entries.to_string(),
        when(poll.and_then(|poll| poll.last_poll)),
        when(poll.and_then(|poll| poll.next_poll)),
        happened,
    ]
}
