//! Tells the hub of `publish.hub` which feeds have changed (W3C WebSub section 6).
//! Promises: only after an edition's bytes have changed, over restarts, too; never more often than
//! `publish.hub_interval`; what fails is told again, ever later; nothing waits for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::config::load::Config;
use crate::daemon::hubs::Desk;
use crate::model::document::shown;
use crate::serve::shelf::Shelf;
use crate::source::fetch::Fetcher;
use crate::store::reader::Reader;
use crate::store::writer::Writer;

/// Shortest wait after a failure, where `publish.hub_interval` is shorter; it doubles …
const AGAIN: Duration = Duration::from_millis(200);
/// … up to this.
const LATEST_AGAIN: Duration = Duration::from_secs(3_600);
/// So many feeds are named in one request.
const AT_ONCE: usize = 32;

/// Who tells the hub.
pub struct Announcer {
    hub: String,
    interval: Duration,
    public_url: String,
    shelf: Shelf,
    reader: Reader,
    writer: Writer,
    fetcher: Fetcher,
    changed: Arc<Notify>,
}

/// Tells the hub that the owner names now, and another once they name that one, until `stop`.
pub async fn keep_announcing(
    announcer: impl Fn(&Config) -> Option<Announcer> + Send,
    mut choices: watch::Receiver<Arc<Config>>,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let now = choices.borrow_and_update().clone();
        let until_changed = stop.child_token();
        let telling = async {
            match announcer(&now) {
                Some(announcer) => announcer.run(until_changed.clone()).await,
                None => until_changed.cancelled().await,
            }
        };
        tokio::select! {
            () = telling => {}
            () = another(&mut choices, &now) => {}
        }
    }
}

/// Waits until the owner names another hub, or another interval for it.
async fn another(choices: &mut watch::Receiver<Arc<Config>>, now: &Config) {
    let told = |config: &Config| (config.publish.hub.clone(), config.publish.hub_interval);
    if choices.wait_for(|config| told(config) != told(now)).await.is_err() {
        // Nobody can choose any more.
        std::future::pending::<()>().await;
    }
}

impl Announcer {
    /// As the owner chose; `changed` is notified when editions may have changed.
    pub fn of(config: &Config, desk: Desk, shelf: Shelf, changed: Arc<Notify>) -> Self {
        let Desk { reader, writer, fetcher, public_url, .. } = desk;
        let (hub, interval) = (config.publish.hub.clone(), config.publish.hub_interval);
        Self { hub, interval, public_url, shelf, reader, writer, fetcher, changed }
    }

    /// Tells of changes until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.go_on() => {}
        }
    }

    /// Tells once of what has changed.
    pub async fn once(self) {
        let mut told = self.told().await;
        self.tell(&self.news(&told), &mut told).await;
    }

    async fn go_on(&self) {
        let (mut told, first) = (self.told().await, self.interval.max(AGAIN));
        let mut wait = first;
        loop {
            let news = self.news(&told);
            if news.is_empty() {
                self.changed.notified().await;
                continue;
            }
            let pause = if self.tell(&news, &mut told).await {
                wait = first;
                self.interval
            } else {
                let now = wait;
                wait = (2 * wait).min(LATEST_AGAIN.max(first));
                now
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// What the hub was told last: entity tags by URLs. Where that cannot be read, it is told again.
    async fn told(&self) -> HashMap<String, String> {
        let reader = self.reader.clone();
        match tokio::task::spawn_blocking(move || reader.announced()).await {
            Ok(Ok(told)) => told.into_iter().collect(),
            _ => HashMap::new(),
        }
    }

    /// The feeds whose bytes are not those that the hub was told of, as URLs and entity tags.
    fn news(&self, told: &HashMap<String, String>) -> Vec<(String, String)> {
        let paths = self.shelf.advertised().into_iter();
        let all = paths.map(|(path, etag)| (format!("{}{path}", self.public_url), etag));
        all.filter(|(url, etag)| told.get(url) != Some(etag)).collect()
    }

    /// False: some of it is to be told again.
    async fn tell(&self, news: &[(String, String)], told: &mut HashMap<String, String>) -> bool {
        for news in news.chunks(AT_ONCE) {
            if !self.post(news).await {
                return false;
            }
            if let Err(error) = self.writer.keep_announced(news.to_vec()).await {
                tracing::error!(%error, "what the hub was told could not be kept");
            }
            told.extend(news.iter().cloned());
        }
        true
    }

    /// False: the hub did not take it.
    async fn post(&self, news: &[(String, String)]) -> bool {
        let mut fields = vec![("hub.mode", "publish")];
        for (url, _) in news {
            // Hubs read one or the other.
            fields.extend([("hub.url", url.as_str()), ("hub.topic", url.as_str())]);
        }
        let hub = shown(&self.hub);
        match self.fetcher.post_form(&self.hub, &fields).await {
            Ok(200..=299) => tracing::info!(%hub, feeds = news.len(), "the hub was told of changes"),
            Ok(status) => {
                tracing::warn!(%hub, status, "the hub did not take the news; it is told again later");
                return false;
            }
            Err(error) => {
                tracing::warn!(%hub, %error, "the hub was not reached; it is told again later");
                return false;
            }
        }
        true
    }
}
