//! A date as it stands above an article: "Donnerstag, 26. November 2026, 14:05 Uhr".
//! Promises: every word must be understood, so that no sentence is taken for a date. "Uhr" without a zone is the time
//! of central Europe, summer time heeded; any other time without a zone is UTC.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use crate::model::time::Timestamp;

/// Names of months, the number behind them; whoever begins with three letters of one means it.
const MONTHS: [(&str, u32); 54] = [
    ("januar", 1),
    ("jänner", 1),
    ("january", 1),
    ("janvier", 1),
    ("enero", 1),
    ("gennaio", 1),
    ("februar", 2),
    ("february", 2),
    ("février", 2),
    ("febrero", 2),
    ("febbraio", 2),
    ("märz", 3),
    ("march", 3),
    ("mars", 3),
    ("marzo", 3),
    ("mrz", 3),
    ("april", 4),
    ("avril", 4),
    ("abril", 4),
    ("aprile", 4),
    ("mai", 5),
    ("may", 5),
    ("mayo", 5),
    ("maggio", 5),
    ("juni", 6),
    ("june", 6),
    ("juin", 6),
    ("junio", 6),
    ("giugno", 6),
    ("juli", 7),
    ("july", 7),
    ("juillet", 7),
    ("julio", 7),
    ("luglio", 7),
    ("august", 8),
    ("août", 8),
    ("agosto", 8),
    ("september", 9),
    ("sept", 9),
    ("septembre", 9),
    ("septiembre", 9),
    ("settembre", 9),
    ("oktober", 10),
    ("october", 10),
    ("octobre", 10),
    ("octubre", 10),
    ("ottobre", 10),
    ("november", 11),
    ("novembre", 11),
    ("noviembre", 11),
    ("dezember", 12),
    ("december", 12),
    ("décembre", 12),
    ("diciembre", 12),
];
const DAYS: [&str; 22] = [
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
];
const FILLERS: [&str; 14] =
    ["um", "am", "at", "on", "den", "der", "the", "of", "h", "le", "de", "el", "à", "del"];
/// Minutes east of Greenwich.
const ZONES: [(&str, i64); 18] = [
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("wet", 0),
    ("cet", 60),
    ("mez", 60),
    ("bst", 60),
    ("cest", 120),
    ("mesz", 120),
    ("eet", 120),
    ("eest", 180),
    ("est", -300),
    ("edt", -240),
    ("et", -300),
    ("cst", -360),
    ("cdt", -300),
    ("pst", -480),
    ("pdt", -420),
];

#[derive(Debug, Default)]
struct Found {
    day: Option<u32>,
    month: Option<u32>,
    year: Option<i32>,
    time: Option<NaiveTime>,
    zone: Option<i64>,
    uhr: bool,
}

/// The instant that a text names and nothing else; `None` if it says anything besides. In lower case.
pub fn date(text: &str) -> Option<Timestamp> {
    let mut found = Found::default();
    let words: Vec<&str> =
        text.split([' ', ',', '\u{a0}', '\u{202f}']).filter(|word| !word.is_empty()).collect();
    if words.is_empty() || words.len() > 12 {
        return None;
    }
    for (at, word) in words.iter().enumerate() {
        found.read(word, words.get(at + 1).copied().unwrap_or(""))?;
    }
    found.instant()
}

/// Whether a word names a month or a day of the week.
pub fn is_month_or_day(word: &str) -> bool {
    let word = word.to_lowercase();
    MONTHS.iter().any(|(name, _)| *name == word) || DAYS.contains(&word.as_str())
}

impl Found {
    fn read(&mut self, word: &str, next: &str) -> Option<()> {
        let bare = word.trim_end_matches('.');
        if bare == "uhr" {
            self.uhr = true;
            return Some(());
        }
        if self.time.is_some() && matches!(bare, "a.m" | "p.m" | "am" | "pm") {
            return self.half_day(bare);
        }
        if bare.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number(bare, next);
        }
        if let Some(minutes) = zone(bare).filter(|_| self.time.is_some()) {
            self.zone = Some(minutes);
            return Some(());
        }
        let is_start = |name: &str, least: usize| {
            name == bare || (bare.chars().count() >= least && name.starts_with(bare))
        };
        if let Some((_, month)) =
            MONTHS.iter().find(|(name, _)| is_start(name, 3)).filter(|_| self.month.is_none())
        {
            self.month = Some(*month);
            return Some(());
        }
        let known = FILLERS.contains(&bare) || DAYS.iter().any(|name| is_start(name, 2));
        known.then_some(())
    }

    fn number(&mut self, word: &str, next: &str) -> Option<()> {
        if word.contains(':') {
            return self.clock(word, ':');
        }
        if let Some(date) = whole(word) {
            (self.day, self.month, self.year) = (Some(date.day()), Some(date.month()), Some(date.year()));
            return Some(());
        }
        if next.trim_end_matches('.') == "uhr" {
            return self.clock(word, '.');
        }
        let digits =
            ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
        let number: u32 = digits.parse().ok()?;
        let slot_is_free = if (1..=31).contains(&number) && digits.len() <= 2 {
            self.day.replace(number).is_none()
        } else if digits.len() == 4 {
            self.year.replace(number.cast_signed()).is_none()
        } else {
            false
        };
        slot_is_free.then_some(())
    }

    fn clock(&mut self, word: &str, mark: char) -> Option<()> {
        let digits = word.trim_end_matches(['a', 'p', 'm', 'h', 'z']);
        let mut parts = digits.split(mark).map(str::parse::<u32>);
        let (hour, minute, second) =
            (parts.next()?.ok()?, parts.next().unwrap_or(Ok(0)).ok()?, parts.next().unwrap_or(Ok(0)).ok()?);
        self.time = Some(NaiveTime::from_hms_opt(hour, minute, second)?);
        match &word[digits.len()..] {
            "" | "h" => Some(()),
            "z" => self.zone.replace(0).map_or(Some(()), |_| None),
            half => self.half_day(half),
        }
    }

    fn half_day(&mut self, half: &str) -> Option<()> {
        let hour = chrono::Timelike::hour(&self.time?);
        let shift = if half.starts_with('p') && hour < 12 { 12 } else { 0 }
            - if half.starts_with('a') && hour == 12 { 12 } else { 0 };
        self.time = Some(self.time?.overflowing_add_signed(TimeDelta::hours(shift)).0);
        Some(())
    }

    fn instant(&self) -> Option<Timestamp> {
        let date = NaiveDate::from_ymd_opt(
            self.year.filter(|year| (1900..2200).contains(year))?,
            self.month?,
            self.day?,
        )?;
        let local = NaiveDateTime::new(date, self.time.unwrap_or(NaiveTime::MIN));
        let minutes = match self.zone {
            Some(minutes) => minutes,
            None if self.uhr => central_europe(local),
            None => 0,
        };
        let at = local.checked_sub_signed(TimeDelta::minutes(minutes))?;
        Some(Timestamp(at.and_utc().timestamp_millis()))
    }
}

/// `26.11.2026`, `26/11/2026`, `2026-11-26`.
fn whole(word: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = word.split(['.', '/', '-']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let number = |text: &str| text.parse::<u32>().ok();
    let (first_number, month, last) = (number(first)?, number(second)?, number(third)?);
    if first.len() == 4 {
        return NaiveDate::from_ymd_opt(first_number.cast_signed(), month, last);
    }
    let year = if third.len() == 2 { 2000 + last } else { last }.cast_signed();
    // Days stand first, except where only months can.
    NaiveDate::from_ymd_opt(year, month, first_number)
        .or_else(|| NaiveDate::from_ymd_opt(year, first_number, month))
}

fn zone(word: &str) -> Option<i64> {
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == word) {
        return Some(*minutes);
    }
    let (sign, digits) = word.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let digits = digits.replace(':', "");
    let number: i64 = digits.parse().ok().filter(|_| digits.len() == 4 && digits.is_ascii())?;
    Some(sign * (number / 100 * 60 + number % 100))
}

/// Minutes east of Greenwich in Berlin, Vienna and Zurich: summer time from the last Sunday of March to that of October.
fn central_europe(local: NaiveDateTime) -> i64 {
    let change = |month: u32, hour: u32| {
        let end = NaiveDate::from_ymd_opt(local.year(), month, 31)?;
        let sunday = end - TimeDelta::days(i64::from(end.weekday().days_since(Weekday::Sun)));
        sunday.and_hms_opt(hour, 0, 0)
    };
    let summer = change(3, 2).zip(change(10, 3)).is_some_and(|(from, to)| (from..to).contains(&local));
    if summer { 120 } else { 60 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datelines_are_understood_whole_or_not_at_all() {
        for (text, expected) in [
            ("26. november 2026, 14:05 uhr", Some("2026-11-26T13:05:00Z")),
            ("donnerstag, 26. november 2026", Some("2026-11-26T00:00:00Z")),
            ("do., 26.11.26, 9 uhr", Some("2026-11-26T08:00:00Z")),
            ("26.07.2026 um 14.05 uhr", Some("2026-07-26T12:05:00Z")),
            ("26.11.2026 14:05 mez", Some("2026-11-26T13:05:00Z")),
            ("november 26, 2026 at 2:05 p.m. est", Some("2026-11-26T19:05:00Z")),
            ("26th of november 2026 12:05am", Some("2026-11-26T00:05:00Z")),
            ("thu 26 nov 2026 14:05 gmt", Some("2026-11-26T14:05:00Z")),
            ("26/11/2026", Some("2026-11-26T00:00:00Z")),
            ("11/26/2026", Some("2026-11-26T00:00:00Z")),
            ("2026-11-26 14:05 +0100", Some("2026-11-26T13:05:00Z")),
            ("26 novembre 2026 à 14:05", Some("2026-11-26T14:05:00Z")),
            ("26. november 2026 beginnt es", None),
            ("november 2026", None),
            ("31.02.2026", None),
            ("26. 27. november 2026", None),
            ("26 november 0026", None),
            ("25:05 26.11.2026", None),
            ("12", None),
            ("", None),
        ] {
            assert_eq!(date(text), expected.and_then(crate::parse::date::timestamp), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_survived(text in "([0-9]{1,9}[.:/-]?|[a-zäé. +]{1,4}|uhr|\\PC){0,12}") {
            let _ = date(&text);
        }
    }
}
