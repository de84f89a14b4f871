//! What to ask of hubs now, and when to look again. Told the time.
//! Promises: each feed that is followed and names a hub is subscribed to there; each lease is renewed before it ends;
//! what fails is tried again ever later; what is no longer wanted is ended; a hub that grants moments is not asked every
//! moment.

use std::collections::HashMap;

use url::Url;

use crate::model::document::shown;
use crate::model::time::{DAY_MS, Timestamp};
use crate::model::websub::{HubState, HubSubscription, Secret};

/// A request that nothing came of is made again after so long, then twice as long …
const AGAIN_MS: i64 = 10 * 60_000;
/// … and at last after so long.
const LATEST_AGAIN_MS: i64 = DAY_MS;
/// A hub that refused is asked again after so long.
const AFTER_DENIAL_MS: i64 = 7 * DAY_MS;
/// A hub that does not confirm that riverd leaves is left all the same.
const LEAVING_MS: i64 = DAY_MS;

/// A followed feed that names a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hubbed {
    /// The URL the owner subscribed to.
    pub feed: String,
    /// The hubs that it names.
    pub hubs: Vec<String>,
    /// Its own address as it states it; `None`: it does not.
    pub topic: Option<String>,
}

/// What to do about one subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Ask the hub for it; it stands so from now on.
    Subscribe(HubSubscription),
    /// Tell the hub that it is not wanted any more; it stands so from now on.
    Unsubscribe(HubSubscription),
    /// Nothing is left of it.
    Forget(HubSubscription),
}

/// The time, and how hubs are to be dealt with.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Now.
    pub now: Timestamp,
    /// Milliseconds between two requests for one feed at its hub, however short a lease is: what ends before is polled.
    pub least_ms: i64,
}

/// What to do now, and when the next thing may be to do.
pub fn plan(
    known: &[HubSubscription],
    feeds: &[Hubbed],
    terms: Terms,
    mut random: impl FnMut() -> Option<(Secret, Secret)>,
) -> (Vec<Act>, Option<Timestamp>) {
    let (now, mut wanted) = (terms.now, HashMap::<&str, (String, String)>::new());
    for feed in feeds {
        wanted.extend(target(feed).map(|target| (feed.feed.as_str(), target)));
    }
    let (mut acts, mut next): (Vec<Act>, Option<Timestamp>) = (vec![], None);
    for subscription in known {
        let wish = wanted.remove(subscription.feed.as_str());
        let same = wish.is_some_and(|(hub, topic)| hub == subscription.hub && topic == subscription.topic);
        let due = if same { due(subscription, terms.least_ms) } else { leaving_due(subscription, now) };
        if due > now {
            next = Some(next.map_or(due, |next| next.min(due)));
            continue;
        }
        acts.push(act(subscription, same, now));
    }
    for (feed, (hub, topic)) in wanted {
        let Some((token, secret)) = random() else { continue };
        let (feed, state) = (feed.to_owned(), HubState::Asked);
        let begun =
            HubSubscription { feed, hub, topic, token, secret, state, since: now, lease: None, failures: 0 };
        acts.push(Act::Subscribe(begun));
    }
    (acts, next)
}

/// The first hub that can be one, and what to subscribe to.
fn target(feed: &Hubbed) -> Option<(String, String)> {
    let is_web = |url: &str| Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let hub = feed.hubs.iter().find(|hub| is_web(hub))?;
    let own = feed.topic.as_deref().filter(|own| is_web(own)).unwrap_or(&feed.feed);
    // A password that the owner put into the feed's address is none of the hub's business.
    Some((hub.clone(), shown(own).into_owned()))
}

/// When something is to be done about a subscription that is wanted.
fn due(subscription: &HubSubscription, least_ms: i64) -> Timestamp {
    let doubled = AGAIN_MS.saturating_mul(1 << subscription.failures.min(20)).min(LATEST_AGAIN_MS);
    match (subscription.state, subscription.lease) {
        // Three quarters into the lease.
        (HubState::Active, Some(lease)) => {
            lease.from.plus_ms((lease.until.since(lease.from) / 4 * 3).max(least_ms))
        }
        (HubState::Denied, _) => subscription.since.plus_ms(AFTER_DENIAL_MS),
        (HubState::Leaving, _) => subscription.since,
        _ => subscription.since.plus_ms(doubled),
    }
}

/// When something is to be done about one that is not.
fn leaving_due(subscription: &HubSubscription, now: Timestamp) -> Timestamp {
    let confirmed = subscription.lease.is_none_or(|lease| lease.until <= now);
    match subscription.state {
        HubState::Leaving if !confirmed => subscription.since.plus_ms(LEAVING_MS),
        _ => now,
    }
}

fn act(subscription: &HubSubscription, wanted: bool, now: Timestamp) -> Act {
    let told = |state, failures| HubSubscription { state, since: now, failures, ..subscription.clone() };
    let pushes = subscription.pushes_until().is_some_and(|until| until > now);
    match (wanted, subscription.state) {
        (true, HubState::Asked) => Act::Subscribe(told(HubState::Asked, subscription.failures + 1)),
        (true, HubState::Active | HubState::Denied) => Act::Subscribe(told(HubState::Asked, 0)),
        (true, HubState::Leaving) => Act::Subscribe(told(HubState::Asked, 0)),
        (false, _) if pushes => Act::Unsubscribe(told(HubState::Leaving, 0)),
        (false, _) => Act::Forget(subscription.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::websub::Lease;

    const MINUTE: i64 = 60_000;

    fn feed(hub: &str) -> Hubbed {
        let hubs = vec!["mailto:x".to_owned(), hub.to_owned()];
        Hubbed { feed: "https://a.example/f".to_owned(), hubs, topic: None }
    }

    fn random() -> Option<(Secret, Secret)> {
        Some((Secret("t".to_owned()), Secret("s".to_owned())))
    }

    fn planned(known: &[HubSubscription], feeds: &[Hubbed], now: i64) -> (Vec<Act>, Option<Timestamp>) {
        plan(known, feeds, Terms { now: Timestamp(now), least_ms: 2_000 }, random)
    }

    fn begun() -> HubSubscription {
        let (acts, _) = planned(&[], &[feed("https://hub.example/")], 0);
        let [Act::Subscribe(begun)] = &acts[..] else { panic!("{acts:?}") };
        begun.clone()
    }

    fn active(until: i64) -> HubSubscription {
        let lease = Some(Lease { from: Timestamp(0), until: Timestamp(until) });
        HubSubscription { state: HubState::Active, lease, ..begun() }
    }

    #[test]
    fn a_followed_feed_is_subscribed_to_at_the_first_hub_that_can_be_one() {
        let begun = begun();
        assert_eq!(
            (begun.hub.as_str(), begun.topic.as_str()),
            ("https://hub.example/", "https://a.example/f")
        );
        let own = Hubbed { topic: Some("https://a.example/own".to_owned()), ..feed("http://h.example/") };
        assert!(
            matches!(&planned(&[], &[own], 0).0[..], [Act::Subscribe(new)] if new.topic.ends_with("/own"))
        );
        let secret = Hubbed { feed: "https://me:pass@a.example/f".to_owned(), ..feed("http://h.example/") };
        assert!(
            matches!(&planned(&[], &[secret], 0).0[..], [Act::Subscribe(new)] if new.topic == "https://a.example/f")
        );
        assert_eq!(planned(&[], &[feed("ftp://h.example/")], 0), (vec![], None));
        assert!(
            plan(&[], &[feed("https://h.example/")], Terms { now: Timestamp(0), least_ms: 0 }, || None)
                .0
                .is_empty(),
            "no secret, no request"
        );
    }

    #[test]
    fn a_request_that_nothing_comes_of_is_made_again_ever_later() {
        let (feeds, mut known, mut now) = ([feed("https://hub.example/")], begun(), 0);
        for wait in [10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440] {
            assert_eq!(
                planned(std::slice::from_ref(&known), &feeds, now),
                (vec![], Some(Timestamp(now + wait * MINUTE)))
            );
            now += wait * MINUTE;
            let (acts, _) = planned(std::slice::from_ref(&known), &feeds, now);
            let [Act::Subscribe(again)] = &acts[..] else { panic!("{acts:?}") };
            assert_eq!((&again.token, &again.secret), (&known.token, &known.secret));
            known = again.clone();
        }
    }

    #[test]
    fn a_lease_is_renewed_before_it_ends_and_a_denial_is_heeded_for_a_week() {
        let feeds = [feed("https://hub.example/")];
        assert_eq!(planned(&[active(4_000)], &feeds, 2_999), (vec![], Some(Timestamp(3_000))));
        let (acts, _) = planned(&[active(4_000)], &feeds, 3_000);
        let [Act::Subscribe(renewed)] = &acts[..] else { panic!("{acts:?}") };
        assert_eq!(renewed.pushes_until(), Some(Timestamp(4_000)), "it pushes on while it is asked anew");
        let (acts, next) = planned(&[active(4)], &feeds, 1_999);
        assert_eq!((acts, next), (vec![], Some(Timestamp(2_000))), "it is not asked every moment");
        let denied = HubSubscription { state: HubState::Denied, lease: None, ..begun() };
        assert!(planned(std::slice::from_ref(&denied), &feeds, 6 * DAY_MS).0.is_empty());
        assert!(matches!(planned(&[denied], &feeds, 7 * DAY_MS).0[..], [Act::Subscribe(_)]));
    }

    #[test]
    fn what_is_no_longer_wanted_is_ended_at_the_hub_that_has_it() {
        let known = [active(4_000)];
        let (acts, _) = planned(&known, &[], 1_000);
        let [Act::Unsubscribe(leaving)] = &acts[..] else { panic!("{acts:?}") };
        assert!(planned(std::slice::from_ref(leaving), &[], 2_000).0.is_empty(), "the hub confirms first");
        let left = HubSubscription { lease: None, ..leaving.clone() };
        assert!(matches!(planned(&[left], &[], 2_000).0[..], [Act::Forget(_)]));
        assert!(matches!(planned(std::slice::from_ref(leaving), &[], 2 * DAY_MS).0[..], [Act::Forget(_)]));
        assert!(matches!(planned(&[begun()], &[], 1_000).0[..], [Act::Forget(_)]));
        // Another hub: the old one is left first.
        let other = [feed("https://other.example/")];
        assert!(
            matches!(&planned(&known, &other, 1_000).0[..], [Act::Unsubscribe(old)] if old.hub.contains("hub.example"))
        );
    }
}
