//! What the road does when the store fails. A disk that is full or fails is waited for: what was to be stored is held and
//! tried again, the sources wait behind it, and the last editions are served. Of a damaged store what can be read is
//! served, and nothing more is taken in that meets the damage. A fault of riverd's own that comes again and again ends it.
//! Promises: one line in the log when it begins and one when it is over, not one for each try; `/healthz` says what it is.

use std::time::Duration;

use tokio::time::Instant;

use crate::pipeline::error::PipelineError;
use crate::serve::shelf::Shelf;
use crate::store::error::Trouble;

/// So many faults within [`FAULT_SPAN`] end the process; systemd starts it anew.
const FAULTS: usize = 5;
/// See [`FAULTS`].
const FAULT_SPAN: Duration = Duration::from_secs(60);
/// The first wait for a disk; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What to do with what could not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Try it again, so much later.
    Again(Duration),
    /// Leave it, and go on with the next.
    Leave,
    /// End the process.
    End,
}

/// How often the store failed lately, and by what.
#[derive(Debug, Default)]
pub struct Endurance {
    tries: u32,
    faults: Vec<Instant>,
    damaged: Option<String>,
    /// What the log said last of it.
    told: Option<String>,
}

impl Endurance {
    /// The store failed.
    pub fn fail(&mut self, error: &PipelineError, shelf: &Shelf) -> After {
        let (text, trouble) = (told(error), error.trouble());
        if self.told.as_ref() != Some(&text) {
            tracing::error!(error = text, "a document could not be stored");
            self.told = Some(text.clone());
        }
        shelf.set_illness(Some(text.clone()));
        match trouble {
            Trouble::Passing => {
                let wait = FIRST_WAIT.saturating_mul(1 << self.tries.min(10)).min(LONGEST_WAIT);
                self.tries += 1;
                After::Again(wait)
            }
            Trouble::Damaged => {
                self.damaged = Some(text);
                After::Leave
            }
            Trouble::Fault => {
                self.faults.retain(|at| at.elapsed() < FAULT_SPAN);
                self.faults.push(Instant::now());
                if self.faults.len() >= FAULTS { After::End } else { After::Leave }
            }
        }
    }

    /// The store works. Damage does not heal: it is told until riverd is started anew.
    pub fn succeed(&mut self, shelf: &Shelf) {
        if std::mem::take(&mut self.tries) > 0 {
            tracing::info!("the store can be written again; nothing was lost");
            self.told = None;
        }
        shelf.set_illness(self.damaged.clone());
    }
}

/// What went wrong, and what to do about it.
pub fn told(error: &PipelineError) -> String {
    // The chain, as anyhow writes it.
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    match error.advice() {
        Some(advice) => format!("{advice} ({text})"),
        None => format!("the store fails: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::error::StoreError;

    fn failed(code: i32) -> PipelineError {
        PipelineError::Store(StoreError::of_code(code))
    }

    #[test]
    fn a_full_disk_is_waited_for_longer_and_longer_and_forgotten_when_there_is_room() {
        let (mut endurance, shelf) = (Endurance::default(), Shelf::default());
        let mut waits = Vec::new();
        for _ in 0..40 {
            let After::Again(wait) = endurance.fail(&failed(13), &shelf) else { panic!("it gives up") };
            waits.push(wait);
        }
        assert_eq!((waits[0], waits[1], waits[39]), (FIRST_WAIT, FIRST_WAIT * 2, LONGEST_WAIT));
        assert!(shelf.illness().is_some_and(|illness| illness.contains("is full")), "{:?}", shelf.illness());
        endurance.succeed(&shelf);
        assert_eq!((shelf.illness(), endurance.fail(&failed(10), &shelf)), (None, After::Again(FIRST_WAIT)));
    }

    #[test]
    fn damage_is_left_alone_and_told_for_ever() {
        let (mut endurance, shelf) = (Endurance::default(), Shelf::default());
        assert_eq!(endurance.fail(&failed(11), &shelf), After::Leave);
        endurance.succeed(&shelf);
        let illness = shelf.illness().unwrap_or_default();
        assert!(illness.contains("damaged") && illness.contains("riverd check --store"), "{illness}");
    }

    #[test]
    fn a_fault_that_comes_again_and_again_ends_the_process() {
        let (mut endurance, shelf) = (Endurance::default(), Shelf::default());
        let closed = || PipelineError::Store(StoreError::Closed);
        let told: Vec<_> = (0..FAULTS).map(|_| endurance.fail(&closed(), &shelf)).collect();
        assert_eq!(told.iter().filter(|after| **after == After::Leave).count(), FAULTS - 1);
        assert_eq!(told.last(), Some(&After::End));
    }
}
