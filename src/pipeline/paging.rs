//! What is made when it is asked for: pages of archives, and pages of stories.
//! Promises: a story has a page only where everyone may read everything: where the river of everything is private, what
//! stands in others cannot be told from what does not.

use crate::config::options::river::EVERYTHING;
use crate::model::river::story_of;
use crate::model::time::Timestamp;
use crate::pipeline::republish::Press;
use crate::pipeline::unfolding::whole;
use crate::publish::edition::Edition;
use crate::publish::{html, story_page};
use crate::store::error::StoreError;
use crate::store::river::StoredStory;

impl Press {
    /// What such a path names; `None` if there is nothing. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn made_when_asked(&self, path: &str) -> Result<Option<Edition>, StoreError> {
        match story_of(path).filter(|_| self.addresses.story_pages) {
            Some(story) => Ok(self.reader.story_or_heir(story)?.and_then(|story| self.story(story))),
            None => self.archive(path),
        }
    }

    fn story(&self, story: StoredStory) -> Option<Edition> {
        let modified = changed(&story).max(self.born);
        let river = self.rivers.0.iter().find(|river| river.name == EVERYTHING);
        let own = river.map(|river| &river.prefer[..]).unwrap_or_default();
        let told = whole(story, &[own, &self.prefer])?;
        Some(Edition::new(story_page::render(&told), html::MEDIA_TYPE, modified))
    }
}

/// When something of it came, changed or went last.
fn changed(story: &StoredStory) -> Timestamp {
    let reports = story.reports.iter().flat_map(|stored| [stored.first_seen, stored.report.updated]);
    let gone = story.links.iter().filter_map(|stored| stored.withdrawn);
    reports.chain(gone).fold(story.first_seen, Timestamp::max)
}
