//! The static export: editions as files, for a web server or a CDN, each with its `.gz`, `.br` and `.zst` beside it.
//! Promises: each file is there whole or as it was before, at any moment (temporary file, fsync, rename, fsync of the
//! folder); what riverd did not write is never removed. What it wrote stands in [`LIST`]: before a file is written it is
//! listed, so that one that is left behind by a kill is known too.
//! Deliberately not here: what is written; and going on after a failure, which is the caller's affair.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::model::time::Timestamp;
use crate::publish::edition::{Edition, Encoding};

/// The file in the folder that lists what riverd wrote there: a key, a tab and a path on each line.
pub const LIST: &str = ".riverd-files";
/// What the name of a file that is being written ends in.
const UNDER_WAY: &str = ".riverd-new";

/// A file of the export that cannot be read, written or removed.
#[derive(Debug, thiserror::Error)]
#[error("{path} of publish.directory cannot be {what}; check that the folder can be written and has room")]
pub struct ExportError {
    /// The file.
    pub path: PathBuf,
    /// What was tried.
    pub what: &'static str,
    /// Why it failed.
    #[source]
    pub cause: io::Error,
}

/// A folder that editions are written to.
#[derive(Debug)]
pub struct Export {
    folder: PathBuf,
    /// What was written, with the key that tells it from other versions.
    written: BTreeMap<String, String>,
}

impl Export {
    /// The export in `folder`, which is made if there is none.
    ///
    /// # Errors
    /// If it cannot be made, or its list cannot be read.
    pub fn open(folder: &Path) -> Result<Self, ExportError> {
        fs::create_dir_all(folder).map_err(failed(folder, "made"))?;
        let list = folder.join(LIST);
        let text = match fs::read(&list) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
            Err(cause) => return Err(failed(&list, "read")(cause)),
        };
        // A line that a kill cut short has no end, and names nothing that was written.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let lines = whole.lines().filter_map(|line| line.split_once('\t'));
        let lines = lines.filter(|(_, path)| is_inside(path));
        let written = lines.map(|(key, path)| (path.to_owned(), key.to_owned())).collect();
        Ok(Self { folder: folder.to_owned(), written })
    }

    /// Whether what lies at `path`, as `/river.atom`, is what `key` names.
    pub fn has(&self, path: &str, key: &str) -> bool {
        let written = self.written.get(path).is_some_and(|written| written == key);
        written && Encoding::ALL.iter().all(|encoding| self.place(path, *encoding).is_file())
    }

    /// Writes an edition to `path`, in all encodings. The plain file comes last: what is beside it is never older.
    ///
    /// # Errors
    /// If a file cannot be written; each that was is whole.
    pub fn put(&mut self, path: &str, key: &str, edition: &Edition) -> Result<(), ExportError> {
        let place = self.place(path, Encoding::Identity);
        let folder = place.parent().unwrap_or(&self.folder).to_owned();
        fs::create_dir_all(&folder).map_err(failed(&folder, "made"))?;
        // Without a key: it is listed, but counts as written only when all of it is.
        self.note(path, "-")?;
        for (encoding, body) in edition.bodies().collect::<Vec<_>>().into_iter().rev() {
            whole(&self.place(path, encoding), &body.bytes, Some(edition.modified))?;
        }
        sync(&folder)?;
        self.note(path, key)
    }

    /// Removes what was written once and is not among `paths`, and writes the list anew.
    ///
    /// # Errors
    /// If a file cannot be removed or the list cannot be written.
    pub fn finish(&mut self, paths: &BTreeSet<String>) -> Result<(), ExportError> {
        let stale: Vec<String> = self.written.keys().filter(|path| !paths.contains(*path)).cloned().collect();
        for path in stale {
            for encoding in Encoding::ALL {
                let place = self.place(&path, encoding);
                gone(fs::remove_file(&place)).map_err(failed(&place, "removed"))?;
                let begun = under_way(&place);
                gone(fs::remove_file(&begun)).map_err(failed(&begun, "removed"))?;
            }
            self.written.remove(&path);
        }
        let lines: String = self.written.iter().map(|(path, key)| format!("{key}\t{path}\n")).collect();
        let list = self.folder.join(LIST);
        if fs::read(&list).is_ok_and(|found| found == lines.as_bytes()) {
            return Ok(());
        }
        whole(&list, lines.as_bytes(), None)?;
        sync(&self.folder)
    }

    fn place(&self, path: &str, encoding: Encoding) -> PathBuf {
        self.folder.join(format!("{}{}", path.trim_start_matches('/'), encoding.suffix()))
    }

    fn note(&mut self, path: &str, key: &str) -> Result<(), ExportError> {
        let list = self.folder.join(LIST);
        let open = File::options().append(true).create(true).open(&list);
        let noted = open.and_then(|mut file| {
            // On a line of its own, whatever a kill left of the one before.
            let start = if ends_a_line(&list)? { "" } else { "\n" };
            file.write_all(format!("{start}{key}\t{path}\n").as_bytes())?;
            file.sync_data()
        });
        noted.map_err(failed(&list, "written"))?;
        self.written.insert(path.to_owned(), key.to_owned());
        Ok(())
    }
}

fn ends_a_line(list: &Path) -> io::Result<bool> {
    let bytes = fs::read(list)?;
    Ok(bytes.last().is_none_or(|byte| *byte == b'\n'))
}

/// A path that leads nowhere but into the folder.
fn is_inside(path: &str) -> bool {
    path.starts_with('/') && !path.split('/').any(|part| part == ".." || part.contains('\\'))
}

fn failed(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> ExportError {
    let path = path.to_owned();
    move |cause| ExportError { path, what, cause }
}

/// What is not there need not be removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|cause| if cause.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(cause) })
}

fn under_way(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(UNDER_WAY);
    PathBuf::from(name)
}

/// Writes a file so that it is there whole, or not at all. Its date is that of the edition, for servers that make
/// `Last-Modified` of it.
fn whole(place: &Path, bytes: &[u8], modified: Option<Timestamp>) -> Result<(), ExportError> {
    let begun = under_way(place);
    let written = File::create(&begun).and_then(|mut file| {
        file.write_all(bytes)?;
        modified.map_or(Ok(()), |at| file.set_modified(system_time(at)))?;
        file.sync_all()?;
        fs::rename(&begun, place)
    });
    written.map_err(|cause| {
        drop(fs::remove_file(&begun));
        failed(place, "written")(cause)
    })
}

fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(at.0.max(0).unsigned_abs())
}

/// What was renamed in a folder is on disk when the folder is.
fn sync(folder: &Path) -> Result<(), ExportError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder, "synced"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(text: &str) -> Edition {
        Edition::new(text.as_bytes().to_vec(), "text/plain", Timestamp(1_000_000))
    }

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<String> =
            files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_of_vanished_rivers_go_and_what_others_put_there_stays() {
        let home = tempfile::tempdir().expect("a folder");
        let mut export = Export::open(home.path()).expect("open");
        fs::write(home.path().join("index.html"), "mine").expect("a file");
        export.put("/a.atom", "1", &edition("a")).expect("put");
        export.put("/archive/a/1.atom", "1", &edition("old")).expect("put");
        let mut export = Export::open(home.path()).expect("again");
        assert!(export.has("/a.atom", "1") && !export.has("/a.atom", "2") && !export.has("/b.atom", "1"));
        export.put("/b.atom", "1", &edition("b")).expect("put");
        export.finish(&BTreeSet::from(["/b.atom".to_owned()])).expect("finish");
        let expected = [LIST, "archive", "b.atom", "b.atom.br", "b.atom.gz", "b.atom.zst", "index.html"];
        assert_eq!(names(home.path()), expected);
        let modified =
            fs::metadata(home.path().join("b.atom.gz")).and_then(|data| data.modified()).expect("a date");
        assert_eq!(modified, system_time(Timestamp(1_000_000)));
    }

    #[test]
    fn a_list_that_a_kill_cut_short_is_read_to_its_last_whole_line_and_leads_nowhere_else() {
        let home = tempfile::tempdir().expect("a folder");
        let mut export = Export::open(home.path()).expect("open");
        export.put("/a.atom", "1", &edition("a")).expect("put");
        let list = home.path().join(LIST);
        let cut = fs::read_to_string(&list).expect("the list") + "9\t/../outside\nabc";
        fs::write(&list, cut).expect("cut");
        let mut export = Export::open(home.path()).expect("again");
        assert!(export.has("/a.atom", "1"));
        export.put("/b.atom", "2", &edition("b")).expect("put");
        let export = Export::open(home.path()).expect("again");
        assert!(export.has("/a.atom", "1") && export.has("/b.atom", "2"));
        assert!(!export.written.contains_key("/../outside"));
    }

    #[test]
    fn what_cannot_be_written_is_told_with_its_path_and_leaves_what_was_there() {
        let home = tempfile::tempdir().expect("a folder");
        let mut export = Export::open(home.path()).expect("open");
        export.put("/a.atom", "1", &edition("a")).expect("put");
        // A folder stands where the file's next version is to be begun.
        fs::create_dir(home.path().join(format!("a.atom{UNDER_WAY}"))).expect("a folder");
        let error = export.put("/a.atom", "2", &edition("other")).expect_err("not written");
        assert!(
            error.to_string().contains("a.atom") && error.to_string().contains("publish.directory"),
            "{error}"
        );
        assert_eq!(fs::read(home.path().join("a.atom")).expect("there"), b"a");
        assert!(!export.has("/a.atom", "2") && !export.has("/a.atom", "1"));
    }
}
