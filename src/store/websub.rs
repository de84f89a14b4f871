//! Subscriptions at hubs, and what hubs were told of the rivers.

use rusqlite::params;

use crate::model::feed::PollHints;
use crate::model::websub::HubSubscription;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::rows::{all, json, to_json};
use crate::store::writer::Writer;

/// A followed feed that names hubs.
#[derive(Debug)]
pub struct FeedOfHubs {
    /// The URL the owner subscribed to.
    pub url: String,
    /// The hubs that it names.
    pub hubs: Vec<String>,
    /// Its own address as it states it.
    pub topic: Option<String>,
}

impl Reader {
    /// Every subscription at a hub.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn hub_subscriptions(&self) -> Result<Vec<HubSubscription>, StoreError> {
        let sql = "SELECT subscription FROM hub_subscriptions ORDER BY feed";
        self.view(|db| all(db, sql, [], |row| json(row, "subscription")))
    }

    /// The followed feeds that name hubs, by URL.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn feeds_of_hubs(&self) -> Result<Vec<FeedOfHubs>, StoreError> {
        let sql = "SELECT key, hints FROM feeds
                   WHERE json_array_length(hints, '$.hubs') > 0 AND id IN (SELECT feed FROM asked)
                     AND NOT coalesce(json_extract(poll, '$.retired'), 0)
                   ORDER BY key";
        self.view(|db| {
            all(db, sql, [], |row| {
                let PollHints { hubs, topic, .. } = json(row, "hints")?;
                Ok(FeedOfHubs { url: row.get("key")?, hubs, topic })
            })
        })
    }

    /// What the hub was told last: URLs and entity tags.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn announced(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.view(|db| all(db, "SELECT url, etag FROM announced", [], |row| Ok((row.get(0)?, row.get(1)?))))
    }
}

impl Writer {
    /// Keeps a subscription at a hub in the place of the feed's one before.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub async fn keep_hub_subscription(&self, subscription: HubSubscription) -> Result<(), StoreError> {
        self.transact(move |transaction| {
            let sql = "INSERT OR REPLACE INTO hub_subscriptions (feed, subscription, pushes_until) VALUES (?1, ?2, ?3)";
            let until = subscription.pushes_until().map(|until| until.0);
            transaction.execute(sql, params![subscription.feed, to_json(&subscription)?, until])?;
            Ok(())
        })
        .await
    }

    /// Forgets a feed's subscription at its hub.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub async fn forget_hub_subscription(&self, feed: String) -> Result<(), StoreError> {
        self.transact(move |transaction| {
            transaction.execute("DELETE FROM hub_subscriptions WHERE feed = ?1", [&feed])?;
            Ok(())
        })
        .await
    }

    /// Remembers what the hub was told: URLs and entity tags.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub async fn keep_announced(&self, told: Vec<(String, String)>) -> Result<(), StoreError> {
        self.transact(move |transaction| {
            for (url, etag) in &told {
                transaction
                    .execute("INSERT OR REPLACE INTO announced (url, etag) VALUES (?1, ?2)", [url, etag])?;
            }
            Ok(())
        })
        .await
    }
}
