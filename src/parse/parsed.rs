//! What parsing gives: the document's feed, entries and faults; or why it is neither feed nor article.

use crate::model::complaint::Complaint;
use crate::model::entry::Entry;
use crate::model::feed::{Feed, PollHints};

/// A document, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// What it was, as one short word: `rss`, `atom`, `rdf`, `json`, `text`, `markdown`, `html`, `mail`.
    pub shape: &'static str,
    /// The publisher's metadata.
    pub feed: Feed,
    /// In the document's order.
    pub entries: Vec<Entry>,
    /// What the publisher asks of pollers.
    pub hints: PollHints,
    /// What was mended, guessed or left out.
    pub complaints: Vec<Complaint>,
}

/// Why a document is no feed and no article.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// No bytes, or only white space.
    #[error("the document is empty")]
    Empty,
    /// A web page where a feed was expected.
    #[error("this is a web page, not a feed{}", hint(feed_links))]
    WebPage {
        /// Feeds the page links to, absolute.
        feed_links: Vec<String>,
    },
    /// An image, an archive, an office document: what it is, with its article.
    #[error("this is {0}, not text")]
    NotText(&'static str),
    /// Control characters all over.
    #[error("this is a binary file, not text")]
    Binary,
    /// A saved link that leads to nothing that can be followed, and why.
    #[error("the link cannot be followed: {0}")]
    NoLink(&'static str),
    /// No e-mail message where one was expected.
    #[error("this is no e-mail message")]
    NoMail,
    /// Text, but of no kind known here.
    #[error("this is neither RSS, Atom, RDF nor JSON Feed")]
    Unknown,
    /// riverd has a fault.
    #[error("the parser fell over it")]
    Fell,
    /// It began like a feed, but could not be read.
    #[error("the feed cannot be read: {0}")]
    Broken(String),
}

fn hint(feed_links: &[String]) -> String {
    feed_links.first().map_or_else(String::new, |link| format!("; it links to the feed {link}"))
}
