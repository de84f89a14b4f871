//! Runs the story engine over labelled entries, as the daemon runs it over those that come, and says how good it was.
//! Promises: the same input gives the same output to the last digit, times aside. Touches no store.
//! Deliberately not here: reading files and printing.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::options::story::StoryOptions;
use crate::model::ids::{EntryId, StoryId};
use crate::model::story::{Decision, Telling};
use crate::model::time::Timestamp;
use crate::pipeline::labelled::{Labelled, Pair, headline};
use crate::story::engine::Engine;
use crate::story::fingerprint::Fingerprint;
use crate::story::measures::{Placed, Score, bcubed, largest, pairwise};

/// What came of a file of entries.
#[derive(Debug, Default)]
pub struct Stream {
    /// The story of each entry, in the file's order.
    pub stories: Vec<StoryId>,
    /// Bytes of index for each entry that was active in the end.
    pub index_bytes_per_active_entry: f64,
}

/// The quality of a stream, as `riverd eval --json` returns it.
#[derive(Debug, Serialize)]
pub struct Quality {
    /// In the file.
    pub entries: usize,
    /// Of them, labelled.
    pub scored: usize,
    /// Labels.
    pub stories_true: usize,
    /// Stories that labelled entries were put to.
    pub stories_found: usize,
    /// Over the labelled entries.
    pub bcubed: Score,
    /// Over the pairs of labelled entries.
    pub pairwise: Score,
    /// The entries of the two largest labels left out.
    pub bcubed_without_two_largest: Score,
}

/// How well pairs of texts were told apart.
#[derive(Debug, Serialize)]
pub struct PairQuality {
    /// Of the pairs called one story, those that are; and of those that are, those called so.
    #[serde(flatten)]
    pub all: Score,
    /// The same for each pair of languages.
    pub by_language_pair: BTreeMap<String, Score>,
}

/// Runs a stream. `progress` is told how many entries are done.
pub fn run(entries: &[Labelled], options: &StoryOptions, progress: &mut dyn FnMut(usize)) -> Stream {
    run_in(Engine::new(options), entries, progress)
}

/// The same with an engine of the caller's.
pub fn run_in(mut engine: Engine, entries: &[Labelled], progress: &mut dyn FnMut(usize)) -> Stream {
    let mut merged: BTreeMap<StoryId, StoryId> = BTreeMap::new();
    let mut stories = Vec::with_capacity(entries.len());
    let mut now = Timestamp(0);
    for (entry, id) in entries.iter().zip(1..) {
        let print = entry.tell(now, Fingerprint::of);
        now = now.max(print.at);
        stories.push(take(&mut engine, &mut merged, EntryId(id), print, now));
        progress(stories.len());
    }
    for story in &mut stories {
        while let Some(survivor) = merged.get(story) {
            *story = *survivor;
        }
    }
    let index_bytes_per_active_entry = engine.memory_bytes() as f64 / engine.len().max(1) as f64;
    Stream { stories, index_bytes_per_active_entry }
}

fn take(
    engine: &mut Engine,
    merged: &mut BTreeMap<StoryId, StoryId>,
    entry: EntryId,
    print: Fingerprint,
    now: Timestamp,
) -> StoryId {
    let verdict = engine.judge(&print, now);
    let mut story = match verdict.decision {
        Decision::Join { story, .. } => story,
        Decision::New => StoryId(entry.0),
    };
    for other in verdict.same {
        let (keep, gone) = (story.min(other), story.max(other));
        engine.merge(keep, gone);
        merged.insert(gone, keep);
        story = keep;
    }
    engine.admit(entry, story, print, now);
    story
}

/// Scores a stream.
pub fn quality(entries: &[Labelled], stories: &[StoryId]) -> Quality {
    let labelled = entries.iter().zip(stories);
    let placed: Vec<Placed<'_>> =
        labelled.filter_map(|(entry, story)| Some((entry.cluster.as_deref()?, story.0))).collect();
    let count = |each: &dyn Fn(&Placed<'_>) -> String| {
        placed.iter().map(each).collect::<std::collections::BTreeSet<_>>().len()
    };
    let giants = largest(&placed, 2);
    let rest: Vec<Placed<'_>> = placed.iter().copied().filter(|(label, _)| !giants.contains(label)).collect();
    Quality {
        entries: entries.len(),
        scored: placed.len(),
        stories_true: count(&|(label, _)| (*label).to_owned()),
        stories_found: count(&|(_, story)| story.to_string()),
        bcubed: bcubed(&placed),
        pairwise: pairwise(&placed),
        bcubed_without_two_largest: bcubed(&rest),
    }
}

/// Whether each pair of texts is one story. All texts of the file are in the window, so that it knows which words are
/// rare; each second text is judged against its first one alone.
pub fn run_pairs(pairs: &[Pair], options: &StoryOptions, progress: &mut dyn FnMut(usize)) -> Vec<bool> {
    let mut found = Vec::with_capacity(pairs.len());
    each_pair(Engine::of_pairs(options), pairs, &mut |engine, first, second| {
        let verdict = engine.compare(first, second);
        found.push(verdict.is_some_and(|verdict| verdict.decision != Decision::New));
        progress(found.len());
    });
    found
}

/// Calls `ask` with each pair: the first text as it is known to the engine, and the second, which it does not know then.
pub fn each_pair(
    mut engine: Engine,
    pairs: &[Pair],
    ask: &mut dyn FnMut(&mut Engine, EntryId, &Fingerprint),
) {
    let prints: Vec<[Fingerprint; 2]> = pairs.iter().map(prints).collect();
    for (two, at) in prints.iter().zip(0..) {
        for (print, id) in two.iter().zip(2 * at + 1..) {
            engine.admit(EntryId(id), StoryId(id), print.clone(), Timestamp(0));
        }
    }
    for ([_, second], at) in prints.iter().zip(0..) {
        let (first_id, second_id) = (EntryId(2 * at + 1), EntryId(2 * at + 2));
        engine.retract(second_id);
        ask(&mut engine, first_id, second);
        engine.admit(second_id, StoryId(second_id.0), second.clone(), Timestamp(0));
    }
}

fn prints(pair: &Pair) -> [Fingerprint; 2] {
    [(&pair.text1, &pair.lang1, "1"), (&pair.text2, &pair.lang2, "2")].map(|(text, language, source)| {
        let (title, body) = headline(text);
        let (language, at) = (Some(language.as_str()), Timestamp(0));
        Fingerprint::of(&Telling { title, body, summary: "", link: None, language, source, at })
    })
}

/// Scores pairs.
pub fn pair_quality(pairs: &[Pair], found: &[bool]) -> PairQuality {
    let mut by: BTreeMap<String, Vec<(bool, bool)>> = BTreeMap::new();
    for (pair, found) in pairs.iter().zip(found) {
        by.entry(format!("{}-{}", pair.lang1, pair.lang2)).or_default().push((pair.same, *found));
    }
    let all: Vec<(bool, bool)> = by.values().flatten().copied().collect();
    PairQuality {
        all: score(&all),
        by_language_pair: by.iter().map(|(key, of)| (key.clone(), score(of))).collect(),
    }
}

/// Of (label, found).
fn score(of: &[(bool, bool)]) -> Score {
    let count = |wanted: &dyn Fn(&(bool, bool)) -> bool| of.iter().filter(|pair| wanted(pair)).count() as f64;
    let both = count(&|(same, found)| *same && *found);
    Score::of(both / count(&|(_, found)| *found).max(1.0), both / count(&|(same, _)| *same).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::labelled::{Labels, read};

    fn entries(text: &str) -> Vec<Labelled> {
        match read(text) {
            Ok(Labels::Entries(entries)) => entries,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_stream_is_scored_by_its_labels_alone() {
        let text = r#"{"id":"1","lang":"en","title":"Ferry runs aground near the old harbour","cluster":"a"}
{"id":"2","lang":"en","title":"Hay harvest begins three weeks early this year","cluster":null}
{"id":"3","lang":"en","title":"North Sea: Ferry runs aground near the old harbour","cluster":"a"}"#;
        let entries = entries(text);
        let stream = run(&entries, &StoryOptions::default(), &mut |_| {});
        let quality = quality(&entries, &stream.stories);
        assert_eq!((quality.entries, quality.scored, quality.stories_found), (3, 2, 1));
        assert_eq!(quality.bcubed.f1, 1.0);
        assert_eq!(quality.bcubed_without_two_largest.f1, 0.0);
    }
}
