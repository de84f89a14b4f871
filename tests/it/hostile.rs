//! Streams that mean harm, or are merely odd: memory stays bounded, and nothing is told with what it has nothing to do
//! with. How long it takes is not asserted; what has no bound would not end here.

use riverd::config::options::story::StoryOptions;
use riverd::model::ids::{EntryId, StoryId};
use riverd::model::story::{Decision, Telling};
use riverd::model::time::{DAY_MS, Timestamp};
use riverd::pipeline::eval::{Stream, run};
use riverd::pipeline::labelled::Labelled;
use riverd::story::engine::Engine;
use riverd::story::fingerprint::Fingerprint;

use crate::support::chance::{Chance, word};
use crate::support::program::Program;

/// A flood. Without optimization the engine is slow, and a smaller one shows the same.
const FLOOD: usize = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
/// No fingerprint is larger, in bytes, whatever the text.
const PRINT_BYTES: usize = 1_024;
/// No entry costs more, in bytes, all its indexes with it: 68 stems that nobody else uses. An ordinary one costs 1,000.
const ENTRY_BYTES: f64 = 8_192.0;

/// Reports of events that have nothing to do with each other.
const BYSTANDERS: &[(&str, &str)] = &[
    ("Kerun volcano erupts on Molara", "Thousands flee as an ash cloud rises; the airport is closed."),
    ("Jury clears former mayor Vance of bribery", "Dorothy Vance wept as the verdict was read in Elmsworth."),
    ("Hay harvest begins early", "Farmers expect the best hay in ten years after a warm spring."),
    ("Chess: Orlova beats Castellan", "At nineteen she is the youngest world champion ever."),
    ("Norvik raises its dividend", "The maker of pumps earned 84 million in the fourth quarter."),
    ("Stranded whale guided back to sea", "Volunteers dug a channel through the sand at high tide."),
];

fn entry(number: usize, source: &str, title: &str, body: &str) -> Labelled {
    Labelled {
        id: number.to_string(),
        lang: Some("en".to_owned()),
        title: Some(title.to_owned()),
        body: Some(body.to_owned()),
        published: Some("2026-03-02T10:00:00Z".to_owned()),
        source: Some(source.to_owned()),
        url: Some(format!("https://{source}/item/{number}")),
        cluster: None,
    }
}

/// Runs hostile entries at the default options; see [`withstood_at`].
#[track_caller]
fn withstood(hostile: Vec<Labelled>) -> Vec<StoryId> {
    withstood_at("story", hostile)
}

/// What nobody would call copies: at the nearer tiers all are apart, and at the furthest they draw nobody else.
#[track_caller]
fn are_no_copies(hostile: &[Labelled]) {
    let stories = withstood_at("copy", hostile.to_vec());
    assert_eq!(different(&stories), stories.len());
    withstood(hostile.to_vec());
}

/// Runs hostile entries with the bystanders strewn among them; checks the bounds, and that each bystander stays alone.
/// Gives the stories of the hostile ones.
#[track_caller]
fn withstood_at(tier: &str, hostile: Vec<Labelled>) -> Vec<StoryId> {
    let every = hostile.len() / BYSTANDERS.len() + 1;
    let mut entries = Vec::new();
    let mut bystanders = BYSTANDERS.iter().zip(1_000_000..);
    for (at, one) in hostile.into_iter().enumerate() {
        if at % every == every / 2 {
            let ((title, body), number) = bystanders.next().expect("one for each part");
            entries.push(entry(number, &format!("by{number}.example"), title, body));
        }
        entries.push(one);
    }
    let Stream { stories, index_bytes_per_active_entry } =
        run(&entries, &StoryOptions { tier: tier.to_owned(), ..StoryOptions::default() }, &mut |_| {});
    // A handful of entries has the fixed cost of an empty engine to share.
    let fixed = 65_536.0 / entries.len() as f64;
    assert!(index_bytes_per_active_entry < ENTRY_BYTES + fixed, "{index_bytes_per_active_entry} bytes each");
    let is_bystander = |entry: &Labelled| entry.source.as_deref().is_some_and(|host| host.starts_with("by1"));
    for (entry, story) in entries.iter().zip(&stories).filter(|(entry, _)| is_bystander(entry)) {
        let told = stories.iter().filter(|other| *other == story).count();
        assert_eq!(told, 1, "{:?} is told with {told} entries", entry.title);
    }
    entries.iter().zip(stories).filter(|(entry, _)| !is_bystander(entry)).map(|(_, story)| story).collect()
}

fn different(stories: &[StoryId]) -> usize {
    stories.iter().collect::<std::collections::BTreeSet<_>>().len()
}

fn print(title: &str, body: &str, at: Timestamp) -> Fingerprint {
    let telling =
        Telling { title, body, summary: "", link: None, language: Some("en"), source: "a.example", at };
    Fingerprint::of(&telling)
}

#[test]
fn a_flood_of_one_sentence_in_one_second_is_one_story() {
    let title = "Special offer of the century for all our dear readers";
    let flood = (0..FLOOD).map(|number| entry(number, &format!("s{}.example", number % 7), title, ""));
    assert_eq!(different(&withstood(flood.collect())), 1);
}

#[test]
fn a_flood_of_one_bare_heading_is_no_flood_of_copies() {
    let flood: Vec<Labelled> =
        (0..FLOOD / 10).map(|number| entry(number, "a.example", "Newsletter", "")).collect();
    are_no_copies(&flood);
}

#[test]
fn a_column_tells_something_new_under_the_same_title_each_day() {
    let mut chance = Chance::new(3);
    let column = (1..29).map(|day| {
        let text = chance.words(30, 20_000).join(" ");
        let published = Some(format!("2026-03-{day:02}T06:00:00Z"));
        Labelled { published, ..entry(day, "a.example", "Notes from the garden fence today", &text) }
    });
    assert_eq!(different(&withstood(column.collect())), 28);
}

#[test]
fn titles_that_differ_in_a_number_alone_are_no_copies() {
    let flood = (0..FLOOD / 20).map(|number| {
        entry(number, "a.example", &format!("Part number {number} is in stock"), &format!("{number} pieces"))
    });
    are_no_copies(&flood.collect::<Vec<_>>());
}

#[test]
fn titles_of_a_megabyte_cost_no_more_than_long_ones_and_different_ones_stay_apart() {
    let long = |seed: u64| Chance::new(seed).words(150_000, 1 << 30).join(" ");
    let titles = [long(1), "x".repeat(1 << 20), long(2), ": ".repeat(1 << 19), "a:".repeat(1 << 19), long(3)];
    for title in &titles {
        assert!(print(title, title, Timestamp(0)).memory_bytes() <= PRINT_BYTES);
    }
    let entries = titles.iter().enumerate().map(|(number, title)| entry(number, "a.example", title, title));
    assert_eq!(different(&withstood(entries.collect())), titles.len());
}

#[test]
fn fifty_thousand_different_words_in_one_entry_are_bounded_and_like_nothing() {
    let text = |seed: u64| Chance::new(seed).words(50_000, 1 << 30).join(" ");
    let entries: Vec<Labelled> = (0..12)
        .map(|number| entry(number, "a.example", &word(number as u64), &text(number as u64)))
        .collect();
    for one in &entries {
        let body = one.body.as_deref().unwrap_or_default();
        assert!(print(body, body, Timestamp(0)).memory_bytes() <= PRINT_BYTES);
    }
    assert_eq!(different(&withstood(entries)), 12);
}

#[test]
fn titles_without_a_word_are_like_nothing() {
    let empty = ["", " ", "…", "!?!", "🎉🎉🎉", "🔥", "— — —", ":::::", "\u{200f}\u{200e}", "\u{301}\u{301}"];
    let entries: Vec<Labelled> = (0..empty.len() * 30)
        .map(|number| entry(number, "a.example", empty[number % empty.len()], ""))
        .collect();
    let stories = withstood(entries);
    assert_eq!(different(&stories), stories.len());
}

#[test]
fn titles_of_common_words_alone_are_no_copies() {
    let common = [
        "What to do now",
        "How it was and is",
        "That is not how this is",
        "All of this and more of that",
        "Who are they and what have they",
        "There and then and here and now",
        "Why we do what we do",
    ];
    let entries: Vec<Labelled> =
        common.iter().enumerate().map(|(number, title)| entry(number, "a.example", title, "")).collect();
    are_no_copies(&entries);
}

#[test]
fn writings_of_all_directions_are_told_apart_and_their_copies_together() {
    let titles = [
        "東京で大規模な停電、電車が一時運転見合わせ",
        "大阪の動物園でパンダの赤ちゃんが誕生",
        "北京今年首次迎来沙尘天气",
        "กรุงเทพฯ น้ำท่วมหนักหลังฝนตกทั้งคืน",
        "انقطاع واسع للكهرباء في العاصمة بعد عاصفة رملية",
        "المنتخب يفوز بكأس البطولة بعد مباراة مثيرة",
        "שביתת רכבות משתקת את תל אביב במשך יום שלם",
        "Землетрясение силой пять баллов произошло у берегов острова",
        "서울 지하철 노조 파업으로 출근길 혼잡",
        "Ο δήμαρχος παραιτήθηκε μετά την κατάρρευση της γέφυρας",
    ];
    let twice = (0..2 * titles.len()).map(|number| {
        let mut one =
            entry(number, &format!("s{}.example", number / titles.len()), titles[number % titles.len()], "");
        one.lang = None;
        one
    });
    let stories = withstood(twice.collect());
    assert_eq!(different(&stories), titles.len());
    assert_eq!(stories[..titles.len()], stories[titles.len()..], "copies");
}

#[test]
fn dates_of_other_centuries_are_of_other_events() {
    let title = "Ferry runs aground near the old harbour of Port Ellen";
    let mut engine = Engine::new(&StoryOptions::default());
    let now = Timestamp(20_000 * DAY_MS);
    let dates = [0, 20_000, 47_000, -40_000].map(|day| Timestamp(day * DAY_MS));
    for (at, id) in dates.into_iter().chain([Timestamp(i64::MIN), Timestamp(i64::MAX)]).zip(1..) {
        let print = print(title, "", at);
        assert_eq!(engine.judge(&print, now).decision, Decision::New, "{at:?}");
        engine.admit(EntryId(id), StoryId(id), print, now);
    }
    let again = engine.judge(&print(title, "", dates[1]), now).decision;
    assert!(matches!(again, Decision::Join { story: StoryId(2), .. }), "{again:?}");
}

#[test]
fn a_window_that_empties_at_once_gives_its_memory_back_and_begins_anew() {
    let mut engine = Engine::new(&StoryOptions::default());
    let mut chance = Chance::new(11);
    for id in 1..=2_000 {
        let title = chance.words(8, 5_000).join(" ");
        engine.admit(EntryId(id), StoryId(id / 50), print(&title, "", Timestamp(id)), Timestamp(id));
    }
    let full = engine.memory_bytes();
    let later = Timestamp(40 * DAY_MS);
    assert_eq!(engine.judge(&print("Hay harvest begins early", "", later), later).decision, Decision::New);
    assert!(engine.is_empty());
    assert!(engine.memory_bytes() * 2 < full, "{} of {full}", engine.memory_bytes());
}

#[test]
fn the_largest_story_leaves_the_window_at_once() {
    let mut engine = Engine::new(&StoryOptions::default());
    let print = print("Special offer of the century for all our dear readers", "", Timestamp(0));
    let told = 10 * FLOOD as i64;
    for id in 1..=told {
        engine.admit(EntryId(id), StoryId(1), print.clone(), Timestamp(id));
    }
    assert_eq!(engine.len() as i64, told.min(StoryOptions::default().max_active as i64));
    let later = Timestamp(40 * DAY_MS);
    assert_eq!(engine.judge(&print, later).decision, Decision::New);
    assert!(engine.is_empty());
}

#[test]
fn one_entry_that_comes_again_and_again_is_held_once() {
    let mut engine = Engine::new(&StoryOptions::default());
    let mut chance = Chance::new(13);
    for round in 0..3_000 {
        let title = chance.words(6, 200).join(" ");
        engine.admit(EntryId(1), StoryId(1), print(&title, "", Timestamp(round)), Timestamp(round));
    }
    assert_eq!(engine.len(), 1);
    assert!(engine.memory_bytes() < 65_536, "{}", engine.memory_bytes());
}

#[test]
fn the_log_tells_when_the_bound_on_remembered_entries_bites() {
    let program = Program::new().with("RIVERD_STORY_MAX_ACTIVE", "1000");
    let mut chance = Chance::new(17);
    for file in 0..3 {
        let item = |number: usize| {
            let title = chance.words(5, 1 << 20).join(" ");
            format!("<item><guid isPermaLink='false'>{file}-{number}</guid><title>{title}</title></item>")
        };
        let items: String = (0..400).map(item).collect();
        let head = format!("<title>{file}</title><link>https://{file}.example/</link>");
        program.drop_file(
            &format!("{file}.xml"),
            &format!("<rss version='2.0'><channel>{head}{items}</channel></rss>"),
        );
    }
    let told = String::from_utf8_lossy(&program.run(&["once"]).stderr).into_owned();
    assert_eq!(told.matches("story.max_active bites").count(), 1, "{told}");
}
