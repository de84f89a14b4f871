//! `riverd backup FILE`: a copy of the store, while it is in use or not.

use std::path::Path;
use std::time::Instant;

use serde_json::json as object;

use crate::cli::args::Form;
use crate::cli::out::{bar, json, print};
use crate::config::load::Config;
use crate::store::backup;

/// Copies the store to `file` and tells what is in the copy.
///
/// # Errors
/// If there is no store, it is damaged, or the copy cannot be put there.
pub async fn backup(config: &Config, file: &Path, form: Form) -> anyhow::Result<()> {
    let (bar, begun) = (bar("bytes"), Instant::now());
    let (store, target) = (config.store.path.clone(), file.to_owned());
    let shown = bar.clone();
    let copy = move || {
        backup::backup(Path::new(&store), &target, |done, all| {
            shown.set_length(all);
            shown.set_position(done);
        })
    };
    let made = tokio::task::spawn_blocking(copy).await??;
    bar.finish_and_clear();
    let seconds = begun.elapsed().as_secs_f64();
    if form.json {
        let told = object!({
            "file": file.display().to_string(), "bytes": made.bytes, "schema": made.schema,
            "entries": made.entries, "stories": made.stories, "seconds": seconds,
        });
        return json(&told);
    }
    let (entries, stories, bytes) = (made.entries, made.stories, made.bytes);
    print(&format!(
        "{}: {entries} entries, {stories} stories, {bytes} bytes, {seconds:.1} s\n",
        file.display()
    ))
}
