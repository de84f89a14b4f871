//! What the owner is told of a feed: which changes of how polling stands are worth an entry in the river of notices.
//! Promises: pure. One bad answer is none, nor is a network that is away: what fails must fail for long before it is told,
//! and while it fails, one failure after another is no news.

use crate::config::options::publish::PublishOptions;
use crate::model::document::Origin;
use crate::model::notice::{Change, Said, State};
use crate::model::poll::PollState;
use crate::pipeline::advice::advice;

/// How a feed stands; `None`: that cannot be told yet, it stands as before.
fn state(poll: &PollState, options: &PublishOptions) -> Option<State> {
    if poll.retired {
        return Some(State::Dead);
    }
    if poll.unreached > 0 {
        return None;
    }
    if poll.last_error.is_none() && poll.failures == 0 {
        // Where a page's feed was found, nothing has moved.
        let moved = poll.location.clone().filter(|_| poll.seeking.is_none()).map(State::Moved);
        return poll.last_success.and(Some(moved.unwrap_or(State::Well)));
    }
    if (poll.failures as usize) < options.notice_failures {
        return None;
    }
    if is_refused(poll) {
        return Some(State::Blocked);
    }
    let (asked, read) = (poll.last_poll?, poll.last_success);
    let long_ms = i64::try_from(options.notice_after.as_millis()).unwrap_or(i64::MAX);
    read.is_none_or(|read| asked.since(read) >= long_ms).then_some(State::Failing)
}

fn is_refused(poll: &PollState) -> bool {
    matches!(poll.last_status, Some(401 | 403 | 407))
        || poll.last_error.as_deref().is_some_and(|error| error.contains("challenge"))
}

fn is_bad(state: Option<&State>) -> bool {
    matches!(state, Some(State::Blocked | State::Failing))
}

/// What is to be told of a feed that stands so; `None`: nothing new.
/// `told`: what was told of it last.
pub(crate) fn change(
    origin: &Origin,
    told: Option<&State>,
    poll: &PollState,
    options: &PublishOptions,
) -> Option<Change> {
    let state = state(poll, options)?;
    let is_told = told.map_or(state == State::Well, |told| *told == state);
    if is_told || (is_bad(told) && is_bad(Some(&state))) {
        return None;
    }
    let said = Said { error: poll.last_error.clone(), advice: advice(poll) };
    Some(Change { origin: origin.clone(), state, said, at: poll.last_poll? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    const DAY: i64 = 86_400_000;

    fn failing(failures: u32, status: Option<u16>, days: Option<i64>) -> PollState {
        PollState {
            failures,
            last_status: status,
            last_error: Some("it failed".to_owned()),
            last_poll: Some(Timestamp(100 * DAY)),
            last_success: days.map(|days| Timestamp((100 - days) * DAY)),
            ..PollState::default()
        }
    }

    fn well(location: Option<&str>) -> PollState {
        let at = Some(Timestamp(100 * DAY));
        PollState {
            last_poll: at,
            last_success: at,
            location: location.map(str::to_owned),
            ..PollState::default()
        }
    }

    fn told(told: Option<&State>, poll: &PollState) -> Option<State> {
        let origin = Origin::Remote("https://a.example/".to_owned());
        change(&origin, told, poll, &PublishOptions::default()).map(|change| change.state)
    }

    #[test]
    fn what_fails_is_told_once_it_has_failed_for_long() {
        for (poll, expected) in [
            (PollState::default(), None),
            (failing(2, Some(404), None), None),
            (failing(3, Some(404), None), Some(State::Failing)),
            (failing(3, Some(404), Some(2)), None),
            (failing(3, Some(500), Some(3)), Some(State::Failing)),
            (failing(2, Some(500), Some(9)), None),
            (failing(3, Some(403), Some(0)), Some(State::Blocked)),
            (failing(3, Some(429), Some(0)), None),
            (PollState { unreached: 1, ..failing(9, None, Some(9)) }, None),
            (PollState { retired: true, ..failing(1, Some(410), Some(0)) }, Some(State::Dead)),
            (well(None), None),
            (well(Some("https://b.example/")), Some(State::Moved("https://b.example/".to_owned()))),
        ] {
            assert_eq!(told(None, &poll), expected, "{poll:?}");
        }
    }

    #[test]
    fn how_long_it_must_fail_is_the_owners_choice() {
        let origin = Origin::Remote("https://a.example/".to_owned());
        let state = |failures, days, options: &PublishOptions| {
            change(&origin, None, &failing(failures, Some(500), Some(days)), options).is_some()
        };
        let day = std::time::Duration::from_secs(86_400);
        let soon = PublishOptions { notice_failures: 1, notice_after: day, ..PublishOptions::default() };
        let late = PublishOptions { notice_failures: 9, notice_after: 30 * day, ..PublishOptions::default() };
        assert_eq!([state(1, 1, &soon), state(1, 0, &soon)], [true, false]);
        assert_eq!([state(9, 30, &late), state(8, 30, &late), state(9, 29, &late)], [true, false, false]);
    }

    #[test]
    fn only_a_change_is_told() {
        for (before, poll, expected) in [
            (State::Failing, failing(9, Some(404), None), None),
            (State::Failing, failing(9, Some(403), None), None),
            (State::Blocked, failing(9, Some(500), Some(9)), None),
            (State::Blocked, failing(1, Some(500), Some(9)), None),
            (State::Failing, well(None), Some(State::Well)),
            (State::Well, well(None), None),
            (State::Dead, well(None), Some(State::Well)),
            (State::Moved("https://b.example/".to_owned()), well(Some("https://b.example/")), None),
            (
                State::Moved("https://b.example/".to_owned()),
                well(Some("https://c.example/")),
                Some(State::Moved("https://c.example/".to_owned())),
            ),
        ] {
            assert_eq!(told(Some(&before), &poll), expected, "{before:?} {poll:?}");
        }
    }
}
