//! What the owner asked to follow: each place that asks is replaced as a whole.

use std::collections::HashSet;

use rusqlite::{Transaction, params};

use crate::model::document::{FileStamp, Origin, Version};
use crate::model::feed::Feed;
use crate::model::notice::{Change, State};
use crate::model::poll::PollState;
use crate::model::subscription::Subscription;
use crate::model::time::Timestamp;
use crate::store::commit::{put_poll, put_stamp};
use crate::store::error::StoreError;
use crate::store::feeds::poll_state;
use crate::store::notices;
use crate::store::reader::Reader;
use crate::store::rows::{all, json, to_json};
use crate::store::writer::Writer;

/// The subscriptions that one place asks for.
#[derive(Debug)]
pub struct Asked {
    /// The place.
    pub by: Place,
    /// All it asks for, with the id for `atom:source` of each if it is new.
    pub subscriptions: Vec<(Subscription, String)>,
    /// When.
    pub now: Timestamp,
}

/// A place that asks for subscriptions.
#[derive(Debug)]
pub enum Place {
    /// The config.
    Config,
    /// An OPML file of the folder.
    File(String, FileStamp),
    /// An OPML document on the web: a subscription itself.
    List(Box<List>),
}

/// One reading of a list on the web.
#[derive(Debug)]
pub struct List {
    /// Its URL as the owner subscribed to it.
    pub url: String,
    /// Hash of the bytes.
    pub content_hash: Vec<u8>,
    /// Committed last.
    pub version: Version,
    /// The poll that brought it.
    pub poll: Option<PollState>,
    /// What the owner is told with it.
    pub change: Option<Change>,
}

impl Place {
    fn key(&self) -> String {
        match self {
            Self::Config => "config".to_owned(),
            Self::File(path, _) => Origin::File(path.clone()).key(),
            Self::List(list) => list.url.clone(),
        }
    }
}

impl Writer {
    /// Puts `asked` in the place of what the same place asked for before. A feed that nobody asked for any more, and that
    /// was retired, is tried again.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub async fn subscribe(&self, asked: Asked) -> Result<(), StoreError> {
        self.transact(move |transaction| {
            let key = asked.by.key();
            let left = retired_and_left(transaction)?;
            for (subscription, _) in asked.subscriptions.iter().filter(|(asked, _)| left.contains(&asked.url))
            {
                revive(transaction, &subscription.url)?;
            }
            transaction.execute("DELETE FROM subscriptions WHERE asked_by = ?1", [&key])?;
            for (subscription, atom_id) in &asked.subscriptions {
                put(transaction, &key, subscription, atom_id, asked.now)?;
            }
            match &asked.by {
                Place::Config => Ok(()),
                Place::File(path, stamp) => put_file(transaction, path, *stamp, asked.now),
                Place::List(list) => put_list(transaction, list),
            }
        })
        .await
    }
}

/// The retired feeds that nobody asks for.
fn retired_and_left(transaction: &Transaction<'_>) -> Result<HashSet<String>, StoreError> {
    let sql = "SELECT key FROM feeds
               WHERE json_extract(poll, '$.retired') AND id NOT IN (SELECT feed FROM asked)";
    Ok(all(transaction, sql, [], |row| Ok(row.get(0)?))?.into_iter().collect())
}

fn revive(transaction: &Transaction<'_>, url: &str) -> Result<(), StoreError> {
    let sql = "UPDATE feeds SET poll = json_set(poll, '$.retired', json('false'), '$.next_poll', NULL), next_poll = NULL
               WHERE key = ?1";
    transaction.prepare_cached(sql)?.execute([url])?;
    Ok(())
}

/// A list is known by its version like every other feed, though no entry comes of it.
fn put_list(transaction: &Transaction<'_>, list: &List) -> Result<(), StoreError> {
    let sql = "UPDATE feeds SET shape = 'opml', content_hash = ?2, complaints = '[]' WHERE key = ?1";
    transaction.execute(sql, params![list.url, list.content_hash])?;
    put_stamp(transaction, &list.url, &list.version)?;
    list.change.iter().try_for_each(|change| notices::put_change(transaction, change).map(drop))?;
    list.poll.as_ref().map_or(Ok(()), |poll| put_poll(transaction, &list.url, poll))
}

fn put(
    transaction: &Transaction<'_>,
    asked_by: &str,
    subscription: &Subscription,
    atom_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let feed = Feed { title: subscription.title.clone().unwrap_or_default(), ..Feed::default() };
    let sql =
        "INSERT INTO feeds (key, atom_id, feed, first_seen) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    transaction.prepare_cached(sql)?.execute(params![subscription.url, atom_id, to_json(&feed)?, now.0])?;
    let sql = "INSERT INTO subscriptions (asked_by, feed, title, html_url, labels)
               SELECT ?1, id, ?3, ?4, ?5 FROM feeds WHERE key = ?2 ON CONFLICT DO NOTHING";
    transaction.prepare_cached(sql)?.execute(params![
        asked_by,
        subscription.url,
        subscription.title,
        subscription.html_url,
        to_json(&subscription.labels)?,
    ])?;
    Ok(())
}

/// An OPML file is known by its stamp like every other file, though no entry comes of it.
fn put_file(
    transaction: &Transaction<'_>,
    path: &str,
    stamp: FileStamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO feeds (key, atom_id, feed, shape, modified_ns, size, inode, first_seen)
               VALUES (?1, '', '{}', 'opml', ?2, ?3, ?4, ?5)
               ON CONFLICT (key) DO UPDATE SET modified_ns = ?2, size = ?3, inode = ?4, gone = NULL";
    let (size, inode) = (stamp.size.cast_signed(), stamp.inode.cast_signed());
    let key = Origin::File(path.to_owned()).key();
    transaction.execute(sql, params![key, stamp.modified_ns, size, inode, now.0])?;
    notices::put_file(transaction, path, State::Well, now)
}

impl Reader {
    /// Every remote feed that some place asks for, with how its polling stands, by URL.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn followed(&self) -> Result<Vec<(String, PollState)>, StoreError> {
        let sql = "SELECT key, poll, etag, last_modified FROM feeds
                   WHERE id IN (SELECT feed FROM asked) ORDER BY key";
        self.view(|db| all(db, sql, [], |row| Ok((row.get(0)?, poll_state(row)?))))
    }

    /// Every subscription to a feed, in the order of where it is asked for, then by URL; what lists on the web ask for
    /// stands with the rest, the lists themselves do not.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        let sql = "SELECT key, s.title, html_url, labels, feeds.feed AS feed FROM asked AS s
                   JOIN feeds ON feeds.id = s.feed
                   WHERE coalesce(feeds.shape, '') <> 'opml' AND (asked_by = 'config' OR asked_by LIKE 'file:%' OR s.feed NOT IN
                       (SELECT feed FROM asked WHERE asked_by = 'config' OR asked_by LIKE 'file:%'))
                   ORDER BY asked_by, key";
        self.view(|db| {
            all(db, sql, [], |row| {
                let feed: Feed = json(row, "feed")?;
                Ok(Subscription {
                    url: row.get("key")?,
                    title: row
                        .get::<_, Option<String>>("title")?
                        .or(Some(feed.title).filter(|t| !t.is_empty())),
                    html_url: row.get::<_, Option<String>>("html_url")?.or(feed.link),
                    labels: json(row, "labels")?,
                })
            })
        })
    }
}
