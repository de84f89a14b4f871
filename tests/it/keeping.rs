//! Retention: what is forgotten, what never is, that it does not come back, and what the store takes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use serde_json::Value;

use crate::support::http::get;
use crate::support::program::{Program, entries};
use crate::support::server::{Server, ok};
use crate::support::wait::until;

/// A feed of the items of these numbers; each is half a day younger than the one before, the hundredth is of now.
fn feed(numbers: impl Iterator<Item = u64>) -> String {
    let item = |n: u64| {
        let date = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs((100 - n) * 43_200));
        format!(
            "<item><guid isPermaLink='false'>item-{n}</guid><title>Sache{n} Ding{n}</title><link>https://blatt.example/{n}</link>\
             <pubDate>{date}</pubDate><description>Wort{n} Satz{n} Text{n}.</description></item>"
        )
    };
    let items: String = numbers.map(item).collect();
    format!(
        "<rss version='2.0'><channel><title>Blatt</title><link>https://blatt.example/</link>{items}</channel></rss>"
    )
}

/// A program that follows one feed, whose document is what is put in the slot.
fn following(first: String) -> (Program, Arc<Mutex<String>>) {
    let slot = Arc::new(Mutex::new(first));
    let given = slot.clone();
    let server = Server::start(move |_, _| ok("", &given.lock().expect("the document")));
    let program = Program::new()
        .with("RIVERD_STORY_TIER", "identity")
        .with("RIVERD_SERVE_PUBLIC_URL", "http://river.example")
        .with("RIVERD_PUBLISH_LIMIT", "8")
        .with("RIVERD_PUBLISH_ARCHIVE_PAGE", "5");
    program.drop_file(
        "s.opml",
        &format!("<opml version='2.0'><body><outline xmlUrl='{}'/></body></opml>", server.url("/f")),
    );
    (program, slot)
}

fn polled(program: &Program, slot: &Mutex<String>, document: String) -> Value {
    *slot.lock().expect("the document") = document;
    program.json(&["once", "--all", "--json"])
}

fn titles(program: &Program) -> Vec<String> {
    let stories = program.json(&["stories", "--limit", "1000", "--json"]);
    let told = |story: &Value| {
        let coverage = story["coverage"].as_array().cloned().unwrap_or_default();
        std::iter::once(story["lead"].clone()).chain(coverage).collect::<Vec<_>>()
    };
    let reports = stories.as_array().expect("a list").iter().flat_map(told);
    let mut titles: Vec<String> =
        reports.map(|report| report["title"].as_str().unwrap_or_default().to_owned()).collect();
    assert!(!titles.is_empty(), "{stories}");
    titles.sort();
    titles
}

fn is_found(program: &Program, n: u64) -> bool {
    let found = program.json(&["search", &format!("sache{n}"), "--json"]);
    !found.as_array().expect("a list").is_empty()
}

fn is_whole(program: &Program) {
    let checked = program.json(&["check", "--store", "--json"]);
    assert_eq!(checked["faults"].as_array().map(Vec::len), Some(0), "{checked}");
}

/// Every page of the archive, oldest last, and the feed itself.
fn pages(program: &Program) -> Vec<String> {
    let daemon = program.start();
    let mut pages = vec![daemon.until_feed("the feed", |feed| feed.contains("<entry"))];
    let mut path = "/river.atom".to_owned();
    loop {
        let text = get(&daemon.address, &path).expect("a page").text();
        pages.push(text.clone());
        let Some((_, rest)) = text.split_once("rel=\"prev-archive\"") else { break };
        let link = rest.split_once("href=\"http://river.example").expect("a link").1;
        path = link.split('"').next().expect("an address").to_owned();
    }
    assert_eq!(daemon.terminate(), Some(0));
    pages
}

#[test]
fn by_default_everything_is_kept_for_ever() {
    let (program, slot) = following(feed(1..=30));
    polled(&program, &slot, feed(1..=30));
    let done = polled(&program, &slot, feed(60..=61));
    assert_eq!(done["forgotten"], 0);
    assert!(is_found(&program, 1) && is_found(&program, 30));
    assert_eq!(program.json(&["feeds", "--json"])["store"]["entries"], 32);
}

#[test]
fn what_a_feed_has_too_many_of_is_forgotten_and_does_not_come_back_and_what_is_shown_or_held_stays() {
    let (program, slot) = following(feed(1..=40));
    let program = program.with("RIVERD_STORE_KEEP_ENTRIES", "10");
    // What the feed's document holds stays, though it is four times too many.
    assert_eq!(polled(&program, &slot, feed(1..=40))["forgotten"], 0);
    let archive = pages(&program);
    assert!(archive.len() > 3, "{} pages", archive.len());
    // Of the 38 that are no longer held, the 18 that were too old to be told stand in no river.
    let done = polled(&program, &slot, feed(39..=50));
    assert_eq!(done["forgotten"], 20, "{done}");
    assert!(!is_found(&program, 3) && is_found(&program, 25) && is_found(&program, 45));
    is_whole(&program);
    let sizes = program.json(&["feeds", "--json"]);
    let listed = sizes["feeds"].as_array().expect("feeds").iter();
    let sized = listed.map(|feed| &feed["size"]).find(|size| size["stored"] != 0).expect("a feed");
    assert_eq!((&sized["stored"], &sized["forgotten"]), (&Value::from(30), &Value::from(20)));
    assert!(
        sizes["store"]["bytes"].as_i64() > Some(50_000) && sized["bytes"].as_i64() > Some(10_000),
        "{sizes}"
    );
    // The document holds them again: they are no news.
    let before = titles(&program);
    polled(&program, &slot, feed(1..=50));
    assert_eq!(titles(&program), before);
    assert!(!is_found(&program, 3));
    is_whole(&program);
}

#[test]
fn pages_of_archives_stay_as_they_are_when_what_stands_in_them_is_forgotten() {
    let (program, slot) = following(feed(61..=80));
    let program =
        program.with("RIVERD_STORE_KEEP_ENTRIES", "10").with("RIVERD_STORE_FORGET_ARCHIVED", "true");
    polled(&program, &slot, feed(61..=80));
    let before = pages(&program);
    let done = polled(&program, &slot, feed(81..=83));
    // Seven or eight of the older ones are still in the subscription document, or among the newest ten.
    assert_eq!(done["forgotten"], 13, "{done}");
    assert!(!is_found(&program, 61) && is_found(&program, 80));
    is_whole(&program);
    let after = pages(&program);
    let ids = |pages: &[String]| {
        let mut ids: Vec<_> = pages[1..].iter().flat_map(|page| entries(page)).map(|(id, _)| id).collect();
        ids.sort();
        let all = ids.len();
        ids.dedup();
        (all, ids)
    };
    let ((all, walked), (known, earlier)) = (ids(&after), ids(&before));
    assert_eq!((all, walked.len(), known), (23, 23, 20), "a walk meets everything once");
    assert!(earlier.iter().all(|id| walked.contains(id)));
    assert_eq!(after.last(), before.last(), "the oldest page is the same to the byte");
    // And nothing of it comes back.
    polled(&program, &slot, feed(61..=83));
    assert_eq!(ids(&pages(&program)), (all, walked));
}

#[test]
fn what_is_old_is_forgotten_by_the_running_daemon_but_never_what_the_owner_spoke_of() {
    let (program, slot) = following(feed(71..=90));
    let program = program
        .with("RIVERD_STORE_KEEP", "2d")
        .with("RIVERD_STORE_FORGET_ARCHIVED", "true")
        .with("RIVERD_STORE_PRUNE_EVERY", "100ms");
    polled(&program, &slot, feed(71..=90));
    polled(&program, &slot, feed(91..=98));
    program.json(&["join", "Sache72", "Sache73", "--json"]);
    pages(&program);
    let aged = "UPDATE entries SET first_seen = first_seen - 864000000 WHERE id <= 20";
    Connection::open(program.home.path().join("state/riverd.db"))
        .expect("the store")
        .execute(aged, [])
        .expect("aged");
    let daemon = program.start();
    until("what is old to be forgotten", || {
        let sizes = program.json(&["feeds", "--json"]);
        (sizes["store"]["forgotten"].as_i64() >= Some(15)).then_some(())
    });
    assert!(is_found(&program, 72) && is_found(&program, 73) && is_found(&program, 98));
    assert!(!is_found(&program, 74));
    assert_eq!(daemon.terminate(), Some(0));
    is_whole(&program);
    assert!(program.run(&["restory"]).status.success());
    is_whole(&program);
}

#[test]
fn a_file_that_is_dropped_again_is_in_again_whatever_was_forgotten() {
    let (program, slot) = following(feed(98..=99));
    let program = program.with("RIVERD_STORE_KEEP", "2d").with("RIVERD_STORE_FORGET_ARCHIVED", "true");
    program.drop_file("alt.txt", "Alter Artikel\n\nEin Text.");
    polled(&program, &slot, feed(98..=99));
    let first = titles(&program);
    assert!(first.contains(&"Alter Artikel".to_owned()));
    std::fs::remove_file(program.seeds().join("alt.txt")).expect("removed");
    polled(&program, &slot, feed(98..=99));
    let aged = "UPDATE entries SET first_seen = first_seen - 864000000 WHERE withdrawn IS NOT NULL";
    Connection::open(program.home.path().join("state/riverd.db"))
        .expect("the store")
        .execute(aged, [])
        .expect("aged");
    assert_eq!(polled(&program, &slot, feed(98..=99))["forgotten"], 1);
    program.drop_file("alt.txt", "Alter Artikel\n\nEin Text.");
    polled(&program, &slot, feed(98..=99));
    assert_eq!(titles(&program), first);
    is_whole(&program);
    let bad = Program::new().with("RIVERD_STORE_KEEP", "1h").run(&["check"]);
    assert_eq!(bad.status.code(), Some(78));
}

#[test]
fn a_river_that_has_far_to_go_is_served_meanwhile_and_tells_everything_once_in_the_end() {
    const ALL: usize = 2_600;
    let program = Program::new()
        .with("RIVERD_STORY_TIER", "identity")
        .with("RIVERD_SERVE_PUBLIC_URL", "http://river.example")
        .with("RIVERD_PUBLISH_LIMIT", "50");
    let item = |n: usize| {
        let date = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs((ALL - n) as u64 * 60));
        format!(
            "<item><guid isPermaLink='false'>i{n}</guid><title>Sache{n}</title><pubDate>{date}</pubDate></item>"
        )
    };
    let items: String = (0..ALL).map(item).collect();
    program.drop_file(
        "alt.xml",
        &format!("<rss version='2.0'><channel><title>B</title>{items}</channel></rss>"),
    );
    program.json(&["once", "--json"]);
    let daemon = program.start();
    let newest = entries(&daemon.feed());
    assert_eq!(
        newest.first().map(|(_, title)| title.as_str()),
        Some("Sache2599"),
        "the newest are served at once"
    );
    let walk = || {
        let (mut path, mut ids) = ("/river.atom".to_owned(), Vec::new());
        loop {
            let text = get(&daemon.address, &path).expect("a page").text();
            ids.extend(entries(&text).into_iter().map(|(id, _)| id));
            let Some((_, rest)) = text.split_once("rel=\"prev-archive\"") else { return ids };
            let link = rest.split_once("href=\"http://river.example").expect("a link").1;
            path = link.split('"').next().expect("an address").to_owned();
        }
    };
    let mut ids = until("all of it", || {
        let ids = walk();
        (ids.len() >= ALL).then_some(ids)
    });
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), ALL);
    assert_eq!(daemon.terminate(), Some(0));
    is_whole(&program);
}
