//! What holds whatever the bytes, target by target. Each ends with a panic where it does not; the fuzzer looks for bytes
//! that get there (`tests/fuzz/run`), and the tests try those that got there once.
#![allow(dead_code, reason = "each target of the fuzzer takes one of them")]

use riverd::config::options::parse::ParseOptions;
use riverd::model::complaint::Complaint;
use riverd::model::document::{Document, FileStamp, Origin, Validators, Version};
use riverd::model::subscription::Subscription;
use riverd::model::time::Timestamp;
use riverd::model::websub::Named;
use riverd::parse::decode::{clean, decode as text_of};
use riverd::parse::guard::Guard;
use riverd::parse::inspect::inspect_json;
use riverd::parse::parsed::{ParseError, Parsed};
use riverd::parse::repair::repair as mend;
use riverd::parse::sanitize::Sanitizer;
use riverd::parse::{date, opml as lists, opml_edit, road, shortcut};

/// What a server may say of the bytes. The first byte of an input chooses.
const TYPES: [Option<&str>; 8] = [
    None,
    Some("text/xml"),
    Some("application/rss+xml; charset=utf-8"),
    Some("text/xml; charset=utf-16"),
    Some("application/feed+json"),
    Some("text/html; charset=shift_jis"),
    Some("x; charset=iso-2022-jp"),
    Some("text/plain; charset=\"windows-1252\""),
];

/// What files are called.
const NAMES: [&str; 9] = [
    "a.txt",
    "Sport/2026-11-24 Ein Titel.txt",
    "a.md",
    "b c.markdown",
    "a.html",
    "Ä/ö.htm",
    "a.eml",
    "a.xml",
    "a.json",
];

/// The first byte chooses, the others are the document.
fn chosen<'a, T: Copy>(bytes: &'a [u8], from: &[T]) -> Option<(T, &'a [u8])> {
    let (first, rest) = bytes.split_first()?;
    Some((from[usize::from(*first) % from.len()], rest))
}

/// Limits that a small input reaches.
fn narrow() -> ParseOptions {
    ParseOptions { max_entries: 20, ..ParseOptions::default() }
}

/// Bytes become text of nothing but characters that XML allows, the same each time.
pub fn decode(bytes: &[u8]) {
    let Some((kind, bytes)) = chosen(bytes, &TYPES) else { return };
    let read = || clean(text_of(bytes, kind, &mut Vec::new()), &mut Vec::new()).into_owned();
    let text = read();
    assert!(text.chars().all(is_legal), "a character that is not allowed");
    assert_eq!(text, read());
}

/// XML 1.0 section 2.2, without what the reader of lines turns into a line's end.
fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// What was mended once needs no mending.
pub fn repair(bytes: &[u8]) {
    let text = clean(text_of(bytes, None, &mut Vec::new()), &mut Vec::new()).into_owned();
    let guard = Guard::feed(&ParseOptions::default(), false);
    let root = ["<rss", "<feed", "<rdf:RDF"].iter().find_map(|root| text.find(root)).unwrap_or(text.len());
    let once = mend(&text, root, guard, &mut Vec::new()).into_owned();
    let mut complaints: Vec<Complaint> = Vec::new();
    let again = mend(&once, 0, guard, &mut complaints);
    assert_eq!(once, again, "{complaints:?}");
}

/// A document of a server is read the same each time and within its limits; what it says can be told, and its HTML is
/// what the sanitizer leaves as it is.
pub fn parse(bytes: &[u8]) {
    let Some((kind, bytes)) = chosen(bytes, &TYPES) else { return };
    let url = "https://a.example/feed/".to_owned();
    let document = Document {
        origin: Origin::Remote(url.clone()),
        bytes: bytes::Bytes::copy_from_slice(bytes),
        content_type: kind.map(str::to_owned),
        url: Some(url),
        modified: None,
        version: Version::Http(Validators::default()),
        named: Named::default(),
    };
    drop(read_twice(&document));
}

/// A file is one article, or a feed, and never refused but for what `ParseError` lists.
pub fn articles(bytes: &[u8]) {
    let Some((path, bytes)) = chosen(bytes, &NAMES) else { return };
    let document = Document {
        origin: Origin::File(path.to_owned()),
        bytes: bytes::Bytes::copy_from_slice(bytes),
        content_type: None,
        url: None,
        modified: Some(Timestamp(1_790_000_000_000)),
        version: Version::File(FileStamp::default()),
        named: Named::default(),
    };
    let read = read_twice(&document);
    if let (Ok(parsed), true) = (read, path.ends_with("txt")) {
        assert_eq!(parsed.entries.len(), 1, "a text is one entry");
    }
    drop(shortcut::shortcut(bytes));
}

fn read_twice(document: &Document) -> Result<Parsed, ParseError> {
    let options = narrow();
    let read = road::parse(document, &options);
    assert_eq!(read, road::parse(document, &options), "read otherwise the second time");
    if let Ok(parsed) = &read {
        inspect_json(parsed).expect("it can be told");
        assert!(parsed.entries.len() <= options.max_entries, "too many entries");
        let sanitizer = Sanitizer::new(None, &options);
        for entry in &parsed.entries {
            assert!(!entry.id.is_empty(), "an entry without an id");
            for html in [&entry.content, &entry.summary].into_iter().flatten() {
                assert_eq!(sanitizer.clean(html).as_ref(), Some(html), "HTML that is not clean");
            }
        }
    }
    read
}

/// A list gives each address once; one more that is written into it is found in it and can be taken out again.
pub fn opml(bytes: &[u8]) {
    let options = ParseOptions::default();
    let Ok((found, _)) = lists::subscriptions(bytes, &options) else { return };
    let mut urls: Vec<_> = found.iter().map(|subscription| &subscription.url).collect();
    let count = urls.len();
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), count, "an address twice");
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let url = "https://new.example/feed?a=1&b=2".to_owned();
    let new = Subscription {
        url: url.clone(),
        title: Some("A \"new\" <one>".to_owned()),
        ..Subscription::default()
    };
    let Ok(more) = opml_edit::insert(text, &new) else { return };
    let fewer = opml_edit::remove(&more, &url).expect("it is there to be taken out");
    assert!(!fewer.contains(&url.replace('&', "&amp;")), "it is still there");
}

/// An instant that was read can be written and read again. Each piece between tags and lines is one text.
pub fn dates(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for at in text.split(['<', '>', '"', '\n']).filter_map(date::parse) {
        let written = at.to_rfc3339();
        assert_eq!(date::parse(&written), Some(at), "{written}");
    }
}
