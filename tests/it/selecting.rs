//! What rivers select: by label, language, words and window; rivers of labels; and rivers that are private.

use std::collections::BTreeSet;

use crate::support::http::{Answer, get, request};
use crate::support::program::{Daemon, Program, entries};
use crate::support::wait::until;

const TITLE: &str = "Ferry runs aground near the old harbour of Port Ellen";
const TEXT: &str = "The evening ferry left in thick fog on Tuesday and struck a sandbank; nobody on board was hurt, the line said.";

/// A feed of one item.
fn feed(name: &str, language: &str, title: &str, text: &str) -> String {
    let item = format!(
        "<item><guid isPermaLink='false'>{name}-1</guid><title>{title}</title><link>https://{name}.example/1</link>\
         <description>{text}</description></item>"
    );
    format!(
        "<rss version='2.0'><channel><title>{name}</title><link>https://{name}.example/</link>\
         <language>{language}</language>{item}</channel></rss>"
    )
}

fn program(config: &str) -> Program {
    let program = Program::new()
        .with("RIVERD_SERVE_PUBLIC_URL", "https://river.example")
        .with("RIVERD_STORY_TIER", "copy");
    std::fs::write(program.home.path().join("riverd.toml"), config).expect("a file");
    program
}

fn drop_feed(program: &Program, path: &str, name: &str, language: &str, title: &str, text: &str) {
    program.drop_file(path, &feed(name, language, title, text));
    program.json(&["once", "--json"]);
}

/// The ferry in a and, copied, in b; Brot in c, Käse in d.
fn told(config: &str) -> Program {
    let program = program(config);
    drop_feed(&program, "Tech/Linux/a.xml", "a", "en", TITLE, TEXT);
    drop_feed(&program, "Tech/b.xml", "b", "en", TITLE, TEXT);
    drop_feed(
        &program,
        "Küche/c.xml",
        "c",
        "de",
        "Brot ist wieder teurer",
        "Der Bäcker Müller hebt die Preise an.",
    );
    drop_feed(
        &program,
        "d.xml",
        "d",
        "de-CH",
        "Käse aus der Region",
        "Die Käserei öffnet ihre Keller, sagt der Käser.",
    );
    program
}

/// The feeds that a river names anywhere, entry by entry.
fn names(feed: &str) -> String {
    let of = |entry: &str| {
        let names = ["a", "b", "c", "d", "e", "f"];
        names
            .into_iter()
            .filter(|name| entry.contains(&format!("https://{name}.example/1")))
            .collect::<String>()
    };
    feed.split("<entry").skip(1).map(of).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(daemon: &Daemon, river: &str, expected: &str) {
    assert_eq!(names(&daemon.river(river)), expected, "{river}");
}

const RIVERS: &str = "
[[river]]
name = \"linux\"
labels = [\"tech/LINUX\"]
[[river]]
name = \"several\"
labels = [\"Tech\", \"Küche\"]
[[river]]
name = \"german\"
languages = [\"de\"]
[[river]]
name = \"words\"
match = \"mueller OR \\\"port ellen\\\"\"
[[river]]
name = \"without\"
exclude = \"fähre OR ferr* OR käse\"
[[river]]
name = \"all-of-it\"
labels = [\"Tech\"]
languages = [\"en\"]
match = \"fog\"
exclude = \"sunshine\"
stories = false
copies = false
[[river]]
name = \"nothing\"
labels = [\"No such label\"]
[[river]]
name = \"one\"
languages = [\"de\", \"en\"]
limit = 1
";

#[test]
fn rivers_select_by_label_language_and_words() {
    let daemon = told(RIVERS).start();
    check(&daemon, "river", "d c ab");
    check(&daemon, "linux", "a");
    check(&daemon, "several", "c ab");
    check(&daemon, "german", "d c");
    check(&daemon, "words", "c ab");
    check(&daemon, "without", "c");
    check(&daemon, "all-of-it", "b a");
    check(&daemon, "nothing", "");
    check(&daemon, "one", "d");
}

#[test]
fn what_is_not_selected_of_a_story_is_not_named_and_its_id_is_the_storys_everywhere() {
    let daemon = told(RIVERS).start();
    let ids =
        |river: &str| entries(&daemon.river(river)).into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>();
    let (all, linux) = (ids("river"), ids("linux"));
    assert!(linux.is_subset(&all) && ids("several").is_subset(&all), "{linux:?} {all:?}");
    let text = daemon.river("linux");
    assert!(!text.contains("b.example") && !text.contains("Same text in"), "{text}");
    assert!(ids("all-of-it").iter().any(|id| all.contains(id)));
}

#[test]
fn every_label_has_a_river_that_comes_and_goes_with_it() {
    let program = told("[[river]]\nname = \"tech\"\ntitle = \"Mine\"\nlabels = [\"Küche\"]\n");
    let server = crate::support::server::Server::start(|_, _| {
        crate::support::server::ok(
            "",
            &feed("e", "en", "Something else altogether", "Words of another kind."),
        )
    });
    let opml = format!(
        "<opml version='2.0'><body><outline text='Desktop'><outline text='E' xmlUrl='{}'/></outline></body></opml>",
        server.url("/feed")
    );
    program.drop_file("Tech/Linux/list.opml", &opml);
    program.json(&["once", "--all", "--json"]);
    let daemon = program.start();
    check(&daemon, "tech", "c");
    check(&daemon, "tech-linux", "e a");
    check(&daemon, "tech-linux-desktop", "e");
    check(&daemon, "kueche", "c");
    let title = daemon.river("tech-linux");
    assert!(title.contains("<title>Tech/Linux</title>"), "{title}");
    let checked = program.json(&["check", "--json"]);
    let labels = checked["labels"].as_array().expect("a list").clone();
    let river =
        |label: &str| labels.iter().find(|told| told["label"] == label).map(|told| told["river"].clone());
    let other = river("Tech").expect("told").as_str().expect("a name").to_owned();
    assert!(other.starts_with("tech-") && other != "tech-linux", "{other}");
    assert_eq!(river("Tech/Linux/Desktop").expect("told"), "tech-linux-desktop");
    check(&daemon, &other, "e ab");
    let told = String::from_utf8_lossy(&program.run(&["check"]).stdout).into_owned();
    assert!(told.contains(&format!("/{other}.atom")) && told.contains("/tech.atom is another's"), "{told}");
    let page = get(&daemon.address, "/").expect("a page").text();
    assert!(page.contains("/kueche.atom"), "{page}");
    std::fs::remove_file(program.seeds().join("Küche/c.xml")).expect("removed");
    until("the label's end", || (get(&daemon.address, "/kueche.atom")?.status == 404).then_some(()));
    std::fs::create_dir_all(program.seeds().join("Garten")).expect("a folder");
    std::fs::rename(program.seeds().join("d.xml"), program.seeds().join("Garten/d.xml")).expect("renamed");
    until("the label", || (names(&daemon.river("garten")) == "d").then_some(()));
}

/// What happens, and what a river is then.
type Step<'a> = (&'a str, &'a dyn Fn(), &'a str, &'a dyn Fn(&str) -> bool);

#[test]
fn a_river_that_was_kept_is_what_would_be_made_anew_after_whatever_happens() {
    let program = told(RIVERS);
    let server = crate::support::server::Server::start(|_, _| {
        crate::support::server::ok(
            "",
            &feed("e", "en", "Something else altogether", "Words of another kind, and fog."),
        )
    });
    let list = |title: &str| {
        let outline = format!("<outline text='{title}' xmlUrl='{}'/>", server.url("/feed"));
        format!("<opml version='2.0'><body><outline text='Tech'>{outline}</outline></body></opml>")
    };
    program.drop_file("list.opml", &list("First name"));
    program.json(&["once", "--all", "--json"]);
    let rivers = [
        "linux",
        "several",
        "german",
        "words",
        "without",
        "all-of-it",
        "one",
        "tech",
        "tech-linux",
        "kueche",
    ];
    let mut daemon = program.start();
    let change = |path: &str, text: &str| program.drop_file(path, text);
    let has = |part: &'static str| move |feed: &str| feed.contains(part);
    let entries = |count: usize| move |feed: &str| feed.matches("<entry").count() == count;
    let cheap = feed("c", "de", "Brot wird billig", "Müller senkt die Preise.");
    let steps: [Step<'_>; 6] = [
        ("a change", &|| change("Küche/c.xml", &cheap), "several", &has("billig")),
        ("a name", &|| change("list.opml", &list("Second name")), "tech", &has("Second name")),
        ("a copy", &|| change("Tech/f.xml", &feed("f", "en", TITLE, TEXT)), "tech", &has("f.example")),
        ("a join", &|| drop(program.json(&["join", "--json", "1", "5"])), "tech", &entries(1)),
        ("a split", &|| drop(program.json(&["split", "--json", "2"])), "tech", &entries(2)),
        (
            "a withdrawal",
            &|| std::fs::remove_file(program.seeds().join("Tech/Linux/a.xml")).expect("removed"),
            "tech",
            &|feed| !feed.contains("a.example"),
        ),
    ];
    let witnesses = ["Apfelernte", "Brunnenbau", "Chorprobe", "Dachstuhl", "Eisregen", "Fahrradweg"];
    for ((what, change, river, holds), witness) in steps.into_iter().zip(witnesses) {
        change();
        until(what, || holds(&daemon.river(river)).then_some(()));
        // Rivers are made one after the other, that of everything first: once it tells what came later, all have seen
        // the change.
        program
            .drop_file(&format!("{witness}.txt"), &format!("{witness} am Morgen\n\nMehr dazu: {witness}."));
        until("the witness", || daemon.river("river").contains(witness).then_some(()));
        let kept = rivers.map(|river| daemon.river(river));
        assert_eq!(daemon.terminate(), Some(0));
        daemon = program.start();
        for (river, kept) in rivers.iter().zip(kept) {
            assert_eq!(daemon.river(river), kept, "{river} after {what}");
        }
    }
}

#[test]
fn label_rivers_can_be_left_out() {
    let daemon = told("[publish]\nlabel_rivers = 0\n").start();
    assert_eq!(get(&daemon.address, "/tech.atom").map(|answer| answer.status), Some(404));
    check(&daemon, "river", "d c ab");
}

/// A feed whose items have a date each: their number is the day of November.
fn dated(days: &[u32]) -> String {
    let item = |day: &u32| {
        format!(
            "<item><guid isPermaLink='false'>{day}</guid><title>Day {day}</title><link>https://x.example/{day}</link>\
             <pubDate>{day:02} Nov 2020 10:00:00 GMT</pubDate><description>Words of day {day} only.</description></item>"
        )
    };
    let items: String = days.iter().map(item).collect();
    format!(
        "<rss version='2.0'><channel><title>x</title><link>https://x.example/</link>{items}</channel></rss>"
    )
}

#[test]
fn a_window_is_measured_from_the_newest_entry_and_not_from_now() {
    let program =
        program("[[river]]\nname = \"days\"\nwindow = \"3d\"\n[[river]]\nname = \"any\"\nwindow = \"0s\"\n");
    program.drop_file("x.xml", &dated(&[1, 5, 17, 18, 20]));
    program.json(&["once", "--json"]);
    let daemon = program.start();
    let titles =
        |river: &str| entries(&daemon.river(river)).into_iter().map(|(_, title)| title).collect::<Vec<_>>();
    assert_eq!(titles("days"), ["Day 20", "Day 18", "Day 17"]);
    assert_eq!(titles("any").len(), 5);
}

#[test]
fn faults_of_what_a_river_selects_are_told_with_their_line() {
    let program = program(
        "[[river]]\nname = \"a\"\nmatch = \"wort OR\"\nexclude = \"\\\"offen\"\nlanguages = [\"German\"]\nlabels = [\" / \"]\n\
         window = \"soon\"\n[[river]]\nname = \"b\"\nprivate = true\n[[river]]\nname = \"c\"\nsecret_file = \"x\"\n",
    );
    let output = program.run(&["check"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(78), "{told}");
    for part in [
        "riverd.toml:3: river.match: found the text \"wort OR\", expected a full-text query (in this one, OR at character 6 has nothing after it)",
        "riverd.toml:4: river.exclude: found the text \"\\\"offen\"",
        "riverd.toml:5: river.languages",
        "riverd.toml:6: river.labels",
        "riverd.toml:7: river.window",
        "riverd.toml:8: river.secret_file: found \"\", expected the path of a file",
        "riverd.toml:11: river.secret_file: found \"x\", expected private = true",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

const SECRET: &str = "correct-horse_battery.staple~9";

fn private() -> Program {
    let program = told(
        "[[river]]\nname = \"work\"\nlabels = [\"Tech\"]\nprivate = true\nuser = \"me\"\nsecret_file = \"secret\"\n",
    );
    std::fs::write(program.home.path().join("secret"), format!("{SECRET}\n")).expect("a file");
    program
}

fn with_password(daemon: &Daemon, path: &str, password: &str) -> Answer {
    let authorization = format!("Basic {password}");
    request(&daemon.address, "GET", path, &[("Authorization", &authorization)]).expect("an answer")
}

#[test]
fn a_private_river_is_in_no_static_export() {
    let program = private().with("RIVERD_PUBLISH_DIRECTORY", "out");
    program.json(&["once", "--json"]);
    let out = program.home.path().join("out");
    for (name, is_there) in [("river", true), ("kueche", true), ("work", false)] {
        for ending in ["atom", "json", "rss", "atom.gz"] {
            assert_eq!(out.join(format!("{name}.{ending}")).exists(), is_there, "{name}.{ending}");
        }
    }
}

#[test]
fn a_private_river_is_read_with_its_secret_alone() {
    let program = private();
    let daemon = program.start();
    let asked = get(&daemon.address, "/work.atom").expect("an answer");
    assert_eq!(
        (asked.status, asked.header("WWW-Authenticate")),
        (401, Some("Basic realm=\"work\", charset=\"UTF-8\""))
    );
    assert!(!asked.text().contains("Ferry") && asked.header("ETag").is_none());
    let by_path = get(&daemon.address, &format!("/{SECRET}/work.atom")).expect("an answer");
    // "me:" and the secret.
    let by_password = with_password(&daemon, "/work.atom", "bWU6Y29ycmVjdC1ob3JzZV9iYXR0ZXJ5LnN0YXBsZX45");
    for answer in [&by_path, &by_password] {
        assert_eq!((answer.status, names(&answer.text()).as_str()), (200, "ab"), "{}", answer.head);
        assert_eq!(answer.header("Cache-Control"), Some("private, max-age=60"));
        assert_eq!(answer.header("Access-Control-Allow-Origin"), None);
        assert!(!answer.text().contains(SECRET), "a reader may pass the feed on");
    }
    let etag = by_path.header("ETag").expect("a tag").to_owned();
    let again = request(&daemon.address, "GET", &format!("/{SECRET}/work.atom"), &[("If-None-Match", &etag)]);
    let again = again.expect("an answer");
    assert_eq!((again.status, again.header("Access-Control-Allow-Origin")), (304, None));
    assert_eq!(with_password(&daemon, "/work.atom", "bWU6d3Jvbmc=").status, 401);
    for path in [
        "/wrong-secret-0123456/work.atom",
        &format!("/{SECRET}/river.atom"),
        &format!("/{SECRET}"),
        "//work.atom",
    ] {
        assert_eq!(get(&daemon.address, path).map(|answer| answer.status), Some(404), "{path}");
    }
    let page = get(&daemon.address, "/").expect("a page").text();
    assert!(page.contains("/river.atom") && !page.contains("work"), "{page}");
    for label in ["tech", "tech-linux"] {
        let answer = get(&daemon.address, &format!("/{label}.atom"));
        assert_eq!(answer.map(|answer| answer.status), Some(404), "{label} would tell what is private");
    }
    check(&daemon, "kueche", "c");
}

#[test]
fn a_secret_stands_in_no_log_and_a_bad_one_is_told_by_its_file() {
    let program = private();
    let mut child = program.spawn_logged(&["run", "-vv"]);
    let address = until("the address", || {
        let log = std::fs::read_to_string(program.home.path().join("log")).ok()?;
        let at = log.find("127.0.0.1:")?;
        let address: String =
            log[at..].chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
        get(&address, &format!("/{SECRET}/work.atom")).filter(|answer| answer.status == 200).map(|_| address)
    });
    for path in [format!("/{SECRET}/river.atom"), format!("/{SECRET}"), format!("/x/{SECRET}/y")] {
        drop(get(&address, &path));
    }
    with_address(&address, "bWU6Y29ycmVjdC1ob3JzZV9iYXR0ZXJ5LnN0YXBsZX45");
    let log = until("the log", || {
        let log = std::fs::read_to_string(program.home.path().join("log")).ok()?;
        (log.matches("answered").count() >= 5).then_some(log)
    });
    drop(child.kill());
    drop(child.wait());
    assert!(!log.contains("correct-horse") && !log.contains("bWU6") && log.contains("/…/work.atom"), "{log}");
    for text in ["short", "with blanks in the middle of it", ""] {
        std::fs::write(program.home.path().join("secret"), text).expect("a file");
        let output = program.run(&["run"]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(
            told.contains("the river work in secret (river.secret_file)") && !told.contains("blanks"),
            "{told}"
        );
        assert_eq!(program.run(&["check"]).status.code(), Some(1));
    }
    std::fs::remove_file(program.home.path().join("secret")).expect("removed");
    let told = program.json_of_failure(&["check", "--json"]);
    assert!(
        told["faults"][0]["found"].as_str().is_some_and(|found| found.contains("cannot be read")),
        "{told}"
    );
}

fn with_address(address: &str, password: &str) {
    let authorization = format!("Basic {password}");
    let answer = request(address, "GET", "/work.atom", &[("Authorization", &authorization)]);
    assert_eq!(answer.map(|answer| answer.status), Some(200));
}
