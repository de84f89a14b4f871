//! Forgetting on a disk that is full or fails: nothing is half forgotten, nothing breaks, and it goes on by itself.
//! Linux: the disk stands in by `LD_PRELOAD`. `RIVERD_FAILURES=…` has as many calls fail.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use serde_json::Value;

use crate::support::chance::Chance;
use crate::support::disk::{on_disk, recorded, times};
use crate::support::http::get;
use crate::support::program::Program;
use crate::support::server::{Server, ok};
use crate::support::wait::until;

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
/// What is forgotten of the store that these tests begin with.
const FORGOTTEN: u64 = 20;

/// A feed of the items of these numbers; each is half a day younger than the one before, the hundredth is of now.
fn feed(numbers: std::ops::RangeInclusive<u64>) -> String {
    let item = |n: u64| {
        let date = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs((100 - n) * 43_200));
        format!(
            "<item><guid isPermaLink='false'>item-{n}</guid><title>Sache{n} Ding{n}</title><pubDate>{date}</pubDate>\
             <description>Wort{n} Satz{n} Text{n}.</description></item>"
        )
    };
    let items: String = numbers.map(item).collect();
    format!("<rss version='2.0'><channel><title>Blatt</title>{items}</channel></rss>")
}

fn store(program: &Program) -> PathBuf {
    program.home.path().join("state/riverd.db")
}

/// A program whose store has entries that its owner wants forgotten from now on, and free room to give back.
fn grown() -> Program {
    let numbers = std::sync::atomic::AtomicU64::new(0);
    let server = Server::start(move |_, _| match numbers.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => ok("", &feed(1..=40)),
        _ => ok("", &feed(39..=50)),
    });
    let program = Program::new()
        .with("RIVERD_STORY_TIER", "identity")
        .with("RIVERD_SERVE_PUBLIC_URL", "http://river.example")
        .with("RIVERD_PUBLISH_LIMIT", "8")
        .with("RIVERD_PUBLISH_ARCHIVE_PAGE", "5");
    let list = format!("<opml version='2.0'><body><outline xmlUrl='{}'/></body></opml>", server.url("/f"));
    program.drop_file("s.opml", &list);
    assert!(program.run(&["once", "--all"]).status.success());
    // What no river has looked at is not forgotten.
    let daemon = program.start();
    daemon.until_feed("the feed", |feed| feed.contains("Sache40"));
    assert_eq!(daemon.terminate(), Some(0));
    assert!(program.run(&["once", "--all"]).status.success());
    let daemon = program.start();
    daemon.until_feed("the newer ones", |feed| feed.contains("Sache50"));
    assert_eq!(daemon.terminate(), Some(0));
    let db = Connection::open(store(&program)).expect("the store");
    db.execute_batch(
        "CREATE TABLE ballast (x BLOB); INSERT INTO ballast VALUES (randomblob(12000000)); DROP TABLE ballast;
         PRAGMA wal_checkpoint(TRUNCATE);",
    )
    .expect("free room");
    drop(db);
    program.with("RIVERD_STORE_KEEP_ENTRIES", "10")
}

fn titles(program: &Program) -> Vec<String> {
    let stories = program.json(&["stories", "--limit", "1000", "--json"]);
    let titles = stories.as_array().expect("a list").iter().map(|story| story["lead"]["title"].to_string());
    let mut titles: Vec<String> = titles.collect();
    titles.sort();
    titles
}

fn sizes(program: &Program) -> (u64, u64) {
    let store: Value = program.json(&["feeds", "--json"])["store"].clone();
    (store["forgotten"].as_u64().expect("a number"), store["bytes"].as_u64().expect("bytes"))
}

fn is_whole(program: &Program, when: &str) {
    let output = program.run(&["check", "--store", "--json"]);
    assert!(output.status.success(), "{when}: {}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn whichever_call_fails_while_it_forgets_the_next_run_forgets_the_rest_and_gives_the_room_back() {
    let program = grown();
    let (before, home) = (std::fs::read(store(&program)).expect("the store"), program.home.path());
    assert!(before.len() > 12_000_000, "{} bytes", before.len());
    let log = home.join("disk.log");
    let disk = on_disk(&program, &[("DISK_LOG", log.display().to_string())]);
    assert!(program.run_under(&["once"], &disk).status.success());
    let (all, (forgotten, left)) = (recorded(&log).len() as u64, sizes(&program));
    assert!(forgotten == FORGOTTEN && left < 7_000_000 && all > 50, "{forgotten}, {left} bytes, {all} calls");
    let told = titles(&program);
    let mut chance = Chance::new(29);
    for round in 0..times("RIVERD_FAILURES", 10) {
        std::fs::write(store(&program), &before).expect("the store as it was");
        for ending in ["-wal", "-shm"] {
            drop(std::fs::remove_file(home.join(format!("state/riverd.db{ending}"))));
        }
        let call = ["write", "write", "sync", "truncate", "read", "open", "unlink"][round as usize % 7];
        let errno = if chance.below(2) == 0 { EIO } else { ENOSPC };
        let most = if matches!(call, "write" | "read") { all } else { 16 };
        let count = [1, 3, 100_000][chance.below(3) as usize];
        let fail = format!("{call} {} {errno} {count}", 1 + chance.below(most));
        let disk = on_disk(&program, &[("DISK_FAIL", fail.clone())]);
        let output = program.run_under(&["once"], &disk);
        let said = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!(code == Some(0) || (code == Some(1) && said.contains("store")), "{fail}: {code:?} {said}");
        is_whole(&program, &fail);
        let last = program.run(&["once"]);
        assert!(last.status.success(), "{fail}: {}", String::from_utf8_lossy(&last.stderr));
        let (forgotten, left) = sizes(&program);
        assert!(forgotten == FORGOTTEN && left < 7_000_000, "{fail}: {forgotten}, {left} bytes");
        assert_eq!(titles(&program), told, "{fail}");
        is_whole(&program, &fail);
    }
}

#[test]
fn on_a_full_disk_the_daemon_waits_with_forgetting_and_goes_on_when_there_is_room() {
    let program = grown().with("RIVERD_STORE_PRUNE_EVERY", "300ms");
    let full = program.home.path().join("full");
    let disk = on_disk(&program, &[("DISK_FULL", full.display().to_string())]);
    let daemon = program.start_under(&disk);
    std::fs::write(&full, "").expect("a file");
    let told = until("the full disk to be told", || {
        // Something to write, should there be nothing left to forget.
        program.drop_file("a.txt", "Fähre\n\nSie legt ab.");
        let answer = get(&daemon.address, "/readyz")?;
        (answer.status == 503).then(|| answer.text()).filter(|told| told.contains("store: failing"))
    });
    assert!(told.contains("full"), "{told}");
    assert!(daemon.feed().contains("Sache50"), "the last editions are served");
    std::fs::remove_file(&full).expect("room");
    until("all that is to be forgotten, and the room", || {
        let (forgotten, left) = sizes(&program);
        (forgotten == FORGOTTEN && left < 7_000_000).then_some(())
    });
    until("the illness to pass", || (get(&daemon.address, "/readyz")?.status == 200).then_some(()));
    assert_eq!(daemon.terminate(), Some(0));
    is_whole(&program, "after the full disk");
}
