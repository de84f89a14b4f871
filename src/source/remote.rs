//! Follows remote feeds: keeps their due dates, and polls each when it is due, politely.
//! Promises: at most `concurrency` requests at once and `per_host` to one host, with a pause between; a feed under way,
//! or whose answer was not yet taken in, is not polled again; stops at once when told.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use tokio::sync::mpsc::{Sender, UnboundedReceiver};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::options::fetch::FetchOptions;
use crate::model::document::{Document, Origin, Validators, Version};
use crate::model::time::{Clock, Timestamp};
use crate::source::answer::Answer;
use crate::source::delivery::Delivery;
use crate::source::fetch::Fetcher;
use crate::source::guard::Guard;

/// An order to the poller.
#[derive(Debug)]
pub enum Command {
    /// Poll `url` at `due` (`None`: at once). Takes the place of an earlier order for the same URL.
    Follow {
        /// The feed.
        url: String,
        /// When.
        due: Option<Timestamp>,
        /// To send along.
        validators: Validators,
    },
    /// Poll it no more.
    Unfollow(String),
}

/// The poller.
#[derive(Debug)]
pub struct Poller {
    fetcher: Fetcher,
    options: FetchOptions,
    clock: Clock,
    deliveries: Sender<Delivery>,
    waiting: HashMap<String, (Timestamp, Validators)>,
    due: BTreeSet<(Timestamp, String)>,
    under_way: HashSet<String>,
    hosts: HashMap<String, Host>,
    outage: Outage,
    /// Polls that reached no host, until it shows whether the host or the network is to blame.
    held: Vec<(String, Delivery)>,
}

#[derive(Debug, Default)]
struct Host {
    under_way: usize,
    free_at: Option<Timestamp>,
}

/// Tells a fault of this machine's network from a fault of one server.
#[derive(Debug, Default)]
struct Outage {
    unreachable: HashSet<String>,
    told: bool,
}

/// So many hosts in a row that cannot be reached, and none that can, are a fault of this machine's network.
const OUTAGE_HOSTS: usize = 3;

impl Outage {
    /// Notes an answer of `host`; true: the network is away, and the host is not to blame.
    fn blames_network(&mut self, host: &str, unreachable: bool) -> bool {
        if !unreachable {
            if std::mem::take(&mut self.told) {
                tracing::info!("the network is back");
            }
            self.unreachable.clear();
            return false;
        }
        self.unreachable.insert(host.to_owned());
        let away = self.unreachable.len() >= OUTAGE_HOSTS;
        if away && !std::mem::replace(&mut self.told, true) {
            tracing::warn!(
                "no network: no host can be reached; riverd goes on with what it has and keeps trying"
            );
        }
        away
    }
}

impl Poller {
    /// A poller without feeds.
    pub fn new(fetcher: Fetcher, options: FetchOptions, clock: Clock, deliveries: Sender<Delivery>) -> Self {
        Self {
            fetcher,
            options,
            clock,
            deliveries,
            waiting: HashMap::new(),
            due: BTreeSet::new(),
            under_way: HashSet::new(),
            hosts: HashMap::new(),
            outage: Outage::default(),
            held: Vec::new(),
        }
    }

    /// Polls until `stop`, or until the orders end and nothing is left to poll.
    pub async fn run(mut self, mut commands: UnboundedReceiver<Command>, stop: CancellationToken) {
        let mut polls: JoinSet<(String, Delivery)> = JoinSet::new();
        loop {
            let wake = self.start_due(&mut polls);
            tokio::select! {
                () = stop.cancelled() => return,
                command = commands.recv() => match command {
                    Some(command) => self.order(command),
                    None => return,
                },
                Some(done) = polls.join_next(), if !polls.is_empty() => {
                    let Ok((url, delivery)) = done else { continue };
                    self.free(&url);
                    self.held.push((url, delivery));
                    if !self.hand_on(polls.is_empty()).await {
                        return;
                    }
                }
                () = tokio::time::sleep(wake) => {}
            }
        }
    }

    fn order(&mut self, command: Command) {
        match command {
            Command::Follow { url, due, validators } => {
                self.forget(&url);
                let due = due.unwrap_or_else(self.clock);
                self.due.insert((due, url.clone()));
                self.waiting.insert(url, (due, validators));
            }
            Command::Unfollow(url) => self.forget(&url),
        }
    }

    fn forget(&mut self, url: &str) {
        if let Some((due, _)) = self.waiting.remove(url) {
            self.due.remove(&(due, url.to_owned()));
        }
    }

    /// Starts what is due and free; says how long nothing more can become so by itself.
    fn start_due(&mut self, polls: &mut JoinSet<(String, Delivery)>) -> Duration {
        let now = (self.clock)();
        let mut wake = Duration::from_secs(60);
        let mut ready = Vec::new();
        for (due, url) in &self.due {
            if *due > now {
                wake = wake.min(until(now, *due));
                break;
            }
            if polls.len() + ready.len() >= self.options.concurrency {
                break;
            }
            let host = self.hosts.entry(host_of(url)).or_default();
            if host.under_way >= self.options.per_host || self.under_way.contains(url) {
                continue;
            }
            match host.free_at {
                Some(free_at) if free_at > now => wake = wake.min(until(now, free_at)),
                _ => {
                    host.under_way += 1;
                    ready.push((*due, url.clone()));
                }
            }
        }
        for (due, url) in ready {
            self.due.remove(&(due, url.clone()));
            let validators = self.waiting.remove(&url).map(|(_, validators)| validators).unwrap_or_default();
            self.under_way.insert(url.clone());
            polls.spawn(poll(self.fetcher.clone(), url, validators));
        }
        wake
    }

    fn free(&mut self, url: &str) {
        let pause_ms = i64::try_from(self.options.host_pause.as_millis()).unwrap_or(i64::MAX);
        let host = self.hosts.entry(host_of(url)).or_default();
        host.under_way = host.under_way.saturating_sub(1);
        host.free_at = Some((self.clock)().plus_ms(pause_ms));
        self.under_way.remove(url);
    }

    /// Hands on what is held, once it shows who is to blame, or nothing under way could show it any more.
    /// False: nobody takes deliveries any more.
    async fn hand_on(&mut self, at_rest: bool) -> bool {
        let Some((url, delivery)) = self.held.last() else { return true };
        let reached = !unreachable(delivery);
        let away = self.outage.blames_network(&host_of(url), !reached);
        if !(reached || away || at_rest) {
            return true;
        }
        for (_, mut delivery) in std::mem::take(&mut self.held) {
            if let Delivery::NoDocument { answer, .. } = &mut delivery {
                answer.unreachable &= away;
            }
            if self.deliveries.send(delivery).await.is_err() {
                return false;
            }
        }
        true
    }
}

fn unreachable(delivery: &Delivery) -> bool {
    matches!(delivery, Delivery::NoDocument { answer, .. } if answer.unreachable)
}

/// One poll, as a delivery.
async fn poll(fetcher: Fetcher, url: String, validators: Validators) -> (String, Delivery) {
    let origin = Origin::Remote(url.clone());
    let delivery = match fetcher.fetch(&url, &validators).await {
        Ok(fetched) => match fetched.body {
            Some(bytes) => Delivery::Document {
                document: Document {
                    origin,
                    bytes,
                    content_type: fetched.content_type,
                    url: Some(fetched.url),
                    modified: None,
                    version: Version::Http(fetched.answer.validators.clone()),
                },
                answer: Some(fetched.answer),
            },
            None => Delivery::NoDocument { origin, answer: fetched.answer },
        },
        Err(error) => {
            let unreachable = error.is_unreachable();
            let answer = Answer { error: Some(error.to_string()), unreachable, ..Answer::default() };
            Delivery::NoDocument { origin, answer }
        }
    };
    (url, delivery)
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(then.since(now)).unwrap_or(0) + 1)
}

/// The unit of politeness: host and port; for this machine and private addresses, which the owner runs, the URL.
fn host_of(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    if parsed
        .as_ref()
        .is_some_and(|url| !Guard::default().allows_url(url) || url.host_str() == Some("localhost"))
    {
        return url.to_owned();
    }
    let host =
        parsed.as_ref().and_then(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?)));
    host.unwrap_or_default()
}
