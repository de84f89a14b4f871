//! The start on a disk that is full or fails: riverd waits for it, tells why, serves what can be read, and comes up by itself.
//! Linux: the disk stands in by `LD_PRELOAD`. `RIVERD_FAILURES=…` has as many calls fail.

use std::path::{Path, PathBuf};
use std::process::Child;

use serde_json::Value;

use crate::support::chance::Chance;
use crate::support::disk::{on_disk, times};
use crate::support::http::{Answer, get};
use crate::support::manager::Manager;
use crate::support::program::{Program, entries};
use crate::support::wait::until;

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// What the manager's watchdog wants: a pat in so many microseconds.
const WATCHDOG: &str = "600000";

fn managed() -> (Program, Manager) {
    let program = Program::new()
        .with("RIVERD_SERVE_PUBLIC_URL", "http://river.example")
        .with("RIVERD_STORY_TIER", "copy")
        .with("RIVERD_PUBLISH_LIMIT", "1000")
        .with("WATCHDOG_USEC", WATCHDOG);
    let manager = Manager::listen(program.home.path());
    let path = manager.path.clone();
    (program.with("NOTIFY_SOCKET", &path), manager)
}

fn drop_articles(program: &Program, numbers: std::ops::Range<usize>) {
    for n in numbers {
        program.drop_file(
            &format!("{}/{n}.txt", n % 7),
            &format!("Sache{n} Ding{n}\n\nWort{n} Satz{n} Text{n}."),
        );
    }
}

/// A daemon that may not be ready yet; killed when dropped.
struct Starting {
    child: Child,
    log: PathBuf,
}

impl Starting {
    fn on(program: &Program, disk: &[(String, String)]) -> Self {
        let child = program.spawn_logged_under(&["run"], disk);
        Self { child, log: program.home.path().join("log") }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("a log")
    }

    /// Where it listens, as its log says.
    #[track_caller]
    fn address(&self) -> String {
        until("its address in the log", || {
            let log = self.log();
            let (_, rest) = log.split_once("address=http://").or_else(|| log.split_once("\"http://"))?;
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':'))?;
            Some(rest[..end].to_owned())
        })
    }

    fn ended(&mut self) -> Option<i32> {
        self.child.try_wait().expect("a child").and_then(|status| status.code())
    }

    fn terminate(mut self) -> Option<i32> {
        let sent = std::process::Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill is there").success());
        until("its end", || self.child.try_wait().expect("a child")).code()
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn served(address: &str) -> Answer {
    get(address, "/river.atom").expect("an answer")
}

/// Waits until `/readyz` says that the store fails; returns what it says.
#[track_caller]
fn illness(address: &str) -> String {
    until("the disk to be told", || {
        let answer = get(address, "/readyz")?;
        let text = answer.text();
        (answer.status == 503 && text.contains("store: failing")).then_some(text)
    })
}

fn is_whole(program: &Program) {
    let output = program.run(&["check", "--store", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// The id of each story that is told.
fn ids(program: &Program) -> Vec<String> {
    let stories = program.json(&["stories", "--limit", "1000", "--json"]);
    let mut ids: Vec<String> =
        stories.as_array().expect("a list").iter().map(|story| story["id"].to_string()).collect();
    ids.sort();
    ids
}

#[test]
fn on_a_full_disk_the_last_editions_are_served_and_riverd_comes_up_when_there_is_room() {
    let (program, manager) = managed();
    drop_articles(&program, 0..10);
    let daemon = program.start();
    daemon.until_feed("the articles", |feed| entries(feed).len() == 10);
    let last = served(&daemon.address);
    let archive = get(&daemon.address, "/archive/river/1.atom").map(|answer| answer.status);
    assert_eq!(daemon.terminate(), Some(0));
    let full = program.home.path().join("full");
    std::fs::write(&full, "").expect("a file");
    let heard = manager.heard().len();
    let disk = on_disk(&program, &[("DISK_FULL", full.display().to_string())]);
    let daemon = Starting::on(&program, &disk);
    let address = daemon.address();
    let told = illness(&address);
    assert!(told.contains("full") && told.contains("the last editions are served"), "{told}");
    let now = served(&address);
    assert_eq!((now.status, now.text(), now.header("etag")), (200, last.text(), last.header("etag")));
    assert_eq!(
        get(&address, "/archive/river/1.atom").map(|answer| answer.status == 200),
        archive.map(|status| status == 200)
    );
    assert_eq!(get(&address, "/healthz").expect("an answer").status, 200);
    let pats = manager.count("WATCHDOG=1");
    until("pats while it waits", || (manager.count("WATCHDOG=1") >= pats + 4).then_some(()));
    let waiting = manager.heard().split_off(heard).concat();
    assert!(waiting.contains("EXTEND_TIMEOUT_USEC=") && waiting.contains("full"), "{waiting}");
    assert!(!waiting.contains("READY=1"), "{waiting}");
    std::fs::remove_file(&full).expect("room");
    manager.until("READY=1", heard);
    assert_eq!(get(&address, "/readyz").map(|answer| answer.text().contains("store: ready")), Some(true));
    drop_articles(&program, 10..12);
    until("what was dropped then", || (entries(&served(&address).text()).len() == 12).then_some(()));
    assert_eq!(daemon.terminate(), Some(0));
    is_whole(&program);
}

#[test]
fn a_first_start_on_a_full_disk_tells_readers_to_come_again_and_ends_when_it_is_told_to() {
    let (program, manager) = managed();
    drop_articles(&program, 0..3);
    let full = program.home.path().join("full");
    std::fs::write(&full, "").expect("a file");
    let disk = on_disk(&program, &[("DISK_FULL", full.display().to_string())]);
    let daemon = Starting::on(&program, &disk);
    let address = daemon.address();
    assert!(illness(&address).contains("nothing to serve"));
    for path in ["/river.atom", "/", "/hub/unknown"] {
        let answer = get(&address, path).expect("an answer");
        assert_eq!((answer.status, answer.header("retry-after").is_some()), (503, true), "{path}");
    }
    assert_eq!(get(&address, "/metrics").expect("an answer").status, 200);
    assert_eq!(daemon.terminate(), Some(0));
    assert_eq!(manager.count("READY=1"), 0);
    let daemon = Starting::on(&program, &disk);
    let address = daemon.address();
    illness(&address);
    std::fs::remove_file(&full).expect("room");
    manager.until("READY=1", 0);
    until("the articles", || (entries(&served(&address).text()).len() == 3).then_some(()));
    assert_eq!(daemon.terminate(), Some(0));
    is_whole(&program);
}

#[test]
fn a_disk_that_can_be_neither_read_nor_written_is_waited_for() {
    let (program, manager) = managed();
    drop_articles(&program, 0..3);
    assert!(program.run(&["once"]).status.success());
    let broken = program.home.path().join("broken");
    std::fs::write(&broken, "").expect("a file");
    let disk = on_disk(&program, &[("DISK_BROKEN", broken.display().to_string())]);
    let daemon = Starting::on(&program, &disk);
    let address = daemon.address();
    let told = illness(&address);
    assert!(told.contains("the disk that holds the store fails"), "{told}");
    assert_eq!(served(&address).status, 503);
    // It is looked at again a few times, longer than a store that is damaged would be.
    let tries = || manager.heard().iter().filter(|said| said.contains("EXTEND_TIMEOUT_USEC=")).count();
    until("some tries", || (tries() >= 4).then_some(()));
    std::fs::remove_file(&broken).expect("repaired");
    manager.until("READY=1", 0);
    assert_eq!(entries(&served(&address).text()).len(), 3);
    assert_eq!(daemon.terminate(), Some(0));
    is_whole(&program);
}

#[test]
fn a_folder_that_cannot_be_made_is_told_and_found_once_it_is_there() {
    let (program, manager) = managed();
    std::fs::remove_dir(program.seeds()).expect("empty");
    std::fs::write(program.seeds(), "no folder").expect("a file");
    let daemon = Starting::on(&program, &[]);
    manager.until("READY=1", 0);
    let address = daemon.address();
    until("that the folder is away", || {
        get(&address, "/readyz")?.text().contains("folder: away").then_some(())
    });
    assert!(daemon.log().contains("cannot be made"), "{}", daemon.log());
    std::fs::remove_file(program.seeds()).expect("removed");
    drop_articles(&program, 0..2);
    until("what lies there then", || (entries(&served(&address).text()).len() == 2).then_some(()));
    assert_eq!(daemon.terminate(), Some(0));
}

#[test]
fn another_riverd_or_a_store_that_is_none_is_not_waited_for() {
    let (program, manager) = managed();
    let first = program.start();
    let second = program.run(&["run"]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(second.status.code() == Some(1) && said.contains("in use by another riverd"), "{said}");
    assert_eq!(first.terminate(), Some(0));
    let ready = manager.count("READY=1");
    std::fs::write(program.home.path().join("state/riverd.db"), "no database ".repeat(500)).expect("a file");
    let output = program.run(&["run"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("damaged"), "{said}");
    assert_eq!(manager.count("READY=1"), ready);
}

/// A store of the first schema, with entries that are not indexed yet.
fn old_store(path: &Path) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let db = rusqlite::Connection::open(path).expect("a file");
    db.execute_batch(include_str!("../../src/store/migrations/0001_river.sql")).expect("the first schema");
    db.pragma_update(None, "user_version", 1).expect("set");
    db.execute_batch(
        "INSERT INTO feeds (id, key, atom_id, feed, shape, first_seen) VALUES (1, 'https://a.example/', 'x', '{\"title\":\"A\"}', 'rss', 5);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
         INSERT INTO stories (id, atom_id, first_seen, rank, live) SELECT i, 's' || i, 5, i, 1 FROM n;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
         INSERT INTO entries (id, feed, key, story, tier, verdict, fingerprint, atom_id, title, entry,
                              content_hash, published, updated, first_seen)
         SELECT i, 1, 'k' || i, i, NULL, '{}', x'00', 's' || i, 'Sache' || i,
                json_object('id', 'k' || i, 'title', 'Sache' || i), x'00', i, i, 5 FROM n;",
    )
    .expect("rows");
}

/// A start on a disk one of whose calls fails, and `count - 1` after it; whether it came up by itself.
fn start_failing(program: &Program, manager: &Manager, fail: &str) -> bool {
    let (heard, disk) = (manager.heard().len(), on_disk(program, &[("DISK_FAIL", fail.to_owned())]));
    let mut daemon = Starting::on(program, &disk);
    let ready = until("that it is ready, or tells why not", || {
        assert_eq!(daemon.ended(), None, "{fail}: {}", daemon.log());
        let heard = manager.heard().split_off(heard).concat();
        if heard.contains("READY=1") {
            return Some(true);
        }
        // One that fails for ever is waited for ever.
        (fail.ends_with(" 1000") && heard.contains("EXTEND_TIMEOUT_USEC=")).then_some(false)
    });
    if !ready {
        let told = illness(&daemon.address());
        assert!(told.contains("the disk") || told.contains("fails"), "{fail}: {told}");
    }
    assert_eq!(daemon.terminate(), Some(0), "{fail}");
    ready
}

#[test]
fn whichever_call_fails_at_the_start_riverd_comes_up_by_itself_and_the_store_is_whole() {
    let mut chance = Chance::new(23);
    for round in 0..times("RIVERD_FAILURES", 10) {
        let (program, manager) = managed();
        let store = program.home.path().join("state/riverd.db");
        // A fresh store, one that is there, and one that is lifted.
        match round % 3 {
            0 => {}
            1 => {
                drop_articles(&program, 0..6);
                assert!(program.run(&["once"]).status.success());
            }
            _ => old_store(&store),
        }
        let before = if store.exists() { ids(&program) } else { vec![] };
        let call = ["write", "sync", "truncate", "open", "read", "unlink"][chance.below(6) as usize];
        let errno = if chance.below(2) == 0 { EIO } else { ENOSPC };
        let most = match (call, round % 3) {
            ("write" | "read", 2) => 400,
            ("write" | "read", _) => 60,
            _ => 10,
        };
        let count = [1, 1, 3, 1_000][chance.below(4) as usize];
        let fail = format!("{call} {} {errno} {count}", 1 + chance.below(most));
        start_failing(&program, &manager, &fail);
        let after = ids(&program);
        assert!(before.iter().all(|id| after.contains(id)), "{fail}: {before:?} {after:?}");
        let daemon = program.start();
        let known: Value = program.json(&["feeds", "--json"])["store"]["stories"].clone();
        assert!(known.as_u64() >= Some(before.len() as u64), "{fail}: {known}");
        assert_eq!(daemon.terminate(), Some(0));
        is_whole(&program);
    }
}
