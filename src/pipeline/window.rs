//! What of a river stands in its subscription document, and what in the sealed pages of its archive (RFC 5005 section 4).
//!
//! A river keeps a list of what it told (`store::told`). What is in no page of the archive is in the subscription
//! document, all of it: so a reader that walks from page to page meets everything exactly once. When it holds more than
//! the river's limit, in number or in bytes, the oldest of it is sealed: rendered once more, and kept so for ever.
//!
//! - A sealed page stays as it is to the byte, whatever becomes of its stories: they grow, are put together with others,
//!   or are withdrawn (which the subscription document tells, RFC 6721). Only its link to the page after it is added,
//!   once, when that page comes: no link ever leads to a page that is not complete.
//! - Not every new story seals one, for pages would be small: at least an eighth of the limit goes at once. So a full
//!   river holds between seven eighths of its limit and all of it.
//! - What is sealed never comes back into the document, and a story that comes with an old date, as those of a feed just
//!   followed do, goes to the archive at once: it floods nothing.
//! - A river that has far to go, for it is new or tells by other options now, goes there a piece at a time and is served
//!   meanwhile: the newest of it first. Its document links its archive when all that it does not hold is sealed.
//! - Only stories that were touched since the last time are looked at: a change costs what it changed and the river itself.

use crate::config::options::river::RiverOptions;
use crate::model::river::{River, ToldStory};
use crate::model::story::Folding;
use crate::model::time::Timestamp;
use crate::pipeline::republish::Press;
use crate::pipeline::unfolding::{Manner, parts, units};
use crate::publish::atom;
use crate::publish::edition::zstd;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::told::{Look, Looked, Open, Seal};

/// Stories looked at in one transaction.
const STORIES_AT_ONCE: usize = 500;
/// Transactions in which stories are looked at before the river is served.
const LOOKS_AT_ONCE: usize = 4;
/// Pages sealed before it is.
const PAGES_AT_ONCE: usize = 20;
/// The least that is sealed at once, as a part of the river's limit.
const LEAST_PART: usize = 8;
/// Bytes of a page that its head takes, at most.
const HEAD_BYTES: usize = 8 * 1024;
/// Level of zstd at which pages are kept. They are packed once and read seldom; but 12 takes 38 MB of memory for a page of
/// a MiB, and 6 takes 5.
const KEPT_LEVEL: i32 = 6;

/// What a river folds.
pub(crate) fn folding(options: &RiverOptions) -> Folding {
    Folding { copies: options.copies, stories: options.stories }
}

/// The options that decide what a river tells. Where they change, it looks at all stories anew.
fn manner(options: &RiverOptions) -> String {
    format!("copies={} stories={}", options.copies, options.stories)
}

/// What came of looking at stories.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// The subscription document may have changed.
    pub changed: bool,
    /// There is nothing left to look at.
    pub all: bool,
}

impl Press {
    /// Brings the river's list of what it tells up to date, or a little nearer to it.
    pub(crate) fn look(&self, options: &RiverOptions) -> Result<Seen, StoreError> {
        let (manner, mut changed) = (manner(options), false);
        for _ in 0..LOOKS_AT_ONCE {
            let known = self.reader.looked(&options.name)?;
            let same = known.filter(|known| known.manner == manner);
            let (stories, touched) = match &same {
                Some(known) => self.reader.touched(known.touched, STORIES_AT_ONCE)?,
                // Its newest stories first, and then all in their turn.
                None => (self.reader.newest(self.limit(options))?, 0),
            };
            if stories.is_empty() && same.is_some() {
                return Ok(Seen { changed, all: true });
            }
            let is_last = stories.len() < STORIES_AT_ONCE && same.is_some();
            changed |= self.writer.keep_look(Look {
                river: options.name.clone(),
                looked: Looked { manner: manner.clone(), touched },
                anew: same.is_none(),
                stories: stories.iter().map(|story| (story.id, units(story, folding(options)))).collect(),
            })?;
            if is_last {
                return Ok(Seen { changed, all: true });
            }
        }
        Ok(Seen { changed, all: false })
    }

    fn limit(&self, options: &RiverOptions) -> usize {
        if options.limit == 0 { self.options.limit } else { options.limit }
    }

    /// The river as its subscription document tells it at the moment of `at`. What has no room there is sealed first, but
    /// of a river that has not looked at `all`. False: there is more to look at, or to seal.
    pub(crate) fn window(
        &self,
        options: &RiverOptions,
        at: &Reader,
        all: bool,
    ) -> Result<(River, bool), StoreError> {
        let limit = self.limit(options);
        let name = &options.name;
        let (count, open) = (at.count_open(name)?, at.newest_open(name, limit)?);
        let mut river = self.river(options);
        let room = self.options.max_size.as_usize();
        river.stories = self.tell(&open, options, at, room)?;
        river.archived = at.last_page(name)?.max(u64::from(count > limit));
        let is_full = count >= limit || river.archived > 0;
        let since =
            river.stories.last().filter(|_| is_full).map_or(Timestamp(i64::MIN), |oldest| oldest.first_seen);
        river.withdrawn = at.withdrawn(name, since, limit)?;
        let fitting = atom::fitting(&river, room);
        if !all {
            // Between what it shows and what is sealed there may be something.
            river.archived = if count > limit { 0 } else { at.last_page(name)? };
        } else if count > limit || fitting < river.stories.len() {
            let least = (limit / LEAST_PART).clamp(1, self.options.archive_page);
            let excess = count.saturating_sub(fitting.max(1));
            let wanted = excess.max(least.min(count - 1));
            let sealed = self.seal(wanted, options)?;
            river.stories.truncate(count.saturating_sub(sealed));
            river.archived = self.reader.last_page(name)?;
            if count.saturating_sub(sealed) > limit.min(fitting.max(1)) {
                river.archived = 0;
                return Ok((river, false));
            }
        }
        Ok((river, all))
    }

    /// Seals the oldest of what stands in the subscription document, page by page; how many it were.
    fn seal(&self, count: usize, options: &RiverOptions) -> Result<usize, StoreError> {
        let mut sealed = 0;
        for _ in 0..PAGES_AT_ONCE {
            if sealed >= count {
                break;
            }
            // As alike in size as they can be.
            let pages = (count - sealed).div_ceil(self.options.archive_page);
            let open = self.reader.oldest_open(&options.name, (count - sealed).div_ceil(pages))?;
            let room = self.options.max_size.as_usize();
            let mut stories = self.tell(&open, options, &self.reader, room)?;
            stories.reverse();
            let entries = self.keep_what_fits(&mut stories);
            if stories.is_empty() {
                // What was to be sealed has changed since the river looked: it looks again the next time.
                tracing::debug!(river = %options.name, "nothing sealed");
                break;
            }
            self.writer.seal(Seal {
                river: options.name.clone(),
                size_bytes: entries.len(),
                entries: zstd(entries.as_bytes(), KEPT_LEVEL),
                updated: atom::newest(&stories).unwrap_or_default(),
                ids: stories.iter().map(|story| story.atom_id.clone()).collect(),
                now: self.reader.last_moment()?.max(self.born),
                goes_on: sealed > 0,
            })?;
            sealed += stories.len();
        }
        tracing::info!(river = %options.name, sealed, "sealed into the archive");
        Ok(sealed)
    }

    /// The entries of a page, newest first. The newest that have no room in it are left for the next one.
    fn keep_what_fits(&self, stories: &mut Vec<ToldStory>) -> String {
        let room = self.options.max_size.as_usize().saturating_sub(HEAD_BYTES);
        let (mut size, mut fitting) = (0, Vec::new());
        while let Some(oldest) = stories.pop() {
            let entry = atom::entries(std::slice::from_ref(&oldest), &self.addresses);
            size += entry.len();
            if size > room && !fitting.is_empty() {
                break;
            }
            fitting.push((oldest, entry));
        }
        fitting.reverse();
        let (told, entries): (Vec<_>, Vec<_>) = fitting.into_iter().unzip();
        *stories = told;
        entries.concat()
    }

    /// How a river tells stories.
    pub(crate) fn manner<'a>(&self, options: &RiverOptions, prefer: &'a [&'a [String]]) -> Manner<'a> {
        Manner { folding: folding(options), prefer, longest: self.options.max_size.as_usize() / 2 }
    }

    /// What the river tells of these, in their order, up to the first that has no room in so many bytes. What has changed
    /// since it looked is left out; it looks again.
    fn tell(
        &self,
        open: &[Open],
        options: &RiverOptions,
        at: &Reader,
        mut room: usize,
    ) -> Result<Vec<ToldStory>, StoreError> {
        let prefer = [&options.prefer[..], &self.prefer];
        let manner = self.manner(options, &prefer);
        let mut told = Vec::with_capacity(open.len());
        for Open { atom_id, story } in open {
            let Some(stored) = at.story(*story)? else { continue };
            let mut parts = parts(stored, manner).into_iter().map(|(_, part)| part);
            let Some(part) = parts.find(|part| part.atom_id == *atom_id) else { continue };
            let left = room.checked_sub(part.text_bytes());
            told.push(part);
            let Some(left) = left else { break };
            room = left;
        }
        Ok(told)
    }
}
