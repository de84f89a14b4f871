//! Dates in words: names of months in German, English, French, Spanish, Italian, Portuguese and Dutch, names of zones.
//! All names are looked up in lower case.

use chrono::NaiveDate;

/// Zones by name, with minutes east of Greenwich. Where one name means several, the one feeds mean.
const ZONES: [(&str, i32); 56] = [
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("met", 60),
    ("mez", 60),
    ("wat", 60),
    ("cest", 120),
    ("mest", 120),
    ("mesz", 120),
    ("eet", 120),
    ("cat", 120),
    ("sast", 120),
    ("eest", 180),
    ("idt", 180),
    ("eat", 180),
    ("trt", 180),
    ("msk", 180),
    ("msd", 240),
    ("gst", 240),
    ("pkt", 300),
    ("ist", 330),
    ("npt", 345),
    ("ict", 420),
    ("wib", 420),
    ("sgt", 480),
    ("hkt", 480),
    ("pht", 480),
    ("awst", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("aest", 600),
    ("acdt", 630),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
    ("brt", -180),
    ("art", -180),
    ("ndt", -150),
    ("nst", -210),
    ("adt", -180),
    ("ast", -240),
    ("edt", -240),
    ("est", -300),
    ("cdt", -300),
    ("cst", -360),
    ("mdt", -360),
    ("mst", -420),
    ("pdt", -420),
    ("pst", -480),
    ("hst", -600),
];
/// Zones that summer time moves beyond the others.
const MORE_ZONES: [(&str, i32); 2] = [("akdt", -480), ("akst", -540)];

/// The beginnings of the months' names.
const MONTHS: [(&str, u32); 41] = [
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
    ("dec", 12),
    ("dic", 12),
    ("dée", 12),
];

/// Days of the week that begin like a month.
const NO_MONTHS: [&str; 6] = ["mardi", "martes", "martedì", "martedi", "martedi\'", "maandag"];

/// An English month by its first three letters, as RFC 822 writes it.
pub fn english_month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    (1..).zip(NAMES).find(|(_, name)| *name == word).map(|(number, _)| number)
}

fn month(word: &str) -> Option<u32> {
    let known = MONTHS.iter().find(|(start, _)| word.starts_with(start));
    known.filter(|_| !NO_MONTHS.contains(&word)).map(|(_, month)| *month)
}

/// The date in the words before the time of day; asctime puts the year behind it.
pub fn date(day_part: &str, clock_part: &str) -> Option<NaiveDate> {
    let words: Vec<&str> = day_part
        .split(|c: char| c.is_whitespace() || ",.-/()".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    // The last: "mar" may be a Tuesday before it is March.
    let Some(month) = words.iter().rev().find_map(|word| month(word)) else { return in_digits(day_part) };
    let mut numbers =
        words.iter().filter_map(|word| word.trim_end_matches(char::is_alphabetic).parse::<i32>().ok());
    let (first, second) = (numbers.next()?, numbers.next());
    let year_behind =
        || clock_part.split_whitespace().filter(|word| word.len() == 4).find_map(|word| word.parse().ok());
    let (day, year) = match second.or_else(year_behind)? {
        second if first > 31 => (second, first),
        second => (first, second),
    };
    NaiveDate::from_ymd_opt(full_year(year), month, u32::try_from(day).ok()?)
}

/// `11/24/2026` as Americans write it, unless it can only be meant otherwise; `24.11.2026` and `24-11-2026` as others.
fn in_digits(text: &str) -> Option<NaiveDate> {
    let is_date = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let word = text.split(|c: char| c.is_whitespace() || c == ',').find(is_date)?;
    let mark = word.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-'))?;
    let mut parts = word.trim_end_matches('.').split(mark).map(str::parse::<u32>);
    let (Some(Ok(first)), Some(Ok(second)), Some(Ok(year)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let is_american = (mark == '/' && first <= 12) || second > 12;
    let (day, month) = if is_american { (second, first) } else { (first, second) };
    NaiveDate::from_ymd_opt(full_year(i32::try_from(year).ok()?), month, day)
}

fn full_year(year: i32) -> i32 {
    match year {
        0..70 => year + 2000,
        70..100 => year + 1900,
        _ => year,
    }
}

/// Minutes east of Greenwich of a zone by number or name; what is not understood counts as UTC.
pub fn offset(zone: &str) -> i32 {
    let lower = zone.to_lowercase();
    let name = lower.trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '-');
    let name = name
        .strip_prefix("gmt")
        .or_else(|| name.strip_prefix("utc"))
        .map(str::trim_start)
        .filter(|rest| rest.starts_with(['+', '-']))
        .unwrap_or(name);
    let sign = match name.chars().next() {
        Some('+') => 1,
        Some('-') => -1,
        _ => {
            let word = name.split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
            let mut zones = ZONES.iter().chain(&MORE_ZONES);
            return zones.find(|(known, _)| *known == word).map_or(0, |(_, minutes)| *minutes);
        }
    };
    let digits: String = name
        .chars()
        .skip(1)
        .take_while(|c| c.is_ascii_digit() || *c == ':')
        .filter(char::is_ascii_digit)
        .take(4)
        .collect();
    let number: i32 = digits.parse().unwrap_or(0);
    let minutes = if digits.len() <= 2 { number * 60 } else { number / 100 * 60 + number % 100 };
    if minutes <= 14 * 60 { sign * minutes } else { 0 }
}
