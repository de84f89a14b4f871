//! Remote feeds on loopback: subscriptions, conditional requests, errors, restarts.

use crate::support::program::{Program, entries};
use crate::support::server::{Server, ok, rss, status};
use crate::support::wait::until;

fn opml(urls: &[String]) -> String {
    let outlines: String = urls.iter().map(|url| format!("<outline text='x' xmlUrl='{url}'/>")).collect();
    format!("<opml version='2.0'><body><outline text='Test'>{outlines}</outline></body></opml>")
}

#[test]
fn rule_01_validators_are_sent_back_verbatim_and_survive_a_restart() {
    let server = Server::start(|_, request| {
        if request.to_lowercase().contains("if-none-match: w/\"ä odd\"")
            || request.contains("if-none-match: \"v 1\"")
        {
            return status("304 Not Modified", "");
        }
        ok(
            "ETag: \"v 1\"\r\nLast-Modified: yesterday, sort of\r\n",
            &rss(&[("1", "Erste Meldung", "https://blatt.example/1")]),
        )
    });
    let program = Program::new().with("RIVERD_FETCH_MIN_INTERVAL", "50ms");
    program.drop_file("s.opml", &opml(&[server.url("/feed")]));
    let daemon = program.start();
    daemon.until_feed("the entry", |feed| feed.contains("Erste Meldung"));
    until("three polls", || (server.requests("/feed").len() >= 3).then_some(()));
    daemon.kill();
    let before = server.requests("/feed").len();
    let daemon = program.start();
    until("a poll after the restart", || (server.requests("/feed").len() > before).then_some(()));
    let requests = server.requests("/feed");
    assert!(!requests[0].to_lowercase().contains("if-none-match"), "the first is unconditional");
    for request in &requests[1..] {
        assert!(request.contains("if-none-match: \"v 1\""), "{request}");
        assert!(request.contains("if-modified-since: yesterday, sort of"), "{request}");
    }
    assert_eq!(entries(&daemon.feed()).len(), 1);
}

#[test]
fn rule_10_due_dates_are_kept_over_a_restart() {
    let server =
        Server::start(|_, _| ok("ETag: \"1\"\r\n", &rss(&[("1", "Meldung", "https://blatt.example/1")])));
    let program = Program::new();
    program.drop_file("s.opml", &opml(&[server.url("/feed")]));
    program.start().until_feed("the entry", |feed| feed.contains("Meldung"));
    let polled = || {
        program.json(&["feeds", "--json"])["feeds"]
            .as_array()
            .expect("feeds")
            .iter()
            .any(|feed| feed["poll"]["next_poll"].is_number())
    };
    assert!(polled());
    let daemon = program.start();
    program.drop_file("zeuge.txt", "Zeuge\n\nEin Text.");
    daemon.until_feed("the witness", |feed| feed.contains("Zeuge"));
    assert_eq!(server.requests("/feed").len(), 1, "what is not due is not polled");
}

#[test]
fn rule_19_redirects_are_followed_to_their_end_and_loops_are_ended() {
    let server = Server::start(|path, _| match path {
        "/a" => status("301 Moved Permanently", "Location: /b\r\n"),
        "/b" => status("302 Found", "Location: /feed\r\n"),
        "/loop" => status("302 Found", "Location: /loop\r\n"),
        _ => ok("", &rss(&[("1", "Am Ziel", "https://blatt.example/1")])),
    });
    let program = Program::new();
    program.drop_file("s.opml", &opml(&[server.url("/a"), server.url("/loop")]));
    let done = program.json(&["once", "--json"]);
    assert_eq!((done["polled"].as_u64(), done["failed"].as_u64()), (Some(2), Some(1)));
    let feeds = program.json(&["feeds", "--json"]).to_string();
    assert!(feeds.contains("more than 8 redirects"), "{feeds}");
    assert!(program.json(&["stories", "--json"]).to_string().contains("Am Ziel"));
}

#[test]
fn rule_20_private_addresses_are_refused_unless_allowed_also_behind_redirects() {
    let server = Server::start(|_, _| ok("", &rss(&[("1", "Geheim", "https://blatt.example/1")])));
    let program = Program::new().with("RIVERD_FETCH_ALLOW_PRIVATE", "10.0.0.0/8");
    program.drop_file(
        "s.opml",
        &opml(&[server.url("/feed"), server.url("/feed").replace("127.0.0.1", "localhost")]),
    );
    let done = program.json(&["once", "--json"]);
    assert_eq!(done["failed"].as_u64(), Some(2));
    assert!(server.requests("/feed").is_empty());
}

#[test]
fn rule_16_a_body_over_the_limit_a_web_page_and_an_error_leave_the_entries_alone() {
    let server = Server::start(|path, _| match path {
        "/page" => ok(
            "Content-Type: text/html\r\n",
            "<html><head><link rel=alternate type='application/rss+xml' href='/feed'></head></html>",
        ),
        "/large" => ok("", &"x".repeat(100_000)),
        "/error" => status("500 Oh dear", ""),
        _ => ok("", &rss(&[("1", "Gut", "https://blatt.example/1")])),
    });
    let program = Program::new().with("RIVERD_FETCH_MAX_SIZE", "50 KiB");
    let urls: Vec<_> = ["/page", "/large", "/error", "/good"].map(|path| server.url(path)).into();
    program.drop_file("s.opml", &opml(&urls));
    let done = program.json(&["once", "--all", "--json"]);
    assert_eq!(done["polled"].as_u64(), Some(4));
    let feeds = program.json(&["feeds", "--json"]).to_string();
    for part in ["it links to the feed", "larger than 51200 bytes", "answered 500"] {
        assert!(feeds.contains(part), "{part} in {feeds}");
    }
}

#[test]
fn a_removed_opml_unsubscribes_and_the_entries_stay() {
    let server = Server::start(|_, _| ok("", &rss(&[("1", "Bleibt", "https://blatt.example/1")])));
    let program = Program::new();
    program.drop_file("s.opml", &opml(&[server.url("/feed")]));
    let daemon = program.start();
    daemon.until_feed("the entry", |feed| feed.contains("Bleibt"));
    std::fs::remove_file(program.seeds().join("s.opml")).expect("removed");
    until("the feed's state", || {
        program.json(&["feeds", "--json"]).to_string().contains("unsubscribed").then_some(())
    });
    assert!(daemon.feed().contains("Bleibt"));
}
