//! Dates that were kept by a clock that stood ahead of today's.

use crate::model::poll::PollState;
use crate::model::time::Timestamp;

/// A last poll that lies no further ahead than this is no sign of a wrong clock.
const AHEAD_MS: i64 = 60_000;

/// How polling stands by today's clock. A poll in the future was made while the clock was wrong, or it is wrong now:
/// either way the feed waits from now on for as long as it was to wait then.
pub fn by_todays_clock(poll: &PollState, now: Timestamp) -> PollState {
    let ahead = poll.last_poll.map_or(0, |at| at.since(now));
    if ahead <= AHEAD_MS {
        return poll.clone();
    }
    let earlier = |at: Option<Timestamp>| at.map(|at| at.plus_ms(-ahead));
    PollState { next_poll: earlier(poll.next_poll), held_until: earlier(poll.held_until), ..poll.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::DAY_MS;

    #[test]
    fn a_feed_polled_in_the_future_waits_from_now_on_and_no_longer_than_it_would_have() {
        let now = Timestamp(1_800_000_000_000);
        let poll = |last: i64, next: i64, held: Option<i64>| PollState {
            last_poll: Some(now.plus_ms(last)),
            next_poll: Some(now.plus_ms(next)),
            held_until: held.map(|at| now.plus_ms(at)),
            ..PollState::default()
        };
        let told = |poll: &PollState| {
            let poll = by_todays_clock(poll, now);
            let from_now = |at: Option<Timestamp>| at.map(|at| at.since(now));
            (from_now(poll.next_poll), from_now(poll.held_until))
        };
        assert_eq!(told(&poll(-50, 900, Some(700))), (Some(900), Some(700)), "an ordinary one");
        assert_eq!(told(&poll(365 * DAY_MS, 365 * DAY_MS + 900, None)), (Some(900), None));
        assert_eq!(told(&poll(DAY_MS, 2 * DAY_MS, Some(2 * DAY_MS))), (Some(DAY_MS), Some(DAY_MS)));
        assert_eq!(by_todays_clock(&PollState::default(), now), PollState::default());
    }
}
