//! Hosts to which a connection may have been kept: a request that breaks off there before an answer may be sent again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::source::fetch_client::IDLE;

/// Hosts that are looked through for those whose connections are closed by now.
const MANY: usize = 1_024;

/// When each host answered last.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<HashMap<String, Instant>>);

impl Kept {
    /// The host has answered.
    pub(crate) fn put(&self, host: String) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MANY {
            kept.retain(|_, at| at.elapsed() < IDLE);
        }
        kept.insert(host, Instant::now());
    }

    /// Whether the next request to the host may go over a connection that was kept.
    pub(crate) fn take(&self, host: &str) -> bool {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(host);
        taken.is_some_and(|at| at.elapsed() < IDLE)
    }
}
