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
    if regrouping.is_empty() {
        return Ok(());
    }
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
                                          WHERE story = stories.id AND withdrawn IS NULL
                                            AND backfill IS NULL),
                                  touched = (SELECT max(touched) + 1 FROM stories) WHERE id = ?1";
    let mut count = transaction.prepare_cached(sql)?;
    touched.into_iter().try_for_each(|story| count.execute([story]).map(|_| ()))?;
    Ok(())
}

/// Begins a story. Where its id for readers was given out before, its number makes it another.
fn begin(transaction: &Transaction<'_>, begun: &Begun) -> Result<(), StoreError> {
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
    let sql = "UPDATE entries SET story = ?2 WHERE story = ?1";
    if transaction.prepare_cached(sql)?.execute([from.0, into.0])? > 0 {
        // The first to come begins the story, whichever id survives.
        let sql = "UPDATE entries SET tier = CASE WHEN id = (SELECT min(id) FROM entries WHERE story = ?1) THEN NULL
                                                  ELSE coalesce(tier, 'story') END WHERE story = ?1";
        transaction.prepare_cached(sql)?.execute([into.0])?;
    }
    let sql = "UPDATE stories SET merged_into = ?2 WHERE id = ?1 OR merged_into = ?1";
    transaction.prepare_cached(sql)?.execute([from.0, into.0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::model::ids::{EntryId, StoryId};
    use crate::model::story::Tier;
    use crate::model::time::Timestamp;
    use crate::store::migrate::migrate;

    /// Story 1 of entries 1 and 2, story 2 of entry 3, story 3 of entry 4, which is withdrawn.
    fn store() -> Connection {
        let mut db = Connection::open_in_memory().expect("memory");
        migrate(&mut db).expect("the newest schema");
        db.execute_batch(
            "INSERT INTO feeds (id, key, atom_id, feed, first_seen) VALUES (1, 'file:a', 'x', '{}', 5);
             INSERT INTO stories (id, atom_id, first_seen, rank, live) VALUES (1, 's', 1, 1, 2), (2, 't', 2, 2, 1), (3, 'u', 3, 3, 0);
             INSERT INTO entries (id, feed, key, story, tier, verdict, fingerprint, atom_id, title, entry, content_hash,
                                  published, updated, first_seen, withdrawn)
             VALUES (1, 1, 'a', 1, NULL, '{}', x'', 'a', '', '{}', x'', 1, 1, 1, NULL),
                    (2, 1, 'b', 1, 'copy', '{}', x'', 'b', '', '{}', x'', 1, 1, 1, NULL),
                    (3, 1, 'c', 2, NULL, '{}', x'', 'c', '', '{}', x'', 1, 1, 1, NULL),
                    (4, 1, 'd', 3, NULL, '{}', x'', 'd', '', '{}', x'', 1, 1, 1, 9);",
        )
        .expect("rows");
        db
    }

    fn regrouped(db: &mut Connection, regrouping: &Regrouping) {
        let transaction = db.transaction().expect("a transaction");
        regroup(&transaction, regrouping).expect("regrouped");
        transaction.commit().expect("committed");
    }

    fn rows(db: &Connection, sql: &str) -> Vec<String> {
        let mut statement = db.prepare(sql).expect("SQL");
        statement.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("texts")
    }

    const ENTRIES: &str = "SELECT id || ':' || story || ':' || coalesce(tier, '-') FROM entries ORDER BY id";
    const STORIES: &str = "SELECT id || ':' || atom_id || ':' || live || ':' || coalesce(merged_into, '-') FROM stories ORDER BY id";

    #[test]
    fn of_two_stories_that_prove_to_be_one_the_older_survives_and_the_younger_points_there() {
        let mut db = store();
        let merged = vec![Merged::of(StoryId(2), StoryId(3)), Merged::of(StoryId(2), StoryId(1))];
        regrouped(&mut db, &Regrouping { merged, ..Regrouping::default() });
        assert_eq!(rows(&db, ENTRIES), ["1:1:-", "2:1:copy", "3:1:story", "4:1:story"]);
        assert_eq!(rows(&db, STORIES), ["1:s:3:-", "2:t:0:1", "3:u:0:1"]);
    }

    #[test]
    fn a_story_that_begins_with_an_id_that_was_given_out_gets_another() {
        let mut db = store();
        let begun = |story: i64| Begun {
            story: StoryId(story),
            atom_id: "s".to_owned(),
            first_seen: Timestamp(1),
            rank: Timestamp(1),
        };
        let place = |entry: i64, story: i64, tier| Placed {
            entry: EntryId(entry),
            story: StoryId(story),
            tier,
            verdict: None,
        };
        let placed = vec![place(1, 9, None), place(2, 1, Some(Tier::Identity))];
        regrouped(&mut db, &Regrouping { begun: vec![begun(9)], placed, merged: vec![] });
        assert_eq!(rows(&db, ENTRIES), ["1:9:-", "2:1:identity", "3:2:-", "4:3:-"]);
        assert_eq!(rows(&db, STORIES), ["1:s:1:-", "2:t:1:-", "3:u:0:-", "9:s/9:1:-"]);
    }
}
