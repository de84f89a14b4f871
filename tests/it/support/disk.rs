//! A disk that fails, is full, or loses its power: the program runs on it by `LD_PRELOAD` (see `disk.c`), and what it wrote
//! is played again up to a cut.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::chance::Chance;
use crate::support::preload::compiled;
use crate::support::program::Program;

/// What the program is told so that it runs on the disk that stands in; `more`: what that disk is told.
pub fn on_disk(program: &Program, more: &[(&str, String)]) -> Vec<(String, String)> {
    let state = program.home.path().join("state");
    std::fs::create_dir_all(&state).expect("a folder");
    let mut told = vec![
        ("LD_PRELOAD".to_owned(), compiled("disk.c").display().to_string()),
        ("DISK_FOLDER".to_owned(), state.canonicalize().expect("a folder").display().to_string()),
    ];
    told.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    told
}

/// How often something is done: as a variable says, or as often as usual.
pub fn times(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|times| times.parse().ok()).unwrap_or(usual)
}

/// One thing that was done to a file.
pub struct Step {
    /// Where in the record it ends: whoever saw the record so long came after it.
    pub ends: u64,
    file: String,
    done: Done,
}

enum Done {
    Write(usize, Vec<u8>),
    Sync,
    Truncate(usize),
    Unlink,
}

const HEAD: usize = 80;

/// Reads what the shim recorded.
pub fn recorded(log: &Path) -> Vec<Step> {
    let bytes = std::fs::read(log).expect("the record");
    let (mut at, mut steps) = (0, Vec::new());
    while at + HEAD <= bytes.len() {
        let head = &bytes[at..at + HEAD];
        let word = |from: usize| u32::from_le_bytes(head[from..from + 4].try_into().expect("four bytes"));
        let (what, length) = (word(0), word(4) as usize);
        let offset = u64::from_le_bytes(head[8..16].try_into().expect("eight bytes")) as usize;
        let name = head[16..].split(|byte| *byte == 0).next().unwrap_or_default();
        let written = bytes.get(at + HEAD..at + HEAD + length).expect("what was written").to_vec();
        at += HEAD + length;
        let done = match what {
            1 => Done::Write(offset, written),
            2 => Done::Sync,
            3 => Done::Truncate(offset),
            _ => Done::Unlink,
        };
        steps.push(Step { ends: at as u64, file: String::from_utf8_lossy(name).into_owned(), done });
    }
    steps
}

/// What is on the disk after the power went when these steps were done: all that was synced, and of the rest what chance
/// leaves, whole or torn.
pub fn left_after(steps: &[Step], chance: &mut Chance) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, (Vec<u8>, Vec<&Done>)> = BTreeMap::new();
    for step in steps.iter().filter(|step| !step.file.ends_with("-shm")) {
        let (bytes, waiting) = files.entry(step.file.clone()).or_default();
        match &step.done {
            Done::Sync => waiting.drain(..).for_each(|done| apply(bytes, done, usize::MAX)),
            Done::Unlink => drop(files.remove(&step.file)),
            done => waiting.push(done),
        }
    }
    // Nothing of what was not synced, all of it, or some of it.
    let mood = chance.below(3);
    let left = files.into_iter().map(|(name, (mut bytes, waiting))| {
        for done in waiting {
            match (mood, chance.below(4)) {
                (0, _) | (2, 0 | 1) => {}
                (2, 2) => apply(&mut bytes, done, 512 * chance.below(8) as usize),
                _ => apply(&mut bytes, done, usize::MAX),
            }
        }
        (name, bytes)
    });
    left.collect()
}

fn apply(bytes: &mut Vec<u8>, done: &Done, most: usize) {
    match done {
        Done::Write(at, written) => {
            let written = &written[..written.len().min(most)];
            if bytes.len() < at + written.len() {
                bytes.resize(at + written.len(), 0);
            }
            bytes[*at..at + written.len()].copy_from_slice(written);
        }
        Done::Truncate(length) => bytes.resize(*length, 0),
        Done::Sync | Done::Unlink => {}
    }
}
