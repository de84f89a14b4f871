//! What a river selects: by feed, language and words, within a window; found without reading the whole store.
//! Promises: a river reads the stories it shows and little more. Its place in time is told by what is stored, never by a
//! clock: the same store selects the same.
//! Deliberately not here: what labels mean, and how the selected part of a story is told.

use std::collections::HashSet;
use std::ops::ControlFlow;

use rusqlite::{Connection, Row, params};

use crate::model::document::Origin;
use crate::model::ids::{EntryId, FeedId, StoryId};
use crate::model::query::Query;
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::river::{LINKS, REPORTS, STORY, StoredStory, link, stored, story};
use crate::store::rows::{all, json, one};
use crate::store::search::found;

/// What is wanted; by default, everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Entries of these feeds; `None`: of all.
    pub feeds: Option<Vec<FeedId>>,
    /// Entries in these languages, as primary tags; none: in all, known or not.
    pub languages: Vec<String>,
    /// Entries that this finds; `None`: all.
    pub query: Option<Query>,
    /// No entries that this finds.
    pub exclude: Option<Query>,
    /// Stories with an entry that stands no further than this many milliseconds below the newest of the store.
    pub window_ms: Option<i64>,
}

impl Wanted {
    /// Nothing is left out.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// What stands below this is outside the window; `newest`: of the store.
    pub(crate) fn since(&self, newest: Option<Timestamp>) -> Option<Timestamp> {
        self.window_ms.zip(newest).map(|(ms, newest)| newest.plus_ms(-ms))
    }
}

/// Where the newest entry of the store stands.
pub(crate) fn newest(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    one(db, NEWEST, [], |row| Ok(Timestamp(row.get(0)?)))
}

/// Whether an entry in this language is wanted where these primary tags are; none: all are.
pub(crate) fn is_spoken(languages: &[String], language: Option<&str>) -> bool {
    let primary = language.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default();
    languages.is_empty() || languages.iter().any(|known| known.eq_ignore_ascii_case(primary))
}

/// A story of which at least one report is selected.
#[derive(Debug)]
pub struct Selected {
    /// Where its newest selected report stands.
    pub place: (Timestamp, EntryId),
    /// What stands below this is outside the window; `None`: nothing is.
    pub since: Option<Timestamp>,
    /// All its entries, and of its reports the selected ones.
    pub story: StoredStory,
}

/// A label of a feed: a path of folders, `/` between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// The feed.
    pub feed: FeedId,
    /// Its label, as written.
    pub label: String,
}

/// Fewer entries than this are sorted rather than looked for among all.
const FEW: usize = 5_000;
/// Fewer entries than this are read one by one rather than looked for among all.
const VERY_FEW: usize = 500;

const ALL: &str = "SELECT story, rank, id, feed, language FROM entries INDEXED BY entries_by_rank
    WHERE withdrawn IS NULL AND backfill IS NULL AND rank >= ?1 ORDER BY rank DESC, id DESC";

const OF_FEEDS: &str = "SELECT story, rank, id, feed, language FROM entries INDEXED BY entries_by_feed
    WHERE feed IN (SELECT value FROM json_each(?2)) AND withdrawn IS NULL AND backfill IS NULL AND rank >= ?1
    ORDER BY rank DESC, id DESC";

const BY_NUMBER: &str = "SELECT story, rank, id, feed, language FROM entries
    WHERE id IN (SELECT value FROM json_each(?2)) AND withdrawn IS NULL AND backfill IS NULL AND rank >= ?1
    ORDER BY rank DESC, id DESC";

/// Ends as soon as there are too many.
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM entries INDEXED BY entries_by_feed
    WHERE feed IN (SELECT value FROM json_each(?1)) AND withdrawn IS NULL AND backfill IS NULL LIMIT ?2)";

const NEWEST: &str = "SELECT rank FROM entries INDEXED BY entries_by_rank
    WHERE withdrawn IS NULL AND backfill IS NULL ORDER BY rank DESC, id DESC LIMIT 1";

impl Reader {
    /// Shows every story of which something is wanted to `see`, the one with the newest selected report first, until
    /// `see` has seen enough.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn selected(
        &self,
        wanted: &Wanted,
        mut see: impl FnMut(Selected) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.view(|db| {
            let selection = Selection::of(db, wanted)?;
            let since = selection.since;
            selection.walk(db, |id, place| {
                let Some(mut story) = one(db, STORY, [id.0], story)? else {
                    return Ok(ControlFlow::Continue(()));
                };
                story.links = all(db, LINKS, [id.0], link)?;
                let reports = all(db, REPORTS, [id.0], |row| selection.report(row))?;
                story.reports = reports.into_iter().flatten().collect();
                Ok(see(Selected { place, since, story }))
            })
        })
    }

    /// Every label of every feed that is followed or lies in the folder: its folders in the watched folder, and in an
    /// OPML file. In no order.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn labels(&self) -> Result<Vec<Labelled>, StoreError> {
        let files = "SELECT id, key FROM feeds WHERE key >= 'file:' AND key < 'file;' AND gone IS NULL
                     AND coalesce(shape, '') <> 'opml' AND instr(key, '/') > 0";
        let asked = "SELECT feed, asked_by, labels FROM asked";
        self.view(|db| {
            let files = all(db, files, [], |row| {
                let label = folder_of(&row.get::<_, String>(1)?);
                Ok(Labelled { feed: FeedId(row.get(0)?), label })
            })?;
            let asked = all(db, asked, [], |row| {
                let (feed, folder) = (FeedId(row.get(0)?), folder_of(&row.get::<_, String>(1)?));
                let labels: Vec<String> = json(row, "labels")?;
                let whole = within(&folder, labels).into_iter();
                Ok(whole.map(|label| Labelled { feed, label }).collect::<Vec<_>>())
            })?;
            Ok(files.into_iter().chain(asked.into_iter().flatten()).collect())
        })
    }
}

/// The folders of a file in the watched folder, by its key; empty of anything else.
fn folder_of(key: &str) -> String {
    match Origin::from_key(key) {
        Origin::File(path) => path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned()),
        Origin::Remote(_) => String::new(),
    }
}

/// The labels that a list in this folder gives; the folder itself if it gives none.
pub fn within(folder: &str, labels: Vec<String>) -> Vec<String> {
    let labels = if labels.is_empty() { vec![String::new()] } else { labels };
    let whole = |label: String| match (folder, label.as_str()) {
        ("", _) => label,
        (folder, "") => folder.to_owned(),
        (folder, label) => format!("{folder}/{label}"),
    };
    labels.into_iter().map(whole).collect()
}

/// What is wanted, in numbers of this store.
struct Selection {
    feeds: Option<HashSet<i64>>,
    languages: Vec<String>,
    /// In order.
    found: Option<Vec<i64>>,
    /// In order.
    excluded: Vec<i64>,
    since: Option<Timestamp>,
}

impl Selection {
    fn of(db: &Connection, wanted: &Wanted) -> Result<Self, StoreError> {
        let find = |query: &Option<Query>| query.as_ref().map(|query| found(db, query)).transpose();
        Ok(Self {
            feeds: wanted.feeds.as_ref().map(|feeds| feeds.iter().map(|feed| feed.0).collect()),
            languages: wanted.languages.clone(),
            found: find(&wanted.query)?,
            excluded: find(&wanted.exclude)?.unwrap_or_default(),
            since: wanted.since(newest(db)?),
        })
    }

    fn takes(&self, entry: i64, feed: i64, language: Option<&str>) -> bool {
        self.feeds.as_ref().is_none_or(|feeds| feeds.contains(&feed))
            && is_spoken(&self.languages, language)
            && self.found.as_ref().is_none_or(|found| found.binary_search(&entry).is_ok())
            && self.excluded.binary_search(&entry).is_err()
    }

    /// A row of [`REPORTS`], if it is selected.
    fn report(&self, row: &Row<'_>) -> Result<Option<crate::store::river::StoredReport>, StoreError> {
        let language: Option<String> = row.get("language")?;
        let takes = self.takes(row.get("id")?, row.get("feed_id")?, language.as_deref());
        takes.then(|| stored(row)).transpose()
    }

    /// Every story with a selected entry within the window, and the place of the newest such.
    fn walk(
        &self,
        db: &Connection,
        mut see: impl FnMut(StoryId, (Timestamp, EntryId)) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut seen = HashSet::new();
        self.each(db, self.since.map_or(i64::MIN, |since| since.0), |row| {
            let story: i64 = row.get(0)?;
            if !seen.insert(story) {
                return Ok(ControlFlow::Continue(()));
            }
            see(StoryId(story), (Timestamp(row.get(1)?), EntryId(row.get(2)?)))
        })
    }

    /// Every selected entry down to `since`, the newest first.
    fn each(
        &self,
        db: &Connection,
        since: i64,
        mut see: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let (sql, among) = self.way(db)?;
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = match among {
            Some(among) => statement.query(params![since, among])?,
            None => statement.query([since])?,
        };
        while let Some(row) = rows.next()? {
            let language = row.get_ref(4)?.as_str_or_null().map_err(rusqlite::Error::from)?;
            if self.takes(row.get(2)?, row.get(3)?, language) && see(row)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The shortest way to all that is selected, and the numbers it goes by.
    fn way(&self, db: &Connection) -> Result<(&'static str, Option<String>), StoreError> {
        if let Some(found) = self.found.as_ref().filter(|found| found.len() < VERY_FEW) {
            return Ok((BY_NUMBER, Some(serde_json::to_string(found)?)));
        }
        let Some(feeds) = &self.feeds else { return Ok((ALL, None)) };
        let among = serde_json::to_string(feeds)?;
        let few = i64::try_from(FEW).unwrap_or(i64::MAX);
        let count: i64 = db.prepare_cached(COUNT)?.query_row(params![among, few], |row| row.get(0))?;
        Ok(if count < few { (OF_FEEDS, Some(among)) } else { (ALL, None) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_the_folders_of_the_list_and_those_in_it() {
        let check = |key: &str, labels: &[&str], expected: &[&str]| {
            let labels = labels.iter().map(|label| (*label).to_owned()).collect();
            assert_eq!(within(&folder_of(key), labels), expected, "{key}");
        };
        check("file:a.opml", &["N/D"], &["N/D"]);
        check("file:tech/linux/a.opml", &["N", "M"], &["tech/linux/N", "tech/linux/M"]);
        check("file:tech/a.opml", &[], &["tech"]);
        check("file:a.opml", &[], &[""]);
        check("config", &["N"], &["N"]);
    }
}
