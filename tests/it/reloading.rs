//! The owner chooses anew while riverd runs: by a signal, or by writing the config.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::http::get;
use crate::support::manager::Manager;
use crate::support::program::Program;
use crate::support::server::{Server, ok, rss};
use crate::support::wait::until;

const ARTICLE: &str = "Fähre nach Norden\n\nSie legt jeden Morgen um sechs Uhr ab, heißt es.\n";

fn program() -> (Program, Manager) {
    let program = Program::new();
    let manager = Manager::listen(program.home.path());
    let path = manager.path.clone();
    program.drop_file("a.txt", ARTICLE);
    (program.with("NOTIFY_SOCKET", &path).with("RIVERD_LOG_LEVEL", "info"), manager)
}

/// The microseconds of the message with the number, and of the one after it the end of the reload.
fn moment(message: &str) -> u64 {
    let line = message.lines().find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
    line.expect("a moment").parse().expect("a number")
}

#[test]
fn a_hangup_has_the_new_config_heeded_and_the_manager_told() {
    let (program, manager) = program();
    program.configure("[publish]\ntitle = \"Alt\"\n");
    let daemon = program.start();
    daemon.until_feed("the article", |feed| feed.contains("Norden") && feed.contains("<title>Alt</title>"));
    let ready = manager.until("READY=1", 0);
    program.configure("[publish]\ntitle = \"Neu\"\n[[river]]\nname = \"meer\"\nmatch = \"norden\"\n");
    daemon.hang_up();
    let reloading = manager.until("RELOADING=1", ready);
    let reloaded = manager.until("READY=1", reloading);
    assert!(moment(&manager.heard()[reloading - 1]) > 0);
    // By the manager's word all of it holds.
    assert!(daemon.feed().contains("<title>Neu</title>"), "{}", daemon.feed());
    assert!(daemon.river("meer").contains("Norden"));
    assert!(daemon.get("/").text().contains("<title>Neu</title>"));
    program.configure("");
    daemon.hang_up();
    manager.until("READY=1", reloaded);
    until("the river's end", || (daemon.get("/meer.atom").status == 404).then_some(()));
    assert_eq!(daemon.metric("riverd_config_reloads_total{outcome=\"refused\"}"), Some(0.0));
    assert_eq!(daemon.terminate(), Some(0));
}

#[test]
fn a_config_that_is_written_is_read_and_feeds_come_and_go_with_it() {
    let server = Server::start(|path, _| {
        ok("", &rss(&[(path, &format!("Meldung von {path}"), "https://blatt.example/1")]))
    });
    let (program, _manager) = program();
    let block = |path: &str, more: &str| format!("[[feed]]\nurl = \"{}\"\n{more}", server.url(path));
    program.configure(&block("/one", ""));
    let daemon = program.start();
    daemon.until_feed("the first", |feed| feed.contains("Meldung von /one"));
    program.configure(&(block("/two", "labels = [\"Neu\"]\n") + "[fetch]\nmin_interval = \"50ms\"\n"));
    daemon.until_feed("the second", |feed| feed.contains("Meldung von /two"));
    until("the label's river", || daemon.river("neu").contains("/two").then_some(()));
    let asked = server.requests("/one").len();
    // The interval holds for what is polled from now on; who is followed no more is asked no more.
    until("more polls", || (server.requests("/two").len() >= 3).then_some(()));
    assert_eq!(server.requests("/one").len(), asked);
    let feeds = program.json(&["feeds", "--json"]);
    let state = |path: &str| {
        let all = feeds["feeds"].as_array().expect("a list");
        let of = all.iter().find(|feed| feed["source"].as_str().is_some_and(|url| url.ends_with(path)));
        of.expect("it was heard of")["state"].clone()
    };
    assert_eq!((state("/one"), state("/two")), ("unsubscribed".into(), "followed".into()));
}

#[test]
fn a_feeds_own_interval_holds_at_once() {
    let server =
        Server::start(|_, _| ok("ETag: \"1\"\r\n", &rss(&[("1", "Meldung", "https://a.example/1")])));
    let (program, _manager) = program();
    let block = |interval: &str| {
        format!(
            "[fetch]\nmin_interval = \"50ms\"\n[[feed]]\nurl = \"{}\"\ninterval = \"{interval}\"\n",
            server.url("/f")
        )
    };
    program.configure(&block("20d"));
    let daemon = program.start();
    daemon.until_feed("the feed", |feed| feed.contains("Meldung"));
    until("that it waits", || {
        let feeds = program.json(&["feeds", "--json"]);
        let all = feeds["feeds"].as_array()?;
        let feed = all.iter().find(|feed| feed["source"].as_str().is_some_and(|url| url.ends_with("/f")))?;
        feed["poll"]["reason"].as_str()?.contains("20 d").then_some(())
    });
    assert_eq!(server.requests("/f").len(), 1);
    program.configure(&block("100ms"));
    until("more polls", || (server.requests("/f").len() >= 3).then_some(()));
}

#[test]
fn a_faulty_config_changes_nothing_says_why_and_can_be_mended() {
    let (program, manager) = program();
    program.configure("[publish]\ntitle = \"Alt\"\n");
    let (daemon, log) = program.start_logged();
    daemon.until_feed("the article", |feed| feed.contains("Norden"));
    program.configure("[publish]\ntitle = \"Neu\"\nlimitt = 3\n[fetch]\nconcurrency = \"many\"\n");
    manager.until("riverd.toml:3: publish.limitt", 0);
    until("the log", || {
        let log = std::fs::read_to_string(&log).ok()?;
        let told =
            log.contains("riverd.toml:3: publish.limitt") && log.contains("riverd.toml:5: fetch.concurrency");
        (told && log.contains("did you mean publish.limit?")).then_some(())
    });
    assert!(daemon.feed().contains("<title>Alt</title>"));
    assert_eq!(daemon.metric("riverd_config_refused"), Some(1.0));
    // A secret that is not there is a fault, too, and so is a config that is gone.
    program.configure("[[river]]\nname = \"own\"\nprivate = true\nsecret_file = \"nowhere\"\n");
    manager.until("the secret of the river own", 0);
    assert_eq!(daemon.get("/own.atom").status, 404);
    std::fs::remove_file(program.home.path().join("riverd.toml")).expect("removed");
    manager.until("is gone", 0);
    assert!(daemon.feed().contains("<title>Alt</title>"));
    program.configure("[publish]\ntitle = \"Heil\"\n");
    daemon.until_feed("the mended one", |feed| feed.contains("<title>Heil</title>"));
    until("that it holds", || (daemon.metric("riverd_config_refused") == Some(0.0)).then_some(()));
    assert_eq!(daemon.terminate(), Some(0));
}

#[test]
fn what_needs_a_restart_is_named_and_the_rest_holds() {
    let (program, manager) = program();
    program.configure("[publish]\ntitle = \"Alt\"\n");
    let (daemon, log) = program.start_logged();
    daemon.until_feed("the article", |feed| feed.contains("Norden"));
    let ready = manager.until("READY=1", 0);
    program.configure(
        "[publish]\ntitle = \"Neu\"\n[store]\npath = \"other/x.db\"\n[folder]\npath = \"elsewhere\"\n[serve]\nthreads = 7\nmax_age = \"7s\"\n",
    );
    daemon.hang_up();
    manager.until("READY=1", manager.until("RELOADING=1", ready));
    let log = std::fs::read_to_string(&log).expect("a log");
    let line = log.lines().find(|line| line.contains("after a restart")).expect("a line");
    assert!(line.contains("folder.path, store.path, serve.threads"), "{line}");
    let answer = daemon.get("/river.atom");
    assert!(answer.text().contains("<title>Neu</title>") && answer.text().contains("Norden"));
    assert_eq!(answer.header("cache-control"), Some("max-age=7"));
    assert!(!program.home.path().join("other").exists());
}

#[test]
fn a_secret_that_is_written_anew_opens_and_the_old_one_does_not() {
    let (program, _manager) = program();
    let secret = program.home.path().join("secret");
    std::fs::write(&secret, "old-old-old-old-old\n").expect("a file");
    program.configure("[[river]]\nname = \"river\"\nprivate = true\nsecret_file = \"secret\"\n");
    let daemon = program.start();
    let opens = |key: &str| get(&daemon.address, &format!("/{key}/river.atom")).map(|answer| answer.status);
    assert_eq!(opens("old-old-old-old-old"), Some(200));
    std::fs::write(&secret, "new-new-new-new-new-new\n").expect("a file");
    until("the new secret", || (opens("new-new-new-new-new-new") == Some(200)).then_some(()));
    assert_eq!(opens("old-old-old-old-old"), Some(404));
    assert_eq!(daemon.get("/river.atom").status, 401);
}

#[test]
fn the_log_becomes_louder_and_quieter() {
    let (program, manager) = program();
    let program = program.with("RIVERD_LOG_FORMAT", "json");
    // A variable would go before the file.
    let program = program.without("RIVERD_LOG_LEVEL");
    program.configure("[log]\nlevel = \"info\"\n");
    let (daemon, log) = program.start_logged();
    let answered = || std::fs::read_to_string(&log).expect("a log").matches("\"answered\"").count();
    let ready = manager.until("READY=1", 0);
    daemon.get("/healthz");
    assert_eq!(answered(), 0);
    program.configure("[log]\nlevel = \"debug\"\n");
    let ready = manager.until("READY=1", manager.until("RELOADING=1", ready));
    daemon.get("/healthz");
    until("a line for an answer", || (answered() > 0).then_some(()));
    program.configure("[log]\nlevel = \"nonsense=nonsense=x\"\n");
    manager.until("log.level", ready);
    assert_eq!(daemon.get("/healthz").status, 200);
}

#[test]
fn the_folders_limits_hold_anew() {
    let (program, manager) = program();
    let (daemon, _log) = program.start_logged();
    daemon.until_feed("the article", |feed| feed.contains("Norden"));
    let ready = manager.until("READY=1", 0);
    program.configure("[folder]\nmax_size = 100\n");
    manager.until("READY=1", manager.until("RELOADING=1", ready));
    program.drop_file("lang.txt", &format!("Lang\n\n{}\n", "Viele Wörter. ".repeat(40)));
    let reason = until("that it is set aside", || {
        let feeds = program.json(&["feeds", "--json"]);
        feeds["set_aside"].as_array()?.first()?["reason"].as_str().map(str::to_owned)
    });
    assert!(reason.contains("folder.max_size allows 100"), "{reason}");
}

/// Asks again and again on one connection, until told to stop; counts what was whole, and what was not.
fn read_on(address: &str, stop: &AtomicBool, whole: &AtomicUsize, broken: &AtomicUsize) {
    let connect = || {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok::<_, std::io::Error>(stream)
    };
    let mut stream = connect().expect("a connection");
    while !stop.load(Ordering::Relaxed) {
        match one(&mut stream) {
            Ok(body) if body.starts_with(b"<?xml") && body.ends_with(b"</feed>\n") => {
                whole.fetch_add(1, Ordering::Relaxed);
            }
            _ => {
                broken.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
    }
}

fn one(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    stream.write_all(b"GET /river.atom HTTP/1.1\r\nHost: a\r\n\r\n")?;
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    if head.starts_with("HTTP/1.1 200") { Ok(body) } else { Err(std::io::ErrorKind::Other.into()) }
}

#[test]
fn under_load_no_request_is_refused_or_broken_by_a_reload() {
    let (program, manager) = program();
    let daemon = program.start();
    let feed = daemon.until_feed("the article", |feed| feed.contains("Norden"));
    assert!(feed.trim_end().ends_with("</feed>"), "{feed}");
    let stop = Arc::new(AtomicBool::new(false));
    let (whole, broken) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (stop, whole, broken) = (stop.clone(), whole.clone(), broken.clone());
            let address = daemon.address.clone();
            std::thread::spawn(move || read_on(&address, &stop, &whole, &broken))
        })
        .collect();
    let mut heard = manager.until("READY=1", 0);
    for round in 0..20 {
        let before = whole.load(Ordering::Relaxed);
        let river = if round % 2 == 0 { "[[river]]\nname = \"x\"\nmatch = \"norden\"\n" } else { "" };
        program.configure(&format!("[publish]\ntitle = \"Runde {round}\"\n{river}"));
        daemon.hang_up();
        heard = manager.until("READY=1", manager.until("RELOADING=1", heard));
        assert!(daemon.feed().contains(&format!("<title>Runde {round}</title>")));
        until("some answers", || (whole.load(Ordering::Relaxed) > before + 4).then_some(()));
    }
    stop.store(true, Ordering::Relaxed);
    readers.into_iter().for_each(|reader| reader.join().expect("it reads"));
    assert_eq!(broken.load(Ordering::Relaxed), 0);
    assert_eq!(daemon.terminate(), Some(0));
}
