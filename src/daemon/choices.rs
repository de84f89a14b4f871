//! Where the owner's choices come from, so that they can be read again: the file that was named or found, and the
//! environment that riverd was started with.
//! Deliberately not here: what the choices mean (`config`), and what follows when they change (`reload`).

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, bail};

use crate::config::load::{Config, candidates, from_text};

/// Where choices come from.
#[derive(Debug, Clone)]
pub struct Choices {
    named: Option<PathBuf>,
    variables: Vec<(String, String)>,
}

/// What of a file shows that it is another one, or has another content; `None`: there is none.
pub type Stamp = Option<(SystemTime, u64, u64)>;

impl Choices {
    /// As this process was started. `named`: the file that its arguments name.
    pub fn of_process(named: Option<&Path>) -> Self {
        let mut variables: Vec<_> =
            std::env::vars().filter(|(name, _)| name.starts_with("RIVERD_")).collect();
        variables.sort();
        Self { named: named.map(Path::to_owned), variables }
    }

    /// Finds, reads and checks.
    ///
    /// # Errors
    /// If the file cannot be read; or every fault in it, as [`crate::config::fault::Faults`].
    pub fn read(&self) -> anyhow::Result<Config> {
        let file = self.file();
        let text = file.as_ref().map(|path| {
            std::fs::read_to_string(path)
                .with_context(|| format!("the config {} cannot be read", path.display()))
        });
        let text = text.transpose()?;
        Ok(from_text(file.as_deref().zip(text.as_deref()), &self.variables)?)
    }

    /// The same, while `running` holds. A file that went away is no wish to go back to the defaults.
    ///
    /// # Errors
    /// As [`Choices::read`].
    pub fn read_again(&self, running: &Config) -> anyhow::Result<Config> {
        match &running.file {
            Some(file) if !file.is_file() => bail!("the config {} is gone", file.display()),
            _ => self.read(),
        }
    }

    /// The stamps of all files that choices stand in: the config and the secrets of private rivers.
    pub fn stamps(&self, running: &Config) -> Vec<(PathBuf, Stamp)> {
        let secrets = running.rivers.0.iter().filter(|river| river.private);
        let secrets = secrets.map(|river| PathBuf::from(&river.secret_file));
        let files = self.file().into_iter().chain(running.file.clone()).chain(secrets);
        let stamped = |file: PathBuf| {
            let stamp = stamp(&file);
            (file, stamp)
        };
        files.map(stamped).collect()
    }

    fn file(&self) -> Option<PathBuf> {
        let found = || candidates(&|name| std::env::var(name).ok()).into_iter().find(|path| path.is_file());
        self.named.clone().or_else(found)
    }
}

fn stamp(file: &Path) -> Stamp {
    let data = std::fs::metadata(file).ok()?;
    Some((data.modified().ok()?, data.len(), inode(&data)))
}

#[cfg(unix)]
fn inode(data: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}
