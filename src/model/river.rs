//! What a river shows at one moment: the stories, ready to be rendered in any format.

use serde::{Deserialize, Serialize};

use crate::model::entry::Entry;
use crate::model::feed::Feed;
use crate::model::ids::{EntryId, StoryId};
use crate::model::story::Tier;
use crate::model::time::Timestamp;

/// The feed an entry came from, as `atom:source` wants it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceFeed {
    /// `atom:id`: the publisher's, else minted once from the feed's key.
    pub atom_id: String,
    /// Its address, for `rel=self`; `None` for files.
    pub url: Option<String>,
    /// The publisher's metadata, the owner's title put in where the owner gave one.
    pub feed: Feed,
}

/// One entry, with what riverd knows beyond what the publisher said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Covering {
    /// The report.
    pub report: Report,
    /// How near it is to the lead: the same publication, the same text, or another report of the event.
    pub tier: Tier,
}

/// One story as a river tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToldStory {
    /// Its row: what its page is called by.
    pub story: StoryId,
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

impl ToldStory {
    /// How long the text is that every format tells of it at the least, in bytes.
    pub fn text_bytes(&self) -> usize {
        let entry = &self.lead.entry;
        entry.content.as_ref().or(entry.summary.as_ref()).map_or(0, String::len)
    }
}

/// What a river told and tells no more (RFC 6721).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// The id for readers that it had.
    pub atom_id: String,
    /// When the last of its entries was withdrawn.
    pub at: Timestamp,
}

/// Addresses at which readers find a river, and riverd, without a slash at the end; and that of its hub.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Addresses {
    /// Where riverd is reached from outside.
    pub public: String,
    /// There are pages of stories, at `/story/ROW`.
    pub story_pages: bool,
    /// The WebSub hub that is told when the river changes; `None`: no hub is.
    pub hub: Option<String>,
}

/// A river's content at one moment, newest first. Rendering it is pure: same river, same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct River {
    /// The name in its URL.
    pub name: String,
    /// For people.
    pub title: String,
    /// `atom:id` of the merged feed; for life.
    pub atom_id: String,
    /// Where it is found.
    pub addresses: Addresses,
    /// Newest first.
    pub stories: Vec<ToldStory>,
    /// Newest first.
    pub withdrawn: Vec<Withdrawn>,
    /// The newest page of its archive, counted from 1; 0: nothing is archived.
    pub archived: u64,
    /// When the store was made: the feed's `updated` while it has no entry. Never now.
    pub born: Timestamp,
}

impl River {
    /// When the feed was updated: its newest entry, never now.
    pub fn updated(&self) -> Timestamp {
        self.stories.iter().map(|story| story.lead.updated).max().unwrap_or(self.born)
    }

    /// Where the river is found in the format that is named `ending`, as `atom`.
    pub fn address(&self, ending: &str) -> String {
        format!("{}/{}.{ending}", self.addresses.public, self.name)
    }

    /// Where a page of its archive is found.
    pub fn archive_address(&self, page: u64) -> String {
        format!("{}{}", self.addresses.public, archive_path(&self.name, page))
    }
}

/// The path of a page of a river's archive.
pub fn archive_path(river: &str, page: u64) -> String {
    format!("/archive/{river}/{page}.atom")
}

/// The river and the page that such a path names; only the one spelling of each.
pub fn archive_of(path: &str) -> Option<(&str, u64)> {
    let (river, page) = path.strip_prefix("/archive/")?.strip_suffix(".atom")?.rsplit_once('/')?;
    let number = page.parse().ok().filter(|number| *number > 0)?;
    (archive_path(river, number) == path).then_some((river, number))
}

/// The path of a story's page.
pub fn story_path(story: StoryId) -> String {
    format!("/story/{story}")
}

/// The story that such a path names; only the one spelling of it.
pub fn story_of(path: &str) -> Option<StoryId> {
    let number = path.strip_prefix("/story/")?.parse().ok().filter(|number| *number > 0)?;
    (story_path(StoryId(number)) == path).then_some(StoryId(number))
}

/// A sealed page of a river's archive: what stood in it when it was sealed, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Counted from 1.
    pub number: u64,
    /// Its entries, as they were rendered.
    pub entries: Vec<u8>,
    /// The newest of their dates of change, as it stands there.
    pub updated: String,
    /// There is a page after it.
    pub has_next: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_story_is_read_back_and_no_other_spelling_is() {
        assert_eq!(story_of("/story/12"), Some(StoryId(12)));
        for wrong in ["/story/0", "/story/012", "/story/+1", "/story/-1", "/story/", "/story/1/", "/story/x"]
        {
            assert_eq!(story_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_path_of_an_archive_is_read_back_and_no_other_spelling_is() {
        assert_eq!(archive_of("/archive/river/12.atom"), Some(("river", 12)));
        for wrong in [
            "/archive/river/0.atom",
            "/archive/river/01.atom",
            "/archive/river/+1.atom",
            "/archive/1.atom",
            "/river.atom",
        ] {
            assert_eq!(archive_of(wrong), None, "{wrong}");
        }
    }
}
