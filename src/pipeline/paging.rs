//! What is made when it is asked for: pages of archives, of stories, of feeds, and of what a search finds.
//! Promises: a story has a page, and is found, only where everyone may read everything: where the river of everything is
//! private, what stands in others cannot be told from what does not. The feeds are listed only where no river is private.
//! No address shows a secret; a search ends within `publish.search_time`.

use std::borrow::Cow;

use crate::config::options::river::EVERYTHING;
use crate::model::query::Query;
use crate::model::river::story_of;
use crate::model::time::Timestamp;
use crate::pipeline::outlook::{Outlook, outlooks};
use crate::pipeline::republish::Press;
use crate::pipeline::unfolding::whole;
use crate::publish::edition::Edition;
use crate::publish::feeds_page::Followed;
use crate::publish::iri::{shown, shown_in};
use crate::publish::search_page::Found;
use crate::publish::{feeds_page, html, search_page, story_page};
use crate::store::error::StoreError;
use crate::store::listing::ListedFeed;
use crate::store::river::StoredStory;

impl Press {
    /// What such a path names; `None` if there is nothing. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn made_when_asked(&self, path: &str) -> Result<Option<Edition>, StoreError> {
        if path == feeds_page::PATH {
            return if self.lists_feeds() { self.feeds().map(Some) } else { Ok(None) };
        }
        let stories = self.addresses.story_pages;
        if let Some(query) = query(path) {
            return if stories { self.search(&query).map(Some) } else { Ok(None) };
        }
        match story_of(path).filter(|_| stories) {
            Some(story) => Ok(self.reader.story_or_heir(story)?.and_then(|story| self.story(story))),
            None => self.archive(path),
        }
    }

    /// Whether all may see what is followed, and how that goes.
    pub(crate) fn lists_feeds(&self) -> bool {
        !self.rivers.0.iter().any(|river| river.private)
    }

    fn feeds(&self) -> Result<Edition, StoreError> {
        let listed = self.reader.list_feeds()?;
        let polls = || listed.iter().filter_map(|feed| feed.poll.as_ref());
        let modified = polls().filter_map(|poll| poll.last_poll).fold(self.born, Timestamp::max);
        // Seen from the last poll: the page stays the same for as long as nothing happens.
        let outlooks = outlooks(&listed, modified);
        let all = listed.iter().zip(outlooks).filter_map(|(feed, outlook)| followed(feed, &outlook));
        let page = feeds_page::render(all.collect(), self.options.listed_feeds);
        Ok(Edition::new(page, html::MEDIA_TYPE, modified))
    }

    fn search(&self, asked: &str) -> Result<Edition, StoreError> {
        let most = self.options.search_results;
        let hits = match asked.parse::<Query>() {
            _ if asked.trim().is_empty() => return Ok(self.found(asked, &Found::Unasked)),
            Err(fault) => return Ok(self.found(asked, &Found::Wrong(fault.to_string()))),
            Ok(query) => self.reader.search_within(&query, most + 1, self.options.search_time)?,
        };
        let Some(hits) = hits else {
            let why = "it takes too long; ask for fewer or rarer words".to_owned();
            return Ok(self.found(asked, &Found::Wrong(why)));
        };
        let reports = hits.iter().take(most).map(|hit| (&hit.report, hit.story)).collect();
        Ok(self.found(asked, &Found::Reports(reports, hits.len() > most)))
    }

    fn found(&self, asked: &str, found: &Found<'_>) -> Edition {
        let modified = found.newest().map_or(self.born, |at| at.max(self.born));
        Edition::new(search_page::render(asked, found), html::MEDIA_TYPE, modified)
    }

    fn story(&self, story: StoredStory) -> Option<Edition> {
        let modified = changed(&story).max(self.born);
        let river = self.rivers.0.iter().find(|river| river.name == EVERYTHING);
        let own = river.map(|river| &river.prefer[..]).unwrap_or_default();
        let told = whole(story, &[own, &self.prefer])?;
        Some(Edition::new(story_page::render(&told), html::MEDIA_TYPE, modified))
    }
}

/// What such a path looks for: the last `q` of its query, or nothing; `None`: it is no search.
fn query(path: &str) -> Option<Cow<'_, str>> {
    let rest = path.strip_prefix(search_page::PATH)?;
    let query = if rest.is_empty() { "" } else { rest.strip_prefix('?')? };
    let asked = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "q").last();
    Some(asked.map_or(Cow::Borrowed(""), |(_, asked)| asked))
}

/// A feed as it is listed; `None` for files, and for what nobody asks for any more.
fn followed(feed: &ListedFeed, outlook: &Outlook) -> Option<Followed> {
    let poll = feed.poll.as_ref().filter(|_| feed.state != "unsubscribed")?;
    let last = poll.answers.first();
    Some(Followed {
        title: shown_in(&feed.title),
        url: shown(&feed.source)?,
        state: feed.state,
        entries: feed.entries,
        last: last.map(|last| (last.at, last.status, last.error.as_deref().map(shown_in))),
        next_poll: outlook.next_poll,
        why: shown_in(&outlook.why),
        advice: outlook.advice.as_deref().map(shown_in),
    })
}

/// When something of it came, changed or went last.
fn changed(story: &StoredStory) -> Timestamp {
    let reports = story.reports.iter().flat_map(|stored| [stored.first_seen, stored.report.updated]);
    let gone = story.links.iter().filter_map(|stored| stored.withdrawn);
    reports.chain(gone).fold(story.first_seen, Timestamp::max)
}
