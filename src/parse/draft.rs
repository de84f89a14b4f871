//! A document as its reader gives it: what each element says, before links are tied to pages, HTML is sanitized and ids
//! are minted. Both readers (`side`, `adapt`) and `json` give it; `finish` makes the model of it.
//! Promises: owns its text; holds nothing that was not in the document.

use std::rc::Rc;

use url::Url;

use crate::model::complaint::Complaint;
use crate::model::entry::Enclosure;
use crate::model::feed::{Person, PollHints};
use crate::model::time::Timestamp;

/// How the text of an element is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Plain, as far as the publisher says; markup in it is seen all the same.
    Plain,
    /// HTML.
    Html,
}

/// The text of an element, and where its relative links count from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RichText {
    /// As written: entities of XML are resolved, those of HTML not.
    pub body: String,
    /// How `body` is to be read.
    pub writing: Writing,
    /// `xml:base` in force, or the document's address; `None` if neither is known.
    pub base: Option<Rc<Url>>,
}

/// Where an entry was taken from, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceDraft {
    /// Title of the origin feed.
    pub title: Option<RichText>,
    /// Its page or feed, absolute.
    pub link: Option<String>,
    /// Its own id.
    pub id: Option<String>,
    /// Who wrote it, if the entry itself does not say.
    pub authors: Vec<Person>,
}

/// One item as written. Links are absolute already, for only the reader knows the base in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryDraft {
    /// What the publisher calls it: `guid`, `atom:id`, JSON `id`.
    pub id: Option<String>,
    /// What an entry without an id has always been known by here: the link its own link element names.
    pub id_link: Option<String>,
    /// Its heading.
    pub title: Option<RichText>,
    /// Its page.
    pub link: Option<String>,
    /// The short form.
    pub summary: Option<RichText>,
    /// The long form.
    pub content: Option<RichText>,
    /// First publication.
    pub published: Option<Timestamp>,
    /// Last change.
    pub updated: Option<Timestamp>,
    /// In the publisher's order.
    pub authors: Vec<Person>,
    /// As written, repetitions and all.
    pub categories: Vec<String>,
    /// As written, repetitions and all.
    pub enclosures: Vec<Enclosure>,
    /// As declared.
    pub language: Option<String>,
    /// Where it was taken from.
    pub source: Option<SourceDraft>,
    /// Copyright line.
    pub rights: Option<RichText>,
}

/// A feed's own metadata as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedDraft {
    /// `atom:id` or its like.
    pub id: Option<String>,
    /// Its heading.
    pub title: Option<RichText>,
    /// What it says of itself.
    pub subtitle: Option<RichText>,
    /// Its page.
    pub link: Option<String>,
    /// Its own address.
    pub self_link: Option<String>,
    /// Last change of the whole.
    pub updated: Option<Timestamp>,
    /// In the publisher's order.
    pub authors: Vec<Person>,
    /// As declared.
    pub language: Option<String>,
    /// As written, repetitions and all.
    pub categories: Vec<String>,
    /// Copyright line.
    pub rights: Option<RichText>,
    /// A picture.
    pub icon: Option<String>,
}

/// A document as one reader gives it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// As [`crate::parse::parsed::Parsed::shape`].
    pub shape: &'static str,
    /// The publisher's metadata.
    pub feed: FeedDraft,
    /// In the document's order.
    pub entries: Vec<EntryDraft>,
    /// What the publisher asks of pollers.
    pub hints: PollHints,
    /// What could not be read.
    pub complaints: Vec<Complaint>,
}

impl Reading {
    /// Whether something is missing that a feed and its entries have: a second reader may find it.
    pub fn lacks(&self) -> bool {
        self.feed.title.is_none() || self.entries.is_empty() || self.entries.iter().any(EntryDraft::lacks)
    }

    /// Takes over from a second reader what this one left empty.
    pub fn fill(&mut self, other: Self) {
        self.feed.fill(other.feed);
        if self.entries.is_empty() {
            self.entries = other.entries;
        } else if self.entries.len() == other.entries.len() {
            for (own, others) in self.entries.iter_mut().zip(other.entries) {
                own.fill(others);
            }
        }
        self.hints.ttl_minutes = self.hints.ttl_minutes.or(other.hints.ttl_minutes);
        fill(&mut self.hints.hubs, other.hints.hubs);
    }
}

impl FeedDraft {
    fn fill(&mut self, other: Self) {
        self.title = self.title.take().or(other.title);
        self.subtitle = self.subtitle.take().or(other.subtitle);
        self.link = self.link.take().or(other.link);
        self.updated = self.updated.or(other.updated);
        self.rights = self.rights.take().or(other.rights);
        self.icon = self.icon.take().or(other.icon);
        fill(&mut self.authors, other.authors);
    }
}

impl EntryDraft {
    fn lacks(&self) -> bool {
        let text = self.title.is_some() && (self.summary.is_some() || self.content.is_some());
        let date = self.published.is_some() || self.updated.is_some();
        !text || !date || (self.link.is_none() && self.enclosures.is_empty())
    }

    fn fill(&mut self, other: Self) {
        self.title = self.title.take().or(other.title);
        self.link = self.link.take().or(other.link);
        self.content = self.content.take().or(other.content);
        self.published = self.published.or(other.published);
        self.rights = self.rights.take().or(other.rights);
        if self.content.is_none() {
            self.summary = self.summary.take().or(other.summary);
        }
        fill(&mut self.authors, other.authors);
        fill(&mut self.categories, other.categories);
        fill(&mut self.enclosures, other.enclosures);
    }
}

fn fill<T>(own: &mut Vec<T>, others: Vec<T>) {
    if own.is_empty() {
        *own = others;
    }
}
