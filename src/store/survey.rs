//! How much there is, and since when, for those who watch riverd. Counted over indexes; still, not for every request.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::{all, one};

/// How much there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Entries that are not withdrawn.
    pub entries: u64,
    /// Stories with at least one of them.
    pub stories: u64,
    /// Followed feeds by state: `new` (never polled), `working`, `failing`, `unreached` (this machine's network is away),
    /// `retired` (gone for good). Every state is there.
    pub feeds: BTreeMap<&'static str, u64>,
    /// Files of the folder that are not in.
    pub set_aside: u64,
    /// The database file in bytes, without what is not yet moved into it.
    pub size_bytes: u64,
}

/// The states that feeds are counted by.
pub const FEED_STATES: [&str; 5] = ["failing", "new", "retired", "unreached", "working"];

const FEEDS: &str = "SELECT CASE WHEN json_extract(poll, '$.retired') THEN 'retired'
             WHEN coalesce(json_extract(poll, '$.unreached'), 0) > 0 THEN 'unreached'
             WHEN coalesce(json_extract(poll, '$.failures'), 0) > 0 THEN 'failing'
             WHEN json_extract(poll, '$.last_poll') IS NULL THEN 'new'
             ELSE 'working' END AS state, count(*) AS number
        FROM feeds WHERE id IN (SELECT feed FROM asked) GROUP BY state";

impl Default for Survey {
    fn default() -> Self {
        let feeds = FEED_STATES.into_iter().map(|state| (state, 0)).collect();
        Self { entries: 0, stories: 0, feeds, set_aside: 0, size_bytes: 0 }
    }
}

impl Survey {
    /// Followed feeds, whatever their state.
    pub fn followed(&self) -> u64 {
        self.feeds.values().sum()
    }

    /// Entries that tell no story of their own.
    pub fn folded(&self) -> u64 {
        self.entries.saturating_sub(self.stories)
    }
}

impl Reader {
    /// How much there is.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn survey(&self) -> Result<Survey, StoreError> {
        self.view(|db| {
            let found = all(db, FEEDS, [], |row| {
                Ok((row.get::<_, String>("state")?, row.get::<_, i64>("number")?.unsigned_abs()))
            })?;
            let of = |state: &str| found.iter().find(|(found, _)| found == state).map_or(0, |(_, n)| *n);
            Ok(Survey {
                entries: count(db, "SELECT count(*) FROM entries WHERE withdrawn IS NULL")?,
                stories: count(db, "SELECT count(*) FROM stories WHERE live > 0")?,
                feeds: FEED_STATES.into_iter().map(|state| (state, of(state))).collect(),
                set_aside: count(db, "SELECT count(*) FROM set_aside")?,
                size_bytes: count(db, "PRAGMA page_count")? * count(db, "PRAGMA page_size")?,
            })
        })
    }
}

impl Reader {
    /// When the store was made; the start of time in one that does not know it.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn born(&self) -> Result<Timestamp, StoreError> {
        let found = self.view(|db| {
            all(db, "SELECT value FROM meta WHERE key = 'born'", [], |row| Ok(row.get::<_, String>(0)?))
        })?;
        Ok(Timestamp(found.first().and_then(|text| text.parse().ok()).unwrap_or(0)))
    }

    /// What tells the store from every other.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn name(&self) -> Result<String, StoreError> {
        let sql = "SELECT value FROM meta WHERE key = 'name'";
        self.view(|db| Ok(one(db, sql, [], |row| Ok(row.get(0)?))?.unwrap_or_default()))
    }
}

fn count(db: &Connection, sql: &str) -> Result<u64, StoreError> {
    Ok(db.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}
