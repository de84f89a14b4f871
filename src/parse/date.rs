//! Dates as feeds write them, to UTC: RFC 3339 and its kin, RFC 2822 and its kin, month names in seven languages,
//! zones by name; without a zone, UTC. An impossible date is no date.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

use crate::model::time::Timestamp;

/// Zones by name, with minutes east of Greenwich.
const ZONES: [(&str, i32); 27] = [
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("mez", 60),
    ("cest", 120),
    ("mesz", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("hst", -600),
    ("jst", 540),
    ("ist", 330),
    ("aest", 600),
];

/// The beginnings of the months' names in German, English, French, Spanish, Italian, Portuguese and Dutch.
const MONTHS: [(&str, u32); 38] = [
    ("jan", 1),
    ("jän", 1),
    ("ene", 1),
    ("gen", 1),
    ("feb", 2),
    ("fév", 2),
    ("fev", 2),
    ("mar", 3),
    ("mär", 3),
    ("mrz", 3),
    ("maa", 3),
    ("mrt", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("mai", 5),
    ("may", 5),
    ("mag", 5),
    ("mei", 5),
    ("juin", 6),
    ("jun", 6),
    ("giu", 6),
    ("juil", 7),
    ("jul", 7),
    ("lug", 7),
    ("aug", 8),
    ("aoû", 8),
    ("aou", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("okt", 10),
    ("oct", 10),
    ("out", 10),
    ("ott", 10),
    ("nov", 11),
    ("dez", 12),
    ("déc", 12),
];
const MORE_MONTHS: [(&str, u32); 3] = [("dec", 12), ("dic", 12), ("dée", 12)];

/// The instant that `text` names; `None` if it names none.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if text.is_empty() || text.len() > 100 {
        return None;
    }
    plain(text)
        .or_else(|| numeric(text))
        .or_else(|| DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc()))
        .or_else(|| named(text))
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

/// `2026-11-24`, `2026-11-24T10:20`, `2026-11-24 10:20:30.5 +01:00`, `2026/11/24 …`, and seconds since 1970.
fn numeric(text: &str) -> Option<DateTime<Utc>> {
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() != 14 {
        let number: i64 = text.parse().ok()?;
        return if text.len() > 11 {
            DateTime::from_timestamp_millis(number)
        } else {
            DateTime::from_timestamp(number, 0)
        };
    }
    let (date, rest) = text.split_at_checked(10)?;
    let date = NaiveDate::parse_from_str(&date.replace(['/', '.'], "-"), "%Y-%m-%d").ok()?;
    clock(date, rest.trim_start_matches(['T', 't', ' ', '_']))
}

/// `Mon, 24 Nov 2026 10:20:30 CET`, `24. November 2026, 10:20 Uhr`, `November 24, 2026 10:20 PM`.
fn named(text: &str) -> Option<DateTime<Utc>> {
    let lower = text.to_lowercase();
    let clock_at = lower.find(':').map(|at| lower[..at].trim_end_matches(|c: char| c.is_ascii_digit()).len());
    let (day_part, clock_part) = lower.split_at(clock_at.unwrap_or(lower.len()));
    let words: Vec<&str> = day_part
        .split(|c: char| c.is_whitespace() || ",.-/".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    let month = words.iter().find_map(|word| month(word))?;
    let mut numbers =
        words.iter().filter_map(|word| word.trim_end_matches(char::is_alphabetic).parse::<i32>().ok());
    let (first, second) = (numbers.next()?, numbers.next());
    // A year may stand behind the clock, as asctime writes it.
    let year_behind =
        || clock_part.split_whitespace().filter(|word| word.len() == 4).find_map(|word| word.parse().ok());
    let (day, year) = match second.or_else(year_behind) {
        Some(second) if first > 31 => (second, first),
        Some(second) => (first, second),
        None => return None,
    };
    let year = if (0..70).contains(&year) {
        year + 2000
    } else if year < 100 {
        year + 1900
    } else {
        year
    };
    clock(NaiveDate::from_ymd_opt(year, month, u32::try_from(day).ok()?)?, clock_part)
}

fn month(word: &str) -> Option<u32> {
    MONTHS.iter().chain(&MORE_MONTHS).find(|(start, _)| word.starts_with(start)).map(|(_, month)| *month)
}

/// The time of day and zone in `rest`, on `date`; midnight UTC if there is none.
fn clock(date: NaiveDate, rest: &str) -> Option<DateTime<Utc>> {
    let rest = rest.trim();
    let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(digits);
    let time = time.trim_end_matches('.');
    let time = if time.is_empty() { Some(NaiveTime::MIN) } else { time_of_day(time) }?;
    let zone = zone.trim();
    let (time, zone) = match zone.to_ascii_lowercase().as_str() {
        afternoon if afternoon.starts_with("pm") => {
            (time.overflowing_add_signed(half_day(time, 12)).0, zone[2..].trim())
        }
        morning if morning.starts_with("am") => (time, zone[2..].trim()),
        clock if clock.starts_with("uhr") => (time, zone[3..].trim()),
        _ => (time, zone),
    };
    let local = NaiveDateTime::new(date, time);
    let at = FixedOffset::east_opt(offset(zone) * 60)?.from_local_datetime(&local).single()?;
    Some(at.to_utc())
}

fn half_day(time: NaiveTime, noon: u32) -> chrono::TimeDelta {
    chrono::TimeDelta::hours(if chrono::Timelike::hour(&time) < noon { 12 } else { 0 })
}

fn time_of_day(time: &str) -> Option<NaiveTime> {
    let mut parts = time.split(':');
    let hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next().unwrap_or("0").parse().ok()?;
    let seconds: f64 = parts.next().unwrap_or("0").parse().ok()?;
    let whole = seconds.min(59.999);
    let (second, milli) = (whole.trunc() as u32, (whole.fract() * 1000.0).round() as u32);
    let (hour, minute, second) = if hour == 24 { (23, 59, 59) } else { (hour, minute, second) };
    NaiveTime::from_hms_milli_opt(hour, minute, second, milli.min(999))
}

/// Minutes east of Greenwich; what is not understood counts as UTC.
fn offset(zone: &str) -> i32 {
    let lower = zone.to_lowercase();
    let name = lower.trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '-');
    let name = name
        .strip_prefix("gmt")
        .or_else(|| name.strip_prefix("utc"))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(name);
    let sign = match name.chars().next() {
        Some('+') => 1,
        Some('-') => -1,
        _ => {
            return ZONES
                .iter()
                .find(|(known, _)| name.split_whitespace().next() == Some(known))
                .map_or(0, |(_, m)| *m);
        }
    };
    let digits: String = name
        .chars()
        .skip(1)
        .take_while(|c| c.is_ascii_digit() || *c == ':')
        .filter(char::is_ascii_digit)
        .collect();
    let number: i32 = digits.parse().unwrap_or(0);
    let minutes = if digits.len() <= 2 { number * 60 } else { number / 100 * 60 + number % 100 };
    if minutes <= 14 * 60 { sign * minutes } else { 0 }
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
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "yesterday", "2026-13-40", "32 Nov 2026", "Nov", ":", "24 Nov", "\u{130}:1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_as_it_stands_is_read_alike_otherwise(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z",
        ) {
            proptest::prop_assert!(plain(&text).is_none_or(|read| numeric(&text) == Some(read)), "{}", text);
        }

        #[test]
        fn any_text_is_survived(text in ".{0,60}") { parse(&text); }

        #[test]
        fn anything_like_a_date_is_survived(text in "[0-9:TZ+ .,/JanoväMPm-]{0,40}") { parse(&text); }
    }
}
