//! Secrets of every kind are planted; none is ever logged, listed, served or written out. What an owner exports to import
//! it again (`riverd export opml`) keeps them, on purpose. A token in a feed's query is part of the address by which its
//! owner calls it: it stands in lists and logs, and in nothing that is published.

use std::path::Path;

use crate::support::http::request;
use crate::support::hub::{Hub, callback, field, push, verify};
use crate::support::program::Program;
use crate::support::server::{Server, ok, status};
use crate::support::wait::until;

const OWN: &str = "https://blatt.example/own";
const PASSWORD: &str = "pl4nted-password";
const HEADER: &str = "pl4nted-header";
const RIVER: &str = "pl4nted-river-secret";
const IN_URL: &str = "pl4nted-in-url";
const IN_QUERY: &str = "pl4nted-in-query";
const IN_REDIRECT: &str = "pl4nted-in-redirect";
/// `reader:pl4nted-password` and `reader:pl4nted-river-secret`, as they are sent.
const ENCODED: [&str; 2] = ["cmVhZGVyOnBsNG50ZWQtcGFzc3dvcmQ=", "cmVhZGVyOnBsNG50ZWQtcml2ZXItc2VjcmV0"];

fn document(hub: &str) -> String {
    format!(
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Blatt</title><link>https://blatt.example/</link>\
         <atom:link rel='hub' href='{hub}'/><atom:link rel='self' href='{OWN}'/>\
         <item><guid isPermaLink='false'>1</guid><title>Brücke gesperrt</title><description>Mehr davon</description></item>\
         </channel></rss>"
    )
}

/// What every secret is planted in.
struct Planted {
    hub: Hub,
    program: Program,
    server: Server,
}

fn planted() -> Planted {
    let hub = Hub::start();
    let body = document(&hub.url);
    let server = Server::start(move |path, request| {
        let is_let_in = request.contains("Basic ") || request.contains("basic ");
        match path.split('?').next().unwrap_or(path) {
            "/moved" => {
                let to = format!("http://me:{IN_REDIRECT}@127.0.0.1:9/away");
                status("301 Moved Permanently", &format!("Location: {to}\r\n"))
            }
            "/failing" => status("500 Oh", ""),
            "/locked" if !is_let_in => status("401 No", ""),
            _ => ok("", &body),
        }
    });
    let config = format!(
        "[log]\nlevel = \"trace\"\n[publish]\ndirectory = \"out\"\n\
         [[river]]\nname = \"work\"\nprivate = true\nsecret_file = \"secret\"\n[[river]]\nname = \"notices\"\n\
         [[feed]]\nurl = \"{}\"\nbasic_auth_file = \"auth\"\nheaders_file = \"headers\"\n",
        server.url("/locked")
    );
    let program = Program::new()
        .with("RIVERD_SERVE_PUBLIC_URL", "https://river.example")
        .with("RIVERD_FETCH_HOST_PAUSE", "0s");
    program.configure(&config);
    let write = |name: &str, text: &str| {
        std::fs::write(program.home.path().join(name), text).expect("a file");
    };
    write("secret", &format!("{RIVER}\n"));
    write("auth", &format!("reader:{PASSWORD}\n"));
    write("headers", &format!("X-Key: {HEADER}\n"));
    let with_user = |path: &str| server.url(path).replace("http://", &format!("http://me:{IN_URL}@"));
    let outlines: String = [
        with_user("/open"),
        with_user("/failing"),
        server.url(&format!("/moved?token={IN_QUERY}")),
        server.url(&format!("/other?api_key={IN_QUERY}")),
    ]
    .iter()
    .map(|url| format!("<outline xmlUrl='{url}'/>"))
    .collect();
    program.drop_file("a.opml", &format!("<opml version='2.0'><body>{outlines}</body></opml>"));
    Planted { hub, program, server }
}

/// Every file under a folder, as text.
fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for item in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = item.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            found.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}

/// None of the secrets stands in what was seen.
#[track_caller]
fn nowhere(minted: &[&str], seen: &[(String, String)]) {
    let planted = [PASSWORD, HEADER, RIVER, IN_URL, IN_REDIRECT].into_iter().chain(ENCODED);
    for secret in planted.chain(minted.iter().copied()) {
        assert!(secret.len() > 10, "{secret}");
        for (name, text) in seen {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} stands in {name}");
        }
    }
}

#[test]
fn no_secret_is_logged_listed_served_or_written_out() {
    let Planted { hub, program, server } = planted();
    let (daemon, log) = program.start_logged();
    let form = until("a request to subscribe", || hub.asked("subscribe").into_iter().next());
    let (path, hub_secret) = (callback(&form), field(&form, "hub.secret").to_owned());
    let token = path.trim_start_matches("/websub/").to_owned();
    assert_eq!(verify(&daemon.address, &form, "subscribe", OWN, 864_000).status, 200);
    push(&daemon.address, &path, Some(&hub_secret), &document(&hub.url));
    push(&daemon.address, &path, Some("wrong"), &document(&hub.url));
    assert_eq!(daemon.get(&format!("/{RIVER}/work.atom")).status, 200);
    let basic = format!("Basic {}", ENCODED[1]);
    let known = request(&daemon.address, "GET", "/work.atom", &[("Authorization", &basic)]);
    assert_eq!(known.expect("an answer").status, 200);
    daemon.get(&format!("/{RIVER}/nothing"));
    for asked in ["/locked", "/open", "/failing"] {
        until("all polls", || Some(server.requests(asked)).filter(|requests| !requests.is_empty()));
    }
    daemon.until_feed("the feed's entry", |feed| feed.contains("Brücke"));

    let mut seen = Vec::new();
    for path in ["/", "/river", "/subscriptions.opml", "/metrics", "/readyz", "/feeds", "/story/1", "/search"]
    {
        seen.push((path.to_owned(), daemon.get(path).text()));
    }
    for ending in ["atom", "json", "rss"] {
        for name in
            [format!("/river.{ending}"), format!("/notices.{ending}"), format!("/{RIVER}/work.{ending}")]
        {
            let text = daemon.get(&name).text();
            seen.push((name, text));
        }
    }
    for command in [
        &["feeds"][..],
        &["feeds", "--json"],
        &["stories", "--json"],
        &["search", "Brücke", "--json"],
        &["check", "--json"],
        &["-v", "-v", "check"],
    ] {
        let output = program.run(command);
        for text in [output.stdout, output.stderr] {
            seen.push((command.join(" "), String::from_utf8_lossy(&text).into_owned()));
        }
    }
    let address = daemon.address.clone();
    assert_eq!(daemon.terminate(), Some(0));
    files(&program.home.path().join("out"), &mut seen);
    seen.push(("the log".to_owned(), std::fs::read_to_string(&log).expect("a log")));
    assert!(
        seen.last().is_some_and(|(_, log)| log.contains("TRACE") || log.contains("DEBUG")),
        "a quiet log"
    );
    assert!(
        seen.iter().any(|(name, _)| name.ends_with("river.atom")),
        "nothing was written out at {address}"
    );

    let published = seen.iter().filter(|(name, _)| name.starts_with('/')).cloned().collect::<Vec<_>>();
    nowhere(&[IN_QUERY], &published);
    nowhere(&[&hub_secret, &token], &seen);
}
