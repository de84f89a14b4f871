//! Backup, restore, the store's own check, and stores that are damaged or of another riverd.

use std::path::PathBuf;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::http::get;
use crate::support::program::{Program, entries};
use crate::support::wait::until;

fn program() -> Program {
    Program::new().with("RIVERD_SERVE_PUBLIC_URL", "http://river.example").with("RIVERD_STORY_TIER", "copy")
}

fn store(program: &Program) -> PathBuf {
    program.home.path().join("state/riverd.db")
}

fn drop_articles(program: &Program, numbers: std::ops::Range<usize>) {
    for n in numbers {
        program.drop_file(
            &format!("{}/{n}.txt", n % 7),
            &format!("Sache{n} Ding{n}\n\nWort{n} Satz{n} Text{n}."),
        );
    }
}

fn faults(program: &Program) -> Vec<Value> {
    let output = program.run(&["check", "--store", "--json"]);
    let checked: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let faults = checked["faults"].as_array().expect("a list").clone();
    assert_eq!(output.status.code(), Some(i32::from(!faults.is_empty())), "{checked}");
    faults
}

#[test]
fn a_backup_made_while_feeds_come_in_is_of_one_moment_and_what_is_restored_serves_the_same_bytes() {
    let program = program().with("RIVERD_PUBLISH_LIMIT", "1000");
    drop_articles(&program, 0..30);
    let daemon = program.start();
    daemon.until_feed("the first articles", |feed| entries(feed).len() >= 30);
    std::thread::scope(|scope| {
        let dropping = scope.spawn(|| drop_articles(&program, 30..90));
        for round in 0..5 {
            let made = program.json(&["backup", &format!("copy-{round}.db"), "--json"]);
            assert!(made["entries"].as_i64() >= Some(30), "{made}");
        }
        dropping.join().expect("dropped");
    });
    daemon.until_feed("all articles", |feed| entries(feed).len() == 90);
    let made = program.json(&["backup", "copy-0.db", "--json"]);
    assert_eq!((&made["entries"], &made["stories"]), (&Value::from(90), &Value::from(90)));
    let paths = ["/river.atom", "/river.json", "/river.rss", "/subscriptions.opml"];
    let all = |address: &str| paths.map(|path| get(address, path).map(|answer| answer.text()));
    let served = all(&daemon.address);
    daemon.kill();
    // Stop, put the copy in the store's place, start. What the old store left beside it is of the old one.
    for round in 0..5 {
        let copy = program.home.path().join(format!("copy-{round}.db"));
        std::fs::copy(copy, store(&program)).expect("copied");
        if round == 0 {
            let daemon = program.start();
            assert_eq!(all(&daemon.address), served);
            assert_eq!(daemon.terminate(), Some(0));
        }
        assert_eq!(faults(&program), [] as [Value; 0]);
    }
}

#[test]
fn a_backup_takes_the_place_of_nothing_but_a_backup() {
    let program = program();
    let output = program.run(&["backup", "copy.db"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no store"), "{output:?}");
    drop_articles(&program, 0..3);
    program.json(&["once", "--json"]);
    let home = program.home.path().to_owned();
    std::fs::write(home.join("notes.txt"), "My notes, longer than a header.").expect("a file");
    std::os::unix::fs::symlink(store(&program), home.join("link.db")).expect("a link");
    let absolute = store(&program).display().to_string();
    for (target, why) in [
        ("state/riverd.db", "the store itself"),
        (&*absolute, "the store itself"),
        ("./state/../state/riverd.db", "the store itself"),
        ("link.db", "the store itself"),
        ("state/riverd.db-wal", "the store itself"),
        ("state/riverd.db.lock", "the store itself"),
        ("notes.txt", "no backup"),
        ("state", "a folder"),
        ("missing/copy.db", "cannot be written"),
    ] {
        let output = program.run(&["backup", target]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && told.contains(why), "{target}: {told}");
    }
    assert_eq!(std::fs::read_to_string(home.join("notes.txt")).expect("kept").len(), 31);
    // What a backup that was killed has left is written over.
    std::fs::write(home.join(".copy.db.part"), "Half of one.").expect("a file");
    // Twice: the second takes the place of the first.
    assert!(program.run(&["backup", "copy.db"]).status.success());
    assert!(program.run(&["backup", "copy.db"]).status.success());
    let left = std::fs::read_dir(&home).expect("a folder").flatten().map(|file| file.file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().contains(".part")));
    assert_eq!(faults(&program), [] as [Value; 0]);
}

#[test]
fn backups_to_one_place_are_made_one_after_the_other() {
    let program = program();
    drop_articles(&program, 0..30);
    program.json(&["once", "--json"]);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| program.json(&["backup", "copy.db", "--json"])["entries"].as_i64()))
            .collect();
        all.into_iter().for_each(|made| assert_eq!(made.join().expect("made"), Some(30)));
    });
    std::fs::copy(program.home.path().join("copy.db"), store(&program)).expect("restored");
    assert_eq!(faults(&program), [] as [Value; 0]);
}

#[test]
fn whatever_is_wrong_with_a_store_is_told_in_words_with_what_to_do() {
    for (damage, about, part) in [
        ("UPDATE stories SET live = 7 WHERE id = 1", "stories", "story 1 says 7"),
        ("PRAGMA foreign_keys = 0; DELETE FROM stories WHERE id = 2", "references", "stories"),
        ("DELETE FROM search WHERE rowid = 3", "search", "entry 3"),
        ("DELETE FROM entries WHERE id = 1", "search", "entry 1"),
        ("UPDATE entries SET entry = '{' WHERE id = 2", "rows", "entry 2"),
        ("UPDATE entries SET told_as = NULL WHERE id = 2", "entries", "entry 2"),
        ("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'entries'", "ids", "entry 3"),
        (
            "INSERT INTO pages (river, number, entries, size, updated, sealed) VALUES ('river', 2, x'00', 9, '', 1)",
            "archive",
            "page 1 of river",
        ),
    ] {
        let program = program();
        drop_articles(&program, 0..3);
        program.json(&["once", "--json"]);
        assert_eq!(faults(&program), [] as [Value; 0]);
        Connection::open(store(&program)).expect("the store").execute_batch(damage).expect(damage);
        let faults = faults(&program);
        let told = faults.iter().find(|fault| fault["about"] == about);
        let told = told.unwrap_or_else(|| panic!("{damage}: {faults:?}"));
        assert!(told["found"].as_str().is_some_and(|found| found.contains(part)), "{damage}: {told}");
        assert!(told["advice"].as_str().is_some_and(|advice| advice.len() > 20), "{told}");
        let text = String::from_utf8_lossy(&program.run(&["check", "--store"]).stdout).into_owned();
        assert!(text.contains("what to do:") && text.contains("faults"), "{text}");
    }
}

#[test]
fn a_store_of_a_newer_riverd_is_refused_with_both_versions_and_left_alone() {
    let program = program();
    drop_articles(&program, 0..3);
    program.json(&["once", "--json"]);
    let db = Connection::open(store(&program)).expect("the store");
    let known: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a number");
    db.pragma_update(None, "user_version", 4_711).expect("set");
    drop(db);
    let before = std::fs::read(store(&program)).expect("the store");
    for command in [
        &["run"][..],
        &["once"],
        &["feeds"],
        &["stories"],
        &["check", "--store"],
        &["backup", "copy.db"],
        &["restory"],
    ] {
        let output = program.run(command);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{command:?}: {told}");
        assert!(told.contains("4711") && told.contains(&known.to_string()), "{command:?}: {told}");
    }
    assert!(std::fs::read(store(&program)).expect("the store") == before);
}

#[test]
fn a_damaged_page_is_told_and_what_was_made_is_served_on() {
    let program = program();
    drop_articles(&program, 0..40);
    let daemon = program.start();
    let feed = daemon.until_feed("all articles", |feed| entries(feed).len() == 40);
    // Everything is in the file itself: then damage is met.
    assert_eq!(daemon.terminate(), Some(0));
    let daemon = program.start();
    daemon.until_feed("all articles", |feed| entries(feed).len() == 40);
    let mut bytes = std::fs::read(store(&program)).expect("the store");
    // All but the head and the schema: what is read next is damaged, wherever it stands.
    bytes[4_096 * 24..].fill(0x5a);
    std::fs::write(store(&program), &bytes).expect("damaged");
    drop_articles(&program, 40..60);
    let told = until("the illness to be told", || {
        let answer = get(&daemon.address, "/readyz")?.text();
        answer.contains("damaged").then_some(answer)
    });
    assert!(told.contains("riverd check --store") && told.contains("backup"), "{told}");
    assert_eq!(entries(&daemon.feed()).len(), entries(&feed).len());
    assert_eq!(daemon.terminate(), Some(0));
    let found = faults(&program);
    assert!(found.iter().any(|fault| fault["about"] == "pages"), "{found:?}");
    let output = program.run(&["backup", "copy.db"]);
    assert!(!output.status.success() && !program.home.path().join("copy.db").exists(), "{output:?}");
}
