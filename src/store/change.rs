//! What a transaction changes, as plain data: the pipeline's orders to the store.

use crate::model::complaint::Complaint;
use crate::model::document::{Origin, Version};
use crate::model::entry::Entry;
use crate::model::feed::{Feed, PollHints};
use crate::model::ids::{EntryId, FeedId, StoryId};
use crate::model::notice::{Change, State};
use crate::model::poll::PollState;
use crate::model::story::{Tier, Verdict};
use crate::model::time::Timestamp;

/// What came of one poll, or of one look at a file.
#[derive(Debug)]
pub enum Note {
    /// A document that was read.
    Reading(Box<Reading>),
    /// No document came; how polling the remote feed stands.
    Poll(Origin, PollState),
    /// A document whose bytes are those read last: its version, and how its polling stands (`None`: a file).
    Version(Origin, Version, Option<PollState>),
    /// A file of the folder is not in, and why; since when.
    SetAside(Origin, String, Timestamp),
    /// A file of the folder was removed: its entries are withdrawn, and the subscriptions it asked for.
    Gone(Origin, Timestamp),
    /// A file of the folder moved: everything that came of it stays and goes with it.
    Moved(Box<Moved>),
}

/// A file of the folder that moved.
#[derive(Debug)]
pub struct Moved {
    /// Where it lay.
    pub from: Origin,
    /// Where it lies.
    pub to: Origin,
    /// What its entry is known by if it is an article, before and now.
    pub ids: [String; 2],
    /// When.
    pub at: Timestamp,
}

impl Note {
    /// Of which feed.
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Reading(reading) => &reading.origin,
            Self::Poll(origin, _) | Self::Version(origin, ..) => origin,
            Self::SetAside(origin, ..) | Self::Gone(origin, _) => origin,
            Self::Moved(moved) => &moved.from,
        }
    }

    /// Of which feed besides, if the note is of two.
    pub fn other(&self) -> Option<&Origin> {
        match self {
            Self::Moved(moved) => Some(&moved.to),
            _ => None,
        }
    }

    /// How polling of the feed stands with it; `None`: as before.
    pub fn poll(&self) -> Option<&PollState> {
        match self {
            Self::Reading(reading) => reading.poll.as_ref(),
            Self::Poll(_, poll) => Some(poll),
            Self::Version(_, _, poll) => poll.as_ref(),
            Self::SetAside(..) | Self::Gone(..) | Self::Moved(_) => None,
        }
    }
}

/// A note, and what the owner is told with it.
#[derive(Debug)]
pub struct Noted {
    /// What came of it.
    pub note: Note,
    /// That the state of its feed has changed; `None`: nothing to tell.
    pub change: Option<Change>,
}

/// One document, read and judged: all of it is committed, or nothing.
#[derive(Debug)]
pub struct Reading {
    /// Which feed.
    pub origin: Origin,
    /// Used if the feed is new.
    pub atom_id: String,
    /// The publisher's metadata.
    pub feed: Feed,
    /// What format it was.
    pub shape: &'static str,
    /// What was wrong with it.
    pub complaints: Vec<Complaint>,
    /// What the publisher asks of pollers.
    pub hints: PollHints,
    /// Hash of the bytes.
    pub content_hash: Vec<u8>,
    /// When it was read.
    pub now: Timestamp,
    /// Entries never seen in this feed.
    pub fresh: Vec<Fresh>,
    /// Entries that a reader would see changed, or that come back after having been withdrawn.
    pub changed: Vec<Changed>,
    /// Known entries that the document holds.
    pub held: Vec<EntryId>,
    /// Entries to withdraw.
    pub withdrawn: Vec<EntryId>,
    /// Entries that the publisher knows by another id now.
    pub renamed: Vec<(EntryId, String)>,
    /// Stories that prove to be one by what was read.
    pub regrouping: Regrouping,
    /// Committed last. `None` for a document that is no version of its own.
    pub version: Version,
    /// The poll that brought it; `None` for files.
    pub poll: Option<PollState>,
}

/// An entry's content, as it is kept.
#[derive(Debug)]
pub struct Content {
    /// What the publisher said.
    pub entry: Entry,
    /// Hash of what a reader sees.
    pub hash: Vec<u8>,
    /// Serialized fingerprint of the story engine.
    pub fingerprint: Vec<u8>,
    /// See [`crate::model::river::Report::updated`].
    pub updated: Timestamp,
    /// What it is found by.
    pub texts: Texts,
}

/// What an entry is found by, besides the name of its feed: its words as they are indexed (`model::folding`); empty
/// where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// Its title.
    pub title: String,
    /// Its summary, unless it stands in the content.
    pub summary: String,
    /// Its content.
    pub content: String,
}

/// A new entry and its place.
#[derive(Debug)]
pub struct Fresh {
    /// Minted by the caller, larger than every id before.
    pub id: EntryId,
    /// Its id for readers.
    pub atom_id: String,
    /// Its story.
    pub story: StoryId,
    /// Its id for readers where it is the first of what a river tells as one entry, such as a story that it begins;
    /// where it was given out before, another is made of it.
    pub told_as: String,
    /// Its place in rivers, if it begins a story.
    pub rank: Timestamp,
    /// Why it is there.
    pub verdict: Verdict,
    /// What it says.
    pub content: Content,
    /// See [`crate::model::river::Report::published`].
    pub published: Timestamp,
    /// Where it stands.
    pub news: News,
}

/// Whether a new entry is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It stands in the rivers.
    Told,
    /// It is only stored: too old to be news when its feed was added.
    Backfill,
}

/// A known entry with new content.
#[derive(Debug)]
pub struct Changed {
    /// The entry.
    pub id: EntryId,
    /// What it says now.
    pub content: Content,
}

/// How entries move between stories: all of it is committed with what it comes with, or nothing.
#[derive(Debug, Default)]
pub struct Regrouping {
    /// Stories that begin.
    pub begun: Vec<Begun>,
    /// Entries that move, or are what they were by another reason.
    pub placed: Vec<Placed>,
    /// Stories that prove to be one. Done last.
    pub merged: Vec<Merged>,
}

impl Regrouping {
    /// Whether nothing moves.
    pub fn is_empty(&self) -> bool {
        self.begun.is_empty() && self.placed.is_empty() && self.merged.is_empty()
    }
}

/// A story that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Minted by the caller, larger than every id before.
    pub story: StoryId,
    /// Its id for readers; where it was given out before, another is made of it.
    pub atom_id: String,
    /// When the first of its entries was first seen.
    pub first_seen: Timestamp,
    /// Its place in rivers.
    pub rank: Timestamp,
}

/// An entry's place.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The entry.
    pub entry: EntryId,
    /// Its story from now on.
    pub story: StoryId,
    /// How near it is; `None`: it begins the story.
    pub tier: Option<Tier>,
    /// Why; `None`: the verdict it has stays.
    pub verdict: Option<Verdict>,
}

/// Two stories that prove to be one: all entries of `from` go to `into`, and the id of `from` is retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// The younger.
    pub from: StoryId,
    /// The older.
    pub into: StoryId,
}

impl Merged {
    /// Of two different stories the older one survives.
    pub fn of(one: StoryId, other: StoryId) -> Self {
        Self { from: one.max(other), into: one.min(other) }
    }
}

/// What is known of a feed before a document of it is read.
#[derive(Debug, Clone)]
pub struct KnownFeed {
    /// Its row.
    pub id: FeedId,
    /// Hash of the document read last.
    pub content_hash: Option<Vec<u8>>,
    /// Its file was removed.
    pub gone: bool,
    /// What the publisher asked of pollers.
    pub hints: PollHints,
    /// How polling stands.
    pub poll: PollState,
    /// What it was read as last; `None`: nothing was ever read from it.
    pub shape: Option<String>,
    /// A file of the folder, or the config, asks for it; not only a list on the web.
    pub asked_directly: bool,
    /// A shortcut of a browser's asks for it: where it leads to a web page, that page's feed is meant.
    pub by_shortcut: bool,
    /// What its owner was told of it last; `None`: nothing.
    pub told: Option<State>,
    /// Until when its hub pushes its news; `None`: no hub does.
    pub pushed_until: Option<Timestamp>,
}

/// What is known of an entry before it is seen again.
#[derive(Debug, Clone)]
pub struct KnownEntry {
    /// Its row.
    pub id: EntryId,
    /// Its story.
    pub story: StoryId,
    /// Hash of what a reader sees.
    pub hash: Vec<u8>,
    /// It was withdrawn.
    pub withdrawn: bool,
    /// Its date of last change.
    pub updated: Timestamp,
    /// Its date of first publication, for readers.
    pub published: Timestamp,
    /// Too old to be news when its feed was added.
    pub backfill: bool,
}

/// By what an entry is known again whose publisher has changed its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownText {
    /// The publisher's id until now.
    pub key: String,
    /// Plain text.
    pub title: String,
    /// Canonical.
    pub link: Option<String>,
    /// Its date of first publication, for readers.
    pub published: Timestamp,
}
