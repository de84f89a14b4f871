//! What a hub is told when it asks whether riverd meant it (W3C WebSub sections 5.2 and 5.3).

use crate::model::time::{DAY_MS, Timestamp};
use crate::model::websub::{HubState, HubSubscription, Lease, Reply, Verification};

/// Where a hub does not say how long it pushes.
const UNSAID_MS: i64 = 10 * DAY_MS;
/// No lease is believed for longer.
const LONGEST_SECONDS: i64 = 400 * 86_400;

/// The answer, and how the subscription stands then; `None`: as before.
pub fn verified(
    subscription: &HubSubscription,
    asked: &Verification,
    now: Timestamp,
) -> (Reply, Option<HubSubscription>) {
    let state = subscription.state;
    if asked.topic != subscription.topic {
        return (Reply::Unknown, None);
    }
    match asked.mode.as_str() {
        "subscribe" if matches!(state, HubState::Asked | HubState::Active) => {
            let seconds = asked.lease_seconds.filter(|seconds| *seconds > 0);
            let lease_ms = seconds.map_or(UNSAID_MS, |seconds| seconds.min(LONGEST_SECONDS) * 1_000);
            let lease = Some(Lease { from: now, until: now.plus_ms(lease_ms) });
            let granted = HubSubscription {
                state: HubState::Active,
                since: now,
                lease,
                failures: 0,
                ..subscription.clone()
            };
            (Reply::Echo(asked.challenge.clone()), Some(granted))
        }
        "unsubscribe" if state == HubState::Leaving => {
            let left = HubSubscription { lease: None, since: now, ..subscription.clone() };
            (Reply::Echo(asked.challenge.clone()), Some(left))
        }
        "denied" if state != HubState::Leaving => {
            let denied =
                HubSubscription { state: HubState::Denied, since: now, lease: None, ..subscription.clone() };
            (Reply::Taken, Some(denied))
        }
        _ => (Reply::Unknown, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::websub::Secret;

    fn check(state: HubState, mode: &str, topic: &str, expected: &(Reply, Option<HubState>)) {
        let subscription = HubSubscription {
            feed: "f".to_owned(),
            hub: "h".to_owned(),
            topic: "t".to_owned(),
            token: Secret(String::new()),
            secret: Secret(String::new()),
            state,
            since: Timestamp(0),
            lease: None,
            failures: 3,
        };
        let (mode, topic, challenge) = (mode.to_owned(), topic.to_owned(), "c".to_owned());
        let asked = Verification { mode, topic, challenge, lease_seconds: Some(60) };
        let (reply, then) = verified(&subscription, &asked, Timestamp(1_000));
        if let Some(granted) = then.as_ref().filter(|then| then.state == HubState::Active) {
            assert_eq!(granted.pushes_until(), Some(Timestamp(61_000)));
        }
        assert_eq!((reply, then.map(|then| then.state)), *expected, "{state:?} {asked:?}");
    }

    #[test]
    fn a_hub_is_told_yes_only_to_what_was_asked_of_it() {
        use HubState::{Active, Asked, Denied, Leaving};
        let yes = || Reply::Echo("c".to_owned());
        check(Asked, "subscribe", "t", &(yes(), Some(Active)));
        check(Active, "subscribe", "t", &(yes(), Some(Active)));
        check(Asked, "subscribe", "other", &(Reply::Unknown, None));
        check(Denied, "subscribe", "t", &(Reply::Unknown, None));
        check(Leaving, "subscribe", "t", &(Reply::Unknown, None));
        check(Leaving, "unsubscribe", "t", &(yes(), Some(Leaving)));
        check(Active, "unsubscribe", "t", &(Reply::Unknown, None));
        check(Asked, "denied", "t", &(Reply::Taken, Some(Denied)));
        check(Active, "denied", "t", &(Reply::Taken, Some(Denied)));
        check(Active, "", "t", &(Reply::Unknown, None));
    }
}
