//! Subscriptions at hubs: asks for them, keeps them, and takes what hubs say at the callback to the road.
//! Deliberately not here: what to ask and what to answer; that is `source::websub`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, WeakSender};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::load::Config;
use crate::daemon::clock::now;
use crate::model::document::{Document, Origin, Validators, Version, shown};
use crate::model::time::Timestamp;
use crate::model::websub::{HubSubscription, Named, Push, Reply, Verification};
use crate::serve::callback::{PATH, Subscriber};
use crate::source::delivery::Delivery;
use crate::source::fetch::Fetcher;
use crate::source::websub::plan::{Act, Hubbed, Terms, plan};
use crate::source::websub::signature::{is_signed, random};
use crate::source::websub::verify::verified;
use crate::store::error::StoreError;
use crate::store::open::Store;
use crate::store::reader::Reader;
use crate::store::writer::Writer;

/// What hubs are asked to grant; they may grant something else.
const LEASE_SECONDS: &str = "864000";
/// Requests to hubs at once.
const AT_ONCE: usize = 4;
/// After a change, more may come.
const SETTLE: Duration = Duration::from_secs(1);
/// What is to be done is looked for at least so often.
const LOOK: Duration = Duration::from_secs(600);

/// Every subscription at a hub, by its token.
#[derive(Debug)]
pub struct Hubs {
    known: Mutex<HashMap<String, HubSubscription>>,
    news: UnboundedSender<HubSubscription>,
    road: WeakSender<Delivery>,
}

impl Hubs {
    /// Those that the store knows. `news` is told of every change that a hub makes; pushes go to `road`.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn of(
        reader: &Reader,
        news: UnboundedSender<HubSubscription>,
        road: WeakSender<Delivery>,
    ) -> Result<Self, StoreError> {
        let known = reader.hub_subscriptions()?.into_iter();
        let known = known.map(|subscription| (subscription.token.0.clone(), subscription)).collect();
        Ok(Self { known: Mutex::new(known), news, road })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, HubSubscription>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, subscription: HubSubscription) {
        self.known().insert(subscription.token.0.clone(), subscription);
    }
}

impl Subscriber for Hubs {
    fn knows(&self, token: &str) -> bool {
        self.known().contains_key(token)
    }

    fn verify(&self, token: &str, asked: &Verification) -> Reply {
        let mut known = self.known();
        let Some(subscription) = known.get_mut(token) else { return Reply::Unknown };
        let (reply, then) = verified(subscription, asked, now());
        let feed = shown(&subscription.feed);
        tracing::info!(%feed, hub = %shown(&subscription.hub), mode = asked.mode, agreed = then.is_some(), "a hub asked");
        if let Some(then) = then {
            *subscription = then.clone();
            // Whoever keeps it has ended only if riverd ends.
            drop(self.news.send(then));
        }
        reply
    }

    fn push(&self, token: &str, push: Push) -> Reply {
        let Some(subscription) = self.known().get(token).cloned() else { return Reply::Unknown };
        if subscription.pushes_until().is_none_or(|until| until < now()) {
            return Reply::Taken;
        }
        let signature = push.signature.as_deref().unwrap_or_default();
        if !is_signed(&subscription.secret, signature, &push.body) {
            tracing::warn!(feed = %shown(&subscription.feed), "a push was not signed by the feed's hub; it is passed over");
            return Reply::Taken;
        }
        let document = Document {
            origin: Origin::Remote(subscription.feed),
            bytes: push.body,
            content_type: push.content_type,
            url: Some(subscription.topic),
            modified: None,
            version: Version::Http(Validators::default()),
            named: Named::default(),
        };
        let delivery = Delivery::Document { document, answer: None };
        // A push does not wait: where the road is full, the hub comes again.
        let taken = self.road.upgrade().is_some_and(|road| road.try_send(delivery).is_ok());
        if taken { Reply::Taken } else { Reply::Busy }
    }
}

/// Keeps the subscriptions.
pub struct Keeper {
    /// The subscriptions.
    pub hubs: Arc<Hubs>,
    /// What hubs change.
    pub news: UnboundedReceiver<HubSubscription>,
    /// Told of changes in the store.
    pub changes: watch::Receiver<u64>,
    /// What there is to do.
    pub desk: Desk,
}

/// What asking needs.
#[derive(Clone)]
pub struct Desk {
    /// Reads the store.
    pub reader: Reader,
    /// Keeps what changes.
    pub writer: Writer,
    /// Asks hubs.
    pub fetcher: Fetcher,
    /// Where hubs reach riverd, without a slash at the end.
    pub public_url: String,
    /// Time between two requests for one feed at its hub; as `fetch.min_interval`.
    pub least: Duration,
}

impl Keeper {
    /// Keeps them until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let (mut acts, mut changed) = (JoinSet::new(), true);
        let mut look = tokio::time::Instant::now();
        loop {
            if acts.is_empty() && look <= tokio::time::Instant::now() {
                look += self.begin(&mut acts).await;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                Some(news) = self.news.recv() => self.desk.keep(news).await,
                change = self.changes.changed(), if changed => {
                    changed = change.is_ok();
                    look = look.min(tokio::time::Instant::now() + SETTLE);
                }
                Some(ended) = acts.join_next(), if !acts.is_empty() => {
                    ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
                    look = look.min(tokio::time::Instant::now() + SETTLE);
                }
                () = tokio::time::sleep_until(look), if acts.is_empty() => {}
            }
        }
    }

    /// Begins what is to be done; says how long nothing more is.
    async fn begin(&self, acts: &mut JoinSet<()>) -> Duration {
        let (desk, known) = (self.desk.clone(), self.hubs.known().values().cloned().collect::<Vec<_>>());
        let planned = tokio::task::spawn_blocking(move || desk.planned(&known)).await;
        let (todo, next) = match planned {
            Ok(Ok(planned)) => planned,
            Ok(Err(error)) => {
                tracing::error!(%error, "subscriptions at hubs cannot be looked after");
                return LOOK;
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let places = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
        for act in todo {
            let (desk, hubs, places) = (self.desk.clone(), self.hubs.clone(), places.clone());
            acts.spawn(async move {
                let _place = places.acquire().await;
                desk.act(&hubs, act).await;
            });
        }
        let wait = next.map_or(LOOK, |next| Duration::from_millis(next.since(now()).max(0).cast_unsigned()));
        wait.clamp(Duration::from_millis(100), LOOK)
    }
}

impl Desk {
    /// At the open store, with the owner's choices.
    pub fn of(config: &Config, store: &Store, fetcher: Fetcher, public_url: String) -> Self {
        let (reader, writer) = (store.reader.clone(), store.writer.clone());
        Self { reader, writer, fetcher, public_url, least: config.fetch.min_interval }
    }

    fn planned(&self, known: &[HubSubscription]) -> Result<(Vec<Act>, Option<Timestamp>), StoreError> {
        let feeds = self.reader.feeds_of_hubs()?.into_iter();
        let feeds: Vec<_> =
            feeds.map(|feed| Hubbed { feed: feed.url, hubs: feed.hubs, topic: feed.topic }).collect();
        let terms = Terms { now: now(), least_ms: self.least.as_millis().try_into().unwrap_or(i64::MAX) };
        Ok(plan(known, &feeds, terms, || Some((random::<16>()?, random::<32>()?))))
    }

    async fn act(&self, hubs: &Hubs, act: Act) {
        match act {
            Act::Subscribe(subscription) => self.ask(hubs, subscription, "subscribe").await,
            Act::Unsubscribe(subscription) => self.ask(hubs, subscription, "unsubscribe").await,
            Act::Forget(subscription) => {
                hubs.known().remove(&subscription.token.0);
                if let Err(error) = self.writer.forget_hub_subscription(subscription.feed).await {
                    tracing::error!(%error, "a subscription at a hub could not be forgotten");
                }
            }
        }
    }

    /// It is on disk before the hub hears of it: what the hub confirms is known then.
    async fn ask(&self, hubs: &Hubs, subscription: HubSubscription, mode: &str) {
        hubs.put(subscription.clone());
        self.keep(subscription.clone()).await;
        let HubSubscription { feed, hub, topic, token, secret, .. } = subscription;
        let callback = format!("{}{PATH}{}", self.public_url, token.0);
        let fields = [
            ("hub.callback", callback.as_str()),
            ("hub.mode", mode),
            ("hub.topic", &topic),
            ("hub.secret", &secret.0),
            ("hub.lease_seconds", LEASE_SECONDS),
        ];
        let (feed, hub_shown) = (shown(&feed), shown(&hub));
        match self.fetcher.post_form(&hub, &fields).await {
            Ok(200..=299) => tracing::info!(%feed, hub = %hub_shown, mode, "asked the hub"),
            Ok(status) => {
                tracing::warn!(%feed, hub = %hub_shown, mode, status, "the hub refused; it is asked again later");
            }
            Err(error) => {
                tracing::warn!(%feed, hub = %hub_shown, mode, %error, "the hub was not reached; it is asked again later");
            }
        }
    }

    async fn keep(&self, subscription: HubSubscription) {
        if let Err(error) = self.writer.keep_hub_subscription(subscription).await {
            tracing::error!(%error, "a subscription at a hub could not be kept");
        }
    }
}
