//! Reads the owner's choices again when that is asked (SIGHUP) and when their files change, and has them heeded.
//! Promises: what can be wrong is looked at before anything is changed; a faulty config changes nothing, and its faults
//! are told; what needs a restart is named. No connection is closed and no request refused for it.
//! Deliberately not here: reading (`choices`), and heeding, which is each one's own affair.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::config::load::Config;
use crate::config::options::folder::FolderOptions;
use crate::daemon::choices::{Choices, Stamp};
use crate::daemon::health::Health;
use crate::daemon::logging::{Level, Logging};
use crate::daemon::metrics::{Metrics, Reload};
use crate::daemon::publisher::Print;
use crate::daemon::road::Change;
use crate::daemon::stop::Hangups;
use crate::daemon::systemd::Manager;
use crate::daemon::wiring::Workshop;
use crate::serve::rules::Rules;
use crate::source::fetch::{Fetcher, Means};

/// How often the files are looked at. A file is read once it has been the same for two looks.
const LOOK: Duration = Duration::from_millis(500);

/// What is decided once, at the start.
pub const NEEDS_RESTART: [&str; 14] = [
    "folder.path",
    "store.path",
    "fetch.websub",
    "serve.listen",
    "serve.socket_mode",
    "serve.public_url",
    "serve.max_connections",
    "serve.threads",
    "serve.header_timeout",
    "serve.keep_alive",
    "serve.stall_timeout",
    "serve.max_headers",
    "serve.drain",
    "log.format",
];

/// Who heeds.
pub struct Heeding {
    /// Who takes deliveries in.
    pub road: mpsc::Sender<Change>,
    /// Who makes editions.
    pub publisher: mpsc::Sender<Print>,
    /// Who watches the folder.
    pub folder: watch::Sender<FolderOptions>,
    /// Who fetches.
    pub fetcher: Fetcher,
    /// Who logs; `None`: nobody that can be told.
    pub logging: Option<Logging>,
    /// Who looks at all of it.
    pub all: watch::Sender<Arc<Config>>,
}

/// Who reads again.
pub struct Reloader {
    /// From where.
    pub choices: Choices,
    /// What holds.
    pub running: Config,
    /// Its files, as they were before it was read.
    pub stamps: Vec<(PathBuf, Stamp)>,
    /// What new presses are made from.
    pub workshop: Workshop,
    /// The locks and links that hold.
    pub rules: Arc<Rules>,
    /// Who heeds.
    pub heeding: Heeding,
    /// Who is told when a config is refused.
    pub health: Health,
    /// Who counts.
    pub metrics: Metrics,
    /// Who may have asked.
    pub manager: Manager,
}

/// Choices that are right in all that can be looked at beforehand.
struct Ready {
    config: Config,
    rules: Arc<Rules>,
    means: Means,
    level: Option<Level>,
}

impl Reloader {
    /// Reads again whenever it is asked, until `stop`.
    pub async fn run(mut self, mut hangups: Hangups, stop: CancellationToken) {
        let mut files = Files::read(&self, &self.stamps);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = hangups.next() => tracing::info!("asked to read the config again"),
                () = files.changed(&self) => tracing::info!("the config, or a secret, has changed"),
            }
            self.manager.is_reloading();
            let before = self.choices.stamps(&self.running);
            self.reload().await;
            self.manager.is_ready(&self.health.line());
            files = Files::read(&self, &before);
        }
    }

    async fn reload(&mut self) {
        let (outcome, refusal) = match self.ready() {
            Ok(None) => {
                tracing::info!("the config is what it was");
                (Reload::Unchanged, None)
            }
            Ok(Some(ready)) => match self.heed(ready).await {
                Ok(()) => (Reload::Applied, None),
                Err(error) => (Reload::Refused, Some(error)),
            },
            Err(error) => (Reload::Refused, Some(error)),
        };
        if let Some(error) = &refusal {
            tracing::error!(error = format!("{error:#}"), "the config is not heeded; the one before holds");
        }
        self.metrics.reloaded(outcome);
        self.health.set_refusal(refusal.map(|error| format!("{error:#}")));
    }

    /// `None`: nothing has changed.
    fn ready(&self) -> anyhow::Result<Option<Ready>> {
        let mut config = self.choices.read_again(&self.running)?;
        let waits = config.keep(&NEEDS_RESTART, &self.running);
        if !waits.is_empty() {
            tracing::warn!(options = waits.join(", "), "these hold after a restart of riverd only");
        }
        let rules = self.workshop.rules(&config)?;
        if config == self.running && rules.locks == self.rules.locks {
            return Ok(None);
        }
        let means = Means::new(&config.fetch, &config.feeds)?;
        let level = self.heeding.logging.as_ref().map(|logging| logging.level(&config.log)).transpose()?;
        Ok(Some(Ready { config, rules: Arc::new(rules), means, level }))
    }

    /// First who may refuse, for the store may fail; then all others.
    async fn heed(&mut self, Ready { config, rules, means, level }: Ready) -> anyhow::Result<()> {
        let (done, heeded) = oneshot::channel();
        let change = Change { config: Box::new(config.clone()), done };
        self.heeding.road.send(change).await.map_err(|_| stopping())?;
        heeded.await.map_err(|_| stopping())??;
        self.heeding.fetcher.change(means);
        // Who ended needs to heed nothing.
        drop(self.heeding.folder.send(config.folder.clone()));
        if let (Some(logging), Some(level)) = (&self.heeding.logging, level) {
            logging.change(level);
        }
        let (done, printed) = oneshot::channel();
        let print = Print { press: self.workshop.press(&config), rules: rules.clone(), done };
        self.heeding.publisher.send(print).await.map_err(|_| stopping())?;
        printed.await.map_err(|_| stopping())?;
        drop(self.heeding.all.send(Arc::new(config.clone())));
        tracing::info!(rivers = config.rivers.0.len(), feeds = config.feeds.len(), "the new config holds");
        (self.running, self.rules) = (config, rules);
        Ok(())
    }
}

fn stopping() -> anyhow::Error {
    anyhow::anyhow!("riverd is stopping")
}

/// The files that choices stand in, as they were looked at last.
struct Files {
    read: Vec<(PathBuf, Stamp)>,
    last: Vec<(PathBuf, Stamp)>,
}

impl Files {
    fn new(reloader: &Reloader) -> Self {
        let read = reloader.choices.stamps(&reloader.running);
        Self { last: read.clone(), read }
    }

    /// They were read when they were as `before`: what is written meanwhile is seen.
    fn read(reloader: &Reloader, before: &[(PathBuf, Stamp)]) -> Self {
        let mut files = Self::new(reloader);
        for (file, stamp) in &mut files.read {
            if let Some((_, old)) = before.iter().find(|(known, _)| known == file) {
                *stamp = *old;
            }
        }
        files
    }

    /// Waits until they are others than were read, and somebody has finished writing them.
    async fn changed(&mut self, reloader: &Reloader) {
        loop {
            tokio::time::sleep(LOOK).await;
            let now = reloader.choices.stamps(&reloader.running);
            let settled = now == self.last;
            self.last = now;
            if settled && self.last != self.read {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::section::Section;

    #[test]
    fn what_needs_a_restart_are_options_that_there_are() {
        let config = Config::default();
        let known: Vec<String> = config
            .sections()
            .iter()
            .flat_map(|section| {
                let name = section.name();
                section.describe().into_iter().map(move |option| format!("{name}.{}", option.key))
            })
            .collect();
        for key in NEEDS_RESTART {
            assert!(known.contains(&key.to_owned()), "{key}");
        }
        let serve = config.serve.describe();
        let at_once = serve.iter().filter(|option| {
            let key = format!("serve.{}", option.key);
            !NEEDS_RESTART.contains(&key.as_str())
        });
        let at_once: Vec<&str> = at_once.map(|option| option.key).collect();
        assert_eq!(at_once, ["max_age", "max_uri"]);
    }
}
