//! The daemon as a user meets it: files dropped, changed, renamed, removed; the served feed; its end.

use crate::support::http::{get, request};
use crate::support::program::{Program, entries, samples};

const ARTICLE: &str = "Neue Brücke über die «Lahn»\nDie Stadt baut bis zum Herbst eine neue Brücke.\n\nDas Wichtigste in Kürze\n- Der Bau beginnt im Mai.\n- Er kostet 3'000'000 Franken.\nDer Rat hat dem Bau am Mittwoch nach langer Aussprache mit grosser Mehrheit zugestimmt, wie die Stadt mitteilt.\n";

#[test]
fn a_dropped_article_is_served_changed_renamed_and_withdrawn() {
    let program = Program::new();
    let daemon = program.start();
    program.drop_file("stadt/bruecke.txt", ARTICLE);
    let feed = daemon.until_feed("the article", |feed| feed.contains("Lahn"));
    for part in [
        "<title>Neue Brücke über die «Lahn»</title>",
        "xml:lang=\"de\"",
        "3'000'000",
        "<summary type=\"html\">&lt;p&gt;Die Stadt baut",
    ] {
        assert!(feed.contains(part), "{part} in {feed}");
    }
    let id = entries(&feed)[0].0.clone();
    program.drop_file("stadt/bruecke.txt", &ARTICLE.replace("Mai", "Juni"));
    let feed = daemon.until_feed("the change", |feed| feed.contains("im Juni"));
    assert_eq!(entries(&feed)[0].0, id, "a change keeps the id");
    std::fs::rename(program.seeds().join("stadt/bruecke.txt"), program.seeds().join("steg.txt"))
        .expect("renamed");
    program.drop_file("zeuge.txt", "Zeuge\n\nDamit man sieht, dass der Umzug angekommen ist.");
    let feed = daemon.until_feed("the witness", |feed| feed.contains("Zeuge"));
    assert!(entries(&feed).iter().any(|(known, _)| *known == id), "a rename keeps the id: {feed}");
    std::fs::remove_file(program.seeds().join("steg.txt")).expect("removed");
    daemon.until_feed("the withdrawal", |feed| !feed.contains("Lahn"));
    assert_eq!(daemon.terminate(), Some(0));
}

#[test]
fn what_came_while_it_was_down_is_found_and_ids_stay() {
    let program = Program::new();
    program.drop_file("a.txt", ARTICLE);
    let daemon = program.start();
    let first = entries(&daemon.until_feed("the article", |feed| feed.contains("Lahn")));
    assert_eq!(daemon.terminate(), Some(0));
    program.drop_file("b.md", "# Another thing\n\nSomething else has happened in the meantime.\n");
    let daemon = program.start();
    let second = entries(&daemon.until_feed("both", |feed| feed.contains("Another thing")));
    assert!(second.contains(&first[0]), "{second:?}");
    assert_eq!(second.len(), 2);
}

#[test]
fn the_samples_fold_into_stories_and_are_served() {
    let program = Program::new().with("RIVERD_FOLDER_PATH", samples().to_str().expect("a path"));
    let daemon = program.start();
    let feed = daemon.until_feed("the samples", |feed| entries(feed).len() >= 6);
    assert!(feed.contains("«Grok»") && feed.contains("Musterstädter Tagesblatt"), "{feed}");
    assert_eq!(get(&daemon.address, "/healthz").map(|answer| answer.status), Some(200));
}

#[test]
fn a_retelling_with_the_same_link_folds_into_the_story() {
    let program = Program::new();
    let daemon = program.start();
    program.drop_file("a.txt", &ARTICLE.replacen('\n', "\nQuelle: https://blatt.example/bruecke\n", 1));
    let id = entries(&daemon.until_feed("the article", |feed| feed.contains("Lahn")))[0].0.clone();
    let retold = crate::support::server::rss(&[
        ("1", "Stadtrat stimmt Brückenbau zu", "https://www.blatt.example/bruecke?utm_source=rss"),
        ("2", "Freibad öffnet später", "https://blatt.example/freibad"),
    ]);
    program.drop_file("blatt.xml", &retold);
    let feed = daemon.until_feed("the retelling", |feed| feed.contains("Freibad"));
    let entries = entries(&feed);
    assert_eq!(entries.len(), 2, "{feed}");
    assert!(entries.iter().any(|(known, _)| *known == id), "the story keeps its id");
    assert!(feed.contains("rel=\"related\"") && feed.contains("Gleicher Text bei"), "{feed}");
}

#[test]
fn what_cannot_be_read_is_set_aside_with_its_reason_and_stops_nothing() {
    let program = Program::new();
    let daemon = program.start();
    program.drop_file("bild.jpg", "x");
    program.drop_file("leer.txt", "");
    program.drop_file("kaputt.xml", "das ist kein Feed");
    program.drop_file("gut.txt", ARTICLE);
    daemon.until_feed("the good one", |feed| feed.contains("Lahn"));
    let aside = crate::support::wait::until("three set aside", || {
        let feeds = program.json(&["feeds", "--json"]);
        let aside = feeds["set_aside"].as_array().expect("a list").clone();
        (aside.len() == 3).then_some(aside)
    });
    let reasons: Vec<_> = aside.iter().map(|file| file["reason"].as_str().expect("a reason")).collect();
    assert!(
        reasons[0].contains(".jpg") && reasons[1].contains("neither RSS") && reasons[2].contains("empty"),
        "{reasons:?}"
    );
}

#[test]
fn the_feed_is_served_by_the_rules_of_http() {
    let program = Program::new();
    program.drop_file("a.txt", ARTICLE);
    let daemon = program.start();
    daemon.until_feed("the article", |feed| feed.contains("Lahn"));
    let ask = |method: &str, path: &str, headers: &[(&str, &str)]| {
        request(&daemon.address, method, path, headers).expect("an answer")
    };
    let whole = ask("GET", "/river.atom", &[]);
    let etag = whole.header("etag").expect("an ETag").to_owned();
    assert_eq!(whole.header("content-type"), Some("application/atom+xml; charset=utf-8"));
    assert!(whole.header("last-modified").is_some() && whole.header("vary").is_some());
    assert_eq!(ask("GET", "/river.atom", &[("If-None-Match", &etag)]).status, 304);
    let head = ask("HEAD", "/river.atom", &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.header("content-length"));
    let gzip = ask("GET", "/river.atom", &[("Accept-Encoding", "gzip")]);
    assert_eq!((gzip.header("content-encoding"), &gzip.body[..2]), (Some("gzip"), &[0x1f, 0x8b][..]));
    let posted = ask("POST", "/river.atom", &[("Content-Length", "0")]);
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
    assert_eq!(ask("GET", "/nothing", &[]).status, 404);
    assert!(ask("GET", "/", &[]).text().contains("/river.atom"));
}
