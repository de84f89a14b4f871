//! The threads that serve: each waits for its own connections, so that nothing else that riverd does delays an answer,
//! and no answer costs a word between threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

use crate::serve::error::ServeError;

/// Threads with a runtime of their own; they end when this does.
#[derive(Debug)]
pub struct Crew {
    handles: Vec<Handle>,
    turns: AtomicUsize,
    over: CancellationToken,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    /// Starts so many threads; 0: one for each processor.
    ///
    /// # Errors
    /// [`ServeError::Threads`]
    pub fn start(threads: usize) -> Result<Self, ServeError> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let count = if threads == 0 { processors } else { threads };
        let over = CancellationToken::new();
        let mut crew = Self { handles: vec![], turns: AtomicUsize::new(0), over, threads: vec![] };
        for _ in 0..count {
            crew.enlist().map_err(ServeError::Threads)?;
        }
        Ok(crew)
    }

    fn enlist(&mut self) -> std::io::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        self.handles.push(runtime.handle().clone());
        let over = self.over.clone();
        let work = move || {
            runtime.block_on(over.cancelled());
            runtime.shutdown_background();
        };
        self.threads.push(std::thread::Builder::new().name("serve".to_owned()).spawn(work)?);
        Ok(())
    }

    /// The thread at the door.
    pub fn first(&self) -> &Handle {
        &self.handles[0]
    }

    /// The thread whose turn it is.
    pub fn next(&self) -> &Handle {
        &self.handles[self.turns.fetch_add(1, Ordering::Relaxed) % self.handles.len()]
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.over.cancel();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}
