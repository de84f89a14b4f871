//! Table tests of the schedule: one feed, one answer, one date.

use std::time::Duration;

use crate::config::options::fetch::FetchOptions;
use crate::model::document::Validators;
use crate::model::feed::PollHints;
use crate::model::poll::{Freshness, PollState, Rate};
use crate::model::time::{DAY_MS, Timestamp};
use crate::source::answer::Answer;
use crate::source::schedule::{Facts, next};

/// Friday, 2027-01-15, 08:00 GMT.
const NOW: Timestamp = Timestamp(1_800_000_000_000);
const HOUR: u64 = 3_600;

fn after(state: &PollState, answer: &Answer, facts: &Facts) -> PollState {
    next(state, answer, facts, NOW, &FetchOptions::default(), 0.0)
}

fn wait(state: &PollState, answer: &Answer, facts: &Facts) -> i64 {
    after(state, answer, facts).next_poll.expect("a date").since(NOW) / 60_000
}

fn good() -> Answer {
    let validators = Validators { etag: Some(b"W/\"x\"".to_vec()), last_modified: None };
    Answer { status: Some(200), validators, ..Answer::default() }
}

fn fresh(seconds: u64) -> Option<Freshness> {
    Some(Freshness { ms: seconds * 1_000, by: "max-age".to_owned() })
}

fn bad(status: Option<u16>) -> Answer {
    Answer { status, error: Some("failed".to_owned()), ..Answer::default() }
}

fn hinted(hints: PollHints) -> Facts {
    Facts { hints, ..Facts::default() }
}

fn publishing(gap_hours: i64) -> Facts {
    let rate = Rate { newest: NOW, gap_ms: Some(gap_hours * 3_600_000) };
    Facts { rate: Some(rate), ..Facts::default() }
}

#[test]
fn rule_06_the_longest_wish_wins_between_the_shortest_interval_and_a_week() {
    let none = PollState::default();
    let ttl = |minutes| hinted(PollHints { ttl_minutes: Some(minutes), ..PollHints::default() });
    let sy = |seconds| hinted(PollHints { update_seconds: Some(seconds), ..PollHints::default() });
    let age = |seconds| Answer { fresh: fresh(seconds), ..good() };
    for (answer, facts, minutes, reason) in [
        (good(), Facts::default(), 15, "fetch.min_interval; its own rate is not known yet"),
        (good(), ttl(90), 90, "ttl 1.5 h"),
        (good(), sy(2 * HOUR), 120, "sy:updatePeriod 2 h"),
        (age(2 * HOUR), ttl(90), 120, "max-age 2 h"),
        (age(60), ttl(90), 90, "ttl 1.5 h"),
        (age(1 << 40), Facts::default(), 7 * 24 * 60, ""),
        (good(), publishing(2), 60, "own rate: 12 entries a day"),
        (age(2 * HOUR), publishing(2), 120, "max-age 2 h"),
        (good(), publishing(400), 24 * 60, "own rate: an entry in 16.7 d"),
        (age(48 * HOUR), publishing(400), 48 * 60, "max-age 2 d"),
    ] {
        let state = after(&none, &answer, &facts);
        assert_eq!(wait(&none, &answer, &facts), minutes, "{facts:?}");
        assert!(state.reason.starts_with(reason), "{}", state.reason);
    }
}

#[test]
fn rule_07_freshness_on_a_304_may_shorten_the_wait_and_never_lengthens_it() {
    let state = |seconds| PollState { fresh: seconds, ..PollState::default() };
    let again = |seconds| Answer { status: Some(304), fresh: seconds, ..good() };
    for (of_200, of_304, minutes) in [
        (fresh(4 * HOUR), fresh(2 * HOUR), 120),
        (fresh(4 * HOUR), None, 240),
        (fresh(4 * HOUR), fresh(8 * HOUR), 240),
        (None, fresh(8 * HOUR), 15),
        (fresh(4 * HOUR), fresh(0), 15),
    ] {
        assert_eq!(wait(&state(of_200.clone()), &again(of_304), &Facts::default()), minutes, "{of_200:?}");
    }
    let kept = after(&state(fresh(4 * HOUR)), &again(fresh(60)), &Facts::default());
    assert_eq!(kept.fresh, fresh(4 * HOUR), "the next 304 is compared with the 200, too");
}

#[test]
fn rule_09_a_feed_without_validators_is_polled_at_most_hourly() {
    let bare = Answer { validators: Validators::default(), ..good() };
    assert_eq!(wait(&PollState::default(), &bare, &Facts::default()), 60);
    assert_eq!(wait(&PollState::default(), &bare, &publishing(10)), 300);
    let testing = FetchOptions { min_interval: Duration::from_millis(50), ..FetchOptions::default() };
    let state = next(&PollState::default(), &bare, &Facts::default(), NOW, &testing, 0.0);
    assert_eq!(state.next_poll, Some(NOW.plus_ms(200)));
    let state = next(&PollState::default(), &good(), &publishing(48), NOW, &testing, 0.0);
    assert_eq!(state.next_poll, Some(NOW.plus_ms(200)), "an owner who is testing waits for no slow feed");
}

#[test]
fn rule_10_jitter_is_a_tenth_and_never_undercuts_a_wish_or_a_bound() {
    let minutes = |answer: &Answer, facts: &Facts, jitter| {
        let options = FetchOptions::default();
        let state = next(&PollState::default(), answer, facts, NOW, &options, jitter);
        state.next_poll.expect("a date").since(NOW) / 60_000
    };
    let wish = Answer { fresh: fresh(10 * HOUR), ..good() };
    for (answer, facts, early, late) in [
        (&good(), &publishing(20), 540, 660),
        (&wish, &Facts::default(), 660, 660),
        (&good(), &Facts::default(), 16, 16),
        (&good(), &publishing(1_000), 1_296, 1_440),
        (
            &Answer { retry_after: Some(Duration::from_secs(10 * HOUR)), ..bad(Some(429)) },
            &Facts::default(),
            660,
            660,
        ),
    ] {
        assert_eq!((minutes(answer, facts, -1.0), minutes(answer, facts, 1.0)), (early, late), "{facts:?}");
    }
}

#[test]
fn rule_12_retry_after_wins_up_to_a_week_and_without_it_the_wait_is_an_hour_doubling() {
    let after_seconds =
        |status, seconds| Answer { retry_after: Some(Duration::from_secs(seconds)), ..bad(Some(status)) };
    let failed = |failures| PollState { failures, ..PollState::default() };
    for (state, answer, minutes, host) in [
        (failed(0), after_seconds(503, 2 * HOUR), 120, true),
        (failed(9), after_seconds(429, 2 * HOUR), 120, true),
        (failed(0), after_seconds(429, 1 << 40), 7 * 24 * 60, true),
        (failed(0), after_seconds(429, 1), 15, true),
        (failed(0), bad(Some(429)), 60, true),
        (failed(2), bad(Some(429)), 240, true),
        (failed(1), bad(Some(503)), 120, false),
        (failed(99), bad(Some(503)), 7 * 24 * 60, false),
        (failed(0), after_seconds(500, 2 * HOUR), 120, false),
    ] {
        let state = after(&state, &answer, &Facts::default());
        assert_eq!(state.next_poll.expect("a date").since(NOW) / 60_000, minutes, "{answer:?}");
        assert_eq!((state.held_until, state.host_held), (state.next_poll, host), "{answer:?}");
    }
    let freed = after(&after(&failed(0), &bad(Some(429)), &Facts::default()), &good(), &Facts::default());
    assert_eq!((freed.held_until, freed.host_held, freed.failures), (None, false, 0));
}

#[test]
fn rule_13_backoff_doubles_to_a_week_and_a_success_forgets_it() {
    let failed = |failures| PollState { failures, ..PollState::default() };
    for (failures, minutes) in [(0, 15), (2, 60), (6, 960), (10, 7 * 24 * 60), (u32::MAX, 7 * 24 * 60)] {
        assert_eq!(wait(&failed(failures), &bad(Some(500)), &Facts::default()), minutes, "{failures}");
    }
    let later = after(&failed(5), &good(), &Facts::default());
    assert_eq!((later.failures, later.last_error), (0, None));
}

#[test]
fn rule_13_a_local_outage_counts_against_no_feed() {
    let outage = Answer { unreachable: true, ..bad(None) };
    let mut state = PollState { failures: 2, ..PollState::default() };
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
        assert_eq!(wait(&state, &outage, &Facts::default()), minutes);
        state = after(&state, &outage, &Facts::default());
        assert_eq!(state.failures, 2);
    }
    let absolved = after(&state, &Answer { absolved: true, ..outage }, &Facts::default());
    assert_eq!(absolved.failures, 1, "what was blamed on the feed before it showed is taken back");
}

#[test]
fn rule_14_a_410_retires_a_feed_and_a_404_does_not() {
    let gone = Answer { gone: true, ..bad(Some(410)) };
    assert!(after(&PollState::default(), &gone, &Facts::default()).retired);
    assert!(!after(&PollState::default(), &bad(Some(404)), &Facts::default()).retired);
    assert!(
        !after(&PollState::default(), &bad(Some(410)), &Facts::default()).retired,
        "behind a passing redirect"
    );
    let moved = PollState { location: Some("https://b.example/".to_owned()), ..PollState::default() };
    let back = after(&moved, &gone, &Facts::default());
    assert_eq!((back.retired, back.location), (false, None), "its own address is asked first");
}

#[test]
fn rule_15_a_challenge_is_left_alone_for_a_day_and_longer() {
    let challenge = Answer { challenged: true, ..bad(Some(403)) };
    assert_eq!(wait(&PollState::default(), &challenge, &Facts::default()), 24 * 60);
    assert_eq!(
        wait(&PollState { failures: 1, ..PollState::default() }, &challenge, &Facts::default()),
        48 * 60
    );
}

#[test]
fn rule_08_skipped_hours_and_days_are_left_out() {
    let hours = hinted(PollHints { skip_hours: vec![8, 9], ..PollHints::default() });
    assert_eq!(wait(&PollState::default(), &good(), &hours), 120);
    let days = hinted(PollHints { skip_days: vec![4], ..PollHints::default() });
    assert_eq!(wait(&PollState::default(), &good(), &days), 16 * 60);
    assert_eq!(wait(&PollState::default(), &bad(None), &days), 16 * 60, "after a failure, too");
    let always = hinted(PollHints { skip_days: (0..7).collect(), ..PollHints::default() });
    assert_eq!(wait(&PollState::default(), &good(), &always), 15);
    assert!(after(&PollState::default(), &good(), &hours).reason.ends_with("skipHours, skipDays"));
}

#[test]
fn rule_21_the_owners_interval_takes_the_place_of_the_feeds_own_rate() {
    let own = |seconds| Facts { interval: Some(Duration::from_secs(seconds)), ..publishing(20) };
    assert_eq!(wait(&PollState::default(), &good(), &own(HOUR)), 60);
    assert_eq!(wait(&PollState::default(), &good(), &own(300)), 5);
    assert_eq!(wait(&PollState::default(), &Answer { fresh: fresh(2 * HOUR), ..good() }, &own(300)), 120);
}

#[test]
fn rule_04_an_error_keeps_the_validators_and_whose_they_are() {
    let given_by = Some("https://a.example/".to_owned());
    let state = PollState { validators: good().validators, given_by, ..PollState::default() };
    let kept = after(&state, &bad(Some(500)), &Facts::default());
    assert_eq!((kept.validators, kept.given_by), (state.validators, state.given_by));
}

#[test]
fn the_last_answers_are_remembered_newest_first() {
    let mut state = PollState::default();
    for status in 500..510 {
        state = next(
            &state,
            &bad(Some(status)),
            &Facts::default(),
            NOW.plus_ms(DAY_MS),
            &FetchOptions::default(),
            0.0,
        );
    }
    let statuses: Vec<_> = state.answers.iter().filter_map(|answer| answer.status).collect();
    assert_eq!(statuses, [509, 508, 507, 506, 505]);
}

#[test]
fn another_interval_counts_from_the_last_poll_and_heeds_the_servers_wish_all_the_same() {
    let options = FetchOptions::default();
    let facts = |hours: u64| Facts { interval: Some(Duration::from_secs(hours * 3_600)), ..publishing(20) };
    let hours = |state: &PollState, wanted: u64| {
        let planned = crate::source::schedule::replanned(state, &facts(wanted), &options, 0.0)?;
        assert_eq!(planned.last_poll, state.last_poll);
        Some(planned.next_poll?.since(state.last_poll?) / 3_600_000)
    };
    let weekly = after(&PollState::default(), &good(), &facts(168));
    assert_eq!(hours(&weekly, 1), Some(1));
    assert_eq!(hours(&weekly, 200), Some(200));
    let wishes = Answer { fresh: fresh(6 * 3_600), ..good() };
    assert_eq!(hours(&after(&PollState::default(), &wishes, &facts(168)), 1), Some(6));
    assert_eq!(hours(&after(&weekly, &bad(Some(500)), &facts(168)), 1), None, "what fails waits");
    assert_eq!(hours(&PollState::default(), 1), None, "what was never polled is due anyway");
}
