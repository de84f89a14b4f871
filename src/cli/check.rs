//! `riverd check`: the config was checked on the way here; this looks at the folder.

use std::path::Path;

use serde::Serialize;

use crate::cli::args::Form;
use crate::cli::out::{json, print};
use crate::config::load::Config;
use crate::model::document::{Document, Origin, Version};
use crate::model::time::Timestamp;
use crate::parse::opml::subscriptions;
use crate::parse::road::parse;
use crate::parse::sniff::{FileKind, kind_of_path};
use crate::source::folder_scan::{Files, scan};

/// What was found.
#[derive(Debug, Serialize)]
struct Checked {
    config: Option<String>,
    files: usize,
    faults: Vec<Fault>,
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
    let files = scan(folder, config.folder.max_files).map_err(|error| {
        anyhow::anyhow!("the folder {} (folder.path) cannot be read: {error}", folder.display())
    })?;
    let faults = faults(config, folder, &files);
    let file = config.file.as_ref().map(|file| file.display().to_string());
    let checked = Checked { config: file, files: files.len(), faults };
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
    Ok(fine)
}

fn faults(config: &Config, folder: &Path, files: &Files) -> Vec<Fault> {
    let wanted = files.keys().filter(|path| kind_of_path(path) != FileKind::Ignored);
    wanted.filter_map(|path| fault(config, folder, path)).collect()
}

fn fault(config: &Config, folder: &Path, path: &str) -> Option<Fault> {
    let full = folder.join(path);
    let fault = |found: String, expected| {
        Some(Fault { file: full.display().to_string(), line: None, found, expected })
    };
    let kind = kind_of_path(path);
    if let FileKind::SetAside(reason) = kind {
        return fault(reason, "a .txt, .md, .html, .xml, .rss, .atom, .json or .opml file");
    }
    let bytes = match std::fs::read(&full) {
        Ok(bytes) => bytes,
        Err(error) => return fault(error.to_string(), "a file that can be read"),
    };
    if kind == FileKind::Opml {
        let error = subscriptions(&bytes, &config.parse).err()?;
        return fault(error.to_string(), "an OPML file of subscriptions");
    }
    let document = Document {
        origin: Origin::File(path.to_owned()),
        bytes: bytes.into(),
        content_type: None,
        url: None,
        modified: Some(Timestamp(0)),
        version: Version::File(Default::default()),
    };
    let error = parse(&document, &config.parse).err()?;
    fault(error.to_string(), "a feed or an article")
}
