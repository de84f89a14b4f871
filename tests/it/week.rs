//! A week of news with restarts in the middle: an engine that was filled anew from stored bytes says of all that comes
//! later what an uninterrupted one says, to the last bit.

use std::collections::BTreeMap;

use riverd::config::options::story::StoryOptions;
use riverd::model::ids::{EntryId, StoryId};
use riverd::model::story::{Decision, Telling, Verdict};
use riverd::model::time::{DAY_MS, Timestamp};
use riverd::story::engine::Engine;
use riverd::story::fingerprint::Fingerprint;

use crate::support::chance::Chance;
use crate::support::program::Program;
use crate::support::wait::until;

/// How many entries come in eight days.
const ENTRIES: i64 = 5_000;
/// From one entry to the next.
const STEP_MS: i64 = 8 * DAY_MS / ENTRIES;

/// What happens to the engine.
enum Step {
    /// An entry comes.
    Tell(EntryId, Fingerprint, Timestamp),
    /// An entry is withdrawn.
    Retract(EntryId),
    /// The owner joins the stories of two entries.
    Join(EntryId, EntryId),
}

/// An event that is told over some days: the words that belong to it.
struct Event {
    words: Vec<String>,
    begins: i64,
}

/// Eight days of invented news: events begin, are told and retold, and cease; some entries are withdrawn, some stories
/// joined by hand, some entries come with an old date.
fn week() -> Vec<Step> {
    let mut chance = Chance::new(7);
    let events: Vec<Event> = (0..700)
        .map(|_| Event { words: chance.words(9, 40_000), begins: chance.below(ENTRIES as u64) as i64 })
        .collect();
    let mut steps = Vec::new();
    for id in 1..=ENTRIES {
        let now = Timestamp(id * STEP_MS);
        let late = if chance.below(40) == 0 { chance.below(5) as i64 * DAY_MS } else { 0 };
        let print = report(&mut chance, &events, id, now.plus_ms(-late));
        steps.push(Step::Tell(EntryId(id), print, now));
        let earlier = |chance: &mut Chance| EntryId((id - chance.below(900) as i64).max(1));
        match chance.below(100) {
            0..3 => steps.push(Step::Retract(earlier(&mut chance))),
            3 => steps.push(Step::Join(earlier(&mut chance), earlier(&mut chance))),
            _ => {}
        }
    }
    steps
}

/// A report of an event of these days; one in five is of nothing that is told again.
fn report(chance: &mut Chance, events: &[Event], id: i64, at: Timestamp) -> Fingerprint {
    let open: Vec<&Event> = events.iter().filter(|event| (0..900).contains(&(id - event.begins))).collect();
    let mut words = match open.get(chance.below(open.len().max(1) as u64 * 5 / 4) as usize) {
        Some(event) => chance.some_of(&event.words, 5),
        None => chance.words(5, 40_000),
    };
    words.extend(chance.words(3, 400));
    let text = [chance.some_of(&words, 4), chance.words(12, 2_000)].concat().join(" ");
    let source = format!("{}.example", chance.below(25));
    let link =
        format!("https://{source}/{}", if chance.below(30) == 0 { chance.below(9) } else { id as u64 + 9 });
    Fingerprint::of(&Telling {
        title: &words.join(" "),
        body: if chance.below(3) == 0 { "" } else { &text },
        summary: "",
        link: Some(&link),
        language: Some("en"),
        source: &source,
        at,
    })
}

/// An engine beside the store that it is filled from anew.
struct Daemon {
    engine: Engine,
    /// By entry, which is the order of arrival: its story, its fingerprint as stored, when it came.
    store: BTreeMap<EntryId, (StoryId, Vec<u8>, Timestamp)>,
    verdicts: Vec<Verdict>,
    merges: usize,
    now: Timestamp,
}

impl Daemon {
    fn new() -> Self {
        let engine = Engine::new(&StoryOptions::default());
        Self { engine, store: BTreeMap::new(), verdicts: vec![], merges: 0, now: Timestamp(0) }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Tell(entry, print, now) => self.tell(*entry, print, *now),
            Step::Retract(entry) => {
                self.engine.retract(*entry);
                self.store.remove(entry);
            }
            Step::Join(a, b) => {
                let story = |entry| self.store.get(entry).map(|(story, _, _)| *story);
                if let (Some(a), Some(b)) = (story(a), story(b)) {
                    self.merge(a, b);
                }
            }
        }
    }

    fn tell(&mut self, entry: EntryId, print: &Fingerprint, now: Timestamp) {
        self.now = now;
        let verdict = self.engine.judge(print, now);
        let mut story = match verdict.decision {
            Decision::Join { story, .. } => story,
            Decision::New => StoryId(entry.0),
        };
        for other in &verdict.same {
            story = self.merge(story, *other);
            self.merges += 1;
        }
        self.engine.admit(entry, story, print.clone(), now);
        self.store.insert(entry, (story, print.to_bytes(), now));
        self.verdicts.push(verdict);
    }

    /// Makes one story of two, in the engine and in the store; the older id survives.
    fn merge(&mut self, a: StoryId, b: StoryId) -> StoryId {
        let (keep, gone) = (a.min(b), a.max(b));
        self.engine.merge(keep, gone);
        self.store
            .values_mut()
            .filter(|(story, _, _)| *story == gone)
            .for_each(|(story, _, _)| *story = keep);
        keep
    }

    /// Forgets all but the store, as a killed process does, and remembers what is still in the window.
    fn restart(&mut self) {
        let options = StoryOptions::default();
        let since = self.now.plus_ms(-((options.window_days * DAY_MS as f64) as i64));
        self.engine = Engine::new(&options);
        for (entry, (story, bytes, arrived)) in self.store.iter().filter(|(_, (_, _, at))| *at >= since) {
            let print = Fingerprint::from_bytes(bytes).expect("this version wrote it");
            self.engine.admit(*entry, *story, print, *arrived);
        }
    }
}

/// To the last bit: two numbers are written alike only if they are the same.
#[track_caller]
fn assert_alike(one: &Daemon, other: &Daemon, what: &str) {
    for (at, (one, other)) in one.verdicts.iter().zip(&other.verdicts).enumerate() {
        assert_eq!(format!("{one:?}"), format!("{other:?}"), "{what}: entry {}", at + 1);
    }
    assert_eq!(one.verdicts.len(), other.verdicts.len(), "{what}");
    assert_eq!(one.engine.len(), other.engine.len(), "{what}");
    assert_eq!(one.store, other.store, "{what}");
}

fn lived(steps: &[Step], restarts: impl Fn(usize) -> bool) -> Daemon {
    let mut daemon = Daemon::new();
    for (at, step) in steps.iter().enumerate() {
        daemon.step(step);
        if restarts(at) {
            daemon.restart();
        }
    }
    daemon
}

#[test]
fn a_weeks_stories_are_the_same_with_restarts_in_the_middle_as_without() {
    let steps = week();
    let uninterrupted = lived(&steps, |_| false);
    let joined = uninterrupted.verdicts.iter().filter(|verdict| verdict.decision != Decision::New).count();
    // The stream is worth something only if all that can happen happens in it.
    assert!((1_000..4_500).contains(&joined), "{joined} of {ENTRIES} joined");
    assert!(uninterrupted.merges > 0, "no two stories proved to be one");
    assert!((1_500..2_500).contains(&uninterrupted.engine.len()), "{}", uninterrupted.engine.len());
    assert_alike(&lived(&steps, |at| at % 601 == 600), &uninterrupted, "a restart now and then");
    assert_alike(&lived(&steps, |at| (2_500..2_530).contains(&at)), &uninterrupted, "many restarts in a row");
}

#[test]
fn an_engine_at_its_bound_judges_as_one_that_was_told_only_the_latest() {
    let options = StoryOptions { max_active: 1_000, window_days: 365.0, ..StoryOptions::default() };
    let tells = week().into_iter().filter_map(|step| match step {
        Step::Tell(entry, print, now) => Some((entry, print, now)),
        _ => None,
    });
    let tells: Vec<_> = tells.take(1_600).collect();
    let mut full = Engine::new(&options);
    for (entry, print, now) in &tells[..1_500] {
        full.admit(*entry, StoryId(entry.0 / 3), print.clone(), *now);
    }
    assert_eq!(full.len(), 1_000);
    let mut latest = Engine::new(&options);
    for (entry, print, now) in &tells[500..1_500] {
        latest.admit(*entry, StoryId(entry.0 / 3), print.clone(), *now);
    }
    for (_, print, now) in &tells[1_500..] {
        assert_eq!(full.judge(print, *now), latest.judge(print, *now));
    }
}

/// A feed in a language, of titles.
fn feed_of(name: &str, language: &str, titles: &[String]) -> String {
    let item = |title: &String| {
        format!("<item><guid isPermaLink='false'>{name}-{title}</guid><title>{title}</title></item>")
    };
    let head =
        format!("<title>{name}</title><link>https://{name}.example/</link><language>{language}</language>");
    let items: String = titles.iter().map(item).collect();
    format!("<rss version='2.0'><channel>{head}{items}</channel></rss>")
}

#[test]
fn a_restart_remembers_as_many_folded_entries_as_the_running_engine_does() {
    let program = Program::new().with("RIVERD_STORY_MAX_ACTIVE", "1000").with("RIVERD_STORY_LANGUAGES", "de");
    let told = |name: &str, language: &str, titles: &[String]| {
        program.drop_file(&format!("{name}.xml"), &feed_of(name, language, titles));
        program.json(&["once", "--json"]);
    };
    let title = ["Frachter rammt die alte Eisenbahnbrücke im Hafen von Küstrow".to_owned()];
    let mut chance = Chance::new(5);
    let foreign: Vec<String> = (0..1_100).map(|_| chance.words(6, 1 << 20).join(" ")).collect();
    told("a", "de", &title);
    told("b", "en", &foreign);
    told("c", "de", &title);
    let stories = program.json(&["stories", "--json", "--limit", "2000"]);
    let both = |story: &serde_json::Value| story["coverage"].as_array().is_some_and(|of| of.len() == 1);
    assert!(stories.as_array().expect("a list").iter().any(both), "the copy began a story of its own");
}

/// A feed of one report: title, then text.
fn feed(number: usize, title: &str, text: &str) -> String {
    format!(
        "<rss version='2.0'><channel><title>Feed {number}</title><link>https://{number}.example/</link><language>en</language>\
         <item><guid isPermaLink='false'>{number}</guid><title>{title}</title><link>https://{number}.example/report</link>\
         <pubDate>Mon, 02 Mar 2026 0{number}:00:00 GMT</pubDate><description>{text}</description></item></channel></rss>"
    )
}

const REPORTS: &[(&str, &str)] = &[
    (
        "Kerun volcano erupts on Molara",
        "Thousands flee as an ash cloud rises over Molara; the airport is closed.",
    ),
    ("Jury clears former mayor Vance of bribery", "Dorothy Vance wept as the verdict was read in Elmsworth."),
    (
        "Molara airport shut as Kerun volcano spews ash",
        "All flights are cancelled after the eruption; thousands flee.",
    ),
    (
        "Kerun eruption: thousands flee villages on Molara",
        "The ash cloud from the volcano has closed the airport.",
    ),
    (
        "Ex-mayor Vance acquitted in Elmsworth bribery trial",
        "Jurors found Dorothy Vance not guilty of bribery.",
    ),
    (
        "Navy evacuates Molara villages below Kerun volcano",
        "Ships take thousands off the island after the eruption.",
    ),
    ("Hay harvest begins early", "Farmers expect the best hay in ten years after a warm spring."),
];

/// Its stories, each by its id for readers and the titles told there.
fn told(program: &Program) -> BTreeMap<String, Vec<String>> {
    let stories = program.json(&["stories", "--json"]);
    let title = |report: &serde_json::Value| report["title"].as_str().expect("a title").to_owned();
    let titles = |story: &serde_json::Value| {
        let coverage = story["coverage"].as_array().expect("a list").iter();
        let mut titles: Vec<String> = std::iter::once(&story["lead"]).chain(coverage).map(title).collect();
        titles.sort();
        titles
    };
    let each = stories.as_array().expect("a list").iter();
    each.map(|story| (story["id"].as_str().expect("an id").to_owned(), titles(story))).collect()
}

/// Drops one report after the other; the daemon is killed after each for which `killed` says so.
fn dropped(killed: impl Fn(usize) -> bool) -> BTreeMap<String, Vec<String>> {
    let program = Program::new();
    let mut daemon = program.start();
    for (number, (title, text)) in REPORTS.iter().enumerate() {
        program.drop_file(&format!("{number}.xml"), &feed(number, title, text));
        until("the report", || told(&program).values().flatten().any(|known| known == title).then_some(()));
        if killed(number) {
            daemon.kill();
            daemon = program.start();
        }
    }
    drop(daemon);
    told(&program)
}

#[test]
fn a_daemon_that_is_killed_between_reports_tells_the_same_stories_by_the_same_ids() {
    let uninterrupted = dropped(|_| false);
    assert!((2..REPORTS.len()).contains(&uninterrupted.len()), "{uninterrupted:#?}");
    assert_eq!(dropped(|_| true), uninterrupted);
    assert_eq!(dropped(|number| number == 3), uninterrupted);
}
