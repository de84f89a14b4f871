//! What is followed, as a page for people: which feeds need the owner, when each is polled next and why. Pure.

use std::fmt::Write;

use crate::model::time::Timestamp;
use crate::publish::html::{FOOTER, attribute, escaped, page, time};
use crate::publish::iri::legal;

/// Where it stands.
pub const PATH: &str = "/feeds";

/// A feed.
#[derive(Debug, Clone, Default)]
pub struct Followed {
    /// Its name; may be empty.
    pub title: String,
    /// Its address, without credentials.
    pub url: String,
    /// `followed`, `list` or `retired`.
    pub state: &'static str,
    /// Entries that are not withdrawn.
    pub entries: i64,
    /// The last answer: when, its status or that there was none, and what was wrong with it.
    pub last: Option<(Timestamp, Option<u16>, Option<String>)>,
    /// When it is polled next.
    pub next_poll: Option<Timestamp>,
    /// Why then.
    pub why: String,
    /// What its owner can do.
    pub advice: Option<String>,
}

/// Renders it: `most` of them, those that need the owner before all others.
pub fn render(mut feeds: Vec<Followed>, most: usize) -> Vec<u8> {
    let need = |feed: &Followed| feed.advice.is_some();
    let (all, needy) = (feeds.len(), feeds.iter().filter(|feed| need(feed)).count());
    feeds.sort_by_key(|feed| !need(feed));
    let items: String = feeds.iter().take(most).map(item).collect();
    let more = all.saturating_sub(most);
    let more = if more == 0 {
        String::new()
    } else {
        format!("<p>{more} more are listed by <code>riverd feeds</code>.</p>\n")
    };
    let body = format!(
        "<header>\n<h1>Feeds</h1>\n<p>{all} feeds, {needy} of them with something for you to do.</p>\n</header>\n\
         <main>\n<ul class=\"reports\">\n{items}</ul>\n{more}</main>\n{FOOTER}"
    );
    page("en", "Feeds", &[], &body)
}

fn item(feed: &Followed) -> String {
    let name = escaped(if feed.title.is_empty() { &feed.url } else { &feed.title });
    let mut item = match legal(&feed.url) {
        Some(url) => format!("<li>\n<p><a href=\"{}\">{name}</a></p>\n", attribute(&url)),
        None => format!("<li>\n<p>{name}</p>\n"),
    };
    let mut line = |class: &str, text: String| {
        let _ = writeln!(item, "<p{class}>{text}</p>");
    };
    if let Some(advice) = &feed.advice {
        line("", format!("<strong>{}</strong>", escaped(advice)));
    }
    let state = if feed.state == "followed" { String::new() } else { format!("{} · ", feed.state) };
    line(" class=\"by\"", format!("{state}{} entries{}", feed.entries, last(feed)));
    if !feed.why.is_empty() {
        let next = feed.next_poll.map_or_else(|| "now".to_owned(), time);
        line(" class=\"by\"", format!("next poll {next}: {}", escaped(&feed.why)));
    }
    item + "</li>\n"
}

fn last(feed: &Followed) -> String {
    let Some((at, status, error)) = &feed.last else { return String::new() };
    let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let error = error.as_deref().map(|error| format!(": {}", escaped(error))).unwrap_or_default();
    format!(" · last answer {}: {status}{error}", time(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(feeds: Vec<Followed>) -> String {
        String::from_utf8(render(feeds, 3)).expect("text")
    }

    #[test]
    fn what_needs_the_owner_comes_first_and_everything_is_text() {
        let good = Followed {
            url: "https://a.example/<x>".to_owned(),
            state: "followed",
            entries: 3,
            last: Some((Timestamp(1_795_512_030_000), Some(304), None)),
            next_poll: Some(Timestamp(1_795_512_090_000)),
            why: "max-age".to_owned(),
            ..Followed::default()
        };
        let bad = Followed {
            title: "B <b>".to_owned(),
            url: "https://b.example/".to_owned(),
            state: "followed",
            last: Some((Timestamp(1_795_512_030_000), None, Some("no & such host".to_owned()))),
            advice: Some("look <there>".to_owned()),
            ..Followed::default()
        };
        let page = text(vec![good, bad]);
        assert!(page.contains("<p>2 feeds, 1 of them with something for you to do.</p>"), "{page}");
        let places: Vec<_> = [
            "<a href=\"https://b.example/\">B &lt;b&gt;</a>",
            "<strong>look &lt;there&gt;</strong>",
            "no answer: no &amp; such host",
            "https://a.example/&lt;x&gt;</a>",
            "3 entries · last answer <time datetime=\"2026-11-24T09:20:30Z\">2026-11-24 09:20 UTC</time>: 304",
            "09:21 UTC</time>: max-age",
        ]
        .map(|part| page.find(part).unwrap_or_else(|| panic!("{part} in {page}")))
        .to_vec();
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn beyond_the_most_it_says_how_many_there_are() {
        let page = text(vec![Followed::default(); 10]);
        assert!(page.contains("<p>7 more are listed by") && page.matches("<li>").count() == 3);
    }
}
