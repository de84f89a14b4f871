//! Dates as the formats write them, always UTC. A date beyond what can be written is drawn to its end.

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::model::time::Timestamp;

/// RFC 3339, to the second.
pub fn rfc3339(at: Timestamp) -> String {
    drawn(at).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// RFC 3339, with the id of the entry that it dates where no clock reaches: in the nanoseconds. So entries of one moment
/// have different dates, whichever document they stand in; equal ones are a warning of the W3C feed validator.
pub fn rfc3339_of(at: Timestamp, id: &str) -> String {
    let hash = Sha256::digest(id.as_bytes());
    let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let below = i64::try_from(number % 1_000_000).unwrap_or(0);
    (drawn(at) + TimeDelta::nanoseconds(below)).to_rfc3339_opts(SecondsFormat::Nanos, true)
}

/// RFC 822 with a year of four digits, as RSS 2.0 wants it.
pub fn rfc822(at: Timestamp) -> String {
    drawn(at).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn drawn(at: Timestamp) -> DateTime<Utc> {
    let written = DateTime::from_timestamp_millis(at.0).filter(|date| (1..=9999).contains(&date.year()));
    // The first and the last second of what can be written.
    let end = if at.0 < 0 { -62_135_596_800 } else { 253_402_300_799 };
    written.or_else(|| DateTime::from_timestamp(end, 0)).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_one_moment_have_different_dates_within_its_millisecond() {
        let dates = ["a", "b", "a"].map(|id| rfc3339_of(Timestamp(1_417), id));
        assert!(
            dates.iter().all(|date| date.starts_with("1970-01-01T00:00:01.417") && date.len() == 30),
            "{dates:?}"
        );
        assert!(dates[0] != dates[1] && dates[0] == dates[2], "{dates:?}");
    }

    #[test]
    fn dates_beyond_what_can_be_written_are_drawn_to_its_ends() {
        assert_eq!(rfc3339(Timestamp(i64::MIN)), "0001-01-01T00:00:00Z");
        assert_eq!(rfc3339(Timestamp(i64::MAX)), "9999-12-31T23:59:59Z");
        assert_eq!(rfc3339(Timestamp(1_999)), "1970-01-01T00:00:01Z");
        assert!(rfc3339_of(Timestamp(i64::MAX), "a").starts_with("9999-12-31T23:59:59."));
        assert_eq!(rfc822(Timestamp(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
