//! `riverd run`

use crate::cli::out::print;
use crate::config::load::Config;
use crate::daemon;

/// Runs the daemon until Ctrl-C or SIGTERM.
///
/// # Errors
/// If it cannot start or go on.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let stop = daemon::stop::token()?;
    let folder = config.folder.path.clone();
    std::fs::create_dir_all(&folder)?;
    let ready = |address: &str| {
        let text = format!(
            "riverd is running.\n  merged feed   {address}/river.atom   (subscribe to it in a feed reader)\n  \
             folder        {folder}/   (drop articles, feeds and OPML files there)\n  \
             what it knows riverd feeds, riverd stories\n  stop it       Ctrl-C\n"
        );
        // Nobody may be reading; the daemon runs all the same.
        drop(print(&text));
    };
    daemon::run::run(config, stop, ready).await
}
