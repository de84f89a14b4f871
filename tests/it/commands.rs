//! The command line: exit codes, faults, listings, subscriptions.

use crate::support::program::Program;
use crate::support::server::{Server, ok, rss};

#[test]
fn a_faulty_config_tells_every_fault_and_ends_with_78() {
    let program = Program::new();
    std::fs::write(
        program.home.path().join("riverd.toml"),
        "[fetch]\nmin_intervall = 1\nconcurrency = \"x\"\n",
    )
    .expect("a file");
    let output = program.run(&["check"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{told}");
    assert!(
        told.contains("riverd.toml:2: fetch.min_intervall")
            && told.contains("riverd.toml:3: fetch.concurrency"),
        "{told}"
    );
    assert_eq!(program.run(&["no-such-command"]).status.code(), Some(2));
}

#[test]
fn check_tells_every_fault_of_the_folder() {
    let program = Program::new();
    program.drop_file("gut.txt", "Titel\n\nText.");
    assert_eq!(program.run(&["check"]).status.code(), Some(0));
    program.drop_file("a.xml", "kein Feed");
    program.drop_file("b.exe", "x");
    let output = program.run(&["check", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let checked: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(checked["faults"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_second_riverd_on_the_same_store_ends_with_a_clear_error() {
    let program = Program::new();
    let _daemon = program.start();
    let output = program.run(&["once"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("in use by another riverd"));
}

#[test]
fn inspect_shows_what_a_document_becomes_and_touches_no_store() {
    let program = Program::new();
    program.drop_file(
        "a.txt",
        "Der Titel\nEin Vorspann, der sagt, worum es in diesem Artikel gehen wird.\n\nText.",
    );
    let shown = program.json(&["inspect", "--json", "seeds/a.txt"]);
    assert_eq!(shown["entries"][0]["title"], "Der Titel");
    assert!(!program.home.path().join("state").exists());
    let output = program.run(&["inspect", "seeds/missing.txt"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("missing.txt cannot be read"));
}

#[test]
fn subscribe_finds_the_feed_of_a_page_and_unsubscribe_takes_it_out() {
    let server = Server::start(|path, _| match path {
        "/" => {
            ok("", "<html><head><link rel=alternate type='application/rss+xml' href='/feed'></head></html>")
        }
        _ => ok("", &rss(&[("1", "Meldung", "https://blatt.example/1")])),
    });
    let program = Program::new();
    let (page, feed) = (server.url("/"), server.url("/feed"));
    let added = program.json(&["subscribe", "--json", &page]);
    assert_eq!(added[0]["url"], feed.as_str());
    assert_eq!(
        program.json(&["subscribe", "--json", &feed]).as_array().map(Vec::len),
        Some(0),
        "once is enough"
    );
    program.json(&["once", "--json"]);
    let opml = String::from_utf8_lossy(&program.run(&["export", "opml"]).stdout).into_owned();
    assert!(opml.contains(&feed), "{opml}");
    assert!(program.run(&["unsubscribe", &feed]).status.success());
    assert_eq!(program.run(&["unsubscribe", &feed]).status.code(), Some(1));
    assert!(!program.run(&["feeds"]).stdout.is_empty() && !program.run(&["stories"]).stdout.is_empty());
}

#[test]
fn listings_without_a_store_say_what_to_do() {
    let output = Program::new().run(&["feeds"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("riverd run"));
}

#[test]
fn the_heap_is_one_that_gives_memory_back_by_itself() {
    let program = Program::new().with("MALLOC_CONF", "stats_print:true");
    let told = String::from_utf8_lossy(&program.run(&["--version"]).stderr).into_owned();
    for setting in ["opt.narenas: 2\n", "opt.dirty_decay_ms: 20 ", "opt.background_thread: false "] {
        assert!(told.contains(setting), "{setting} as in .cargo/config.toml\n{told}");
    }
}
