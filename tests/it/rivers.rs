//! Rivers that fold more and less: what each shows of the same entries, and that ids hold.

use crate::support::http::get;
use crate::support::program::{Daemon, Program, entries};
use crate::support::wait::until;

const TITLE: &str = "Ferry runs aground near the old harbour of Port Ellen";
const KICKER: &str = "Scotland: Ferry runs aground near the old harbour of Port Ellen";
const TEXT: &str = "The evening ferry left in thick fog on Tuesday and struck a sandbank; nobody on board was hurt, the line said.";
const RETOLD: &str = "Passengers spend the whole night on a sandbank off Islay";
const RETOLD_TEXT: &str =
    "Blankets and tea were handed out until the flood lifted the hull at four; a diver looks at it today.";

const RIVERS: &str = "
[[river]]
name = \"river\"
title = \"All of it\"
[[river]]
name = \"texts\"
stories = false
prefer = [\"C\"]
[[river]]
name = \"no-copies\"
title = \"Copies apart\"
copies = false
[[river]]
name = \"single\"
stories = false
copies = false
[[river]]
name = \"short\"
stories = false
copies = false
limit = 2
";

/// A feed of these items: id, title, link and text.
fn feed(name: &str, items: &[(&str, &str, &str, &str)]) -> String {
    let item = |(id, title, link, text): &(&str, &str, &str, &str)| {
        format!(
            "<item><guid isPermaLink='false'>{name}-{id}</guid><title>{title}</title><link>{link}</link>\
             <description>{text}</description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!(
        "<rss version='2.0'><channel><title>{name}</title><link>https://{name}.example/</link><language>en</language>\
         {items}</channel></rss>"
    )
}

/// Folded by the two nearer tiers alone, and by the owner: so nothing here hangs on what the engine has learned.
fn program() -> Program {
    let program = Program::new()
        .with("RIVERD_SERVE_PUBLIC_URL", "https://river.example")
        .with("RIVERD_STORY_TIER", "copy");
    std::fs::write(program.home.path().join("riverd.toml"), RIVERS).expect("a file");
    program
}

/// One event: 1 in a, its copies 2 in b and 3 in c, and 4 in d under the link of 2; a retelling 5 in e, and its copy 6
/// in f.
fn told() -> Program {
    let program = program();
    let files = [
        ("a", TITLE, "https://a.example/1", TEXT),
        ("b", KICKER, "https://b.example/ferry", TEXT),
        ("c", TITLE, "https://c.example/1", TEXT),
        ("d", "Ferry aground: all are safe", "https://b.example/ferry", ""),
        ("e", RETOLD, "https://e.example/1", RETOLD_TEXT),
        ("f", RETOLD, "https://f.example/1", RETOLD_TEXT),
    ];
    for (name, title, link, text) in files {
        program.drop_file(&format!("{name}.xml"), &feed(name, &[("1", title, link, text)]));
        program.json(&["once", "--json"]);
    }
    program
}

/// The feeds that each entry names, its lead first, and its id; in the feed's order.
fn parts(feed: &str) -> Vec<(String, String)> {
    let sources = |entry: &str| {
        let lead = entry.split("<source>").nth(1).and_then(|source| source.split("<title>").nth(1));
        let lead = lead.and_then(|title| title.split('<').next()).unwrap_or("?").to_owned();
        let mut others: Vec<String> = ["a", "b", "c", "d", "e", "f", "g"]
            .iter()
            .filter(|name| entry.contains(&format!("&gt;{name}: ")))
            .map(|name| (*name).to_owned())
            .collect();
        others.insert(0, lead);
        others.concat()
    };
    let ids = entries(feed).into_iter().map(|(id, _)| id);
    feed.split("<entry").skip(1).map(sources).zip(ids).collect()
}

#[track_caller]
fn check(daemon: &Daemon, river: &str, expected: &[&str]) -> Vec<(String, String)> {
    let mut parts = parts(&daemon.river(river));
    assert_eq!(parts.iter().map(|(sources, _)| sources).collect::<Vec<_>>(), expected, "{river}");
    let shown = parts.clone();
    parts.sort_by(|a, b| a.1.cmp(&b.1));
    parts.dedup_by(|a, b| a.1 == b.1);
    assert_eq!(parts.len(), shown.len(), "no id twice in {river}");
    shown
}

#[test]
fn each_river_shows_every_entry_once_folded_as_it_folds() {
    let program = told();
    program.json(&["join", "--json", "1", "5"]);
    let daemon = program.start();
    check(&daemon, "river", &["abcdef"]);
    check(&daemon, "texts", &["ef", "cabd"]);
    check(&daemon, "no-copies", &["f", "c", "bd", "ae"]);
    check(&daemon, "single", &["f", "e", "c", "bd", "a"]);
    check(&daemon, "short", &["f", "e"]);
    let river = daemon.river("river");
    for part in ["<title>All of it</title>", "Same text in: ", "Also covered by: "] {
        assert!(river.contains(part), "{part} in {river}");
    }
    let (same, also) = river.split_once("Also covered by: ").expect("both lines");
    assert!([">b: ", ">c: ", ">d: "].iter().all(|name| same.contains(&name.replace('>', "&gt;"))), "{same}");
    assert!([">e: ", ">f: "].iter().all(|name| also.contains(&name.replace('>', "&gt;"))), "{also}");
    let single = daemon.river("single");
    assert!(single.contains("<title>single</title>"), "{single}");
    assert!(single.contains("href=\"https://river.example/single.atom\""), "{single}");
    let ids: std::collections::BTreeSet<String> = ["river", "texts", "no-copies", "single", "short"]
        .iter()
        .filter_map(|name| Some(daemon.river(name).split_once("<id>")?.1.split_once("</id>")?.0.to_owned()))
        .collect();
    assert_eq!(ids.len(), 5, "each river has an id of its own");
    let page = get(&daemon.address, "/").expect("a page").text();
    assert!(
        ["/river.atom", "/texts.atom", "/no-copies.atom"].iter().all(|path| page.contains(path)),
        "{page}"
    );
    assert_eq!(get(&daemon.address, "/other.atom").map(|answer| answer.status), Some(404));
}

#[test]
fn ids_hold_over_a_restart_a_rename_a_further_copy_a_join_and_a_withdrawal() {
    let program = told();
    let daemon = program.start();
    let whole = check(&daemon, "river", &["ef", "abcd"]);
    let texts = check(&daemon, "texts", &["ef", "cabd"]);
    let single = check(&daemon, "single", &["f", "e", "c", "bd", "a"]);
    assert!(texts.iter().all(|(_, id)| whole.iter().any(|(_, other)| other == id)), "{texts:?} {whole:?}");
    assert_eq!(single[4].1, whole[1].1, "what the story's first entry tells has the story's id");
    assert_eq!(daemon.terminate(), Some(0));
    // What the owner says of the event is nothing to a river that folds texts alone.
    program.json(&["join", "--json", "1", "5"]);
    let daemon = program.start();
    assert_eq!(check(&daemon, "river", &["abcdef"])[0].1, whole[1].1);
    assert_eq!(check(&daemon, "texts", &["ef", "cabd"]), texts);
    assert_eq!(check(&daemon, "single", &["f", "e", "c", "bd", "a"]), single);
    std::fs::rename(program.seeds().join("c.xml"), program.seeds().join("moved.xml")).expect("renamed");
    program.drop_file("g.xml", &feed("g", &[("1", TITLE, "https://g.example/1", TEXT)]));
    until("the copy", || daemon.river("single").contains("https://g.example/1").then_some(()));
    let grown = check(&daemon, "texts", &["ef", "cabdg"]);
    assert_eq!([&grown[0].1, &grown[1].1], [&texts[0].1, &texts[1].1]);
    assert_eq!(check(&daemon, "single", &["g", "f", "e", "c", "bd", "a"])[1..], single);
    std::fs::remove_file(program.seeds().join("a.xml")).expect("removed");
    until("the withdrawal", || (!daemon.river("single").contains("https://a.example/1")).then_some(()));
    assert_eq!(check(&daemon, "texts", &["ef", "cbdg"])[1].1, texts[1].1);
    assert_eq!(check(&daemon, "single", &["g", "f", "e", "c", "bd"])[1..], single[..4]);
    assert_eq!(daemon.terminate(), Some(0));
    program.json(&["split", "--json", "5"]);
    assert_eq!(program.json(&["restory", "--json"])["moved"], 0);
    let daemon = program.start();
    check(&daemon, "single", &["g", "f", "e", "c", "bd"]);
}

#[test]
fn a_copy_at_the_place_of_a_renamed_one_takes_no_id_that_was_given_out() {
    let program = program();
    let copy = |name: &str| feed(name, &[("1", TITLE, &format!("https://{name}.example/1"), TEXT)]);
    program.drop_file("a.xml", &copy("a"));
    program.drop_file("c.xml", &copy("c"));
    program.json(&["once", "--json"]);
    std::fs::rename(program.seeds().join("c.xml"), program.seeds().join("moved.xml")).expect("renamed");
    program.json(&["once", "--json"]);
    program.drop_file("c.xml", &copy("c"));
    program.json(&["once", "--json"]);
    let daemon = program.start();
    check(&daemon, "single", &["c", "c", "a"]);
    check(&daemon, "texts", &["cac"]);
}

#[test]
fn an_entry_can_be_called_by_the_id_it_has_in_a_river() {
    let program = told();
    let daemon = program.start();
    let single = check(&daemon, "single", &["f", "e", "c", "bd", "a"]);
    let told = program.json(&["split", "--json", &single[2].1]);
    assert_eq!(told["entries"][0]["entry"], 3);
    let after = until("the split", || {
        let parts = parts(&daemon.river("river"));
        (parts.len() == 3).then_some(parts)
    });
    assert!(after.iter().any(|(sources, id)| sources == "c" && *id == single[2].1), "{after:?}");
    assert_eq!(check(&daemon, "single", &["f", "e", "c", "bd", "a"]), single);
}

#[test]
fn faults_of_rivers_are_told_all_at_once() {
    let program = Program::new();
    let text = "[[river]]\nname = \"Search\"\n[[river]]\nname = \"search\"\nstorys = false\n[[river]]\n";
    std::fs::write(program.home.path().join("riverd.toml"), text).expect("a file");
    let output = program.run(&["check"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{told}");
    for part in [
        "riverd.toml:2: river.name",
        "riverd.toml:4: river.name",
        "did you mean river.stories?",
        "found no name",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}
