//! Dates as the formats write them, always UTC. A date beyond what can be written is drawn to its end.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};

use crate::model::time::Timestamp;

/// RFC 3339, to the second.
pub fn rfc3339(at: Timestamp) -> String {
    drawn(at).to_rfc3339_opts(SecondsFormat::Secs, true)
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
    fn dates_beyond_what_can_be_written_are_drawn_to_its_ends() {
        assert_eq!(rfc3339(Timestamp(i64::MIN)), "0001-01-01T00:00:00Z");
        assert_eq!(rfc3339(Timestamp(i64::MAX)), "9999-12-31T23:59:59Z");
        assert_eq!(rfc3339(Timestamp(1_999)), "1970-01-01T00:00:01Z");
        assert_eq!(rfc822(Timestamp(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
