//! What can be made of a delivery before its turn comes: it needs neither the engine nor the order of things.
//! Promises: nothing is decided here. A document is read by what the store held a moment ago, and what that left out is
//! made up for when its turn has come.

use std::collections::HashMap;
use std::time::Instant;

use sha2::{Digest, Sha256};

use crate::config::options::parse::ParseOptions;
use crate::model::document::{Document, Origin};
use crate::model::entry::Entry;
use crate::model::time::Timestamp;
use crate::parse::parsed::{ParseError, Parsed};
use crate::parse::road::parse;
use crate::parse::sniff::kind_of_path;
use crate::parse::whole::{is_cut_short, is_opml};
use crate::pipeline::indexing::texts;
use crate::pipeline::telling::{Plain, tell};
use crate::pipeline::turns::Turn;
use crate::source::delivery::Delivery;
use crate::store::change::{KnownEntry, Texts};
use crate::store::reader::Reader;
use crate::story::fingerprint::Fingerprint;

/// A delivery at its turn.
#[derive(Debug)]
pub struct Prepared {
    /// As it came; the bytes of a document that was read are gone.
    pub delivery: Delivery,
    /// Of a document.
    pub look: Option<Look>,
    /// Of a large document: nothing of it is to be in memory when the turn ends.
    pub turn: Option<Turn>,
    /// When it came to the road.
    pub begun: Instant,
}

/// Documents of so many bytes are large: what is made of one takes some times as much.
pub const LARGE_BYTES: usize = 1024 * 1024;

/// What a document proved to be.
#[derive(Debug)]
pub struct Look {
    /// Of its bytes.
    pub hash: Vec<u8>,
    /// What was read; `None`: its bytes are those read last, or it is a list of subscriptions.
    pub read: Option<Result<Told, ParseError>>,
    /// It is a list of subscriptions.
    pub is_list: bool,
}

/// A document that was read.
#[derive(Debug)]
pub struct Told {
    /// Feed and entries.
    pub parsed: Parsed,
    /// What was made of each entry, in their order.
    pub made: Vec<Making>,
    /// The document ends before its root element does.
    pub cut_short: bool,
}

/// What was made of an entry.
#[derive(Debug)]
pub struct Making {
    /// Hash of what a reader sees of it.
    pub hash: Vec<u8>,
    /// `None`: it was known with this hash.
    pub made: Option<Made>,
}

/// What it takes to judge an entry and to keep it.
#[derive(Debug)]
pub struct Made {
    /// What it is found by.
    pub texts: Texts,
    /// Its fingerprint, without its date.
    pub print: Fingerprint,
}

impl Made {
    /// Of an entry of the feed with this key.
    pub fn of(key: &str, entry: &Entry) -> Self {
        let plain = Plain::of(entry);
        Self {
            texts: texts(&entry.title, &plain.summary, &plain.content),
            print: tell(key, entry, &plain, Timestamp(0), Fingerprint::of),
        }
    }
}

/// Makes of a delivery what can be made. Blocks.
pub fn prepare(delivery: Delivery, begun: Instant, reader: &Reader, options: &ParseOptions) -> Prepared {
    let Delivery::Document { document, answer } = delivery else {
        return Prepared { delivery, look: None, turn: None, begun };
    };
    let hash = Sha256::digest(&document.bytes)[..16].to_vec();
    let known = reader.feed(&document.origin).ok().flatten();
    let same = known.as_ref().is_some_and(|feed| !feed.gone && feed.content_hash.as_ref() == Some(&hash));
    let is_list = is_list(&document);
    let (mut document, mut read) = (document, None);
    if !same && !is_list {
        // That the store cannot be read shows when its turn has come.
        let feed = known.filter(|feed| feed.shape.is_some());
        let known =
            |keys: &[String]| feed.and_then(|feed| reader.entries_of(feed.id, keys).ok()).unwrap_or_default();
        read = Some(look(&document, options, known));
        document.bytes = bytes::Bytes::new();
    }
    Prepared {
        delivery: Delivery::Document { document, answer },
        look: Some(Look { hash, read, is_list }),
        turn: None,
        begun,
    }
}

fn is_list(document: &Document) -> bool {
    match &document.origin {
        Origin::File(path) => kind_of_path(path).is_list(),
        Origin::Remote(_) => is_opml(&document.bytes),
    }
}

/// Reads a document. `known`: what is known of the entries with these ids; nothing is made of one that has not changed.
pub fn look(
    document: &Document,
    options: &ParseOptions,
    known: impl FnOnce(&[String]) -> HashMap<String, KnownEntry>,
) -> Result<Told, ParseError> {
    let parsed = parse(document, options)?;
    let key = document.origin.key();
    let cut_short = is_cut_short(&document.bytes, parsed.shape, &parsed.complaints);
    let keys: Vec<String> = parsed.entries.iter().map(|entry| entry.id.clone()).collect();
    let known = known(&keys);
    let making = |entry: &Entry| {
        let hash = seen_hash(entry);
        let same = known.get(&entry.id).is_some_and(|known| known.hash == hash);
        let made = (!same).then(|| Made::of(&key, entry));
        Making { hash, made }
    };
    let made = parsed.entries.iter().map(making).collect();
    Ok(Told { parsed, made, cut_short })
}

/// Hash of what a reader sees of an entry: a change of anything else is none.
fn seen_hash(entry: &Entry) -> Vec<u8> {
    let mut hasher = Sha256::new();
    let parts = [Some(&entry.title), entry.link.as_ref(), entry.summary.as_ref(), entry.content.as_ref()];
    for part in parts {
        let part = part.map_or("", String::as_str);
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()[..16].to_vec()
}
