//! The wall clock: the one place that asks it for the rest of the house.

use crate::model::time::Timestamp;

/// Now.
pub fn now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp_millis())
}
