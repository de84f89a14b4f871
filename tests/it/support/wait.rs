//! Waits for a condition with a deadline; no sleep decides whether a test passes.

use std::time::{Duration, Instant};

/// Far beyond what anything here takes: only a failure gets there.
const DEADLINE: Duration = Duration::from_secs(30);

/// Asks until there is an answer.
#[track_caller]
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < DEADLINE, "waited in vain for {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
