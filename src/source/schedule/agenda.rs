//! Which feed is asked for when: due dates, whose turn it is at its host, and what a clock that leaps changes of it.
//! Promises: a feed under way, or not yet ordered anew, is not asked for again; a clock that is set, by a day back or a
//! year forward, makes no feed wait longer, none come earlier, and no two come together that would not have; after a
//! sleep what is overdue is spread as after a start.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use crate::config::options::fetch::FetchOptions;
use crate::model::time::Timestamp;
use crate::source::ask::Ask;
use crate::source::hosts::{Hosts, Turn};
use crate::source::schedule::backlog::spread;

/// The agenda is looked at, at least this often.
pub const IDLE: Duration = Duration::from_secs(60);
/// A clock that moved by more than this against the steady one was set.
const SET_MS: i64 = 10_000;
/// Who did not look for so long was asleep, with the whole machine.
const ASLEEP_MS: i64 = 150_000;

/// What the clock did between two looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leap {
    /// It was set: forward by so many milliseconds, or back by a negative number.
    Set(i64),
    /// The machine slept for so many milliseconds.
    Slept(i64),
}

/// What is to be done now.
#[derive(Debug, Default)]
pub struct Round {
    /// To be asked for now; they are under way.
    pub ready: Vec<Ask>,
    /// Due, but their hosts want no request before then.
    pub held: Vec<(String, Timestamp)>,
    /// How long nothing more can become due by itself.
    pub wake: Duration,
    /// When the next poll is due, or was, that only waits for its turn and for no wish of its host.
    pub next: Option<Timestamp>,
}

/// The feeds that wait, and those under way.
#[derive(Debug, Default)]
pub struct Agenda {
    waiting: HashMap<String, (Timestamp, Ask)>,
    due: BTreeSet<(Timestamp, String)>,
    under_way: HashSet<String>,
    hosts: Hosts,
    /// The clock and the steady one at the last look.
    looked: Option<(Timestamp, Duration)>,
}

impl Agenda {
    /// The feed is asked for at `due`, whatever was said of it before.
    pub fn follow(&mut self, ask: Ask, due: Timestamp) {
        self.forget(&ask.feed);
        if let (Some(until), true) = (ask.held_until, ask.host_held) {
            self.hosts.hold(ask.held_by.as_deref().unwrap_or(ask.url()), until);
        }
        self.due.insert((due, ask.feed.clone()));
        self.waiting.insert(ask.feed.clone(), (due, ask));
    }

    /// The same, as it was decided when the clock showed `said`: where it was set since, the wait stays as it was meant.
    pub fn order(&mut self, mut ask: Ask, due: Timestamp, said: Timestamp, now: Timestamp) {
        let set = now.since(said);
        if set.abs() <= SET_MS {
            return self.follow(ask, due);
        }
        ask.held_until = ask.held_until.map(|until| until.plus_ms(set));
        self.follow(ask, due.plus_ms(set));
    }

    /// It is asked for no more.
    pub fn forget(&mut self, feed: &str) {
        if let Some((due, _)) = self.waiting.remove(feed) {
            self.due.remove(&(due, feed.to_owned()));
        }
    }

    /// Whose turn it is. `steady`: the time since any fixed moment, sleep included, by a clock that nobody sets.
    pub fn round(&mut self, now: Timestamp, options: &FetchOptions) -> Round {
        let mut round = Round { wake: IDLE, ..Round::default() };
        let mut ready = Vec::new();
        for (due, feed) in &self.due {
            if *due > now {
                round.wake = round.wake.min(until(now, *due));
                round.next = round.next.or(Some(*due));
                break;
            }
            if self.under_way.len() + ready.len() >= options.concurrency {
                round.next = round.next.or(Some(*due));
                break;
            }
            let Some((_, ask)) = self.waiting.get(feed).filter(|_| !self.under_way.contains(feed)) else {
                continue;
            };
            match self.hosts.turn(ask.url(), now, options) {
                Turn::Now => {
                    self.hosts.begin(ask.url());
                    ready.push(feed.clone());
                }
                Turn::Held(free) => {
                    round.held.push((feed.clone(), free));
                    round.wake = round.wake.min(until(now, free));
                }
                Turn::Pause(free) => {
                    round.wake = round.wake.min(until(now, free));
                    round.next = round.next.or(Some(*due));
                }
                Turn::Busy => round.next = round.next.or(Some(*due)),
            }
        }
        for feed in ready {
            let Some((due, ask)) = self.waiting.remove(&feed) else { continue };
            self.due.remove(&(due, feed.clone()));
            self.under_way.insert(feed);
            round.ready.push(ask);
        }
        round
    }

    /// A request has ended.
    pub fn ended(&mut self, ask: &Ask, now: Timestamp, options: &FetchOptions) {
        self.hosts.end(ask.url(), now, options);
        self.under_way.remove(&ask.feed);
    }

    /// The host of `url` wants no request before `until`.
    pub fn hold_host(&mut self, url: &str, until: Timestamp) {
        self.hosts.hold(url, until);
    }

    /// Forgets hosts that nothing is known of any more.
    pub fn forget_idle(&mut self, now: Timestamp) {
        self.hosts.forget_idle(now);
    }

    /// Whether the feed is being asked for.
    pub fn is_under_way(&self, feed: &str) -> bool {
        self.under_way.contains(feed)
    }

    /// How many wait, and how many are under way.
    pub fn counts(&self) -> (usize, usize) {
        (self.waiting.len(), self.under_way.len())
    }

    /// Looks at the clock. Where it was set, dates move with it: everyone waits for as long as before. Where the machine
    /// slept, what is overdue is spread. `steady`: a clock that nobody sets and that goes on while the machine sleeps.
    pub fn look_at_clock(
        &mut self,
        now: Timestamp,
        steady: Duration,
        options: &FetchOptions,
    ) -> Option<Leap> {
        let (before, then) = self.looked.replace((now, steady))?;
        let passed = i64::try_from(steady.saturating_sub(then).as_millis()).unwrap_or(i64::MAX);
        let set = now.since(before.plus_ms(passed));
        if set.abs() > SET_MS {
            self.shift(set);
            return Some(Leap::Set(set));
        }
        (passed > ASLEEP_MS).then(|| {
            self.spread(now, options);
            Leap::Slept(passed)
        })
    }

    /// Every date moves by so much.
    fn shift(&mut self, by_ms: i64) {
        self.hosts.shift(by_ms);
        for (due, ask) in self.waiting.values_mut() {
            *due = due.plus_ms(by_ms);
            ask.held_until = ask.held_until.map(|until| until.plus_ms(by_ms));
        }
        self.due = self.waiting.iter().map(|(feed, (due, _))| (*due, feed.clone())).collect();
    }

    /// What is overdue is given new dates, in the order of the old ones.
    fn spread(&mut self, now: Timestamp, options: &FetchOptions) {
        let overdue: Vec<String> =
            self.due.iter().take_while(|(due, _)| *due <= now).map(|(_, feed)| feed.clone()).collect();
        for (place, feed) in overdue.iter().enumerate() {
            let Some((_, ask)) = self.waiting.get(feed) else { continue };
            let due = spread(now, overdue.len(), place as f64 / overdue.len() as f64, options);
            self.follow(ask.clone(), due);
        }
    }
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(then.since(now)).unwrap_or(0) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::{DAY_MS, SECOND_MS};

    const START: Timestamp = Timestamp(1_800_000_000_000);
    const MINUTE: i64 = 60 * SECOND_MS;

    /// A hundred feeds of a host each, due a minute apart from the first minute on.
    fn hundred() -> Agenda {
        let mut agenda = Agenda::default();
        for n in 1..=100_i64 {
            agenda.follow(Ask::anew(&format!("https://{n}.example/")), START.plus_ms(n * MINUTE));
        }
        agenda
    }

    /// Lives for so many minutes of the steady clock; `clock` is what the other one shows then. What was asked for in
    /// each minute.
    fn lived(agenda: &mut Agenda, minutes: std::ops::Range<i64>, clock: impl Fn(i64) -> i64) -> Vec<usize> {
        let options = FetchOptions { concurrency: 1_000, ..FetchOptions::default() };
        let mut asked = Vec::new();
        for minute in minutes {
            let now = START.plus_ms(clock(minute));
            let steady = Duration::from_millis(u64::try_from(minute * MINUTE).expect("later than the start"));
            agenda.look_at_clock(now, steady, &options);
            let round = agenda.round(now, &options);
            asked.push(round.ready.len());
            round.ready.iter().for_each(|ask| agenda.ended(ask, now, &options));
        }
        asked
    }

    #[test]
    fn a_clock_set_back_or_forward_makes_none_wait_longer_and_none_come_earlier() {
        for leap in [-DAY_MS, 365 * DAY_MS, -365 * DAY_MS, MINUTE, -MINUTE] {
            let mut agenda = hundred();
            let clock = |minute: i64| minute * MINUTE + if minute >= 30 { leap } else { 0 };
            let asked = lived(&mut agenda, 0..101, clock);
            let each: Vec<usize> = std::iter::once(0).chain([1; 100]).collect();
            assert_eq!(asked, each, "{leap}");
        }
    }

    #[test]
    fn an_order_of_before_the_leap_and_one_of_after_wait_alike() {
        for leap in [-DAY_MS, 365 * DAY_MS] {
            let (mut agenda, after) = (Agenda::default(), START.plus_ms(leap));
            let orders = [("old", START), ("new", after)];
            for (name, said) in orders {
                let ask = Ask::anew(&format!("https://{name}.example/"));
                agenda.order(ask, said.plus_ms(10 * MINUTE), said, after);
            }
            let (options, ten) = (FetchOptions::default(), after.plus_ms(10 * MINUTE));
            assert_eq!(agenda.round(ten.plus_ms(-1), &options).ready.len(), 0, "{leap}");
            assert_eq!(agenda.round(ten, &options).ready.len(), 2, "{leap}");
        }
    }

    #[test]
    fn a_clock_that_runs_a_little_fast_or_slow_is_followed() {
        let mut agenda = hundred();
        let asked = lived(&mut agenda, 0..101, |minute| minute * (MINUTE - SECOND_MS));
        assert!((98..=100).contains(&asked.iter().sum::<usize>()), "{asked:?}");
        assert!(asked.iter().all(|count| *count <= 1));
    }

    #[test]
    fn after_a_sleep_what_is_overdue_is_spread_and_nothing_is_left_out() {
        let mut agenda = hundred();
        let (before, after) = (lived(&mut agenda, 0..5, |minute| minute * MINUTE), 5 * MINUTE..600 * MINUTE);
        assert_eq!(before.iter().sum::<usize>(), 4);
        let asleep = after.end / MINUTE;
        let asked = lived(&mut agenda, asleep..asleep + 30, |minute| minute * MINUTE);
        assert_eq!(asked.iter().sum::<usize>(), 96);
        assert!(asked.iter().all(|count| *count <= 61), "a second for each: {asked:?}");
        assert!(asked[0] <= 2, "{asked:?}");
    }

    #[test]
    fn rule_12_after_a_restart_it_is_the_host_that_said_so_which_is_held() {
        let (mut agenda, options) = (Agenda::default(), FetchOptions::default());
        let held = Ask {
            held_until: Some(START.plus_ms(9 * MINUTE)),
            host_held: true,
            held_by: Some("https://to.example/x".to_owned()),
            ..Ask::anew("https://from.example/x")
        };
        agenda.follow(held, START.plus_ms(9 * MINUTE));
        for url in ["https://from.example/y", "https://to.example/y"] {
            agenda.follow(Ask::anew(url), START);
        }
        let round = agenda.round(START, &options);
        let ready: Vec<&str> = round.ready.iter().map(Ask::url).collect();
        assert_eq!((ready, round.held.len()), (vec!["https://from.example/y"], 1));
    }

    #[test]
    fn what_a_host_wishes_is_kept_whatever_the_clock_does() {
        for leap in [-DAY_MS, 365 * DAY_MS] {
            let mut agenda = Agenda::default();
            let url = "https://busy.example/";
            agenda.follow(Ask::anew(url), START);
            agenda.hold_host(url, START.plus_ms(60 * MINUTE));
            let asked =
                lived(&mut agenda, 0..70, |minute| minute * MINUTE + if minute >= 9 { leap } else { 0 });
            let when = asked.iter().position(|count| *count == 1);
            assert_eq!(when, Some(60), "{leap}: {asked:?}");
        }
    }
}
