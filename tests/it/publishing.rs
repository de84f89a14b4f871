//! The rules of a merged feed that readers like, each held by the test that is named after it. (Rule 10, WebSub, is not
//! among them.) Most run `riverd once` with a static export: what is published lies there as files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::support::http::{Answer, request};
use crate::support::program::{Daemon, Program, entries};
use crate::support::wait::until;

const TEXT: &str = "The evening ferry left in thick fog on Tuesday and struck a sandbank; nobody on board was hurt, the line said.";

/// The program with a static export in `out`, folding no more than copies: nothing hangs on what the engine learned.
fn program() -> Program {
    Program::new()
        .with("RIVERD_SERVE_PUBLIC_URL", "https://river.example/")
        .with("RIVERD_STORY_TIER", "copy")
        .with("RIVERD_PUBLISH_DIRECTORY", "out")
}

/// An item: guid, title, link, text, and more elements.
struct Item<'a>(&'a str, &'a str, &'a str, &'a str, &'a str);

fn feed(name: &str, head: &str, items: &[Item<'_>]) -> String {
    let item = |Item(id, title, link, text, more): &Item<'_>| {
        format!(
            "<item><guid isPermaLink='false'>{id}</guid><title>{title}</title><link>{link}</link>\
             <description>{text}</description>{more}</item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!(
        "<rss version='2.0'><channel><title>{name}</title><link>https://{name}.example/</link>\
         <language>en</language>{head}{items}</channel></rss>"
    )
}

impl Program {
    fn once(&self) {
        self.json(&["once", "--json"]);
    }

    fn out(&self, path: &str) -> PathBuf {
        self.home.path().join("out").join(path)
    }

    fn published(&self, path: &str) -> String {
        std::fs::read_to_string(self.out(path)).unwrap_or_default()
    }

    /// When a published file was last modified, in seconds.
    fn modified(&self, path: &str) -> u64 {
        let modified = std::fs::metadata(self.out(path)).and_then(|data| data.modified()).expect("a date");
        modified.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs()
    }
}

/// The texts of all elements of a name.
fn all(text: &str, name: &str) -> Vec<String> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    let parts = text.split(&start).skip(1);
    parts.filter_map(|part| Some(part.split_once(&end)?.0.to_owned())).collect()
}

/// What a link of this relation leads to.
fn link<'a>(text: &'a str, relation: &str) -> Option<&'a str> {
    let tag = text.split("<link ").find(|tag| tag.starts_with(&format!("rel=\"{relation}\"")))?;
    tag.split_once("href=\"")?.1.split('"').next()
}

#[test]
fn what_a_feed_says_of_itself_is_published_as_soon_as_it_says_something_else() {
    let program = program();
    let items = [Item("1", "One", "https://a.example/1", "First text of all.", "")];
    program.drop_file("a.xml", &feed("a", "<description>as it was</description>", &items));
    let daemon = program.start();
    daemon.until_feed("the feed", |feed| feed.contains("<subtitle>as it was</subtitle>"));
    program.drop_file("a.xml", &feed("a", "<description>as it is</description>", &items));
    let served = daemon.until_feed("the change", |feed| feed.contains("<subtitle>as it is</subtitle>"));
    assert_eq!(daemon.terminate(), Some(0));
    assert!(program.start().feed() == served, "after a restart it is the same");
}

#[test]
fn rule_1_identity_each_id_stands_once_is_for_life_and_is_the_same_in_every_format() {
    let program = program();
    let items = [
        Item("https://a.example/1", "One", "https://a.example/1", "First text of all.", ""),
        Item("2", "Two", "https://a.example/2", "Second text, quite another.", ""),
    ];
    program.drop_file("a.xml", &feed("a", "", &items));
    program.once();
    let atom = program.published("river.atom");
    let ids: Vec<String> = entries(&atom).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 2, "{atom}");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 2);
    for id in &ids {
        assert!(id.starts_with("tag:riverd.local,2026:story/"), "{id}");
        assert_eq!(atom.matches(&format!("<id>{id}</id>")).count(), 1);
        for other in ["river.json", "river.rss"] {
            assert_eq!(program.published(other).matches(id.as_str()).count(), 1, "{other}");
        }
    }
    program.drop_file("a.xml", &feed("a", "<ttl>5</ttl>", &items).replace("One", "One, changed"));
    program.once();
    let after: Vec<String> =
        entries(&program.published("river.atom")).into_iter().map(|(id, _)| id).collect();
    assert_eq!(after, ids);
}

#[test]
fn rule_2_updated_moves_with_title_or_content_alone_and_the_feeds_is_its_newest_entrys() {
    let program = program();
    let item = |title, date| {
        feed(
            "a",
            date,
            &[Item(
                "1",
                title,
                "https://a.example/1",
                TEXT,
                "<pubDate>Mon, 05 Jan 2026 08:00:00 GMT</pubDate>",
            )],
        )
    };
    program.drop_file("a.xml", &item("Ferry runs aground near Port Ellen", ""));
    program.once();
    let dates = || {
        let atom = program.published("river.atom");
        (all(&atom, "published"), all(&atom, "updated"))
    };
    let first = dates();
    assert_eq!(first.0, ["2026-01-05T08:00:00Z"]);
    assert_eq!((first.1.len(), &first.1[0]), (3, &first.1[1]), "the feed's is its newest entry's");
    assert!(first.1.iter().all(|updated| updated.starts_with("2026-01-05T08:00:00")), "{first:?}");
    // The feed dates itself anew; a copy joins the story.
    program.drop_file(
        "a.xml",
        &item(
            "Ferry runs aground near Port Ellen",
            "<lastBuildDate>Tue, 06 Jan 2026 09:00:00 GMT</lastBuildDate>",
        ),
    );
    program.once();
    assert_eq!(dates(), first);
    let date = "<pubDate>Mon, 05 Jan 2026 09:00:00 GMT</pubDate>";
    let copy = [Item("9", "Ferry runs aground near Port Ellen", "https://b.example/9", TEXT, date)];
    program.drop_file("b.xml", &feed("b", "", &copy));
    program.once();
    assert!(program.published("river.atom").contains("Same text in: "));
    assert_eq!(dates(), first, "coverage moves no date");
    program.drop_file("a.xml", &item("Ferry runs aground near Port Ellen, all safe", ""));
    program.once();
    let last = dates();
    assert_eq!(last.0, first.0, "published never moves");
    assert!(last.1.iter().all(|updated| *updated > first.1[0]), "{last:?}");
}

#[test]
fn rule_3_dates_missing_ones_are_first_seen_future_ones_clamped_and_dates_all_alike_not_believed() {
    let program = program();
    let alike = |id: &str, day: u8| {
        format!(
            "<entry><id>urn:x:{id}</id><title>{id}</title><link href='https://c.example/{id}'/>\
             <published>2026-01-0{day}T08:00:00Z</published><updated>2026-02-01T00:00:00Z</updated>\
             <content>Text of {id}, unlike any other.</content></entry>"
        )
    };
    let items = [
        Item("1", "Dateless", "https://a.example/1", "No date here.", ""),
        Item(
            "2",
            "Tomorrow",
            "https://a.example/2",
            "From the future.",
            "<pubDate>Sat, 05 Jan 2999 08:00:00 GMT</pubDate>",
        ),
    ];
    program.drop_file("a.xml", &feed("a", "", &items));
    program.drop_file(
        "c.xml",
        &format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><id>urn:x:c</id><title>c</title>{}{}</feed>",
            alike("first", 3),
            alike("second", 4)
        ),
    );
    program.once();
    let atom = program.published("river.atom");
    assert!(!atom.contains("2999-") && !atom.contains("2026-02-01"), "{atom}");
    let updated = all(&atom, "updated");
    for day in ["2026-01-03T08:00:00", "2026-01-04T08:00:00"] {
        assert!(updated.iter().any(|updated| updated.starts_with(day)), "{updated:?}");
    }
    program.drop_file("a.xml", &feed("a", "<ttl>9</ttl>", &items));
    program.once();
    assert_eq!(program.published("river.atom"), atom, "first seen is stored once");
}

#[test]
fn rule_4_every_entry_has_its_source_which_no_poll_moves_and_an_existing_source_is_kept() {
    let program = program();
    let head = "<copyright>© A</copyright><managingEditor>ed@a.example (Ed)</managingEditor>";
    let entry = |date: &str| {
        feed(
            "a",
            &format!("{head}<lastBuildDate>{date}</lastBuildDate>"),
            &[Item(
                "1",
                "Mine",
                "https://a.example/1",
                "A text of our own.",
                "<pubDate>Mon, 05 Jan 2026 08:00:00 GMT</pubDate>",
            )],
        )
    };
    program.drop_file("a.xml", &entry("Mon, 05 Jan 2026 09:00:00 GMT"));
    program.drop_file("b.md", "---\ntitle: Taken\nsource: The Agency\n---\nA text of the agency's.\n");
    program.once();
    let (atom, since) = (program.published("river.atom"), program.modified("river.atom"));
    let sources = all(&atom, "source");
    assert_eq!(sources.len(), 2, "{atom}");
    assert!(sources.iter().any(|source| source.contains("<title>The Agency</title>")), "{sources:?}");
    let own = sources.iter().find(|source| source.contains("<title>a</title>")).expect("its own");
    for part in [
        "<id>tag:",
        "<updated>2026-01-05T08:00:00Z</updated>",
        "href=\"https://a.example/\"",
        "<rights>© A</rights>",
    ] {
        assert!(own.contains(part), "{part} in {own}");
    }
    program.drop_file("a.xml", &entry("Tue, 06 Jan 2026 10:00:00 GMT"));
    program.once();
    assert_eq!((program.published("river.atom"), program.modified("river.atom")), (atom, since));
}

#[test]
fn rule_5_a_storys_entry_is_its_leads_with_everyone_else_named_and_categories_united() {
    let program = program();
    let told = |name: &str, category: &str| {
        let more = format!("<category>{category}</category><category>Sea</category>");
        feed(
            name,
            "",
            &[Item(
                "1",
                "Ferry runs aground near Port Ellen",
                &format!("https://{name}.example/1"),
                TEXT,
                &more,
            )],
        )
    };
    program.drop_file("a.xml", &told("a", "Islay"));
    program.once();
    for name in ["b", "c"] {
        program.drop_file(&format!("{name}.xml"), &told(name, "Ferries"));
        program.once();
    }
    let atom = program.published("river.atom");
    assert_eq!(entries(&atom).len(), 1);
    assert_eq!(
        link(&atom.split_once("<entry").expect("one").1.replace("type", "x"), "alternate"),
        Some("https://a.example/1")
    );
    let terms: Vec<&str> = ["Islay", "Sea", "Ferries"]
        .into_iter()
        .filter(|term| atom.matches(&format!("<category term=\"{term}\"/>")).count() == 1)
        .collect();
    assert_eq!(terms.len(), 3, "{atom}");
    for name in ["b", "c"] {
        assert!(atom.contains(&format!("<link rel=\"related\" type=\"text/html\" href=\"https://{name}.example/1\" title=\"Ferry runs aground near Port Ellen\" hreflang=\"en\"/>")), "{atom}");
    }
    assert_eq!(atom.matches("Same text in: ").count(), 1);
    for other in ["river.json", "river.rss"] {
        let text = program.published(other);
        assert!(text.contains("Same text in: ") && text.contains("https://c.example/1"), "{text}");
    }
}

/// Items of these numbers, each with a text of its own, dated a minute after the one before.
fn many(name: &str, numbers: std::ops::Range<usize>, words: usize) -> String {
    let texts: Vec<[String; 4]> = numbers
        .map(|n| {
            let text: String = (0..words).map(|w| format!("word{name}{n}x{w} ")).collect();
            let date = format!("<pubDate>Mon, 05 Jan 2026 {:02}:{:02}:00 GMT</pubDate>", n / 60 % 24, n % 60);
            [format!("{n}"), format!("Title {name} {n}"), text, date]
        })
        .collect();
    let links: Vec<String> = texts.iter().map(|[n, ..]| format!("https://{name}.example/{n}")).collect();
    let items: Vec<Item<'_>> = texts
        .iter()
        .zip(&links)
        .map(|([id, title, text, date], link)| Item(id, title, link, text, date))
        .collect();
    feed(name, "", &items)
}

#[test]
fn rule_6_the_window_is_newest_first_and_bounded_by_count_and_by_bytes() {
    let program = program().with("RIVERD_STORY_TIER", "identity").with("RIVERD_PUBLISH_LIMIT", "5");
    program.drop_file("a.xml", &many("a", 0..12, 20));
    program.once();
    let titles = |text: &str| entries(text).into_iter().map(|(_, title)| title).collect::<Vec<_>>();
    let shown = titles(&program.published("river.atom"));
    assert_eq!(shown, ["Title a 11", "Title a 10", "Title a 9", "Title a 8", "Title a 7"]);
    let program = program.with("RIVERD_PUBLISH_LIMIT", "50").with("RIVERD_PUBLISH_MAX_SIZE", "16KiB");
    program.drop_file("b.txt", &format!("A long one\n\n{}", "Many words that say little. ".repeat(300)));
    program.once();
    for name in ["river.atom", "river.json", "river.rss"] {
        let text = program.published(name);
        assert!(text.len() <= 16 * 1024 && text.contains("A long one"), "{name}: {}", text.len());
    }
    assert!(program.published("archive/river/1.atom").len() <= 16 * 1024);
}

/// The documents of the river as one meets them walking back from its subscription document.
fn walk(program: &Program) -> Vec<String> {
    let mut documents = vec![program.published("river.atom")];
    while let Some(before) = link(&documents[documents.len() - 1], "prev-archive") {
        let path = before.strip_prefix("https://river.example/").expect("our own").to_owned();
        documents.push(program.published(&path));
        assert!(documents.len() < 200, "the walk ends");
    }
    documents
}

/// Checks that a walk meets every story once, and that all links fit together.
#[track_caller]
fn check_walk(program: &Program) -> Vec<String> {
    let documents = walk(program);
    let met: Vec<String> = documents.iter().flat_map(|text| entries(text)).map(|(id, _)| id).collect();
    let stories = program.json(&["stories", "--json", "--limit", "100000"]);
    let known: BTreeSet<&str> =
        stories.as_array().expect("a list").iter().filter_map(|story| story["id"].as_str()).collect();
    assert_eq!(met.len(), known.len(), "each once");
    assert_eq!(met.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
    let id = all(&documents[0], "id")[0].clone();
    for (at, page) in documents.iter().enumerate().skip(1) {
        assert_eq!(all(page, "id")[0], id, "one feed id throughout");
        assert!(page.contains("<fh:archive/>"), "{page}");
        assert_eq!(link(page, "current"), Some("https://river.example/river.atom"));
        let next = (at > 1).then(|| link(&documents[at - 1], "self")).flatten();
        assert_eq!(link(page, "next-archive"), next, "linked both ways");
    }
    documents
}

#[test]
fn rule_7_archives_are_sealed_linked_both_ways_and_hold_with_the_feed_every_story_once() {
    let program = program()
        .with("RIVERD_STORY_TIER", "identity")
        .with("RIVERD_PUBLISH_LIMIT", "16")
        .with("RIVERD_PUBLISH_ARCHIVE_PAGE", "10");
    program.drop_file("a.xml", &many("a", 0..45, 9));
    program.once();
    let first = check_walk(&program);
    assert_eq!(entries(&first[0]).len(), 16, "what came at once leaves a full window");
    assert_eq!(first.len(), 1 + 3);
    // What comes later, with older dates too; and a story of the first page is told anew by another feed.
    for round in 0..5 {
        let name = format!("b{round}");
        let again = Item("9", "Told again", "https://a.example/3", "The same page.", "");
        program.drop_file(&format!("{name}.xml"), &many(&name, round..round + 2, 9));
        program.drop_file(&format!("again{round}.xml"), &feed("again", "", &[again]));
        program.once();
        let documents = check_walk(&program);
        assert!((14..=16).contains(&entries(&documents[0]).len()));
        for (old, new) in first.iter().skip(2).rev().zip(documents.iter().rev()) {
            assert!(old == new, "a page that has a next one is immutable");
        }
    }
    let documents = check_walk(&program);
    let newest_of_first = |documents: &[String], back: usize| {
        documents[documents.len() - back].split_once("<entry").map(|(_, entries)| entries.to_owned())
    };
    assert_eq!(
        newest_of_first(&documents, 3),
        newest_of_first(&first, 3),
        "its entries stay when it gets a next page"
    );
    // The counter hands out the very same bytes.
    let daemon = program.start();
    for page in documents.iter().skip(1) {
        let path =
            link(page, "self").and_then(|url| url.strip_prefix("https://river.example")).expect("our own");
        assert!(ask(&daemon, "GET", path, &[]).body == page.as_bytes(), "{path}");
    }
    for none in
        ["/archive/river/0.atom", "/archive/river/99.atom", "/archive/other/1.atom", "/archive/river/01.atom"]
    {
        assert_eq!(ask(&daemon, "GET", none, &[]).status, 404, "{none}");
    }
}

#[test]
fn rule_7_archives_of_a_river_that_folds_less_hold_each_of_its_entries_once() {
    let program = program().with("RIVERD_STORY_TIER", "copy");
    let rivers = "[publish]\narchive_page = 4\n[[river]]\nname = \"single\"\ncopies = false\nstories = false\nlimit = 4\n";
    std::fs::write(program.home.path().join("riverd.toml"), rivers).expect("a config");
    for name in ["a", "b", "c"] {
        let copy = |n: usize| {
            let title = format!("Ferry number{n} runs aground near harbour{n}");
            let text = format!(
                "harbour{n} pier{n} captain{n} {TEXT} {}",
                format!("deck{n} mast{n} sail{n} ").repeat(8)
            );
            (n.to_string(), title, format!("https://{name}.example/{n}"), text)
        };
        let copies: Vec<_> = (0..4).map(copy).collect();
        let items: Vec<Item<'_>> =
            copies.iter().map(|(id, title, link, text)| Item(id, title, link, text, "")).collect();
        program.drop_file(&format!("{name}.xml"), &feed(name, "", &items));
        program.once();
    }
    let mut met = Vec::new();
    let mut document = program.published("single.atom");
    loop {
        met.extend(entries(&document).into_iter().map(|(id, _)| id));
        let Some(before) = link(&document, "prev-archive") else { break };
        document = program.published(before.strip_prefix("https://river.example/").expect("our own"));
    }
    assert_eq!((met.len(), met.iter().collect::<BTreeSet<_>>().len()), (12, 12), "{met:?}");
}

#[test]
fn rule_8_a_withdrawn_entry_leaves_the_feed_and_is_told_as_deleted_until_it_comes_back() {
    let program = program();
    program.drop_file("a.txt", "Stays\n\nThis text stays where it is.");
    program.drop_file("b.txt", "Goes\n\nThis one is withdrawn after a while.");
    program.once();
    let before = program.published("river.atom");
    let (id, _) = entries(&before).into_iter().find(|(_, title)| title == "Goes").expect("told");
    assert!(!before.contains("deleted-entry"));
    let since = program.modified("river.atom");
    std::fs::remove_file(program.seeds().join("b.txt")).expect("removed");
    program.once();
    let after = program.published("river.atom");
    assert!(after.contains(&format!("<at:deleted-entry ref=\"{id}\" when=\"20")), "{after}");
    assert!(after.contains("xmlns:at=\"http://purl.org/atompub/tombstones/1.0\""), "{after}");
    assert_eq!(entries(&after).len(), 1);
    assert!(program.modified("river.atom") > since, "Last-Modified moves with a withdrawal");
    program.drop_file("b.txt", "Goes\n\nThis one is withdrawn after a while.");
    program.once();
    let back = program.published("river.atom");
    assert!(
        !back.contains("deleted-entry") && entries(&back).iter().any(|(known, _)| *known == id),
        "{back}"
    );
}

fn ask(daemon: &Daemon, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    request(&daemon.address, method, path, headers).expect("an answer")
}

#[test]
fn rule_9_http_validators_encodings_ranges_and_heads_are_right_on_the_wire() {
    let program = program();
    program.drop_file("a.txt", &format!("An article\n\n{}", "Many words that say little. ".repeat(40)));
    program.once();
    let daemon = program.start();
    for (path, kind) in [
        ("/river.atom", "application/atom+xml; charset=utf-8"),
        ("/river.json", "application/feed+json; charset=utf-8"),
        ("/river.rss", "application/rss+xml; charset=utf-8"),
        ("/subscriptions.opml", "text/x-opml; charset=utf-8"),
    ] {
        let whole = ask(&daemon, "GET", path, &[]);
        assert_eq!((whole.status, whole.header("content-type")), (200, Some(kind)));
        assert_eq!(whole.header("vary"), Some("Accept-Encoding"));
        assert_eq!(whole.header("access-control-allow-origin"), Some("*"));
        assert!(whole.header("cache-control").is_some_and(|value| value.contains("max-age=")));
        let mut tags = BTreeSet::from([whole.header("etag").expect("a tag").to_owned()]);
        for (encoding, name) in [("gzip", "gz"), ("br", "br"), ("zstd", "zst")] {
            let encoded = ask(&daemon, "GET", path, &[("Accept-Encoding", encoding)]);
            assert_eq!(encoded.header("content-encoding"), Some(encoding));
            assert!(tags.insert(encoded.header("etag").expect("a tag").to_owned()), "{path} {encoding}");
            let file = std::fs::read(program.out(&format!("{}.{name}", &path[1..]))).expect("exported");
            assert!(encoded.body == file, "the file and the answer are the same bytes: {path} {encoding}");
            let head = ask(&daemon, "HEAD", path, &[("Accept-Encoding", encoding)]);
            assert_eq!(head.body.len(), 0);
            for name in ["etag", "content-length", "content-encoding", "last-modified", "content-type"] {
                assert_eq!(head.header(name), encoded.header(name), "{name}");
            }
        }
        let etag = whole.header("etag").expect("a tag").to_owned();
        let date = whole.header("last-modified").expect("a date").to_owned();
        let status = |headers: &[(&str, &str)]| ask(&daemon, "GET", path, headers).status;
        assert_eq!(status(&[("If-None-Match", &etag)]), 304);
        assert_eq!(status(&[("If-None-Match", &format!("W/{etag}"))]), 304);
        assert_eq!(status(&[("If-None-Match", "*")]), 304);
        assert_eq!(status(&[("If-Modified-Since", &date)]), 304);
        assert_eq!(status(&[("If-None-Match", "\"x\""), ("If-Modified-Since", &date)]), 200);
        assert_eq!(status(&[("If-Match", "\"x\"")]), 412);
        assert_eq!(status(&[("Accept-Encoding", "identity;q=0, *;q=0")]), 406);
        let part = ask(&daemon, "GET", path, &[("Range", "bytes=2-5"), ("If-Range", &etag)]);
        assert_eq!((part.status, &part.body[..]), (206, &whole.body[2..=5]));
        assert_eq!(part.header("content-range"), Some(&*format!("bytes 2-5/{}", whole.body.len())));
        let nowhere = ask(&daemon, "GET", path, &[("Range", "bytes=9999999-")]);
        assert_eq!(
            (nowhere.status, nowhere.header("content-range")),
            (416, Some(&*format!("bytes */{}", whole.body.len())))
        );
        let posted = ask(&daemon, "POST", path, &[("Content-Length", "0")]);
        assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
    }
}

#[test]
fn rule_9_a_reader_that_knows_only_dates_misses_no_coverage_and_no_withdrawal() {
    let program = program();
    program.drop_file(
        "a.xml",
        &feed("a", "", &[Item("1", "Ferry runs aground near Port Ellen", "https://a.example/1", TEXT, "")]),
    );
    program.once();
    let (mut bytes, mut since) = (program.published("river.atom"), program.modified("river.atom"));
    let copy =
        feed("b", "", &[Item("1", "Ferry runs aground near Port Ellen", "https://b.example/1", TEXT, "")]);
    for step in ["joins", "is withdrawn", "comes back", "is withdrawn again"] {
        match step {
            "joins" | "comes back" => program.drop_file("b.xml", &copy),
            _ => std::fs::remove_file(program.seeds().join("b.xml")).expect("removed"),
        }
        program.once();
        assert_ne!(program.published("river.atom"), bytes, "{step}");
        assert!(program.modified("river.atom") > since, "Last-Modified moves when coverage {step}");
        (bytes, since) = (program.published("river.atom"), program.modified("river.atom"));
    }
}

#[test]
fn rule_11_bytes_are_legal_xml_once_escaped_with_addresses_made_absolute() {
    let program = program();
    let text = "&lt;p onclick='x()'&gt;A &amp;amp; B &amp;nbsp; \u{1} &lt;a href='/rel?a=1&amp;amp;b=2'&gt;there&lt;/a&gt;&lt;script&gt;alert(1)&lt;/script&gt;";
    let odd =
        feed("a", "", &[Item("1", "Q&amp;A \u{8}: 1 &lt; 2 ]]&gt;", "https://a.example/x y", text, "")]);
    program.drop_file("a.xml", &odd);
    program.once();
    for name in ["river.atom", "river.rss", "river.json"] {
        let shown = program.published(name);
        assert!(
            !shown.is_empty() && !shown.chars().any(|c| c.is_control() && !"\n\r\t".contains(c)),
            "{shown}"
        );
        assert!(
            !shown.contains("onclick") && !shown.contains("alert(1)") && !shown.contains("&amp;amp;amp;"),
            "{shown}"
        );
        assert!(
            shown.contains("https://a.example/rel?a=1&") && shown.contains("https://a.example/x%20y"),
            "{shown}"
        );
    }
    let atom = program.published("river.atom");
    assert!(atom.contains("<title>Q&amp;A : 1 &lt; 2 ]]&gt;</title>"), "{atom}");
}

#[test]
fn rule_12_the_static_export_is_whole_goes_with_its_river_and_leaves_what_others_wrote() {
    let program = program();
    let config = program.home.path().join("riverd.toml");
    std::fs::write(&config, "[[river]]\nname = \"second\"\n").expect("a config");
    program.drop_file("a.txt", "An article\n\nIts text.");
    program.once();
    assert!(program.published("second.atom").contains("An article"));
    std::fs::write(program.out("mine.html"), "mine").expect("a file");
    std::fs::write(&config, "").expect("a config");
    program.once();
    let left: BTreeSet<String> = std::fs::read_dir(program.out(""))
        .expect("out")
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    let notices = ["notices.atom", "notices.json", "notices.rss"];
    let expected = ["river.atom", "river.json", "river.rss", "subscriptions.opml"].into_iter().chain(notices);
    let expected =
        expected.flat_map(|name| ["", ".gz", ".br", ".zst"].map(|suffix| format!("{name}{suffix}")));
    let expected: BTreeSet<String> =
        expected.chain([".riverd-files".to_owned(), "mine.html".to_owned()]).collect();
    assert_eq!(left, expected);
}

#[test]
fn rule_12_an_export_that_was_killed_in_the_middle_is_whole_after_the_next_one() {
    let program = program();
    for round in 0..6_u64 {
        program.drop_file(
            &format!("{round}.txt"),
            &format!("Article {round}\n\nText number {round}, and no other."),
        );
        let mut child = program.spawn(&["once"]);
        // Another moment in each round: as the list of files grows.
        let list = program.out(".riverd-files");
        let seen = || std::fs::read_to_string(&list).map_or(0, |text| text.lines().count() as u64);
        let start = seen();
        until("some files", || {
            (seen() > start + round % 4 || child.try_wait().expect("a child").is_some()).then_some(())
        });
        drop(child.kill());
        child.wait().expect("it ends");
        for name in ["river.atom", "river.rss"] {
            let text = program.published(name);
            assert!(text.is_empty() || text.ends_with("</feed>\n") || text.ends_with("</rss>\n"), "{text}");
        }
    }
    program.once();
    assert_eq!(entries(&program.published("river.atom")).len(), 6);
    let under_way = std::fs::read_dir(program.out(""))
        .expect("out")
        .flatten()
        .filter(|file| file.file_name().to_string_lossy().ends_with("-new"));
    assert_eq!(under_way.count(), 0, "nothing half-written is left");
}

#[test]
fn rule_12_a_folder_that_cannot_be_written_is_told_and_serving_goes_on() {
    let program = program();
    std::fs::write(program.home.path().join("out"), "no folder").expect("a file");
    program.drop_file("a.txt", "An article\n\nIts text.");
    let output = program.run(&["once"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("publish.directory"), "{told}");
    let daemon = program.start();
    assert!(daemon.feed().contains("An article"));
    program.drop_file("b.txt", "Another\n\nOther text altogether.");
    daemon.until_feed("the second", |feed| feed.contains("Another"));
}

#[test]
fn the_same_store_gives_the_same_bytes_after_a_restart_a_restory_and_on_another_machine() {
    let program = program();
    program.drop_file("a.xml", &many("a", 0..20, 30));
    program.once();
    let names = ["river.atom", "river.json.br", "river.rss.zst", "river.atom.gz"];
    let bytes = |program: &Program| {
        names.map(|name| (std::fs::read(program.out(name)).expect("exported"), program.modified(name)))
    };
    let first = bytes(&program);
    assert_eq!(program.json(&["restory", "--json"])["moved"], 0);
    std::fs::remove_dir_all(program.out("")).expect("removed");
    program.once();
    assert!(bytes(&program) == first, "made anew");
    let other = self::program();
    for folder in ["state", "seeds"] {
        std::fs::create_dir_all(other.home.path().join(folder)).expect("a folder");
        for file in std::fs::read_dir(program.home.path().join(folder)).expect("a folder").flatten() {
            std::fs::copy(file.path(), other.home.path().join(folder).join(file.file_name()))
                .expect("copied");
        }
    }
    other.once();
    assert!(bytes(&other) == first, "on another machine");
}

#[test]
fn subscriptions_are_published_with_their_folders_and_without_their_secrets() {
    let program = program().with("RIVERD_FETCH_ALLOW_PRIVATE", "");
    let opml = "<opml version='2.0'><body><outline text='News'><outline text='Local' xmlUrl='http://me:secret@127.0.0.1:9/feed?key=secret&amp;a=1'/></outline></body></opml>";
    program.drop_file("subscriptions.opml", opml);
    program.once();
    let shown = program.published("subscriptions.opml");
    assert!(
        shown.contains("<outline text=\"News\">") && shown.contains("xmlUrl=\"http://127.0.0.1:9/feed?a=1\""),
        "{shown}"
    );
    assert!(!shown.contains("secret"), "{shown}");
    let own = program.run(&["export", "opml"]);
    assert!(String::from_utf8_lossy(&own.stdout).contains("me:secret@"), "the owner's own export is whole");
}
