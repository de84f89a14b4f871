//! The rules of polite fetching that show only in a whole riverd: what it remembers, what it tells, what it adopts.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::support::program::{Program, entries};
use crate::support::server::{Server, ok, rss, status};
use crate::support::wait::until;

fn opml(urls: &[String]) -> String {
    let outlines: String = urls.iter().map(|url| format!("<outline text='x' xmlUrl='{url}'/>")).collect();
    format!("<opml version='2.0'><body>{outlines}</body></opml>")
}

fn follows(urls: &[String]) -> Program {
    let program = Program::new();
    program.drop_file("s.opml", &opml(urls));
    program
}

/// What `riverd feeds` says of the feed.
fn listed(program: &Program, url: &str) -> Value {
    let feeds = program.json(&["feeds", "--json"]);
    let feeds = feeds["feeds"].as_array().expect("feeds").clone();
    feeds.into_iter().find(|feed| feed["source"] == url).expect("it is listed")
}

/// An answer that depends on how many requests came before.
fn by_turn(answers: Vec<Vec<u8>>) -> Server {
    let turn = AtomicUsize::new(0);
    Server::start(move |_, _| {
        let at = turn.fetch_add(1, Ordering::SeqCst);
        answers[at.min(answers.len() - 1)].clone()
    })
}

fn one(title: &str) -> String {
    rss(&[("1", title, "https://blatt.example/1")])
}

/// The conditional headers of each request, as `ETAG|DATE`.
fn conditions(server: &Server, path: &str) -> Vec<String> {
    let header = |request: &str, name: &str| {
        let line = request.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("-");
        line.to_owned()
    };
    let all = server.requests(path);
    let told = |request: &String| {
        format!("{}|{}", header(request, "if-none-match: "), header(request, "if-modified-since: "))
    };
    all.iter().map(told).collect()
}

fn poll_all(program: &Program, times: usize) {
    for _ in 0..times {
        program.json(&["once", "--all", "--json"]);
    }
}

#[test]
fn rule_02_validators_are_replaced_by_every_200_forgotten_if_it_has_none_and_merged_from_a_304() {
    let same = one("Meldung");
    let server = by_turn(vec![
        ok("ETag: \"a\"\r\nLast-Modified: monday\r\n", &same),
        status("304 Not Modified", "ETag: W/\"b\"\r\n"),
        ok("ETag: \"c\"\r\n", &same),
        ok("Last-Modified: tuesday\r\n", &same),
        ok("", &one("Andere Meldung")),
        ok("", &same),
    ]);
    let program = follows(&[server.url("/feed")]);
    poll_all(&program, 6);
    let expected = ["-|-", "\"a\"|monday", "W/\"b\"|monday", "\"c\"|-", "-|tuesday", "-|-"];
    assert_eq!(conditions(&server, "/feed"), expected);
}

#[test]
fn rule_03_a_document_that_does_not_parse_or_is_cut_short_keeps_the_old_validators() {
    let whole = rss(&[("1", "Eins", "https://blatt.example/1"), ("2", "Zwei", "https://blatt.example/2")]);
    let cut = &whole[..whole.find("<item><guid isPermaLink='false'>2").expect("the second item")];
    let server = by_turn(vec![
        ok("ETag: \"good\"\r\n", &one("Eins")),
        ok("ETag: \"page\"\r\n", "<html><body>Wartung</body></html>"),
        ok("ETag: \"empty\"\r\n", ""),
        ok("ETag: \"cut\"\r\n", cut),
        ok("ETag: \"cut\"\r\n", cut),
        ok("ETag: \"whole\"\r\n", &whole),
        status("304 Not Modified", ""),
    ]);
    let program = follows(&[server.url("/feed")]);
    poll_all(&program, 7);
    let good = "\"good\"|-";
    assert_eq!(conditions(&server, "/feed"), ["-|-", good, good, good, good, good, "\"whole\"|-"]);
    assert!(program.json(&["stories", "--json"]).to_string().contains("Zwei"));
}

#[test]
fn rule_04_validators_survive_errors_and_are_never_shown_to_where_a_redirect_leads() {
    let turn = AtomicUsize::new(0);
    let server = Server::start(move |path, request| match path {
        "/target" if request.contains("if-none-match: \"target\"") => status("304 Not Modified", ""),
        "/target" => ok("ETag: \"target\"\r\n", &one("Am Ziel")),
        _ => match turn.fetch_add(1, Ordering::SeqCst) {
            0 => ok("ETag: \"own\"\r\n", &one("Meldung")),
            1 => status("500 Oh dear", ""),
            2 | 3 => status("302 Found", "Location: /target\r\n"),
            _ => ok("ETag: \"own\"\r\n", &one("Meldung")),
        },
    });
    let program = follows(&[server.url("/feed")]);
    poll_all(&program, 5);
    assert_eq!(conditions(&server, "/feed"), ["-|-", "\"own\"|-", "\"own\"|-", "-|-", "-|-"]);
    assert_eq!(conditions(&server, "/target"), ["-|-", "\"target\"|-"], "its own, and no other's");
}

#[test]
fn rule_05_exactly_one_request_is_unconditional() {
    let server = Server::start(|_, request| {
        if request.contains("if-none-match: \"1\"") {
            return status("304 Not Modified", "");
        }
        ok("ETag: \"1\"\r\n", &one("Meldung"))
    });
    let program = follows(&[server.url("/feed")]).with("RIVERD_FETCH_MIN_INTERVAL", "20ms");
    let daemon = program.start();
    until("polls", || (server.requests("/feed").len() >= 4).then_some(()));
    daemon.kill();
    poll_all(&program, 2);
    let asked = conditions(&server, "/feed");
    assert_eq!(asked.iter().filter(|asked| *asked == "-|-").count(), 1, "{asked:?}");
}

#[test]
fn rule_06_the_reason_of_each_date_is_told() {
    let server = Server::start(|path, _| {
        let headers = match path {
            "/fresh" => "ETag: \"1\"\r\nCache-Control: max-age=7200\r\n",
            "/bare" => "",
            _ => "ETag: \"1\"\r\n",
        };
        let ttl = if path == "/ttl" { "<ttl>90</ttl>" } else { "" };
        ok(headers, &one("Meldung").replace("<item>", &format!("{ttl}<item>")))
    });
    let urls: Vec<_> = ["/fresh", "/bare", "/ttl", "/plain"].map(|path| server.url(path)).into();
    let program = follows(&urls);
    poll_all(&program, 1);
    for (url, why) in urls.iter().zip([
        "max-age 2 h",
        "no validators: at most every 1 h",
        "ttl 1.5 h",
        "fetch.min_interval",
    ]) {
        let feed = listed(&program, url);
        assert!(feed["why"].as_str().is_some_and(|told| told.starts_with(why)), "{feed}");
        assert_eq!(feed["poll"]["answers"][0]["status"], 200);
        let wait =
            feed["next_poll"].as_i64().expect("a date") - feed["poll"]["last_poll"].as_i64().expect("a date");
        assert!(wait >= 900_000, "{feed}");
    }
}

#[test]
fn rule_12_retry_after_holds_over_a_restart_and_even_when_the_owner_asks() {
    let server = Server::start(|path, _| match path {
        "/busy" => status("503 Busy", "Retry-After: 7200\r\n"),
        "/many" => status("429 Too Many Requests", ""),
        _ => ok("", &one("Meldung")),
    });
    let program = follows(&[server.url("/busy"), server.url("/many"), server.url("/good")]);
    let first = program.json(&["once", "--all", "--json"]);
    assert_eq!((first["polled"].as_u64(), first["failed"].as_u64()), (Some(3), Some(2)));
    let again = program.json(&["once", "--all", "--json"]);
    assert_eq!((again["polled"].as_u64(), again["postponed"].as_u64()), (Some(1), Some(2)), "{again}");
    let daemon = program.start();
    program.drop_file("zeuge.txt", "Zeuge\n\nEin Text.");
    daemon.until_feed("the witness", |feed| feed.contains("Zeuge"));
    assert_eq!((server.requests("/busy").len(), server.requests("/many").len()), (1, 1));
    let feed = listed(&program, &server.url("/busy"));
    assert_eq!(feed["why"], "Retry-After 2 h");
    assert!(feed["advice"].as_str().is_some_and(|advice| advice.contains("tried again by itself")), "{feed}");
}

#[test]
fn rule_13_a_network_that_is_away_counts_against_no_feed() {
    // Nothing resolves .invalid (RFC 6761); nothing listens on port 1, which is the host's own affair.
    let program = follows(&["http://127.0.0.1:1/refused".to_owned()]);
    poll_all(&program, 1);
    let refused = listed(&program, "http://127.0.0.1:1/refused");
    assert_eq!(
        (refused["poll"]["failures"].as_u64(), refused["poll"]["unreached"].as_u64()),
        (Some(1), Some(0))
    );
    assert!(
        refused["advice"].as_str().is_some_and(|advice| advice.contains("refuses connections")),
        "{refused}"
    );
}

#[test]
fn rule_14_a_410_retires_the_feed_and_says_so_and_a_404_does_not() {
    let server = Server::start(|path, _| match path {
        "/gone" => status("410 Gone", ""),
        _ => status("404 Not Found", ""),
    });
    let program = follows(&[server.url("/gone"), server.url("/lost")]);
    poll_all(&program, 2);
    assert_eq!((server.requests("/gone").len(), server.requests("/lost").len()), (1, 2));
    let (gone, lost) = (listed(&program, &server.url("/gone")), listed(&program, &server.url("/lost")));
    assert_eq!((gone["state"].as_str(), lost["state"].as_str()), (Some("retired"), Some("followed")));
    assert!(gone["advice"].as_str().is_some_and(|advice| advice.contains("unsubscribe")), "{gone}");
    // Whoever subscribes to it again means it.
    program.drop_file("s.opml", &opml(&[]));
    poll_all(&program, 1);
    program.drop_file("s.opml", &opml(&[server.url("/gone"), server.url("/lost")]));
    poll_all(&program, 1);
    assert_eq!(server.requests("/gone").len(), 2);
}

#[test]
fn rule_14_a_lasting_move_is_adopted_with_its_entries_and_left_again_when_it_leads_nowhere() {
    let turn = AtomicUsize::new(0);
    let server = Server::start(move |path, request| match path {
        "/old" => status("301 Moved Permanently", "Location: /new\r\n"),
        "/passing" => status("302 Found", "Location: /elsewhere\r\n"),
        "/page" => status("301 Moved Permanently", "Location: /home\r\n"),
        "/home" => ok("Content-Type: text/html\r\n", "<html><body>Willkommen</body></html>"),
        "/new" if turn.fetch_add(1, Ordering::SeqCst) > 3 => status("404 Not Found", ""),
        _ if request.contains("if-none-match") => status("304 Not Modified", ""),
        _ => ok("ETag: \"1\"\r\n", &one("Umgezogen")),
    });
    let urls: Vec<_> = ["/old", "/passing", "/page"].map(|path| server.url(path)).into();
    let program = follows(&urls).with("RIVERD_FETCH_ADOPT_MOVE_AFTER", "0s");
    poll_all(&program, 2);
    let ids = program.json(&["stories", "--json"]).to_string();
    poll_all(&program, 2);
    assert_eq!(
        (server.requests("/old").len(), server.requests("/new").len()),
        (2, 4),
        "asked for at its new place"
    );
    assert_eq!(server.requests("/passing").len(), 4, "a passing redirect is never adopted");
    assert_eq!(server.requests("/page").len(), 4, "nor one to what is no feed");
    assert_eq!(program.json(&["stories", "--json"]).to_string(), ids, "the entries are what they were");
    let feed = listed(&program, &urls[0]);
    assert_eq!(feed["poll"]["location"], server.url("/new").as_str());
    assert!(feed["advice"].as_str().is_some_and(|advice| advice.contains("has moved to")), "{feed}");
    poll_all(&program, 2);
    assert_eq!(server.requests("/old").len(), 3, "its own address is asked again");
}

#[test]
fn rule_16_a_web_page_or_nothing_instead_of_the_feed_is_an_error_and_the_entries_stay() {
    let server = by_turn(vec![
        ok("", &one("Bleibt")),
        ok(
            "Content-Type: text/html\r\n",
            "<html><head><link rel=alternate type='application/rss+xml' href='/neu.xml'></head></html>",
        ),
        ok("", ""),
        ok("", " \n "),
    ]);
    let url = server.url("/feed");
    let program = follows(std::slice::from_ref(&url));
    poll_all(&program, 2);
    let feed = listed(&program, &url);
    let error = feed["poll"]["last_error"].as_str().expect("an error").to_owned();
    assert!(error.contains(&server.url("/neu.xml")), "{error}");
    assert!(feed["advice"].as_str().is_some_and(|advice| advice.contains("page links to")), "{feed}");
    poll_all(&program, 2);
    let feed = listed(&program, &url);
    assert_eq!((feed["poll"]["failures"].as_u64(), feed["entries"].as_u64()), (Some(3), Some(1)));
    assert!(feed["poll"]["last_error"].as_str().is_some_and(|error| error.contains("empty")), "{feed}");
    assert!(program.json(&["stories", "--json"]).to_string().contains("Bleibt"));
}

fn items(prefix: &str, host: &str, extra: &[(&str, &str)]) -> String {
    let titles = ["Rathaus wird saniert", "Brücke gesperrt", "Freibad öffnet früher"];
    let mut items: Vec<(String, String, String)> = titles
        .iter()
        .enumerate()
        .map(|(n, title)| {
            (format!("{prefix}-{n}"), (*title).to_owned(), format!("https://{host}/artikel/{n}"))
        })
        .collect();
    items.extend(
        extra
            .iter()
            .map(|(id, title)| ((*id).to_owned(), (*title).to_owned(), format!("https://{host}/{id}"))),
    );
    let items: Vec<_> =
        items.iter().map(|(id, title, link)| (id.as_str(), title.as_str(), link.as_str())).collect();
    rss(&items)
}

#[test]
fn rule_17_a_feed_that_changes_all_its_ids_is_not_told_again() {
    let server = by_turn(vec![
        ok("", &items("alt", "blatt.example", &[])),
        ok("", &items("neu", "blatt.example", &[])),
        ok("", &items("umzug", "neues-blatt.example", &[("n", "Ganz neu")])),
        ok("", &items("umzug", "neues-blatt.example", &[("n", "Ganz neu")])),
    ]);
    let url = server.url("/feed");
    let program = follows(std::slice::from_ref(&url));
    let daemon_feed = |program: &Program| {
        let daemon = program.start();
        program.drop_file("zeuge.txt", "Zeuge\n\nEin Text.");
        let feed = daemon.until_feed("the witness", |feed| feed.contains("Zeuge"));
        drop(daemon);
        let mut ids: Vec<_> = entries(&feed).into_iter().filter(|(_, title)| title != "Zeuge").collect();
        ids.sort();
        ids
    };
    poll_all(&program, 1);
    let first = daemon_feed(&program);
    poll_all(&program, 1);
    assert_eq!(daemon_feed(&program), first, "churned ids");
    poll_all(&program, 1);
    let moved = daemon_feed(&program);
    assert_eq!(moved.len(), 4);
    assert!(first.iter().all(|entry| moved.contains(entry)), "{first:?} {moved:?}");
    assert_eq!(listed(&program, &url)["entries"], 4);
}

#[test]
fn rule_17_dates_that_change_at_each_poll_change_nothing() {
    let dated = |day: u32| {
        let date = format!("<pubDate>Mon, {day:02} Nov 2025 10:00:00 GMT</pubDate>");
        one("Meldung").replace("</item>", &format!("{date}</item>"))
    };
    let server = by_turn((1..=4).map(|day| ok("", &dated(day))).collect());
    let program = follows(&[server.url("/feed")]);
    poll_all(&program, 1);
    let first = program.json(&["stories", "--json"]);
    poll_all(&program, 3);
    assert_eq!(program.json(&["stories", "--json"]), first);
}

#[test]
fn rule_21_credentials_are_never_told() {
    let server = Server::start(|_, _| status("401 Unauthorized", ""));
    let url = server.url("/feed").replace("http://", "http://me:geheim@");
    let program = follows(&[url]);
    let output = program.run(&["-v", "once", "--all"]);
    let mut told = String::from_utf8_lossy(&output.stderr).into_owned();
    told.push_str(&String::from_utf8_lossy(&output.stdout));
    for command in [&["feeds"][..], &["feeds", "--json"], &["stories", "--json"]] {
        told.push_str(&String::from_utf8_lossy(&program.run(command).stdout));
    }
    assert!(!told.contains("geheim"), "{told}");
    let own = program.run(&["export", "opml"]);
    assert!(String::from_utf8_lossy(&own.stdout).contains("me:geheim@"), "the owner's own copy is whole");
    assert!(server.requests("/feed")[0].contains("authorization: Basic"), "it is sent all the same");
    assert!(
        listed(&program, &server.url("/feed"))["advice"]
            .as_str()
            .is_some_and(|a| a.contains("basic_auth_file"))
    );
}

#[test]
fn rule_21_a_feed_has_its_own_interval() {
    let server = Server::start(|_, _| ok("ETag: \"1\"\r\n", &one("Meldung")));
    let program = Program::new();
    let block = format!("[[feed]]\nurl = \"{}\"\ninterval = \"3h\"\n", server.url("/feed"));
    std::fs::write(program.home.path().join("riverd.toml"), block).expect("a config");
    poll_all(&program, 1);
    assert_eq!(listed(&program, &server.url("/feed"))["why"], "the owner's interval 3 h");
}

#[test]
fn rule_22_of_a_feed_just_added_only_what_is_new_reaches_the_rivers() {
    let item = |n: i64, day: i64| {
        let date =
            chrono::DateTime::from_timestamp(1_600_000_000 - day * 86_400, 0).expect("a date").to_rfc2822();
        format!(
            "<item><guid>g{n}</guid><title>Nummer-{n}-{n} vom Archiv</title><link>https://blatt.example/{n}</link><pubDate>{date}</pubDate></item>"
        )
    };
    let feed = move |newest: i64| {
        let items: String = (0..newest).map(|n| item(n, 100 - n)).collect();
        format!("<rss version='2.0'><channel><title>Archiv</title>{items}</channel></rss>")
    };
    let server = by_turn(vec![ok("", &feed(60)), ok("", &feed(61))]);
    let url = server.url("/feed");
    let program = follows(std::slice::from_ref(&url));
    poll_all(&program, 1);
    let titles = |program: &Program| {
        let told = program.json(&["stories", "--limit", "1000", "--json"]).to_string();
        (0..100).filter(|n| told.contains(&format!("Nummer-{n}-{n} "))).collect::<Vec<_>>()
    };
    assert_eq!(titles(&program), (40..60).collect::<Vec<_>>());
    assert_eq!(listed(&program, &url)["entries"], 60, "the rest is stored");
    poll_all(&program, 1);
    assert_eq!(
        titles(&program),
        (40..61).collect::<Vec<_>>(),
        "what comes later is told, however it is dated"
    );
    program.json(&["restory", "--json"]);
    assert_eq!(titles(&program), (40..61).collect::<Vec<_>>(), "and a restory tells no more");
}
