//! Makes the current editions from the store: for each river what it tells, in every format; and the subscriptions.
//! Promises: the same store gives the same bytes with the same validators, after a restart, on another day and on another
//! machine. `modified` comes from the data, and moves on, by a second at least, whenever the bytes change for whatever
//! reason: what it was is kept with what the bytes were. All rivers show the store at one moment.
//! Deliberately not here: what stands in a river's subscription document, and what in its archive (`window`); which
//! entries a river wants (`selecting`); how a story becomes what a river tells of it (`unfolding`).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::options::publish::PublishOptions;
use crate::config::options::river::{EVERYTHING, RiverOptions, Rivers};
use crate::model::river::{Addresses, Page, River, archive_of};
use crate::model::time::{SECOND_MS, Timestamp};
use crate::parse::identity::river_atom_id;
use crate::pipeline::selecting::{self, Choice, Made};
use crate::publish::edition::{Edition, Encoding, hash, unzstd};
use crate::publish::formats::FORMATS;
use crate::publish::write::Export;
use crate::publish::{atom, feeds_page, html, landing, opml, search_page};
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::told::{KeptEdition, SealedPage};
use crate::store::writer::Writer;

/// Where the subscriptions are published.
pub const SUBSCRIPTIONS: &str = "/subscriptions.opml";

/// How often it is tried to find all rivers at one moment.
const LOOKS: usize = 3;

/// Editions by path.
pub type Editions = BTreeMap<String, Arc<Edition>>;

/// What the rivers are made from.
#[derive(Debug)]
pub struct Press {
    /// The store.
    pub reader: Reader,
    /// Keeps what was sealed, and since when editions are what they are.
    pub writer: Writer,
    /// The owner's choices for all rivers.
    pub options: PublishOptions,
    /// The owner's choices for each.
    pub rivers: Rivers,
    /// Feeds whose report leads a story, as `story.prefer` names them.
    pub prefer: Vec<String>,
    /// Where readers reach riverd.
    pub addresses: Addresses,
    /// Tells this store from others.
    pub store_name: String,
    /// When the store was made.
    pub born: Timestamp,
    /// The editions made last: what has not changed is not made again.
    pub last: Mutex<Editions>,
    /// Rivers that have more to look at, or to seal.
    pub behind: Mutex<HashSet<String>>,
    /// Of what each selecting river was made last.
    pub made: Mutex<HashMap<String, Made>>,
    /// The static export, once it has begun.
    pub export: Mutex<Option<Export>>,
}

/// What came of looking at what rivers with an archive tell.
#[derive(Debug, Default)]
struct Looks {
    /// Rivers that may have changed.
    changed: BTreeSet<String>,
    /// Rivers that have more to look at.
    unseen: BTreeSet<String>,
}

/// Bytes that are yet to be made an edition.
struct Draft {
    path: String,
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl Press {
    /// The current editions. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn editions(&self) -> Result<Editions, StoreError> {
        // Put back when all went well: after a failure everything is made anew.
        let last = std::mem::take(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner));
        let (Looks { changed, unseen }, at) = self.look_at_one_moment()?;
        let (mut drafts, mut heads, mut editions) =
            (vec![self.subscriptions(&at)?, style()], Vec::new(), Editions::new());
        let titles_stand =
            last.get(SUBSCRIPTIONS).is_some_and(|edition| edition.hash == hash(&drafts[0].bytes));
        for choice in selecting::choices(&at, &self.rivers, self.options.label_rivers)? {
            let options = &choice.options;
            let is_archived = choice.wanted.is_everything();
            let (goes_on, unseen) = (self.set_behind(&options.name, false), unseen.contains(&options.name));
            let changed = if is_archived {
                goes_on || changed.contains(&options.name)
            } else {
                self.may_have_changed(&choice, &at)?
            };
            if let Some(same) = of_river(&last, &options.name).filter(|_| !changed && titles_stand) {
                self.set_behind(&options.name, unseen);
                editions.extend(same);
            } else if is_archived {
                let (river, all) = self.window(options, &at, !unseen)?;
                self.set_behind(&options.name, !all);
                drafts.extend(self.drafts(&river));
                heads.push((self.archives_path(&river.name), self.archives_hash(&river)));
            } else {
                drafts.extend(self.drafts(&self.selected(&choice, &at)?));
            }
        }
        if let Some(options) = self.rivers.notices() {
            drafts.extend(self.drafts(&self.notices(options, &at)?));
        }
        drafts.push(self.landing(&drafts, &editions));
        editions.extend(self.bind(drafts, &heads, &last)?);
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&editions);
        Ok(editions)
    }

    /// The editions as the rivers told them last, of a store that nobody can write: nothing is looked at anew, sealed, or
    /// kept. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn last_editions(&self) -> Result<Editions, StoreError> {
        let at = self.reader.held()?;
        let (mut drafts, none) = (vec![self.subscriptions(&at)?, style()], Editions::new());
        for choice in selecting::choices(&at, &self.rivers, self.options.label_rivers)? {
            let is_archived = choice.wanted.is_everything();
            let river = if is_archived {
                self.window(&choice.options, &at, false)?.0
            } else {
                self.selected(&choice, &at)?
            };
            drafts.extend(self.drafts(&river));
        }
        if let Some(options) = self.rivers.notices() {
            drafts.extend(self.drafts(&self.notices(options, &at)?));
        }
        drafts.push(self.landing(&drafts, &none));
        Ok(self.bound(drafts, &[], &none)?.0)
    }

    /// Whether a river has more to look at, or to seal: then the editions are made again soon.
    pub fn is_behind(&self) -> bool {
        !self.behind.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Returns whether it was.
    fn set_behind(&self, river: &str, is: bool) -> bool {
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        if is { !behind.insert(river.to_owned()) } else { behind.remove(river) }
    }

    /// The page of an archive that such a path names; `None` if there is none. Blocks.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn archive(&self, path: &str) -> Result<Option<Edition>, StoreError> {
        let Some((name, number)) = archive_of(path) else { return Ok(None) };
        let Some(options) = self.rivers.0.iter().find(|river| river.name == name) else { return Ok(None) };
        let Some(sealed) = self.reader.page(name, number)? else { return Ok(None) };
        let Some(entries) = unzstd(&sealed.entries, sealed.size_bytes) else { return Ok(None) };
        let heads = self.reader.kept_editions()?;
        let head = heads.get(&self.archives_path(name)).map_or(sealed.modified, |kept| kept.modified);
        let bytes = atom::archive(&self.river(options), &Page { entries, ..page(&sealed) });
        Ok(Some(Edition::new(bytes, atom::MEDIA_TYPE, sealed.modified.max(head))))
    }

    /// A moment of which all rivers with an archive know what they tell; and those that have changed. Where the store
    /// changes all the time, what came last is told the next time.
    fn look_at_one_moment(&self) -> Result<(Looks, Reader), StoreError> {
        let mut looks = Looks::default();
        for _ in 1..LOOKS {
            self.look_all(&mut looks)?;
            let at = self.reader.held()?;
            if !looks.unseen.is_empty() || self.have_looked(&at)? {
                return Ok((looks, at));
            }
        }
        self.look_all(&mut looks)?;
        Ok((looks, self.reader.held()?))
    }

    fn have_looked(&self, at: &Reader) -> Result<bool, StoreError> {
        for choice in
            selecting::choices(at, &self.rivers, 0)?.iter().filter(|choice| choice.wanted.is_everything())
        {
            let looked = at.looked(&choice.options.name)?.map_or(0, |looked| looked.touched);
            if !at.touched(looked, 1)?.0.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Brings up to date what the rivers with an archive tell, or nearer to it.
    fn look_all(&self, looks: &mut Looks) -> Result<(), StoreError> {
        looks.unseen.clear();
        let choices = selecting::choices(&self.reader, &self.rivers, 0)?.into_iter();
        for Choice { options, .. } in choices.filter(|choice| choice.wanted.is_everything()) {
            let seen = self.look(&options)?;
            if !seen.all {
                looks.unseen.insert(options.name.clone());
            }
            if seen.changed {
                looks.changed.insert(options.name);
            }
        }
        Ok(())
    }

    /// Whether what a selecting river shows may have changed since it was made last.
    fn may_have_changed(&self, choice: &Choice, at: &Reader) -> Result<bool, StoreError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let stands = made.get_mut(&choice.options.name).map(|made| selecting::stands(at, choice, made));
        Ok(!stands.transpose()?.unwrap_or(false))
    }

    fn drafts(&self, river: &River) -> impl Iterator<Item = Draft> {
        FORMATS.iter().map(|format| Draft {
            path: format.path(&river.name),
            media_type: format.media_type,
            bytes: (format.render)(river, self.options.max_size.as_usize()),
        })
    }

    /// A river that selects. It has no archive: what it selects may change with every title, label and query, and what
    /// is sealed must not.
    fn selected(&self, choice: &Choice, at: &Reader) -> Result<River, StoreError> {
        let options = &choice.options;
        let limit = if options.limit == 0 { self.options.limit } else { options.limit };
        let prefer = [&options.prefer[..], &self.prefer];
        let manner = self.manner(options, &prefer);
        let room = self.options.max_size.as_usize();
        let (stories, basis) = selecting::stories(at, choice, manner, limit, room)?;
        let made = Made { title: options.title.clone(), basis };
        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(options.name.clone(), made);
        Ok(River { stories, ..self.river(options) })
    }

    /// A river that tells nothing yet.
    pub(crate) fn river(&self, options: &RiverOptions) -> River {
        let name = options.name.clone();
        River {
            title: self.title(options),
            atom_id: river_atom_id(&self.store_name, &name),
            addresses: self.addresses_of(options),
            stories: Vec::new(),
            withdrawn: Vec::new(),
            archived: 0,
            born: self.born,
            name,
        }
    }

    /// No hub hears of a private river.
    fn addresses_of(&self, options: &RiverOptions) -> Addresses {
        let hub = self.addresses.hub.clone().filter(|_| !options.private);
        Addresses { hub, ..self.addresses.clone() }
    }

    fn title(&self, options: &RiverOptions) -> String {
        let titles =
            [options.title.as_str(), if options.name == EVERYTHING { &self.options.title } else { "" }];
        let title = titles.into_iter().find(|title| !title.trim().is_empty());
        title.unwrap_or(&options.name).to_owned()
    }

    /// The page of the first river that all may read, and what else there is to read.
    fn landing(&self, drafts: &[Draft], editions: &Editions) -> Draft {
        let paths = editions.keys().chain(drafts.iter().map(|draft| &draft.path)).map(String::as_str);
        let mut public: Vec<&str> = paths.filter(|path| !self.is_private(path)).collect();
        public.sort_unstable();
        let first =
            self.rivers.telling().find(|river| !river.private).map(|river| format!("/{}", river.name));
        let page = first.and_then(|path| {
            let draft = drafts.iter().find(|draft| draft.path == path).map(|draft| &draft.bytes[..]);
            draft.or_else(|| editions.get(&path).map(|edition| &edition.body(Encoding::Identity).bytes[..]))
        });
        let page = page.map(String::from_utf8_lossy);
        let search = (search_page::PATH, "Search", self.addresses.story_pages);
        let pages = [search, (feeds_page::PATH, "Feeds", self.lists_feeds())];
        let pages: Vec<_> = pages.iter().filter(|page| page.2).map(|page| (page.0, page.1)).collect();
        let bytes = landing::render(&self.options.title, page.as_deref(), &public, &pages);
        Draft { path: landing::PATH.to_owned(), media_type: html::MEDIA_TYPE, bytes }
    }

    fn subscriptions(&self, at: &Reader) -> Result<Draft, StoreError> {
        let shown = opml::shown(at.subscriptions()?);
        let bytes = opml::render(&self.options.title, &shown).into_bytes();
        Ok(Draft { path: SUBSCRIPTIONS.to_owned(), media_type: opml::MEDIA_TYPE, bytes })
    }

    /// Stands for what all pages of a river's archive have in common.
    fn archives_path(&self, river: &str) -> String {
        format!("/archive/{river}/")
    }

    fn archives_hash(&self, river: &River) -> String {
        let none = Page { number: 1, entries: Vec::new(), updated: String::new(), has_next: false };
        hash(atom::archive_frame(river, &none).as_bytes())
    }

    /// Makes editions of drafts, and keeps since when each is what it is.
    fn bind(
        &self,
        drafts: Vec<Draft>,
        heads: &[(String, String)],
        last: &Editions,
    ) -> Result<Editions, StoreError> {
        let (editions, changed) = self.bound(drafts, heads, last)?;
        if !changed.is_empty() {
            self.writer.keep_editions(changed)?;
        }
        Ok(editions)
    }

    /// Editions of drafts, and what is to be kept of them.
    fn bound(
        &self,
        drafts: Vec<Draft>,
        heads: &[(String, String)],
        last: &Editions,
    ) -> Result<(Editions, Vec<(String, KeptEdition)>), StoreError> {
        let (kept, moment) = (self.reader.kept_editions()?, self.reader.last_moment()?.max(self.born));
        let (mut editions, mut changed) = (Editions::new(), Vec::new());
        let mut since = |path: &str, hash: &str| {
            let (modified, is_new) = modified(kept.get(path), hash, moment);
            let now = KeptEdition { hash: hash.to_owned(), modified };
            changed.extend(is_new.then(|| (path.to_owned(), now)));
            modified
        };
        for Draft { path, media_type, bytes } in drafts {
            let hash = hash(&bytes);
            let modified = since(&path, &hash);
            let same = last.get(&path).filter(|edition| edition.hash == hash && edition.modified == modified);
            let edition =
                same.cloned().unwrap_or_else(|| Arc::new(Edition::new(bytes, media_type, modified)));
            editions.insert(path, edition);
        }
        for (path, hash) in heads {
            since(path, hash);
        }
        Ok((editions, changed))
    }
}

/// How pages look.
fn style() -> Draft {
    Draft { path: html::STYLE_PATH.to_owned(), media_type: html::STYLE_TYPE, bytes: html::STYLE.into() }
}

/// A river's editions in all formats, if they are there.
fn of_river(editions: &Editions, name: &str) -> Option<Vec<(String, Arc<Edition>)>> {
    let paths = FORMATS.iter().map(|format| format.path(name));
    paths.map(|path| editions.get(&path).cloned().map(|edition| (path, edition))).collect()
}

/// Since when an edition is what it is, in whole seconds, and whether that is news. A reader that knows only dates sees
/// every change: each comes in a later second than the one before.
fn modified(kept: Option<&KeptEdition>, hash: &str, moment: Timestamp) -> (Timestamp, bool) {
    let moment = Timestamp(moment.0.div_euclid(SECOND_MS) * SECOND_MS);
    match kept {
        Some(kept) if kept.hash == hash => (kept.modified, false),
        Some(kept) => (moment.max(kept.modified.plus_ms(SECOND_MS)), true),
        None => (moment, true),
    }
}

/// A page without its entries.
pub(crate) fn page(sealed: &SealedPage) -> Page {
    let SealedPage { number, has_next, .. } = *sealed;
    Page { number, entries: Vec::new(), updated: sealed.updated.clone(), has_next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_modified_moves_by_a_second_at_least_with_every_change_and_never_back() {
        let kept = KeptEdition { hash: "a".to_owned(), modified: Timestamp(5_000) };
        let modified = |kept, hash, moment| {
            let (at, is_new) = modified(kept, hash, Timestamp(moment));
            (at.0, is_new)
        };
        assert_eq!(modified(None, "a", 7_999), (7_000, true));
        assert_eq!(modified(Some(&kept), "a", 99_000), (5_000, false));
        assert_eq!(modified(Some(&kept), "b", 99_999), (99_000, true));
        assert_eq!(modified(Some(&kept), "b", 5_800), (6_000, true));
        assert_eq!(modified(Some(&kept), "b", 1_000), (6_000, true));
    }
}
