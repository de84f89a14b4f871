//! What was judged and is not on disk yet. While some batches are written, the next one gathers.
//! Promises: bounded; what follows from a note is told only once it is on disk; notes are written in their order.

use std::collections::{HashSet, VecDeque};
use std::time::Instant;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::model::document::Origin;
use crate::model::notice::Change;
use crate::pipeline::ingest::Outcome;
use crate::source::remote::Command;
use crate::store::change::{Content, Note, Noted};
use crate::store::error::StoreError;
use crate::store::writer::Writer;

/// So much is written at once, if there is more to come: about what an entry or a poll weighs, counted. On a thousand
/// feeds of 35 entries (`tests/bench/cycle`) 100 costs an eighth more processor time, 1,000 nothing less, and 2,000 a
/// sixth more time, for the reading waits for the writing.
const FULL: usize = 500;

/// So much may be on its way to the disk before more is judged: the writer then has the next batch at hand while the
/// disk syncs the one before.
const MOST: usize = 3 * FULL;

/// As many bytes of text weigh as much as an entry.
const LONG_BYTES: usize = 16 * 1024;

/// A note, and what follows from it.
pub struct Judged {
    /// For the store.
    pub note: Note,
    /// What the owner is told with it.
    pub change: Option<Change>,
    /// Once it is on disk.
    pub outcome: Outcome,
    /// If it cannot be stored: the feed is asked again.
    pub again: Option<Command>,
    /// When the delivery that it is of came; `None`: it is of none.
    pub begun: Option<Instant>,
}

impl Judged {
    fn weight(&self) -> usize {
        match &self.note {
            Note::Reading(reading) => {
                let fresh = reading.fresh.iter().map(|fresh| weight(&fresh.content));
                let changed = reading.changed.iter().map(|changed| weight(&changed.content));
                1 + fresh.chain(changed).sum::<usize>()
            }
            _ => 1,
        }
    }
}

/// Ordinary entries weigh one; a long one weighs more, so that few long ones fill a batch.
fn weight(content: &Content) -> usize {
    let (entry, texts) = (&content.entry, &content.texts);
    let html = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    1 + (html(&entry.content) + html(&entry.summary) + texts.content.len() + texts.summary.len()) / LONG_BYTES
}

/// What is still to be written.
#[derive(Default)]
pub struct Batch {
    gathered: Vec<Judged>,
    /// Whose notes have gathered.
    held: HashSet<Origin>,
    weight: usize,
    /// In the order in which the writer has them.
    writing: VecDeque<Writing>,
}

/// What follows from a note.
struct Follow {
    outcome: Outcome,
    again: Option<Command>,
    begun: Option<Instant>,
}

struct Writing {
    weight: usize,
    /// Until the writer has it: the next one comes behind it.
    queued: Option<oneshot::Receiver<()>>,
    written: JoinHandle<Vec<Result<(), StoreError>>>,
    /// Whose notes they are.
    held: HashSet<Origin>,
    follow: Vec<Follow>,
}

impl Batch {
    /// Takes a note in.
    pub fn put(&mut self, judged: Judged) {
        self.weight += judged.weight();
        self.held.extend([Some(judged.note.origin()), judged.note.other()].into_iter().flatten().cloned());
        self.gathered.push(judged);
    }

    /// Nothing is left to write.
    pub fn is_empty(&self) -> bool {
        self.gathered.is_empty() && self.writing.is_empty()
    }

    /// Something is being written.
    pub fn is_writing(&self) -> bool {
        !self.writing.is_empty()
    }

    /// As much has gathered as is written at once.
    pub fn is_full(&self) -> bool {
        self.weight >= FULL
    }

    /// What was written first is to be waited for: it is on disk already, or there is too much behind it.
    pub fn is_over(&self) -> bool {
        let under_way = self.weight + self.writing.iter().map(|writing| writing.weight).sum::<usize>();
        self.writing.front().is_some_and(|first| under_way >= MOST || first.written.is_finished())
    }

    /// Something of this feed is still to be written.
    pub fn holds(&self, origin: &Origin) -> bool {
        self.held.contains(origin) || self.writing.iter().any(|writing| writing.held.contains(origin))
    }

    /// Begins to write what has gathered, behind what is being written.
    pub fn write(&mut self, writer: &Writer) {
        if self.gathered.is_empty() {
            return;
        }
        let (weight, held) = (std::mem::take(&mut self.weight), std::mem::take(&mut self.held));
        let (mut notes, mut follow) = (Vec::new(), Vec::new());
        for Judged { note, change, outcome, again, begun } in std::mem::take(&mut self.gathered) {
            follow.push(Follow { outcome, again, begun });
            notes.push(Noted { note, change });
        }
        let before = self.writing.back_mut().and_then(|before| before.queued.take());
        let (in_queue, queued) = oneshot::channel();
        let writer = writer.clone();
        let written = tokio::spawn(async move {
            if let Some(before) = before {
                // Its end says the same as its word.
                let _ = before.await;
            }
            let done = writer.commit(notes).await;
            drop(in_queue);
            done.await
        });
        self.writing.push_back(Writing { weight, queued: Some(queued), written, held, follow });
    }

    /// Waits until what was written first is on disk, and says what follows. Nothing is lost where the call is given up.
    pub async fn written(&mut self) -> Outcome {
        let Some(first) = self.writing.front_mut() else { return Outcome::default() };
        let results = (&mut first.written).await;
        let follow = self.writing.pop_front().map(|writing| writing.follow).unwrap_or_default();
        let results = match results {
            Err(fallen) if fallen.is_panic() => std::panic::resume_unwind(fallen.into_panic()),
            results => results.unwrap_or_else(|_| follow.iter().map(|_| Err(StoreError::Closed)).collect()),
        };
        let mut all = Outcome::default();
        for (Follow { outcome, again, begun }, result) in follow.into_iter().zip(results) {
            match result {
                Ok(()) => {
                    all.add(outcome);
                    all.took.extend(begun.map(|begun| begun.elapsed()));
                }
                Err(error) => all.add(Outcome {
                    orders: again.into_iter().collect(),
                    failure: Some(error.into()),
                    ..Outcome::default()
                }),
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::poll::PollState;

    fn judged(url: &str) -> Judged {
        let note = Note::Poll(Origin::Remote(url.to_owned()), PollState::default());
        Judged { note, change: None, outcome: Outcome::default(), again: None, begun: None }
    }

    #[test]
    fn a_batch_knows_whose_notes_it_holds_and_when_it_is_full() {
        let mut batch = Batch::default();
        assert!(batch.is_empty() && !batch.is_full());
        (0..FULL).for_each(|number| batch.put(judged(&format!("http://a.example/{number}"))));
        assert!(batch.is_full() && !batch.is_writing() && !batch.is_empty());
        assert!(batch.holds(&Origin::Remote("http://a.example/7".to_owned())));
        assert!(!batch.holds(&Origin::File("7".to_owned())));
    }

    #[tokio::test]
    async fn so_much_is_on_its_way_at_once_and_what_follows_is_told_in_order() {
        let (mut batch, writer) = (Batch::default(), Writer::closed());
        for number in 0..3 {
            assert!(!batch.is_over(), "{number} batches on their way");
            (0..FULL).for_each(|_| batch.put(judged(&format!("http://{number}.example/"))));
            batch.write(&writer);
        }
        assert!(batch.is_over(), "the next one waits for the first");
        for number in 0..3 {
            assert!(batch.holds(&Origin::Remote(format!("http://{number}.example/"))));
            assert!(batch.written().await.failure.is_some(), "nobody writes");
            assert!(!batch.holds(&Origin::Remote(format!("http://{number}.example/"))));
        }
        assert!(batch.is_empty() && !batch.is_over());
    }
}
