//! Follows remote feeds: keeps their due dates, and polls each when it is due, politely.
//! Promises: at most `concurrency` requests at once and `per_host` to one host, with a pause between; none to a host
//! that wants none; a feed under way, or whose answer was not yet taken in, is not polled again; stops at once when told.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::mpsc::{Sender, UnboundedReceiver};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::options::fetch::FetchOptions;
use crate::model::document::{Document, Origin, Version, shown};
use crate::model::time::{Clock, Timestamp};
use crate::source::answer::Answer;
use crate::source::ask::Ask;
use crate::source::delivery::Delivery;
use crate::source::fetch::{Fetched, Fetcher, Step};
use crate::source::hosts::host_of;
use crate::source::outage::{Blame, Outage};
use crate::source::schedule::agenda::{Agenda, Leap};
use crate::source::standing::Polling;
use crate::source::steady::steady;

/// An order to the poller.
#[derive(Debug)]
pub enum Command {
    /// Poll a feed at `due` (`None`: at once). Takes the place of an earlier order for the same feed.
    Follow {
        /// What to ask for.
        ask: Ask,
        /// When.
        due: Option<Timestamp>,
        /// What the clock showed when that was decided.
        said: Timestamp,
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
    options: Arc<FetchOptions>,
    patience: Patience,
    clock: Clock,
    deliveries: Sender<Delivery>,
    agenda: Agenda,
    outage: Outage,
    /// Polls that reached no host, until it shows whether the host or the network is to blame.
    held: Vec<Delivery>,
    /// Feeds that were blamed since a host was reached last.
    blamed: Vec<String>,
    standing: Arc<Polling>,
}

/// A request that has ended.
struct Done {
    ask: Ask,
    led: Led,
}

/// What it led to.
enum Led {
    /// The poll is over.
    Home { delivery: Box<Delivery>, offline: bool },
    /// It goes on at another host.
    On(Box<Ask>),
}

impl Poller {
    /// A poller without feeds.
    pub fn new(fetcher: Fetcher, patience: Patience, clock: Clock, deliveries: Sender<Delivery>) -> Self {
        Self {
            options: fetcher.options(),
            fetcher,
            patience,
            clock,
            deliveries,
            agenda: Agenda::default(),
            outage: Outage::default(),
            held: Vec::new(),
            blamed: Vec::new(),
            standing: Arc::default(),
        }
    }

    /// How it stands, for as long as it runs.
    pub fn standing(&self) -> Arc<Polling> {
        self.standing.clone()
    }

    /// Polls until `stop`, or until the orders end and nothing is left to poll.
    pub async fn run(mut self, mut commands: UnboundedReceiver<Command>, stop: CancellationToken) {
        let mut polls: JoinSet<Done> = JoinSet::new();
        let standing = self.standing.clone();
        loop {
            let Some(wake) = self.start_due(&mut polls).await else { return };
            tokio::select! {
                () = stop.cancelled() => return,
                command = commands.recv() => match command {
                    Some(command) => self.order(command),
                    None => return,
                },
                Some(done) = polls.join_next(), if !polls.is_empty() => {
                    let done = done.unwrap_or_else(|error| std::panic::resume_unwind(Box::new(error.to_string())));
                    if !self.finish(done, polls.is_empty()).await {
                        return;
                    }
                }
                () = standing.pulse.asked() => {}
                () = tokio::time::sleep(wake) => {
                    let now = self.look_at_clock();
                    self.agenda.forget_idle(now);
                }
            }
        }
    }

    fn look_at_clock(&mut self) -> Timestamp {
        let now = (self.clock)();
        if let Some(leap) = self.agenda.look_at_clock(now, steady(), &self.options) {
            tell(leap);
        }
        now
    }

    fn order(&mut self, command: Command) {
        match command {
            Command::Follow { ask, due, said } => {
                // What stands on the agenda already moves with the clock; this was said by the new one, or by the old.
                let now = self.look_at_clock();
                self.agenda.order(ask, due.unwrap_or(said), said, now);
            }
            Command::Unfollow(url) => self.agenda.forget(&url),
        }
    }

    /// Starts what is due and free; says how long nothing more can become so by itself. `None`: nobody takes deliveries
    /// any more.
    async fn start_due(&mut self, polls: &mut JoinSet<Done>) -> Option<Duration> {
        // The owner may have chosen anew.
        self.options = self.fetcher.options();
        let now = self.look_at_clock();
        let round = self.agenda.round(now, &self.options);
        for (feed, until) in round.held.into_iter().filter(|_| self.patience == Patience::None) {
            self.agenda.forget(&feed);
            let origin = Origin::Remote(feed);
            self.deliveries.send(Delivery::Postponed { origin, until }).await.ok()?;
        }
        for ask in round.ready {
            polls.spawn(poll(self.fetcher.clone(), ask));
        }
        let (waiting, under_way) = self.agenda.counts();
        self.standing.keep(waiting, under_way, round.next);
        Some(round.wake)
    }

    /// A poll has ended. False: nobody takes deliveries any more.
    async fn finish(&mut self, done: Done, at_rest: bool) -> bool {
        let Done { ask, led } = done;
        // Looked at first: what ends now is not moved once more with what ended before the clock was set.
        let now = self.look_at_clock();
        self.agenda.ended(&ask, now, &self.options);
        let (mut delivery, offline) = match led {
            Led::Home { delivery, offline } => (*delivery, offline),
            Led::On(ask) => {
                self.agenda.follow(*ask, now);
                return true;
            }
        };
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
        let by = answer.given_by.as_deref().unwrap_or(ask.url());
        self.agenda.hold_host(by, now.plus_ms(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)));
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
        for feed in absolved.into_iter().filter(|feed| !self.agenda.is_under_way(feed)) {
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

/// One poll. Whatever it falls over is that feed's affair, as it is with a document that is read.
async fn poll(fetcher: Fetcher, ask: Ask) -> Done {
    let (begun, feed) = (Instant::now(), ask.clone());
    let fetched = AssertUnwindSafe(asked(fetcher, ask)).catch_unwind();
    let mut done = fetched.await.unwrap_or_else(|_| fallen(feed));
    let before = done.ask.way.as_ref().map_or(Duration::ZERO, |way| way.took);
    if let Led::Home { delivery, .. } = &mut done.led
        && let Some(answer) = answer(delivery)
    {
        answer.took = before + begun.elapsed();
    }
    done
}

fn fallen(ask: Ask) -> Done {
    tracing::error!(feed = %shown(&ask.feed), "the fetch fell over it; riverd has a fault");
    let answer =
        Answer { error: Some("riverd fell over it while it fetched it".to_owned()), ..Answer::default() };
    let delivery = Box::new(Delivery::NoDocument { origin: Origin::Remote(ask.feed.clone()), answer });
    Done { ask, led: Led::Home { delivery, offline: false } }
}

/// One poll, as a delivery, or as far as its host leads.
async fn asked(fetcher: Fetcher, ask: Ask) -> Done {
    let origin = Origin::Remote(ask.feed.clone());
    let led = match fetcher.step(&ask).await {
        Ok(Step::Elsewhere(next)) => Led::On(next),
        Ok(Step::Done(fetched)) => {
            Led::Home { delivery: Box::new(delivery(origin, *fetched)), offline: false }
        }
        Err(error) => {
            let (unreachable, offline) = (error.is_unreachable(), error.is_offline());
            let answer = Answer { error: Some(error.to_string()), unreachable, ..Answer::default() };
            Led::Home { delivery: Box::new(Delivery::NoDocument { origin, answer }), offline }
        }
    };
    Done { ask, led }
}

fn delivery(origin: Origin, fetched: Fetched) -> Delivery {
    let Some(bytes) = fetched.body else {
        return Delivery::NoDocument { origin, answer: fetched.answer };
    };
    let size = bytes.len();
    let document = Document {
        origin,
        bytes,
        content_type: fetched.content_type,
        url: Some(fetched.url),
        modified: None,
        version: Version::Http(fetched.answer.validators.clone()),
        named: fetched.named,
    };
    Delivery::Document { document, answer: Some(Answer { bytes: size, ..fetched.answer }) }
}

fn tell(leap: Leap) {
    match leap {
        Leap::Set(ms) => {
            tracing::warn!(seconds = ms / 1_000, "the clock was set; feeds wait for as long as before");
        }
        Leap::Slept(ms) => {
            tracing::info!(seconds = ms / 1_000, "the machine slept; what is overdue is polled bit by bit");
        }
    }
}
