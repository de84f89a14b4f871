//! Reads the stories that a river shows, each with all its reports, from one moment of the store.

use rusqlite::{Connection, Row};

use crate::model::document::Origin;
use crate::model::feed::Feed;
use crate::model::ids::{EntryId, StoryId};
use crate::model::river::{Report, SourceFeed};
use crate::model::story::Tier;
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::{all, json};

/// One report of a story, as stored.
#[derive(Debug)]
pub struct StoredReport {
    /// How near it was when it joined; `None`: it began the story.
    pub tier: Option<Tier>,
    /// For readers.
    pub report: Report,
}

/// One story, as stored. Its reports are in the order they came; there is at least one.
#[derive(Debug)]
pub struct StoredStory {
    /// Its row.
    pub id: StoryId,
    /// Its id for readers.
    pub atom_id: String,
    /// When it was first told.
    pub first_seen: Timestamp,
    /// Those not withdrawn.
    pub reports: Vec<StoredReport>,
}

const STORIES: &str =
    "SELECT id, atom_id, first_seen FROM stories WHERE live > 0 ORDER BY rank DESC, id DESC LIMIT ?1";

const REPORTS: &str = "SELECT entries.id AS id, tier, entry, entries.atom_id AS atom_id, published, updated,
        feeds.key AS feed_key, feeds.atom_id AS feed_atom_id, feeds.feed AS feed,
        (SELECT title FROM subscriptions AS s WHERE s.feed = feeds.id AND title IS NOT NULL ORDER BY asked_by LIMIT 1)
            AS owner_title
    FROM entries JOIN feeds ON feeds.id = entries.feed
    WHERE story = ?1 AND withdrawn IS NULL ORDER BY entries.id";

impl Reader {
    /// The newest `limit` stories, newest first.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn river(&self, limit: usize) -> Result<Vec<StoredStory>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.view(|db| {
            let mut stories = all(db, STORIES, [limit], story)?;
            for story in &mut stories {
                story.reports = reports(db, story.id)?;
            }
            Ok(stories)
        })
    }
}

fn story(row: &Row<'_>) -> Result<StoredStory, StoreError> {
    Ok(StoredStory {
        id: StoryId(row.get(0)?),
        atom_id: row.get(1)?,
        first_seen: Timestamp(row.get(2)?),
        reports: Vec::new(),
    })
}

fn reports(db: &Connection, story: StoryId) -> Result<Vec<StoredReport>, StoreError> {
    all(db, REPORTS, [story.0], |row| Ok(StoredReport { tier: tier(row)?, report: report(row)? }))
}

/// How near, out of a row of `entries`.
pub(crate) fn tier(row: &Row<'_>) -> Result<Option<Tier>, StoreError> {
    Ok(match row.get::<_, Option<String>>("tier")?.as_deref() {
        Some("identity") => Some(Tier::Identity),
        Some("copy") => Some(Tier::Copy),
        Some(_) => Some(Tier::Story),
        None => None,
    })
}

/// A report, out of a row of `entries` with its feed.
pub(crate) fn report(row: &Row<'_>) -> Result<Report, StoreError> {
    Ok(Report {
        row: EntryId(row.get("id")?),
        entry: json(row, "entry")?,
        atom_id: row.get("atom_id")?,
        source: source(row)?,
        published: Timestamp(row.get("published")?),
        updated: Timestamp(row.get("updated")?),
    })
}

fn source(row: &Row<'_>) -> Result<SourceFeed, StoreError> {
    let mut feed: Feed = json(row, "feed")?;
    if let Some(title) = row.get("owner_title")? {
        feed.title = title;
    }
    let url = match Origin::from_key(&row.get::<_, String>("feed_key")?) {
        Origin::Remote(url) => Some(url),
        Origin::File(_) => None,
    };
    Ok(SourceFeed { atom_id: row.get("feed_atom_id")?, url, feed })
}
