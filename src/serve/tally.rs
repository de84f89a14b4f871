//! Counts answers, by river and status.
//! Promises: counting is one addition that waits for nobody; the rivers counted are those on the shelf, so that no stranger
//! makes the list longer.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

/// The statuses that are told apart; others count as 0.
const STATUSES: [u16; 14] = [0, 200, 202, 206, 304, 400, 401, 404, 405, 406, 412, 414, 416, 503];

/// The answers of one river, or of what is none.
#[derive(Debug, Default)]
pub struct Tally([AtomicU64; STATUSES.len()]);

impl Tally {
    /// One more.
    pub fn count(&self, status: StatusCode) {
        let status = status.as_u16();
        let at = STATUSES.iter().position(|known| *known == status).unwrap_or(0);
        self.0[at].fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were of each status that there was at all.
    pub fn counts(&self) -> Vec<(u16, u64)> {
        let counts =
            STATUSES.iter().zip(&self.0).map(|(status, count)| (*status, count.load(Ordering::Relaxed)));
        counts.filter(|(_, count)| *count > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_known_status_counts_as_other() {
        let tally = Tally::default();
        for status in [200, 304, 200, 418, 599] {
            tally.count(StatusCode::from_u16(status).expect("a status"));
        }
        assert_eq!(tally.counts(), [(0, 2), (200, 2), (304, 1)]);
    }
}
