//! Dates as feeds write them, to UTC: RFC 3339 and its kin, RFC 822 and its kin, seconds since 1970, and dates in words
//! of seven languages (`date_words`). Without a zone, UTC. An impossible date is no date.
//! Promises: the forms that most feeds write are read without a search.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

use crate::model::time::Timestamp;
use crate::parse::date_words;

/// No date is longer, in bytes.
const DATE_BYTES: usize = 100;

/// RFC 3339 writes no year of five digits; before 1000, it is a zero of somebody's.
const YEARS: std::ops::RangeInclusive<i32> = 1_000..=9_999;

/// The instant that `text` names; `None` if it names none.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if text.is_empty() || text.len() > DATE_BYTES {
        return None;
    }
    plain(text)
        .or_else(|| rfc_822(text))
        .or_else(|| epoch(text))
        .or_else(|| iso(text))
        .or_else(|| in_words(text))
        .filter(|date| YEARS.contains(&date.year()))
}

/// As [`parse`], in the model's unit.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    parse(text).map(|date| Timestamp(date.timestamp_millis()))
}

/// `2026-11-24T10:20:30Z`, which most feeds write: read as it stands.
fn plain(text: &str) -> Option<DateTime<Utc>> {
    let digits = |at: std::ops::Range<usize>| {
        let mut digits = text.as_bytes()[at].iter();
        digits.try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')];
    if text.len() != 20 || marks.iter().any(|(at, mark)| text.as_bytes()[*at] != *mark) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(digits(0..4)?.cast_signed(), digits(5..7)?, digits(8..10)?)?;
    Some(date.and_hms_opt(digits(11..13)?, digits(14..16)?, digits(17..19)?)?.and_utc())
}

/// `Tue, 24 Nov 2026 10:20:30 +0100`, which the other feeds write; the day of the week may be wrong.
fn rfc_822(text: &str) -> Option<DateTime<Utc>> {
    let text = text.split_once(", ").map_or(text, |(_, date)| date);
    let mut words = text.split_ascii_whitespace();
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = date_words::english_month(month)?;
    let (clock, zone) = (words.next()?, words.next()?);
    let offset = match zone.as_bytes() {
        b"GMT" | b"UTC" | b"Z" | b"UT" => 0,
        [b'+' | b'-', digits @ ..] if digits.len() == 4 => date_words::offset(zone),
        _ => return None,
    };
    if words.next().is_some() || year.len() != 4 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?)?;
    at(date, time_of_day(clock)?, offset)
}

/// Seconds since 1970, or milliseconds where they are too many.
fn epoch(text: &str) -> Option<DateTime<Utc>> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    // Shorter or in two parts, it is a date in digits.
    if !is_number || !matches!(whole.len(), 9..=11 | 13) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    if whole.len() == 13 {
        DateTime::from_timestamp_millis(number)
    } else {
        DateTime::from_timestamp(number, 0)
    }
}

/// `2026-11-24`, `2026-11`, `2026`, `2026-328`, `2026-W48-2`, `20261124`, with `/` or `.` too, and a time behind it.
fn iso(text: &str) -> Option<DateTime<Utc>> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || "-/.W".contains(c))).unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let date = date.trim_end_matches('.');
    let parts: Vec<&str> = date.split(['-', '/', '.']).collect();
    if parts[0].len() != 4 && parts.len() != 1 {
        return None;
    }
    let number = |part: &str| part.parse::<u32>().ok();
    let year = |part: &str| part.parse::<i32>().ok();
    let date = match parts.as_slice() {
        [y, m, d] if m.starts_with('W') => NaiveDate::from_isoywd_opt(
            year(y)?,
            number(&m[1..])?,
            chrono::Weekday::try_from(u8::try_from(number(d)?).ok()?.checked_sub(1)?).ok()?,
        ),
        [y, m, d] => NaiveDate::from_ymd_opt(year(y)?, number(m)?, number(d)?),
        [y, week] if week.starts_with('W') => {
            NaiveDate::from_isoywd_opt(year(y)?, number(&week[1..])?, chrono::Weekday::Mon)
        }
        [y, day] if day.len() == 3 => NaiveDate::from_yo_opt(year(y)?, number(day)?),
        [y, m] => NaiveDate::from_ymd_opt(year(y)?, number(m)?, 1),
        [compact] => return compact_date(compact, rest),
        _ => None,
    }?;
    clock(date, rest.trim_start_matches(['T', 't', ' ', '_', ',']))
}

/// `2026`, `20261124`, `20261124T102030Z`, `20261124102030`.
fn compact_date(digits: &str, rest: &str) -> Option<DateTime<Utc>> {
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    let year = digits.get(..4)?.parse().ok()?;
    match digits.len() {
        4 if rest.is_empty() => at(NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveTime::MIN, 0),
        8 => {
            let date = NaiveDate::from_ymd_opt(year, part(4..6)?, part(6..8)?)?;
            let rest = rest.trim_start_matches(['T', 't', ' ']);
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            match rest.get(..end).filter(|time| matches!(time.len(), 4 | 6)) {
                Some(time) => clock(
                    date,
                    &[&time[..2], ":", &time[2..4], ":", time.get(4..6).unwrap_or("00"), &rest[end..]]
                        .concat(),
                ),
                None => clock(date, rest),
            }
        }
        14 => {
            let date = NaiveDate::from_ymd_opt(year, part(4..6)?, part(6..8)?)?;
            at(
                date,
                NaiveTime::from_hms_opt(part(8..10)?, part(10..12)?, part(12..14)?)?,
                date_words::offset(rest),
            )
        }
        _ => None,
    }
}

/// `Mon, 24 Nov 2026 10:20:30 CET`, `24. November 2026, 10:20 Uhr`, `11/24/2026 10:20 PM`, `24.11.2026`.
fn in_words(text: &str) -> Option<DateTime<Utc>> {
    let lower = text.to_lowercase();
    let clock_at = clock_start(&lower).unwrap_or(lower.len());
    let (day_part, clock_part) = lower.split_at(clock_at);
    let date = date_words::date(day_part, clock_part)?;
    clock(date, clock_part)
}

/// Where in a text the time of day begins: digits before a `:`, or before the `h` of `10h20`.
fn clock_start(text: &str) -> Option<usize> {
    let before = |at: usize| text[..at].trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let colon = text.find(':').map(before);
    let hour = || {
        let mut marks = text.match_indices('h').map(|(at, _)| (at, before(at)));
        marks
            .find(|(at, start)| start < at && text[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
            .map(|(_, start)| start)
    };
    colon.or_else(hour)
}

/// The time of day and zone in `rest`, on `date`; midnight UTC if there is none.
fn clock(date: NaiveDate, rest: &str) -> Option<DateTime<Utc>> {
    let rest = rest.trim();
    let is_time = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | 'h');
    let digits = rest.find(|c: char| !is_time(c)).unwrap_or(rest.len());
    let digits = if rest.starts_with(|c: char| c.is_ascii_digit()) { digits } else { 0 };
    let (time, zone) = rest.split_at(digits);
    let time = time.trim_end_matches(['.', 'h']);
    let time = if time.is_empty() { Some(NaiveTime::MIN) } else { time_of_day(time) }?;
    // A comma before a fraction of a second, as ISO 8601 has it.
    let zone = zone
        .strip_prefix(',')
        .map_or(zone, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        .trim();
    let lower = zone.to_ascii_lowercase();
    let (time, skipped) = match lower.as_bytes() {
        [b'p', b'm', ..] => (half_day(time, true), 2),
        [b'p', b'.', b'm', b'.', ..] => (half_day(time, true), 4),
        [b'a', b'm', ..] => (half_day(time, false), 2),
        [b'a', b'.', b'm', b'.', ..] => (half_day(time, false), 4),
        [b'u', b'h', b'r', ..] => (time, 3),
        _ => (time, 0),
    };
    at(date, time, date_words::offset(&lower[skipped..]))
}

/// An hour of twelve as one of twenty-four.
fn half_day(time: NaiveTime, is_afternoon: bool) -> NaiveTime {
    let hour = chrono::Timelike::hour(&time);
    let more = match (is_afternoon, hour) {
        (true, 0..12) => 12,
        (false, 12) => -12,
        _ => 0,
    };
    time.overflowing_add_signed(chrono::TimeDelta::hours(more)).0
}

fn at(date: NaiveDate, time: NaiveTime, offset: i32) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::new(date, time);
    Some(FixedOffset::east_opt(offset * 60)?.from_local_datetime(&local).single()?.to_utc())
}

fn time_of_day(time: &str) -> Option<NaiveTime> {
    let mut parts = time.split([':', 'h']);
    let hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next().unwrap_or("0").parse().ok()?;
    let seconds = parts.next().unwrap_or("0");
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let second = second.parse::<u32>().ok()?;
    let thousandths = fraction
        .bytes()
        .chain(*b"000")
        .take(3)
        .fold(0, |sum, byte| sum * 10 + u32::from(byte.wrapping_sub(b'0') % 10));
    // A leap second, and the end of the day, are the last second before.
    let (hour, minute, second) = if hour == 24 { (23, 59, 59) } else { (hour, minute, second.min(59)) };
    NaiveTime::from_hms_milli_opt(hour, minute, second, thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let parsed = parse(text).map(|date| date.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        assert_eq!(parsed.as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn dates_in_the_wild_are_read() {
        for (text, expected) in [
            ("2026-11-24T10:20:30Z", "2026-11-24T10:20:30Z"),
            ("2026-11-24T10:20:30.123+01:00", "2026-11-24T09:20:30Z"),
            ("2026-11-24T10:20+0100", "2026-11-24T09:20:00Z"),
            ("2010-09-06 00:01:00", "2010-09-06T00:01:00Z"),
            ("2026-11-24", "2026-11-24T00:00:00Z"),
            ("Tue, 24 Nov 2026 10:20:30 GMT", "2026-11-24T10:20:30Z"),
            ("Tue, 24 Nov 2026 10:20:30 CET", "2026-11-24T09:20:30Z"),
            ("Di, 24 Dez 2026 10:20:30 MEZ", "2026-12-24T09:20:30Z"),
            ("24. März 2026, 10:20 Uhr", "2026-03-24T10:20:00Z"),
            ("24 juillet 2026 10:20:30 +0200", "2026-07-24T08:20:30Z"),
            ("November 24, 2026 10:20 PM", "2026-11-24T22:20:00Z"),
            ("Tue Nov 24 10:20:30 2026", "2026-11-24T10:20:30Z"),
            ("24 Nov 26 10:20 EST", "2026-11-24T15:20:00Z"),
            ("1732443630", "2024-11-24T10:20:30Z"),
            ("1732443630123", "2024-11-24T10:20:30Z"),
            ("2026-11", "2026-11-01T00:00:00Z"),
            ("2026", "2026-01-01T00:00:00Z"),
            ("20261124", "2026-11-24T00:00:00Z"),
            ("20261124T102030Z", "2026-11-24T10:20:30Z"),
            ("20261124102030", "2026-11-24T10:20:30Z"),
            ("2026-328", "2026-11-24T00:00:00Z"),
            ("2026-W48-2", "2026-11-24T00:00:00Z"),
            ("2026/11/24 10:20:30 +0100", "2026-11-24T09:20:30Z"),
            ("2026-11-24T10:20:30,5+01:00", "2026-11-24T09:20:30Z"),
            ("2026-11-24T10:20:60Z", "2026-11-24T10:20:59Z"),
            ("Mon, 24 Nov 2026 10:20:30 +0100", "2026-11-24T09:20:30Z"),
            ("Tue, 24 Nov 2026 10:20:30 GMT+0200", "2026-11-24T08:20:30Z"),
            ("Tue, 24 Nov 2026 10:20:30 +0100 (CET)", "2026-11-24T09:20:30Z"),
            ("24 Nov 2026", "2026-11-24T00:00:00Z"),
            ("mardi 24 novembre 2026 à 10h20", "2026-11-24T10:20:00Z"),
            ("mar., 24 nov. 2026 10:20:30 +0100", "2026-11-24T09:20:30Z"),
            ("martes, 24 de noviembre de 2026 10:20", "2026-11-24T10:20:00Z"),
            ("martedì 24 marzo 2026", "2026-03-24T00:00:00Z"),
            ("ter, 24 fev 2026 10:20:30 BRT", "2026-02-24T13:20:30Z"),
            ("maandag 24 maart 2026 10:20 CEST", "2026-03-24T08:20:00Z"),
            ("11/24/2026 10:20 PM", "2026-11-24T22:20:00Z"),
            ("11/24/2026 12:05 a.m.", "2026-11-24T00:05:00Z"),
            ("24/11/2026 10:20", "2026-11-24T10:20:00Z"),
            ("24.11.2026, 10:20 Uhr MEZ", "2026-11-24T09:20:00Z"),
            ("24-11-26", "2026-11-24T00:00:00Z"),
            ("Nov 24th, 2026", "2026-11-24T00:00:00Z"),
            ("Tue Nov 24 10:20:30 CET 2026", "2026-11-24T09:20:30Z"),
            ("Tuesday, November 24, 2026 - 10:20", "2026-11-24T10:20:00Z"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        let texts = ["", "yesterday", "2026-13-40", "32 Nov 2026", "Nov", ":", "24 Nov", "\u{130}:1"];
        // No reader of feeds knows these years.
        let years =
            ["0206-03-24", "24 Mar 0206 10:20:00 GMT", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00Z"];
        for text in texts.into_iter().chain(years) {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_as_it_stands_is_read_alike_otherwise(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z",
        ) {
            proptest::prop_assert!(plain(&text).is_none_or(|read| iso(&text) == Some(read)), "{}", text);
        }

        #[test]
        fn any_text_is_survived(text in ".{0,60}") { parse(&text); }

        #[test]
        fn anything_like_a_date_is_survived(text in "[0-9:TZ+ .,/JanoväMPm-]{0,40}") { parse(&text); }
    }
}
