//! `riverd restory`: cluster everything anew.

use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;

use crate::cli::args::Form;
use crate::cli::asking::ask;
use crate::cli::finding::reader;
use crate::cli::out::{bar, json, print};
use crate::config::load::Config;
use crate::model::correction::{Answer, Request, Restoried};
use crate::pipeline::mint::Mint;
use crate::pipeline::owner::Progress;
use crate::pipeline::restory::plan;

/// A restory takes as long as it takes.
const PATIENCE: Duration = Duration::from_secs(24 * 3_600);
/// Changes printed one by one.
const PRINTED: usize = 30;

/// Whether anything is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is done.
    Do,
    /// It is only shown.
    Show,
}

/// Clusters everything anew and prints what changed.
///
/// # Errors
/// If there is no store, or it cannot be written.
pub async fn restory(config: &Config, way: Way, form: Form) -> anyhow::Result<()> {
    let reader = reader(config)?;
    let bar = bar("entries");
    let progress = progress(&bar);
    let told = if way == Way::Show {
        let (options, mut mint) = (config.story.clone(), Mint::of(&reader)?);
        tokio::task::spawn_blocking(move || plan(&reader, &options, &mut mint, &*progress)).await??.1
    } else {
        bar.enable_steady_tick(Duration::from_millis(200));
        match ask(config, Request::Restory, PATIENCE, progress).await? {
            Some(Answer::Restoried(told)) => told,
            _ => anyhow::bail!("the riverd that holds the store has not answered; the request waits for it"),
        }
    };
    bar.finish_and_clear();
    if form.json { json(&told) } else { show(&told, way) }
}

fn progress(bar: &ProgressBar) -> Progress {
    let bar = bar.clone();
    Arc::new(move |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })
}

fn show(told: &Restoried, way: Way) -> anyhow::Result<()> {
    for moved in told.changes.iter().take(PRINTED) {
        let place = if moved.to == moved.entry {
            "tells a story of its own".to_owned()
        } else {
            format!("goes from the story of entry {} to that of entry {}", moved.from, moved.to)
        };
        print(&format!("{:>6}  {} {place}\n", moved.entry.0, moved.title))?;
    }
    if told.moved > PRINTED {
        print(&format!("        … and {} more (--json lists up to 1000)\n", told.moved - PRINTED))?;
    }
    let tense = if way == Way::Show { "would move" } else { "moved" };
    print(&format!(
        "{} entries, {} stories before, {} after; {} entries {tense}, {} stories begun, {} retired\n",
        told.entries, told.stories_before, told.stories_after, told.moved, told.begun, told.retired
    ))
}
