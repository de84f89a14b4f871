//! Reads the secrets of private rivers from their files.
//! Promises: what is wrong with a file is told without what is in it.

use anyhow::{Context, bail};

use crate::config::load::Config;
use crate::config::options::river::RiverOptions;
use crate::serve::lock::Locks;

/// A shorter secret is guessed.
const SHORTEST: usize = 16;
/// A longer one is no secret but a mistake.
const LONGEST: usize = 200;

/// The locks of all private rivers.
///
/// # Errors
/// If a secret cannot be read, or is none: the first one, with its river and file.
pub fn locks(config: &Config) -> anyhow::Result<Locks> {
    let mut locks = Locks::default();
    for river in config.rivers.0.iter().filter(|river| river.private) {
        locks.add(&river.name, &river.user, &secret(river)?);
    }
    Ok(locks)
}

/// What is wrong with the secrets of all private rivers, each with its file.
pub fn faults(config: &Config) -> Vec<(String, String)> {
    let private = config.rivers.0.iter().filter(|river| river.private);
    let fault = |river: &RiverOptions| {
        secret(river).err().map(|error| (river.secret_file.clone(), format!("{error:#}")))
    };
    private.filter_map(fault).collect()
}

fn secret(river: &RiverOptions) -> anyhow::Result<String> {
    let (name, file) = (&river.name, &river.secret_file);
    let text = std::fs::read_to_string(file).with_context(|| {
        format!("the secret of the river {name} (river.secret_file) cannot be read from {file}")
    })?;
    let secret = text.trim();
    let right = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    if !(SHORTEST..=LONGEST).contains(&secret.len()) || !secret.bytes().all(right) {
        bail!(
            "the secret of the river {name} in {file} (river.secret_file) is not {SHORTEST} to {LONGEST} letters, \
             digits, -, _, . and ~ on one line"
        );
    }
    Ok(secret.to_owned())
}
