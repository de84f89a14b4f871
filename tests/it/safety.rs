//! Markup that means harm, in every place where a document may carry it: none of it survives, as a tree of the HTML
//! standard sees it. The check knows nothing of the policy by which the HTML was sanitized, nor of the sanitizer.

use std::collections::BTreeSet;

use riverd::config::options::parse::ParseOptions;
use riverd::model::document::{Document, Origin, Validators, Version};
use riverd::model::entry::Entry;
use riverd::model::websub::Named;
use riverd::parse::parsed::Parsed;
use riverd::parse::road::parse;

use crate::support::markup::{faults, is_sound_address};

/// One payload a line, in the writing of [`unescaped`].
const PAYLOADS: &str = include_str!("../data/hostile/markup.txt");

/// `\n`, `\t`, `\r`, `\0`, `\"`, `\\`, `\x41` and `\u{41}` stand for what they mean in Rust.
fn unescaped(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (character, used) = match after.chars().next() {
            Some('n') => ('\n', 1),
            Some('t') => ('\t', 1),
            Some('r') => ('\r', 1),
            Some('0') => ('\0', 1),
            Some('x') => {
                (u32::from_str_radix(&after[1..3], 16).ok().and_then(char::from_u32).expect("hex"), 3)
            }
            Some('u') => {
                let end = after.find('}').expect("a brace");
                let code = u32::from_str_radix(&after[2..end], 16).expect("hex");
                (char::from_u32(code).expect("a character"), end + 1)
            }
            Some(other) => (other, 1),
            None => ('\\', 0),
        };
        out.push(character);
        rest = &after[used..];
    }
    out + rest
}

fn payloads() -> Vec<String> {
    let payloads: Vec<String> = PAYLOADS.lines().filter(|line| !line.is_empty()).map(unescaped).collect();
    assert!(payloads.len() > 400, "only {} payloads", payloads.len());
    payloads
}

fn read(origin: Origin, text: &str) -> Option<Parsed> {
    let url = matches!(origin, Origin::Remote(_)).then(|| "https://a.example/feed".to_owned());
    let document = Document {
        origin,
        bytes: text.as_bytes().to_vec().into(),
        content_type: None,
        url,
        modified: None,
        version: Version::Http(Validators::default()),
        named: Named::default(),
    };
    parse(&document, &ParseOptions::default()).ok()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\0', "")
}

fn rss(payload: &str) -> String {
    let x = escaped(payload);
    format!(
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/'>
        <channel><title>{x}</title><link>{x}</link><description>{x}</description><copyright>{x}</copyright><item>
        <title>{x}</title><link>{x}</link><guid isPermaLink='true'>{x}</guid><author>{x}</author><dc:creator>{x}</dc:creator>
        <category>{x}</category><description>{x}</description><content:encoded>{x}</content:encoded><comments>{x}</comments>
        <enclosure url=\"{x}\" type=\"{x}\" length='1'/><source url=\"{x}\">{x}</source></item></channel></rss>"
    )
}

fn atom(payload: &str) -> String {
    let x = escaped(payload);
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title type='html'>{x}</title><id>tag:a.example,2026:1</id>
        <subtitle type='html'>{x}</subtitle><rights type='html'>{x}</rights><icon>{x}</icon><logo>{x}</logo>
        <entry><id>{x}</id><title type='html'>{x}</title><link href=\"{x}\"/><link rel='enclosure' href=\"{x}\"/>
        <author><name>{x}</name><uri>{x}</uri><email>{x}</email></author><summary type='html'>{x}</summary>
        <content type='html'>{x}</content><rights type='html'>{x}</rights></entry>
        <entry><id>2</id><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a {x}</div></title>
        <content type='xhtml' xml:base=\"{x}\"><div xmlns='http://www.w3.org/1999/xhtml'>b {x}<a href=\"{x}\" title=\"{x}\">c</a></div></content>
        </entry></feed>"
    )
}

fn json(payload: &str) -> String {
    let item = serde_json::json!({
        "id": payload, "url": payload, "external_url": payload, "title": payload, "content_html": payload,
        "summary": payload, "image": payload, "tags": [payload], "authors": [{ "name": payload, "url": payload }],
        "attachments": [{ "url": payload, "mime_type": payload }],
    });
    let feed = serde_json::json!({
        "version": "https://jsonfeed.org/version/1.1", "title": payload, "home_page_url": payload,
        "description": payload, "icon": payload, "items": [item],
    });
    feed.to_string()
}

/// An article of the kind its path tells, with front matter where it may have some.
fn articles(payload: &str) -> [(&'static str, String); 5] {
    let long =
        "The council met on Wednesday to talk about the bridge and the money that it will cost. ".repeat(4);
    let quoted = payload.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r', '\0'], " ");
    [
        ("a.txt", format!("{payload}\n\n{payload}\n\n- {payload}\n\nSource: {payload}\n{long}")),
        ("b.md", format!("# {payload}\n\n{payload}\n\n[a]({payload}) <{payload}> ![b]({payload})\n\n{long}")),
        (
            "c.md",
            format!("---\ntitle: \"{quoted}\"\nlink: \"{quoted}\"\nsummary: \"{quoted}\"\nauthor: \"{quoted}\"\n---\n{payload}"),
        ),
        ("d.html", format!("<title>a</title><article><p>{long}</p>{payload}<p>{long}</p></article>")),
        (
            "e.html",
            format!(
                "<title>{x}</title><meta property='og:title' content=\"{x}\"><meta name=description content=\"{x}\">
                <link rel=canonical href=\"{x}\"><meta name=author content=\"{x}\"><p>{long}</p><p>{x}</p>",
                x = payload.replace('"', "&quot;")
            ),
        ),
    ]
}

/// All documents that carry the payload, by the place they came from.
fn documents(payload: &str) -> Vec<(Origin, String)> {
    let remote = || Origin::Remote("https://a.example/feed".to_owned());
    let feeds = [rss(payload), atom(payload), json(payload)].map(|text| (remote(), text));
    let files = articles(payload).map(|(path, text)| (Origin::File(path.to_owned()), text));
    feeds.into_iter().chain(files).collect()
}

/// HTML that has been looked at before is not looked at again.
fn entry_faults(entry: &Entry, seen: &mut BTreeSet<String>) -> Vec<String> {
    let html = [&entry.summary, &entry.content].into_iter().flatten();
    let mut found: Vec<String> =
        html.filter(|html| seen.insert((*html).clone())).flat_map(|html| faults(html)).collect();
    let people = entry.authors.iter().filter_map(|person| person.uri.as_ref());
    let source = entry.source.iter().filter_map(|source| source.link.as_ref());
    let addresses = entry.link.iter().chain(&entry.canonical_link).chain(people).chain(source);
    let files = entry.enclosures.iter().map(|enclosure| &enclosure.href);
    found.extend(
        addresses.chain(files).filter(|link| !is_sound_address(link)).map(|link| format!("address {link}")),
    );
    found
}

fn parsed_faults(parsed: &Parsed, seen: &mut BTreeSet<String>) -> Vec<String> {
    let feed = &parsed.feed;
    let addresses = feed.link.iter().chain(&feed.self_link).chain(&feed.icon);
    let bad = addresses.filter(|link| !is_sound_address(link)).map(|link| format!("address {link}"));
    bad.chain(parsed.entries.iter().flat_map(|entry| entry_faults(entry, seen))).collect()
}

#[test]
fn no_payload_survives_in_any_place_of_any_document() {
    let (mut read_count, mut seen) = (0, BTreeSet::new());
    for payload in payloads() {
        for (origin, text) in documents(&payload) {
            let Some(parsed) = read(origin.clone(), &text) else { continue };
            read_count += 1;
            let faults = parsed_faults(&parsed, &mut seen);
            assert!(faults.is_empty(), "{payload:?} in {origin:?}: {faults:?}\n{:#?}", parsed.entries);
        }
    }
    assert!(read_count > 3_000, "only {read_count} documents could be read");
    let lines: String =
        seen.iter().map(|html| format!("{}\n", serde_json::json!({ "html": html }))).collect();
    // For a check by other means.
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("sanitized.jsonl");
    std::fs::write(path, lines).expect("the target folder can be written");
}

#[test]
fn the_check_sees_each_kind_of_harm() {
    for harmful in [
        "<script>x</script>",
        "<p onclick=x>a</p>",
        "<a href='java&#10;script:x'>a</a>",
        "<a href='\u{1}javascript&colon;x'>a</a>",
        "<img src='data:text/html,x'>",
        "<img srcset='x 1x, vbscript:x 2x'>",
        "<p style='a'>b</p>",
        "<svg><a>b</a></svg>",
        "<iframe></iframe>",
        "<form></form>",
        "<base href=x>",
        "<noscript><p title='</noscript><img src=x onerror=x>'></noscript>",
    ] {
        assert!(!faults(harmful).is_empty(), "{harmful}");
    }
    assert_eq!(
        faults("<p>a <a href=\"https://b.example/\" title=\"javascript:\">onclick=x</a></p>"),
        Vec::<String>::new()
    );
    assert!(
        !is_sound_address("javascript:x")
            && !is_sound_address("/x")
            && is_sound_address("https://a.example/")
    );
}
