//! What the daemon does when the store fails. A disk that is full or fails is waited for by the writer: what comes in
//! waits behind it, and the last editions are served. Of a damaged store what can be read is served, and what meets the
//! damage is not taken in. A fault of riverd's own that comes again and again ends it.
//! Promises: a line in the log when it begins and one when it is over, not one for each try; `/healthz` says what it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::pipeline::error::PipelineError;
use crate::serve::shelf::Shelf;
use crate::store::endurance::Tell;
use crate::store::error::{StoreError, Trouble};

/// So many faults within [`FAULT_SPAN`] end the process; systemd starts it anew.
const FAULTS: usize = 5;
/// See [`FAULTS`].
const FAULT_SPAN: Duration = Duration::from_secs(60);

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Go on with the next.
    GoOn,
    /// End the process.
    End,
}

/// How the store failed lately. Cheap to clone.
#[derive(Clone)]
pub struct Illness {
    shelf: Shelf,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    faults: Vec<Instant>,
    damaged: Option<String>,
    waits: bool,
    /// What the log said last of it.
    logged: Option<String>,
}

impl Illness {
    /// Of a store that is well; the shelf tells of it.
    pub fn new(shelf: Shelf) -> Self {
        Self { shelf, state: Arc::default() }
    }

    /// For the writer that is to wait.
    pub fn tell(&self) -> Tell {
        let own = self.clone();
        Box::new(move |error| match error {
            Some(error) => own.wait(error),
            None => own.go_on(),
        })
    }

    fn wait(&self, error: &StoreError) {
        let text = told(error);
        tracing::error!(error = text, "the store cannot be written; what comes in waits");
        self.shelf.set_illness(Some(text));
        self.state().waits = true;
    }

    fn go_on(&self) {
        tracing::info!("the store can be written again; nothing was lost");
        self.state().waits = false;
        self.succeed();
    }

    /// The store works. Damage does not heal: it is told until riverd is started anew.
    pub fn succeed(&self) {
        let (waits, damaged) = {
            let state = self.state();
            (state.waits, state.damaged.clone())
        };
        if !waits {
            self.shelf.set_illness(damaged);
        }
    }

    /// Something could not be read or written.
    pub fn fail(&self, error: &PipelineError) -> After {
        let (text, trouble) = match error {
            PipelineError::Store(error) => (told(error), error.trouble()),
            error => (format!("the store fails: {error}"), Trouble::Fault),
        };
        let mut state = self.state();
        if state.logged.as_ref() != Some(&text) {
            tracing::error!(error = text, "a document could not be stored");
            state.logged = Some(text.clone());
        }
        self.shelf.set_illness(Some(text.clone()));
        match trouble {
            Trouble::Passing => return After::GoOn,
            Trouble::Damaged => state.damaged = Some(text),
            Trouble::Fault => {
                state.faults.retain(|at| at.elapsed() < FAULT_SPAN);
                state.faults.push(Instant::now());
            }
        }
        if state.faults.len() >= FAULTS { After::End } else { After::GoOn }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What went wrong, and what to do about it.
fn told(error: &StoreError) -> String {
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

    fn failed(code: i32) -> PipelineError {
        PipelineError::Store(StoreError::of_code(code))
    }

    fn illness() -> (Illness, Shelf) {
        let shelf = Shelf::default();
        (Illness::new(shelf.clone()), shelf)
    }

    #[test]
    fn a_full_disk_is_told_until_there_is_room() {
        let (illness, shelf) = illness();
        let tell = illness.tell();
        tell(Some(&StoreError::of_code(13)));
        illness.succeed();
        assert!(shelf.illness().is_some_and(|illness| illness.contains("is full")), "{:?}", shelf.illness());
        tell(None);
        assert_eq!(shelf.illness(), None);
    }

    #[test]
    fn damage_is_told_for_ever_and_ends_nothing() {
        let (illness, shelf) = illness();
        for _ in 0..20 {
            assert_eq!(illness.fail(&failed(11)), After::GoOn);
        }
        illness.succeed();
        let told = shelf.illness().unwrap_or_default();
        assert!(told.contains("damaged") && told.contains("riverd check --store"), "{told}");
    }

    #[test]
    fn a_fault_that_comes_again_and_again_ends_the_process() {
        let (illness, _) = illness();
        let closed = || PipelineError::Store(StoreError::Closed);
        let told: Vec<_> = (0..FAULTS).map(|_| illness.fail(&closed())).collect();
        assert_eq!(told.iter().filter(|after| **after == After::GoOn).count(), FAULTS - 1);
        assert_eq!(told.last(), Some(&After::End));
    }
}
