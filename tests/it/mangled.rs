//! Documents that were mangled on the way: whatever is done to the bytes of a feed, reading them ends, keeps its limits,
//! and gives the same again. As many cases as `PROPTEST_CASES` says; what fell once is a golden pair in `parsing`.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::promises;

/// What documents are made of, and what they fall over.
const PIECES: &[&str] = &[
    "<item>",
    "</item>",
    "<entry>",
    "</entry>",
    "<channel>",
    "</channel>",
    "</rss>",
    "</feed>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?x",
    "?>",
    "<!DOCTYPE",
    "[",
    "]>",
    "<!ENTITY a '&a;&a;'>",
    "&a;",
    "&",
    "&lt;",
    "&#",
    "&#x110000;",
    "&#55357;",
    "<title>",
    "</title>",
    "<title/>",
    "<link href='",
    "'",
    "\"",
    ">",
    "<",
    "/>",
    "<br>",
    "xml:base='//[::1'",
    "xmlns='http://www.w3.org/1999/xhtml'",
    "xmlns:media='x'",
    "<media:group>",
    "<media:content url='//x'/>",
    "type='xhtml'",
    "mode='base64'",
    "=",
    "\0",
    "\u{85}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "\u{1f600}",
    "{",
    "}",
    "[[[[",
    ":",
    "\\u",
    "\\",
    "1e999",
    "<pubDate>99 Foo -1 25:61</pubDate>",
    "<author>a@b.example (（</author>",
    "<guid>http://[</guid>",
    "<itunes:duration>999999999999999999999999</itunes:duration>",
    "<ttl>-1</ttl>",
    "<hour>999</hour>",
    "<div xmlns='http://www.w3.org/1999/xhtml'>",
    "<outline text='",
    "<body>",
    "<outline xmlUrl='http://a.example/'/>",
];

/// One thing done to the bytes.
#[derive(Debug, Clone)]
enum Blow {
    Cut { from: Index, length: usize },
    Repeat { from: Index, length: usize, times: usize },
    Put { at: Index, piece: &'static str, times: usize },
    Turn { at: Index, byte: u8 },
    End { at: Index },
}

fn blow() -> impl Strategy<Value = Blow> {
    let at = any::<Index>;
    prop_oneof![
        3 => (at(), 1..40_usize).prop_map(|(from, length)| Blow::Cut { from, length }),
        1 => (at(), 1..400_usize, 2..60_usize).prop_map(|(from, length, times)| Blow::Repeat { from, length, times }),
        4 => (at(), select(PIECES), 1..4_usize).prop_map(|(at, piece, times)| Blow::Put { at, piece, times }),
        1 => (at(), select(PIECES), 200..3_000_usize).prop_map(|(at, piece, times)| Blow::Put { at, piece, times }),
        3 => (at(), any::<u8>()).prop_map(|(at, byte)| Blow::Turn { at, byte }),
        1 => at().prop_map(|at| Blow::End { at }),
    ]
}

fn struck(mut bytes: Vec<u8>, blows: &[Blow]) -> Vec<u8> {
    for blow in blows {
        let length = bytes.len() + 1;
        match blow {
            Blow::Cut { from, length: cut } => {
                let from = from.index(length);
                drop(bytes.drain(from..(from + cut).min(length - 1)));
            }
            Blow::Repeat { from, length: part, times } => {
                let from = from.index(length);
                let part = bytes[from..(from + part).min(length - 1)].repeat(*times);
                drop(bytes.splice(from..from, part));
            }
            Blow::Put { at, piece, times } => {
                let at = at.index(length);
                drop(bytes.splice(at..at, piece.repeat(*times).into_bytes()));
            }
            Blow::Turn { at, byte } => {
                if let Some(turned) = bytes.get_mut(at.index(length)) {
                    *turned = *byte;
                }
            }
            Blow::End { at } => bytes.truncate(at.index(length)),
        }
    }
    bytes
}

/// The documents of the golden pairs.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/parse");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let is_document = |path: &std::path::PathBuf| {
        !path.to_string_lossy().ends_with("l.json") && !path.ends_with("README.md")
    };
    let documents = paths.into_iter().filter(is_document);
    documents.map(|path| std::fs::read(path).expect("a document")).collect()
});

fn mangled() -> impl Strategy<Value = Vec<u8>> {
    (any::<Index>(), prop::collection::vec(blow(), 1..6))
        .prop_map(|(seed, blows)| struck(SEEDS[seed.index(SEEDS.len())].clone(), &blows))
}

proptest! {
    #[test]
    fn a_mangled_feed_is_read_the_same_each_time_and_within_its_limits(bytes in mangled(), kind in any::<u8>()) {
        promises::parse(&[&[kind], bytes.as_slice()].concat());
    }

    #[test]
    fn mangled_xml_is_mended_for_good(bytes in mangled()) {
        promises::repair(&bytes);
    }

    #[test]
    fn a_mangled_list_of_subscriptions_is_survived(bytes in mangled()) {
        promises::opml(&[b"<opml><body><outline text='A'>".as_slice(), &bytes, b"</outline>"].concat());
    }
}
