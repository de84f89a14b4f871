//! The transactions that change what the river tells.
//! Promises: entries, their stories and the document's validators commit together, validators last.

use rusqlite::{Transaction, params};

use crate::model::document::{Origin, Version};
use crate::model::ids::{EntryId, FeedId};
use crate::model::notice::State;
use crate::model::poll::PollState;
use crate::model::story::Decision;
use crate::model::time::Timestamp;
use crate::store::change::{Changed, Content, Fresh, News, Note, Noted, Reading, Texts};
use crate::store::error::StoreError;
use crate::store::files;
use crate::store::notices::{put_change, put_file};
use crate::store::regroup::regroup;
use crate::store::retention::holds;
use crate::store::rows::to_json;
use crate::store::search;
use crate::store::writer::{Db, Writer, transact};

impl Writer {
    /// Commits many at once: what a transaction costs by itself, most of all its way to the disk, is paid once for all.
    /// Where that fails each is tried alone, so that one that cannot be stored holds up no other. One result for each, in
    /// their order. Returns once the writer has them in its queue: what is committed later is written later. What it
    /// returns waits until they are on disk; its errors are as [`StoreError`] lists, and nothing is stored then of what
    /// failed.
    pub async fn commit(
        &self,
        notes: Vec<Noted>,
    ) -> impl Future<Output = Vec<Result<(), StoreError>>> + Send + use<> {
        let count = notes.len();
        let each = move |db: &mut Db| match transact(db, |transaction| put_all(transaction, &notes)) {
            Ok(()) => notes.iter().map(|_| Ok(())).collect(),
            Err(error) if notes.len() == 1 => vec![Err(error)],
            Err(_) => notes.chunks(1).map(|one| transact(db, |alone| put_all(alone, one))).collect(),
        };
        let done = self.queue_up(each).await;
        async move {
            let done = match done {
                Ok(answered) => answered.await.ok(),
                Err(_) => None,
            };
            done.unwrap_or_else(|| (0..count).map(|_| Err(StoreError::Closed)).collect())
        }
    }
}

/// What is to be indexed comes last: FTS5 writes what it has gathered before each statement that may have to be undone,
/// and what it writes in small pieces it has to merge.
fn put_all(transaction: &Transaction<'_>, notes: &[Noted]) -> Result<(), StoreError> {
    let mut index = Index::new();
    for Noted { note, change } in notes {
        put(transaction, note, &mut index)?;
        change.iter().try_for_each(|change| put_change(transaction, change).map(drop))?;
    }
    index.into_iter().try_for_each(|(entry, feed, texts)| search::put(transaction, entry, feed, texts))
}

/// What is still to be indexed.
type Index<'a> = Vec<(EntryId, FeedId, &'a Texts)>;

fn put<'a>(transaction: &Transaction<'_>, note: &'a Note, index: &mut Index<'a>) -> Result<(), StoreError> {
    match note {
        Note::Reading(reading) => put_reading(transaction, reading, index),
        Note::Poll(origin, poll) => put_poll(transaction, &origin.key(), poll),
        Note::Version(origin, version, poll) => {
            put_stamp(transaction, &origin.key(), version)?;
            poll.as_ref().map_or(Ok(()), |poll| put_poll(transaction, &origin.key(), poll))
        }
        Note::SetAside(origin, reason, at) => files::set_aside(transaction, origin, reason, *at),
        Note::Gone(origin, at) => {
            let withdrawn = files::remove(transaction, &origin.key(), *at)?;
            withdrawn.into_iter().try_for_each(|entry| withdraw(transaction, entry, *at))
        }
        Note::Moved(moved) => files::rename(transaction, moved),
    }
}

/// Feed, entries, stories, then validators and polling state.
fn put_reading<'a>(
    transaction: &Transaction<'_>,
    reading: &'a Reading,
    index: &mut Index<'a>,
) -> Result<(), StoreError> {
    let feed = put_feed(transaction, reading)?;
    reading.renamed.iter().try_for_each(|(entry, key)| rename_entry(transaction, *entry, key))?;
    reading.fresh.iter().try_for_each(|fresh| put_entry(transaction, feed, fresh, reading.now))?;
    index.extend(reading.fresh.iter().map(|fresh| (fresh.id, feed, &fresh.content.texts)));
    reading.changed.iter().try_for_each(|changed| change_entry(transaction, changed, reading.now))?;
    index.extend(reading.changed.iter().map(|changed| (changed.id, feed, &changed.content.texts)));
    reading.withdrawn.iter().try_for_each(|entry| withdraw(transaction, *entry, reading.now))?;
    regroup(transaction, &reading.regrouping)?;
    put_version(transaction, feed, reading)
}

fn put_feed(transaction: &Transaction<'_>, reading: &Reading) -> Result<FeedId, StoreError> {
    touch_shown(transaction, reading)?;
    let sql =
        "INSERT INTO feeds (key, atom_id, feed, shape, complaints, hints, content_hash, first_seen, holds)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
               ON CONFLICT (key) DO UPDATE SET feed = ?3, shape = ?4, complaints = ?5, hints = ?6,
                                               content_hash = ?7, gone = NULL, holds = ?9
               RETURNING id";
    let id = transaction.prepare_cached(sql)?.query_row(
        params![
            reading.origin.key(),
            reading.atom_id,
            to_json(&reading.feed)?,
            reading.shape,
            to_json(&reading.complaints)?,
            to_json(&reading.hints)?,
            reading.content_hash,
            reading.now.0,
            holds(reading)?,
        ],
        |row| row.get(0),
    )?;
    match &reading.origin {
        Origin::File(path) => put_file(transaction, path, State::Well, reading.now)?,
        // It may have been a list of subscriptions until now.
        Origin::Remote(url) => {
            transaction.execute("DELETE FROM subscriptions WHERE asked_by = ?1", [url])?;
        }
    }
    Ok(FeedId(id))
}

/// What a feed says of itself stands with each of its entries: where it says something else, but for its date, rivers
/// must look at those that they show.
fn touch_shown(transaction: &Transaction<'_>, reading: &Reading) -> Result<(), StoreError> {
    let sql = "SELECT DISTINCT story FROM told WHERE page IS NULL AND gone IS NULL AND story IN
                   (SELECT story FROM entries JOIN feeds ON feeds.id = entries.feed WHERE feeds.key = ?1
                    AND json_remove(feeds.feed, '$.updated') IS NOT json_remove(?2, '$.updated'))";
    let mut statement = transaction.prepare_cached(sql)?;
    let stories =
        statement.query_map(params![reading.origin.key(), to_json(&reading.feed)?], |row| row.get(0))?;
    let stories: Vec<i64> = stories.collect::<Result<_, _>>()?;
    stories.into_iter().try_for_each(|story| count_live(transaction, story, 0))
}

fn put_entry(
    transaction: &Transaction<'_>,
    feed: FeedId,
    fresh: &Fresh,
    now: Timestamp,
) -> Result<(), StoreError> {
    let told_as = never_given_out(transaction, &fresh.told_as, fresh.id)?;
    let tier = match fresh.verdict.decision {
        Decision::New => None,
        Decision::Join { tier, .. } => Some(tier.word()),
    };
    if tier.is_none() {
        begin_with(transaction, fresh, &told_as, now)?;
    }
    let Content { entry, hash, fingerprint, updated, .. } = &fresh.content;
    let sql = "INSERT INTO entries (id, feed, key, story, tier, verdict, fingerprint, atom_id, title, link,
                                    language, entry, content_hash, published, updated, first_seen, admitted,
                                    rank, told_as, backfill)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16, ?17, ?18, ?19)";
    transaction.prepare_cached(sql)?.execute(params![
        fresh.id.0,
        feed.0,
        entry.id,
        fresh.story.0,
        tier,
        to_json(&fresh.verdict)?,
        fingerprint,
        fresh.atom_id,
        entry.title,
        entry.link,
        entry.language,
        to_json(entry)?,
        hash,
        fresh.published.0,
        updated.0,
        now.0,
        fresh.rank.0,
        told_as,
        (fresh.news == News::Backfill).then_some(true),
    ])?;
    if fresh.news == News::Told && tier.is_some() {
        return count_live(transaction, fresh.story.0, 1);
    }
    Ok(())
}

/// Begins the story of an entry that is to be told, or of one that is only kept. `told_as` was never given out.
fn begin_with(
    transaction: &Transaction<'_>,
    fresh: &Fresh,
    told_as: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO stories (id, atom_id, first_seen, rank, live, touched)
               VALUES (?1, ?2, ?3, ?4, ?5, CASE WHEN ?5 THEN (SELECT coalesce(max(touched), 0) + 1 FROM stories) ELSE 0 END)";
    let live = fresh.news == News::Told;
    transaction.prepare_cached(sql)?.execute(params![fresh.story.0, told_as, now.0, fresh.rank.0, live])?;
    Ok(())
}

/// The publisher knows it by another id from now on.
fn rename_entry(transaction: &Transaction<'_>, entry: EntryId, key: &str) -> Result<(), StoreError> {
    let sql = "UPDATE entries SET key = ?2 WHERE id = ?1";
    transaction.prepare_cached(sql)?.execute(params![entry.0, key])?;
    Ok(())
}

/// The id for readers itself; where it was given out before, the entry's number makes it another.
fn never_given_out(transaction: &Transaction<'_>, id: &str, entry: EntryId) -> Result<String, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM stories WHERE atom_id = ?1 UNION ALL
                              SELECT 1 FROM entries WHERE told_as = ?1 UNION ALL
                              SELECT 1 FROM forgotten WHERE told_as = ?1 AND told_as <> '')";
    let given_out: bool = transaction.prepare_cached(sql)?.query_row([id], |row| row.get(0))?;
    Ok(if given_out { format!("{id}/entry/{entry}") } else { id.to_owned() })
}

fn change_entry(transaction: &Transaction<'_>, changed: &Changed, now: Timestamp) -> Result<(), StoreError> {
    let (story, back): (i64, i64) = transaction.query_row(
        "SELECT story, withdrawn IS NOT NULL AND backfill IS NULL FROM entries WHERE id = ?1",
        [changed.id.0],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let Content { entry, hash, fingerprint, updated, .. } = &changed.content;
    let sql = "UPDATE entries SET title = ?2, link = ?3, language = ?4, entry = ?5, content_hash = ?6,
                                  fingerprint = ?7, updated = ?8, admitted = ?9, withdrawn = NULL
               WHERE id = ?1";
    transaction.prepare_cached(sql)?.execute(params![
        changed.id.0,
        entry.title,
        entry.link,
        entry.language,
        to_json(entry)?,
        hash,
        fingerprint,
        updated.0,
        now.0,
    ])?;
    count_live(transaction, story, back)
}

fn withdraw(transaction: &Transaction<'_>, entry: EntryId, now: Timestamp) -> Result<(), StoreError> {
    search::remove(transaction, entry)?;
    let sql = "UPDATE entries SET withdrawn = ?2 WHERE id = ?1 AND withdrawn IS NULL
               RETURNING CASE WHEN backfill THEN NULL ELSE story END";
    let story = transaction.prepare_cached(sql)?.query_row(params![entry.0, now.0], |row| row.get(0));
    match story {
        Ok(Some(story)) => count_live(transaction, story, -1),
        Ok(None) => Ok(()),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Every story that something becomes of comes by here, or by `regroup`: rivers look at it then.
fn count_live(transaction: &Transaction<'_>, story: i64, more: i64) -> Result<(), StoreError> {
    let sql =
        "UPDATE stories SET live = live + ?2, touched = (SELECT max(touched) + 1 FROM stories) WHERE id = ?1";
    transaction.prepare_cached(sql)?.execute([story, more])?;
    Ok(())
}

/// Last of all: from here on this version of the document is not asked for again.
fn put_version(transaction: &Transaction<'_>, feed: FeedId, reading: &Reading) -> Result<(), StoreError> {
    debug_assert!(feed.0 > 0);
    let key = reading.origin.key();
    put_stamp(transaction, &key, &reading.version)?;
    reading.poll.as_ref().map_or(Ok(()), |poll| put_poll(transaction, &key, poll))
}

pub(crate) fn put_stamp(
    transaction: &Transaction<'_>,
    key: &str,
    version: &Version,
) -> Result<(), StoreError> {
    match version {
        Version::File(stamp) => {
            let sql = "UPDATE feeds SET modified_ns = ?2, size = ?3, inode = ?4 WHERE key = ?1";
            let (size, inode) = (stamp.size.cast_signed(), stamp.inode.cast_signed());
            transaction.prepare_cached(sql)?.execute(params![key, stamp.modified_ns, size, inode])?;
        }
        Version::Http(validators) => {
            let sql = "UPDATE feeds SET etag = ?2, last_modified = ?3 WHERE key = ?1";
            let params = params![key, validators.etag, validators.last_modified];
            transaction.prepare_cached(sql)?.execute(params)?;
        }
    }
    Ok(())
}

pub(crate) fn put_poll(transaction: &Transaction<'_>, key: &str, poll: &PollState) -> Result<(), StoreError> {
    let sql = "UPDATE feeds SET poll = ?2, next_poll = ?3, etag = ?4, last_modified = ?5 WHERE key = ?1";
    transaction.prepare_cached(sql)?.execute(params![
        key,
        to_json(poll)?,
        poll.next_poll.map(|at| at.0),
        poll.validators.etag,
        poll.validators.last_modified,
    ])?;
    Ok(())
}
