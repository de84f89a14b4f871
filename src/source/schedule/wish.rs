//! After a good answer: the longest of what the server, the publisher, the feed's own pace and the owner wish.

use std::time::Duration;

use crate::config::options::fetch::FetchOptions;
use crate::model::feed::PollHints;
use crate::model::poll::{Freshness, PollState};
use crate::model::time::Timestamp;
use crate::source::answer::Answer;
use crate::source::schedule::moving::follow_move;
use crate::source::schedule::rate::{own_interval, told};
use crate::source::schedule::span::span;
use crate::source::schedule::{Facts, Wait};

/// An owner that polls more often than this is testing: lengths of time that are not set shrink with it.
const TESTING: Duration = Duration::from_secs(60);

/// The longest time between two polls of a feed that works.
fn longest(options: &FetchOptions) -> Duration {
    let unset = options.max_interval == FetchOptions::default().max_interval;
    let testing = options.min_interval < TESTING && unset;
    if testing { 4 * options.min_interval } else { options.max_interval.max(options.min_interval) }
}

pub(crate) fn succeeded(
    next: &mut PollState,
    answer: &Answer,
    facts: &Facts,
    now: Timestamp,
    options: &FetchOptions,
) -> Wait {
    (next.failures, next.unreached, next.last_error, next.last_success) = (0, 0, None, Some(now));
    (next.held_until, next.host_held, next.held_by, next.retired) = (None, false, None, false);
    (next.validators, next.given_by) = (answer.validators.clone(), answer.given_by.clone());
    next.rate = facts.rate.or(next.rate);
    let fresh = if answer.status == Some(304) {
        shortened(next.fresh.as_ref(), answer.fresh.as_ref())
    } else {
        next.fresh.clone_from(&answer.fresh);
        answer.fresh.clone()
    };
    follow_move(next, answer, &facts.url, now, options.adopt_move_after);
    let unvalidated = answer.validators.etag.is_none() && answer.validators.last_modified.is_none();
    let floors = floors(fresh.as_ref(), &facts.hints, unvalidated, options);
    let (own, why) = own(next, facts, now, options);
    let min =
        (facts.interval.map_or(options.min_interval, |own| own.min(options.min_interval)), String::new());
    let (floor, wished) = floors.into_iter().chain([min]).max_by_key(|(wait, _)| *wait).unwrap_or_default();
    let reason = match (floor >= own, wished.is_empty()) {
        (true, false) => wished,
        (true, true) => format!("fetch.min_interval; {why}"),
        (false, _) => why,
    };
    Wait { own, floor, ceiling: ceiling(facts, now, options), reason }
}

fn ceiling(facts: &Facts, now: Timestamp, options: &FetchOptions) -> Duration {
    let pushed = facts.pushed_until.is_some_and(|until| until > now);
    let usual = if pushed { longest(options).max(options.safety_interval) } else { longest(options) };
    facts.interval.unwrap_or(usual)
}

/// Freshness counts on a 304 too (RFC 9111 section 4.3.4 has it take the old one's place), but a 304 may only shorten the
/// wait: many servers send other cache headers with it than with the document.
fn shortened(of_200: Option<&Freshness>, of_304: Option<&Freshness>) -> Option<Freshness> {
    let old = of_200?;
    Some(of_304.filter(|new| new.ms < old.ms).unwrap_or(old).clone())
}

/// What is wished at least, each with its reason.
fn floors(
    fresh: Option<&Freshness>,
    hints: &PollHints,
    unvalidated: bool,
    options: &FetchOptions,
) -> Vec<(Duration, String)> {
    let hourly = if options.min_interval < TESTING {
        options.unvalidated_interval.min(4 * options.min_interval)
    } else {
        options.unvalidated_interval
    };
    let wish = |wait: Duration, by: &str| (wait.min(options.max_wish), format!("{by} {}", span(wait)));
    let all = [
        fresh.map(|fresh| wish(Duration::from_millis(fresh.ms), &fresh.by)),
        hints.ttl_minutes.map(|minutes| wish(Duration::from_secs(u64::from(minutes) * 60), "ttl")),
        hints.update_seconds.map(|seconds| wish(Duration::from_secs(seconds), "sy:updatePeriod")),
        unvalidated.then(|| (hourly, format!("no validators: at most every {}", span(hourly)))),
    ];
    all.into_iter().flatten().collect()
}

/// The feed's own pace, or the owner's.
fn own(next: &PollState, facts: &Facts, now: Timestamp, options: &FetchOptions) -> (Duration, String) {
    if let Some(interval) = facts.interval {
        return (interval, format!("the owner's interval {}", span(interval)));
    }
    if let Some(until) = facts.pushed_until.filter(|until| *until > now) {
        // If the lease should end without having been renewed, it is polled soon after.
        let lease = Duration::from_millis(until.since(now).cast_unsigned()) + options.min_interval;
        let reason = format!("its hub pushes; to be sure, every {}", span(options.safety_interval));
        return (lease.min(options.safety_interval), reason);
    }
    let Some(rate) = &next.rate else {
        return (options.min_interval, "its own rate is not known yet".to_owned());
    };
    (own_interval(rate, now).clamp(options.min_interval, longest(options)), told(rate, now))
}
