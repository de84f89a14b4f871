//! Power cuts, full disks, and calls that fail: nothing that was acknowledged is lost, nothing is doubled, no id changes,
//! and what fails is told. Linux: the disk stands in by `LD_PRELOAD`.
//! `RIVERD_CUTS=150 cargo nextest run disks` cuts the power as often; `RIVERD_FAILURES=…` has as many calls fail.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::chance::Chance;
use crate::support::disk::{left_after, on_disk, recorded, times};
use crate::support::http::get;
use crate::support::program::{Program, entries};
use crate::support::wait::until;

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

fn program() -> Program {
    Program::new()
        .with("RIVERD_SERVE_PUBLIC_URL", "http://river.example")
        .with("RIVERD_STORY_TIER", "copy")
        .with("RIVERD_PUBLISH_LIMIT", "1000")
}

fn drop_articles(program: &Program, numbers: std::ops::Range<usize>) {
    for n in numbers {
        let words: String = (0..200).map(|word| format!("Wort{n} Satz{word} ")).collect();
        program.drop_file(&format!("{}/{n}.txt", n % 7), &format!("Sache{n} Ding{n}\n\n{words}"));
    }
}

/// The id of each story, by its title.
fn told(program: &Program, store: &[(String, String)]) -> BTreeMap<String, String> {
    let output = program.run_under(&["stories", "--limit", "2000", "--json"], store);
    let stories: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let stories = stories.as_array().expect("a list");
    let told: BTreeMap<_, _> =
        stories.iter().map(|story| (text(&story["lead"]["title"]), text(&story["id"]))).collect();
    assert_eq!(told.len(), stories.len(), "something is told twice");
    told
}

fn is_whole(program: &Program, store: &[(String, String)]) {
    let output = program.run_under(&["check", "--store", "--json"], store);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

/// Whether the store is whole and tells `all`.
fn is_of(program: &Program, store: &[(String, String)], all: &BTreeMap<String, String>) -> bool {
    is_whole(program, store);
    told(program, store) == *all
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_acknowledged_doubles_nothing_and_changes_no_id() {
    const BATCHES: usize = 12;
    let program = program();
    let log = program.home.path().join("disk.log");
    let disk = on_disk(&program, &[("DISK_LOG", log.display().to_string())]);
    // How long the record was when so many articles had been served: whatever is cut later must know them.
    let mut acknowledged: Vec<(u64, BTreeMap<String, String>)> = Vec::new();
    for half in 0..2 {
        let daemon = program.start_under(&disk);
        for batch in half * BATCHES / 2..(half + 1) * BATCHES / 2 {
            drop_articles(&program, batch * 5..(batch + 1) * 5);
            let all = (batch + 1) * 5;
            let feed = daemon.until_feed("the batch", |feed| entries(feed).len() >= all);
            let ids = entries(&feed).into_iter().map(|(id, title)| (title, id)).collect();
            acknowledged.push((std::fs::metadata(&log).expect("the record").len(), ids));
        }
        // Once killed, once in order: then the log is written back.
        if half == 0 { daemon.kill() } else { assert_eq!(daemon.terminate(), Some(0)) }
    }
    let (steps, last) = (recorded(&log), told(&program, &[]));
    assert!(steps.len() > 200 && last.len() == BATCHES * 5, "{} steps, {} stories", steps.len(), last.len());
    let mut chance = Chance::new(7);
    for cut in 0..times("RIVERD_CUTS", 8) {
        let at = chance.below(steps.len() as u64 + 1) as usize;
        let home = tempfile::tempdir().expect("a folder");
        for (name, bytes) in left_after(&steps[..at], &mut chance) {
            std::fs::write(home.path().join(name), bytes).expect("a file");
        }
        let path = home.path().join("riverd.db").display().to_string();
        let store = [("RIVERD_STORE_PATH".to_owned(), path)];
        let length = at.checked_sub(1).map_or(0, |last| steps[last].ends);
        if let Some((_, known)) = acknowledged.iter().rev().find(|(seen, _)| *seen <= length) {
            is_whole(&program, &store);
            let found = told(&program, &store);
            for (title, id) in known {
                assert_eq!(found.get(title), Some(id), "cut {cut} at step {at}: {title}");
            }
        }
        let output = program.run_under(&["once", "--json"], &store);
        assert!(output.status.success(), "cut {cut} at step {at}: {output:?}");
        assert_eq!(told(&program, &store), last, "cut {cut} at step {at}");
        is_whole(&program, &store);
    }
}

#[test]
fn a_full_disk_is_told_the_last_editions_are_served_and_all_goes_on_when_there_is_room() {
    let program = program();
    let full = program.home.path().join("full");
    let disk = on_disk(&program, &[("DISK_FULL", full.display().to_string())]);
    drop_articles(&program, 0..10);
    let daemon = program.start_under(&disk);
    daemon.until_feed("the first articles", |feed| entries(feed).len() == 10);
    std::fs::write(&full, "").expect("a file");
    drop_articles(&program, 10..40);
    let illness = until("the full disk to be told", || {
        let answer = get(&daemon.address, "/readyz")?;
        (answer.status == 503).then(|| answer.text())
    });
    assert!(illness.contains("full") && illness.contains("room"), "{illness}");
    let served = entries(&daemon.feed()).len();
    assert!((10..40).contains(&served), "{served}");
    // Nothing can be asked of it meanwhile, but it answers.
    let backup = program.run(&["backup", "copy.db"]);
    assert!(backup.status.success(), "{backup:?}");
    std::fs::remove_file(&full).expect("room");
    daemon.until_feed("everything", |feed| entries(feed).len() == 40);
    until("the illness to pass", || (get(&daemon.address, "/readyz")?.status == 200).then_some(()));
    assert_eq!(daemon.terminate(), Some(0));
    is_whole(&program, &[]);
}

#[test]
fn a_disk_that_fails_for_a_while_is_told_and_is_forgotten_when_it_works_again() {
    let program = program();
    let broken = program.home.path().join("broken");
    let disk = on_disk(&program, &[("DISK_BROKEN", broken.display().to_string())]);
    drop_articles(&program, 0..10);
    let daemon = program.start_under(&disk);
    daemon.until_feed("the first articles", |feed| entries(feed).len() == 10);
    std::fs::write(&broken, "").expect("a file");
    drop_articles(&program, 10..20);
    until("the failing disk to be told", || {
        let answer = get(&daemon.address, "/readyz")?;
        (answer.status == 503 && answer.text().contains("store: failing")).then_some(())
    });
    assert!(entries(&daemon.feed()).len() >= 10, "the last editions are served");
    std::fs::remove_file(&broken).expect("repaired");
    daemon.until_feed("everything", |feed| entries(feed).len() == 20);
    until("the illness to pass", || (get(&daemon.address, "/readyz")?.status == 200).then_some(()));
    assert_eq!(daemon.terminate(), Some(0));
    is_whole(&program, &[]);
}

#[test]
fn whichever_call_fails_is_told_nothing_breaks_and_the_next_run_has_everything() {
    let mut chance = Chance::new(11);
    let calls = ["write", "sync", "truncate", "open", "read", "unlink"];
    for round in 0..times("RIVERD_FAILURES", 8) {
        let program = program();
        drop_articles(&program, 0..12);
        assert!(program.run(&["once"]).status.success());
        drop_articles(&program, 12..24);
        let (call, errno) =
            (calls[round as usize % calls.len()], if chance.below(2) == 0 { EIO } else { ENOSPC });
        let at = 1 + chance.below(if matches!(call, "write" | "read") { 120 } else { 12 });
        let count = [1, 3, 1_000][chance.below(3) as usize];
        let disk = on_disk(&program, &[("DISK_FAIL", format!("{call} {at} {errno} {count}"))]);
        let output = program.run_under(&["once"], &disk);
        let said = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!(
            code == Some(0) || (code == Some(1) && said.contains("store")),
            "{call} {at}: {code:?} {said}"
        );
        assert!(program.run(&["once"]).status.success(), "{call} {at} {errno} {count}");
        assert_eq!(told(&program, &[]).len(), 24, "{call} {at} {errno} {count}");
        is_whole(&program, &[]);
    }
}

#[test]
fn a_backup_that_cannot_be_written_leaves_the_one_before_it() {
    let program = program();
    drop_articles(&program, 0..10);
    assert!(program.run(&["once"]).status.success());
    let place: PathBuf = program.home.path().join("copies");
    std::fs::create_dir(&place).expect("a folder");
    assert!(program.run(&["backup", "copies/copy.db"]).status.success());
    let before = std::fs::read(place.join("copy.db")).expect("the backup");
    for fail in ["write 3 28 1000", "sync 1 5 1000", "rename 1 28 1"] {
        let mut disk = on_disk(&program, &[("DISK_FAIL", fail.to_owned())]);
        disk[1].1 = place.canonicalize().expect("a folder").display().to_string();
        let target = format!("{}/copy.db", disk[1].1);
        let output = program.run_under(&["backup", &target], &disk);
        assert_eq!(output.status.code(), Some(1), "{fail}: {output:?}");
        let left: Vec<_> =
            std::fs::read_dir(&place).expect("a folder").flatten().map(|file| file.file_name()).collect();
        assert_eq!(left, ["copy.db"], "{fail}");
        assert!(std::fs::read(place.join("copy.db")).expect("the backup") == before, "{fail}");
    }
}

#[test]
fn whichever_call_fails_while_a_backup_is_made_it_is_whole_or_the_one_before_is_left() {
    let program = program();
    let state = program.home.path().join("state");
    drop_articles(&program, 0..20);
    assert!(program.run(&["once"]).status.success());
    assert!(program.run(&["backup", "state/copy.db"]).status.success());
    drop_articles(&program, 20..30);
    assert!(program.run(&["once"]).status.success());
    let (before, all) = (std::fs::read(state.join("copy.db")).expect("the backup"), told(&program, &[]));
    let copy = [("RIVERD_STORE_PATH".to_owned(), state.join("copy.db").display().to_string())];
    let calls = ["write", "read", "sync", "truncate", "open", "rename", "unlink"];
    let mut chance = Chance::new(31);
    for round in 0..times("RIVERD_FAILURES", 14) {
        std::fs::write(state.join("copy.db"), &before).expect("the backup before");
        let call = calls[round as usize % calls.len()];
        let errno = if chance.below(2) == 0 { EIO } else { ENOSPC };
        let at = 1 + chance.below(if matches!(call, "write" | "read") { 150 } else { 8 });
        let fail = format!("{call} {at} {errno} {}", [1, 3, 100_000][chance.below(3) as usize]);
        let output = program
            .run_under(&["backup", "state/copy.db"], &on_disk(&program, &[("DISK_FAIL", fail.clone())]));
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => {
                is_whole(&program, &copy);
                assert_eq!(told(&program, &copy), all, "{fail}");
            }
            Some(1) => {
                assert!(said.contains("store") || said.contains("backup"), "{fail}: {said}");
                let left = std::fs::read(state.join("copy.db")).expect("a backup");
                assert!(left == before || call == "sync" && is_of(&program, &copy, &all), "{fail}: {said}");
            }
            code => panic!("{fail}: {code:?} {said}"),
        }
        // Whatever was left of it is no hindrance.
        assert!(program.run(&["backup", "state/copy.db"]).status.success(), "{fail}");
        assert_eq!(told(&program, &copy), all, "{fail}");
        assert!(!state.join(".copy.db.part").exists(), "{fail}");
        is_whole(&program, &[]);
    }
}
