//! Links to web pages that are dropped into the folder: the page's own feed is found, followed, and told of.

use serde_json::Value;

use crate::support::program::Program;
use crate::support::server::{Server, ok, rss, status};
use crate::support::wait::until;

/// A site whose page links to `link` (nothing if empty), with a feed at `feed`.
fn site(link: &'static str, feed: &'static str) -> Server {
    Server::start(move |path, _| match path {
        "/blog" if link.is_empty() => {
            ok("Content-Type: text/html\r\n", "<html><body><h1>Ein Blog</h1></body></html>")
        }
        "/blog" => {
            let head = format!("<link rel='alternate' type='application/rss+xml' href='{link}'>");
            ok(
                "Content-Type: text/html\r\n",
                &format!("<html><head>{head}</head><body><h1>Ein Blog</h1></body></html>"),
            )
        }
        path if path == feed => {
            ok("ETag: \"1\"\r\n", &rss(&[("1", "Die Meldung", "https://blog.example/1")]))
        }
        _ => status("404 Not Found", ""),
    })
}

fn program(server: &Server) -> Program {
    let program = Program::new().with("RIVERD_FETCH_HOST_PAUSE", "0s");
    program.drop_file("blog.url", &format!("[InternetShortcut]\r\nURL={}\r\n", server.url("/blog")));
    program
}

fn followed(program: &Program, url: &str) -> Value {
    let feeds = program.json(&["feeds", "--json"]);
    let feeds = feeds["feeds"].as_array().expect("feeds");
    feeds.iter().find(|feed| feed["source"] == url).expect("the page").clone()
}

#[test]
fn a_link_to_a_page_follows_the_feed_that_the_page_links_to() {
    let server = site("/the/feed.xml", "/the/feed.xml");
    let program = program(&server);
    let daemon = program.start();
    daemon.until_feed("the page's feed", |feed| feed.contains("Die Meldung"));
    let feed = followed(&program, &server.url("/blog"));
    assert_eq!(feed["state"], "followed");
    assert_eq!(feed["poll"]["location"], server.url("/the/feed.xml"));
    assert!(feed["advice"].is_null(), "{feed}");
    assert_eq!(
        (server.requests("/blog").len(), server.requests("/feed").len()),
        (1, 0),
        "no place is asked in vain"
    );
    let listed = String::from_utf8_lossy(&program.run(&["feeds"]).stdout).into_owned();
    assert!(listed.contains("its feed:"), "{listed}");
    std::fs::remove_file(program.seeds().join("blog.url")).expect("removed");
    until("the end of the subscription", || {
        (followed(&program, &server.url("/blog"))["state"] == "unsubscribed").then_some(())
    });
    assert!(daemon.feed().contains("Die Meldung"), "its entries stay");
}

#[test]
fn a_page_without_links_has_its_feed_at_one_of_the_usual_places_and_a_restart_goes_there_at_once() {
    let server = site("", "/rss");
    let program = program(&server);
    program.json(&["once", "--json"]);
    let feed = followed(&program, &server.url("/blog"));
    assert_eq!(
        (&feed["poll"]["location"], &feed["entries"]),
        (&Value::from(server.url("/rss")), &Value::from(1))
    );
    program.json(&["once", "--all", "--json"]);
    assert_eq!((server.requests("/blog").len(), server.requests("/rss").len()), (1, 2));
    let again = server.requests("/rss")[1].to_ascii_lowercase();
    assert!(again.contains("if-none-match: \"1\""), "{again}");
}

#[test]
fn a_page_without_a_feed_is_told_with_what_to_do_and_not_searched_again_and_again() {
    let server = site("/gone", "/nowhere");
    let program = program(&server);
    for _ in 0..2 {
        program.json(&["once", "--all", "--json"]);
    }
    let feed = followed(&program, &server.url("/blog"));
    let error = feed["poll"]["last_error"].as_str().unwrap_or_default();
    assert!(error.contains("no feed was found there, nor at 17 other places"), "{error}");
    assert!(feed["advice"].as_str().is_some_and(|advice| !advice.is_empty()), "{feed}");
    assert_eq!(
        (server.requests("/gone").len(), server.requests("/blog/feed").len()),
        (1, 1),
        "each is asked once a week"
    );
    assert_eq!(server.requests("/blog").len(), 2, "the page itself is asked as every feed that fails");
}

#[test]
fn a_page_that_a_list_names_is_not_searched_but_its_feed_is_named() {
    let server = site("/the/feed.xml", "/the/feed.xml");
    let program = Program::new().with("RIVERD_FETCH_HOST_PAUSE", "0s");
    let list = format!("<opml version='2.0'><body><outline xmlUrl='{}'/></body></opml>", server.url("/blog"));
    program.drop_file("list.opml", &list);
    program.json(&["once", "--json"]);
    let feed = followed(&program, &server.url("/blog"));
    assert!(feed["advice"].as_str().is_some_and(|advice| advice.contains("the page links to")), "{feed}");
    assert_eq!(server.requests("/the/feed.xml").len(), 0);
}
