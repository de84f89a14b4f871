//! `--check`: how good the engine is on what it did not learn from. Each file is cut into parts (the German front pages
//! by day, the others by story); the weights are learned without one part and measured on it, for each part in turn.

use riverd::config::options::story::StoryOptions;
use riverd::model::time::DAY_MS;
use riverd::parse::date::timestamp;
use riverd::pipeline::eval::{Quality, pair_quality, quality, run_in};
use riverd::pipeline::labelled::{Labelled, Pair};
use riverd::story::dial::Setting;
use riverd::story::engine::Engine;
use riverd::story::hash;
use riverd::story::question::Reach;
use riverd::story::signal::list::Signal;

use crate::rows::Row;
use crate::{KINDS, Kind, Learned, Lessons, learn};

/// Parts of each file.
pub const PARTS: u64 = 3;
/// Positions of the dial that are tried on the files that draw their stories coarsely.
const POSITIONS: [f64; 8] = [0.1, 0.15, 0.2, 0.22, 0.3, 0.4, 0.5, 0.6];

/// The part an entry belongs to; `None`: it has no label.
pub fn part(entry: &Labelled, kind: &Kind) -> Option<u64> {
    let label = entry.cluster.as_deref()?;
    if !kind.by_day {
        return Some(hash::text(label) % PARTS);
    }
    let at = timestamp(entry.published.as_deref()?)?;
    Some(at.0.div_euclid(DAY_MS) as u64 % PARTS)
}

/// Prints what each part gives.
#[expect(clippy::print_stdout, reason = "a program for people")]
pub fn check(files: &[Vec<Labelled>], pairs: &[Pair], lessons: &Lessons) {
    let all = learn(lessons, &|_, _| true);
    pairs_unseen(pairs, lessons);
    for (file, (entries, kind)) in files.iter().zip(&KINDS).enumerate() {
        let parts: Vec<Learned> =
            (0..PARTS).map(|out| learn(lessons, &|of, part| of != file || part != Some(out))).collect();
        let positions: &[f64] =
            if kind.by_day || kind.running { &[0.4, 0.45, 0.5, 0.55] } else { &POSITIONS };
        for strictness in positions {
            let seen = measure(entries, kind, None, &all, *strictness);
            let unseen: Vec<Quality> = parts
                .iter()
                .zip(0..)
                .map(|(learned, out)| measure(entries, kind, Some(out), learned, *strictness))
                .collect();
            println!("{:18} {strictness:.2}  seen {}  unseen {}", kind.name, brief(&[seen]), brief(&unseen));
        }
    }
}

/// Pairs by weights that were not learned from them.
#[expect(clippy::print_stdout, reason = "a program for people")]
fn pairs_unseen(pairs: &[Pair], lessons: &Lessons) {
    let (mut seen, mut found) = (Vec::new(), Vec::new());
    for out in 0..PARTS {
        let learned = learn(lessons, &|of, part| of != KINDS.len() || part != Some(out));
        let dial = learned.dial(0.5, Setting::Pair);
        for (pair, row) in pairs.iter().zip(&lessons.pairs).filter(|(_, row)| row.part == Some(out)) {
            seen.push(pair.clone());
            found.push(dial.log_odds(&row.signals) > dial.line);
        }
    }
    let quality = pair_quality(&seen, &found);
    for (languages, score) in quality.by_language_pair {
        println!(
            "pairs {languages} unseen F1 {:.3} (P {:.3} R {:.3})",
            score.f1, score.precision, score.recall
        );
    }
}

/// What the likeness is made of, as `story/mod.rs` tells it.
const GROUPS: &[(&str, &[Signal])] = &[
    ("nothing", &[]),
    ("live pages", &[Signal::LiveOrNot]),
    ("whose feed tells it", &[Signal::SameSource, Signal::OnlyThisSource, Signal::SourceJustTold]),
    ("runs of letters", &[Signal::LettersNearest, Signal::LettersMean]),
    ("time", &[Signal::DaysOpen, Signal::DaysFromNearest, Signal::HoursIdle, Signal::Quiet]),
    ("likelihood of the words", &[Signal::Likelihood]),
    (
        "words the story owns",
        &[
            Signal::OwnWords,
            Signal::OwnWordsSparse,
            Signal::KeyWord,
            Signal::KeyWords,
            Signal::OwnedWord,
            Signal::OwnedTitleWord,
        ],
    ),
    ("cosine with the story", &[Signal::Centroid, Signal::Mean, Signal::MassUsed]),
    (
        "cosine with the nearest",
        &[Signal::Nearest, Signal::NearestTimesSize, Signal::TitleCosine, Signal::Overlap, Signal::Jaccard],
    ),
    ("rarest shared stems", &[Signal::Rarest, Signal::SecondRarest, Signal::ThirdRarest]),
    (
        "counts of shared stems",
        &[Signal::SharedStems, Signal::SharedTitleStems, Signal::SharedPairs, Signal::HardlyAnyStem],
    ),
    (
        "what a title lacks",
        &[Signal::NewInTitle, Signal::MissingInTitle, Signal::OtherTitle, Signal::TextsDisagree],
    ),
    ("numbers", &[Signal::ClashingNumbers, Signal::SharedNumber]),
    ("size", &[Signal::Size, Signal::Alone]),
    ("first in question", &[Signal::FirstInQuestion]),
];

/// `--without`: the German days with each group of signals left out, and learned anew without it.
#[expect(clippy::print_stdout, reason = "a program for people")]
pub fn without(files: &[Vec<Labelled>], lessons: &Lessons) {
    for (name, group) in GROUPS {
        let learn = |take: &dyn Fn(usize, Option<u64>) -> bool| learn(&masked(lessons, group), take);
        let seen = measure(&files[0], &KINDS[0], None, &learn(&|_, _| true), 0.5);
        let unseen: Vec<Quality> = (0..PARTS)
            .map(|out| (out, learn(&|of, part| of != 0 || part != Some(out))))
            .map(|(out, learned)| measure(&files[0], &KINDS[0], Some(out), &learned, 0.5))
            .collect();
        println!("without {name:24} seen {}  unseen {}", brief(&[seen]), brief(&unseen));
    }
}

/// The lessons with some signals silent, so that nothing is learned of them.
fn masked(lessons: &Lessons, group: &[Signal]) -> Lessons {
    let mask = |row: &Row| {
        let mut row = row.clone();
        group.iter().for_each(|signal| row.signals[*signal as usize] = 0.0);
        row
    };
    Lessons {
        streams: lessons.streams.iter().map(|rows| rows.iter().map(mask).collect()).collect(),
        pairs: lessons.pairs.iter().map(mask).collect(),
    }
}

/// Means over parts, by their entries.
fn brief(parts: &[Quality]) -> String {
    let all: f64 = parts.iter().map(|part| part.scored as f64).sum();
    let mean = |of: fn(&Quality) -> f64| {
        parts.iter().map(|part| of(part) * part.scored as f64).sum::<f64>() / all.max(1.0)
    };
    format!(
        "P {:.3} R {:.3} F1 {:.4}, pairs {:.3}/{:.3}/{:.3}, without two largest {:.3}/{:.4}",
        mean(|part| part.bcubed.precision),
        mean(|part| part.bcubed.recall),
        mean(|part| part.bcubed.f1),
        mean(|part| part.pairwise.precision),
        mean(|part| part.pairwise.recall),
        mean(|part| part.pairwise.f1),
        mean(|part| part.bcubed_without_two_largest.precision),
        mean(|part| part.bcubed_without_two_largest.f1),
    )
}

/// The quality on one part of a file, the other labels hidden; on all of it without `which`.
fn measure(
    entries: &[Labelled],
    kind: &Kind,
    which: Option<u64>,
    learned: &Learned,
    strictness: f64,
) -> Quality {
    let mut seen = entries.to_vec();
    for entry in &mut seen {
        if which.is_some() && part(entry, kind) != which {
            entry.cluster = None;
        }
    }
    let engine =
        Engine::with(&StoryOptions::default(), learned.dial(strictness, Setting::Stream), Reach::SERVICE);
    let stream = run_in(engine, &seen, &mut |_| {});
    quality(&seen, &stream.stories)
}
