//! Options of a `[[river]]`: one feed that riverd publishes.
//!
//! What a river selects belongs here too, as further options: `pipeline::republish` applies each.

use crate::config::value::{Expected, within};
use crate::section;

/// The river of everything; it is always there.
pub const EVERYTHING: &str = "river";

/// Names that stand for something else at the root of the server.
const RESERVED: [&str; 7] = ["feeds", "story", "search", "healthz", "readyz", "metrics", "subscriptions"];

section! {
    /// One published feed. The river "river" is always there; a block of that name changes its options.
    pub struct RiverOptions in "river" {
        /// Its name, of lower-case letters, digits, - and _. Readers subscribe to /NAME.atom.
        name: String = String::new(), name;
        /// Its title. Empty: its name, or for the river "river" publish.title.
        title: String = String::new();
        /// Whether reports of one event are folded into one entry.
        stories: bool = true;
        /// Whether copies of one text, syndicated or lightly edited, are folded into one entry. Without, but with
        /// stories, each copy is an entry of its own, and the other reports of the event are one entry.
        copies: bool = true;
        /// Feeds whose report leads in this river, by address or by title, before those of story.prefer.
        prefer: Vec<String> = Vec::new();
        /// Most entries in it. 0: publish.limit.
        limit: usize = 0, within(0..=10_000);
    }
}

/// Every river that is published: that of everything, then the others in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Rivers(pub Vec<RiverOptions>);

impl Default for Rivers {
    fn default() -> Self {
        Self(vec![RiverOptions { name: EVERYTHING.to_owned(), ..RiverOptions::default() }])
    }
}

impl Rivers {
    /// Those that the owner wrote, and that of everything.
    pub fn of(written: Vec<RiverOptions>) -> Self {
        let (everything, others): (Vec<_>, Vec<_>) =
            written.into_iter().partition(|river| river.name == EVERYTHING);
        let everything = everything.into_iter().next().map_or_else(|| Self::default().0, |river| vec![river]);
        Self(everything.into_iter().chain(others).collect())
    }
}

fn name(name: &str) -> Result<(), Expected> {
    let right = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if name.is_empty() || !name.bytes().all(right) {
        return Err("a name of lower-case letters a to z, digits, - and _, such as \"tech-news\"".to_owned());
    }
    if RESERVED.contains(&name) {
        return Err(format!("a name that stands for nothing else; taken are {}", RESERVED.join(", ")));
    }
    Ok(())
}
