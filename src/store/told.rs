//! What each river told: what of it stands in the subscription document, what in a page of the archive, what is gone.
//! Promises: what was sealed stays sealed, in its page, byte for byte; nothing is in two pages.
//! Deliberately not here: what a river tells as one entry, and what is sealed when.

use std::collections::BTreeMap;

use rusqlite::{Row, Transaction, params};

use crate::model::ids::StoryId;
use crate::model::river::Withdrawn;
use crate::model::time::{SECOND_MS, Timestamp};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::river::{STORIES, StoredStory, links_of, story};
use crate::store::rows::{all, one};
use crate::store::writer::Writer;

/// How far a river has looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The options by which it looked.
    pub manner: String,
    /// Everything that was touched up to here has been looked at.
    pub touched: i64,
}

/// What a river tells as one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its id for readers.
    pub atom_id: String,
    /// Its place, newest first.
    pub rank: Timestamp,
    /// Its place among those of equal rank.
    pub number: i64,
}

/// What a river tells of a story now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// What it tells.
    pub told: Vec<Unit>,
    /// What it would tell if its entries had not been withdrawn.
    pub withdrawn: Vec<Withdrawn>,
}

/// What a river found when it looked at stories.
#[derive(Debug)]
pub struct Look {
    /// Its name.
    pub river: String,
    /// How far it has looked then.
    pub looked: Looked,
    /// It looks by other options than before: what stands in its subscription document is found anew.
    pub anew: bool,
    /// What it tells of each story that it looked at.
    pub stories: Vec<(StoryId, Units)>,
}

/// Something in a river's subscription document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Its id for readers.
    pub atom_id: String,
    /// The story it is of.
    pub story: StoryId,
}

/// A page to seal.
#[derive(Debug)]
pub struct Seal {
    /// Whose.
    pub river: String,
    /// Its entries as rendered and packed.
    pub entries: Vec<u8>,
    /// Their length before they were packed.
    pub size_bytes: usize,
    /// The newest date of change among them, as it stands there.
    pub updated: String,
    /// Their ids for readers.
    pub ids: Vec<String>,
    /// By the data.
    pub now: Timestamp,
    /// No reader can have met the page before: it was sealed in the same go.
    pub goes_on: bool,
}

/// A sealed page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPage {
    /// From 1, the oldest.
    pub number: u64,
    /// Its entries as rendered and packed; empty where only heads were asked for.
    pub entries: Vec<u8>,
    /// Their length before they were packed.
    pub size_bytes: usize,
    /// The newest date of change among them, as it stands there.
    pub updated: String,
    /// When it, or the link to the page after it, came.
    pub modified: Timestamp,
    /// There is a page after it.
    pub has_next: bool,
}

/// An edition as it was made last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEdition {
    /// Names its bytes.
    pub hash: String,
    /// Since when it is so.
    pub modified: Timestamp,
}

const PAGES: &str = "SELECT number, size, updated, coalesce((SELECT sealed FROM pages AS n WHERE n.river = pages.river
            AND n.number = pages.number + 1), sealed) AS modified,
        EXISTS (SELECT 1 FROM pages AS n WHERE n.river = pages.river AND n.number = pages.number + 1) AS has_next";

impl Reader {
    /// How far a river has looked; `None`: it never has.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn looked(&self, river: &str) -> Result<Option<Looked>, StoreError> {
        let sql = "SELECT manner, looked FROM rivers WHERE name = ?1";
        self.view(|db| one(db, sql, [river], |row| Ok(Looked { manner: row.get(0)?, touched: row.get(1)? })))
    }

    /// The next `limit` stories that were touched after `since`, without their reports, and how far that is.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn touched(&self, since: i64, limit: usize) -> Result<(Vec<StoredStory>, i64), StoreError> {
        let sql = "SELECT id, atom_id, first_seen, rank, touched FROM stories WHERE touched > ?1
                   ORDER BY touched LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.view(|db| {
            let rows = all(db, sql, [since, limit], |row| Ok((story(row)?, row.get(4)?)))?;
            let last = rows.last().map_or(since, |(_, touched)| *touched);
            let mut stories: Vec<StoredStory> = rows.into_iter().map(|(story, _)| story).collect();
            stories.iter_mut().try_for_each(|story| links_of(db, story))?;
            Ok((stories, last))
        })
    }

    /// The newest `limit` stories, without their reports.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn newest(&self, limit: usize) -> Result<Vec<StoredStory>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.view(|db| {
            let mut stories = all(db, STORIES, [limit], story)?;
            stories.iter_mut().try_for_each(|story| links_of(db, story))?;
            Ok(stories)
        })
    }

    /// How much stands in a river's subscription document.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn count_open(&self, river: &str) -> Result<usize, StoreError> {
        let sql = "SELECT count(*) FROM told INDEXED BY told_open WHERE river = ?1 AND page IS NULL AND gone IS NULL";
        let count: i64 =
            self.view(|db| Ok(db.prepare_cached(sql)?.query_row([river], |row| row.get(0))?))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// The newest of it, newest first.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn newest_open(&self, river: &str, limit: usize) -> Result<Vec<Open>, StoreError> {
        let sql = "SELECT id, story FROM told WHERE river = ?1 AND page IS NULL AND gone IS NULL
                   ORDER BY rank DESC, number DESC LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.view(|db| all(db, sql, params![river, limit], open))
    }

    /// The oldest of it, oldest first.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn oldest_open(&self, river: &str, limit: usize) -> Result<Vec<Open>, StoreError> {
        let sql = "SELECT id, story FROM told WHERE river = ?1 AND page IS NULL AND gone IS NULL
                   ORDER BY rank, number LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.view(|db| all(db, sql, params![river, limit], open))
    }

    /// What a river told and was withdrawn at or after `since`, newest first.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn withdrawn(
        &self,
        river: &str,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Withdrawn>, StoreError> {
        let sql = "SELECT id, gone FROM told WHERE river = ?1 AND gone IS NOT NULL AND gone >= ?2
                   ORDER BY gone DESC, id LIMIT ?3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = |row: &Row<'_>| Ok(Withdrawn { atom_id: row.get(0)?, at: Timestamp(row.get(1)?) });
        self.view(|db| all(db, sql, params![river, since.0, limit], read))
    }

    /// The newest page of a river's archive; 0: there is none.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn last_page(&self, river: &str) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(max(number), 0) FROM pages WHERE river = ?1";
        let last: i64 =
            self.view(|db| Ok(db.prepare_cached(sql)?.query_row([river], |row| row.get(0))?))?;
        Ok(last.unsigned_abs())
    }

    /// A page of a river's archive.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn page(&self, river: &str, number: u64) -> Result<Option<SealedPage>, StoreError> {
        let sql = format!("{PAGES}, entries FROM pages WHERE river = ?1 AND number = ?2");
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.view(|db| {
            one(db, &sql, params![river, number], |row| {
                Ok(SealedPage { entries: row.get("entries")?, ..page(row)? })
            })
        })
    }

    /// Every page of a river's archive, oldest first, without its entries.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn page_heads(&self, river: &str) -> Result<Vec<SealedPage>, StoreError> {
        let sql = format!("{PAGES} FROM pages WHERE river = ?1 ORDER BY number");
        self.view(|db| all(db, &sql, [river], page))
    }

    /// Every page of every archive: its river and its number.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn page_numbers(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let sql = "SELECT river, number FROM pages ORDER BY river, number";
        self.view(|db| all(db, sql, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))))
    }

    /// The last edition at each path.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn kept_editions(&self) -> Result<BTreeMap<String, KeptEdition>, StoreError> {
        let sql = "SELECT path, hash, modified FROM editions";
        let read = |row: &Row<'_>| {
            let kept = KeptEdition { hash: row.get(1)?, modified: Timestamp(row.get(2)?) };
            Ok((row.get(0)?, kept))
        };
        self.view(|db| Ok(all(db, sql, [], read)?.into_iter().collect()))
    }
}

fn open(row: &Row<'_>) -> Result<Open, StoreError> {
    Ok(Open { atom_id: row.get(0)?, story: StoryId(row.get(1)?) })
}

fn page(row: &Row<'_>) -> Result<SealedPage, StoreError> {
    Ok(SealedPage {
        number: row.get::<_, i64>("number")?.unsigned_abs(),
        entries: Vec::new(),
        size_bytes: usize::try_from(row.get::<_, i64>("size")?).unwrap_or(0),
        updated: row.get("updated")?,
        modified: Timestamp(row.get("modified")?),
        has_next: row.get("has_next")?,
    })
}

impl Writer {
    /// Keeps what a river found. False: nothing of that was, or is, in its subscription document. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn keep_look(&self, look: Look) -> Result<bool, StoreError> {
        self.transact_blocking(move |transaction| {
            let river = &look.river;
            if look.anew {
                let sql = "DELETE FROM told WHERE river = ?1 AND page IS NULL AND gone IS NULL";
                transaction.execute(sql, [river])?;
            }
            let mut changed = look.anew;
            for (story, units) in &look.stories {
                changed |= is_shown(transaction, river, *story)?;
                put_units(transaction, river, *story, units)?;
                changed |= is_shown(transaction, river, *story)?;
            }
            let sql = "INSERT INTO rivers (name, manner, looked) VALUES (?1, ?2, ?3)
                       ON CONFLICT (name) DO UPDATE SET manner = ?2, looked = ?3";
            transaction.execute(sql, params![river, look.looked.manner, look.looked.touched])?;
            Ok(changed)
        })
    }

    /// Seals a page behind all pages before. Of what is sealed already, or gone, nothing is marked. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn seal(&self, seal: Seal) -> Result<(), StoreError> {
        self.transact_blocking(move |transaction| {
            let Seal { river, entries, size_bytes, updated, ids, now, goes_on } = &seal;
            let sql = "SELECT number, sealed FROM pages WHERE river = ?1 ORDER BY number DESC LIMIT 1";
            let last = one(transaction, sql, [river], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let moment = now.0.div_euclid(SECOND_MS) * SECOND_MS;
            let step = if *goes_on { 0 } else { SECOND_MS };
            let (number, sealed): (i64, i64) =
                last.map_or((1, moment), |(number, sealed): (i64, i64)| (number + 1, moment.max(sealed + step)));
            let sql = "INSERT INTO pages (river, number, entries, size, updated, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let size = i64::try_from(*size_bytes).unwrap_or(i64::MAX);
            transaction.execute(sql, params![river, number, entries, size, updated, sealed])?;
            let sql = "UPDATE told SET page = ?3 WHERE river = ?1 AND id = ?2";
            let mut mark = transaction.prepare_cached(sql)?;
            ids.iter().try_for_each(|id| mark.execute(params![river, id, number]).map(drop))?;
            Ok(())
        })
    }

    /// Keeps what the editions at these paths are, and since when. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn keep_editions(&self, editions: Vec<(String, KeptEdition)>) -> Result<(), StoreError> {
        self.transact_blocking(move |transaction| {
            let sql = "INSERT INTO editions (path, hash, modified) VALUES (?1, ?2, ?3)
                       ON CONFLICT (path) DO UPDATE SET hash = ?2, modified = ?3";
            let mut put = transaction.prepare_cached(sql)?;
            for (path, kept) in &editions {
                put.execute(params![path, kept.hash, kept.modified.0])?;
            }
            Ok(())
        })
    }
}

/// Whether something of a story is in the subscription document, as an entry or as deleted.
fn is_shown(transaction: &Transaction<'_>, river: &str, story: StoryId) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM told INDEXED BY told_by_story WHERE story = ?2 AND river = ?1
                              AND (page IS NULL OR gone IS NOT NULL))";
    Ok(transaction.prepare_cached(sql)?.query_row(params![river, story.0], |row| row.get(0))?)
}

/// What was sealed stays in its page. What is told no more, though not withdrawn, was put together with something else.
fn put_units(
    transaction: &Transaction<'_>,
    river: &str,
    story: StoryId,
    units: &Units,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO told (river, id, story, rank, number) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (river, id) DO UPDATE SET story = ?3, rank = ?4, number = ?5, gone = NULL";
    let mut put = transaction.prepare_cached(sql)?;
    for unit in &units.told {
        put.execute(params![river, unit.atom_id, story.0, unit.rank.0, unit.number])?;
    }
    let mut gone = transaction.prepare_cached("UPDATE told SET gone = ?3 WHERE river = ?1 AND id = ?2")?;
    for withdrawn in &units.withdrawn {
        gone.execute(params![river, withdrawn.atom_id, withdrawn.at.0])?;
    }
    let sql = "SELECT id FROM told INDEXED BY told_by_story WHERE story = ?2 AND river = ?1 AND page IS NULL AND gone IS NULL";
    let known = all(transaction, sql, params![river, story.0], |row| Ok(row.get::<_, String>(0)?))?;
    let mut remove = transaction.prepare_cached("DELETE FROM told WHERE river = ?1 AND id = ?2")?;
    for id in known.iter().filter(|id| !units.told.iter().any(|unit| unit.atom_id == **id)) {
        remove.execute([river, id])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::{Store, open};

    /// A store with stories 1 to 5, of which the river "r" tells one entry each.
    fn store() -> (tempfile::TempDir, Store) {
        let home = tempfile::tempdir().expect("a folder");
        let store = open(&home.path().join("store.db"), Timestamp(0), "x").expect("a store");
        let rows = "INSERT INTO stories (atom_id, first_seen, rank, live) VALUES ('a', 1, 1, 1), ('b', 2, 2, 1), ('c', 3, 3, 1),
                    ('d', 4, 4, 1), ('e', 5, 5, 1)";
        let put = |transaction: &Transaction<'_>| Ok(transaction.execute_batch(rows)?);
        store.writer.transact_blocking(put).expect("rows");
        let all = [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5)];
        assert!(look(&store, false, all.map(|(id, rank)| (rank, told(id, rank)))));
        (home, store)
    }

    fn told(id: &str, rank: i64) -> Units {
        Units {
            told: vec![Unit { atom_id: id.to_owned(), rank: Timestamp(rank), number: rank }],
            withdrawn: vec![],
        }
    }

    fn gone(id: &str, at: i64) -> Units {
        Units { told: vec![], withdrawn: vec![Withdrawn { atom_id: id.to_owned(), at: Timestamp(at) }] }
    }

    fn look<const N: usize>(store: &Store, anew: bool, stories: [(i64, Units); N]) -> bool {
        let stories = stories.into_iter().map(|(story, units)| (StoryId(story), units)).collect();
        let looked = Looked { manner: "m".to_owned(), touched: 7 };
        store.writer.keep_look(Look { river: "r".to_owned(), looked, anew, stories }).expect("kept")
    }

    fn seal(store: &Store, ids: &[&str], now: i64) {
        let seal = Seal {
            river: "r".to_owned(),
            entries: ids.concat().into_bytes(),
            size_bytes: 9,
            updated: "then".to_owned(),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            now: Timestamp(now),
            goes_on: false,
        };
        store.writer.seal(seal).expect("sealed");
    }

    fn open_ids(store: &Store) -> String {
        let open = store.reader.newest_open("r", 9).expect("rows");
        assert_eq!(store.reader.count_open("r").expect("a count"), open.len());
        open.into_iter().map(|open| open.atom_id).collect()
    }

    #[test]
    fn what_is_sealed_stays_in_its_page_whatever_becomes_of_its_story() {
        let (_home, store) = store();
        assert_eq!(open_ids(&store), "edcba");
        seal(&store, &["a", "b"], 9_500);
        assert_eq!(open_ids(&store), "edc");
        // It is told again, is withdrawn and comes back; what the river looks at anew was sealed all the same.
        assert!(!look(&store, false, [(1, told("a", 1))]), "nothing is shown of it");
        assert!(look(&store, false, [(2, gone("b", 20)), (3, gone("c", 30))]));
        assert_eq!(open_ids(&store), "ed");
        let withdrawn = store.reader.withdrawn("r", Timestamp(0), 9).expect("rows");
        assert_eq!(withdrawn.iter().map(|gone| gone.atom_id.as_str()).collect::<String>(), "cb");
        assert_eq!(store.reader.withdrawn("r", Timestamp(25), 9).expect("rows").len(), 1);
        assert!(look(
            &store,
            true,
            [(1, told("a", 1)), (2, told("b", 2)), (3, told("c", 3)), (4, told("d", 4))]
        ));
        assert_eq!(open_ids(&store), "dc");
        assert!(store.reader.withdrawn("r", Timestamp(0), 9).expect("rows").is_empty());
        assert_eq!(store.reader.page("r", 1).expect("read").map(|page| page.entries), Some(b"ab".to_vec()));
    }

    #[test]
    fn what_is_put_together_with_something_else_leaves_the_document_without_a_word() {
        let (_home, store) = store();
        look(&store, false, [(4, Units::default()), (5, told("e", 5))]);
        assert_eq!(open_ids(&store), "ecba");
        assert!(store.reader.withdrawn("r", Timestamp(0), 9).expect("rows").is_empty());
        // What was never told is not told as withdrawn.
        look(&store, false, [(4, gone("never", 9))]);
        assert!(store.reader.withdrawn("r", Timestamp(0), 9).expect("rows").is_empty());
    }

    #[test]
    fn a_page_is_modified_when_its_next_one_comes_and_never_in_the_same_second() {
        let (_home, store) = store();
        seal(&store, &["a"], 9_500);
        let heads = || store.reader.page_heads("r").expect("rows");
        let seen = |page: &SealedPage| (page.number, page.modified.0, page.has_next);
        assert_eq!(heads().iter().map(seen).collect::<Vec<_>>(), [(1, 9_000, false)]);
        seal(&store, &["b"], 9_800);
        seal(&store, &["c"], 99_000);
        let expected = [(1, 10_000, true), (2, 99_000, true), (3, 99_000, false)];
        assert_eq!(heads().iter().map(seen).collect::<Vec<_>>(), expected);
        assert_eq!(
            (store.reader.last_page("r").expect("a number"), store.reader.last_page("s").expect("a number")),
            (3, 0)
        );
        assert!(store.reader.page("r", 4).expect("read").is_none());
    }
}
