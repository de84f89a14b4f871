//! Makes the current editions from the store: read the river, choose each story's lead, render.

use crate::config::options::publish::PublishOptions;
use crate::model::river::{River, SourceFeed, ToldStory};
use crate::model::story::{Member, Tier};
use crate::model::time::Timestamp;
use crate::parse::identity::river_atom_id;
use crate::parse::text::plain;
use crate::publish::atom;
use crate::publish::edition::Edition;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::river::StoredStory;
use crate::story::lead::lead;

/// What the river of everything is made from.
#[derive(Debug, Clone)]
pub struct Press {
    /// The store.
    pub reader: Reader,
    /// The owner's choices.
    pub options: PublishOptions,
    /// Feeds whose report leads a story, as `story.prefer` names them.
    pub prefer: Vec<String>,
    /// Where readers reach riverd, without a slash at the end.
    pub public_url: String,
    /// Tells this store from others.
    pub store_name: String,
    /// When the store was made.
    pub born: Timestamp,
}

impl Press {
    /// The editions, each with its path. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn editions(&self) -> Result<Vec<(String, Edition)>, StoreError> {
        let river = self.river()?;
        let bytes = atom::render(&river, &self.options);
        Ok(vec![("/river.atom".to_owned(), Edition::new(bytes, atom::MEDIA_TYPE, atom::updated(&river)))])
    }

    /// The river of everything, newest first.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn river(&self) -> Result<River, StoreError> {
        let stories = self.reader.river(self.options.limit)?;
        Ok(River {
            name: "river".to_owned(),
            title: self.options.title.clone(),
            atom_id: river_atom_id(&self.store_name, "river"),
            self_url: Some(format!("{}/river.atom", self.public_url)),
            stories: stories.into_iter().filter_map(|story| told(story, &self.prefer)).collect(),
            born: self.born,
        })
    }
}

/// A stored story with its lead chosen, one of the feeds that `prefer` names before others; `None` if it has no report
/// left.
pub fn told(story: StoredStory, prefer: &[String]) -> Option<ToldStory> {
    let StoredStory { atom_id, first_seen, mut reports, .. } = story;
    let members: Vec<Member> = reports
        .iter()
        .map(|stored| Member {
            entry: stored.report.row,
            tier: stored.tier.unwrap_or(Tier::Identity),
            at: stored.report.published,
            content_chars: stored
                .report
                .entry
                .content
                .as_deref()
                .map_or(0, |html| plain(html).chars().count()),
            preferred: is_preferred(&stored.report.source, prefer),
        })
        .collect();
    if members.is_empty() {
        return None;
    }
    let chosen = lead(&members);
    let at = reports.iter().position(|stored| stored.report.row == chosen)?;
    let lead = reports.remove(at).report;
    let mut coverage: Vec<_> = reports.into_iter().map(|stored| stored.report).collect();
    coverage.sort_by_key(|report| std::cmp::Reverse(report.published));
    Some(ToldStory { atom_id, first_seen, lead, coverage })
}

/// Whether one of the names is the feed's address or title.
fn is_preferred(source: &SourceFeed, prefer: &[String]) -> bool {
    let title = source.feed.title.to_lowercase();
    prefer.iter().any(|name| source.url.as_deref() == Some(name) || name.to_lowercase() == title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_preferred_by_its_address_or_its_title() {
        let mut source =
            SourceFeed { url: Some("https://a.example/feed".to_owned()), ..SourceFeed::default() };
        source.feed.title = "Das Blättle".to_owned();
        for (name, preferred) in [
            ("https://a.example/feed", true),
            ("das BLÄTTLE", true),
            ("Blättle", false),
            ("https://a.example/", false),
        ] {
            assert_eq!(is_preferred(&source, &[name.to_owned()]), preferred, "{name}");
        }
        assert!(!is_preferred(&SourceFeed::default(), &[]));
    }
}
