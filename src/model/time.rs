//! Instants as riverd stores and compares them: whole milliseconds, UTC.
//! Deliberately not here: "now". Pure code is told the time; only `daemon` and `cli` ask the clock.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted; negative before 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// One second, in the unit of [`Timestamp`].
pub const SECOND_MS: i64 = 1_000;
/// One day, in the unit of [`Timestamp`].
pub const DAY_MS: i64 = 86_400 * SECOND_MS;

impl Timestamp {
    /// The instant `ms` milliseconds later (earlier if negative); saturates at the ends of time.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative if `self` comes first.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Tells the time. Handed to those who act at times; the pure are told the time itself.
pub type Clock = fn() -> Timestamp;
