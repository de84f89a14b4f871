//! Options of `[story]`: how eagerly entries are folded into stories, and how much the engine may remember.

use crate::config::value::{one_of, within};
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
    }
}
