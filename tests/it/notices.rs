//! The river of notices: what its owner is to know of feeds and files, an entry for each change of state.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::http::{get, request};
use crate::support::program::{Program, entries};
use crate::support::server::{Server, ok, rss, status};
use crate::support::wait::until;

/// A feed that answers 404 until it is told to heal, one that is gone, and a program that follows them.
fn followed() -> (Server, Arc<AtomicBool>, Program) {
    let healed = Arc::new(AtomicBool::new(false));
    let heals = healed.clone();
    let server = Server::start(move |path, _| match path {
        "/gone" => status("410 Gone", ""),
        _ if heals.load(Ordering::SeqCst) => ok("", &rss(&[("1", "Fresh again", "https://blatt.example/1")])),
        _ => status("404 Not Found", ""),
    });
    let program = Program::new()
        .with("RIVERD_FETCH_HOST_PAUSE", "0s")
        .with("RIVERD_SERVE_PUBLIC_URL", "https://river.example");
    let secret = server.url("/feed?token=t0ken").replace("http://", "http://me:passw0rd@");
    let list = format!(
        "<opml version='2.0'><body><outline text='My paper' xmlUrl='{secret}'/><outline xmlUrl='{}'/></body></opml>",
        server.url("/gone")
    );
    program.drop_file("a.opml", &list.replace('&', "&amp;"));
    (server, healed, program)
}

fn once(program: &Program) {
    program.json(&["once", "--all", "--json"]);
}

fn titles(feed: &str) -> Vec<String> {
    entries(feed).into_iter().map(|(_, title)| title).collect()
}

#[test]
fn the_owner_is_told_once_of_what_fails_is_gone_set_aside_and_well_again() {
    let (server, healed, program) = followed();
    program.drop_file("b.exe", "MZ");
    once(&program);
    let gone = format!("{}: gone for good", server.url("/gone"));
    let daemon = program.start();
    let mut told = titles(&daemon.river("notices"));
    told.sort();
    assert_eq!(told, ["b.exe: set aside".to_owned(), gone], "one failure is none");
    daemon.terminate();
    once(&program);
    once(&program);
    once(&program);
    let daemon = program.start();
    let failing = daemon.river("notices");
    assert_eq!(titles(&failing).len(), 3);
    assert_eq!(titles(&failing)[0], "My paper: has failed for long");
    assert!(failing.contains("404") && failing.contains("What you can do: "), "{failing}");
    for format in ["json", "rss"] {
        assert!(daemon.get(&format!("/notices.{format}")).text().contains("My paper: has failed for long"));
    }
    assert_eq!(daemon.terminate(), Some(0));
    let again = program.start();
    assert_eq!(again.river("notices"), failing, "the same store, the same bytes");
    assert_eq!(titles(&again.river("river")), [""; 0], "no river tells of faults");
    again.terminate();

    healed.store(true, Ordering::SeqCst);
    once(&program);
    once(&program);
    let daemon = program.start();
    let well = daemon.river("notices");
    assert_eq!(titles(&well)[0], "My paper: is read again");
    assert_eq!(entries(&well)[1..], entries(&failing)[..], "what was told stays told");
    assert_eq!(titles(&daemon.river("river")), ["Fresh again"]);
    for secret in ["t0ken", "passw0rd"] {
        assert!(!well.contains(secret), "{well}");
    }
}

#[test]
fn a_file_that_is_set_aside_is_told_at_once_while_the_daemon_runs() {
    let program = Program::new();
    let daemon = program.start();
    program.drop_file("sub/x.exe", "MZ");
    let told = until("the notice", || {
        Some(daemon.river("notices")).filter(|feed| feed.contains("sub/x.exe: set aside"))
    });
    assert!(told.contains("<title>Notices</title>"), "{told}");
    std::fs::remove_file(program.seeds().join("sub/x.exe")).expect("removed");
    let gone = until("the next notice", || {
        Some(daemon.river("notices")).filter(|feed| feed.contains("sub/x.exe: removed; it was set aside"))
    });
    assert_eq!(entries(&gone)[1..], entries(&told)[..]);
    let page = daemon.get("/").text();
    assert!(page.contains("/notices.atom"), "{page}");
}

#[test]
fn notices_can_be_private_and_are_none_where_the_owner_wants_none() {
    const SECRET: &str = "correct-horse_battery.staple~9";
    let with = |config: &str| {
        let program = Program::new();
        program.configure(config);
        std::fs::write(program.home.path().join("secret"), format!("{SECRET}\n")).expect("a file");
        program.drop_file("b.exe", "MZ");
        program
    };
    let private = "private = true\nsecret_file = \"secret\"\n";
    let program = with(&format!("[[river]]\nname = \"notices\"\ntitle = \"Faults\"\n{private}"));
    let daemon = program.start();
    assert_eq!(daemon.get("/notices.atom").status, 401);
    let read = until("the notice", || {
        let text = daemon.get(&format!("/{SECRET}/notices.atom")).text();
        Some(text).filter(|text| text.contains("b.exe: set aside"))
    });
    assert!(read.contains("<title>Faults</title>"), "{read}");
    assert!(!daemon.get("/").text().contains("notices.atom"));

    let program = with("[publish]\nnotices = false\n");
    let daemon = program.start();
    assert_eq!(daemon.get("/notices.atom").status, 404);
    let program = with(&format!("[[river]]\nname = \"work\"\nlabels = [\"Work\"]\n{private}"));
    let daemon = program.start();
    let status = get(&daemon.address, "/notices.atom").expect("an answer").status;
    assert_eq!(status, 404, "where a river is private, what tells of all feeds is not public by itself");
    let open = request(&daemon.address, "GET", "/river.atom", &[]).expect("an answer").status;
    assert_eq!(open, 200);

    let faulty = with("[[river]]\nname = \"notices\"\nlabels = [\"Tech\"]\n");
    let told = String::from_utf8_lossy(&faulty.run(&["check"]).stderr).into_owned();
    assert!(told.contains("river.name") && told.contains("publish.notices = false"), "{told}");
}

#[test]
fn of_what_stood_badly_before_there_were_notices_the_owner_is_told_once() {
    let (server, _, program) = followed();
    let program = program.with("RIVERD_PUBLISH_NOTICE_FAILURES", "2");
    once(&program);
    once(&program);
    // As a store is that was lifted to the schema with notices: nobody was told of anything.
    let store = rusqlite::Connection::open(program.home.path().join("state/riverd.db")).expect("the store");
    assert_eq!(store.execute("DELETE FROM notices", []).expect("deleted"), 2);
    drop(store);
    let daemon = program.start();
    let told = daemon.river("notices");
    let mut all = titles(&told);
    all.sort();
    let gone = format!("{}: gone for good", server.url("/gone"));
    let expected = ["My paper: has failed for long".to_owned(), gone];
    assert_eq!(all, expected, "served with the first editions");
    assert_eq!(daemon.terminate(), Some(0));
    let again = program.start();
    assert_eq!(again.river("notices"), told);
    assert_eq!(again.terminate(), Some(0));
}
