//! `riverd once`

use crate::cli::args::Form;
use crate::cli::out::{bar, json, print};
use crate::config::load::Config;
use crate::daemon;
use crate::daemon::once::Which;

/// Follows everything once.
///
/// # Errors
/// If the store cannot be opened or fails.
pub async fn once(config: &Config, which: Which, form: Form) -> anyhow::Result<()> {
    let stop = daemon::stop::token()?;
    let bar = bar("feeds");
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
        "{} files read, {} feeds polled, {} of them failed{}\n",
        done.files,
        done.polled,
        done.failed,
        if done.postponed > 0 {
            format!("; {} left alone, for their hosts want no request now", done.postponed)
        } else {
            String::new()
        }
    ))
}
