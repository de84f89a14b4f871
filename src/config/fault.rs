//! What is wrong with a config, told so that its owner can mend it: where, which key, found, expected, nearest.
//! Deliberately not here: finding the faults.

use std::fmt;
use std::path::PathBuf;

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file, at a line (1 is the first).
    Line(PathBuf, usize),
    /// In an environment variable.
    Variable(String),
}

/// One thing that is wrong with a value or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands.
    pub place: Place,
    /// The key as `section.key`; empty where the text is not TOML at all.
    pub key: String,
    /// What was found there.
    pub found: String,
    /// What would have been right.
    pub expected: String,
    /// The nearest known key, where the key itself is unknown.
    pub nearest: Option<String>,
}

/// All that is wrong with a config; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{}:{line}", file.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "found {}, expected {}", self.found, self.expected)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean {nearest}?"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} fault{} in the config", if count == 1 { "" } else { "s" })?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

/// The known name that is nearest to `name`, if any is near enough to be meant.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_its_key_and_nonsense_finds_none() {
        let known = ["min_interval", "max_interval", "concurrency"];
        let check = |name: &str| nearest(name, known.into_iter());
        assert_eq!(check("min_intervall").as_deref(), Some("min_interval"));
        assert_eq!(check("concurency").as_deref(), Some("concurrency"));
        assert_eq!(check("zzz"), None);
    }
}
