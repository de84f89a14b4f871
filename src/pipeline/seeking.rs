//! Finds the feed of a web page that a browser's shortcut leads to (`.url`, `.webloc`, `.desktop`): who drags a page into
//! the folder means its feed. Link tags are followed, then the usual places asked, as `riverd subscribe` does; by the
//! poller, one place after the other, with the pauses that every host gets.
//! Promises: bounded; what is followed was read as a feed; the subscription stays the shortcut's own, so that its removal
//! ends it; a search in vain is told, and repeated no more often than each week.
//! Deliberately not here: addresses that the owner wrote into a list or the config. They mean what they say.

use url::Url;

use crate::model::document::shown;
use crate::model::poll::{PollState, Seeking};
use crate::model::time::{DAY_MS, Timestamp};
use crate::parse::discover::places;
use crate::source::answer::Answer;

/// A search in vain is repeated after so long.
const AGAIN_MS: i64 = 7 * DAY_MS;

/// A web page in the place of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Where it lies.
    pub(crate) url: Option<String>,
    /// The feeds it links to.
    pub(crate) links: Vec<String>,
}

/// What is done about a poll that brought no feed.
#[derive(Debug)]
pub(crate) enum Step {
    /// Nothing: the schedule goes its own way.
    None,
    /// The next place is asked at once.
    Ask(Box<PollState>),
    /// The search has ended in vain: this is how polling stood before, and why it failed.
    Ended(Box<PollState>, String),
}

/// `poll`: how polling stood. `page`: what came in the place of a feed. `follows`: whether another address is followed.
pub(crate) fn step(
    url: &str,
    poll: &PollState,
    answer: &Answer,
    page: Option<Page>,
    now: Timestamp,
    follows: impl Fn(&str) -> bool,
) -> Step {
    // Whoever has no network, or is told to wait, asks the same place again.
    if answer.unreachable || answer.retry_after.is_some() || matches!(answer.status, Some(429 | 503)) {
        return Step::None;
    }
    let under_way = poll.seeking.clone().filter(|seeking| !seeking.left.is_empty() || seeking.asked);
    let is_page = page.is_some();
    let Some(mut seeking) = under_way.or_else(|| begun(poll, page, now)) else {
        return match &poll.seeking {
            Some(seeking) if is_page && !seeking.found => in_vain(poll, seeking),
            _ => Step::None,
        };
    };
    seeking.left.retain(|place| place != url);
    seeking.tried += u32::from(seeking.asked);
    if seeking.left.is_empty() {
        return in_vain(poll, &seeking);
    }
    let place = seeking.left.remove(0);
    if follows(&place) {
        let reason = format!("this is a web page; its feed {} is followed already", shown(&place));
        return Step::Ended(Box::new(PollState { location: None, seeking: None, ..poll.clone() }), reason);
    }
    seeking.asked = true;
    let reason = "its page's feed is looked for".to_owned();
    let (location, seeking, last_poll) = (Some(place), Some(seeking), Some(now));
    Step::Ask(Box::new(PollState { location, seeking, next_poll: None, last_poll, reason, ..poll.clone() }))
}

fn begun(poll: &PollState, page: Option<Page>, now: Timestamp) -> Option<Seeking> {
    let may = poll
        .seeking
        .as_ref()
        .is_none_or(|seeking| seeking.found || !(0..AGAIN_MS).contains(&now.since(seeking.since)));
    let page = page.filter(|_| may && poll.location.is_none())?;
    let url = page.url.as_deref().and_then(|url| Url::parse(url).ok());
    Some(Seeking::begun(now, places(page.links, url.as_ref())))
}

fn in_vain(poll: &PollState, seeking: &Seeking) -> Step {
    let tried = seeking.tried;
    let reason =
        format!("this is a web page, not a feed; no feed was found there, nor at {tried} other places");
    let seeking = Some(Seeking { left: Vec::new(), asked: false, ..seeking.clone() });
    Step::Ended(Box::new(PollState { location: None, seeking, ..poll.clone() }), reason)
}

/// After a good answer: the search, if there was one, has found the feed.
pub(crate) fn found(url: &str, poll: &mut PollState) {
    let Some(seeking) = poll.seeking.take() else { return };
    let Some(location) = &poll.location else { return };
    if !seeking.found {
        tracing::info!(page = %shown(url), feed = %shown(location), "the page's feed was found");
    }
    poll.seeking = Some(Seeking { left: Vec::new(), asked: false, found: true, ..seeking });
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://a.example/blog/";
    const NOW: Timestamp = Timestamp(1_000_000);

    fn page(links: &[&str]) -> Option<Page> {
        let links = links.iter().map(|link| (*link).to_owned()).collect();
        Some(Page { url: Some(PAGE.to_owned()), links })
    }

    fn answered(status: u16) -> Answer {
        Answer { status: Some(status), error: Some("x".to_owned()), ..Answer::default() }
    }

    fn ask(step: Step) -> PollState {
        match step {
            Step::Ask(poll) => *poll,
            other => panic!("{other:?}"),
        }
    }

    fn nobody(_: &str) -> bool {
        false
    }

    /// Every place that is asked where none has a feed, how the search ends, and how polling stands then.
    fn in_vain(links: &[&str]) -> (Vec<String>, String, PollState) {
        let (mut poll, mut asked) = (PollState::default(), Vec::new());
        let mut next = step(PAGE, &poll, &answered(200), page(links), NOW, nobody);
        loop {
            match next {
                Step::Ask(state) => {
                    poll = *state;
                    asked.extend(poll.location.clone());
                    next = step(PAGE, &poll, &answered(404), None, NOW, nobody);
                }
                Step::Ended(state, why) => return (asked, why, *state),
                Step::None => panic!("{asked:?}"),
            }
        }
    }

    #[test]
    fn links_are_asked_first_then_the_usual_places_each_once_and_then_it_ends() {
        let (asked, why, poll) = in_vain(&["https://a.example/rss", PAGE, "https://b.example/atom"]);
        assert_eq!(
            asked[..3],
            ["https://a.example/rss", "https://b.example/atom", "https://a.example/blog/feed"]
        );
        assert_eq!((asked.len(), asked.iter().filter(|at| *at == "https://a.example/rss").count()), (17, 1));
        assert!(why.contains("nor at 17 other places"), "{why}");
        assert_eq!(
            (poll.location.as_deref(), poll.seeking.as_ref().map(|seeking| seeking.left.len())),
            (None, Some(0))
        );
        let again = |now| matches!(step(PAGE, &poll, &answered(200), page(&[]), now, nobody), Step::Ask(_));
        assert_eq!((again(NOW.plus_ms(AGAIN_MS - 1)), again(NOW.plus_ms(AGAIN_MS))), (false, true));
    }

    #[test]
    fn what_is_found_stays_and_is_looked_for_again_when_it_is_lost() {
        let mut poll = ask(step(PAGE, &PollState::default(), &answered(200), page(&[]), NOW, nobody));
        assert_eq!(poll.next_poll, None);
        found(PAGE, &mut poll);
        assert_eq!(poll.location.as_deref(), Some("https://a.example/blog/feed"));
        assert!(matches!(step(PAGE, &poll, &answered(500), None, NOW, nobody), Step::None));
        let lost = PollState { location: None, ..poll };
        ask(step(PAGE, &lost, &answered(200), page(&["https://a.example/new"]), NOW, nobody));
        let mut feed = PollState { seeking: Some(Seeking::begun(NOW, vec![])), ..PollState::default() };
        found(PAGE, &mut feed);
        assert_eq!(feed.seeking, None, "the page has become a feed itself");
    }

    #[test]
    fn a_place_that_wants_to_be_left_alone_is_waited_for_and_a_feed_that_is_followed_already_is_named() {
        let poll = ask(step(PAGE, &PollState::default(), &answered(200), page(&[]), NOW, nobody));
        for answer in [
            answered(429),
            answered(503),
            Answer { unreachable: true, ..answered(404) },
            Answer { retry_after: Some(std::time::Duration::from_secs(9)), ..answered(500) },
        ] {
            assert!(matches!(step(PAGE, &poll, &answer, None, NOW, nobody), Step::None), "{answer:?}");
        }
        let links = ["https://me:secret@a.example/rss"];
        let step =
            step(PAGE, &PollState::default(), &answered(200), page(&links), NOW, |url| url == links[0]);
        assert!(
            matches!(&step, Step::Ended(_, why) if why.contains("https://a.example/rss is followed already")),
            "{step:?}"
        );
    }
}
