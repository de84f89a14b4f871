//! The lines between a title and its text: who wrote it, and when. "Von Anna Weber | Stand: 26.11.2026, 14:05 Uhr".
//! Promises: a line counts only if every part of it is understood; whatever else it may be is text, and stays.

use crate::model::time::Timestamp;
use crate::parse::dateline::{date, is_month_or_day};

/// What a line told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Byline {
    /// Names, in order.
    pub authors: Vec<String>,
    /// When it came out first.
    pub published: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
}

/// Longer lines are text, in characters.
const MAX_CHARS: usize = 140;
/// What stands before authors, in lower case.
const BY: [&str; 13] = [
    "von ",
    "by ",
    "par ",
    "por ",
    "text: ",
    "autor: ",
    "autorin: ",
    "author: ",
    "authors: ",
    "written by ",
    "text von ",
    "ein beitrag von ",
    "geschrieben von ",
];
/// What stands before a date, in lower case; and whether it is that of a change.
const WHEN: [(&str, bool); 18] = [
    ("zuletzt aktualisiert", true),
    ("zuletzt geändert", true),
    ("aktualisiert", true),
    ("last updated", true),
    ("last modified", true),
    ("updated", true),
    ("mis à jour", true),
    ("actualizado", true),
    ("stand", false),
    ("veröffentlicht", false),
    ("publiziert", false),
    ("erstellt", false),
    ("erschienen", false),
    ("datum", false),
    ("published", false),
    ("posted", false),
    ("publié", false),
    ("date", false),
];
/// Agencies and the like, which sign with one word.
const AGENCIES: [&str; 14] = [
    "dpa",
    "afp",
    "apa",
    "sda",
    "ap",
    "epd",
    "kna",
    "sid",
    "reuters",
    "dapd",
    "ansa",
    "efe",
    "redaktion",
    "staff",
];
/// Small words inside names.
const PARTICLES: [&str; 20] = [
    "von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "zu", "zur", "zum", "la", "le",
    "el", "al", "bin", "ten", "ter",
];

/// Reads a line; `None`: it is text.
pub fn byline(line: &str) -> Option<Byline> {
    let line = line.trim().trim_matches(['*', '_']).trim();
    if line.is_empty() || line.chars().count() > MAX_CHARS {
        return None;
    }
    let mut told = Byline::default();
    let parts = line.replace(" – ", "|").replace(" - ", "|").replace(" — ", "|");
    for part in parts.split(['|', '·', '•', '/']).map(str::trim).filter(|part| !part.is_empty()) {
        read(part, &mut told)?;
    }
    (told != Byline::default()).then_some(told)
}

fn read(part: &str, told: &mut Byline) -> Option<()> {
    if let Some(names) = authors(part) {
        told.authors.extend(names);
        return Some(());
    }
    if let Some((is_change, at)) = dated(part) {
        let slot = if is_change { &mut told.updated } else { &mut told.published };
        slot.get_or_insert(at);
        return Some(());
    }
    if is_reading_time(part) {
        return Some(());
    }
    // "Von Anna Weber, 26.11.2026": the longest beginning that names authors.
    let both =
        part.rmatch_indices(", ").find_map(|(at, _)| Some((authors(&part[..at])?, dated(&part[at + 2..])?)));
    let (names, (is_change, at)) = both.or_else(|| {
        part.match_indices(", ").find_map(|(at, _)| Some((authors(&part[..at])?, dated(&part[at + 2..])?)))
    })?;
    told.authors.extend(names);
    if is_change {
        told.updated = Some(at);
    } else {
        told.published = Some(at);
    }
    Some(())
}

fn is_reading_time(part: &str) -> bool {
    let lower = part.to_lowercase();
    ["lesezeit", "lesedauer", "reading time"].iter().any(|start| lower.starts_with(start))
        || (lower.ends_with("min read") && lower.starts_with(|c: char| c.is_ascii_digit()))
}

/// The names after "Von", "By" and their like; `None` if these are no names.
fn authors(part: &str) -> Option<Vec<String>> {
    let (rest, is_labelled) = BY.iter().find_map(|by| {
        let start = prefix(part, by).filter(|start| start.to_lowercase() == *by)?;
        Some((&part[start.len()..], by.ends_with(": ")))
    })?;
    let rest = rest.split(['(', '[']).next().unwrap_or(rest).trim().trim_end_matches(',');
    let rest = rest.replace(" und ", ",").replace(" and ", ",").replace(" & ", ",").replace(" et ", ",");
    let names: Vec<String> =
        rest.split(',').map(str::trim).filter(|name| !name.is_empty()).map(String::from).collect();
    let sound = !names.is_empty() && names.iter().all(|name| is_name(name, is_labelled));
    sound.then_some(names)
}

/// As many characters of `part` as `by` has.
fn prefix<'a>(part: &'a str, by: &str) -> Option<&'a str> {
    let end = part.char_indices().nth(by.chars().count())?.0;
    Some(&part[..end])
}

fn is_name(name: &str, alone: bool) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_capital = |word: &str| word.starts_with(char::is_uppercase);
    let is_part = |word: &&str| is_capital(word) || PARTICLES.contains(word);
    let letters = |word: &&str| word.chars().all(|c| c.is_alphabetic() || "-'’.".contains(c));
    let agency = AGENCIES.contains(&name.to_lowercase().as_str());
    let is_date = words.iter().any(|word| is_month_or_day(word));
    let least = if alone { 1 } else { 2 };
    let full = (least..=5).contains(&words.len())
        && words.iter().all(is_part)
        && words.iter().all(letters)
        && words.last().is_some_and(|last| is_capital(last) && !last.ends_with('.'));
    agency || (full && !is_date && name.chars().count() <= 60)
}

/// A date with what stands before it; true: that of a change.
fn dated(part: &str) -> Option<(bool, Timestamp)> {
    let lower = part.to_lowercase();
    let found = WHEN.iter().find(|(when, _)| lower.starts_with(when));
    let rest = found.map_or(lower.as_str(), |(when, _)| {
        let rest = lower[when.len()..].trim_start();
        [":", "am ", "on ", "le ", "el "]
            .iter()
            .fold(rest, |rest, mark| rest.strip_prefix(mark).unwrap_or(rest).trim_start())
    });
    Some((found.is_some_and(|(_, is_change)| *is_change), date(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, authors: &[&str], dates: (Option<&str>, Option<&str>)) {
        let told = byline(line).unwrap_or_default();
        assert_eq!(told.authors, authors, "{line}");
        let at = |date: Option<&str>| date.and_then(crate::parse::date::timestamp);
        assert_eq!((told.published, told.updated), (at(dates.0), at(dates.1)), "{line}");
    }

    #[test]
    fn authors_and_dates_are_read_in_the_ways_papers_write_them() {
        let day = (Some("2026-11-26T00:00:00Z"), None);
        let clock = (Some("2026-11-26T13:05:00Z"), None);
        check("Von Anna Weber", &["Anna Weber"], (None, None));
        check("VON ANNA WEBER", &["ANNA WEBER"], (None, None));
        check("Von Anna Weber und Jan van der Meer (dpa)", &["Anna Weber", "Jan van der Meer"], (None, None));
        check("By J. R. Smith, Reuters", &["J. R. Smith", "Reuters"], (None, None));
        check("Text: Anna Weber", &["Anna Weber"], (None, None));
        check("26. November 2026, 14:05 Uhr", &[], clock);
        check("Stand: 26.11.2026", &[], day);
        check("Stand: 26.11.2026, 14.05 Uhr", &[], clock);
        check("Aktualisiert am 26. Nov. 2026 um 14:05 Uhr", &[], (None, clock.0));
        check("Von Anna Weber | Donnerstag, 26. November 2026", &["Anna Weber"], day);
        check("Von Anna Weber, 26.11.2026", &["Anna Weber"], day);
        check("By Ann Lee – Published November 26, 2026 – 3 min read", &["Ann Lee"], day);
        check(
            "Veröffentlicht: 26.11.2026 | Zuletzt aktualisiert: 26.11.2026, 14:05 Uhr",
            &[],
            (day.0, clock.0),
        );
    }

    #[test]
    fn what_may_be_text_is_text() {
        for line in [
            "Von Anfang an war der Bau umstritten",
            "Von Berlin nach Paris",
            "By Monday, all was over.",
            "Von November bis März",
            "Am 26. November 2026 beginnt der Bau der Brücke",
            "By the river",
            "Stand der Dinge",
            "von",
            "",
            "Text: ",
            "| |",
        ] {
            assert_eq!(byline(line), None, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_survived(line in "(Von |By |Stand: |[0-9.:, |ßÉé–-]|[A-Za-zäİ ]{1,5}|\\PC){0,12}") {
            let _ = byline(&line);
        }
    }
}
