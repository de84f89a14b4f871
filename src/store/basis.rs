//! What a river that selects was made of: tells whether it would be the same if it were made now.
//! Promises: costs what has changed since, and what the river shows, never what is stored: stories that were touched are
//! found by an index, [`MOST`] of them at most, and each is asked alone. In doubt, the river is made anew.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::Connection;

use crate::model::ids::{EntryId, StoryId};
use crate::model::time::Timestamp;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::{all, one};
use crate::store::search::{expression_of, finds};
use crate::store::selection::{Wanted, is_spoken, newest};

/// Where so many stories were touched a river is made anew without a look at them.
const MOST: usize = 1_000;

/// What was looked at to make a river.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// Every story.
    pub stories: HashSet<StoryId>,
    /// Where the newest selected report of the last one stands, if there was enough then: nothing below it can be shown.
    /// `None`: all that is selected was looked at.
    pub floor: Option<(Timestamp, EntryId)>,
}

/// What a river was made of.
#[derive(Debug)]
pub struct Basis {
    looked: Looked,
    /// Feeds with an entry in a story that was looked at, as a JSON list.
    feeds: String,
    /// The largest `stories.touched` then.
    touched: i64,
    /// Stands for all that changes without a story being touched.
    frame: u64,
}

pub(crate) const TOUCHED: &str =
    "SELECT id, touched FROM stories WHERE touched > ?1 ORDER BY touched LIMIT ?2";

const LAST: &str = "SELECT max(touched) FROM stories";

pub(crate) const MEMBERS: &str = "SELECT id, feed, language, rank FROM entries INDEXED BY entries_by_story
    WHERE story = ?1 AND withdrawn IS NULL AND backfill IS NULL";

pub(crate) const FEEDS_OF: &str = "SELECT DISTINCT feed FROM entries INDEXED BY entries_by_story
    WHERE story IN (SELECT value FROM json_each(?1)) ORDER BY feed";

pub(crate) const FEEDS: &str = "SELECT id, key, feed FROM feeds
    WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id";

pub(crate) const TITLES: &str = "SELECT feed, asked_by, title FROM asked
    WHERE feed IN (SELECT value FROM json_each(?1)) ORDER BY feed, asked_by";

impl Reader {
    /// What a river is made of at this moment that wants this and looked at that.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn basis(&self, wanted: &Wanted, looked: Looked) -> Result<Basis, StoreError> {
        self.view(|db| {
            let stories: Vec<i64> = looked.stories.iter().map(|story| story.0).collect();
            let stories = serde_json::to_string(&stories)?;
            let feeds: Vec<i64> = all(db, FEEDS_OF, [stories], |row| Ok(row.get(0)?))?;
            let feeds = serde_json::to_string(&feeds)?;
            let touched = one(db, LAST, [], |row| Ok(row.get::<_, Option<i64>>(0)?))?.flatten().unwrap_or(0);
            let frame = Sieve::of(db, wanted)?.frame(db, &feeds)?;
            Ok(Basis { looked, feeds, touched, frame })
        })
    }

    /// Whether nothing that such a river shows can have changed since. What was looked at for that is not looked at again.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn stands(&self, basis: &mut Basis, wanted: &Wanted) -> Result<bool, StoreError> {
        self.view(|db| {
            let sieve = Sieve::of(db, wanted)?;
            if sieve.frame(db, &basis.feeds)? != basis.frame {
                return Ok(false);
            }
            let limit = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
            let touched =
                all(db, TOUCHED, [basis.touched, limit], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
            if touched.len() > MOST {
                return Ok(false);
            }
            for (story, at) in touched {
                if basis.looked.stories.contains(&StoryId(story))
                    || sieve.shows(db, story, basis.looked.floor)?
                {
                    return Ok(false);
                }
                basis.touched = at;
            }
            Ok(true)
        })
    }
}

/// What is wanted, asked of one entry after the other.
struct Sieve<'a> {
    wanted: &'a Wanted,
    feeds: Option<HashSet<i64>>,
    query: Option<String>,
    exclude: Option<String>,
    since: Option<Timestamp>,
}

impl<'a> Sieve<'a> {
    fn of(db: &Connection, wanted: &'a Wanted) -> Result<Self, StoreError> {
        Ok(Self {
            wanted,
            feeds: wanted.feeds.as_ref().map(|feeds| feeds.iter().map(|feed| feed.0).collect()),
            query: wanted.query.as_ref().map(|query| expression_of(db, query)).transpose()?,
            exclude: wanted.exclude.as_ref().map(|query| expression_of(db, query)).transpose()?,
            since: wanted.since(newest(db)?),
        })
    }

    fn frame(&self, db: &Connection, feeds: &str) -> Result<u64, StoreError> {
        let mut hasher = DefaultHasher::new();
        (self.since.map(|since| since.0), &self.wanted.languages, &self.query, &self.exclude)
            .hash(&mut hasher);
        self.wanted
            .feeds
            .as_ref()
            .map(|feeds| feeds.iter().map(|feed| feed.0).collect::<Vec<_>>())
            .hash(&mut hasher);
        for sql in [FEEDS, TITLES] {
            all(db, sql, [feeds], |row| {
                let columns: [Option<String>; 2] = [row.get(1)?, row.get(2)?];
                (row.get::<_, i64>(0)?, columns).hash(&mut hasher);
                Ok(())
            })?;
        }
        Ok(hasher.finish())
    }

    /// Whether the story has a selected report that may be shown above `floor`.
    fn shows(
        &self,
        db: &Connection,
        story: i64,
        floor: Option<(Timestamp, EntryId)>,
    ) -> Result<bool, StoreError> {
        let members = all(db, MEMBERS, [story], |row| {
            let place = (Timestamp(row.get(3)?), EntryId(row.get(0)?));
            Ok((place, row.get::<_, i64>(1)?, row.get::<_, Option<String>>(2)?))
        })?;
        for (place, feed, language) in members {
            let is_in_sight = floor.is_none_or(|floor| place >= floor)
                && self.since.is_none_or(|since| place.0 >= since)
                && self.feeds.as_ref().is_none_or(|feeds| feeds.contains(&feed))
                && is_spoken(&self.wanted.languages, language.as_deref());
            if is_in_sight && self.finds(db, place.1)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn finds(&self, db: &Connection, entry: EntryId) -> Result<bool, StoreError> {
        let asked = |expression: &Option<String>| {
            expression.as_ref().map(|expression| finds(db, expression, entry)).transpose()
        };
        Ok(asked(&self.query)?.unwrap_or(true) && !asked(&self.exclude)?.unwrap_or(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::FeedId;
    use crate::store::migrate::migrate;
    use crate::store::open::{Store, open};

    /// How SQLite goes about it, a line for each table.
    fn plan(db: &Connection, sql: &str, values: usize) -> String {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect(sql);
        let nothing = rusqlite::params_from_iter(vec!["[]"; values]);
        let rows = statement.query_map(nothing, |row| row.get::<_, String>("detail")).expect(sql);
        rows.collect::<Result<Vec<_>, _>>().expect("text").join("\n")
    }

    #[test]
    fn whether_a_river_changed_is_asked_of_indexes_and_never_of_all_that_is_stored() {
        let mut db = Connection::open_in_memory().expect("memory");
        migrate(&mut db).expect("the newest schema");
        for (sql, values) in [(TOUCHED, 2), (MEMBERS, 1), (FEEDS_OF, 1), (FEEDS, 1), (TITLES, 1), (LAST, 0)] {
            let plan = plan(&db, sql, values);
            for line in plan.lines().filter(|line| line.starts_with("SCAN")) {
                // Subscriptions are what the owner follows, however much came of it.
                let is_small =
                    ["SCAN json_each", "SCAN subscriptions"].iter().any(|part| line.starts_with(part));
                assert!(is_small, "{sql}\n{plan}");
            }
        }
    }

    /// A store with a story of one entry in each of feeds 1 to 3; story n stands at rank 10 n.
    fn store() -> (tempfile::TempDir, Store) {
        let home = tempfile::tempdir().expect("a folder");
        let store = open(&home.path().join("store.db"), Timestamp(0), "x").expect("a store");
        let mut rows = String::new();
        for n in 1..=3 {
            rows.push_str(&format!(
                "INSERT INTO feeds (id, key, atom_id, feed, first_seen) VALUES ({n}, 'f{n}', 'x', '{{}}', 1);
                 INSERT INTO stories (id, atom_id, first_seen, rank, live, touched) VALUES ({n}, 's{n}', 1, {n}0, 1, {n});
                 INSERT INTO entries (id, feed, key, story, verdict, fingerprint, atom_id, title, language, entry, content_hash,
                                      published, updated, first_seen, rank, told_as)
                 VALUES ({n}, {n}, 'k', {n}, '{{}}', x'', 'a{n}', '', 'de', '{{}}', x'', 1, 1, 1, {n}0, 't{n}');",
            ));
        }
        change(&store, &rows);
        (home, store)
    }

    fn change(store: &Store, sql: &str) {
        let sql = sql.to_owned();
        let run = move |transaction: &rusqlite::Transaction<'_>| Ok(transaction.execute_batch(&sql)?);
        store.writer.transact_blocking(run).expect("rows");
    }

    fn touch(story: i64) -> String {
        format!("UPDATE stories SET touched = (SELECT max(touched) + 1 FROM stories) WHERE id = {story}")
    }

    /// Whether a river that wants `wanted`, and looked at story 2 alone, stands after a change.
    fn stands(wanted: &Wanted, floor: Option<i64>, sql: &str) -> bool {
        let (_home, store) = store();
        let floor = floor.map(|rank| (Timestamp(rank), EntryId(rank / 10)));
        let looked = Looked { stories: HashSet::from([StoryId(2)]), floor };
        let mut basis = store.reader.basis(wanted, looked).expect("a basis");
        assert!(store.reader.stands(&mut basis, wanted).expect("read"), "nothing has changed");
        change(&store, sql);
        store.reader.stands(&mut basis, wanted).expect("read")
    }

    #[test]
    fn a_river_stands_until_something_that_it_shows_or_may_show_has_changed() {
        let feeds = |feeds: &[i64]| Wanted {
            feeds: Some(feeds.iter().map(|feed| FeedId(*feed)).collect()),
            ..Wanted::default()
        };
        let english = Wanted { languages: vec!["en".to_owned()], ..Wanted::default() };
        let (second, both) = (feeds(&[2]), feeds(&[1, 2]));
        for (wanted, floor, sql, expected) in [
            (&second, None, touch(3), true),
            (&second, None, touch(2), false),
            (&both, None, touch(1), false),
            (&both, Some(20), touch(1), true),
            (&both, Some(10), touch(1), false),
            (&both, Some(20), format!("{};UPDATE entries SET rank = 30 WHERE id = 1", touch(1)), false),
            (&second, None, "UPDATE feeds SET feed = '{\"title\":\"A\"}' WHERE id = 2".to_owned(), false),
            (&second, None, "UPDATE feeds SET feed = '{\"title\":\"A\"}' WHERE id = 3".to_owned(), true),
            (&english, None, touch(3), true),
            (
                &english,
                None,
                format!("{};UPDATE entries SET language = 'en-GB' WHERE id = 3", touch(3)),
                false,
            ),
            (&second, None, format!("{};UPDATE entries SET withdrawn = 5 WHERE id = 2", touch(2)), false),
        ] {
            assert_eq!(stands(wanted, floor, &sql), expected, "{wanted:?} {floor:?} {sql}");
        }
        let windowed = Wanted { window_ms: Some(15), ..second.clone() };
        assert!(stands(&windowed, None, &touch(3)));
        assert!(
            !stands(&windowed, None, "UPDATE entries SET rank = 40 WHERE id = 3"),
            "the window has moved"
        );
    }

    #[test]
    fn where_too_much_was_touched_a_river_is_made_anew_unasked() {
        let many = format!(
            "WITH RECURSIVE n (n) AS (VALUES (10) UNION ALL SELECT n + 1 FROM n WHERE n < {})
             INSERT INTO stories (id, atom_id, first_seen, rank, touched) SELECT n, 'm' || n, 1, 1, n FROM n",
            10 + MOST
        );
        assert!(!stands(&Wanted { feeds: Some(vec![]), ..Wanted::default() }, None, &many));
    }
}
