//! `riverd eval`: how well, and how fast, the story engine tells stories apart, measured on labelled entries.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use indicatif::ProgressBar;
use serde_json::{Value, json as object};

use crate::cli::args::Form;
use crate::cli::out::{json, print};
use crate::config::load::Config;
use crate::config::options::story::StoryOptions;
use crate::pipeline::eval::{Quality, pair_quality, quality, run, run_pairs};
use crate::pipeline::labelled::{Labelled, Labels, Pair, read};
use crate::story::measures::Score;

/// What to run, and how.
#[derive(Debug)]
pub struct Asked {
    /// JSON lines.
    pub file: PathBuf,
    /// As `story.tier`; `None`: as configured.
    pub tier: Option<String>,
    /// As `story.strictness`; `None`: as configured.
    pub strictness: Option<f64>,
    /// Where to write which entry was put to which story.
    pub assignments: Option<PathBuf>,
}

/// Runs it. Touches no store.
///
/// # Errors
/// If the file cannot be read, or a line of it is not of the form.
pub fn eval(config: &Config, asked: &Asked, form: Form) -> anyhow::Result<()> {
    let path = asked.file.display();
    let text = std::fs::read_to_string(&asked.file).with_context(|| format!("{path} cannot be read"))?;
    let labels = read(&text).map_err(|(line, error)| {
        anyhow::anyhow!("{path}:{line}: not a labelled entry: {error}; see `riverd eval --help` for the form")
    })?;
    let mut options = config.story.clone();
    options.tier = asked.tier.clone().unwrap_or(options.tier);
    options.strictness = asked.strictness.unwrap_or(options.strictness);
    anyhow::ensure!((0.0..=1.0).contains(&options.strictness), "--strictness goes from 0 to 1");
    match labels {
        Labels::Entries(entries) => stream(&entries, &options, asked.assignments.as_deref(), form),
        Labels::Pairs(pairs) => {
            anyhow::ensure!(
                asked.assignments.is_none(),
                "pairs have no assignments: {path} holds pairs of texts"
            );
            two_by_two(&pairs, &options, form)
        }
    }
}

fn stream(
    entries: &[Labelled],
    options: &StoryOptions,
    assignments: Option<&Path>,
    form: Form,
) -> anyhow::Result<()> {
    let bar = bar(entries.len(), form);
    let begin = Instant::now();
    let stream = run(entries, options, &mut |done| bar.set_position(done as u64));
    let seconds = begin.elapsed().as_secs_f64();
    bar.finish_and_clear();
    if let Some(path) = assignments {
        let lines = entries.iter().zip(&stream.stories);
        let text: String = lines.map(|(entry, story)| format!("{}\t{story}\n", entry.id)).collect();
        std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let quality = quality(entries, &stream.stories);
    let per_second = entries.len() as f64 / seconds.max(1e-9);
    if form.json {
        let mut value = serde_json::to_value(&quality)?;
        value["seconds"] = seconds.into();
        value["entries_per_second"] = per_second.into();
        value["index_bytes_per_active_entry"] = stream.index_bytes_per_active_entry.into();
        return json(&value);
    }
    print(&format!(
        "{}{:<28} {seconds:.3}\n{:<28} {per_second:.0}\n{:<28} {:.0}\n",
        text(&quality),
        "seconds",
        "entries per second",
        "index bytes per active entry",
        stream.index_bytes_per_active_entry
    ))
}

fn text(quality: &Quality) -> String {
    let counts = [
        ("entries", quality.entries),
        ("scored", quality.scored),
        ("true stories", quality.stories_true),
        ("stories found", quality.stories_found),
    ];
    let counts: String = counts.map(|(name, count)| format!("{name:<28} {count}\n")).concat();
    let scores = [
        ("BCubed", quality.bcubed),
        ("pairwise", quality.pairwise),
        ("BCubed without two largest", quality.bcubed_without_two_largest),
    ];
    counts + &scores.map(|(name, score)| line(name, score)).concat()
}

fn line(name: &str, Score { precision, recall, f1 }: Score) -> String {
    format!("{name:<28} precision {precision:.4}  recall {recall:.4}  F1 {f1:.4}\n")
}

fn two_by_two(pairs: &[Pair], options: &StoryOptions, form: Form) -> anyhow::Result<()> {
    let bar = bar(pairs.len(), form);
    let begin = Instant::now();
    let found = run_pairs(pairs, options, &mut |done| bar.set_position(done as u64));
    let seconds = begin.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let quality = pair_quality(pairs, &found);
    if form.json {
        let value: Value = object!({ "entries": pairs.len(), "pairs": quality, "seconds": seconds });
        return json(&value);
    }
    let by = quality.by_language_pair.iter().map(|(name, score)| line(name, *score));
    print(&(line("pairs", quality.all) + &by.collect::<String>()))
}

/// On a terminal only, and not beside JSON that goes to the same one.
fn bar(length: usize, form: Form) -> ProgressBar {
    if form.json { ProgressBar::hidden() } else { ProgressBar::new(length as u64) }
}
