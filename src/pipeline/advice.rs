//! What an owner can do about a feed that fails. Pure.

use crate::model::document::shown;
use crate::model::poll::PollState;

/// One sentence; `None`: all is well, or will be by itself.
pub fn advice(poll: &PollState) -> Option<String> {
    if poll.retired {
        return Some("the publisher ended it (410); unsubscribe. Its entries stay".to_owned());
    }
    let is_found = poll.seeking.is_some();
    let moved = poll.location.as_ref().filter(|_| !is_found).map(|to| {
        let to = shown(to);
        format!("it has moved to {to} and is asked for there; you may subscribe to that address instead")
    });
    let Some(error) = &poll.last_error else { return moved };
    if poll.unreached > 0 {
        return Some("this machine's network cannot reach it; nothing to do, it is tried again".to_owned());
    }
    by_status(poll).or_else(|| by_error(error)).map(str::to_owned).or_else(|| by_age(poll)).or(moved)
}

fn by_status(poll: &PollState) -> Option<&'static str> {
    let error = poll.last_error.as_deref().unwrap_or_default();
    Some(match poll.last_status? {
        _ if error.contains("challenge") => {
            "its server keeps out all but browsers; ask the publisher to let feed readers in, or look for another address"
        }
        401 | 407 => {
            "it wants a name and password: put them in a file, and name it as basic_auth_file in a [[feed]] block"
        }
        403 => "its server refuses riverd; set fetch.contact so that the publisher can reach you, and ask",
        404 => "the address may be wrong or the feed gone; look at the site for its present address",
        410 => "it is gone where it was looked for; its own address is asked next",
        429 => "its server finds riverd's requests too many; raise this feed's interval in a [[feed]] block",
        500..=599 => "its server is at fault; it is tried again by itself",
        _ => return None,
    })
}

fn by_error(error: &str) -> Option<&'static str> {
    let table = [
        (
            "no feed was found",
            "look at the site for its feed's address and drop a link to that; the page is looked through again each week",
        ),
        ("followed already", "nothing to do: the page's feed is followed; this link may be removed"),
        (
            "it links to the feed",
            "subscribe to the feed that the page links to, and unsubscribe from the page",
        ),
        (
            "web page",
            "the address gives a web page; `riverd subscribe` with the site's address finds its feed",
        ),
        ("is empty", "its server sends nothing; if that stays, look at the site for another address"),
        ("private address", "if that host is yours, list its range in fetch.allow_private"),
        ("larger than", "if you want documents as large as that, raise fetch.max_size"),
        ("compression bomb", "if you trust its server, raise fetch.max_ratio"),
        ("headers of more", "if you trust its server, raise fetch.max_headers"),
        ("redirects", "its redirects lead nowhere; look at the site for its present address"),
        ("leads nowhere", "its redirects lead nowhere; look at the site for its present address"),
        ("credentials", "mend the file that its [[feed]] block names"),
        ("no answer within", "its server is slow; if it always is, raise fetch.first_byte_timeout"),
        ("no whole document within", "its server is slow; if it always is, raise fetch.timeout"),
        ("cannot connect", "its server refuses connections, or the address is wrong; look at the site"),
        ("within another", "subscribe to that list itself"),
    ];
    table.iter().find(|(part, _)| error.contains(part)).map(|(_, advice)| *advice)
}

fn by_age(poll: &PollState) -> Option<String> {
    let often = poll.failures >= 10;
    often.then(|| format!("it has failed {} times in a row; look at the site, or unsubscribe", poll.failures))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_advice() {
        let failed = |status, error: &str| PollState {
            last_status: status,
            last_error: Some(error.to_owned()),
            failures: 1,
            ..PollState::default()
        };
        for (poll, part) in [
            (failed(Some(401), "the server answered 401"), "basic_auth_file"),
            (failed(Some(403), "blocked by a challenge meant for browsers"), "browsers"),
            (
                failed(Some(200), "this is a web page, not a feed; it links to the feed https://x/"),
                "page links to",
            ),
            (
                failed(
                    Some(200),
                    "this is a web page, not a feed; no feed was found there, nor at 8 other places",
                ),
                "each week",
            ),
            (failed(None, "10.0.0.1 is a private address; list its range"), "fetch.allow_private"),
            (failed(None, "no whole document within 60 s"), "fetch.timeout"),
            (PollState { unreached: 2, ..failed(None, "cannot reach the host: x") }, "network"),
            (PollState { retired: true, ..failed(Some(410), "x") }, "unsubscribe"),
            (PollState { failures: 12, ..failed(None, "the answer broke off: x") }, "12 times"),
            (
                PollState { location: Some("https://b.example/".to_owned()), ..PollState::default() },
                "moved to",
            ),
        ] {
            let advice = advice(&poll).unwrap_or_default();
            assert!(advice.contains(part), "{poll:?}: {advice}");
        }
        assert_eq!(advice(&PollState::default()), None);
    }
}
