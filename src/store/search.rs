//! Full-text search: the index of all entries that are not withdrawn, and how a query finds them in it.
//! Promises: the index changes in the transaction that changes the entries; no query, whatever it holds, becomes SQL
//! or a syntax error of SQLite: words reach it folded and in quotes.
//! Deliberately not here: how words are folded, and how a query is written (`model`); what an entry's texts are.

use std::sync::mpsc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Row, Transaction, params};

use crate::model::entry::Entry;
use crate::model::folding::{BARRIER, Word, Words, indexed};
use crate::model::ids::{EntryId, FeedId, StoryId};
use crate::model::query::Query;
use crate::model::river::Report;
use crate::store::change::Texts;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::river::report;
use crate::store::rows::{all, json, one};
use crate::store::writer::Writer;

/// Version of what the index holds. Raise it when folding changes: stores are indexed anew when they are opened next.
const VERSION: u32 = 1;

/// Puts an entry into the index, in the place of what it said before.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    entry: EntryId,
    feed: FeedId,
    texts: &Texts,
) -> Result<(), StoreError> {
    let sql =
        "INSERT OR REPLACE INTO search (rowid, title, summary, content, source) VALUES (?1, ?2, ?3, ?4, ?5)";
    let Texts { title, summary, content } = texts;
    transaction.prepare_cached(sql)?.execute(params![entry.0, title, summary, content, source(feed)])?;
    Ok(())
}

/// Takes an entry out of the index.
pub(crate) fn remove(transaction: &Transaction<'_>, entry: EntryId) -> Result<(), StoreError> {
    transaction.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([entry.0])?;
    Ok(())
}

/// The word that stands for a feed. No text and no query holds it.
fn source(feed: FeedId) -> String {
    format!("{BARRIER}{feed}")
}

/// In which order what is found is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As in rivers.
    Newest,
    /// Words in titles weigh most, and rare words; the newest first among equals.
    Best,
}

/// An entry that was found.
#[derive(Debug)]
pub struct Hit {
    /// For readers, and its number.
    pub report: Report,
    /// Its story.
    pub story: StoryId,
    /// Its story's id for readers.
    pub story_atom_id: String,
}

/// The newest first; all that it reads of entries stands in the index.
const NEWEST: &str = "SELECT id FROM entries INDEXED BY entries_rank
    WHERE withdrawn IS NULL AND id IN (SELECT rowid FROM search WHERE search MATCH ?1)
    ORDER BY rank DESC, id DESC LIMIT ?2";

/// A word in a title weighs as much as eight in the text.
const BEST: &str = "SELECT rowid FROM search WHERE search MATCH ?1
    ORDER BY bm25(search, 8.0, 3.0, 1.0, 2.0), rowid DESC LIMIT ?2";

const HIT: &str = "SELECT entries.id AS id, entry, entries.atom_id AS atom_id, published, updated,
        entries.story AS story, stories.atom_id AS story_atom_id,
        feeds.key AS feed_key, feeds.atom_id AS feed_atom_id, feeds.feed AS feed,
        (SELECT title FROM subscriptions AS s WHERE s.feed = feeds.id AND title IS NOT NULL ORDER BY asked_by LIMIT 1)
            AS owner_title
    FROM entries JOIN feeds ON feeds.id = entries.feed JOIN stories ON stories.id = entries.story
    WHERE entries.id = ?1";

impl Reader {
    /// What the query finds; `limit` entries at most.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn search(&self, query: &Query, order: Order, limit: usize) -> Result<Vec<Hit>, StoreError> {
        self.view(|db| hits(db, query, order, limit))
    }

    /// The same, the newest first, for whoever asks; `None`: it took longer than `patience`, and was given up.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn search_within(
        &self,
        query: &Query,
        limit: usize,
        patience: Duration,
    ) -> Result<Option<Vec<Hit>>, StoreError> {
        match self.view(|db| patiently(db, patience, || hits(db, query, Order::Newest, limit))) {
            Err(error) if is_given_up(&error) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Whether all that is stored is in the index, in its present form.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn is_indexed(&self) -> Result<bool, StoreError> {
        Ok(self.filled()? == Some(Filled::All))
    }

    fn filled(&self) -> Result<Option<Filled>, StoreError> {
        self.view(filled)
    }

    /// The next `limit` entries, at most, that are still to be indexed; `None`: all are.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn unindexed(&self, limit: usize) -> Result<Option<Unindexed>, StoreError> {
        let after = match self.filled()? {
            Some(Filled::All) => return Ok(None),
            Some(Filled::UpTo(entry)) => entry,
            None => 0,
        };
        let sql = "SELECT id, feed, entry, withdrawn FROM entries WHERE id > ?1 ORDER BY id LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let entries = self.view(|db| all(db, sql, [after, limit], unindexed))?;
        let up_to = entries.last().map_or(after, |(entry, ..)| entry.0);
        Ok(Some(Unindexed { first: after == 0, up_to, entries }))
    }
}

fn hits(db: &Connection, query: &Query, order: Order, limit: usize) -> Result<Vec<Hit>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = if order == Order::Best { BEST } else { NEWEST };
    let expression = expression(query, &names(db)?);
    let numbers: Vec<i64> = all(db, sql, params![expression, limit], |row| Ok(row.get(0)?))?;
    let found: Result<Vec<_>, _> = numbers.into_iter().map(|entry| one(db, HIT, [entry], hit)).collect();
    Ok(found?.into_iter().flatten().collect())
}

fn is_given_up(error: &StoreError) -> bool {
    matches!(error, StoreError::Sqlite(error)
        if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted))
}

/// Runs `work`, and interrupts what it asks of the store after `patience`.
fn patiently<T>(db: &Connection, patience: Duration, work: impl FnOnce() -> T) -> T {
    let (handle, (done, ended)) = (db.get_interrupt_handle(), mpsc::channel::<()>());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if ended.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
                handle.interrupt();
            }
        });
        let worked = work();
        drop(done);
        worked
    })
}

/// Whether all that is stored is in the index.
pub(crate) fn is_filled(db: &Connection) -> Result<bool, StoreError> {
    Ok(filled(db)? == Some(Filled::All))
}

fn filled(db: &Connection) -> Result<Option<Filled>, StoreError> {
    let there = "SELECT 1 FROM sqlite_schema WHERE name = 'search'";
    if one(db, there, [], |_| Ok(()))?.is_none() {
        return Ok(None);
    }
    let filled = one(db, "SELECT value FROM meta WHERE key = 'search'", [], |row| Ok(row.get(0)?))?;
    Ok(Some(filled.map_or(Filled::UpTo(0), |text: String| Filled::read(&text))))
}

fn hit(row: &Row<'_>) -> Result<Hit, StoreError> {
    let story = StoryId(row.get("story")?);
    Ok(Hit { report: report(row)?, story, story_atom_id: row.get("story_atom_id")? })
}

/// Entries that are still to be indexed.
#[derive(Debug)]
pub struct Unindexed {
    /// Nothing of the index holds.
    pub first: bool,
    /// The last one of these.
    pub up_to: i64,
    /// Their texts; `None`: it is withdrawn. None at all: then everything is indexed.
    pub entries: Vec<(EntryId, FeedId, Option<Entry>)>,
}

fn unindexed(row: &Row<'_>) -> Result<(EntryId, FeedId, Option<Entry>), StoreError> {
    let withdrawn = row.get::<_, Option<i64>>("withdrawn")?.is_some();
    let entry = if withdrawn { None } else { Some(json(row, "entry")?) };
    Ok((EntryId(row.get("id")?), FeedId(row.get("feed")?), entry))
}

/// How far a store is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    /// Up to this entry; 0: not at all, or in a form that no longer holds.
    UpTo(i64),
    /// Whole.
    All,
}

impl Filled {
    fn read(text: &str) -> Self {
        match text.split_once(' ') {
            Some((version, "all")) if version == VERSION.to_string() => Self::All,
            Some((version, entry)) if version == VERSION.to_string() => {
                Self::UpTo(entry.parse().unwrap_or(0))
            }
            _ => Self::UpTo(0),
        }
    }

    fn write(self) -> String {
        match self {
            Self::UpTo(entry) => format!("{VERSION} {entry}"),
            Self::All => format!("{VERSION} all"),
        }
    }
}

/// A piece of what was still to be indexed, with its texts.
#[derive(Debug)]
pub struct Indexing {
    /// As in [`Unindexed`].
    pub first: bool,
    /// As in [`Unindexed`].
    pub up_to: i64,
    /// All of it: what was withdrawn is left out.
    pub texts: Vec<(EntryId, FeedId, Texts)>,
    /// Nothing is left after it.
    pub last: bool,
}

impl Writer {
    /// Indexes what was stored before there was an index of the present form.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub async fn index(&self, piece: Indexing) -> Result<(), StoreError> {
        self.transact(move |transaction| {
            if piece.first {
                transaction.execute("INSERT INTO search (search) VALUES ('delete-all')", [])?;
            }
            for (entry, feed, texts) in &piece.texts {
                put(transaction, *entry, *feed, texts)?;
            }
            let filled = if piece.last { Filled::All } else { Filled::UpTo(piece.up_to) };
            let sql = "INSERT INTO meta (key, value) VALUES ('search', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1";
            transaction.execute(sql, [filled.write()])?;
            Ok(())
        })
        .await
    }
}

/// What each feed is called, folded, with a blank before and after.
pub(crate) fn names(db: &Connection) -> Result<Vec<(FeedId, String)>, StoreError> {
    let sql = "SELECT id, coalesce((SELECT title FROM subscriptions AS s
                                    WHERE s.feed = feeds.id AND title IS NOT NULL ORDER BY asked_by LIMIT 1),
                                   json_extract(feed, '$.title'), '') FROM feeds";
    all(db, sql, [], |row| {
        let name: String = row.get(1)?;
        Ok((FeedId(row.get(0)?), format!(" {} ", indexed(&name))))
    })
}

/// The numbers of the entries that the query finds, in their order.
pub(crate) fn found(db: &Connection, query: &Query) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid";
    all(db, sql, [expression_of(db, query)?], |row| Ok(row.get(0)?))
}

/// The query as it finds entries now.
pub(crate) fn expression_of(db: &Connection, query: &Query) -> Result<String, StoreError> {
    Ok(expression(query, &names(db)?))
}

/// Whether the query finds this entry. `expression`: see [`expression_of`].
pub(crate) fn finds(db: &Connection, expression: &str, entry: EntryId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM search WHERE search MATCH ?1 AND rowid = ?2";
    Ok(one(db, sql, params![expression, entry.0], |_| Ok(()))?.is_some())
}

/// The query as FTS5 understands it. `names`: see [`names`].
fn expression(query: &Query, names: &[(FeedId, String)]) -> String {
    let each = |queries: &[Query], operator: &str| {
        let parts: Vec<String> = queries.iter().map(|query| expression(query, names)).collect();
        format!("({})", parts.join(operator))
    };
    match query {
        Query::Term(words) => term(words, names),
        Query::Any(queries) => each(queries, " OR "),
        Query::All { of, without } if without.is_empty() => each(of, " AND "),
        Query::All { of, without } => format!("({} NOT {})", each(of, " AND "), each(without, " OR ")),
    }
}

/// A word or phrase in all its spellings, or a feed that is called so.
fn term(words: &Words, names: &[(FeedId, String)]) -> String {
    let spellings = spellings(words);
    let star = if words.open { " *" } else { "" };
    let mut either: Vec<String> = spellings.iter().map(|text| format!("\"{text}\"{star}")).collect();
    let blank = if words.open { "" } else { " " };
    let sought: Vec<String> = spellings.iter().map(|text| format!(" {text}{blank}")).collect();
    let called = names.iter().filter(|(_, name)| sought.iter().any(|text| name.contains(text)));
    either.extend(called.map(|(feed, _)| format!("\"{}\"", source(*feed))));
    format!("({})", either.join(" OR "))
}

/// A word without umlauts is found in the index under both spellings of the text. Within a phrase the index has one
/// spelling, so that here the phrase is looked for in all of its own.
fn spellings(words: &Words) -> Vec<String> {
    let line = |spell: &dyn Fn(&Word) -> String| words.words.iter().map(spell).collect::<Vec<_>>().join(" ");
    let plain = line(&|word| word.plain.clone());
    let mut spellings = vec![line(&|word| word.written.clone().unwrap_or_else(|| word.plain.clone()))];
    if words.words.len() > 1 {
        spellings.push(line(&|word| word.plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")));
    }
    spellings.retain(|text| *text != plain);
    spellings.insert(0, plain);
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_too_long_is_given_up_and_what_comes_after_it_is_not() {
        let db = Connection::open_in_memory().expect("a database");
        let endless =
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
        let count = |sql: &str, patience: u64| {
            patiently(&db, Duration::from_millis(patience), || {
                one(&db, sql, [], |row| Ok(row.get::<_, i64>(0)?))
            })
        };
        assert!(count(endless, 20).is_err_and(|error| is_given_up(&error)));
        assert_eq!(count("SELECT 7", 60_000).expect("an answer"), Some(7));
    }

    #[test]
    fn a_query_becomes_quoted_words_and_operators_and_nothing_else() {
        let names = [(FeedId(7), " der muller bote ".to_owned())];
        for (text, expected) in [
            ("Müller", "(\"muller\" OR \"mueller\" OR \"\u{E000}7\")"),
            ("bot*", "(\"bot\" * OR \"\u{E000}7\")"),
            ("bot", "(\"bot\")"),
            ("\"Mueller sagt\"", "(\"mueller sagt\" OR \"muller sagt\")"),
            ("a -b", "(((\"a\")) NOT ((\"b\")))"),
            ("a OR (b c)", "((\"a\") OR ((\"b\") AND (\"c\")))"),
            ("x\\'; DROP NEAR/2", "((\"x\") AND (\"drop\") AND (\"near 2\"))"),
        ] {
            let query: Query = text.parse().expect(text);
            assert_eq!(expression(&query, &names), expected, "{text}");
        }
    }

    #[test]
    fn how_far_a_store_is_indexed_is_read_as_it_was_written() {
        for filled in [Filled::All, Filled::UpTo(0), Filled::UpTo(12)] {
            assert_eq!(Filled::read(&filled.write()), filled);
        }
        assert_eq!(Filled::read("0 all"), Filled::UpTo(0));
        assert_eq!(Filled::read("nonsense"), Filled::UpTo(0));
    }
}
