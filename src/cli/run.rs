//! `riverd run`

use tokio_util::sync::CancellationToken;

use crate::cli::out::print;
use crate::config::load::Config;
use crate::daemon::choices::Choices;
use crate::daemon::clock::now;
use crate::daemon::logging::Logging;
use crate::daemon::run::{Around, run as daemon};
use crate::daemon::stop::{Hangups, token};

/// Runs the daemon until Ctrl-C or SIGTERM. `choices`: where `config` was read, and is read again.
///
/// # Errors
/// If it cannot start or go on.
pub async fn run(config: Config, choices: Choices, logging: Logging) -> anyhow::Result<()> {
    let (stop, hangups): (CancellationToken, _) = (token()?, Hangups::listen()?);
    let folder = config.folder.path.clone();
    if let Err(error) = std::fs::create_dir_all(&folder) {
        // Its disk may be full, or away: it is looked for again and again.
        tracing::error!(%error, folder, "the watched folder cannot be made; riverd goes on without it");
    }
    let ready = |address: &str| {
        let text = format!(
            "riverd is running.\n  merged feed   {address}/river.atom   (subscribe to it in a feed reader)\n  \
             folder        {folder}/   (drop articles, feeds and OPML files there)\n  \
             what it knows riverd feeds, riverd stories\n  stop it       Ctrl-C\n"
        );
        // Nobody may be reading; the daemon runs all the same.
        drop(print(&text));
    };
    let around = Around { stop, hangups, choices, logging: Some(logging), clock: now };
    daemon(config, around, ready).await
}
