//! What the daemon does when the store fails. A disk that is full or fails is waited for by the writer: what comes in
//! waits behind it, and the last editions are served. Of a damaged store what can be read is served, and what meets the
//! damage is not taken in; all of it is read to find out whether it was the disk. A fault of riverd's own that comes again and again ends it.
//! Promises: a line in the log when it begins and one when it is over, not one for each try; `/readyz` says what it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::daemon::health::Health;
use crate::pipeline::error::PipelineError;
use crate::store::endurance::{News, Tell, wait_after};
use crate::store::error::{StoreError, Trouble};
use crate::store::reader::Reader;

/// So many faults within [`FAULT_SPAN`] end the process; systemd starts it anew.
const FAULTS: usize = 5;
/// See [`FAULTS`].
const FAULT_SPAN: Duration = Duration::from_secs(60);
/// A store that seems damaged is read through no more often than that.
const LOOK_PAUSE: Duration = Duration::from_secs(600);

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Go on with the next.
    GoOn,
    /// The same, and have [`Illness::look_closer`] look at all of the store.
    LookCloser,
    /// End the process.
    End,
}

/// How the store failed lately. Cheap to clone.
#[derive(Clone)]
pub struct Illness {
    tell: Arc<dyn Fn(Option<String>) + Send + Sync>,
    beat: Arc<dyn Fn() + Send + Sync>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    faults: Vec<Instant>,
    damaged: Option<String>,
    waits: bool,
    /// Somebody looks whether it is damaged, or has found out that it is.
    looking: bool,
    /// When somebody looked last.
    looked: Option<Instant>,
    /// What the log said last of it.
    logged: Option<String>,
}

impl Illness {
    /// Of a store that is well; this health tells of it.
    pub fn of(health: &Health) -> Self {
        let (told, beaten) = (health.clone(), health.clone());
        let beat = move || [beaten.store(), beaten.road()].iter().for_each(|pulse| pulse.beat());
        Self::new(move |illness| told.set_illness(illness), beat)
    }

    fn new(
        tell: impl Fn(Option<String>) + Send + Sync + 'static,
        beat: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self { tell: Arc::new(tell), beat: Arc::new(beat), state: Arc::default() }
    }

    /// For the writer that is to wait.
    pub fn tell(&self) -> Tell {
        let own = self.clone();
        Box::new(move |news| match news {
            News::Begun(error) => own.wait(error),
            // The watchdog is not to end what only waits.
            News::Waiting => (own.beat)(),
            News::Over => own.go_on(),
        })
    }

    fn wait(&self, error: &StoreError) {
        let text = told(error);
        tracing::error!(error = text, "the store cannot be written; what comes in waits");
        (self.tell)(Some(text));
        self.state().waits = true;
    }

    fn go_on(&self) {
        tracing::info!("the store can be written again; nothing was lost");
        self.state().waits = false;
        self.succeed();
    }

    /// The store works. Damage does not heal: it is told until it proves to have been the disk, or riverd is started anew.
    pub fn succeed(&self) {
        let (waits, damaged) = {
            let state = self.state();
            (state.waits, state.damaged.clone())
        };
        if !waits {
            (self.tell)(damaged);
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
        (self.tell)(Some(text.clone()));
        match trouble {
            Trouble::Passing => return After::GoOn,
            Trouble::Damaged => {
                state.damaged = Some(text);
                let of_sqlite = matches!(error, PipelineError::Store(StoreError::Sqlite(_)));
                if of_sqlite && !std::mem::replace(&mut state.looking, true) {
                    return After::LookCloser;
                }
            }
            Trouble::Fault => {
                state.faults.retain(|at| at.elapsed() < FAULT_SPAN);
                state.faults.push(Instant::now());
            }
        }
        if state.faults.len() >= FAULTS { After::End } else { After::GoOn }
    }

    /// Finds out whether a store that seems damaged is, however long the disk that holds it fails. SQLite tells the one
    /// from the other by nothing.
    pub async fn look_closer(self, reader: Reader) {
        let rest = self.state().looked.map_or(Duration::ZERO, |at| LOOK_PAUSE.saturating_sub(at.elapsed()));
        tokio::time::sleep(rest).await;
        for tries in 0.. {
            let reader = reader.clone();
            match tokio::task::spawn_blocking(move || reader.is_sound()).await {
                Ok(Ok(true)) => return self.heal(),
                Ok(Err(error)) => self.blame(told(&error)),
                Ok(Ok(false)) | Err(_) => return self.state().looked = Some(Instant::now()),
            }
            tokio::time::sleep(wait_after(tries)).await;
        }
    }

    /// The disk cannot be read.
    fn blame(&self, text: String) {
        self.state().damaged = Some(text.clone());
        (self.tell)(Some(text));
    }

    fn heal(&self) {
        tracing::info!("the store is not damaged: its disk could not be read for a while");
        {
            let mut state = self.state();
            (state.damaged, state.logged, state.looking) = (None, None, false);
            state.looked = Some(Instant::now());
        }
        self.succeed();
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What went wrong, and what to do about it.
fn told(error: &StoreError) -> String {
    tell_of(error, "; until then the last editions are served, and what comes in waits")
}

/// The same, with what riverd does where the disk is to blame.
pub fn tell_of(error: &StoreError, meanwhile: &str) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    let meanwhile = if error.is_of_the_disk() { meanwhile } else { "" };
    match error.advice() {
        Some(advice) => format!("{advice}{meanwhile} ({text})"),
        None => format!("the store fails: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;
    use crate::store::open::open;

    fn failed(code: i32) -> PipelineError {
        PipelineError::Store(StoreError::of_code(code))
    }

    type Told = Arc<Mutex<Option<String>>>;

    fn illness() -> (Illness, Told) {
        let told = Told::default();
        let ear = told.clone();
        (Illness::new(move |illness| *ear.lock().expect("told") = illness, || {}), told)
    }

    fn heard(told: &Told) -> String {
        told.lock().expect("told").clone().unwrap_or_default()
    }

    #[test]
    fn a_full_disk_is_told_until_there_is_room() {
        let (illness, told) = illness();
        let tell = illness.tell();
        tell(News::Begun(&StoreError::of_code(13)));
        tell(News::Waiting);
        illness.succeed();
        assert!(heard(&told).contains("is full"), "{}", heard(&told));
        tell(News::Over);
        assert_eq!(heard(&told), "");
    }

    #[test]
    fn damage_is_told_for_ever_and_ends_nothing() {
        let (illness, told) = illness();
        assert_eq!(illness.fail(&failed(11)), After::LookCloser);
        for _ in 0..20 {
            assert_eq!(illness.fail(&failed(11)), After::GoOn, "one look is enough");
        }
        illness.succeed();
        assert!(heard(&told).contains("damaged") && heard(&told).contains("riverd check --store"));
    }

    #[tokio::test]
    async fn what_proves_to_be_whole_is_well_again_and_what_proves_to_be_damaged_is_not() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("store.db");
        let store = open(&path, Timestamp(7), "mine").expect("a store");
        let (illness, told) = illness();
        illness.fail(&failed(11));
        illness.clone().look_closer(store.reader.clone()).await;
        assert_eq!(heard(&told), "");
        let reader = store.reader.clone();
        drop(store);
        let mut bytes = std::fs::read(&path).expect("the store");
        bytes[8_192..12_288].fill(0xA5);
        std::fs::write(&path, bytes).expect("damage");
        illness.fail(&failed(11));
        illness.state().looked = None;
        illness.clone().look_closer(reader).await;
        assert!(heard(&told).contains("damaged"), "{}", heard(&told));
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
