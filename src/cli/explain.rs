//! `riverd explain`: why two entries are, or are not, one story.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json as object};

use crate::cli::args::Form;
use crate::cli::finding::{find, line, reader};
use crate::cli::out::{json, print, when};
use crate::config::load::Config;
use crate::model::correction::{Kind, Pair, Word};
use crate::model::ids::EntryId;
use crate::model::story::{Decision, Verdict};
use crate::model::time::DAY_MS;
use crate::parse::inspect::date;
use crate::pipeline::corrections::tied;
use crate::pipeline::explain::explain as compare;
use crate::pipeline::telling::told;
use crate::store::entries::StoredEntry;
use crate::store::reader::Reader;

/// Everything that speaks for or against the two being one story.
struct Explained {
    /// In the order they came.
    entries: [StoredEntry; 2],
    one_story: bool,
    /// What the present engine says of the two alone.
    now: Verdict,
    days_apart: f64,
    window_days: f64,
    said: Vec<Said>,
}

/// A word of the owner's that holds between the two.
#[derive(Debug, Serialize)]
struct Said {
    word: Word,
    by: Kind,
    made: Option<String>,
    /// The pair it was said of: the two themselves, or entries that are tied to them.
    entries: [EntryId; 2],
}

/// Prints it. Reads the store only.
///
/// # Errors
/// If it is not clear which entries are meant, or there is no store.
pub fn explain(config: &Config, names: [&str; 2], form: Form) -> anyhow::Result<()> {
    let reader = reader(config)?;
    let (one, other) = (find(&reader, names[0])?, find(&reader, names[1])?);
    anyhow::ensure!(one.report.row != other.report.row, "both mean the same entry:\n  {}", line(&one));
    let entries = if one.report.row < other.report.row { [one, other] } else { [other, one] };
    let [a, b] = &entries;
    let told = |stored: &StoredEntry, ask: &mut dyn FnMut(&crate::model::story::Telling<'_>)| {
        told(&stored.feed_key, &stored.report.entry, stored.report.published, ask);
    };
    let mut now = None;
    told(a, &mut |a| told(b, &mut |b| now = Some(compare(a, b, &config.story))));
    let explained = Explained {
        one_story: a.story == b.story,
        now: now.expect("each telling is put to the engine"),
        days_apart: b.report.published.since(a.report.published).abs() as f64 / DAY_MS as f64,
        window_days: config.story.window_days,
        said: said(&reader, a.report.row, b.report.row)?,
        entries,
    };
    if form.json { json(&value(&explained)) } else { print(&text(&reader, &explained)?) }
}

/// The owner's words that hold between the two, or between what is tied to the one and what is tied to the other.
fn said(reader: &Reader, a: EntryId, b: EntryId) -> anyhow::Result<Vec<Said>> {
    let words = reader.words()?;
    let (ours, theirs) = (tied(a, &words), tied(b, &words));
    let holds = |pair: &&Pair| match pair.word {
        Word::Together => ours.contains(&b) && ours.contains(&pair.a),
        _ => {
            (ours.contains(&pair.a) && theirs.contains(&pair.b))
                || (ours.contains(&pair.b) && theirs.contains(&pair.a))
        }
    };
    let corrections = reader.corrections()?;
    let found = words.iter().filter(holds).filter_map(|pair| {
        let by = corrections.iter().rev().find(|correction| correction.pairs.contains(pair))?;
        Some(Said { word: pair.word, by: by.kind, made: date(by.made), entries: [pair.a, pair.b] })
    });
    Ok(found.collect())
}

fn value(explained: &Explained) -> Value {
    object!({
        "entries": explained.entries.each_ref().map(entry),
        "one_story": explained.one_story,
        "corrections": explained.said,
        "engine": {
            "one_story": explained.now.decision != Decision::New,
            "tier": tier(&explained.now),
            "score": explained.now.score,
            "threshold": explained.now.threshold,
            "signals": explained.now.evidence,
            "days_apart": explained.days_apart,
            "window_days": explained.window_days,
        },
    })
}

fn entry(stored: &StoredEntry) -> Value {
    let (report, verdict) = (&stored.report, &stored.verdict);
    object!({
        "entry": report.row,
        "id": report.atom_id,
        "title": report.entry.title,
        "link": report.entry.link,
        "feed": report.source.feed.title,
        "published": date(report.published),
        "first_seen": date(stored.first_seen),
        "withdrawn": stored.withdrawn,
        "story": stored.story_atom_id,
        "verdict": {
            "joined": verdict.decision != Decision::New,
            "tier": tier(verdict),
            "nearest": verdict.nearest,
            "score": verdict.score,
            "threshold": verdict.threshold,
            "signals": verdict.evidence,
        },
    })
}

fn tier(verdict: &Verdict) -> Option<&'static str> {
    match verdict.decision {
        Decision::New => None,
        Decision::Join { tier, .. } => Some(tier.word()),
    }
}

fn text(reader: &Reader, explained: &Explained) -> anyhow::Result<String> {
    let mut text = String::new();
    let [a, b] = &explained.entries;
    writeln!(text, "{}\n{}\n", line(a), line(b))?;
    let answer = if explained.one_story { "They are one story" } else { "They are two stories" };
    writeln!(text, "{answer} in the store.")?;
    if explained.one_story {
        writeln!(text, "  {}", a.story_atom_id)?;
    }
    for said in &explained.said {
        let made = said.made.as_deref().unwrap_or("-");
        let by = if said.by == Kind::Split { "split" } else { "join" };
        let [x, y] = said.entries;
        writeln!(text, "  the owner said ({by}, {made}): {x} and {y} are {}", said.word.word())?;
    }
    for stored in &explained.entries {
        writeln!(
            text,
            "\nWhen {} came ({}): {}",
            stored.report.row,
            when(Some(stored.first_seen)),
            came(reader, stored)?
        )?;
        signals(&mut text, &stored.verdict)?;
    }
    let now = &explained.now;
    let finds = tier(now)
        .map_or_else(|| "not one story".to_owned(), |tier| format!("one story, near as {}", near(tier)));
    writeln!(text, "\nThe two alone, put to the engine now: {finds}; {}", score(now))?;
    signals(&mut text, now)?;
    if explained.days_apart > explained.window_days {
        let (apart, window) = (explained.days_apart, explained.window_days);
        writeln!(text, "  told {apart:.1} days apart; story.window_days is {window}")?;
    }
    Ok(text)
}

fn came(reader: &Reader, stored: &StoredEntry) -> anyhow::Result<String> {
    let verdict = &stored.verdict;
    let nearest = verdict.nearest.map(|entry| reader.entry(entry)).transpose()?.flatten();
    let nearest = nearest.map_or_else(
        || "nothing came into question".to_owned(),
        |near| format!("nearest was {} “{}”", near.report.row, near.report.entry.title),
    );
    Ok(match tier(verdict) {
        None => format!("it began a story; {nearest}; {}", score(verdict)),
        Some(tier) => format!("it joined a story as {}; {nearest}; {}", near(tier), score(verdict)),
    })
}

fn near(tier: &str) -> &'static str {
    match tier {
        "identity" => "the same publication",
        "copy" => "a copy of its text",
        _ => "another report of it",
    }
}

fn score(verdict: &Verdict) -> String {
    format!("score {:.3}, threshold {:.3}", verdict.score, verdict.threshold)
}

fn signals(text: &mut String, verdict: &Verdict) -> anyhow::Result<()> {
    for found in &verdict.evidence {
        let note = if found.note.is_empty() { String::new() } else { format!("  {}", found.note) };
        writeln!(text, "  {:<24} {:>8.3}  weight {:>+7.3}{note}", found.signal, found.value, found.weight)?;
    }
    Ok(())
}
