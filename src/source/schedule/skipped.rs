//! Hours and days in which a publisher wants no polls (RSS `skipHours`, `skipDays`; GMT).

use crate::model::feed::PollHints;
use crate::model::time::{DAY_MS, Timestamp};

const HOUR_MS: i64 = 3_600_000;

/// Moves a date out of them, at most a week on; where nothing is left of the week, it stays.
pub fn later_than_skipped(at: Timestamp, hints: &PollHints) -> Timestamp {
    if hints.skip_hours.is_empty() && hints.skip_days.is_empty() {
        return at;
    }
    let hours = (0..=7 * 24).map(|hour| Timestamp((at.0.div_euclid(HOUR_MS) + hour) * HOUR_MS).max(at));
    hours.into_iter().find(|at| !is_skipped(*at, hints)).unwrap_or(at)
}

/// Whether the publisher wants no poll at this time.
pub fn is_skipped(at: Timestamp, hints: &PollHints) -> bool {
    let hour = at.0.rem_euclid(DAY_MS) / HOUR_MS;
    // 1970-01-01 was a Thursday: day 3, counted from Monday.
    let day = (at.0.div_euclid(DAY_MS) + 3).rem_euclid(7);
    hints.skip_hours.iter().any(|h| i64::from(*h) == hour)
        || hints.skip_days.iter().any(|d| i64::from(*d) == day)
}
