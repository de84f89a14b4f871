//! Is an entry one of a live page: a page that is told again and again as things happen, about many things at once?
//! Such a page is a story of its own: its next headline belongs to it, and no report of any one of its events does.
//! Deliberately not here: pages that only call themselves live in their address; there the headline tells one event.

use crate::story::words::{self, Words};

/// Words, folded, that a live page's title has, or that end one of its words.
const NAMES: &[&str] = &["ticker", "liveblog", "newsblog", "liveticker", "liveupdates", "livestory"];
/// The same in two words.
const PAIRS: &[(&str, &str)] = &[
    ("live", "blog"),
    ("live", "updates"),
    ("live", "coverage"),
    ("news", "blog"),
    ("en", "direct"),
    ("en", "vivo"),
    ("en", "directo"),
    ("in", "diretta"),
    ("ao", "vivo"),
];
/// The last word of a live page's kicker, as in "Floods, latest: ".
const KICKER_ENDS: &[&str] = &["aktuell", "latest", "live"];
/// How a live page's text parts its items.
const PARTING: &str = "+++";

/// Whether a title names its page a live one. `words`: the title's.
pub fn is_named(title: &str, words: &Words) -> bool {
    let mut last = "";
    let mut named = words.iter().map(|word| {
        let two = (std::mem::replace(&mut last, word.text), word.text);
        NAMES.iter().any(|name| word.text.ends_with(name)) || PAIRS.contains(&two)
    });
    named.any(|named| named) || kicker(title).is_some_and(ends_so)
}

/// Whether the entry is one of a live page, by its title or by how its text is made.
pub fn is_ticker(title: &str, words: &Words, text: &str) -> bool {
    let text = words::head(text, words::SCAN_BYTES);
    is_named(title, words) || text.as_bytes().contains(&b'+') && is_parted(text.trim())
}

fn is_parted(text: &str) -> bool {
    text.contains(PARTING) && !text.starts_with(PARTING)
}

/// What stands before the first colon; `None`: there is none.
pub fn kicker(title: &str) -> Option<&str> {
    words::head(title, words::SCAN_BYTES).split_once(": ").map(|(kicker, _)| kicker.trim())
}

fn ends_so(kicker: &str) -> bool {
    let last = kicker.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    kicker.contains([' ', '-']) && KICKER_ENDS.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_pages_are_known_by_title_or_text() {
        for (title, text, live) in [
            ("Hafen-Liveblog: Fähre wieder frei", "", true),
            ("Fußball-Transferticker: Stürmer kommt", "", true),
            ("Flood live updates: bridge reopens", "", true),
            ("Flut an der Elbe aktuell: Brücke wieder frei", "", true),
            ("Storm: bridge closed", "Bridge closed +++ Ferry late +++ Schools open", true),
            ("Das Rennen hier live verfolgen", "", false),
            ("+++ Eil +++ Bridge closed", "+++ Eil +++", false),
            ("Aktuell: Brücke gesperrt", "", false),
            ("", "", false),
        ] {
            assert_eq!(is_ticker(title, &Words::of(title), text), live, "{title}");
        }
    }
}
