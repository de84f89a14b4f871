//! Reads what the listing commands show.

use rusqlite::Row;
use serde::Serialize;

use crate::model::document::{Origin, shown};
use crate::model::feed::Feed;
use crate::model::poll::PollState;
use crate::store::error::StoreError;
use crate::store::feeds::poll_state;
use crate::store::reader::Reader;
use crate::store::rows::{all, json};

/// A feed for `riverd feeds`.
#[derive(Debug, Serialize)]
pub struct ListedFeed {
    /// URL, or path in the watched folder.
    pub source: String,
    /// The owner's title, else the publisher's.
    pub title: String,
    /// What it was read as; `None`: nothing read yet.
    pub shape: Option<String>,
    /// `followed`, `list` (of subscriptions, followed), `retired` (followed, but gone), `unsubscribed`, `file` or
    /// `removed`.
    pub state: &'static str,
    /// Where the owner put it.
    pub labels: Vec<String>,
    /// Entries that are not withdrawn.
    pub entries: i64,
    /// How polling stands; `None` for files.
    pub poll: Option<PollState>,
    /// What was wrong with its last document.
    pub complaints: serde_json::Value,
}

/// A file of the folder that is not in.
#[derive(Debug, Serialize)]
pub struct SetAside {
    /// Path in the watched folder.
    pub path: String,
    /// Why.
    pub reason: String,
}

const FEEDS: &str = "SELECT key, feed, shape, gone, complaints, poll, etag, last_modified,
        (SELECT count(*) FROM entries WHERE entries.feed = feeds.id AND withdrawn IS NULL) AS entries,
        (SELECT count(*) FROM asked AS s WHERE s.feed = feeds.id) AS asked,
        (SELECT title FROM asked AS s WHERE s.feed = feeds.id AND title IS NOT NULL LIMIT 1) AS owner_title,
        coalesce((SELECT labels FROM asked AS s WHERE s.feed = feeds.id LIMIT 1), '[]') AS labels
    FROM feeds ORDER BY key";

impl Reader {
    /// Every feed and file that was ever read or asked for, by key.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn list_feeds(&self) -> Result<Vec<ListedFeed>, StoreError> {
        self.view(|db| all(db, FEEDS, [], listed))
    }

    /// Every file of the folder that is not in, by path.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn list_set_aside(&self) -> Result<Vec<SetAside>, StoreError> {
        let sql = "SELECT path, reason FROM set_aside ORDER BY path";
        self.view(|db| all(db, sql, [], |row| Ok(SetAside { path: row.get(0)?, reason: row.get(1)? })))
    }
}

/// Addresses in it without the names and passwords that may stand in them.
fn hidden(mut poll: PollState) -> PollState {
    let moving = poll.moving.iter_mut().map(|moving| &mut moving.to);
    let sought = poll.seeking.iter_mut().flat_map(|seeking| &mut seeking.left);
    for address in poll.given_by.iter_mut().chain(&mut poll.location).chain(moving).chain(sought) {
        *address = shown(address).into_owned();
    }
    poll
}

fn listed(row: &Row<'_>) -> Result<ListedFeed, StoreError> {
    let feed: Feed = json(row, "feed")?;
    let origin = Origin::from_key(&row.get::<_, String>("key")?);
    let gone = row.get::<_, Option<i64>>("gone")?.is_some();
    let asked: i64 = row.get("asked")?;
    let shape: Option<String> = row.get("shape")?;
    let is_list = shape.as_deref() == Some("opml");
    let (source, poll, state) = match origin {
        Origin::Remote(url) => {
            let poll = hidden(poll_state(row)?);
            let state = match (asked > 0, poll.retired, is_list) {
                (false, ..) => "unsubscribed",
                (_, true, _) => "retired",
                (_, _, true) => "list",
                _ => "followed",
            };
            (shown(&url).into_owned(), Some(poll), state)
        }
        Origin::File(path) => (path, None, if gone { "removed" } else { "file" }),
    };
    Ok(ListedFeed {
        source,
        title: row.get::<_, Option<String>>("owner_title")?.unwrap_or(feed.title),
        shape,
        state,
        labels: json(row, "labels")?,
        entries: row.get("entries")?,
        poll,
        complaints: json(row, "complaints")?,
    })
}
