//! What a river shows at one moment: the stories, ready to be rendered in any format.

use crate::model::entry::Entry;
use crate::model::feed::Feed;
use crate::model::ids::EntryId;
use crate::model::story::Tier;
use crate::model::time::Timestamp;

/// The feed an entry came from, as `atom:source` wants it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceFeed {
    /// `atom:id`: the publisher's, else minted once from the feed's key.
    pub atom_id: String,
    /// Its address, for `rel=self`; `None` for files.
    pub url: Option<String>,
    /// The publisher's metadata, the owner's title put in where the owner gave one.
    pub feed: Feed,
}

/// One entry, with what riverd knows beyond what the publisher said.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its row: what its owner calls it on the command line. Readers never see it.
    pub row: EntryId,
    /// What the publisher said.
    pub entry: Entry,
    /// Its id for readers: the publisher's where that is a sound absolute IRI, else minted once.
    pub atom_id: String,
    /// Where it came from.
    pub source: SourceFeed,
    /// Publisher's date, clamped to first seen if it lies in the future; first seen if missing. Never moves.
    pub published: Timestamp,
    /// Moves only when title or content changed for a reader.
    pub updated: Timestamp,
}

/// A report that a story's lead speaks for too.
#[derive(Debug, Clone, PartialEq)]
pub struct Covering {
    /// The report.
    pub report: Report,
    /// How near it is to the lead: the same publication, the same text, or another report of the event.
    pub tier: Tier,
}

/// One story as a river tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldStory {
    /// Its id for readers: the story's own, or where a river folds less than the whole story, that of the first of the
    /// entries that it folds.
    pub atom_id: String,
    /// When the first of its entries was first seen.
    pub first_seen: Timestamp,
    /// The report that speaks for the story.
    pub lead: Report,
    /// The other reports, newest first.
    pub coverage: Vec<Covering>,
}

/// A river's content at one moment, newest first. Rendering it is pure: same edition, same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct River {
    /// The name in its URL.
    pub name: String,
    /// For people.
    pub title: String,
    /// `atom:id` of the merged feed; for life.
    pub atom_id: String,
    /// Absolute URL of the feed, if one is known (`serve.public_url`, else the listen address).
    pub self_url: Option<String>,
    /// Newest first.
    pub stories: Vec<ToldStory>,
    /// When the store was made: the feed's `updated` while it has no entry. Never now.
    pub born: Timestamp,
}
