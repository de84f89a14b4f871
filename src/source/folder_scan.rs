//! One look through the watched folder, and what differs from the look before.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::model::document::FileStamp;

/// What is to be done with a file, judged by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Read it and hand it on.
    Take,
    /// Pass over it in silence.
    Ignore,
    /// Tell the owner why it is not taken.
    SetAside(String),
}

/// Files by their path relative to the folder, `/` between the parts.
pub type Files = BTreeMap<String, FileStamp>;

/// Looks through `folder` and everything in it, at most `max_files` files. Links are not followed out of it.
///
/// # Errors
/// If the folder itself cannot be read: then nothing is known of what it holds.
pub fn scan(folder: &Path, max_files: usize) -> io::Result<Files> {
    let mut files = Files::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    let mut first = true;
    while let Some(inside) = folders.pop() {
        let listing = match std::fs::read_dir(&inside) {
            Ok(listing) => listing,
            Err(error) if first => return Err(error),
            // A folder that went away while we looked is looked for again the next time.
            Err(_) => continue,
        };
        first = false;
        for item in listing.flatten() {
            let Ok(kind) = item.file_type() else { continue };
            if kind.is_dir() {
                folders.push(item.path());
            } else if kind.is_file() && files.len() < max_files {
                let path = relative(folder, &item.path());
                files.extend(item.metadata().ok().zip(path).map(|(data, path)| (path, stamp(&data))));
            }
        }
    }
    Ok(files)
}

fn relative(folder: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(folder).ok()?;
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    Some(parts.join("/"))
}

/// What tells this version of a file.
pub fn stamp(data: &std::fs::Metadata) -> FileStamp {
    let modified = data.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let modified_ns = modified.and_then(|at| i64::try_from(at.as_nanos()).ok()).unwrap_or(0);
    FileStamp { modified_ns, size: data.len(), inode: inode(data) }
}

#[cfg(unix)]
fn inode(data: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

/// What differs between what is known and what was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// New or changed.
    pub changed: Vec<String>,
    /// No longer there.
    pub gone: Vec<String>,
    /// The same file under another path.
    pub renamed: Vec<(String, String)>,
}

/// Compares. A file that is gone, and one that is new with the same stamp, are one file renamed.
pub fn difference(known: &Files, found: &Files) -> Difference {
    let mut difference = Difference::default();
    let mut gone: Vec<&String> = known.keys().filter(|path| !found.contains_key(*path)).collect();
    let mut taken = HashSet::new();
    for (path, stamp) in found {
        if known.get(path) == Some(stamp) {
            continue;
        }
        let from = gone.iter().position(|old| stamp.inode != 0 && known.get(*old) == Some(stamp));
        match from.filter(|_| !known.contains_key(path) && same_ending(gone[from.unwrap_or(0)], path)) {
            Some(at) => {
                let old = gone.remove(at).clone();
                taken.insert(path);
                difference.renamed.push((old, path.clone()));
            }
            None => difference.changed.push(path.clone()),
        }
    }
    difference.gone = gone.into_iter().cloned().collect();
    // Subscriptions first: what they ask for can be fetched while the rest is read.
    difference.changed.sort_by_key(|path| !path.ends_with(".opml"));
    difference
}

fn same_ending(a: &str, b: &str) -> bool {
    let ending = |path: &str| path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending(a) == ending(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, u64)]) -> Files {
        list.iter()
            .map(|(path, inode)| ((*path).to_owned(), FileStamp { modified_ns: 1, size: 1, inode: *inode }))
            .collect()
    }

    #[test]
    fn new_changed_gone_and_renamed_files_are_told_apart() {
        let known = files(&[("a.txt", 1), ("b.txt", 2), ("c.txt", 3), ("d.txt", 4)]);
        let found = files(&[("a.txt", 1), ("b.txt", 9), ("x/c.txt", 3), ("e.txt", 5), ("z.opml", 6)]);
        let difference = difference(&known, &found);
        assert_eq!(difference.changed, ["z.opml", "b.txt", "e.txt"]);
        assert_eq!(difference.gone, ["d.txt"]);
        assert_eq!(difference.renamed, [("c.txt".to_owned(), "x/c.txt".to_owned())]);
    }
}
