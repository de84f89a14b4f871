//! Reads the stories that a river shows, each with all its reports, from one moment of the store.

use rusqlite::{Connection, Row};

use crate::model::document::{Origin, shown};
use crate::model::feed::Feed;
use crate::model::ids::{EntryId, StoryId};
use crate::model::river::{Report, SourceFeed};
use crate::model::story::{Link, Tier};
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::{all, json, one};

/// One report of a story, as stored.
#[derive(Debug)]
pub struct StoredReport {
    /// How near it was when it joined; `None`: it began the story.
    pub tier: Option<Tier>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// Its place in rivers where it is the first of what they tell as one entry.
    pub rank: Timestamp,
    /// For readers.
    pub report: Report,
}

/// One entry of a story, shown or withdrawn: what keeps the story together.
#[derive(Debug)]
pub struct StoredLink {
    /// How it came in.
    pub link: Link,
    /// Its id for readers where it is the first of what a river tells as one entry.
    pub told_as: String,
    /// Its place in rivers where it is the first of what they tell as one entry.
    pub rank: Timestamp,
    /// When it was withdrawn; `None`: it is shown.
    pub withdrawn: Option<Timestamp>,
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
    /// Its place in rivers that tell it whole.
    pub rank: Timestamp,
    /// All its entries, withdrawn ones too, in the order they came.
    pub links: Vec<StoredLink>,
    /// Those not withdrawn.
    pub reports: Vec<StoredReport>,
}

pub(crate) const STORIES: &str =
    "SELECT id, atom_id, first_seen, rank FROM stories WHERE live > 0 ORDER BY rank DESC, id DESC LIMIT ?1";

pub(crate) const STORY: &str = "SELECT id, atom_id, first_seen, rank FROM stories WHERE id = ?1";

pub(crate) const LINKS: &str =
    "SELECT id, tier, json_extract(verdict, '$.nearest') AS nearest, told_as, rank,
        CASE WHEN backfill THEN coalesce(withdrawn, first_seen) ELSE withdrawn END AS withdrawn FROM entries
    WHERE story = ?1 ORDER BY id";

pub(crate) const REPORTS: &str = "SELECT entries.id AS id, entries.feed AS feed_id, language, tier,
        entries.first_seen AS first_seen,
        rank, entry, entries.atom_id AS atom_id, published, updated,
        feeds.key AS feed_key, feeds.atom_id AS feed_atom_id, feeds.feed AS feed,
        (SELECT title FROM subscriptions AS s WHERE s.feed = feeds.id AND title IS NOT NULL ORDER BY asked_by LIMIT 1)
            AS owner_title
    FROM entries JOIN feeds ON feeds.id = entries.feed
    WHERE story = ?1 AND withdrawn IS NULL AND backfill IS NULL ORDER BY entries.id";

impl Reader {
    /// The newest `limit` stories, newest first.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn river(&self, limit: usize) -> Result<Vec<StoredStory>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.view(|db| {
            let mut stories = all(db, STORIES, [limit], story)?;
            stories.iter_mut().try_for_each(|story| fill(db, story))?;
            Ok(stories)
        })
    }

    /// A story with all its reports, or the one that it proved to be; `None` if there is none.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn story_or_heir(&self, id: StoryId) -> Result<Option<StoredStory>, StoreError> {
        let sql = "SELECT coalesce(merged_into, id) FROM stories WHERE id = ?1";
        let heir = self.view(|db| one(db, sql, [id.0], |row| Ok(StoryId(row.get(0)?))))?;
        heir.map_or(Ok(None), |heir| self.story(heir))
    }

    /// A story with all its reports; `None` if there is none.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn story(&self, id: StoryId) -> Result<Option<StoredStory>, StoreError> {
        self.view(|db| {
            let mut found = one(db, STORY, [id.0], story)?;
            found.iter_mut().try_for_each(|story| fill(db, story))?;
            Ok(found)
        })
    }
}

/// A story, out of a row of its id, `atom_id`, `first_seen` and `rank`; its entries are still to be filled in.
pub(crate) fn story(row: &Row<'_>) -> Result<StoredStory, StoreError> {
    Ok(StoredStory {
        id: StoryId(row.get(0)?),
        atom_id: row.get(1)?,
        first_seen: Timestamp(row.get(2)?),
        rank: Timestamp(row.get(3)?),
        links: Vec::new(),
        reports: Vec::new(),
    })
}

fn fill(db: &Connection, story: &mut StoredStory) -> Result<(), StoreError> {
    links_of(db, story)?;
    story.reports = all(db, REPORTS, [story.id.0], stored)?;
    Ok(())
}

/// Fills in what keeps a story together.
pub(crate) fn links_of(db: &Connection, story: &mut StoredStory) -> Result<(), StoreError> {
    story.links = all(db, LINKS, [story.id.0], link)?;
    Ok(())
}

/// How an entry came in, out of a row of [`LINKS`].
pub(crate) fn link(row: &Row<'_>) -> Result<StoredLink, StoreError> {
    let nearest = row.get::<_, Option<i64>>("nearest")?.map(EntryId);
    let link = Link { entry: EntryId(row.get("id")?), tier: tier(row)?, nearest };
    Ok(StoredLink {
        link,
        told_as: row.get("told_as")?,
        rank: Timestamp(row.get("rank")?),
        withdrawn: row.get::<_, Option<i64>>("withdrawn")?.map(Timestamp),
    })
}

/// A report, out of a row of [`REPORTS`].
pub(crate) fn stored(row: &Row<'_>) -> Result<StoredReport, StoreError> {
    Ok(StoredReport {
        tier: tier(row)?,
        first_seen: Timestamp(row.get("first_seen")?),
        rank: Timestamp(row.get("rank")?),
        report: report(row)?,
    })
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
        Origin::Remote(url) => Some(shown(&url).into_owned()),
        Origin::File(_) => None,
    };
    Ok(SourceFeed { atom_id: row.get("feed_atom_id")?, url, feed })
}
