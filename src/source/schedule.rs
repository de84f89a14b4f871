//! When to poll a feed next. Pure: told the time, the answer and the dice.

use std::time::Duration;

use crate::config::options::fetch::FetchOptions;
use crate::model::feed::PollHints;
use crate::model::poll::PollState;
use crate::model::time::{DAY_MS, Timestamp};
use crate::source::answer::Answer;

/// A server's own wish is heeded up to this.
const LONGEST_WISH: Duration = Duration::from_secs(7 * 86_400);
/// First wait on 429 or 503 without a `Retry-After`.
const BUSY: Duration = Duration::from_secs(3_600);
/// The wait while no host can be reached: the fault is this machine's network.
const OUTAGE: Duration = Duration::from_secs(60);

/// How polling stands after `answer`. `jitter`, -1 to 1, moves the date by up to a tenth.
pub fn next(
    state: &PollState,
    answer: &Answer,
    hints: &PollHints,
    now: Timestamp,
    options: &FetchOptions,
    jitter: f64,
) -> PollState {
    let mut next = PollState { last_poll: Some(now), last_status: answer.status, ..state.clone() };
    let (wait, reason) = match &answer.error {
        None => {
            next.failures = 0;
            next.last_error = None;
            next.last_success = Some(now);
            next.validators = answer.validators.clone();
            wish(answer, hints, options)
        }
        Some(error) => {
            next.failures = state.failures.saturating_add(u32::from(!answer.unreachable));
            next.last_error = Some(error.clone());
            backoff(next.failures, answer, options)
        }
    };
    next.retired = answer.status == Some(410);
    let ms = wait.as_millis() as f64 * (1.0 + jitter.clamp(-1.0, 1.0) * 0.1);
    let ms = if answer.retry_after.is_some() { ms.max(wait.as_millis() as f64) } else { ms };
    next.next_poll = Some(later_than_skipped(now.plus_ms(ms as i64), hints));
    next.reason = reason;
    next
}

/// The longest of what the server, the publisher and the owner wish.
fn wish(answer: &Answer, hints: &PollHints, options: &FetchOptions) -> (Duration, String) {
    let no_validators = answer.validators.etag.is_none() && answer.validators.last_modified.is_none();
    let ttl = hints.ttl_minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    let update = hints.update_seconds.map(Duration::from_secs);
    let hourly = Some(BUSY).filter(|_| no_validators && options.min_interval >= Duration::from_secs(60));
    let wishes = [
        (answer.fresh_for, "the server calls its answer fresh for so long"),
        (ttl, "the feed's ttl"),
        (update, "the feed's update period"),
        (hourly, "the server gives no validators"),
    ];
    let longest = wishes.into_iter().filter_map(|(wish, why)| Some((wish?.min(LONGEST_WISH), why))).max();
    match longest {
        Some((wish, why)) if wish > options.min_interval => (wish, why.to_owned()),
        _ => (options.min_interval, "fetch.min_interval".to_owned()),
    }
}

fn backoff(failures: u32, answer: &Answer, options: &FetchOptions) -> (Duration, String) {
    if let Some(wait) = answer.retry_after {
        return (
            wait.clamp(options.min_interval, LONGEST_WISH),
            "the server said when to come again".to_owned(),
        );
    }
    if answer.unreachable && failures == 0 {
        return (OUTAGE.min(options.min_interval), "no network".to_owned());
    }
    let first = if matches!(answer.status, Some(429 | 503)) {
        BUSY.max(options.min_interval)
    } else {
        options.min_interval
    };
    let doubled = first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    (doubled.min(options.max_backoff.max(first)), format!("{failures} failures in a row"))
}

/// Moves a date out of the hours and days in which the publisher wants no polls; at most a week on.
fn later_than_skipped(at: Timestamp, hints: &PollHints) -> Timestamp {
    const HOUR_MS: i64 = 3_600_000;
    let skipped = |at: Timestamp| {
        let hour = at.0.rem_euclid(DAY_MS) / HOUR_MS;
        // 1970-01-01 was a Thursday: day 3, counted from Monday.
        let day = (at.0.div_euclid(DAY_MS) + 3).rem_euclid(7);
        hints.skip_hours.iter().any(|h| i64::from(*h) == hour)
            || hints.skip_days.iter().any(|d| i64::from(*d) == day)
    };
    let hours = (0..7 * 24).map(|hour| Timestamp((at.0.div_euclid(HOUR_MS) + hour) * HOUR_MS).max(at));
    hours.into_iter().find(|at| !skipped(*at)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::Validators;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn wait(state: &PollState, answer: &Answer, hints: &PollHints) -> i64 {
        let next = next(state, answer, hints, NOW, &FetchOptions::default(), 0.0);
        next.next_poll.expect("a date").since(NOW) / 60_000
    }

    fn good() -> Answer {
        let validators = Validators { etag: Some(b"W/\"x\"".to_vec()), last_modified: None };
        Answer { status: Some(200), validators, ..Answer::default() }
    }

    fn bad(status: Option<u16>) -> Answer {
        Answer { status, error: Some("failed".to_owned()), ..Answer::default() }
    }

    #[test]
    fn the_longest_wish_wins_within_a_week() {
        let (none, fresh) = (PollState::default(), PollHints::default());
        assert_eq!(wait(&none, &good(), &fresh), 15);
        assert_eq!(wait(&none, &good(), &PollHints { ttl_minutes: Some(90), ..fresh.clone() }), 90);
        let server = Answer { fresh_for: Some(Duration::from_secs(7_200)), ..good() };
        assert_eq!(wait(&none, &server, &PollHints { ttl_minutes: Some(90), ..fresh.clone() }), 120);
        let endless = Answer { fresh_for: Some(Duration::from_secs(1 << 40)), ..good() };
        assert_eq!(wait(&none, &endless, &fresh), 7 * 24 * 60);
        assert_eq!(wait(&none, &Answer { validators: Validators::default(), ..good() }, &fresh), 60);
    }

    #[test]
    fn failures_double_the_wait_up_to_a_ceiling_and_a_success_forgets_them() {
        let failed = |failures| PollState { failures, ..PollState::default() };
        let hints = PollHints::default();
        assert_eq!(wait(&failed(0), &bad(Some(500)), &hints), 15);
        assert_eq!(wait(&failed(2), &bad(Some(500)), &hints), 60);
        assert_eq!(wait(&failed(200), &bad(None), &hints), 7 * 24 * 60);
        assert_eq!(wait(&failed(0), &bad(Some(429)), &hints), 60);
        let later = next(&failed(5), &good(), &hints, NOW, &FetchOptions::default(), 0.0);
        assert_eq!((later.failures, later.last_error), (0, None));
    }

    #[test]
    fn retry_after_wins_over_everything_up_to_a_week() {
        let after = |seconds| Answer { retry_after: Some(Duration::from_secs(seconds)), ..bad(Some(503)) };
        assert_eq!(wait(&PollState::default(), &after(7_200), &PollHints::default()), 120);
        assert_eq!(wait(&PollState::default(), &after(1 << 40), &PollHints::default()), 7 * 24 * 60);
    }

    #[test]
    fn a_304_keeps_old_validators_only_if_the_caller_merged_them_and_an_error_keeps_them_always() {
        let state = PollState { validators: good().validators, ..PollState::default() };
        let kept = next(&state, &bad(Some(500)), &PollHints::default(), NOW, &FetchOptions::default(), 0.0);
        assert_eq!(kept.validators, state.validators);
    }

    #[test]
    fn a_local_outage_counts_against_no_feed() {
        let outage = Answer { unreachable: true, ..bad(None) };
        let state =
            next(&PollState::default(), &outage, &PollHints::default(), NOW, &FetchOptions::default(), 0.0);
        assert_eq!(state.failures, 0);
        assert_eq!(wait(&PollState::default(), &outage, &PollHints::default()), 1);
    }

    #[test]
    fn skipped_hours_and_days_are_left_out() {
        // NOW is Friday, 2027-01-15, 08:00 GMT.
        let hints = PollHints { skip_hours: vec![8, 9], ..PollHints::default() };
        assert_eq!(wait(&PollState::default(), &good(), &hints), 120);
        let hints = PollHints { skip_days: vec![4], ..PollHints::default() };
        assert_eq!(wait(&PollState::default(), &good(), &hints), 16 * 60);
    }
}
