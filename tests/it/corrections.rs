//! The owner's corrections: split, join, restory and explain, with the daemon running and without, over restarts.

use serde_json::Value;

use crate::support::program::{Program, entries};
use crate::support::wait::until;

const TITLE: &str = "Ferry runs aground near the old harbour of Port Ellen";
const TEXT: &str = "The evening ferry left in thick fog on Tuesday and struck a sandbank; nobody on board was hurt, the line said.";
const RETOLD: &str = "Passengers spend the whole night on a sandbank off Islay";

/// A feed with one item.
fn feed(name: &str, title: &str, link: &str, text: &str) -> String {
    format!(
        "<rss version='2.0'><channel><title>{name}</title><link>https://{name}.example/</link><language>en</language>\
         <item><guid isPermaLink='false'>{name}-1</guid><title>{title}</title><link>{link}</link>\
         <description>{text}</description></item></channel></rss>"
    )
}

/// Folded by the two nearer tiers alone, so that what is folded here does not hang on what the engine has learned.
fn program() -> Program {
    Program::new().with("RIVERD_SERVE_PUBLIC_URL", "https://river.example").with("RIVERD_STORY_TIER", "copy")
}

/// `a`, `b` and `c` tell one story: copies of one text.
fn three_copies() -> Program {
    let program = program();
    for name in ["a", "b", "c"] {
        program.drop_file(
            &format!("{name}.xml"),
            &feed(name, TITLE, &format!("https://{name}.example/1"), TEXT),
        );
        program.json(&["once", "--json"]);
    }
    program
}

/// The numbers of each story's entries, smallest first.
fn stories(program: &Program) -> Vec<Vec<i64>> {
    let mut stories: Vec<Vec<i64>> = listed(program).iter().map(numbers).collect();
    stories.sort();
    stories
}

fn listed(program: &Program) -> Vec<Value> {
    program.json(&["stories", "--json"]).as_array().expect("a list").clone()
}

fn numbers(story: &Value) -> Vec<i64> {
    let coverage = story["coverage"].as_array().expect("a list");
    let reports = std::iter::once(&story["lead"]).chain(coverage);
    let mut numbers: Vec<i64> = reports.map(|report| report["entry"].as_i64().expect("a number")).collect();
    numbers.sort_unstable();
    numbers
}

/// The id for readers of the story that holds this entry.
fn id_of(program: &Program, entry: i64) -> String {
    let stories = listed(program);
    let story = stories.iter().find(|story| numbers(story).contains(&entry)).expect("it is told");
    story["id"].as_str().expect("an id").to_owned()
}

fn failure(program: &Program, arguments: &[&str]) -> String {
    let output = program.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The feed as a freshly started daemon serves it.
fn served(program: &Program, count: usize) -> String {
    let daemon = program.start();
    let feed = daemon.until_feed("the feed", |feed| entries(feed).len() == count);
    assert_eq!(daemon.terminate(), Some(0));
    feed
}

#[test]
fn a_split_holds_over_restarts_and_restories_and_a_join_undoes_it() {
    let program = three_copies();
    assert_eq!(stories(&program), [[1, 2, 3]]);
    let first = id_of(&program, 1);
    let split = program.json(&["split", "--json", "2"]);
    assert_eq!((&split["changed"], &split["waiting"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!(stories(&program), [vec![1, 3], vec![2]]);
    let own = id_of(&program, 2);
    assert!(own != first && id_of(&program, 1) == first, "{own}");
    let before = served(&program, 2);
    assert_eq!(program.json(&["restory", "--json"])["moved"], 0);
    assert_eq!(served(&program, 2), before, "an unchanged store is told by the same bytes");
    assert!(program.run(&["split", "2"]).status.success(), "what stands alone needs no split");

    program.json(&["join", "--json", "3", "2"]);
    assert_eq!(stories(&program), [[1, 2, 3]]);
    assert_eq!(id_of(&program, 2), first, "the older id survives");
    assert_eq!(program.json(&["restory", "--json"])["moved"], 0);
    program.json(&["split", "--json", "2"]);
    assert!(![first, own].contains(&id_of(&program, 2)), "a retired id is never given out again");
}

#[test]
fn the_first_entry_of_a_story_can_be_split_off_and_the_story_keeps_its_id() {
    let program = three_copies();
    let first = id_of(&program, 1);
    program.json(&["split", "--json", "1"]);
    assert_eq!(stories(&program), [vec![1], vec![2, 3]]);
    assert_eq!(id_of(&program, 2), first);
    let before = served(&program, 2);
    assert_eq!(program.json(&["restory", "--json"])["moved"], 0);
    assert_eq!(served(&program, 2), before);
}

#[test]
fn a_join_takes_the_whole_stories_and_a_restory_keeps_them_one() {
    let program = three_copies();
    for name in ["d", "e"] {
        program
            .drop_file(&format!("{name}.xml"), &feed(name, RETOLD, &format!("https://{name}.example/1"), ""));
        program.json(&["once", "--json"]);
    }
    assert_eq!(stories(&program), [vec![1, 2, 3], vec![4, 5]]);
    let first = id_of(&program, 1);
    program.json(&["join", "--json", "5", "2"]);
    assert_eq!(stories(&program), [[1, 2, 3, 4, 5]]);
    let before = served(&program, 1);
    assert_eq!(program.json(&["restory", "--json"])["moved"], 0);
    assert_eq!(served(&program, 1), before);
    program.drop_file("f.xml", &feed("f", RETOLD, "https://f.example/1", ""));
    program.json(&["once", "--json"]);
    assert_eq!(stories(&program), [[1, 2, 3, 4, 5, 6]]);
    assert_eq!(id_of(&program, 6), first);
}

#[test]
fn the_running_daemon_follows_at_once_and_kill_9_undoes_nothing() {
    let program = three_copies();
    let daemon = program.start();
    daemon.until_feed("the story", |feed| entries(feed).len() == 1);
    assert_eq!(program.json(&["split", "--json", "2"])["waiting"], false);
    daemon.kill();
    let daemon = program.start();
    let parted = entries(&daemon.until_feed("two stories", |feed| entries(feed).len() == 2));
    assert_eq!(program.json(&["restory", "--json"])["moved"], 0, "the running daemon does it");
    program.json(&["join", "--json", "1", "2"]);
    let joined = entries(&daemon.until_feed("one story", |feed| entries(feed).len() == 1));
    assert!(parted.contains(&joined[0]));
    // The engine's memory follows too: a further copy joins the one story.
    program.drop_file("d.xml", &feed("d", TITLE, "https://d.example/1", TEXT));
    let feed = daemon.until_feed("the copy", |feed| feed.contains("https://d.example/1"));
    assert_eq!(entries(&feed), joined);
    daemon.kill();
    assert_eq!(stories(&program), [[1, 2, 3, 4]]);
}

#[test]
fn later_and_changed_and_returning_entries_follow_what_the_owner_said() {
    let program = program();
    let page = "https://a.example/ferry";
    program.drop_file("a.xml", &feed("a", TITLE, page, TEXT));
    program.json(&["once", "--json"]);
    program.drop_file("b.xml", &feed("b", RETOLD, page, ""));
    program.json(&["once", "--json"]);
    assert_eq!(stories(&program), [[1, 2]]);
    program.json(&["split", "--json", RETOLD]);
    program.drop_file("c.xml", &feed("c", RETOLD, "https://c.example/1", ""));
    program.json(&["once", "--json"]);
    assert_eq!(stories(&program), [vec![1], vec![2, 3]], "it follows the member it is nearest to");
    // Changed so that it is the other's very copy, it keeps its place; so it does when it goes and comes back.
    program.drop_file("a.xml", &feed("a", RETOLD, page, ""));
    program.json(&["once", "--json"]);
    assert_eq!(stories(&program), [vec![1], vec![2, 3]]);
    std::fs::remove_file(program.seeds().join("b.xml")).expect("removed");
    program.json(&["once", "--json"]);
    assert_eq!(stories(&program), [vec![1], vec![3]]);
    program.drop_file("b.xml", &feed("b", RETOLD, page, ""));
    program.json(&["once", "--json"]);
    program.json(&["restory", "--json"]);
    let stories = stories(&program);
    assert!(!stories.iter().any(|story| story.contains(&1) && story.contains(&2)), "{stories:?}");
}

#[test]
fn a_name_that_fits_none_or_several_is_an_error_that_lists_what_could_be_meant() {
    let program = three_copies();
    program.drop_file("d.xml", &feed("d", RETOLD, "https://d.example/1?utm_source=x", ""));
    program.json(&["once", "--json"]);
    let told = failure(&program, &["split", "old harbour"]);
    assert!(told.contains("3 entries") && told.contains(TITLE) && told.contains("(c)"), "{told}");
    let told = failure(&program, &["split", "Passengers spend the night on the sandbanks"]);
    assert!(told.contains("no entry") && told.contains(RETOLD), "{told}");
    assert!(failure(&program, &["join", "SANDBANK OFF", "4"]).contains("the same entry"));
    assert!(failure(&program, &["split", "99"]).contains("no entry"));
    for name in ["4", "https://d.example/1", "sandbank off islay"] {
        assert_eq!(program.json(&["split", "--json", name])["entries"][0]["entry"], 4, "{name}");
    }
    let id = program.json(&["split", "--json", "4"])["entries"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(program.json(&["split", "--json", &id])["entries"][0]["entry"], 4);
    assert!(failure(&Program::new(), &["split", "1"]).contains("there is no store"));
}

#[test]
fn explain_tells_signals_verdicts_and_what_the_owner_said() {
    let program = three_copies();
    program.drop_file("d.xml", &feed("d", "Hay harvest begins early this year", "https://d.example/1", ""));
    program.json(&["once", "--json"]);
    let told = program.json(&["explain", "--json", "3", "1"]);
    assert_eq!((&told["one_story"], &told["engine"]["one_story"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(told["entries"][0]["entry"], 1);
    assert_eq!(told["entries"][1]["verdict"]["tier"], "copy");
    let signals = told["engine"]["signals"].as_array().expect("a list");
    assert!(signals.iter().all(|signal| signal["value"].is_f64() && signal["weight"].is_f64()));
    assert!(!signals.is_empty());
    program.json(&["split", "--json", "3"]);
    let told = program.json(&["explain", "--json", "1", "3"]);
    assert_eq!((&told["one_story"], &told["corrections"][0]["word"]), (&Value::Bool(false), &"apart".into()));
    let text = String::from_utf8_lossy(&program.run(&["explain", "1", "3"]).stdout).into_owned();
    assert!(text.contains("two stories") && text.contains("1 and 3 are apart"), "{text}");
    let text = String::from_utf8_lossy(&program.run(&["explain", "1", "hay harvest"]).stdout).into_owned();
    assert!(text.contains("not one story") && text.contains("threshold"), "{text}");
}

#[test]
fn a_restory_by_other_rules_changes_the_stories_and_a_dry_run_changes_nothing() {
    let program = three_copies();
    let first = id_of(&program, 1);
    program.json(&["join", "--json", "2", "3"]);
    let strict = program.with("RIVERD_STORY_LANGUAGES", "fr");
    let shown = strict.json(&["restory", "--json", "--dry-run"]);
    assert_eq!((&shown["moved"], &shown["begun"]), (&2.into(), &1.into()));
    assert_eq!(stories(&strict), [[1, 2, 3]]);
    assert_eq!(strict.json(&["restory", "--json"]), shown);
    assert_eq!(stories(&strict), [vec![1], vec![2, 3]], "what the owner joined stays joined");
    assert_eq!(id_of(&strict, 1), first);
    let back = strict.with("RIVERD_STORY_LANGUAGES", "");
    let text = String::from_utf8_lossy(&back.run(&["restory"]).stdout).into_owned();
    assert!(text.contains("2 stories before, 1 after; 2 entries moved"), "{text}");
    assert_eq!((stories(&back), id_of(&back, 3)), (vec![vec![1, 2, 3]], first));
}

#[test]
fn fingerprints_of_another_version_are_made_anew_from_the_stored_texts() {
    let program = three_copies();
    let store = rusqlite::Connection::open(program.home.path().join("state/riverd.db")).expect("the store");
    store.execute("UPDATE entries SET fingerprint = x'00'", []).expect("forgotten");
    drop(store);
    program.drop_file("d.xml", &feed("d", TITLE, "https://d.example/1", TEXT));
    let told = String::from_utf8_lossy(&program.run(&["once"]).stderr).into_owned();
    assert!(told.contains("made anew") && told.contains('3'), "{told}");
    assert_eq!(stories(&program), [[1, 2, 3, 4]]);
    let told = String::from_utf8_lossy(&program.run(&["once"]).stderr).into_owned();
    assert!(!told.contains("made anew"), "once is enough: {told}");
}

#[test]
fn only_the_named_languages_are_folded_and_the_preferred_feed_leads() {
    let program = three_copies().with("RIVERD_STORY_PREFER", "C");
    assert_eq!(listed(&program)[0]["lead"]["feed"], "c");
    let french = program.with("RIVERD_STORY_LANGUAGES", "fr, it");
    french.drop_file("d.xml", &feed("d", TITLE, "https://d.example/1", TEXT));
    french.json(&["once", "--json"]);
    assert_eq!(stories(&french), [vec![1, 2, 3], vec![4]]);
    assert_eq!(french.with("RIVERD_STORY_LANGUAGES", "english").run(&["check"]).status.code(), Some(78));
}

#[test]
fn a_request_outlives_the_riverd_that_held_the_store_and_the_command_that_asked() {
    let program = three_copies();
    let path = program.home.path().join("state/riverd.db");
    let hold = || riverd::store::open::open(&path, riverd::model::time::Timestamp(0), "").expect("the store");
    let asked = |count: usize| {
        until("the request", || (hold_reader(&path).waiting().ok()?.len() == count).then_some(()));
    };
    let store = hold();
    std::thread::scope(|scope| {
        let split = scope.spawn(|| program.json(&["split", "--json", "2"]));
        asked(1);
        drop(store);
        assert_eq!(split.join().expect("no panic")["waiting"], false, "the command does it itself");
    });
    assert_eq!(stories(&program), [vec![1, 3], vec![2]]);
    let store = hold();
    let mut join = program.spawn(&["join", "1", "2"]);
    asked(1);
    join.kill().expect("it waits");
    join.wait().expect("it ends");
    drop(store);
    program.json(&["once", "--json"]);
    assert_eq!(stories(&program), [[1, 2, 3]]);
    asked(0);
}

fn hold_reader(path: &std::path::Path) -> riverd::store::reader::Reader {
    riverd::store::open::open_to_read(path).expect("a store")
}

#[test]
fn restarts_in_the_middle_of_a_stream_change_no_story() {
    // Each step drops a file; some change what was told before, one goes and comes back.
    let step = |program: &Program, number: usize| match number {
        0 => program.drop_file("a.xml", &feed("a", TITLE, "https://a.example/1", TEXT)),
        1 => program.drop_file("b.xml", &feed("b", RETOLD, "https://a.example/1", "")),
        2 => program
            .drop_file("a.xml", &feed("a", "Ferry aground: what is known so far", "https://a.example/1", "")),
        3 => program.drop_file("c.xml", &feed("c", TITLE, "https://c.example/1", TEXT)),
        4 => program.drop_file("d.xml", &feed("d", RETOLD, "https://d.example/1", "")),
        5 => std::fs::remove_file(program.seeds().join("b.xml")).expect("removed"),
        6 => program.drop_file("e.xml", &feed("e", RETOLD, "https://e.example/1", "")),
        7 => program.drop_file("b.xml", &feed("b", TITLE, "https://c.example/1", TEXT)),
        _ => program.drop_file("f.xml", &feed("f", TITLE, "https://f.example/1", TEXT)),
    };
    // What is seen of a step once it is done: the date of nothing, only what the listing tells.
    let state = |program: &Program| program.run(&["stories", "--json"]).stdout;
    let restarted = program();
    for number in 0..9 {
        step(&restarted, number);
        restarted.json(&["once", "--json"]);
    }
    let running = program();
    let daemon = running.start();
    for number in 0..9 {
        let before = state(&running);
        step(&running, number);
        until("the step", || (state(&running) != before).then_some(()));
    }
    assert_eq!(stories(&running), stories(&restarted));
    assert_eq!(daemon.terminate(), Some(0));
    assert_eq!(
        running.json(&["restory", "--json"])["moved"],
        restarted.json(&["restory", "--json"])["moved"]
    );
}

#[test]
fn a_file_at_the_place_of_a_renamed_one_begins_a_story_of_its_own() {
    let program = program();
    program.drop_file("a.txt", "Ferry aground\n\nIt struck a sandbank near the old harbour in thick fog.");
    program.json(&["once", "--json"]);
    std::fs::rename(program.seeds().join("a.txt"), program.seeds().join("b.txt")).expect("renamed");
    program.json(&["once", "--json"]);
    program
        .drop_file("a.txt", "Hay harvest\n\nFarmers expect the best hay in ten years after a warm spring.");
    program.json(&["once", "--json"]);
    assert_eq!(stories(&program), [[1], [2]]);
    assert_ne!(id_of(&program, 1), id_of(&program, 2));
}
