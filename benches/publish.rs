//! How fast editions are made, of a river of 200 stories and about a megabyte, with every tenth story told by five.
//! The same on every run. `cargo bench --bench publish`; an item is a byte of the rendered river. First it tells how large
//! the river is in each encoding; `RIVERD_RIVER` may name a real one, for invented words repeat themselves more.

use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;
use riverd::model::entry::{Enclosure, Entry};
use riverd::model::feed::{Feed, Person};
use riverd::model::ids::{EntryId, StoryId};
use riverd::model::river::{Addresses, Covering, Report, River, SourceFeed, ToldStory};
use riverd::model::story::Tier;
use riverd::model::time::Timestamp;
use riverd::publish::edition::{Edition, brotli, gzip, zstd};
use riverd::publish::{atom, json_feed, rss};
use riverd::story::hash::mix;

fn main() {
    let real = std::env::var_os("RIVERD_RIVER").and_then(|path| std::fs::read(path).ok());
    let river = real.unwrap_or_else(|| atom::render(&RIVER, usize::MAX));
    println!("the river as Atom: {} bytes", river.len());
    for level in [1, 6, 9] {
        println!("gzip {level}: {} bytes", gzip(&river, level).len());
    }
    for quality in [1, 3, 4, 5, 6, 9] {
        println!("brotli {quality}: {} bytes", brotli(&river, quality).len());
    }
    for level in [1, 3, 6, 9, 12, 15, 19] {
        println!("zstd {level}: {} bytes", zstd(&river, level).len());
    }
    divan::main();
}

const STORIES: i64 = 200;
const MAX_BYTES: usize = 2 << 20;

static RIVER: LazyLock<River> = LazyLock::new(|| River {
    name: "river".to_owned(),
    title: "River of news".to_owned(),
    atom_id: "tag:riverd.local,2026:river".to_owned(),
    addresses: Addresses { public: "https://news.example".to_owned(), ..Addresses::default() },
    stories: (1..=STORIES).map(story).collect(),
    withdrawn: vec![],
    archived: 3,
    born: Timestamp(0),
});

static ATOM: LazyLock<Vec<u8>> = LazyLock::new(|| atom::render(&RIVER, MAX_BYTES));

fn story(number: i64) -> ToldStory {
    let others = if number % 10 == 0 { 5 } else { 0 };
    let covering = |n: i64| Covering { report: report(10_000 * (n + 1) + number, 300), tier: Tier::Story };
    ToldStory {
        story: StoryId(number),
        atom_id: format!("tag:riverd.local,2026:story/{number:024x}"),
        first_seen: Timestamp(number),
        lead: report(number, 420),
        coverage: (0..others).map(covering).collect(),
    }
}

fn report(number: i64, words: u64) -> Report {
    let seed = number.unsigned_abs();
    let feed = seed % 40;
    Report {
        row: EntryId(number),
        entry: Entry {
            id: format!("https://blatt{feed}.example/{number}"),
            title: text(seed, 9),
            link: Some(format!("https://blatt{feed}.example/artikel/{number}?a=1&b=2")),
            summary: Some(format!("<p>{}</p>", text(seed + 1, 30))),
            content: Some((0..words / 70).map(|n| format!("<p>{}</p>\n", text(seed * 31 + n, 70))).collect()),
            authors: vec![Person { name: text(seed % 90, 2), ..Person::default() }],
            categories: vec![text(seed % 30, 1), text(seed % 7, 1)],
            enclosures: vec![Enclosure {
                href: format!("https://blatt{feed}.example/{number}.jpg"),
                media_type: Some("image/jpeg".to_owned()),
                length: Some(70_000 + seed),
            }],
            language: Some("de".to_owned()),
            ..Entry::default()
        },
        atom_id: format!("https://blatt{feed}.example/{number}"),
        source: SourceFeed {
            atom_id: format!("tag:blatt{feed}.example,2026:feed"),
            url: Some(format!("https://blatt{feed}.example/feed")),
            feed: Feed { title: format!("Blatt {feed}"), ..Feed::default() },
        },
        published: Timestamp(1_700_000_000_000 + number * 60_000),
        updated: Timestamp(1_700_000_000_000 + number * 60_000),
    }
}

/// Words by Zipf's law, of syllables, with a comma here and an umlaut there.
fn text(seed: u64, words: u64) -> String {
    const SYLLABLES: [&str; 32] = [
        "ber", "lin", "stra", "grö", "kan", "zler", "mün", "wahl", "ge", "richt", "flug", "ha", "fen",
        "bund", "rat", "schu", "le", "po", "li", "tik", "wirt", "schaft", "zug", "brü", "cke", "feu", "er",
        "was", "ser", "mi", "nis", "ter",
    ];
    let word = |n: u64| {
        let drawn = mix(seed * 7_919 + n);
        let rank = 20_000 / (1 + drawn % 20_000);
        let mut word: String =
            (0..2 + rank % 3).map(|part| SYLLABLES[(mix(rank * 5 + part) % 32) as usize]).collect();
        word.push_str(if drawn.is_multiple_of(11) { ", " } else { " " });
        word
    };
    (0..words).map(word).collect()
}

#[divan::bench]
fn render_atom(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::new(ATOM.len())).bench(|| atom::render(&RIVER, MAX_BYTES));
}

#[divan::bench]
fn render_json(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::new(ATOM.len())).bench(|| json_feed::render(&RIVER, MAX_BYTES));
}

#[divan::bench]
fn render_rss(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::new(ATOM.len())).bench(|| rss::render(&RIVER, MAX_BYTES));
}

#[divan::bench(args = [1, 6, 9])]
fn encode_gzip(bencher: Bencher<'_, '_>, level: u32) {
    bencher.counter(BytesCount::new(ATOM.len())).bench(|| gzip(&ATOM, level));
}

#[divan::bench(args = [1, 3, 4, 5, 6, 9])]
fn encode_brotli(bencher: Bencher<'_, '_>, quality: i32) {
    bencher.counter(BytesCount::new(ATOM.len())).bench(|| brotli(&ATOM, quality));
}

#[divan::bench(args = [1, 3, 6, 9, 12, 15, 19])]
fn encode_zstd(bencher: Bencher<'_, '_>, level: i32) {
    bencher.counter(BytesCount::new(ATOM.len())).bench(|| zstd(&ATOM, level));
}

#[divan::bench]
fn whole_edition(bencher: Bencher<'_, '_>) {
    let edition = || Edition::new(ATOM.clone(), atom::MEDIA_TYPE, Timestamp(0));
    bencher.counter(BytesCount::new(ATOM.len())).bench(edition);
}
