//! `riverd stories`

use serde_json::{Value, json as object};

use crate::cli::args::Form;
use crate::cli::finding::reader;
use crate::cli::out::{json, table, when};
use crate::config::load::Config;
use crate::model::river::{Report, ToldStory};
use crate::parse::inspect::date;
use crate::pipeline::unfolding::whole;

/// Lists the newest stories, each with the numbers of its entries.
///
/// # Errors
/// If there is no store.
pub fn stories(config: &Config, limit: usize, form: Form) -> anyhow::Result<()> {
    let reader = reader(config)?;
    let told = |story| whole(story, &[&config.story.prefer]);
    let stories: Vec<ToldStory> = reader.river(limit)?.into_iter().filter_map(told).collect();
    if form.json {
        return json(&stories.iter().map(value).collect::<Vec<_>>());
    }
    table(&["published", "story", "entry", "told by"], stories.iter().map(row).collect())
}

/// A line for each entry.
fn row(story: &ToldStory) -> Vec<String> {
    let reports =
        || std::iter::once(&story.lead).chain(story.coverage.iter().map(|covering| &covering.report));
    let lines = |line: fn(&Report) -> String| reports().map(line).collect::<Vec<_>>().join("\n");
    vec![
        when(Some(story.lead.published)),
        story.lead.entry.title.clone(),
        lines(|report| report.row.to_string()),
        lines(|report| report.source.feed.title.clone()),
    ]
}

fn value(story: &ToldStory) -> Value {
    object!({
        "id": story.atom_id,
        "first_seen": date(story.first_seen),
        "lead": report(&story.lead),
        "coverage": story.coverage.iter().map(|covering| report(&covering.report)).collect::<Vec<_>>(),
    })
}

/// A report for programs.
pub(crate) fn report(report: &Report) -> Value {
    object!({
        "entry": report.row,
        "id": report.atom_id,
        "title": report.entry.title,
        "link": report.entry.link,
        "language": report.entry.language,
        "published": date(report.published),
        "updated": date(report.updated),
        "feed": report.source.feed.title,
    })
}
