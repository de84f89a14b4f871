//! How entries move between stories. Everything that changes who tells a story with whom goes through here.
//! Promises: an id that was given out stays: a story whose entries went elsewhere keeps its row and points there.
//! Deliberately not here: whether they should move.

use std::collections::BTreeSet;

use rusqlite::{Transaction, params};

use crate::store::change::{Begun, Merged, Placed, Regrouping};
use crate::store::error::StoreError;
use crate::store::rows::to_json;

/// Does all of it, in the order: stories that begin, entries that move, stories that prove to be one.
pub(crate) fn regroup(transaction: &Transaction<'_>, regrouping: &Regrouping) -> Result<(), StoreError> {
    let mut touched = BTreeSet::new();
    for begun in &regrouping.begun {
        begin(transaction, begun)?;
        touched.insert(begun.story.0);
    }
    for placed in &regrouping.placed {
        touched.insert(placed.story.0);
        touched.insert(place(transaction, placed)?);
    }
    for merged in &regrouping.merged {
        merge(transaction, *merged)?;
        touched.extend([merged.into.0, merged.from.0]);
    }
    let sql = "UPDATE stories SET live = (SELECT count(*) FROM entries
                                          WHERE story = stories.id AND withdrawn IS NULL) WHERE id = ?1";
    let mut count = transaction.prepare_cached(sql)?;
    touched.into_iter().try_for_each(|story| count.execute([story]).map(|_| ()))?;
    Ok(())
}

/// Begins a story. Where its id for readers was given out before, its number makes it another.
pub(crate) fn begin(transaction: &Transaction<'_>, begun: &Begun) -> Result<(), StoreError> {
    let sql = "INSERT INTO stories (id, atom_id, first_seen, rank)
               VALUES (?1, CASE WHEN EXISTS (SELECT 1 FROM stories WHERE atom_id = ?2) THEN ?2 || '/' || ?1 ELSE ?2 END,
                       ?3, ?4)";
    let params = params![begun.story.0, begun.atom_id, begun.first_seen.0, begun.rank.0];
    transaction.prepare_cached(sql)?.execute(params)?;
    Ok(())
}

/// Returns the story it was in.
fn place(transaction: &Transaction<'_>, placed: &Placed) -> Result<i64, StoreError> {
    let sql = "SELECT story FROM entries WHERE id = ?1";
    let left = transaction.prepare_cached(sql)?.query_row([placed.entry.0], |row| row.get(0))?;
    let sql = "UPDATE entries SET story = ?2, tier = ?3, verdict = coalesce(?4, verdict) WHERE id = ?1";
    let verdict = placed.verdict.as_ref().map(to_json).transpose()?;
    let tier = placed.tier.map(crate::model::story::Tier::word);
    transaction.prepare_cached(sql)?.execute(params![placed.entry.0, placed.story.0, tier, verdict])?;
    Ok(left)
}

fn merge(transaction: &Transaction<'_>, Merged { from, into }: Merged) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE entries SET story = ?2 WHERE story = ?1")?
        .execute([from.0, into.0])?;
    // The first to come begins the story, whichever id survives.
    let sql =
        "UPDATE entries SET tier = CASE WHEN id = (SELECT min(id) FROM entries WHERE story = ?1) THEN NULL
                                              ELSE coalesce(tier, 'story') END WHERE story = ?1";
    transaction.prepare_cached(sql)?.execute([into.0])?;
    let sql = "UPDATE stories SET merged_into = ?2 WHERE id = ?1 OR merged_into = ?1";
    transaction.prepare_cached(sql)?.execute([from.0, into.0])?;
    Ok(())
}
