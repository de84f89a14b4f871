//! Who may take much memory: a large document, from the moment it is read until it is on disk, or the making of editions.
//! Promises: one at a time, in the order in which they asked. So the peak of riverd's memory is that of the largest of
//! them, and not of all together (`tests/bench/hostile`).

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Whose turn it is. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Turns {
    turn: Arc<Semaphore>,
    begin: fn(),
    end: fn(),
}

/// A turn; it ends when this is dropped.
#[derive(Debug)]
pub struct Turn {
    end: fn(),
    _permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        (self.end)();
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self::new(|| {}, || {})
    }
}

impl Turns {
    /// Nobody has a turn. `begin` is called as each begins, `end` before the next one can.
    pub fn new(begin: fn(), end: fn()) -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), begin, end }
    }

    /// Waits for a turn.
    pub async fn take(&self) -> Turn {
        let permit = self.turn.clone().acquire_owned().await.ok();
        (self.begin)();
        Turn { end: self.end, _permit: permit }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn turns_are_taken_one_after_the_other_in_the_order_asked() {
        let turns = Turns::default();
        let mut look = Context::from_waker(Waker::noop());
        let Poll::Ready(first) = pin!(turns.take()).poll(&mut look) else { panic!("a turn that nobody has") };
        let (mut second, mut third) = (pin!(turns.take()), pin!(turns.take()));
        assert!(second.as_mut().poll(&mut look).is_pending() && third.as_mut().poll(&mut look).is_pending());
        drop(first);
        assert!(third.as_mut().poll(&mut look).is_pending(), "not before whoever asked before");
        assert!(second.as_mut().poll(&mut look).is_ready());
    }
}
