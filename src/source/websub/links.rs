//! What a feed's `Link` headers say of its hubs (RFC 8288; W3C WebSub section 4): they may stand nowhere else.
//! Promises: whatever stands there, no more than a few addresses come of it, all of them absolute.

use url::Url;

use crate::model::websub::Named;

/// So many hubs are remembered.
const HUBS: usize = 8;

/// What these headers of the document at `base` name.
pub fn named<'a>(values: impl Iterator<Item = &'a str>, base: &Url) -> Named {
    let mut named = Named::default();
    for (target, parameters) in values.flat_map(links) {
        // A link with an anchor is one of something else (section 3.2).
        if value(&parameters, "anchor").is_some() {
            continue;
        }
        let Some(url) = base.join(target).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
            continue;
        };
        let relations = value(&parameters, "rel").unwrap_or_default();
        let is = |wanted: &str| relations.split_ascii_whitespace().any(|is| is.eq_ignore_ascii_case(wanted));
        if is("hub") && named.hubs.len() < HUBS {
            named.hubs.push(url.to_string());
        }
        if is("self") && named.own.is_none() {
            named.own = Some(url.to_string());
        }
    }
    named
}

/// The first value of a parameter (section 3.3: those after the first are passed over).
fn value(parameters: &[(String, String)], name: &str) -> Option<String> {
    parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

type Link<'a> = (&'a str, Vec<(String, String)>);

/// The links of one header, each with its parameters.
fn links(header: &str) -> Vec<Link<'_>> {
    let (mut found, mut rest) = (Vec::new(), header);
    while let Some((target, after)) = rest.split_once('<').and_then(|(_, inner)| inner.split_once('>')) {
        let (parameters, after) = parameters(after);
        found.push((target.trim(), parameters));
        rest = after;
    }
    found
}

/// The parameters up to the comma that ends a link; and what comes after it.
fn parameters(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some(after) = rest.strip_prefix(';') else { break };
        let end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let name = after[..end].trim().to_owned();
        let Some(given) = after[end..].strip_prefix('=') else {
            rest = &after[end..];
            continue;
        };
        let (value, after) = parameter(given.trim_start());
        found.push((name, value));
        rest = after;
    }
    (found, rest.strip_prefix(',').unwrap_or(rest))
}

/// A token or a quoted text; and what comes after it.
fn parameter(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let (mut value, mut escaped) = (String::new(), false);
    for (at, letter) in quoted.char_indices() {
        match letter {
            '"' if !escaped => return (value, &quoted[at + 1..]),
            '\\' if !escaped => escaped = true,
            _ => {
                value.push(letter);
                escaped = false;
            }
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[&str], hubs: &[&str], own: Option<&str>) {
        let base = Url::parse("https://a.example/blog/feed").expect("a URL");
        let named = named(headers.iter().copied(), &base);
        assert_eq!(
            (named.hubs.iter().map(String::as_str).collect::<Vec<_>>(), named.own.as_deref()),
            (hubs.to_vec(), own)
        );
    }

    #[test]
    fn hubs_and_the_topic_are_found_however_they_are_written() {
        let (hub, own) = ("https://hub.example/", "https://a.example/own");
        check(
            &["<https://hub.example/>; rel=\"hub\", <https://a.example/own>; rel=\"self\""],
            &[hub],
            Some(own),
        );
        check(&["<https://a.example/own>;rel=self", "<https://hub.example/>;REL=Hub"], &[hub], Some(own));
        check(
            &[
                "</own>; title=\"a, \\\"<b>\\\"; rel=hub\"; rel=\"start self\" , <https://hub.example/> ; rel = hub ;x",
            ],
            &[hub],
            Some(own),
        );
        check(&["<https://a.example/own>; rel=\"self hub\""], &[own], Some(own));
        check(&["<https://hub.example/>; rel=hub; rel=self"], &[hub], None);
        check(&["<https://one.example/>; rel=self, </own>; rel=self"], &[], Some("https://one.example/"));
    }

    #[test]
    fn what_is_no_link_of_the_feed_to_a_hub_is_passed_over() {
        for header in [
            "",
            "<",
            ">",
            "<>",
            "hub",
            "<https://hub.example/>",
            "<https://hub.example/>; rel",
            "<mailto:a@b>; rel=hub",
            "<https://hub.example/>; rel=hub; anchor=\"/other\"",
            "<https://hub.example/>; rel=hubs",
            "<https://hub.example/; rel=hub",
            "<https://[/>; rel=hub",
            "<https://a.example/>; rel=\"hu",
            "<ü>;;;===,,,\"",
        ] {
            check(&[header], &[], None);
        }
        let many = "<https://hub.example/>; rel=hub, ".repeat(1_000);
        check(&[&many], &["https://hub.example/"; HUBS], None);
    }
}
