//! One look through the watched folder, and what differs from the look before.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::config::options::folder::FolderOptions;
use crate::model::document::FileStamp;
use crate::source::folder_ground::Root;
use crate::source::folder_names::key_of;

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

/// Files by their key: the path relative to the folder, `/` between the parts, see [`crate::source::folder_names`].
pub type Files = BTreeMap<String, FileStamp>;

/// What one look found.
#[derive(Debug, Default)]
pub struct Found {
    /// Every file, and what else lies there that is no folder.
    pub files: Files,
    /// Of these: what cannot be taken, and why.
    pub aside: HashMap<String, String>,
    /// Folders that could not be read: nothing is known of what they hold.
    pub unread: Vec<String>,
    /// The folder itself.
    pub root: Root,
}

impl Found {
    /// Whether the file lies in a folder that could not be read.
    pub fn is_hidden(&self, key: &str) -> bool {
        let inside =
            |folder: &String| key.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.unread.iter().any(inside)
    }
}

/// Looks through the folder and everything in it, at most `folder.max_files` files. Links are followed only if the owner
/// wants it, and never out of the folder.
///
/// # Errors
/// If the folder itself cannot be read: then nothing is known of what it holds.
pub fn scan(options: &FolderOptions) -> io::Result<Found> {
    let folder = Path::new(&options.path);
    let mut look = Look {
        folder,
        real: folder.canonicalize()?,
        options,
        folders: vec![folder.to_owned()],
        entered: HashSet::new(),
        found: Found { root: root(&std::fs::metadata(folder)?), ..Found::default() },
    };
    while let Some(inside) = look.folders.pop() {
        match std::fs::read_dir(&inside) {
            Ok(listing) => {
                let items: Vec<DirEntry> = listing.flatten().collect();
                look.found.root.is_bare |= inside == folder && items.is_empty();
                look.list(items);
            }
            Err(error) if inside == folder => return Err(error),
            // A folder that went away while we looked is looked for again the next time.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => look.unread(&inside, &error),
        }
    }
    Ok(look.found)
}

struct Look<'a> {
    folder: &'a Path,
    /// The same without links.
    real: PathBuf,
    options: &'a FolderOptions,
    folders: Vec<PathBuf>,
    /// Folders that a link led to: none is entered twice that way, so that links in a circle end.
    entered: HashSet<PathBuf>,
    found: Found,
}

impl Look<'_> {
    fn list(&mut self, mut items: Vec<DirEntry>) {
        items.sort_by_key(DirEntry::file_name);
        for item in items {
            let Ok(kind) = item.file_type() else { continue };
            let data = item.metadata();
            match data {
                Ok(_) if kind.is_dir() => self.folders.push(item.path()),
                Ok(data) if kind.is_file() => self.put(&item.path(), &data, None),
                Ok(data) if kind.is_symlink() => self.link(&item.path(), &data),
                Ok(data) => self.put(&item.path(), &data, Some("it is no regular file".to_owned())),
                // It went away while we looked.
                Err(_) => {}
            }
        }
    }

    fn put(&mut self, path: &Path, data: &Metadata, aside: Option<String>) {
        let Ok(inside) = path.strip_prefix(self.folder) else { return };
        if self.found.files.len() < self.options.max_files {
            let key = key_of(inside);
            self.found.aside.extend(aside.map(|reason| (key.clone(), reason)));
            self.found.files.insert(key, stamp(data));
        }
    }

    fn link(&mut self, path: &Path, data: &Metadata) {
        match self.target(path) {
            Ok((real, target)) if target.is_dir() => {
                if self.entered.insert(real) {
                    self.folders.push(path.to_owned());
                } else {
                    self.put(path, data, Some("a link to a folder that another link leads to".to_owned()));
                }
            }
            Ok((_, target)) => self.put(path, &target, None),
            Err(reason) => self.put(path, data, Some(reason)),
        }
    }

    fn target(&self, path: &Path) -> Result<(PathBuf, Metadata), String> {
        if !self.options.follow_symlinks {
            return Err("a link; folder.follow_symlinks follows those that stay in the folder".to_owned());
        }
        let broken = |error| format!("a link that leads nowhere: {error}");
        let real = path.canonicalize().map_err(broken)?;
        if !real.starts_with(&self.real) {
            return Err("a link out of the folder is not followed".to_owned());
        }
        let target = std::fs::metadata(&real).map_err(broken)?;
        if target.is_dir() || target.is_file() {
            Ok((real, target))
        } else {
            Err("a link to no file".to_owned())
        }
    }

    fn unread(&mut self, path: &Path, error: &io::Error) {
        let Ok(inside) = path.strip_prefix(self.folder) else { return };
        self.found.unread.push(key_of(inside));
        if let Ok(data) = std::fs::metadata(path) {
            self.put(path, &data, Some(format!("a folder that cannot be read: {error}")));
        }
    }
}

fn root(data: &Metadata) -> Root {
    Root { identity: (device(data), inode(data)), modified_ns: stamp(data).modified_ns, is_bare: false }
}

/// What tells this version of a file.
pub fn stamp(data: &Metadata) -> FileStamp {
    let modified = data.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let modified_ns = modified.and_then(|at| i64::try_from(at.as_nanos()).ok()).unwrap_or(0);
    FileStamp { modified_ns, size: data.len(), inode: inode(data) }
}

#[cfg(unix)]
fn inode(data: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

#[cfg(unix)]
fn device(data: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(data)
}

#[cfg(not(unix))]
fn device(_: &Metadata) -> u64 {
    0
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
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
    let mut gone: HashMap<FileStamp, Vec<&String>> = HashMap::new();
    for (path, stamp) in known.iter().filter(|(path, stamp)| stamp.inode != 0 && !found.contains_key(*path)) {
        gone.entry(*stamp).or_default().push(path);
    }
    let mut moved = HashSet::new();
    for (path, stamp) in found.iter().filter(|(path, stamp)| known.get(*path) != Some(*stamp)) {
        let old = gone.get_mut(stamp).filter(|_| !known.contains_key(path)).and_then(|candidates| {
            let at = candidates.iter().position(|old| same_ending(old, path))?;
            Some(candidates.remove(at))
        });
        match old {
            Some(old) => {
                moved.insert(old);
                difference.renamed.push((old.clone(), path.clone()));
            }
            None => difference.changed.push(path.clone()),
        }
    }
    let gone = known.keys().filter(|path| !found.contains_key(*path) && !moved.contains(path));
    difference.gone = gone.cloned().collect();
    // Subscriptions first: what they ask for can be fetched while the rest is read.
    difference.changed.sort_by_key(|path| !LISTS.iter().any(|ending| path.ends_with(ending)));
    difference
}

/// Endings of files that ask for subscriptions.
const LISTS: [&str; 4] = [".opml", ".url", ".webloc", ".desktop"];

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
