//! Follows remote feeds: keeps their due dates, and polls each when it is due, politely.
//! Promises: at most `concurrency` requests at once and `per_host` to one host, with a pause between; none to a host
//! that wants none; a feed under way, or whose answer was not yet taken in, is not polled again; stops at once when told.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use tokio::sync::mpsc::{Sender, UnboundedReceiver};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::options::fetch::FetchOptions;
use crate::model::document::{Document, Origin, Version};
use crate::model::time::{Clock, Timestamp};
use crate::source::answer::Answer;
use crate::source::ask::Ask;
use crate::source::delivery::Delivery;
use crate::source::fetch::Fetcher;
use crate::source::hosts::{Hosts, Turn, host_of};
use crate::source::outage::{Blame, Outage};

/// An order to the poller.
#[derive(Debug)]
pub enum Command {
    /// Poll a feed at `due` (`None`: at once). Takes the place of an earlier order for the same feed.
    Follow {
        /// What to ask for.
        ask: Ask,
        /// When.
        due: Option<Timestamp>,
    },
    /// Poll it no more.
    Unfollow(String),
}

/// What becomes of a feed whose host wants no request now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// It waits for as long as the host says.
    Endless,
    /// It is handed back as [`Delivery::Postponed`].
    None,
}

/// The poller.
#[derive(Debug)]
pub struct Poller {
    fetcher: Fetcher,
    options: FetchOptions,
    patience: Patience,
    clock: Clock,
    deliveries: Sender<Delivery>,
    waiting: HashMap<String, (Timestamp, Ask)>,
    due: BTreeSet<(Timestamp, String)>,
    under_way: HashSet<String>,
    hosts: Hosts,
    outage: Outage,
    /// Polls that reached no host, until it shows whether the host or the network is to blame.
    held: Vec<Delivery>,
    /// Feeds that were blamed since a host was reached last.
    blamed: Vec<String>,
}

/// A poll that has ended.
struct Done {
    ask: Ask,
    delivery: Delivery,
    offline: bool,
}

/// Idle hosts are forgotten, and the clock is looked at, at least this often.
const IDLE: Duration = Duration::from_secs(60);

impl Poller {
    /// A poller without feeds.
    pub fn new(
        fetcher: Fetcher,
        options: FetchOptions,
        patience: Patience,
        clock: Clock,
        deliveries: Sender<Delivery>,
    ) -> Self {
        Self {
            fetcher,
            options,
            patience,
            clock,
            deliveries,
            waiting: HashMap::new(),
            due: BTreeSet::new(),
            under_way: HashSet::new(),
            hosts: Hosts::default(),
            outage: Outage::default(),
            held: Vec::new(),
            blamed: Vec::new(),
        }
    }

    /// Polls until `stop`, or until the orders end and nothing is left to poll.
    pub async fn run(mut self, mut commands: UnboundedReceiver<Command>, stop: CancellationToken) {
        let mut polls: JoinSet<Done> = JoinSet::new();
        loop {
            let Some(wake) = self.start_due(&mut polls).await else { return };
            tokio::select! {
                () = stop.cancelled() => return,
                command = commands.recv() => match command {
                    Some(command) => self.order(command),
                    None => return,
                },
                Some(done) = polls.join_next(), if !polls.is_empty() => {
                    let Ok(done) = done else { continue };
                    if !self.finish(done, polls.is_empty()).await {
                        return;
                    }
                }
                () = tokio::time::sleep(wake) => self.hosts.forget_idle((self.clock)()),
            }
        }
    }

    fn order(&mut self, command: Command) {
        match command {
            Command::Follow { ask, due } => {
                self.forget(&ask.feed);
                if let (Some(until), true) = (ask.held_until, ask.host_held) {
                    self.hosts.hold(ask.url(), until);
                }
                let due = due.unwrap_or_else(self.clock);
                self.due.insert((due, ask.feed.clone()));
                self.waiting.insert(ask.feed.clone(), (due, ask));
            }
            Command::Unfollow(url) => self.forget(&url),
        }
    }

    fn forget(&mut self, feed: &str) {
        if let Some((due, _)) = self.waiting.remove(feed) {
            self.due.remove(&(due, feed.to_owned()));
        }
    }

    /// Starts what is due and free; says how long nothing more can become so by itself. `None`: nobody takes deliveries
    /// any more.
    async fn start_due(&mut self, polls: &mut JoinSet<Done>) -> Option<Duration> {
        let now = (self.clock)();
        let mut wake = IDLE;
        let (mut ready, mut postponed) = (Vec::new(), Vec::new());
        for (due, feed) in &self.due {
            if *due > now {
                wake = wake.min(until(now, *due));
                break;
            }
            if polls.len() + ready.len() >= self.options.concurrency {
                break;
            }
            let Some((_, ask)) = self.waiting.get(feed).filter(|_| !self.under_way.contains(feed)) else {
                continue;
            };
            match self.hosts.turn(ask.url(), now, &self.options) {
                Turn::Now => {
                    self.hosts.begin(ask.url());
                    ready.push(feed.clone());
                }
                Turn::Held(until) if self.patience == Patience::None => postponed.push((feed.clone(), until)),
                Turn::Held(free) | Turn::Pause(free) => wake = wake.min(until(now, free)),
                Turn::Busy => {}
            }
        }
        for (feed, until) in postponed {
            self.forget(&feed);
            let origin = Origin::Remote(feed);
            self.deliveries.send(Delivery::Postponed { origin, until }).await.ok()?;
        }
        for feed in ready {
            let Some((due, ask)) = self.waiting.remove(&feed) else { continue };
            self.due.remove(&(due, feed.clone()));
            self.under_way.insert(feed);
            polls.spawn(poll(self.fetcher.clone(), ask));
        }
        Some(wake)
    }

    /// A poll has ended. False: nobody takes deliveries any more.
    async fn finish(&mut self, done: Done, at_rest: bool) -> bool {
        let Done { ask, mut delivery, offline } = done;
        let now = (self.clock)();
        self.hosts.end(ask.url(), now, &self.options);
        self.under_way.remove(&ask.feed);
        let Some(answer) = answer(&mut delivery) else { return self.send(delivery).await };
        self.hold_host(&ask, answer, now);
        let blame = if answer.unreachable {
            self.outage.unreachable(&host_of(ask.url()), offline)
        } else {
            self.outage.reached(now);
            self.blamed.clear();
            Blame::Host
        };
        self.held.push(delivery);
        match blame {
            Blame::Unclear if at_rest => self.hand_on(self.outage.at_rest(now)).await,
            Blame::Unclear => true,
            known => self.hand_on(known).await,
        }
    }

    /// At once, before the schedule has said how long: nothing more goes to a host that wants nothing more.
    fn hold_host(&mut self, ask: &Ask, answer: &Answer, now: Timestamp) {
        let wait = match (answer.status, answer.retry_after) {
            (Some(429 | 503), Some(wait)) => wait.clamp(self.options.min_interval, self.options.max_wish),
            (Some(429), None) => self.options.busy_wait,
            _ => return,
        };
        self.hosts.hold(ask.url(), now.plus_ms(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)));
    }

    /// Hands on what is held, now that it shows who is to blame. False: nobody takes deliveries any more.
    async fn hand_on(&mut self, blame: Blame) -> bool {
        for mut delivery in std::mem::take(&mut self.held) {
            if let Delivery::NoDocument { origin: Origin::Remote(feed), answer } = &mut delivery
                && answer.unreachable
                && blame == Blame::Host
            {
                answer.unreachable = false;
                self.blamed.push(feed.clone());
            }
            if !self.send(delivery).await {
                return false;
            }
        }
        // What was blamed on hosts before it showed that the network is away is taken back.
        let absolved = if blame == Blame::Network { std::mem::take(&mut self.blamed) } else { vec![] };
        for feed in absolved.into_iter().filter(|feed| !self.under_way.contains(feed)) {
            let error = Some("no network".to_owned());
            let answer = Answer { error, unreachable: true, absolved: true, ..Answer::default() };
            if !self.send(Delivery::NoDocument { origin: Origin::Remote(feed), answer }).await {
                return false;
            }
        }
        true
    }

    async fn send(&self, delivery: Delivery) -> bool {
        self.deliveries.send(delivery).await.is_ok()
    }
}

fn answer(delivery: &mut Delivery) -> Option<&mut Answer> {
    match delivery {
        Delivery::Document { answer, .. } => answer.as_mut(),
        Delivery::NoDocument { answer, .. } => Some(answer),
        _ => None,
    }
}

/// One poll, as a delivery.
async fn poll(fetcher: Fetcher, ask: Ask) -> Done {
    let origin = Origin::Remote(ask.feed.clone());
    let fetched = match fetcher.fetch(&ask).await {
        Ok(fetched) => fetched,
        Err(error) => {
            let (unreachable, offline) = (error.is_unreachable(), error.is_offline());
            let answer = Answer { error: Some(error.to_string()), unreachable, ..Answer::default() };
            return Done { ask, delivery: Delivery::NoDocument { origin, answer }, offline };
        }
    };
    let Some(bytes) = fetched.body else {
        return Done {
            ask,
            delivery: Delivery::NoDocument { origin, answer: fetched.answer },
            offline: false,
        };
    };
    let document = Document {
        origin,
        bytes,
        content_type: fetched.content_type,
        url: Some(fetched.url),
        modified: None,
        version: Version::Http(fetched.answer.validators.clone()),
        named: fetched.named,
    };
    let delivery = Delivery::Document { document, answer: Some(fetched.answer) };
    Done { ask, delivery, offline: false }
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(then.since(now)).unwrap_or(0) + 1)
}
