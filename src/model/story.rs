//! A story: the entries that tell one event; and the verdict that put an entry there.

use serde::{Deserialize, Serialize};

use crate::model::ids::{EntryId, StoryId};
use crate::model::time::Timestamp;

/// How near an entry is to the story it joined, nearest first. Kept apart in the model, the feed and the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// The same publication: same canonical link, agency id or slug.
    Identity,
    /// The same text, syndicated or lightly edited.
    Copy,
    /// Another report of the same event.
    Story,
}

impl Tier {
    /// The word used in the store, in JSON and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Copy => "copy",
            Self::Story => "story",
        }
    }
}

/// Which tiers a river folds into one entry. The same publication always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folding {
    /// [`Tier::Copy`]
    pub copies: bool,
    /// [`Tier::Story`]
    pub stories: bool,
}

impl Folding {
    /// Every tier: a story is one entry.
    pub const ALL: Self = Self { copies: true, stories: true };
    /// What is the same text.
    pub const TEXTS: Self = Self { copies: true, stories: false };
    /// What is the same publication.
    pub const PUBLICATIONS: Self = Self { copies: false, stories: false };

    /// Whether it folds what is so near.
    pub fn folds(self, tier: Tier) -> bool {
        match tier {
            Tier::Identity => true,
            Tier::Copy => self.copies,
            Tier::Story => self.stories,
        }
    }
}

/// How an entry came into its story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The entry.
    pub entry: EntryId,
    /// How near it was when it joined; `None`: it began the story.
    pub tier: Option<Tier>,
    /// What it was nearest to when it was judged.
    pub nearest: Option<EntryId>,
}

/// One observation about an entry and a story, and what it weighed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The signal's name as in `story/signal/`: `same_link`, `same_title`, `near_text`, …
    pub signal: String,
    /// What the signal measured, in its own unit (most are 0 to 1).
    pub value: f64,
    /// What it added to the score (negative: it spoke against).
    pub weight: f64,
    /// For a person: what was compared.
    pub note: String,
}

/// Told before, or news?
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Nothing in the window tells this.
    New,
    /// It belongs to this story.
    Join {
        /// The story.
        story: StoryId,
        /// How near.
        tier: Tier,
    },
}

/// The engine's answer for one entry, with its reasons. Stored with the entry's membership.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The answer.
    pub decision: Decision,
    /// The member that was nearest, if any came into question.
    pub nearest: Option<EntryId>,
    /// What the best story in question scored; 0 if none came into question.
    pub score: f64,
    /// What it would have had to score to be joined.
    pub threshold: f64,
    /// Why, strongest first.
    pub evidence: Vec<Evidence>,
    /// Other stories that this entry proved to be one with the story it joins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<StoryId>,
}

/// What the story stage is told of an entry. Borrowed: nothing of it is kept but its fingerprint.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// Plain text.
    pub title: &'a str,
    /// Plain text of summary and content; may be empty.
    pub body: &'a str,
    /// The summary alone, as plain text; may be empty.
    pub summary: &'a str,
    /// Canonical link, if any.
    pub link: Option<&'a str>,
    /// BCP 47 tag, if known.
    pub language: Option<&'a str>,
    /// Who tells it: equal for entries of one feed.
    pub source: &'a str,
    /// When it was told: the publisher's date, else when it was first seen.
    pub at: Timestamp,
}

/// One report in a story's coverage, as the lead rule and publishing need it.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The entry.
    pub entry: EntryId,
    /// How near it was when it joined.
    pub tier: Tier,
    /// Publisher's date, else first seen.
    pub at: Timestamp,
    /// Length of its content's text in characters.
    pub content_chars: usize,
    /// The owner prefers this feed for the lead.
    pub preferred: bool,
}
