//! `riverd check`: the config was checked on the way here; this looks at the folder, at the secrets of private rivers,
//! and tells the river of each label.

use std::path::Path;

use serde::Serialize;

use crate::cli::args::Form;
use crate::cli::out::{json, print};
use crate::config::load::Config;
use crate::config::options::river::EVERYTHING;
use crate::daemon::secrets::faults as secret_faults;
use crate::model::document::{Document, Origin, Version};
use crate::model::ids::FeedId;
use crate::model::time::Timestamp;
use crate::model::websub::Named;
use crate::parse::lists::listed;
use crate::parse::road::parse;
use crate::parse::sniff::{FileKind, kind_of_path};
use crate::pipeline::labels::{LabelRiver, Labels};
use crate::source::folder::too_large;
use crate::source::folder_names::path_of;
use crate::source::folder_scan::{Files, Found, scan};
use crate::store::selection::within;

/// What was found.
#[derive(Debug, Serialize)]
struct Checked {
    config: Option<String>,
    files: usize,
    faults: Vec<Fault>,
    labels: Vec<Label>,
    notes: Vec<String>,
}

/// A label's own river.
#[derive(Debug, Serialize)]
struct Label {
    label: String,
    river: String,
    /// The name that another river has.
    taken: Option<String>,
}

/// One file that does not go in.
#[derive(Debug, Serialize)]
struct Fault {
    file: String,
    line: Option<usize>,
    found: String,
    expected: &'static str,
}

/// Checks every file of the folder. True: no fault.
///
/// # Errors
/// If the folder cannot be read.
pub fn check(config: &Config, form: Form) -> anyhow::Result<bool> {
    let folder = Path::new(&config.folder.path);
    let found = scan(&config.folder).map_err(|error| {
        anyhow::anyhow!("the folder {} (folder.path) cannot be read: {error}", folder.display())
    })?;
    let mut labels = folder_labels(&found.files);
    let mut faults = faults(config, folder, &found, &mut labels);
    faults.extend(secrets(config));
    let file = config.file.as_ref().map(|file| file.display().to_string());
    let (labels, notes) = (labels_told(config, &labels), notes(config));
    let checked = Checked { config: file, files: found.files.len(), faults, labels, notes };
    let fine = checked.faults.is_empty();
    if form.json {
        json(&checked)?;
        return Ok(fine);
    }
    let config = checked.config.as_deref().unwrap_or("no config file, all defaults");
    print(&format!(
        "{config}: right\n{}: {} files, {} faults\n",
        folder.display(),
        checked.files,
        checked.faults.len()
    ))?;
    for fault in &checked.faults {
        print(&format!("  {}: found {}, expected {}\n", fault.file, fault.found, fault.expected))?;
    }
    checked.labels.iter().try_for_each(|label| print(&line(label)))?;
    checked.notes.iter().try_for_each(|note| print(&format!("note: {note}\n")))?;
    Ok(fine)
}

fn line(Label { label, river, taken }: &Label) -> String {
    let why = taken.as_ref().map_or_else(String::new, |name| format!("; /{name}.atom is another's"));
    format!("label {label}: /{river}.atom{why}\n")
}

/// The labels that the folders of dropped files are; lists give their own.
fn folder_labels(files: &Files) -> Vec<String> {
    let taken = |path: &&String| {
        let kind = kind_of_path(path);
        kind.is_article() || kind == FileKind::Feed
    };
    let folders = files.keys().filter(taken).filter_map(|path| path.rsplit_once('/'));
    folders.map(|(folder, _)| folder.to_owned()).collect()
}

fn labels_told(config: &Config, found: &[String]) -> Vec<Label> {
    let asked = config.feeds.iter().flat_map(|feed| &feed.labels);
    let labels = Labels::of(found.iter().chain(asked).map(|label| (FeedId(0), label.as_str())));
    let rivers = labels.rivers(&config.rivers, config.publish.label_rivers).into_iter();
    rivers.map(|LabelRiver { label, name, taken }| Label { label, river: name, taken }).collect()
}

/// What is no fault, but may be none of the owner's intentions.
fn notes(config: &Config) -> Vec<String> {
    let private: Vec<&str> =
        config.rivers.0.iter().filter(|river| river.private).map(|river| river.name.as_str()).collect();
    let open = config.rivers.0.iter().any(|river| river.name == EVERYTHING && !river.private);
    let note = || {
        format!(
            "private: {}; /{EVERYTHING}.atom is not, and tells what they tell; give it private = true, or what it shall \
             tell",
            private.join(", ")
        )
    };
    (open && !private.is_empty()).then(note).into_iter().collect()
}

fn secrets(config: &Config) -> impl Iterator<Item = Fault> {
    let fault = |(file, found)| Fault { file, line: None, found, expected: "a secret, for private = true" };
    secret_faults(config).into_iter().map(fault)
}

fn faults(config: &Config, folder: &Path, found: &Found, labels: &mut Vec<String>) -> Vec<Fault> {
    let wanted = found.files.keys().filter(|path| kind_of_path(path) != FileKind::Ignored);
    let fault = |path: &String| match found.aside.get(path) {
        Some(reason) => Some(Fault {
            file: folder.join(path_of(path)).display().to_string(),
            line: None,
            found: reason.clone(),
            expected: "a file or a folder that can be read",
        }),
        None => fault(config, folder, path, labels),
    };
    wanted.filter_map(fault).collect()
}

/// What is wrong with a file. The labels that it gives, if it is a list, go to `labels`.
fn fault(config: &Config, folder: &Path, path: &str, labels: &mut Vec<String>) -> Option<Fault> {
    let full = folder.join(path_of(path));
    let fault = |found: String, expected| {
        Some(Fault { file: full.display().to_string(), line: None, found, expected })
    };
    let kind = kind_of_path(path);
    if let FileKind::SetAside(reason) = kind {
        return fault(
            reason,
            "a .txt, .md, .html, .eml, .xml, .rss, .atom, .json, .opml, .url, .webloc or .desktop file",
        );
    }
    let size = std::fs::metadata(&full).map_or(0, |data| data.len());
    if let Some(reason) = too_large(size, config.folder.max_size.0) {
        return fault(reason, "a smaller file");
    }
    let bytes = match std::fs::read(&full) {
        Ok(bytes) => bytes,
        Err(error) => return fault(error.to_string(), "a file that can be read"),
    };
    if kind.is_list() {
        return match listed(path, &bytes, &config.parse) {
            Ok((found, _)) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                labels.extend(found.into_iter().flat_map(|found| within(folder, found.labels)));
                None
            }
            Err(error) => fault(error.to_string(), "subscriptions: an OPML file, or a link to a feed"),
        };
    }
    let document = Document {
        origin: Origin::File(path.to_owned()),
        bytes: bytes.into(),
        content_type: None,
        url: None,
        modified: Some(Timestamp(0)),
        version: Version::File(Default::default()),
        named: Named::default(),
    };
    let error = parse(&document, &config.parse).err()?;
    fault(error.to_string(), "a feed or an article")
}
