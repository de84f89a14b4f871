//! The same store gives the same bytes, with the same validators: after a crash, a restart, a restory that moves nothing,
//! and on another machine.

use std::path::Path;

use crate::support::http::request;
use crate::support::program::{Daemon, Program};

/// What was served: a path, its validators and its bytes.
type Served = (String, [Option<String>; 2], Vec<u8>);

const SECRET: &str = "correct-horse-battery";
const PATHS: [&str; 14] = [
    "/",
    "/river",
    "/story/1",
    "/river.atom",
    "/river.json",
    "/river.rss",
    "/tech.atom",
    "/tech.json",
    "/every.atom",
    "/correct-horse-battery/work.atom",
    "/correct-horse-battery/work.rss",
    "/archive/river/1.atom",
    "/archive/river/2.atom",
    "/subscriptions.opml",
];

fn program() -> Program {
    let program = Program::new()
        .with("RIVERD_PUBLISH_LIMIT", "8")
        .with("RIVERD_PUBLISH_ARCHIVE_PAGE", "4")
        .with("RIVERD_FETCH_ALLOW_PRIVATE", "")
        .with("RIVERD_SERVE_PUBLIC_URL", "https://river.example");
    let rivers = "[[river]]\nname = \"work\"\nlabels = [\"Work\"]\nprivate = true\nsecret_file = \"secret\"\n\
                  [[river]]\nname = \"every\"\nstories = false\ncopies = false\n";
    std::fs::write(program.home.path().join("riverd.toml"), rivers).expect("a file");
    std::fs::write(program.home.path().join("secret"), SECRET).expect("a file");
    program
}

fn fill(program: &Program) {
    let items = |source: &str, from: usize| {
        let item = |at: usize| {
            let text = format!(
                "Report {at} of town number{at}: council{at} votes on bridge{at} over river{at} after debate{at}."
            );
            format!(
                "<item><guid isPermaLink='false'>{source}{at}</guid><title>Council{at} votes on bridge{at}</title>\
                 <link>https://{source}.example/{at}</link><description>{text} {}</description></item>",
                format!("word{at} other{at} thing{at} matter{at} ").repeat(12)
            )
        };
        let items: String = (from..from + 12).map(item).collect();
        format!(
            "<rss version='2.0'><channel><title>{source}</title><link>https://{source}.example/</link>{items}</channel></rss>"
        )
    };
    program.drop_file("Tech/a.xml", &items("a", 0));
    program.drop_file("Work/b.xml", &items("b", 6));
    program.drop_file(
        "lists.opml",
        "<opml version='2.0'><body><outline text='Far' xmlUrl='http://127.0.0.1:9/feed'/></body></opml>",
    );
    program.json(&["once", "--json"]);
}

/// Every route in every encoding: its validators and its bytes.
fn everything(daemon: &Daemon) -> Vec<Served> {
    let each =
        PATHS.iter().flat_map(|path| ["identity", "gzip", "br", "zstd"].map(|encoding| (*path, encoding)));
    each.map(|(path, encoding)| {
        let answer =
            request(&daemon.address, "GET", path, &[("Accept-Encoding", encoding)]).expect("an answer");
        assert_eq!(answer.status, 200, "{path}");
        let validators = ["etag", "last-modified"].map(|name| answer.header(name).map(str::to_owned));
        assert!(validators.iter().all(Option::is_some), "{path}");
        (format!("{path} {encoding}"), validators, answer.body)
    })
    .collect()
}

#[track_caller]
fn check(daemon: &Daemon, first: &[Served], when: &str) {
    for (now, then) in everything(daemon).iter().zip(first) {
        assert_eq!(now.1, then.1, "{} {when}", now.0);
        assert!(now.2 == then.2, "the bytes of {} {when}", now.0);
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

#[test]
fn a_store_serves_the_same_bytes_after_a_crash_a_restart_a_restory_and_on_another_machine() {
    let program = program();
    fill(&program);
    let daemon = program.start();
    let first = everything(&daemon);
    let is_folded = |body: &[u8]| String::from_utf8_lossy(body).contains("rel=\"related\"");
    assert!(first.iter().any(|(_, _, body)| is_folded(body)), "stories are folded");
    daemon.kill();
    let daemon = program.start();
    check(&daemon, &first, "after a crash");
    assert_eq!(daemon.terminate(), Some(0));
    program.json(&["once", "--json"]);
    let daemon = program.start();
    check(&daemon, &first, "after a restart and another look at the folder");
    assert_eq!(program.json(&["restory", "--json"])["moved"], 0);
    check(&daemon, &first, "while it was restoried");
    assert_eq!(daemon.terminate(), Some(0));
    let daemon = program.start();
    check(&daemon, &first, "after a restory");
    assert_eq!(daemon.terminate(), Some(0));
    let other = self::program();
    for folder in ["state", "seeds"] {
        copy(&program.home.path().join(folder), &other.home.path().join(folder));
    }
    let daemon = other.start();
    check(&daemon, &first, "on another machine");
    assert_eq!(daemon.terminate(), Some(0));
    other.json(&["once", "--json"]);
    check(&other.start(), &first, "on another machine that has read the folder anew");
}
