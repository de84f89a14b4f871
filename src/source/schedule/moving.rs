//! Lasting redirects: when a feed is asked for at its new address at once.
//! Promises: nothing is adopted but what parsed as a feed; the feed stays the one the owner subscribed to.

use std::time::Duration;

use url::Url;

use crate::model::poll::{Moving, PollState};
use crate::model::time::Timestamp;
use crate::source::answer::Answer;

/// After a good answer: adopts a move that has lasted, or notes it.
pub(crate) fn follow_move(next: &mut PollState, answer: &Answer, url: &str, now: Timestamp, after: Duration) {
    let asked = next.location.as_deref().unwrap_or(url);
    let Some(to) = answer.moved_to.as_deref().filter(|to| !is_downgrade(asked, to)) else {
        next.moving = None;
        return;
    };
    let since = next.moving.as_ref().filter(|moving| moving.to == to).map_or(now, |moving| moving.since);
    let lasted = u128::try_from(now.since(since)).unwrap_or(0) >= after.as_millis() && since < now;
    if lasted || is_upgrade(asked, to) {
        next.location = Some(to.to_owned()).filter(|to| to != url);
        next.moving = None;
    } else {
        next.moving = Some(Moving { to: to.to_owned(), since });
    }
}

/// The same address, but by https.
fn is_upgrade(from: &str, to: &str) -> bool {
    let (Ok(mut from), Ok(to)) = (Url::parse(from), Url::parse(to)) else { return false };
    from.scheme() == "http" && from.port().is_none() && from.set_scheme("https").is_ok() && from == to
}

fn is_downgrade(from: &str, to: &str) -> bool {
    from.starts_with("https:") && !to.starts_with("https:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::DAY_MS;

    const AFTER: Duration = Duration::from_secs(3 * 86_400);
    const URL: &str = "http://a.example/feed";

    /// What a chain of (day, redirect) leads to.
    fn location(days: &[(i64, Option<&str>)]) -> Option<String> {
        let mut state = PollState::default();
        for (day, to) in days {
            let answer = Answer { moved_to: to.map(str::to_owned), ..Answer::default() };
            follow_move(&mut state, &answer, URL, Timestamp(day * DAY_MS), AFTER);
        }
        state.location
    }

    #[test]
    fn rule_14_a_301_is_adopted_after_days_of_constancy_and_https_at_once() {
        let (new, other) = (Some("https://b.example/f"), Some("https://c.example/f"));
        let upgrade = Some("https://a.example/feed");
        for (days, expected) in [
            (&[(0, new)][..], None),
            (&[(0, new), (2, new)], None),
            (&[(0, new), (1, new), (3, new)], new),
            (&[(0, new), (2, other), (4, new)], None),
            (&[(0, new), (2, None), (4, new)], None),
            (&[(0, upgrade)], upgrade),
            (&[(0, upgrade), (1, Some("http://evil.example/")), (9, Some("http://evil.example/"))], upgrade),
            (&[(0, new), (3, new), (4, None), (9, None)], new),
            (&[(0, new), (3, new), (4, other), (8, other)], other),
        ] {
            assert_eq!(location(days).as_deref(), expected, "{days:?}");
        }
    }
}
