//! What happens to files of the folder besides being read: set aside, renamed, removed.

use crate::model::ids::EntryId;
use crate::model::time::Timestamp;
use crate::parse::identity::file_id;
use crate::pipeline::error::PipelineError;
use crate::pipeline::ingest::{Ingest, Outcome};

impl Ingest {
    pub(crate) async fn set_aside(
        &mut self,
        path: String,
        reason: String,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        tracing::warn!(path, reason, "set aside");
        let changed = self.writer.set_aside(path, reason, now).await?;
        Ok(Outcome { changed, ..Outcome::default() })
    }

    pub(crate) async fn gone(&mut self, path: String, now: Timestamp) -> Result<Outcome, PipelineError> {
        let withdrawn: Vec<EntryId> = self.writer.remove_file(path.clone(), now).await?;
        withdrawn.iter().for_each(|entry| self.engine.retract(*entry));
        tracing::info!(path, withdrawn = withdrawn.len(), "removed");
        // Without entries, too: with a list go labels.
        Ok(Outcome { changed: true, orders: self.follow_what_is_asked().await?, ..Outcome::default() })
    }

    pub(crate) async fn renamed(&mut self, from: String, to: String) -> Result<Outcome, PipelineError> {
        tracing::info!(from, to, "renamed");
        let ids = (file_id(&from), file_id(&to));
        self.writer.rename_file(from, to, ids).await?;
        // It may lie in another folder now, and so under another label.
        Ok(Outcome { changed: true, ..Outcome::default() })
    }
}
