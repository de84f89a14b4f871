//! After a bad answer, or none: how long to leave the server alone.

use std::time::Duration;

use crate::config::options::fetch::FetchOptions;
use crate::model::poll::PollState;
use crate::model::time::Timestamp;
use crate::source::answer::Answer;
use crate::source::schedule::Wait;
use crate::source::schedule::span::span;

/// The first wait while no host can be reached, and the longest: the fault is this machine's network.
const OUTAGE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3_600));
/// After so many failures in a row at an adopted address the feed is asked for at its own again.
const LOST: u32 = 3;

pub(crate) fn failed(next: &mut PollState, answer: &Answer, now: Timestamp, options: &FetchOptions) -> Wait {
    next.last_error.clone_from(&answer.error);
    (next.held_until, next.host_held, next.held_by) = (None, false, None);
    if answer.unreachable {
        return unreached(next, answer, options);
    }
    next.failures = next.failures.saturating_add(1);
    next.unreached = 0;
    let lost = next.failures >= LOST || matches!(answer.status, Some(404 | 410));
    let retreat = lost && next.location.take().is_some();
    next.retired = answer.gone && !retreat;
    let wait = wait(next.failures, answer, options);
    let busy = matches!(answer.status, Some(429 | 503));
    if busy || answer.retry_after.is_some() {
        next.held_until = Some(now.plus_ms(i64::try_from(wait.floor.as_millis()).unwrap_or(i64::MAX)));
        next.host_held = answer.status == Some(429) || (busy && answer.retry_after.is_some());
        next.held_by = answer.given_by.clone().filter(|_| next.host_held);
    }
    wait
}

/// No host could be reached: no feed is to blame.
fn unreached(next: &mut PollState, answer: &Answer, options: &FetchOptions) -> Wait {
    if answer.absolved {
        next.failures = next.failures.saturating_sub(1);
    }
    let wait = doubled(OUTAGE.0.min(options.min_interval), next.unreached, OUTAGE.1);
    next.unreached = next.unreached.saturating_add(1);
    let reason = "no network; tried again soon".to_owned();
    Wait { own: wait, floor: Duration::ZERO, ceiling: OUTAGE.1, reason }
}

fn wait(failures: u32, answer: &Answer, options: &FetchOptions) -> Wait {
    let busy = matches!(answer.status, Some(429 | 503));
    let earlier = failures.saturating_sub(1);
    let wished = answer.retry_after.map(|wish| wish.clamp(options.min_interval, options.max_wish));
    if let (Some(wish), true) = (wished, busy) {
        return told(wish);
    }
    let first = match (answer.challenged, busy) {
        (true, _) => options.challenge_wait,
        (_, true) => options.busy_wait,
        _ => options.min_interval,
    };
    let first = first.max(options.min_interval);
    let own = doubled(first, earlier, options.max_backoff.max(first));
    // Whoever said to come less often is never asked earlier than that.
    let floor = if answer.challenged || busy { own } else { options.min_interval };
    let reason = format!("{failures} failure{} in a row", if failures == 1 { "" } else { "s" });
    match wished.filter(|wish| *wish > own) {
        Some(wish) => told(wish),
        None => {
            Wait { own, floor: floor.max(wished.unwrap_or_default()), ceiling: options.max_backoff, reason }
        }
    }
}

fn told(wish: Duration) -> Wait {
    Wait { own: wish, floor: wish, ceiling: wish, reason: format!("Retry-After {}", span(wish)) }
}

fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    first.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX)).min(longest)
}
