//! Two weeks of the schedule, against servers of many kinds, with a clock of our own: the log of requests is polite.

use std::sync::OnceLock;
use std::time::Duration;

use riverd::config::options::fetch::FetchOptions;
use riverd::model::document::Validators;
use riverd::model::feed::PollHints;
use riverd::model::poll::{Freshness, PollState};
use riverd::model::time::{DAY_MS, Timestamp};
use riverd::source::answer::Answer;
use riverd::source::hosts::{Hosts, Turn};
use riverd::source::schedule::rate::rate;
use riverd::source::schedule::skipped::is_skipped;
use riverd::source::schedule::{Facts, next};

use crate::support::chance::Chance;

/// Monday, 2027-01-04, 00:00 GMT.
const START: Timestamp = Timestamp(1_799_020_800_000);
const END: Timestamp = Timestamp(START.0 + 14 * DAY_MS);
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// One feed's server: what it answers at a time, and what is asked of its log.
struct Kind {
    name: &'static str,
    url: &'static str,
    hints: PollHints,
    /// Hours between two entries.
    every: i64,
    answer: fn(Timestamp) -> Answer,
    /// No two requests nearer than this, minutes.
    apart: i64,
    /// Requests in the two weeks.
    requests: std::ops::RangeInclusive<usize>,
}

fn good(_: Timestamp) -> Answer {
    let validators = Validators { etag: Some(b"\"1\"".to_vec()), last_modified: None };
    Answer { status: Some(200), validators, ..Answer::default() }
}

fn again(at: Timestamp) -> Answer {
    Answer { status: Some(304), ..good(at) }
}

fn fresh(at: Timestamp, seconds: u64) -> Answer {
    Answer { fresh: Some(Freshness { ms: seconds * 1_000, by: "max-age".to_owned() }), ..good(at) }
}

fn bad(status: u16) -> Answer {
    Answer { status: Some(status), error: Some(format!("the server answered {status}")), ..Answer::default() }
}

fn retry(status: u16, seconds: u64) -> Answer {
    Answer { retry_after: Some(Duration::from_secs(seconds)), ..bad(status) }
}

/// Within the first or second day.
fn on_day(at: Timestamp, day: i64) -> bool {
    at.since(START) / DAY_MS == day
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn kinds() -> Vec<Kind> {
    let kind = |name, url, every, answer, apart, requests| Kind {
        name,
        url,
        hints: PollHints::default(),
        every,
        answer,
        apart,
        requests,
    };
    let hinted = |kind: Kind, hints| Kind { hints, ..kind };
    vec![
        kind("busy", "https://a.example/busy", 1, again, 27, 400..=750),
        kind("daily", "https://b.example/daily", 24, again, 600, 25..=36),
        kind("silent", "https://c.example/silent", 10_000, again, 15, 13..=60),
        kind(
            "bare",
            "https://d.example/bare",
            1,
            |at| Answer { validators: Validators::default(), ..good(at) },
            60,
            250..=336,
        ),
        kind("max-age", "https://e.example/fresh", 1, |at| fresh(at, 6 * 3_600), 360, 45..=57),
        kind(
            "max-age of weeks",
            "https://f.example/stale",
            1,
            |at| fresh(at, 90 * 86_400),
            7 * 24 * 60,
            2..=3,
        ),
        hinted(
            kind("ttl", "https://g.example/ttl", 1, again, 180, 90..=113),
            PollHints { ttl_minutes: Some(180), ..PollHints::default() },
        ),
        hinted(
            kind("nights and weekends off", "https://h.example/skip", 2, again, 54, 90..=190),
            PollHints { skip_hours: (0..8).collect(), skip_days: vec![5, 6], ..PollHints::default() },
        ),
        kind("always 500", "https://i.example/500", 1, |_| bad(500), 15, 9..=14),
        kind("always 404", "https://i2.example/404", 1, |_| bad(404), 15, 9..=14),
        kind("429 without a word", "https://j.example/429", 1, |_| bad(429), 60, 7..=10),
        kind(
            "429 for a day",
            "https://k.example/one",
            1,
            |at| if on_day(at, 0) { retry(429, 86_400) } else { again(at) },
            27,
            370..=700,
        ),
        kind("its neighbour", "https://k.example/two", 1, again, 27, 370..=760),
        kind("503 for two hours each", "https://l.example/503", 1, |_| retry(503, 7_200), 120, 140..=168),
        kind(
            "a bad day",
            "https://m.example/flaky",
            1,
            |at| if on_day(at, 3) { bad(502) } else { again(at) },
            13,
            350..=700,
        ),
        kind(
            "challenged",
            "https://n.example/cf",
            1,
            |_| Answer { challenged: true, ..bad(403) },
            24 * 60,
            3..=5,
        ),
        kind("gone", "https://o.example/gone", 1, |_| Answer { gone: true, ..bad(410) }, 0, 1..=1),
        kind(
            "no network for a day",
            "https://p.example/out",
            1,
            |at| {
                let out = Answer { status: None, unreachable: true, ..bad(0) };
                if on_day(at, 5) { out } else { again(at) }
            },
            0,
            400..=750,
        ),
        kind("same host 1", "https://q.example/1", 1, again, 27, 400..=750),
        kind("same host 2", "https://q.example/2", 1, again, 27, 400..=750),
        kind("same host 3", "https://q.example/3", 1, again, 27, 400..=750),
    ]
}

/// A request, and how polling stood after it.
struct Asked {
    at: Timestamp,
    kind: usize,
    after: PollState,
}

/// The two weeks: every test looks at the same ones.
fn log() -> &'static (Vec<Kind>, Vec<Asked>) {
    static LOG: OnceLock<(Vec<Kind>, Vec<Asked>)> = OnceLock::new();
    LOG.get_or_init(|| {
        let kinds = kinds();
        let log = live(&kinds, &FetchOptions::default());
        (kinds, log)
    })
}

/// Lives through two weeks; where something is due, second by second.
fn live(kinds: &[Kind], options: &FetchOptions) -> Vec<Asked> {
    let (mut hosts, mut chance, mut log) = (Hosts::default(), Chance::new(7), Vec::new());
    let mut states: Vec<PollState> = vec![PollState::default(); kinds.len()];
    let mut now = START;
    while now < END {
        let due = |state: &PollState| !state.retired && state.next_poll.is_none_or(|at| at <= now);
        let ready = (0..kinds.len())
            .filter(|n| due(&states[*n]) && hosts.turn(kinds[*n].url, now, options) == Turn::Now)
            .collect::<Vec<_>>();
        for n in ready {
            // Of one host only the first has its turn now.
            if hosts.turn(kinds[n].url, now, options) != Turn::Now {
                continue;
            }
            let kind = &kinds[n];
            let answer = (kind.answer)(now);
            let newest = now.plus_ms(-(now.since(START) % (kind.every * HOUR)));
            let dates = (0..20).map(|back| newest.plus_ms(-back * kind.every * HOUR));
            let facts = Facts {
                pushed_until: None,
                url: kind.url.to_owned(),
                hints: kind.hints.clone(),
                rate: rate(dates, now),
                interval: None,
            };
            let jitter = f64::from(u32::try_from(chance.below(2_001)).expect("small")) / 1_000.0 - 1.0;
            states[n] = next(&states[n], &answer, &facts, now, options, jitter);
            hosts.begin(kind.url);
            hosts.end(kind.url, now, options);
            if let (Some(until), true) = (states[n].held_until, states[n].host_held) {
                hosts.hold(kind.url, until);
            }
            log.push(Asked { at: now, kind: n, after: states[n].clone() });
        }
        let next = states.iter().filter(|state| !state.retired).filter_map(|state| state.next_poll).min();
        now = next.unwrap_or(END).max(now.plus_ms(1_000));
    }
    log
}

#[test]
fn two_weeks_of_requests_are_polite_by_the_rules() {
    let (kinds, log) = log();
    for (n, kind) in kinds.iter().enumerate() {
        let asked: Vec<&Asked> = log.iter().filter(|asked| asked.kind == n).collect();
        let count = asked.len();
        assert!(kind.requests.contains(&count), "{}: {count} requests, not {:?}", kind.name, kind.requests);
        for pair in asked.windows(2) {
            let wait = pair[1].at.since(pair[0].at);
            assert!(wait >= kind.apart * MINUTE, "{}: {} min apart", kind.name, wait / MINUTE);
            let reason = &pair[0].after.reason;
            let longest = if reason.contains("skip") { 4 * DAY_MS } else { 8 * DAY_MS };
            assert!(wait <= longest, "{}: {} h apart ({reason})", kind.name, wait / HOUR);
            assert!(pair[1].at >= pair[0].after.next_poll.expect("a date"), "{}", kind.name);
        }
        for asked in asked.iter().skip(1) {
            assert!(!is_skipped(asked.at, &kind.hints), "{}: asked when it wants none", kind.name);
        }
    }
}

#[test]
fn rule_11_in_two_weeks_no_host_is_asked_twice_in_a_second_nor_while_it_wants_none() {
    let (kinds, log) = log();
    let host = |asked: &Asked| kinds[asked.kind].url.split('/').nth(2).expect("a host");
    let mut last: std::collections::HashMap<&str, Timestamp> = std::collections::HashMap::new();
    for asked in log {
        if let Some(before) = last.insert(host(asked), asked.at) {
            assert!(asked.at.since(before) >= 1_000, "{}", host(asked));
        }
    }
    // The first day of k.example: one request said 429 for a day; its neighbour waits, too.
    let first = log.iter().find(|asked| kinds[asked.kind].name == "429 for a day").expect("a request").at;
    let during = log.iter().filter(|a| host(a) == "k.example" && a.at > first && a.at.since(first) < DAY_MS);
    assert_eq!(during.count(), 0);
}

#[test]
fn rule_13_in_two_weeks_an_outage_counts_against_no_feed_and_ends_at_once() {
    let (kinds, log) = log();
    let out: Vec<&Asked> = log.iter().filter(|a| kinds[a.kind].name == "no network for a day").collect();
    assert!(out.iter().all(|asked| asked.after.failures == 0));
    let away: Vec<_> = out.iter().filter(|asked| on_day(asked.at, 5)).collect();
    assert!((24..=40).contains(&away.len()), "{} tries in a day", away.len());
    let back = out.iter().find(|asked| asked.at.since(START) >= 6 * DAY_MS).expect("a request");
    assert!(back.at.since(START) < 6 * DAY_MS + 70 * MINUTE);
}

#[test]
fn rule_10_in_two_weeks_feeds_of_one_pace_drift_apart() {
    let (kinds, log) = log();
    let minutes = |name: &str| {
        let asked = log.iter().filter(|asked| kinds[asked.kind].name == name);
        asked.map(|asked| asked.at.since(START) / MINUTE).collect::<std::collections::BTreeSet<_>>()
    };
    let (one, other) = (minutes("same host 1"), minutes("same host 2"));
    let together = one.intersection(&other).count();
    assert!(together * 5 < one.len(), "{together} of {} together", one.len());
}
