//! Finding feeds behind web pages, and following lists of subscriptions on the web.

use std::sync::{Arc, Mutex};

use crate::support::program::Program;
use crate::support::server::{Server, ok, rss, status};

fn feed(title: &str) -> Vec<u8> {
    ok("ETag: \"1\"\r\n", &rss(&[("1", title, "https://blatt.example/1")]))
}

fn site() -> Server {
    Server::start(|path, _| match path {
        "/links" => ok(
            "Content-Type: text/html\r\n",
            "<html><head><link rel=alternate type='application/rss+xml' href='/broken'>
             <link rel=alternate type='application/atom+xml' href='/linked'></head></html>",
        ),
        "/broken" => status("404 Not Found", ""),
        "/linked" => feed("Verlinkt"),
        "/blog" => ok("Content-Type: text/html\r\n", "<html><body>Ein Blog</body></html>"),
        "/blog/atom.xml" => feed("Im Ordner"),
        "/" => ok("Content-Type: text/html\r\n", "<html><body>Startseite</body></html>"),
        "/feed" => ok("Content-Type: text/html\r\n", "<html>noch eine Seite</html>"),
        "/index.xml" => feed("An der Wurzel"),
        _ => status("404 Not Found", ""),
    })
}

fn program() -> Program {
    Program::new().with("RIVERD_FETCH_HOST_PAUSE", "0s")
}

#[test]
fn the_feed_of_a_page_is_found_by_its_links_then_at_the_usual_places() {
    let server = site();
    for (page, found, title) in [
        ("/links", "/linked", "Verlinkt"),
        ("/blog", "/blog/atom.xml", "Im Ordner"),
        ("/", "/index.xml", "An der Wurzel"),
    ] {
        let program = program();
        let added = program.json(&["subscribe", "--json", &server.url(page)]);
        assert_eq!(added[0]["url"], server.url(found).as_str(), "{added}");
        let written = std::fs::read_to_string(program.seeds().join("subscriptions.opml")).expect("the file");
        assert!(written.contains(&server.url(found)), "{written}");
        let read = program.json(&["inspect", "--json", &server.url(page)]);
        assert_eq!(read["entries"][0]["title"], title);
        assert!(read["complaints"].to_string().contains("its feed is"), "{read}");
    }
}

#[test]
fn a_page_without_a_feed_is_told_as_one() {
    let server = Server::start(|path, _| match path {
        "/page" => ok("Content-Type: text/html\r\n", "<html><body>nichts</body></html>"),
        _ => status("404 Not Found", ""),
    });
    let output = program().run(&["inspect", &server.url("/page")]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("no feed was found there"), "{told}");
}

fn list(server: &str, names: &[&str]) -> Vec<u8> {
    let outlines: String = names
        .iter()
        .map(|name| format!("<outline text='{name}' xmlUrl='http://{server}/{name}'/>"))
        .collect();
    ok(
        "ETag: \"x\"\r\n",
        &format!("<opml version='2.0'><body><outline text='Ordner'>{outlines}</outline></body></opml>"),
    )
}

/// A server whose `/list` lists what the handle says; every other path is a feed, or a list if it is so called.
fn lister() -> (Server, Arc<Mutex<Vec<&'static str>>>) {
    let names = Arc::new(Mutex::new(vec!["eins", "zwei"]));
    let (told, address) = (names.clone(), Arc::new(Mutex::new(String::new())));
    let own = address.clone();
    let server = Server::start(move |path, _| {
        let host = own.lock().expect("an address").clone();
        match path {
            "/list" => list(&host, &told.lock().expect("names")),
            "/nested" => list(&host, &["drei"]),
            other => feed(&format!("Meldung aus {}", &other[1..])),
        }
    });
    address.lock().expect("an address").clone_from(&server.address);
    (server, names)
}

fn states(program: &Program, server: &Server) -> Vec<(String, String)> {
    let feeds = program.json(&["feeds", "--json"]);
    let feeds = feeds["feeds"].as_array().expect("feeds").clone();
    let of = |feed: &serde_json::Value| {
        let name = feed["source"].as_str()?.strip_prefix(&server.url("/"))?.to_owned();
        Some((name, feed["state"].as_str()?.to_owned()))
    };
    feeds.iter().filter_map(of).collect()
}

fn expected(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, state)| ((*name).to_owned(), (*state).to_owned())).collect()
}

#[test]
fn an_opml_on_the_web_is_followed_as_it_changes_and_the_entries_stay() {
    let (server, names) = lister();
    let program = program();
    program.json(&["subscribe", "--json", &server.url("/list")]);
    let once = || program.json(&["once", "--all", "--json"]);
    assert_eq!(once()["polled"], 3, "the list, and at once what it lists");
    assert_eq!(
        states(&program, &server),
        expected(&[("eins", "followed"), ("list", "list"), ("zwei", "followed")])
    );
    names.lock().expect("names").retain(|name| *name != "eins");
    once();
    assert_eq!(
        states(&program, &server),
        expected(&[("eins", "unsubscribed"), ("list", "list"), ("zwei", "followed")])
    );
    let before = server.requests("/eins").len();
    once();
    assert_eq!(server.requests("/eins").len(), before, "what has left the list is not polled");
    assert!(program.json(&["stories", "--json"]).to_string().contains("Meldung aus eins"));
    let exported = String::from_utf8_lossy(&program.run(&["export", "opml"]).stdout).into_owned();
    assert!(
        exported.contains("/zwei") && !exported.contains("/eins") && !exported.contains("/list"),
        "{exported}"
    );
    names.lock().expect("names").clear();
    once();
    assert!(
        states(&program, &server).contains(&("zwei".to_owned(), "followed".to_owned())),
        "an empty list is a fault"
    );
    program.json(&["unsubscribe", "--json", &server.url("/list")]);
    once();
    let gone = [("eins", "unsubscribed"), ("list", "unsubscribed"), ("zwei", "unsubscribed")];
    assert_eq!(states(&program, &server), expected(&gone), "with the list goes what it lists");
}

#[test]
fn a_list_within_a_list_is_not_followed() {
    let (server, names) = lister();
    names.lock().expect("names").push("nested");
    names.lock().expect("names").push("list");
    let program = program();
    program.json(&["subscribe", "--json", &server.url("/list")]);
    program.json(&["once", "--all", "--json"]);
    program.json(&["once", "--all", "--json"]);
    assert!(server.requests("/drei").is_empty());
    let feeds = program.json(&["feeds", "--json"]).to_string();
    assert!(feeds.contains("within another is not followed"), "{feeds}");
    assert!(states(&program, &server).contains(&("list".to_owned(), "list".to_owned())));
}
