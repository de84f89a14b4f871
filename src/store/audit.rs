//! Looks for whatever could be wrong with a store: `riverd check --store`.
//! Promises: reads one moment of it, beside a riverd that may be writing; changes nothing; each fault is said in words,
//! with what to do about it.
//! Deliberately not here: mending. A damaged store is replaced by its backup, for what a repair would make up is not known.

use rusqlite::Connection;
use serde::Serialize;

use crate::store::error::{StoreError, Trouble};
use crate::store::open::can_be_read;
use crate::store::reader::Reader;
use crate::store::rows::{all, one};
use crate::store::search::is_filled;

/// Faults of one kind that are told one by one.
const TOLD: usize = 10;

const RESTORE: &str = "stop riverd, put the store aside, and restore a backup (see the README); without one, start anew: \
    the folder and the feeds fill it again";
const REPORT: &str =
    "riverd goes on; keep a copy of the store (`riverd backup`) and report it as a fault of riverd";
const REINDEX: &str = "stop riverd, run `sqlite3 STORE \"DELETE FROM meta WHERE key = 'search'\"`, and start it: it indexes anew";

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreFault {
    /// What was looked at: `pages`, `references`, `stories`, `entries`, `search`, `archive`, `ids`, `rows`.
    pub about: &'static str,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub advice: &'static str,
}

/// A question that must have no answer: about what, what an answer means, what to do, and the question, whose rows say
/// where.
type Question = (&'static str, &'static str, &'static str, &'static str);

const QUESTIONS: &[Question] = &[
    (
        "stories",
        "the number of shown entries of a story is not what it says",
        REPORT,
        "SELECT 'story ' || id || ' says ' || live FROM stories WHERE live IS NOT
            (SELECT count(*) FROM entries WHERE story = stories.id AND withdrawn IS NULL AND backfill IS NULL)",
    ),
    (
        "stories",
        "a story without entries was neither put together with another nor forgotten",
        REPORT,
        "SELECT 'story ' || id FROM stories WHERE merged_into IS NULL AND forgotten IS NULL
            AND NOT EXISTS (SELECT 1 FROM entries WHERE story = stories.id)",
    ),
    (
        "stories",
        "a story that was put together with another, or forgotten, has entries",
        REPORT,
        "SELECT 'story ' || id FROM stories WHERE (merged_into IS NOT NULL OR forgotten IS NOT NULL)
            AND EXISTS (SELECT 1 FROM entries WHERE story = stories.id)",
    ),
    (
        "stories",
        "a story was put together with one that was put together with another",
        REPORT,
        "SELECT 'story ' || s.id FROM stories AS s JOIN stories AS t ON t.id = s.merged_into
            WHERE t.merged_into IS NOT NULL",
    ),
    (
        "entries",
        "an entry has no id for readers",
        REPORT,
        "SELECT 'entry ' || id FROM entries WHERE told_as IS NULL OR told_as = ''",
    ),
    (
        "rows",
        "an entry cannot be understood",
        RESTORE,
        "SELECT 'entry ' || id FROM entries WHERE NOT json_valid(entry) OR NOT json_valid(verdict)",
    ),
    (
        "rows",
        "a feed cannot be understood",
        RESTORE,
        "SELECT 'feed ' || id FROM feeds WHERE NOT json_valid(feed) OR NOT json_valid(poll) OR NOT json_valid(hints)",
    ),
    (
        "ids",
        "a number was given out that would be given out again",
        REPORT,
        "SELECT 'entry ' || max(id) FROM entries HAVING max(id) > (SELECT seq FROM sqlite_sequence WHERE name = 'entries')
         UNION ALL
         SELECT 'story ' || max(id) FROM stories HAVING max(id) > (SELECT seq FROM sqlite_sequence WHERE name = 'stories')",
    ),
    (
        "archive",
        "a page of an archive is missing",
        RESTORE,
        "SELECT 'page ' || (number - 1) || ' of ' || river FROM pages AS p WHERE number > 1
            AND NOT EXISTS (SELECT 1 FROM pages WHERE river = p.river AND number = p.number - 1)",
    ),
    (
        "archive",
        "what a river told stands in a page that is not there",
        RESTORE,
        "SELECT id || ' in page ' || page || ' of ' || river FROM told WHERE page IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM pages WHERE river = told.river AND number = told.page)",
    ),
];

/// Asked only where the index is whole.
const SEARCH: &[Question] = &[
    (
        "search",
        "an entry is not in the search",
        REINDEX,
        "SELECT 'entry ' || id FROM entries WHERE withdrawn IS NULL AND id NOT IN (SELECT id FROM search_docsize)",
    ),
    (
        "search",
        "the search finds an entry that is not there, or was withdrawn",
        REINDEX,
        "SELECT 'entry ' || id FROM search_docsize
            WHERE id NOT IN (SELECT id FROM entries WHERE withdrawn IS NULL)",
    ),
];

impl StoreFault {
    /// Of a store so damaged that looking at it fails; `None`: the failure is another.
    pub fn of(error: &StoreError) -> Option<Self> {
        let found = format!("the file is damaged: {}", chain(error));
        (error.trouble() == Trouble::Damaged).then_some(Self { about: "pages", found, advice: RESTORE })
    }
}

impl Reader {
    /// Whether all pages of a store that seemed damaged are what they must be. Blocks, for as long as reading all of it
    /// takes.
    ///
    /// # Errors
    /// That it cannot be found out, for the disk cannot be read.
    pub fn is_sound(&self) -> Result<bool, StoreError> {
        can_be_read(self.path())?;
        // What is known of it already was read from a disk that may have failed.
        let found = Self::new(self.path())
            .view(|db| Ok(db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?));
        match found {
            Ok(found) => Ok(found == "ok"),
            Err(error) if error.trouble() == Trouble::Damaged => can_be_read(self.path()).map(|()| false),
            Err(error) => Err(error),
        }
    }

    /// Everything that is wrong with the store; nothing: all is well. `progress` is told how many of how many checks are
    /// done. Reads all of it.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub fn audit(&self, progress: impl Fn(usize, usize)) -> Result<Vec<StoreFault>, StoreError> {
        self.view(|db| {
            let steps = QUESTIONS.len() + SEARCH.len() + 2;
            progress(0, steps);
            let mut faults = pages(db)?;
            progress(1, steps);
            if faults.iter().any(|fault| fault.about == "pages") {
                // What a damaged page answers is worth nothing.
                return Ok(faults);
            }
            faults.extend(references(db)?);
            let search = if is_filled(db)? { SEARCH } else { &[] };
            for (done, question) in (2..).zip(QUESTIONS.iter().chain(search)) {
                progress(done, steps);
                faults.extend(ask(db, question)?);
            }
            progress(steps, steps);
            Ok(faults)
        })
    }
}

/// SQLite's own check, of its virtual tables too.
fn pages(db: &Connection) -> Result<Vec<StoreFault>, StoreError> {
    let found = all(db, &format!("PRAGMA integrity_check({TOLD})"), [], |row| Ok(row.get::<_, String>(0)?));
    let wrong = found?.into_iter().filter(|line| line != "ok");
    let fault = |found: String| {
        let is_search = found.contains("fts5") || found.contains("search");
        let (about, advice) = if is_search { ("search", REINDEX) } else { ("pages", RESTORE) };
        StoreFault { about, found: format!("the file is damaged: {found}"), advice }
    };
    Ok(wrong.map(fault).collect())
}

fn chain(error: &StoreError) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

fn references(db: &Connection) -> Result<Vec<StoreFault>, StoreError> {
    let rows = all(db, "PRAGMA foreign_key_check", [], |row| {
        let (table, rowid, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("row {} of {table} names a row of {parent} that is not there", rowid.unwrap_or_default()))
    })?;
    Ok(bounded(rows).map(|found| StoreFault { about: "references", found, advice: RESTORE }).collect())
}

fn ask(db: &Connection, (about, meaning, advice, sql): &Question) -> Result<Vec<StoreFault>, StoreError> {
    let count = one(db, &format!("SELECT count(*) FROM ({sql})"), [], |row| Ok(row.get::<_, i64>(0)?))?;
    if count.unwrap_or_default() == 0 {
        return Ok(Vec::new());
    }
    let rows = all(db, &format!("SELECT * FROM ({sql}) LIMIT {}", TOLD + 1), [], |row| Ok(row.get(0)?))?;
    let count = count.unwrap_or_default();
    let fault = |place: String| StoreFault { about, found: format!("{meaning}: {place}"), advice };
    let mut faults: Vec<_> = rows.into_iter().take(TOLD).map(fault).collect();
    if count > TOLD as i64 {
        faults.push(fault(format!("and {} more", count - TOLD as i64)));
    }
    Ok(faults)
}

fn bounded(rows: Vec<String>) -> impl Iterator<Item = String> {
    let more = rows.len().saturating_sub(TOLD);
    let rest = (more > 0).then(|| format!("and {more} more"));
    rows.into_iter().take(TOLD).chain(rest)
}
