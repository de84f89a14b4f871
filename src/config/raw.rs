//! A value before it is understood: what a TOML file or an environment variable holds.
//! Deliberately not here: which value an option wants; that is `value`.

use std::fmt;

use toml::de::DeValue;

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a point.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Raw>),
    /// Anything an option never is: a table, a date, a number too large.
    Other(String),
    /// The text of an environment variable: it may stand for any of the above.
    Variable(String),
}

impl Raw {
    /// What TOML holds.
    pub fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::Boolean(b) => Self::Bool(*b),
            DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix())
                .map_or_else(|_| Self::Other(format!("the number {n}")), Self::Int),
            DeValue::Float(x) => {
                x.as_str().parse().map_or_else(|_| Self::Other(format!("the number {x}")), Self::Float)
            }
            DeValue::String(s) => Self::Text(s.to_string()),
            DeValue::Array(items) => Self::List(items.iter().map(|item| Self::of(item.get_ref())).collect()),
            DeValue::Datetime(date) => Self::Other(format!("the date {date}")),
            DeValue::Table(_) => Self::Other("a table".to_owned()),
        }
    }

    /// The ways to read it, the most literal first. A variable's text may be a text, a TOML value or a comma list.
    pub fn readings(&self) -> Vec<Self> {
        let Self::Variable(text) = self else { return vec![self.clone()] };
        let mut readings = Vec::new();
        if let Ok(value) = DeValue::parse(text) {
            readings.push(Self::of(value.get_ref()));
        }
        readings.push(Self::Text(text.clone()));
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        readings.push(Self::List(parts.map(|part| Self::Text(part.to_owned())).collect()));
        readings
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(n) => write!(f, "the number {n}"),
            Self::Float(x) => write!(f, "the number {x}"),
            Self::Text(text) | Self::Variable(text) => write!(f, "the text {text:?}"),
            Self::List(items) => write!(f, "a list of {}", items.len()),
            Self::Other(what) => f.write_str(what),
        }
    }
}
