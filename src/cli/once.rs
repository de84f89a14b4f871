//! `riverd once`

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::args::Form;
use crate::cli::out::{json, print};
use crate::config::load::Config;
use crate::daemon;
use crate::daemon::once::Which;

/// Follows everything once.
///
/// # Errors
/// If the store cannot be opened or fails.
pub async fn once(config: &Config, which: Which, form: Form) -> anyhow::Result<()> {
    let stop = daemon::stop::token()?;
    let bar = bar();
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let done = daemon::once::once(config, which, stop, progress).await?;
    bar.finish_and_clear();
    if form.json {
        return json(&done);
    }
    print(&format!(
        "{} files read, {} feeds polled, {} of them failed\n",
        done.files, done.polled, done.failed
    ))
}

/// Only on a terminal.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} feeds, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
