//! How fast feeds are read, in bytes of the document, on ordinary feeds that are invented here: RSS with escaped
//! descriptions and HTML in CDATA, Atom with XHTML. The same on every run; no files are read.
//!
//! `repair` is the mending alone, `side` and `adapt` the two readers alone, `read` all of it without sanitizing,
//! `parse` all of it. `cargo bench --bench parse`; one core.

use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;
use riverd::config::options::parse::ParseOptions;
use riverd::model::document::{Document, Origin, Validators, Version};
use riverd::model::websub::Named;
use riverd::parse::adapt;
use riverd::parse::guard::Guard;
use riverd::parse::repair;
use riverd::parse::road;
use riverd::parse::side;

fn main() {
    divan::main();
}

/// Entries of a feed: a busy one's.
const ENTRIES: u64 = 400;

const WORDS: [&str; 24] = [
    "der",
    "Rat",
    "beschließt",
    "am",
    "Mittwoch",
    "die",
    "Brücke",
    "über",
    "den",
    "Fluss",
    "zu",
    "erneuern",
    "und",
    "lässt",
    "bis",
    "Herbst",
    "neue",
    "Straßen",
    "bauen",
    "sagte",
    "eine",
    "Sprecherin",
    "gegenüber",
    "Medien",
];

/// A sentence of `count` words; `seed` chooses them.
fn sentence(seed: u64, count: u64) -> String {
    let word = |at: u64| {
        let mixed = (seed * 31 + at).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        WORDS[usize::try_from(mixed % 24).expect("below 24")]
    };
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}

/// Paragraphs of HTML with links and pictures in them.
fn html(seed: u64) -> String {
    let paragraph = |at: u64| {
        format!(
            "<p>{} <a href=\"https://a.example/{seed}/{at}?x=1&amp;y=2\">{}</a>, {} &amp; mehr.</p>\n<img src=\"/bilder/{seed}-{at}.jpg\" alt=\"{}\">\n",
            sentence(seed + at, 24),
            sentence(seed + at + 1, 3),
            sentence(seed + at + 2, 12),
            sentence(at, 4)
        )
    };
    (0..4).map(paragraph).collect()
}

static RSS: LazyLock<String> = LazyLock::new(|| {
    let item = |at: u64| {
        let escaped = html(at).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!(
            "<item>\n<title>{}</title>\n<link>https://a.example/artikel/{at}</link>\n<guid isPermaLink=\"false\">a-{at}</guid>\n\
            <pubDate>Tue, 24 Nov 2026 10:20:30 +0100</pubDate>\n<dc:creator>{}</dc:creator>\n<category>Stadt</category>\n\
            <description>{}</description>\n<content:encoded><![CDATA[{}]]></content:encoded>\n</item>\n",
            sentence(at, 8),
            sentence(at, 2),
            &escaped[..escaped.find("&lt;img").unwrap_or(0)],
            html(at)
        )
    };
    let items: String = (0..ENTRIES).map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
        xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n<title>Blatt</title>\n<link>https://a.example/</link>\n{items}</channel>\n</rss>\n"
    )
});

static ATOM: LazyLock<String> = LazyLock::new(|| {
    let entry = |at: u64| {
        let escaped = html(at).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!(
            "<entry>\n<title>{}</title>\n<id>https://a.example/{at}</id>\n<link href=\"https://a.example/{at}\"/>\n\
            <updated>2026-11-24T10:20:30Z</updated>\n<author><name>{}</name></author>\n<content type=\"html\">{escaped}</content>\n</entry>\n",
            sentence(at, 8),
            sentence(at, 2)
        )
    };
    let entries: String = (0..ENTRIES).map(entry).collect();
    format!(
        "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>Blatt</title>\n{entries}</feed>\n"
    )
});

/// The text, its shape, and where its root begins.
fn feed(name: &str) -> (&'static str, &'static str, usize) {
    let (text, shape, root) = if name == "rss" { (&RSS, "rss", "<rss") } else { (&ATOM, "atom", "<feed") };
    (text.as_str(), shape, text.find(root).expect("a root"))
}

fn limits() -> ParseOptions {
    ParseOptions::default()
}

#[divan::bench(args = ["rss", "atom"])]
fn repair(bencher: Bencher<'_, '_>, name: &str) {
    let (text, _, root) = feed(name);
    let guard = Guard::feed(&limits(), false);
    bencher.counter(BytesCount::of_str(text)).bench(|| repair::repair(text, root, guard, &mut Vec::new()));
}

#[divan::bench(args = ["rss", "atom"])]
fn side(bencher: Bencher<'_, '_>, name: &str) {
    let (text, shape, root) = feed(name);
    bencher.counter(BytesCount::of_str(text)).bench(|| side::side(&text[root..], shape, None, &limits()));
}

#[divan::bench(args = ["rss", "atom"])]
fn adapt(bencher: Bencher<'_, '_>, name: &str) {
    let (text, shape, root) = feed(name);
    bencher.counter(BytesCount::of_str(text)).bench(|| adapt::adapt(&text[root..], shape, None).is_ok());
}

#[divan::bench(args = ["rss", "atom"])]
fn read(bencher: Bencher<'_, '_>, name: &str) {
    let (text, ..) = feed(name);
    let options = limits();
    bencher.counter(BytesCount::of_str(text)).bench(|| road::read(text, None, &options, &mut Vec::new()));
}

#[divan::bench(args = ["rss", "atom"])]
fn parse(bencher: Bencher<'_, '_>, name: &str) {
    let (text, ..) = feed(name);
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
    let options = limits();
    bencher.counter(BytesCount::of_str(text)).bench(|| road::parse(&document, &options));
}
