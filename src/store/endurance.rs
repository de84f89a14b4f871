//! What the writer does while the disk is full or fails: it waits and tries again, and what it was asked waits behind it.
//! So nothing that was to be written is dropped, whoever wrote it, and the order of writes stays.
//! Promises: it waits only where somebody asked for it and was told why; and not once it is told to end.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::store::error::{StoreError, Trouble};

/// The first wait; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// It may be told to end in the middle of one.
const SLICE: Duration = Duration::from_millis(50);

/// How it stands with the writer.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// It begins to wait, for this.
    Begun(&'a StoreError),
    /// It waits: told many times a second.
    Waiting,
    /// It goes on.
    Over,
}

/// Told how it stands.
pub type Tell = Box<dyn Fn(News<'_>) + Send + Sync>;

/// Shared by the writer and those who want it to wait.
#[derive(Clone, Default)]
pub struct Endurance(Arc<State>);

#[derive(Default)]
struct State {
    tell: OnceLock<Tell>,
    ended: AtomicBool,
    tries: AtomicU32,
}

impl fmt::Debug for Endurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endurance").field("tries", &self.0.tries).finish_non_exhaustive()
    }
}

impl Endurance {
    /// From now on the writer waits, and `tell` is told of it.
    pub fn begin(&self, tell: Tell) {
        drop(self.0.tell.set(tell));
    }

    /// The writer waits no more: what cannot be written fails.
    pub fn end(&self) {
        self.0.ended.store(true, Ordering::SeqCst);
    }

    /// Waits, if that may help. True: try again.
    pub(crate) fn waits(&self, error: &StoreError) -> bool {
        let Some(tell) = self.0.tell.get().filter(|_| error.trouble() == Trouble::Passing) else {
            return false;
        };
        let tries = self.0.tries.fetch_add(1, Ordering::SeqCst);
        if tries == 0 {
            tell(News::Begun(error));
        }
        let mut left = wait_after(tries);
        while !left.is_zero() && !self.0.ended.load(Ordering::SeqCst) {
            tell(News::Waiting);
            std::thread::sleep(SLICE.min(left));
            left = left.saturating_sub(SLICE);
        }
        !self.0.ended.load(Ordering::SeqCst)
    }

    /// Something was written.
    pub(crate) fn succeed(&self) {
        if self.0.tries.load(Ordering::Relaxed) > 0 {
            self.0.tries.store(0, Ordering::SeqCst);
            self.0.tell.get().inspect(|tell| tell(News::Over));
        }
    }
}

/// How long to wait after so many failures in a row, from 0.
pub fn wait_after(tries: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << tries.min(10)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn it_waits_longer_and_longer_but_never_very_long() {
        let waits: Vec<Duration> = (0..40).map(wait_after).collect();
        assert_eq!((waits[0], waits[1], waits[39]), (FIRST_WAIT, FIRST_WAIT * 2, LONGEST_WAIT));
    }

    #[test]
    fn it_waits_for_a_full_disk_tells_once_and_for_nothing_else() {
        let told: Arc<Mutex<Vec<bool>>> = Arc::default();
        let endurance = Endurance::default();
        assert!(!endurance.waits(&StoreError::of_code(13)), "nobody asked for it");
        let ear = told.clone();
        endurance.begin(Box::new(move |news| match news {
            News::Begun(_) => ear.lock().expect("told").push(true),
            News::Waiting => {}
            News::Over => ear.lock().expect("told").push(false),
        }));
        assert!(!endurance.waits(&StoreError::of_code(11)) && !endurance.waits(&StoreError::Closed));
        assert!(endurance.waits(&StoreError::of_code(13)));
        endurance.succeed();
        endurance.succeed();
        assert_eq!(*told.lock().expect("told"), [true, false]);
        endurance.end();
        assert!(!endurance.waits(&StoreError::of_code(13)), "it was told to end");
    }
}
