//! Nothing is lost and nothing doubled: kill -9 at random moments while files are dropped and feeds polled.
//! `RIVERD_KILLS=1000 cargo nextest run durability` kills as often.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::support::chance::Chance;
use crate::support::http::get;
use crate::support::program::{Daemon, Program, entries};
use crate::support::server::{Server, ok, rss, status};
use crate::support::wait::until;

const FEEDS: usize = 20;
/// Items that a feed's document holds.
const HELD: usize = 12;
/// After so many kills everything is looked through.
const LOOK: u64 = 25;

/// Feeds that have one item more each time they are asked to, and what riverd has told them that it has.
#[derive(Clone)]
struct Papers {
    server: Server,
    versions: Arc<Vec<AtomicUsize>>,
    shown: Arc<Mutex<BTreeSet<(usize, usize)>>>,
}

fn title(paper: usize, number: usize) -> String {
    format!("Meldung {number} aus Blatt{paper}")
}

impl Papers {
    fn start() -> Self {
        let versions: Arc<Vec<AtomicUsize>> = Arc::new((0..FEEDS).map(|_| AtomicUsize::new(1)).collect());
        let shown: Arc<Mutex<BTreeSet<(usize, usize)>>> = Arc::default();
        let (told, seen) = (versions.clone(), shown.clone());
        let server = Server::start(move |path, request| {
            let paper: usize = path[2..].parse().expect("a paper");
            let version = told[paper].load(Ordering::SeqCst);
            let shows = request.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("if-none-match").then(|| value.trim_matches('"').parse().ok())?
            });
            if let Some(shows) = shows {
                seen.lock().expect("no panic").insert((paper, shows));
                if shows == version {
                    return status("304 Not Modified", "");
                }
            }
            let held = (version.saturating_sub(HELD)..version).map(|number| {
                let title = title(paper, number);
                (format!("{paper}-{number}"), title, format!("https://blatt{paper}.example/{number}"))
            });
            let held: Vec<_> = held.collect();
            let items: Vec<_> = held.iter().map(|(id, title, link)| (&**id, &**title, &**link)).collect();
            ok(&format!("ETag: \"{version}\"\r\n"), &rss(&items))
        });
        Self { server, versions, shown }
    }

    fn list(&self) -> String {
        let url = |n| format!("<outline xmlUrl='{}'/>", self.server.url(&format!("/f{n}")));
        let urls: String = (0..FEEDS).map(url).collect();
        format!("<opml version='2.0'><body>{urls}</body></opml>")
    }

    /// Every item of a document that riverd showed the validators of: it has them.
    fn acknowledged(&self) -> BTreeSet<String> {
        let shown = self.shown.lock().expect("no panic");
        let held = |(paper, version): &(usize, usize)| {
            let (paper, version) = (*paper, *version);
            (version.saturating_sub(HELD)..version).map(move |number| title(paper, number))
        };
        shown.iter().flat_map(held).collect()
    }
}

/// The id of the entry and of the story, by title.
type Told = BTreeMap<String, (Value, Value)>;

/// All that is told; each once.
fn told(program: &Program) -> Told {
    let stories = program.json(&["stories", "--limit", "100000", "--json"]);
    let mut told = Told::new();
    for story in stories.as_array().expect("a list") {
        let coverage = story["coverage"].as_array().cloned().unwrap_or_default();
        for report in std::iter::once(&story["lead"]).chain(&coverage) {
            let title = report["title"].as_str().expect("a title").to_owned();
            let ids = (report["entry"].clone(), story["id"].clone());
            assert!(ids.0.is_i64() && !ids.1.is_null(), "{report}");
            assert!(told.insert(title.clone(), ids).is_none(), "{title} is told twice");
        }
    }
    told
}

/// Nothing that was seen before is missing, or has other ids.
fn holds(now: &Told, before: &Told, kill: u64) {
    for (title, ids) in before {
        assert_eq!(now.get(title), Some(ids), "after {kill} kills: {title}");
    }
}

fn is_whole(program: &Program) {
    let checked = program.json(&["check", "--store", "--json"]);
    assert_eq!(checked["faults"].as_array().map(Vec::len), Some(0), "{checked}");
}

/// Looks at what is served until the moment has come; what was seen there was acknowledged.
fn until_the_moment(daemon: &Daemon, moment: Duration, ids: &mut BTreeMap<String, String>) {
    let begun = std::time::Instant::now();
    while begun.elapsed() < moment {
        if let Some(feed) = get(&daemon.address, "/river.atom").map(|answer| answer.text()) {
            for (id, title) in entries(&feed) {
                let known = ids.entry(title.clone()).or_insert_with(|| id.clone());
                assert_eq!(*known, id, "the id of {title} changed");
            }
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

#[test]
fn kill_9_at_any_moment_loses_nothing_doubles_nothing_and_changes_no_id() {
    let kills: u64 = std::env::var("RIVERD_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(12);
    let papers = Papers::start();
    // Texts that are made by the dozen are not what the learned likeness knows: rules alone.
    let program = Program::new()
        .with("RIVERD_STORY_TIER", "copy")
        .with("RIVERD_FETCH_MIN_INTERVAL", "100ms")
        .with("RIVERD_FETCH_MAX_INTERVAL", "200ms")
        .with("RIVERD_PUBLISH_LIMIT", "200")
        .with("RIVERD_PUBLISH_SETTLE", "20ms");
    program.drop_file("s.opml", &papers.list());
    let (mut chance, mut ids, mut before) = (Chance::new(17), BTreeMap::new(), Told::new());
    let mut dropped = 0;
    for kill in 1..=kills {
        for _ in 0..chance.below(4) {
            let title = format!("Artikel Nummer {dropped}");
            let text = format!("{title}\n\nEin Text über Ding {dropped} und Sache {dropped}.");
            program.drop_file(&format!("{}/{dropped}.txt", dropped % 50), &text);
            dropped += 1;
        }
        for _ in 0..chance.below(6) {
            papers.versions[chance.below(FEEDS as u64) as usize].fetch_add(1, Ordering::SeqCst);
        }
        if chance.below(4) == 0 {
            // In the middle of the start.
            let mut child = program.spawn(&["run", "-q"]);
            std::thread::park_timeout(Duration::from_millis(chance.below(400)));
            child.kill().expect("it runs");
            child.wait().expect("it ends");
        } else {
            let daemon = program.start();
            until_the_moment(&daemon, Duration::from_millis(chance.below(900)), &mut ids);
            daemon.kill();
        }
        if kill % LOOK == 0 || kill == kills {
            is_whole(&program);
            let now = told(&program);
            holds(&now, &before, kill);
            let missing: Vec<_> = ids
                .keys()
                .cloned()
                .chain(papers.acknowledged())
                .filter(|title| !now.contains_key(title))
                .collect();
            assert!(missing.is_empty(), "after {kill} kills these are lost: {missing:?}");
            before = now;
        }
    }
    let daemon = program.start();
    let all = papers.versions.iter().map(|version| version.load(Ordering::SeqCst).min(HELD)).sum::<usize>();
    until("all that is there", || {
        let now = told(&program);
        let files = (0..dropped).all(|n| now.contains_key(&format!("Artikel Nummer {n}")));
        (files && now.len() >= dropped + all).then_some(())
    });
    holds(&told(&program), &before, kills);
    assert_eq!(daemon.terminate(), Some(0));
    is_whole(&program);
}
