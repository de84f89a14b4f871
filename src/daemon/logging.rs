//! Where logs go and how they look: for people on a terminal, fields for journald, JSON by option.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::config::options::log::LogOptions;
use crate::daemon::tasks::said;

/// Logging as it goes on: its level can be changed.
#[derive(Debug, Clone)]
pub struct Logging {
    filter: Handle<EnvFilter, Registry>,
    louder: i8,
}

/// A level that is right.
#[derive(Debug)]
pub struct Level(EnvFilter);

impl Logging {
    /// What `log.level` says.
    ///
    /// # Errors
    /// If it is no filter.
    pub fn level(&self, options: &LogOptions) -> anyhow::Result<Level> {
        filter(options, self.louder).map(Level)
    }

    /// From now on at this level.
    pub fn change(&self, level: Level) {
        if let Err(error) = self.filter.reload(level.0) {
            tracing::error!(%error, "log.level stays as it was");
        }
    }
}

fn filter(options: &LogOptions, louder: i8) -> anyhow::Result<EnvFilter> {
    EnvFilter::try_new(level(&options.level, louder)).context("log.level: no such filter")
}

/// A panic is a line of the log like every other, with its place; without it, it would be lost among them.
fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let place = panic.location().map(ToString::to_string);
        let said = said(panic.payload());
        tracing::error!(thread = thread.name(), place, said, "a piece of riverd fell over");
    }));
}

/// Starts logging. `louder`: steps up (-v) or down (-q) from `log.level`.
///
/// # Errors
/// If `log.level` is no filter, or the journal cannot be reached though it was asked for.
pub fn start(options: &LogOptions, louder: i8) -> anyhow::Result<Logging> {
    let (filter, handle) = reload::Layer::new(filter(options, louder)?);
    let journal = options.format == "journald"
        || (options.format == "auto" && std::env::var_os("JOURNAL_STREAM").is_some());
    let layer: Box<dyn Layer<Registry> + Send + Sync> = if journal {
        tracing_journald::layer().context("the journal cannot be reached; set log.format")?.boxed()
    } else if options.format == "json" {
        fmt::layer().json().with_writer(std::io::stderr).boxed()
    } else {
        fmt::layer()
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr)
            .boxed()
    };
    // A second start in one process keeps the first.
    drop(tracing_subscriber::registry().with(layer.with_filter(filter)).try_init());
    tell_of_panics();
    Ok(Logging { filter: handle, louder })
}

/// A plain level moved by so many steps; a filter with modules stays as it is. Our libraries speak at warn.
fn level(level: &str, louder: i8) -> String {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let Some(at) = LEVELS.iter().position(|known| *known == level) else { return level.to_owned() };
    let at = (at as isize + isize::from(louder)).clamp(0, 5) as usize;
    let others = LEVELS[at.min(2)];
    format!("{others},riverd={}", LEVELS[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v_and_q_move_the_level_within_its_ends() {
        assert_eq!(level("info", 0), "warn,riverd=info");
        assert_eq!(level("info", 1), "warn,riverd=debug");
        assert_eq!(level("info", -9), "off,riverd=off");
        assert_eq!(level("info,riverd::source=debug", 1), "info,riverd::source=debug");
    }
}
