//! What is forgotten, so that the store does not grow for ever, and the tombstones that keep it from coming back.
//! Promises: a story is forgotten whole or not at all, and only if it is past the owner's limits with every entry, and
//! no entry is still in its feed's document, in a river or (unless the owner says so) in a page of an archive, and the
//! owner never spoke of one. Ids stay given out. All of it is asked again in the transaction that forgets.
//! Deliberately not here: when, how much at once, and what rivers that select show now.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Row, Transaction, params};

use crate::model::ids::{EntryId, FeedId, StoryId};
use crate::model::time::Timestamp;
use crate::store::change::Reading;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::{all, one, to_json};
use crate::store::search;
use crate::store::writer::Writer;

/// Where an entry stands among those of its feed.
type Place = (i64, i64);

/// What may be forgotten.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// What was first seen before this; `None`: nothing by its age.
    pub before: Option<Timestamp>,
    /// The last place that each feed may keep; feeds that have room are not in it.
    pub last_places: HashMap<FeedId, Place>,
    /// Whether what stands in sealed pages of archives may be forgotten, for the pages stay.
    pub archived: bool,
    /// Every river there is.
    pub rivers: Vec<String>,
    /// Those of them that keep a list of all that they told.
    pub lookers: Vec<String>,
    /// What other rivers show.
    pub shown: HashSet<StoryId>,
}

/// A piece of the stories, looked through.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that may be forgotten.
    pub stories: Vec<StoryId>,
    /// The last one looked at; `None`: there is none after.
    pub up_to: Option<StoryId>,
}

/// What went.
#[derive(Debug, Default)]
pub struct Forgotten {
    /// The stories.
    pub stories: usize,
    /// Their entries.
    pub entries: Vec<EntryId>,
}

const NEXT: &str = "SELECT id FROM stories
    WHERE id > ?1 AND merged_into IS NULL AND forgotten IS NULL ORDER BY id LIMIT ?2";

/// Of a story, or of one that was put together with it.
const TOLD: &str = "SELECT EXISTS (SELECT 1 FROM told INDEXED BY told_by_story
    WHERE (story = ?1 OR story IN (SELECT id FROM stories WHERE merged_into = ?1))
      AND river IN (SELECT value FROM json_each(?2))
      AND CASE WHEN page IS NULL THEN gone IS NULL ELSE ?3 END)";

/// A river that has not looked at a story yet may tell it the next time.
const UNSEEN: &str = "SELECT EXISTS (SELECT 1 FROM stories, json_each(?2) AS river WHERE stories.id = ?1
    AND stories.touched > coalesce((SELECT looked FROM rivers WHERE name = river.value), 0))";

const MEMBERS: &str =
    "SELECT entries.id AS id, entries.feed AS feed, key_of.key AS feed_key, entries.key AS key,
        coalesce(entries.rank, published) AS rank, entries.first_seen AS first_seen, told_as,
        (SELECT atom_id FROM stories WHERE stories.id = entries.story) AS story_atom_id,
        CASE WHEN key_of.gone IS NOT NULL THEN 0
             WHEN key_of.holds IS NULL THEN 1
             ELSE EXISTS (SELECT 1 FROM json_each(key_of.holds) WHERE value = entries.id) END AS held
    FROM entries JOIN feeds AS key_of ON key_of.id = entries.feed WHERE story = ?1 ORDER BY entries.id";

const LAST_PLACE: &str = "SELECT rank, id FROM entries INDEXED BY entries_by_feed
    WHERE feed = ?1 AND withdrawn IS NULL ORDER BY rank DESC, id DESC LIMIT 1 OFFSET ?2";

/// One entry of a story in question.
struct Member {
    id: EntryId,
    feed: FeedId,
    key: String,
    place: Place,
    first_seen: Timestamp,
    told_as: Option<String>,
    story_atom_id: String,
    held: bool,
}

impl Limits {
    /// Whether nothing is ever forgotten by these.
    pub fn keep_everything(&self) -> bool {
        self.before.is_none() && self.last_places.is_empty()
    }

    fn are_past(&self, member: &Member) -> bool {
        let old = self.before.is_some_and(|before| member.first_seen < before);
        let surplus = self.last_places.get(&member.feed).is_some_and(|last| member.place < *last);
        old || surplus
    }
}

impl Reader {
    /// The place of the `count`-newest entry of each feed that has more.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn last_places(&self, count: usize) -> Result<HashMap<FeedId, Place>, StoreError> {
        let before = i64::try_from(count.saturating_sub(1)).unwrap_or(i64::MAX);
        self.view(|db| {
            let feeds = all(db, "SELECT id FROM feeds ORDER BY id", [], |row| Ok(row.get::<_, i64>(0)?))?;
            let mut places = HashMap::new();
            for feed in feeds {
                let place = one(db, LAST_PLACE, [feed, before], |row| Ok((row.get(0)?, row.get(1)?)))?;
                places.extend(place.map(|place| (FeedId(feed), place)));
            }
            Ok(places)
        })
    }

    /// Looks through the next `limit` stories after `after`.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn forgettable(&self, limits: &Limits, after: StoryId, limit: usize) -> Result<Found, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.view(|db| {
            let stories = all(db, NEXT, [after.0, limit], |row| Ok(StoryId(row.get(0)?)))?;
            let mut found = Found { stories: Vec::new(), up_to: stories.last().copied() };
            let spoken = spoken(db)?;
            for story in stories {
                if members_to_forget(db, limits, &spoken, story)?.is_some() {
                    found.stories.push(story);
                }
            }
            Ok(found)
        })
    }

    /// Of these ids of a feed's publisher, those whose entries were forgotten.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn forgotten_of(&self, feed: FeedId, keys: &[String]) -> Result<HashSet<String>, StoreError> {
        let sql = "SELECT key FROM forgotten WHERE feed = ?1 AND key IN (SELECT value FROM json_each(?2))";
        let keys = to_json(&keys)?;
        self.view(|db| Ok(all(db, sql, params![feed.0, keys], |row| Ok(row.get(0)?))?.into_iter().collect()))
    }
}

impl Writer {
    /// Forgets those of these stories that may still be forgotten.
    ///
    /// # Errors
    /// As [`StoreError`] lists; nothing is forgotten then.
    pub async fn forget(
        &self,
        stories: Vec<StoryId>,
        limits: std::sync::Arc<Limits>,
        now: Timestamp,
    ) -> Result<Forgotten, StoreError> {
        self.transact(move |transaction| {
            let (mut forgotten, spoken) = (Forgotten::default(), spoken(transaction)?);
            for story in &stories {
                let Some(members) = members_to_forget(transaction, &limits, &spoken, *story)? else {
                    continue;
                };
                forgotten.entries.extend(members.iter().map(|member| member.id));
                forgotten.stories += 1;
                members.iter().try_for_each(|member| bury(transaction, member))?;
                let sql = "UPDATE stories SET live = 0, forgotten = ?2 WHERE id = ?1";
                transaction.prepare_cached(sql)?.execute([story.0, now.0])?;
            }
            Ok(forgotten)
        })
        .await
    }
}

/// The entries of a story that may be forgotten; `None`: it may not.
fn members_to_forget(
    db: &Connection,
    limits: &Limits,
    spoken: &HashSet<i64>,
    story: StoryId,
) -> Result<Option<Vec<Member>>, StoreError> {
    if limits.shown.contains(&story) {
        return Ok(None);
    }
    let mut members = Vec::new();
    for member in all(db, MEMBERS, [story.0], member)? {
        if member.held || spoken.contains(&member.id.0) || !limits.are_past(&member) {
            return Ok(None);
        }
        members.push(member);
    }
    if members.is_empty() {
        return Ok(None);
    }
    let asked = params![story.0, to_json(&limits.rivers)?, !limits.archived];
    let told: bool = db.prepare_cached(TOLD)?.query_row(asked, |row| row.get(0))?;
    let asked = params![story.0, to_json(&limits.lookers)?];
    let unseen: bool = db.prepare_cached(UNSEEN)?.query_row(asked, |row| row.get(0))?;
    Ok((!told && !unseen).then_some(members))
}

fn member(row: &Row<'_>) -> Result<Member, StoreError> {
    Ok(Member {
        id: EntryId(row.get("id")?),
        feed: FeedId(row.get("feed")?),
        key: row.get("key")?,
        place: (row.get("rank")?, row.get("id")?),
        first_seen: Timestamp(row.get("first_seen")?),
        told_as: row.get("told_as")?,
        story_atom_id: row.get("story_atom_id")?,
        held: row.get("held")?,
    })
}

/// Every entry that the owner spoke of: his word holds for ever.
fn spoken(db: &Connection) -> Result<HashSet<i64>, StoreError> {
    let sql = "SELECT entry FROM corrections UNION SELECT a FROM correction_pairs UNION SELECT b FROM correction_pairs";
    Ok(all(db, sql, [], |row| Ok(row.get(0)?))?.into_iter().collect())
}

fn bury(transaction: &Transaction<'_>, member: &Member) -> Result<(), StoreError> {
    search::remove(transaction, member.id)?;
    let own =
        member.told_as.as_deref().filter(|told_as| *told_as != member.story_atom_id).unwrap_or_default();
    let sql = "INSERT INTO forgotten (feed, key, told_as) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    transaction.prepare_cached(sql)?.execute(params![member.feed.0, member.key, own])?;
    transaction.prepare_cached("DELETE FROM entries WHERE id = ?1")?.execute([member.id.0])?;
    Ok(())
}

/// The numbers of the entries that a document holds, as `feeds.holds` has them; `None` of one that was cut short: what it
/// would have held is not known.
pub(crate) fn holds(reading: &Reading) -> Result<Option<String>, StoreError> {
    let fresh = reading.fresh.iter().map(|fresh| fresh.id);
    let held: Vec<EntryId> = reading.held.iter().copied().chain(fresh).collect();
    if reading.content_hash.is_empty() { Ok(None) } else { to_json(&held).map(Some) }
}
