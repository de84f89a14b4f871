//! What all pages for people have in common: the frame, and how stories and reports are named on them. Pure.
//! Promises: no script, nothing from elsewhere but pictures within texts; whatever a publisher wrote stands there as text,
//! or as HTML that was sanitized on its way in.

use std::fmt::Write;

use crate::model::river::Report;
use crate::model::time::Timestamp;
use crate::publish::date::rfc3339;
use crate::publish::iri::legal;
use crate::publish::telling::title;

/// The media type of pages.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";
/// Where the style sheet of all pages lies.
pub const STYLE_PATH: &str = "/style.css";
/// Its media type.
pub const STYLE_TYPE: &str = "text/css; charset=utf-8";
/// The style sheet: light or dark as the reader's system is, lines of a length that reads well.
pub const STYLE: &str = include_str!("style.css");

/// The way from a page that is no river's to the rivers.
pub const FOOTER: &str = "<footer><a href=\"/\">riverd</a></footer>\n";

/// A feed that a page names to browsers and feed readers.
#[derive(Debug, Clone, Copy)]
pub struct Alternate<'a> {
    /// Its media type, without parameters.
    pub media_type: &'a str,
    /// Its address; relative to the page's, or absolute.
    pub href: &'a str,
}

/// A whole page. `title` is plain text; `body` is HTML. `language`: a BCP 47 tag.
pub fn page(language: &str, title: &str, alternates: &[Alternate<'_>], body: &str) -> Vec<u8> {
    let title = escaped(title);
    let mut links = String::new();
    for Alternate { media_type, href } in alternates {
        let (kind, href) = (media_type.split(';').next().unwrap_or(media_type), attribute(href));
        let _ = writeln!(links, "<link rel=\"alternate\" type=\"{kind}\" title=\"{title}\" href=\"{href}\">");
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n{links}</head>\n<body>\n{body}</body>\n</html>\n",
        attribute(language)
    )
    .into_bytes()
}

/// Plain text as HTML.
pub fn escaped(text: &str) -> String {
    html_escape::encode_text(text).into_owned()
}

/// Plain text within the quotes of an attribute.
pub fn attribute(text: &str) -> String {
    html_escape::encode_double_quoted_attribute(text).into_owned()
}

/// A report's headline, leading to the publisher's page if it has one.
pub fn headline(report: &Report) -> String {
    let text = escaped(&title(&report.entry));
    match report.entry.link.as_deref().and_then(legal) {
        Some(link) => format!("<a href=\"{}\">{text}</a>", attribute(&link)),
        None => text,
    }
}

/// Who told it, and when.
pub fn byline(report: &Report) -> String {
    let feed = &report.source.feed.title;
    let name = if feed.is_empty() { String::new() } else { format!("{} · ", escaped(feed)) };
    format!("<p class=\"by\">{name}{}</p>\n", time(report.published))
}

/// The language of a report as an attribute, with a blank before it; empty if nobody knows it.
pub fn language(report: &Report) -> String {
    let tag = report.entry.language.as_deref().unwrap_or_default();
    if tag.is_empty() { String::new() } else { format!(" lang=\"{}\"", attribute(tag)) }
}

/// A moment for people and programs, UTC: pages are the same for all who look at them.
pub fn time(at: Timestamp) -> String {
    let exact = rfc3339(at);
    let (day, clock) = exact.split_once('T').unwrap_or((&exact, ""));
    let minutes = clock.get(..5).unwrap_or(clock);
    format!("<time datetime=\"{exact}\">{day} {minutes} UTC</time>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_escapes_what_it_is_told_and_names_its_feeds() {
        let feed = Alternate { media_type: "application/atom+xml; charset=utf-8", href: "a\".atom" };
        let page = String::from_utf8(page("de", "A <b> & \"c\"", &[feed], "<p>x</p>\n")).expect("text");
        for part in [
            "<html lang=\"de\">",
            "<title>A &lt;b&gt; &amp; \"c\"</title>",
            "type=\"application/atom+xml\"",
            "href=\"a&quot;.atom\"",
            "<body>\n<p>x</p>\n</body>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn a_moment_is_told_to_the_minute_and_to_the_second() {
        assert_eq!(
            time(Timestamp(1_795_512_030_000)),
            "<time datetime=\"2026-11-24T09:20:30Z\">2026-11-24 09:20 UTC</time>"
        );
    }
}
