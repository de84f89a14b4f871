//! Options of `[story]`: how eagerly entries are folded into stories, and how much the engine may remember.

use crate::config::value::{Expected, one_of, within};
use crate::section;

section! {
    /// Which reports are folded into one story.
    pub struct StoryOptions in "story" {
        /// How long a story stays open for further reports after its last one, in days.
        window_days: f64 = 3.0, within(0.0..=365.0);
        /// Entries remembered for comparison; beyond it the oldest are forgotten first, with a line in the log.
        max_active: usize = 300_000, within(1_000..=10_000_000);
        /// 0 to 1: higher folds less.
        strictness: f64 = 0.5, within(0.0..=1.0);
        /// How far folding goes: "identity" (the same publication), "copy" (also the same text under another
        /// headline or link), "story" (also other reports of the event).
        tier: String = "story".to_owned(), one_of(&["identity", "copy", "story"]);
        /// Languages whose entries are folded, as primary tags (["de", "en"]); entries of others, and those whose
        /// language is not known, tell a story each. Empty: all are folded.
        languages: Vec<String> = Vec::new(), primary_tags;
        /// Feeds whose report leads a story, by address or by title, whatever other reports there are.
        prefer: Vec<String> = Vec::new();
    }
}

/// A check that these are primary language tags.
///
/// # Errors
/// What was expected.
#[expect(clippy::ptr_arg, reason = "a check is called with the option's own type")]
pub fn primary_tags(tags: &Vec<String>) -> Result<(), Expected> {
    let right =
        |tag: &String| (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_lowercase());
    if tags.iter().all(right) {
        Ok(())
    } else {
        Err("a list of primary language tags, as [\"de\", \"en\"]".to_owned())
    }
}
