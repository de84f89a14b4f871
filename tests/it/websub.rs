//! WebSub both ways, against a hub of our own: riverd follows feeds by their hubs, and tells a hub of its rivers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::support::http::{get, request};
use crate::support::hub::{Form, Hub, callback, field, push, verify};
use crate::support::program::{Daemon, Program};
use crate::support::server::{Server, ok};
use crate::support::wait::until;

const PUBLIC: &str = "https://river.example";
const OWN: &str = "https://blatt.example/own";

fn document(hub: &str, own: &str, items: &[&str]) -> String {
    let item = |title: &&str| {
        format!(
            "<item><guid isPermaLink='false'>{title}</guid><title>{title}</title><description>Mehr von {title}</description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!(
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Blatt</title><link>https://blatt.example/</link>\
         <atom:link rel='hub' href='{hub}'/><atom:link rel='self' href='{own}'/>{items}</channel></rss>"
    )
}

/// A feed that names a hub, and riverd following it.
struct Followed {
    hub: Hub,
    feed: Server,
    polls: Arc<AtomicUsize>,
    items: Arc<Mutex<Vec<&'static str>>>,
    program: Program,
}

impl Followed {
    fn new() -> Self {
        Self::naming(|hub, items| (String::new(), document(hub, OWN, items)))
    }

    /// `told` makes headers and a document of the hub's address and the items.
    fn naming(told: impl Fn(&str, &[&str]) -> (String, String) + Send + Sync + 'static) -> Self {
        let (hub, polls) = (Hub::start(), Arc::new(AtomicUsize::new(0)));
        let items = Arc::new(Mutex::new(vec!["Anfang"]));
        let (named, counted, shown) = (hub.url.clone(), polls.clone(), items.clone());
        let feed = Server::start(move |_, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            let (headers, body) = told(&named, &shown.lock().expect("no panic"));
            ok(&format!("ETag: \"x\"\r\n{headers}"), &body)
        });
        let program =
            Program::new().with("RIVERD_SERVE_PUBLIC_URL", PUBLIC).with("RIVERD_FETCH_HOST_PAUSE", "0s");
        let outline =
            format!("<opml version='2.0'><body><outline xmlUrl='{}'/></body></opml>", feed.url("/feed"));
        program.drop_file("a.opml", &outline);
        Self { hub, feed, polls, items, program }
    }

    fn body(&self, items: &[&str]) -> String {
        document(&self.hub.url, OWN, items)
    }

    /// The n-th request to subscribe.
    fn subscribed(&self, n: usize) -> Form {
        until("a request to subscribe", || self.hub.asked("subscribe").into_iter().nth(n))
    }

    fn confirmed(&self, daemon: &Daemon, lease_seconds: u32) -> (String, String) {
        let form = self.subscribed(0);
        assert_eq!(verify(&daemon.address, &form, "subscribe", OWN, lease_seconds).status, 200);
        (callback(&form), field(&form, "hub.secret").to_owned())
    }
}

#[test]
fn a_feed_that_names_a_hub_is_subscribed_to_and_what_the_hub_signs_is_read() {
    let followed = Followed::new();
    let daemon = followed.program.start();
    let form = followed.subscribed(0);
    assert_eq!(field(&form, "hub.topic"), OWN);
    let (path, secret) = (callback(&form), field(&form, "hub.secret").to_owned());
    assert!(path.len() == "/websub/".len() + 32 && secret.len() == 64, "{path}");
    assert_eq!(push(&daemon.address, &path, Some(&secret), &followed.body(&["Zu früh"])), 202);
    for (mode, topic) in [("subscribe", "https://blatt.example/other"), ("unsubscribe", OWN), ("", "")] {
        assert_eq!(verify(&daemon.address, &form, mode, topic, 60).status, 404, "{mode} {topic}");
    }
    let confirmed = verify(&daemon.address, &form, "subscribe", OWN, 864_000);
    assert_eq!((confirmed.status, confirmed.text().as_str()), (200, "a challenge & more"));
    assert!(confirmed.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")));
    // Whether a signature was right is not told; what is not signed is not read.
    for (secret, title) in
        [(None, "Unsigniert"), (Some("falsch"), "Gefälscht"), (Some(secret.as_str()), "Neues")]
    {
        assert_eq!(push(&daemon.address, &path, secret, &followed.body(&[title])), 202, "{title}");
    }
    let river = daemon.until_feed("what was pushed", |river| river.contains("Neues"));
    for title in ["Zu früh", "Unsigniert", "Gefälscht"] {
        assert!(!river.contains(title), "{title}");
    }
    assert!(river.contains("Anfang"), "what was polled stays");
}

#[test]
fn only_the_path_that_a_hub_was_given_takes_a_post() {
    let followed = Followed::new();
    let daemon = followed.program.start();
    let (path, _) = followed.confirmed(&daemon, 60);
    for other in
        ["/websub/", "/websub/0123456789abcdef0123456789abcdef", &format!("{path}/"), &path[..path.len() - 1]]
    {
        assert_eq!(push(&daemon.address, other, Some("x"), "x"), 404, "{other}");
        assert_eq!(get(&daemon.address, other).map(|answer| answer.status), Some(404), "{other}");
    }
    let put = request(&daemon.address, "PUT", &path, &[]).expect("an answer");
    assert_eq!((put.status, put.header("allow")), (405, Some("GET, POST")));
    let large = "x".repeat(17 << 20);
    assert!([413, 0].contains(&push(&daemon.address, &path, Some("x"), &large)), "too large, or cut off");
    let unreachable = Program::new().start();
    assert_eq!(push(&unreachable.address, &path, Some("x"), "x"), 404);
}

#[test]
fn a_subscription_outlives_a_crash_and_a_push_without_content_makes_riverd_ask() {
    let followed = Followed::new();
    let daemon = followed.program.start();
    let (path, secret) = followed.confirmed(&daemon, 864_000);
    assert_eq!(push(&daemon.address, &path, Some(&secret), &followed.body(&["Erstes"])), 202);
    daemon.until_feed("the first", |river| river.contains("Erstes"));
    daemon.kill();
    let daemon = followed.program.start();
    let polls = followed.polls.load(Ordering::SeqCst);
    followed.items.lock().expect("no panic").push("Zweites");
    assert_eq!(push(&daemon.address, &path, Some(&secret), ""), 202);
    daemon.until_feed("the second, which was asked for", |river| river.contains("Zweites"));
    assert!(followed.polls.load(Ordering::SeqCst) > polls);
    assert_eq!(followed.hub.asked("subscribe").len(), 1, "nothing is asked anew without need");
}

#[test]
fn a_lease_is_renewed_with_the_same_callback_before_it_ends() {
    let mut followed = Followed::new();
    followed.program = followed.program.with("RIVERD_FETCH_MIN_INTERVAL", "1s");
    let daemon = followed.program.start();
    let (path, secret) = followed.confirmed(&daemon, 3);
    let again = followed.subscribed(1);
    assert_eq!((callback(&again), field(&again, "hub.secret")), (path, secret.as_str()));
}

/// The document without a hub or an address of its own.
fn bare(items: &[&str]) -> String {
    let text = document("HUB", "OWN", items);
    let bare = text.replace("<atom:link rel='hub' href='HUB'/><atom:link rel='self' href='OWN'/>", "");
    assert_ne!(bare, text);
    bare
}

#[test]
fn a_hub_that_headers_alone_name_is_subscribed_to_and_a_push_that_names_none_changes_nothing() {
    let mut followed = Followed::naming(|hub, items| {
        let link = format!("Link: <{OWN}>; rel=self, <{hub}>; rel=\"hub\"\r\n");
        (link, bare(items))
    });
    followed.program = followed.program.with("RIVERD_FETCH_MIN_INTERVAL", "1s");
    let daemon = followed.program.start();
    let (path, secret) = followed.confirmed(&daemon, 4);
    assert_eq!(push(&daemon.address, &path, Some(&secret), &bare(&["Neues"])), 202);
    daemon.until_feed("what was pushed", |river| river.contains("Neues"));
    let again = followed.subscribed(1);
    assert_eq!((callback(&again).as_str(), field(&again, "hub.topic")), (path.as_str(), OWN));
    assert!(followed.hub.asked("unsubscribe").is_empty());
}

#[test]
fn a_feed_whose_hub_pushes_is_polled_only_to_be_sure() {
    let followed = Followed::new();
    let daemon = followed.program.start();
    let (path, secret) = followed.confirmed(&daemon, 864_000);
    until("the safety poll's reason", || {
        // It is asked now; the schedule knows of the hub once the confirmation is on disk.
        assert_eq!(push(&daemon.address, &path, Some(&secret), ""), 202);
        let feeds = followed.program.json(&["feeds", "--json"]).to_string();
        feeds.contains("its hub pushes").then_some(())
    });
}

#[test]
fn a_hub_that_refuses_pushes_nothing_more() {
    let followed = Followed::new();
    let daemon = followed.program.start();
    let (path, secret) = followed.confirmed(&daemon, 864_000);
    let form = followed.subscribed(0);
    assert_eq!(verify(&daemon.address, &form, "denied", OWN, 0).status, 202);
    assert_eq!(push(&daemon.address, &path, Some(&secret), &followed.body(&["Verboten"])), 202);
    followed.program.drop_file("b.txt", "Danach\n\nEin Text.\n");
    assert!(!daemon.until_feed("what came after", |river| river.contains("Danach")).contains("Verboten"));
}

#[test]
fn a_feed_that_is_left_is_left_at_its_hub_too() {
    let followed = Followed::new();
    let daemon = followed.program.start();
    let (path, _) = followed.confirmed(&daemon, 864_000);
    std::fs::remove_file(followed.program.seeds().join("a.opml")).expect("removed");
    // Without entries that change, the next look may be far: an article wakes it.
    followed.program.drop_file("b.txt", "Danach\n\nEin Text.\n");
    let form = until("a request to leave", || followed.hub.asked("unsubscribe").into_iter().next());
    assert_eq!(callback(&form), path);
    let confirmed = verify(&daemon.address, &form, "unsubscribe", OWN, 0);
    assert_eq!((confirmed.status, confirmed.text().as_str()), (200, "a challenge & more"));
    until("the end of the callback", || get(&daemon.address, &path).filter(|answer| answer.status == 404));
    assert_eq!(followed.feed.requests("/feed").len(), followed.polls.load(Ordering::SeqCst));
}

#[test]
fn rule_10_the_hub_is_named_and_told_after_real_changes_only() {
    let hub = Hub::start();
    let program = Program::new()
        .with("RIVERD_SERVE_PUBLIC_URL", PUBLIC)
        .with("RIVERD_PUBLISH_HUB", &hub.url)
        .with("RIVERD_PUBLISH_HUB_INTERVAL", "0s");
    let told = |count: usize| {
        until("news for the hub", || Some(hub.asked("publish")).filter(|told| told.len() >= count))
    };
    let daemon = program.start();
    told(1);
    hub.fail_once(500);
    program.drop_file("a.txt", "Eins\n\nEin Text.\n");
    let news = told(2);
    assert_eq!(field(&news[1], "hub.url"), format!("{PUBLIC}/river.atom"));
    let river = daemon.feed();
    assert!(river.contains(&format!("<link rel=\"hub\" href=\"{}\"/>", hub.url)), "{river}");
    for (path, own) in [
        ("/river.atom", format!("<link rel=\"hub\" href=\"{}\"/>", hub.url)),
        ("/river.rss", format!("<atom:link rel=\"hub\" href=\"{}\"/>", hub.url)),
        ("/river.json", format!("\"hubs\":[{{\"type\":\"WebSub\",\"url\":\"{}\"}}]", hub.url)),
    ] {
        let answer = get(&daemon.address, path).expect("an answer");
        assert!(answer.text().contains(&own), "{own} in {}", answer.text());
        let links = format!("<{}>; rel=\"hub\", <{PUBLIC}{path}>; rel=\"self\"", hub.url);
        assert_eq!(answer.header("link"), Some(links.as_str()));
    }
    assert_eq!(daemon.terminate(), Some(0));
    let daemon = program.start();
    daemon.until_feed("what was there", |river| river.contains("Eins"));
    program.drop_file("b.txt", "Zwei\n\nEin anderer Text.\n");
    assert_eq!(told(3).len(), 3, "a restart is no news");
}

#[test]
fn rule_10_no_hub_hears_of_a_private_river() {
    let hub = Hub::start();
    let program = Program::new().with("RIVERD_SERVE_PUBLIC_URL", PUBLIC).with("RIVERD_PUBLISH_HUB", &hub.url);
    let secret = "correct-horse-battery";
    std::fs::write(program.home.path().join("secret"), secret).expect("a file");
    let river = "[[river]]\nname = \"work\"\nlabels = [\"Tech\"]\nprivate = true\nsecret_file = \"secret\"\n";
    std::fs::write(program.home.path().join("riverd.toml"), river).expect("a file");
    program.drop_file("Tech/a.txt", "Eins\n\nEin Text.\n");
    program.json(&["once", "--json"]);
    let daemon = program.start();
    let told = until("news for the hub", || hub.asked("publish").into_iter().next());
    let urls: Vec<&str> =
        told.iter().filter(|(key, _)| key == "hub.url").map(|(_, url)| url.as_str()).collect();
    assert!(urls.contains(&"https://river.example/river.atom"), "{urls:?}");
    assert!(!urls.iter().any(|url| url.contains("work")), "{urls:?}");
    for ending in ["atom", "json", "rss"] {
        let answer = get(&daemon.address, &format!("/{secret}/work.{ending}")).expect("an answer");
        let text = answer.text();
        assert!(answer.status == 200 && text.contains("Eins"), "{text}");
        assert!(answer.header("link").is_none() && !text.contains(&hub.url), "{text}");
    }
}

#[test]
fn a_single_run_that_exports_tells_the_hub_too_and_only_of_changes() {
    let hub = Hub::start();
    let program = Program::new()
        .with("RIVERD_SERVE_PUBLIC_URL", PUBLIC)
        .with("RIVERD_PUBLISH_HUB", &hub.url)
        .with("RIVERD_PUBLISH_DIRECTORY", "out");
    program.drop_file("a.txt", "Eins\n\nEin Text.\n");
    for (name, told) in [("a.txt", 1), ("a.txt", 1), ("b.txt", 2)] {
        program.drop_file(name, "Eins\n\nEin Text.\n");
        program.json(&["once", "--json"]);
        assert_eq!(hub.asked("publish").len(), told, "{name}");
    }
}
