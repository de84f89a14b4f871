//! The owner's corrections: what was said, and the transaction that says one more thing.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, Transaction, params};

use crate::model::correction::{Answer, Correction, Kind, Pair, Word};
use crate::model::ids::{EntryId, StoryId};
use crate::model::time::Timestamp;
use crate::store::change::Regrouping;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::regroup::regroup;
use crate::store::requests::put_answer;
use crate::store::rows::all;
use crate::store::writer::Writer;

/// What a request comes to: all of it is committed, or nothing.
#[derive(Debug)]
pub struct Settled {
    /// The request it answers.
    pub request: i64,
    /// What is remembered; `None`: nothing.
    pub correction: Option<Correction>,
    /// How entries move.
    pub regrouping: Regrouping,
    /// What is answered.
    pub answer: Answer,
}

impl Writer {
    /// Commits what a request comes to, and its answer.
    ///
    /// # Errors
    /// As [`StoreError`] lists; nothing of it is stored then.
    pub async fn correct(&self, settled: Settled) -> Result<(), StoreError> {
        self.transact(move |transaction| {
            regroup(transaction, &settled.regrouping)?;
            if let Some(correction) = &settled.correction {
                put(transaction, correction)?;
            }
            put_answer(transaction, settled.request, &settled.answer)
        })
        .await
    }
}

fn put(transaction: &Transaction<'_>, correction: &Correction) -> Result<(), StoreError> {
    let kind = match correction.kind {
        Kind::Split => "split",
        Kind::Join => "join",
    };
    let sql = "INSERT INTO corrections (kind, entry, made) VALUES (?1, ?2, ?3)";
    transaction.execute(sql, params![kind, correction.entry.0, correction.made.0])?;
    let id = transaction.last_insert_rowid();
    let sql = "INSERT INTO correction_pairs (a, b, correction, word) VALUES (?1, ?2, ?3, ?4)";
    let mut statement = transaction.prepare_cached(sql)?;
    for pair in &correction.pairs {
        statement.execute(params![pair.a.0, pair.b.0, id, pair.word.word()])?;
    }
    Ok(())
}

impl Reader {
    /// Every correction, in the order in which they were made.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn corrections(&self) -> Result<Vec<Correction>, StoreError> {
        self.view(|db| {
            let heads = all(db, "SELECT id, kind, entry, made FROM corrections ORDER BY id", [], head)?;
            let mut corrections: BTreeMap<i64, Correction> = heads.into_iter().collect();
            let sql = "SELECT correction, a, b, word FROM correction_pairs ORDER BY correction, a, b";
            for (id, pair) in all(db, sql, [], |row| Ok((row.get(0)?, pair(row)?)))? {
                if let Some(correction) = corrections.get_mut(&id) {
                    correction.pairs.push(pair);
                }
            }
            Ok(corrections.into_values().collect())
        })
    }

    /// The last word on every pair that has one that holds, in the order of the pairs.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn words(&self) -> Result<Vec<Pair>, StoreError> {
        self.view(words)
    }

    /// Whether the owner said that an entry of the one and an entry of the other never tell one story.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn are_apart(&self, one: StoryId, other: StoryId) -> Result<bool, StoreError> {
        self.view(|db| {
            let sql = "SELECT id, story FROM entries WHERE story IN (?1, ?2)";
            let places =
                all(db, sql, [one.0, other.0], |row| Ok((EntryId(row.get(0)?), StoryId(row.get(1)?))))?;
            let places: BTreeMap<_, _> = places.into_iter().collect();
            let crosses = |pair: &Pair| match (places.get(&pair.a), places.get(&pair.b)) {
                (Some(a), Some(b)) => pair.word == Word::Apart && a != b,
                _ => false,
            };
            Ok(words(db)?.iter().any(crosses))
        })
    }
}

/// SQLite takes the other columns from the row that has the largest correction.
fn words(db: &Connection) -> Result<Vec<Pair>, StoreError> {
    let sql = "SELECT max(correction), a, b, word FROM correction_pairs GROUP BY a, b ORDER BY a, b";
    let mut words = all(db, sql, [], pair)?;
    words.retain(|pair| pair.word != Word::Lifted);
    Ok(words)
}

fn head(row: &Row<'_>) -> Result<(i64, Correction), StoreError> {
    let kind =
        if row.get_ref(1)?.as_str().is_ok_and(|kind| kind == "split") { Kind::Split } else { Kind::Join };
    let (entry, made) = (EntryId(row.get(2)?), Timestamp(row.get(3)?));
    Ok((row.get(0)?, Correction { kind, entry, made, pairs: vec![] }))
}

/// Of a row whose second to fourth columns are `a, b, word`.
fn pair(row: &Row<'_>) -> Result<Pair, StoreError> {
    let word = match row.get::<_, String>(3)?.as_str() {
        "apart" => Word::Apart,
        "together" => Word::Together,
        _ => Word::Lifted,
    };
    Ok(Pair { a: EntryId(row.get(1)?), b: EntryId(row.get(2)?), word })
}
