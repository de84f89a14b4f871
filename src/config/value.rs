//! How an option's value is read from and written to TOML, one `Value` per type.
//! Promises: `read` accepts what `write` gives. Durations and sizes read with or without a unit.
//! Deliberately not here: which options there are.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::config::raw::Raw;

/// What would have been right, for a [`crate::config::fault::Fault`].
pub type Expected = String;

/// A type that an option can have.
pub trait Value: Sized {
    /// What a right value looks like, to follow the word "expected".
    fn expected() -> Expected;
    /// The value, if `raw` (never a [`Raw::Variable`]) is one.
    fn read(raw: &Raw) -> Option<Self>;
    /// The TOML literal.
    fn write(&self) -> String;
}

/// Reads a value in the first way that fits.
///
/// # Errors
/// What was expected, if no way fits.
pub fn read<T: Value>(raw: &Raw) -> Result<T, Expected> {
    raw.readings().iter().find_map(T::read).ok_or_else(T::expected)
}

impl Value for bool {
    fn expected() -> Expected {
        "true or false".to_owned()
    }
    fn read(raw: &Raw) -> Option<Self> {
        match raw {
            Raw::Bool(b) => Some(*b),
            _ => None,
        }
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

macro_rules! whole_number {
    ($($ty:ty),*) => {$(
        impl Value for $ty {
            fn expected() -> Expected {
                "a whole number, 0 or more".to_owned()
            }
            fn read(raw: &Raw) -> Option<Self> {
                match raw {
                    Raw::Int(n) => Self::try_from(*n).ok(),
                    _ => None,
                }
            }
            fn write(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
whole_number!(u32, usize);

impl Value for f64 {
    fn expected() -> Expected {
        "a number".to_owned()
    }
    fn read(raw: &Raw) -> Option<Self> {
        match raw {
            Raw::Float(x) if x.is_finite() => Some(*x),
            Raw::Int(n) => i32::try_from(*n).ok().map(Self::from),
            _ => None,
        }
    }
    fn write(&self) -> String {
        format!("{self:?}")
    }
}

impl Value for String {
    fn expected() -> Expected {
        "a text in quotes".to_owned()
    }
    fn read(raw: &Raw) -> Option<Self> {
        match raw {
            Raw::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
    fn write(&self) -> String {
        toml::Value::String(self.clone()).to_string()
    }
}

impl Value for Vec<String> {
    fn expected() -> Expected {
        "a list of texts, as [\"a\", \"b\"]".to_owned()
    }
    fn read(raw: &Raw) -> Option<Self> {
        match raw {
            Raw::List(items) => items.iter().map(String::read).collect(),
            _ => None,
        }
    }
    fn write(&self) -> String {
        let items: Vec<_> = self.iter().map(Value::write).collect();
        format!("[{}]", items.join(", "))
    }
}

const DURATIONS: [(&str, u64); 6] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];

impl Value for Duration {
    fn expected() -> Expected {
        "a time such as \"500ms\", \"90s\", \"15m\", \"24h\" or \"7d\", or a whole number of seconds"
            .to_owned()
    }
    fn read(raw: &Raw) -> Option<Self> {
        match raw {
            Raw::Int(seconds) => u64::try_from(*seconds).ok().map(Self::from_secs),
            Raw::Text(text) => measured(text, &DURATIONS).map(Self::from_millis),
            _ => None,
        }
    }
    fn write(&self) -> String {
        let ms = u64::try_from(self.as_millis()).unwrap_or(u64::MAX);
        let (unit, size) = largest_unit(ms, &DURATIONS[..5]);
        format!("\"{}{unit}\"", ms / size)
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

impl ByteSize {
    /// `n` times 1,048,576 bytes.
    pub const fn mib(n: u64) -> Self {
        Self(n << 20)
    }
    /// `n` times 1,024 bytes.
    pub const fn kib(n: u64) -> Self {
        Self(n << 10)
    }
    /// In the unit of memory; saturates on machines where that is smaller.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

const SIZES: [(&str, u64); 7] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
];

impl Value for ByteSize {
    fn expected() -> Expected {
        "a size such as \"512 KiB\" or \"16 MiB\", or a whole number of bytes".to_owned()
    }
    fn read(raw: &Raw) -> Option<Self> {
        match raw {
            Raw::Int(bytes) => u64::try_from(*bytes).ok().map(Self),
            Raw::Text(text) => measured(text, &SIZES).map(Self),
            _ => None,
        }
    }
    fn write(&self) -> String {
        let (unit, size) = largest_unit(self.0, &SIZES[..4]);
        format!("\"{} {unit}\"", self.0 / size)
    }
}

/// A number and a unit, with or without a space between.
fn measured(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, size) = units.iter().find(|(name, _)| *name == unit.trim())?;
    number.parse::<u64>().ok()?.checked_mul(*size)
}

/// The largest unit of which `amount` is a whole number.
fn largest_unit<'a>(amount: u64, units: &[(&'a str, u64)]) -> (&'a str, u64) {
    let fits = |(_, size): &&(&str, u64)| amount != 0 && amount.is_multiple_of(*size);
    *units.iter().rev().find(fits).unwrap_or(&units[0])
}

/// A check that a value lies in `range`.
pub fn within<T: Value + PartialOrd>(range: RangeInclusive<T>) -> impl Fn(&T) -> Result<(), Expected> {
    move |value| {
        if range.contains(value) {
            return Ok(());
        }
        Err(format!("{} from {} to {}", T::expected(), range.start().write(), range.end().write()))
    }
}

/// A check that a text is one of `words`.
pub fn one_of(words: &'static [&'static str]) -> impl Fn(&String) -> Result<(), Expected> {
    move |value| {
        if words.contains(&value.as_str()) {
            return Ok(());
        }
        Err(format!("one of {}", words.join(", ")))
    }
}

/// A check that a text is not empty.
///
/// # Errors
/// What was expected.
pub fn not_empty(value: &str) -> Result<(), Expected> {
    if value.trim().is_empty() { Err("a text that is not empty".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<T: Value>(text: &str) -> Option<T> {
        T::read(&Raw::Text(text.to_owned()))
    }

    #[test]
    fn durations_read_with_a_unit_and_write_the_largest_that_fits() {
        for (written, seconds, canonical) in [
            ("90s", 90, "\"90s\""),
            ("15 m", 900, "\"15m\""),
            ("24h", 86_400, "\"1d\""),
            ("3600s", 3600, "\"1h\""),
        ] {
            let read: Duration = text(written).expect(written);
            assert_eq!(read, Duration::from_secs(seconds));
            assert_eq!(read.write(), canonical);
        }
        for wrong in
            ["", "fast", "-1s", "1.5h", "10 parsecs", "99999999999999999999s", "18446744073709551615w"]
        {
            assert_eq!(text::<Duration>(wrong), None, "{wrong}");
        }
        assert_eq!(Duration::ZERO.write(), "\"0ms\"");
    }

    #[test]
    fn sizes_read_with_a_unit() {
        assert_eq!(text::<ByteSize>("16 MiB"), Some(ByteSize::mib(16)));
        assert_eq!(text::<ByteSize>("1MB"), Some(ByteSize(1_000_000)));
        assert_eq!(ByteSize::kib(512).write(), "\"512 KiB\"");
        assert_eq!(text::<ByteSize>("16 apples"), None);
    }

    #[test]
    fn a_variable_reads_as_whatever_the_option_wants() {
        let variable = |text: &str| Raw::Variable(text.to_owned());
        assert_eq!(read::<u32>(&variable("7")), Ok(7));
        assert_eq!(read::<String>(&variable("7")), Ok("7".to_owned()));
        assert_eq!(read::<bool>(&variable("true")), Ok(true));
        assert_eq!(read::<Duration>(&variable("1s")), Ok(Duration::from_secs(1)));
        assert_eq!(read::<Duration>(&variable("2")), Ok(Duration::from_secs(2)));
        assert_eq!(read::<Vec<String>>(&variable("10.0.0.0/8, ::1/128")).map(|l| l.len()), Ok(2));
        assert_eq!(read::<Vec<String>>(&variable(r#"["127.0.0.0/8"]"#)).map(|l| l.len()), Ok(1));
        assert_eq!(read::<Vec<String>>(&variable("")), Ok(vec![]));
        assert!(read::<u32>(&variable("-7")).is_err());
    }
}
