//! How well stories are told apart: floors for each of our own hard cases and for the development files.
//! A floor is what the engine reaches, rounded down; it is raised when the engine improves and never lowered quietly.

use std::collections::BTreeMap;

use riverd::config::options::story::StoryOptions;
use riverd::pipeline::eval::{Quality, Stream};
use riverd::pipeline::labelled::Labelled;

use crate::support::labelled::{development, faults, measured, own, own_names, say};

/// Of each of our own files: the least BCubed precision and recall.
const OWN: &[(&str, f64, f64)] = &[
    ("copies", 0.86, 1.0),
    ("german-english", 1.0, 0.76),
    ("mixed", 1.0, 0.81),
    ("numbers", 0.90, 0.90),
    ("retelling", 1.0, 0.86),
    ("running", 1.0, 0.14),
    ("same-place", 1.0, 0.83),
    ("ticker", 1.0, 0.85),
];

/// A measure, its name, and the least it may be.
type Floor = (&'static str, fn(&Quality) -> f64, f64);

const F1: fn(&Quality) -> f64 = |quality| quality.bcubed.f1;
const PAIRWISE: fn(&Quality) -> f64 = |quality| quality.pairwise.f1;

fn at(strictness: f64) -> StoryOptions {
    StoryOptions { strictness, ..StoryOptions::default() }
}

/// A hair's breadth, so that 1 is reached by a sum of shares.
const ROUNDING: f64 = 1e-9;

/// What is below its floor; and every score, told.
fn below(file: &str, quality: &Quality, floors: &[Floor]) -> String {
    let mut below = String::new();
    for (name, measure, least) in floors {
        let reached = measure(quality);
        say(&format!("{file}: {name} {reached:.4}, floor {least}"));
        if reached + ROUNDING < *least {
            below += &format!("{file}: {name} {reached:.4} is below {least}\n");
        }
    }
    below
}

/// Measures a development file, if it is there.
#[track_caller]
fn check(file: &str, options: &StoryOptions, floors: &[Floor]) {
    let Some(entries) = development(file) else { return };
    let (_, quality) = measured(&entries, options);
    let below = below(file, &quality, floors);
    assert!(below.is_empty(), "\n{below}");
}

#[test]
fn each_of_our_hard_cases_keeps_its_floor() {
    let mut wrong = String::new();
    for (file, precision, recall) in OWN {
        let entries = own(file);
        let (stream, quality) = measured(&entries, &StoryOptions::default());
        let floors: [Floor; 2] = [
            ("BCubed precision", |quality| quality.bcubed.precision, *precision),
            ("BCubed recall", |quality| quality.bcubed.recall, *recall),
        ];
        let below = below(file, &quality, &floors);
        if !below.is_empty() {
            wrong += &(below + &faults(&entries, &stream.stories));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn our_files_are_in_the_order_of_time_with_one_floor_each_and_no_id_twice() {
    let named: Vec<&str> = OWN.iter().map(|(name, _, _)| *name).collect();
    assert_eq!(own_names(), named);
    let mut ids = BTreeMap::new();
    for file in named {
        let entries = own(file);
        let published = |entry: &Labelled| entry.published.clone().expect("each is dated");
        assert!(entries.is_sorted_by_key(published), "{file} is not sorted");
        for entry in &entries {
            assert_eq!(ids.insert(entry.id.clone(), file), None, "{} is there twice", entry.id);
            let host = entry.source.clone().unwrap_or_default();
            assert!(host.ends_with(".example"), "{}: {host} might exist", entry.id);
        }
    }
}

#[test]
fn two_copies_of_one_labelled_file_are_told_in_the_same_stories() {
    for (file, _, _) in OWN {
        let entries = own(file);
        let told = || -> Stream { measured(&entries, &StoryOptions::default()).0 };
        assert_eq!(told().stories, told().stories, "{file}");
    }
}

#[test]
fn a_stricter_dial_folds_less() {
    let files: Vec<Vec<Labelled>> = OWN.iter().map(|(file, _, _)| own(file)).collect();
    let found = |strictness: f64| -> usize {
        files.iter().map(|entries| measured(entries, &at(strictness)).1.stories_found).sum()
    };
    let counts = [0.0, 0.25, 0.5, 0.75, 1.0].map(found);
    assert!(counts.is_sorted_by(|a, b| a < b), "{counts:?}");
}

#[test]
fn the_development_file_of_german_front_pages_keeps_its_floor() {
    let floors: [Floor; 3] = [
        ("BCubed F1", F1, 0.930),
        ("BCubed precision", |quality| quality.bcubed.precision, 0.945),
        ("BCubed F1 without the two largest", |quality| quality.bcubed_without_two_largest.f1, 0.935),
    ];
    check("frontpages-de", &StoryOptions::default(), &floors);
}

#[test]
fn the_development_file_of_agency_copies_keeps_its_floor() {
    let floors: [Floor; 2] =
        [("BCubed F1", F1, 0.970), ("pairwise recall", |quality| quality.pairwise.recall, 0.980)];
    let options = StoryOptions { tier: "copy".to_owned(), ..StoryOptions::default() };
    check("agency-copies-de", &options, &floors);
}

#[test]
fn the_development_file_of_cross_document_events_keeps_its_floor() {
    check(
        "ecbplus-en",
        &StoryOptions::default(),
        &[("BCubed F1", F1, 0.88), ("pairwise F1", PAIRWISE, 0.84)],
    );
}

/// Labels of topics, not of events, are met at other positions of the dial: the best of some has to reach the floors.
#[track_caller]
fn check_on_the_dial(file: &str, positions: &[f64], floors: &[Floor]) {
    let Some(entries) = development(file) else { return };
    let measured = positions.iter().map(|strictness| (*strictness, measured(&entries, &at(*strictness)).1));
    let best = measured.max_by(|(_, a), (_, b)| F1(a).total_cmp(&F1(b)));
    let (strictness, quality) = best.expect("some position");
    let below = below(&format!("{file} at {strictness}"), &quality, floors);
    assert!(below.is_empty(), "\n{below}");
}

#[test]
fn the_development_file_of_english_headlines_keeps_its_floor_somewhere_on_the_dial() {
    let floors: [Floor; 2] = [("BCubed F1", F1, 0.89), ("pairwise F1", PAIRWISE, 0.88)];
    check_on_the_dial("uci-headlines-en", &[0.2, 0.22, 0.24], &floors);
}

#[test]
fn the_development_file_of_english_topics_keeps_its_floor_somewhere_on_the_dial() {
    let floors: [Floor; 2] = [("BCubed F1", F1, 0.90), ("pairwise F1", PAIRWISE, 0.89)];
    check_on_the_dial("googlenews-en", &[0.35, 0.4, 0.45], &floors);
}
