//! The way of a document through this room: what it is, and which reader takes it.
//! Promises: pure and total; see the essay of the room.

use std::borrow::Cow;

use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::model::document::{Document, Origin};
use crate::parse::adapt::adapt;
use crate::parse::article::Place;
use crate::parse::binary;
use crate::parse::decode::{clean, decode};
use crate::parse::discover::feed_links;
use crate::parse::draft::Reading;
use crate::parse::finish::finish;
use crate::parse::guard::Guard;
use crate::parse::json::json;
use crate::parse::mail::mail;
use crate::parse::parsed::{ParseError, Parsed};
use crate::parse::repair::repair;
use crate::parse::side::side;
use crate::parse::sniff::{FileKind, TextKind, kind_of_path, kind_of_text};
use crate::parse::text::beginning;
use crate::parse::{html_article, markdown, text_article};

/// Reads a document.
///
/// # Errors
/// As [`ParseError`] lists: only what is no feed and no article.
pub fn parse(document: &Document, options: &ParseOptions) -> Result<Parsed, ParseError> {
    if let Origin::File(path) = &document.origin
        && kind_of_path(path) == FileKind::Mail
    {
        // Its parts have encodings of their own.
        return mail(&document.bytes, Place { path, modified: document.modified }, options);
    }
    if let Some(what) = binary::named(&document.bytes) {
        return Err(ParseError::NotText(what));
    }
    let mut complaints = Vec::new();
    let text = decode(&document.bytes, document.content_type.as_deref(), &mut complaints);
    if text.trim().is_empty() {
        return Err(ParseError::Empty);
    }
    if binary::is_noise(&text) {
        return Err(ParseError::Binary);
    }
    let text = clean(text, &mut complaints);
    let Origin::File(path) = &document.origin else {
        return feed(&text, document, options, complaints);
    };
    let place = Place { path, modified: document.modified };
    let kind = kind_of_path(path);
    let text = if matches!(kind, FileKind::Text | FileKind::Markdown) {
        cut(text, options, &mut complaints)
    } else {
        text
    };
    match kind {
        FileKind::Text => Ok(text_article::text(&text, place, options, complaints)),
        FileKind::Markdown => Ok(markdown::markdown(&text, place, options, complaints)),
        FileKind::Html => Ok(html_article::html(&text, place, options, complaints)),
        _ => feed(&text, document, options, complaints),
    }
}

/// An article up to `parse.max_text`.
fn cut<'a>(text: Cow<'a, str>, options: &ParseOptions, complaints: &mut Vec<Complaint>) -> Cow<'a, str> {
    let most = options.max_text.as_usize();
    if text.len() <= most {
        return text;
    }
    complaints.push(Complaint::new("limit", "the article is over parse.max_text and is cut there"));
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(beginning(text, most)),
        Cow::Owned(text) => Cow::Owned(beginning(&text, most).to_owned()),
    }
}

/// Nothing counts from an address that is longer than this, in bytes: it would make every short one as long.
const BASE_BYTES: usize = 2 * 1024;

fn feed(
    text: &str,
    document: &Document,
    options: &ParseOptions,
    mut complaints: Vec<Complaint>,
) -> Result<Parsed, ParseError> {
    let base = document.url.as_deref().filter(|url| url.len() <= BASE_BYTES);
    let base = base.and_then(|url| Url::parse(url).ok());
    let mut reading = read(text, base.as_ref(), options, &mut complaints)?;
    complaints.append(&mut reading.complaints);
    let mut parsed = finish(Reading { complaints, ..reading }, base.as_ref(), options);
    distinct(&mut parsed);
    Ok(parsed)
}

/// Reads the text of a feed as far as drafts: everything but sanitizing. `base`: where it was found.
///
/// # Errors
/// As [`ParseError`] lists.
pub fn read(
    text: &str,
    base: Option<&Url>,
    options: &ParseOptions,
    complaints: &mut Vec<Complaint>,
) -> Result<Reading, ParseError> {
    match kind_of_text(text) {
        TextKind::Feed { shape, root } => {
            let lenient = text.len() - root > FEED_RS_BYTES;
            let mended = repair(text, root, Guard::feed(options, lenient), complaints);
            let mut reading = side(&mended, shape, base, options);
            if !lenient && reading.lacks() && is_small(&mended) {
                second(&mut reading, &mended, shape, base);
            }
            Ok(reading)
        }
        TextKind::Json(start) => json(&text[start..], base, options),
        TextKind::WebPage => Err(ParseError::WebPage { feed_links: feed_links(text, base) }),
        TextKind::Opml(_) | TextKind::Unknown => Err(ParseError::Unknown),
    }
}

/// feed-rs holds a document several times over while it reads it, most of all one of many small elements. Larger ones the
/// side pass reads alone, so that what is made to hurt takes no more memory than it must.
const FEED_RS_BYTES: usize = 1024 * 1024;
const FEED_RS_TAGS: usize = 40_000;

fn is_small(mended: &str) -> bool {
    mended.len() <= 2 * FEED_RS_BYTES
        && memchr::memchr_iter(b'<', mended.as_bytes()).nth(FEED_RS_TAGS).is_none()
}

/// Takes from feed-rs what the side pass has left empty. It is asked only where something is missing, for it takes three
/// quarters of the time.
fn second(reading: &mut Reading, mended: &str, shape: &'static str, base: Option<&Url>) {
    match adapt(mended, shape, base) {
        Ok(other) => reading.fill(other),
        Err(error) => tracing::debug!(%error, "feed-rs cannot read it, the side pass stands alone"),
    }
}

/// Each id stands once in a document: of entries with one id the first is kept, the others get ids of their own
/// where they tell something else.
fn distinct(parsed: &mut Parsed) {
    let mut seen = std::collections::HashMap::new();
    let entries = std::mem::take(&mut parsed.entries);
    for mut entry in entries {
        match seen.get(&entry.id) {
            Some(first) if *first == (entry.title.clone(), entry.link.clone()) => {
                parsed
                    .complaints
                    .push(Complaint::new("format", format!("an entry stands twice: {:?}", entry.id)));
                continue;
            }
            Some(_) => {
                let hash =
                    crate::parse::identity::digest(&[&entry.title, entry.link.as_deref().unwrap_or("")]);
                entry.id = format!("{}#{hash}", entry.id);
            }
            None => {}
        }
        seen.insert(entry.id.clone(), (entry.title.clone(), entry.link.clone()));
        parsed.entries.push(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::{Validators, Version};
    use crate::model::websub::Named;

    fn read(text: &str) -> Result<Parsed, ParseError> {
        let url = "https://a.example/feed".to_owned();
        let document = Document {
            origin: Origin::Remote(url.clone()),
            bytes: text.as_bytes().to_vec().into(),
            content_type: None,
            url: Some(url),
            modified: None,
            version: Version::Http(Validators::default()),
            named: Named::default(),
        };
        parse(&document, &ParseOptions::default())
    }

    #[test]
    fn rss_is_read_with_all_it_says() {
        let parsed = read("<?xml version='1.0'?><rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Blatt &amp; Co</title>
            <link>https://a.example/</link><language>de-DE</language><ttl>60</ttl><item><title>Neue Br&uuml;cke</title><link>/b?utm_source=rss</link>
            <guid isPermaLink='false'>b-1</guid><pubDate>Tue, 24 Nov 2026 10:20:30 +0100</pubDate><description>Kurz &amp;amp; gut</description>
            <content:encoded><![CDATA[<p>Der <a href='/c'>Rat</a><script>x</script></p>]]></content:encoded><category>Stadt</category></item></channel></rss>").expect("a feed");
        assert_eq!((parsed.shape, parsed.feed.title.as_str()), ("rss", "Blatt & Co"));
        assert_eq!(parsed.hints.ttl_minutes, Some(60));
        let entry = &parsed.entries[0];
        assert_eq!((entry.id.as_str(), entry.title.as_str()), ("b-1", "Neue Brücke"));
        assert_eq!(entry.canonical_link.as_deref(), Some("https://a.example/b"));
        assert_eq!(entry.content.as_deref(), Some("<p>Der <a href=\"https://a.example/c\">Rat</a></p>"));
        assert_eq!(entry.summary.as_deref(), Some("Kurz &amp; gut"));
        assert_eq!(entry.published, Some(Timestamp(1_795_512_030_000)));
        assert_eq!(
            (entry.language.as_deref(), entry.categories.as_slice()),
            (Some("de-de"), ["Stadt".to_owned()].as_slice())
        );
    }

    use crate::model::time::Timestamp;

    #[test]
    fn an_item_without_an_id_gets_the_same_id_each_time() {
        let text = "<rss version='2.0'><channel><title>t</title><item><title>a</title></item><item><description>b</description></item></channel></rss>";
        let (first, again) = (read(text).expect("a feed"), read(text).expect("a feed"));
        assert_eq!(first.entries, again.entries);
        assert!(first.entries.iter().all(|entry| entry.id.starts_with("urn:riverd:")));
    }

    #[test]
    fn what_is_no_feed_says_what_it_is() {
        assert_eq!(read(" \n"), Err(ParseError::Empty));
        assert_eq!(read("hello"), Err(ParseError::Unknown));
        assert!(matches!(read("<html><head><link rel=alternate type='application/rss+xml' href=/f></head>"),
            Err(ParseError::WebPage { feed_links }) if feed_links == ["https://a.example/f"]));
        assert!(matches!(read("{\"a\": 1}"), Err(ParseError::Unknown)));
        assert!(matches!(read("{a: 1}"), Err(ParseError::Broken(_))));
    }

    #[test]
    fn a_feed_that_fells_the_parser_is_survived() {
        let deep = format!(
            "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><item>{}",
            "<media:group>".repeat(1_000)
        );
        assert!(read(&deep).is_ok());
        let panics = "<rss version='2.0'><channel><item><title>x</title><author>山田太郎（foo@example.com）</author></item></channel></rss>";
        let _ = read(panics);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(text in "(<rss version='2.0'><channel>|<feed xmlns='http://www.w3.org/2005/Atom'>|\\{)?[<>/a-z&;#x0 \"'!\\[\\]?:=-]{0,200}") {
            let _ = read(&text);
        }
    }
}
