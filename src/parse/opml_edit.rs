//! Edits the text of an OPML file as its owner would: one outline in, one out; comments, order and indentation stay.

use crate::model::subscription::Subscription;
use crate::parse::parsed::ParseError;

/// A file without subscriptions.
pub fn empty(title: &str) -> String {
    let title = html_escape::encode_text(title);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>{title}</title>\n  </head>\n  <body>\n  </body>\n</opml>\n"
    )
}

/// The text with one more outline, at the end of its body.
///
/// # Errors
/// [`ParseError::Broken`] if it has no body.
pub fn insert(text: &str, subscription: &Subscription) -> Result<String, ParseError> {
    let lower = text.to_ascii_lowercase();
    let line = outline(subscription);
    if let Some(at) = lower.rfind("</body") {
        let start = text[..at].rfind('\n').map_or(at, |newline| newline + 1);
        let own_line = text[start..at].trim().is_empty();
        let (at, line) = if own_line { (start, format!("    {line}\n")) } else { (at, line) };
        return Ok(format!("{}{line}{}", &text[..at], &text[at..]));
    }
    let empty_body = lower.rfind("<body").and_then(|at| Some((at, at + lower[at..].find("/>")?)));
    let Some((start, end)) = empty_body else {
        return Err(ParseError::Broken("the OPML has no <body> to write into".to_owned()));
    };
    Ok(format!("{}<body>\n    {line}\n  </body>{}", &text[..start], &text[end + 2..]))
}

/// The text without the outlines of `url`; `None` if there is none.
pub fn remove(text: &str, url: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut removed) = (text, false);
    while let Some(at) = rest.find("<outline") {
        let Some(length) = rest[at..].find('>').map(|end| end + 1) else { break };
        let tag = &rest[at..at + length];
        if !names(tag, url) {
            out.push_str(&rest[..at + length]);
            rest = &rest[at + length..];
            continue;
        }
        removed = true;
        let close = if tag.ends_with("/>") {
            0
        } else {
            rest[at + length..].find("</outline>").map_or(0, |end| end + 10)
        };
        let before = &rest[..at];
        let after = &rest[at + length + close..];
        let indent = before.rfind('\n').map_or(0, |newline| newline + 1);
        let alone = before[indent..].trim().is_empty()
            && after.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        out.push_str(if alone { &before[..indent] } else { before });
        rest = if alone { &after[after.find('\n').map_or(0, |newline| newline + 1)..] } else { after };
    }
    out.push_str(rest);
    removed.then_some(out)
}

fn names(tag: &str, url: &str) -> bool {
    let decoded = html_escape::decode_html_entities(tag);
    let Some(at) = decoded.to_ascii_lowercase().find("xmlurl") else { return false };
    let value = decoded[at + 6..].trim_start().trim_start_matches('=').trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    quote.is_some_and(|quote| value[1..].split(quote).next().is_some_and(|found| found.trim() == url))
}

fn outline(subscription: &Subscription) -> String {
    let escape = |text: &str| html_escape::encode_double_quoted_attribute(text).into_owned();
    let url = escape(&subscription.url);
    let text = escape(subscription.title.as_deref().unwrap_or(&subscription.url));
    let html = subscription
        .html_url
        .as_deref()
        .map_or_else(String::new, |link| format!(" htmlUrl=\"{}\"", escape(link)));
    format!("<outline type=\"rss\" text=\"{text}\" xmlUrl=\"{url}\"{html}/>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_again_and_the_rest_stays_as_it_was() {
        let before = "<opml><body>\n    <!-- mine -->\n    <outline text='A' xmlUrl='https://a.example/?x=1&amp;y=2'/>\n  </body></opml>\n";
        let subscription =
            Subscription { url: "https://b.example/?a=1&b=2".to_owned(), ..Subscription::default() };
        let with = insert(before, &subscription).expect("a body");
        assert!(with.contains("<!-- mine -->") && with.contains("a=1&amp;b=2"), "{with}");
        assert_eq!(remove(&with, &subscription.url).as_deref(), Some(before));
        assert!(!remove(before, "https://a.example/?x=1&y=2").expect("there").contains("outline"));
        assert_eq!(remove(before, "https://c.example/"), None);
    }

    #[test]
    fn an_empty_file_can_be_written_into() {
        let subscription = Subscription { url: "https://b.example/".to_owned(), ..Subscription::default() };
        for text in [empty("x & y"), "<opml><body/></opml>".to_owned()] {
            assert!(insert(&text, &subscription).expect("a body").contains("https://b.example/"));
        }
        assert!(insert("<opml/>", &subscription).is_err());
    }
}
