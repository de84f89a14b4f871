//! What happens to files of the folder besides being read: set aside, renamed, removed. Each is a note among others: a
//! folder of ten thousand files that is renamed or removed takes a few transactions.

use crate::model::document::Origin;
use crate::model::time::Timestamp;
use crate::parse::identity::file_id;
use crate::parse::sniff::kind_of_path;
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::store::change::{Moved, Note};

impl Ingest {
    pub(crate) fn set_aside(&mut self, path: String, reason: String, now: Timestamp) {
        tracing::warn!(path, reason, "set aside");
        self.keep(Note::SetAside(Origin::File(path), reason, now), changed(), None, now);
    }

    /// Nothing of the file is still to be written.
    pub(crate) async fn gone(&mut self, path: String, now: Timestamp) -> Result<Outcome, PipelineError> {
        let (reader, origin) = (self.reader.clone(), Origin::File(path.clone()));
        let asked = origin.clone();
        let withdrawn = blocking(move || reader.live_entries(&asked)).await?;
        withdrawn.iter().for_each(|entry| self.engine.retract(*entry));
        tracing::info!(path, withdrawn = withdrawn.len(), "removed");
        // Without entries, too: with a list go labels.
        self.keep(Note::Gone(origin, now), changed(), None, now);
        if !kind_of_path(&path).is_list() {
            return Ok(Outcome::default());
        }
        let mut outcome = self.settle().await;
        outcome.orders.extend(self.follow_what_is_asked().await?);
        Ok(outcome)
    }

    pub(crate) fn renamed(&mut self, from: String, to: String, now: Timestamp) {
        tracing::info!(from, to, "renamed");
        let ids = [file_id(&from), file_id(&to)];
        let moved = Moved { from: Origin::File(from), to: Origin::File(to), ids, at: now };
        // It may lie in another folder now, and so under another label.
        self.keep(Note::Moved(Box::new(moved)), changed(), None, now);
    }
}

fn changed() -> Outcome {
    Outcome { changed: true, ..Outcome::default() }
}
