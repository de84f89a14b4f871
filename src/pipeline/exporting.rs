//! The static export: the current editions and the pages of all archives as files in `publish.directory`.
//! Promises: the same bytes as are served. What has not changed since it was written is not written, nor made, again.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::PoisonError;

use crate::model::river::archive_path;
use crate::pipeline::error::PipelineError;
use crate::pipeline::republish::{Press, page};
use crate::publish::atom;
use crate::publish::edition::hash;
use crate::publish::html::STYLE_PATH;
use crate::publish::write::Export;

/// Pages for people, and how they look, are no files for other servers.
fn is_file(path: &str) -> bool {
    path.contains('.') && path != STYLE_PATH
}

impl Press {
    /// Writes what has changed of the editions made last, and removes what riverd wrote and is no more. Private
    /// rivers stay out; nothing is written where the owner wants no export. Blocks.
    ///
    /// # Errors
    /// If something cannot be read or written: the next time all of it is tried again.
    pub fn write_out(&self) -> Result<(), PipelineError> {
        if self.options.directory.is_empty() {
            return Ok(());
        }
        let editions = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if editions.is_empty() {
            // Not made: what was written stays.
            return Ok(());
        }
        let mut slot = self.export.lock().unwrap_or_else(PoisonError::into_inner);
        let mut export = match slot.take() {
            Some(export) => export,
            None => Export::open(Path::new(&self.options.directory))?,
        };
        // Pages first: what an edition links is there when it comes.
        let mut paths = self.write_archives(&mut export)?;
        // The other server has pages of its own.
        let is_exported = |path: &str| is_file(path) && !self.is_private(path);
        for (path, edition) in editions.iter().filter(|(path, _)| is_exported(path)) {
            let key = format!("{}-{}", edition.hash, edition.modified.0);
            if !export.has(path, &key) {
                export.put(path, &key, edition)?;
            }
            paths.insert(path.clone());
        }
        export.finish(&paths)?;
        *slot = Some(export);
        Ok(())
    }

    /// What only some may read is no file that another server hands to all.
    pub(crate) fn is_private(&self, path: &str) -> bool {
        let name = path.trim_start_matches('/').split('.').next();
        self.rivers.0.iter().any(|options| options.private && Some(options.name.as_str()) == name)
    }

    fn write_archives(&self, export: &mut Export) -> Result<BTreeSet<String>, PipelineError> {
        let mut paths = BTreeSet::new();
        for options in self.rivers.0.iter().filter(|options| !options.private) {
            let river = self.river(options);
            for sealed in self.reader.page_heads(&options.name)? {
                let path = archive_path(&options.name, sealed.number);
                // The entries of a page never change: its frame tells one version from another.
                let key = hash(atom::archive_frame(&river, &page(&sealed)).as_bytes());
                if !export.has(&path, &key)
                    && let Some(edition) = self.archive(&path)?
                {
                    export.put(&path, &key, &edition)?;
                }
                paths.insert(path);
            }
        }
        Ok(paths)
    }
}
