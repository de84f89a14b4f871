//! The one definition of a section of options, and what follows from it.
//! Promises: name, type, meaning, default and check of an option stand in one place, inside `section!`.
//! Deliberately not here: the options themselves (`options/`) and files (`load`).

use crate::config::raw::Raw;
use crate::config::value::Expected;

/// One option, described for the default file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The key, without its section.
    pub key: &'static str,
    /// Meaning and unit, a line each.
    pub doc: Vec<&'static str>,
    /// The value as a TOML literal.
    pub literal: String,
}

/// A section of the config. Object-safe, so that a loader can walk through all of them.
pub trait Section {
    /// The name between the brackets.
    fn name(&self) -> &'static str;
    /// What it is about, a line each.
    fn doc(&self) -> Vec<&'static str>;
    /// The options in file order, with their present values.
    fn describe(&self) -> Vec<Described>;
    /// Sets one option.
    ///
    /// # Errors
    /// What was expected. The key is one of [`Section::describe`].
    fn set(&mut self, key: &str, raw: &Raw) -> Result<(), Expected>;
}

/// Defines a section: a struct with public fields, its `Default`, and its [`Section`].
///
/// A field reads `/// meaning` / `name: Type = default, check;` where the check may be left out. A check is
/// anything that can be called with `&Type` and gives `Result<(), Expected>`. Where the key is no name that Rust allows,
/// it is `name as "key": Type = …`.
#[macro_export]
macro_rules! section {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident in $section:literal {
            $( $(#[doc = $doc:literal])* $field:ident $(as $key:literal)? : $ty:ty = $default:expr $(, $check:expr)? ; )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $( $(#[doc = $doc])* pub $field: $ty, )* }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* }
            }
        }

        impl $crate::config::section::Section for $name {
            fn name(&self) -> &'static str {
                $section
            }
            fn doc(&self) -> Vec<&'static str> {
                vec![$( $about.trim_ascii() ),*]
            }
            fn describe(&self) -> Vec<$crate::config::section::Described> {
                vec![$( $crate::config::section::Described {
                    key: $crate::option_key!($field $($key)?),
                    doc: vec![$( $doc.trim_ascii() ),*],
                    literal: $crate::config::value::Value::write(&self.$field),
                } ),*]
            }
            fn set(
                &mut self,
                key: &str,
                raw: &$crate::config::raw::Raw,
            ) -> Result<(), $crate::config::value::Expected> {
                match key {
                    $( $crate::option_key!($field $($key)?) => {
                        let value: $ty = $crate::config::value::read(raw)?;
                        $( ($check)(&value)?; )?
                        self.$field = value;
                        Ok(())
                    } )*
                    _ => Err("a known key".to_owned()),
                }
            }
        }
    };
}

/// The key of a field of [`section!`]: its name, unless it has another.
#[macro_export]
macro_rules! option_key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}
