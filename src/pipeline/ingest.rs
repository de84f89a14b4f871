//! Takes one delivery after the other down the road: read, compare, judge, commit.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use sha2::{Digest, Sha256};

use crate::config::load::Config;
use crate::model::document::{Document, Origin, Version};
use crate::model::feed::Feed;
use crate::model::ids::EntryId;
use crate::model::poll::PollState;
use crate::model::time::{Clock, Timestamp};
use crate::parse::identity::feed_atom_id;
use crate::parse::opml::subscriptions;
use crate::parse::parsed::Parsed;
use crate::parse::road::parse;
use crate::parse::sniff::{FileKind, kind_of_path};
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::judged::{Backfill, Judging};
use crate::pipeline::memory::Bound;
use crate::pipeline::mint::Mint;
use crate::source::answer::Answer;
use crate::source::delivery::Delivery;
use crate::source::remote::Command;
use crate::source::schedule::next;
use crate::store::change::{KnownFeed, Reading, Regrouping};
use crate::store::reader::Reader;
use crate::store::writer::Writer;
use crate::story::engine::Engine;

/// What a delivery led to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Rivers may have changed.
    pub changed: bool,
    /// Orders to the poller.
    pub orders: Vec<Command>,
}

/// The road's one traveller: deliveries are taken in one at a time.
pub struct Ingest {
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) following: BTreeSet<String>,
    pub(crate) engine: Engine,
    pub(crate) mint: Mint,
    pub(crate) bound: Bound,
}

impl Ingest {
    /// With the engine's memory filled from the store.
    ///
    /// # Errors
    /// As [`PipelineError`] lists.
    pub async fn new(
        writer: Writer,
        reader: Reader,
        config: &Config,
        clock: Clock,
    ) -> Result<Self, PipelineError> {
        let engine = Engine::new(&config.story);
        let (mint, bound) = (Mint::of(&reader)?, Bound::new(config.story.max_active));
        let (config, following) = (config.clone(), BTreeSet::new());
        let mut ingest = Self { writer, reader, config, clock, following, engine, mint, bound };
        ingest.remember().await?;
        Ok(ingest)
    }

    /// Takes in one delivery.
    ///
    /// # Errors
    /// Only if the store fails; what is wrong with a document is told and kept with its feed.
    pub async fn take(&mut self, delivery: Delivery) -> Result<Outcome, PipelineError> {
        let now = self.mint.moment((self.clock)());
        match delivery {
            Delivery::Document { document, answer } => self.document(document, answer, now).await,
            Delivery::NoDocument { origin, answer } => self.no_document(origin, answer, now).await,
            Delivery::SetAside { path, reason } => self.set_aside(path, reason, now).await,
            Delivery::Gone { path } => self.gone(path, now).await,
            Delivery::Renamed { from, to } => {
                tracing::info!(from, to, "renamed");
                self.writer.rename_file(from, to).await?;
                Ok(Outcome::default())
            }
            Delivery::Scanned => Ok(Outcome { changed: true, orders: vec![] }),
        }
    }

    async fn document(
        &mut self,
        document: Document,
        answer: Option<Answer>,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        if let (Origin::File(path), Version::File(stamp)) = (&document.origin, &document.version)
            && kind_of_path(path) == FileKind::Opml
        {
            let (path, stamp) = (path.clone(), *stamp);
            return match subscriptions(&document.bytes, &self.config.parse) {
                Ok((found, _)) => self.subscribe_file(path, stamp, found, now).await,
                Err(error) => self.set_aside(path, error.to_string(), now).await,
            };
        }
        let origin = document.origin.clone();
        let (reader, asked) = (self.reader.clone(), origin.clone());
        let known = blocking(move || reader.feed(&asked)).await?;
        let hash = Sha256::digest(&document.bytes)[..16].to_vec();
        let same = known.as_ref().is_some_and(|feed| !feed.gone && feed.content_hash.as_ref() == Some(&hash));
        if same && let Some(known) = known {
            let (poll, orders) = self.rearm(&origin, &known, answer, now);
            self.writer.keep_version(origin, document.version, poll).await?;
            return Ok(Outcome { changed: false, orders });
        }
        let (version, options) = (document.version.clone(), self.config.parse.clone());
        let parsed = tokio::task::spawn_blocking(move || parse(&document, &options)).await;
        match parsed {
            Ok(Ok(parsed)) => self.read(origin, known, answer, Read { parsed, version, hash, now }).await,
            Ok(Err(error)) => self.unreadable(origin, answer, error.to_string(), now).await,
            Err(_) => self.unreadable(origin, answer, "the parser fell over it".to_owned(), now).await,
        }
    }

    async fn read(
        &mut self,
        origin: Origin,
        known: Option<KnownFeed>,
        answer: Option<Answer>,
        read: Read,
    ) -> Result<Outcome, PipelineError> {
        let Read { parsed, version, hash, now } = read;
        let entries = match &known {
            Some(feed) => {
                let (reader, id) = (self.reader.clone(), feed.id);
                blocking(move || reader.entries_of(id)).await?
            }
            None => Default::default(),
        };
        let first = known.as_ref().is_none_or(|feed| feed.unread);
        let article = matches!(parsed.shape, "text" | "markdown" | "html");
        let backfill = if first && !article { Backfill::ByDate } else { Backfill::AsNew };
        let hinted = known.map(|known| KnownFeed { hints: parsed.hints.clone(), ..known });
        let (poll, orders) =
            hinted.as_ref().map_or((None, vec![]), |known| self.rearm(&origin, known, answer, now));
        let held = self.engine.len();
        let (engine, mint, languages) = (&mut self.engine, &mut self.mint, &self.config.story.languages[..]);
        let mut judging = Judging { engine, mint, origin: &origin, now, backfill, languages };
        let (fresh, changed) = judging.judge(parsed.entries, &entries);
        self.bound.tell(held, fresh.len(), self.engine.len());
        // What the feed says of itself is published too, and may be all that changed.
        let outcome = Outcome { changed: true, orders };
        if !fresh.is_empty() || !changed.is_empty() {
            let (fresh, changed) = (fresh.len(), changed.len());
            tracing::info!(source = %origin.key(), shape = parsed.shape, fresh, changed, "read");
        }
        let key = origin.key();
        let reading = Reading {
            origin,
            atom_id: feed_atom_id(&key, parsed.feed.id.as_deref()),
            feed: Feed { title: self.title(&key, parsed.feed.title), ..parsed.feed },
            shape: parsed.shape,
            complaints: parsed.complaints,
            hints: parsed.hints,
            content_hash: hash,
            now,
            fresh,
            changed,
            withdrawn: vec![],
            regrouping: Regrouping::default(),
            version,
            poll,
        };
        if let Err(error) = self.writer.commit(reading).await {
            // The engine knows what the store does not: it forgets it, and the document comes again.
            self.remember().await?;
            return Err(error.into());
        }
        Ok(outcome)
    }

    /// A file that names no publisher is told by the watched folder itself.
    fn title(&self, key: &str, given: String) -> String {
        let folder = std::path::Path::new(&self.config.folder.path).file_name();
        match (Origin::from_key(key), folder) {
            (Origin::File(_), Some(folder)) if given.is_empty() => folder.to_string_lossy().into_owned(),
            _ => given,
        }
    }

    async fn unreadable(
        &mut self,
        origin: Origin,
        answer: Option<Answer>,
        reason: String,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        match origin {
            Origin::File(path) => self.set_aside(path, reason, now).await,
            Origin::Remote(_) => {
                let answer = Answer { error: Some(reason), ..answer.unwrap_or_default() };
                self.no_document(origin, answer, now).await
            }
        }
    }

    async fn no_document(
        &mut self,
        origin: Origin,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        if let (Some(error), false) = (&answer.error, answer.unreachable) {
            tracing::warn!(feed = %origin.key(), %error, "not polled; it is tried again later");
        }
        let (reader, asked) = (self.reader.clone(), origin.clone());
        let Some(known) = blocking(move || reader.feed(&asked)).await? else { return Ok(Outcome::default()) };
        let (poll, orders) = self.rearm(&origin, &known, Some(answer), now);
        if let Some(poll) = poll {
            self.writer.keep_poll(origin, poll).await?;
        }
        Ok(Outcome { changed: false, orders })
    }

    /// How polling stands now, and the order for the next poll if the feed is still followed.
    fn rearm(
        &self,
        origin: &Origin,
        known: &KnownFeed,
        answer: Option<Answer>,
        now: Timestamp,
    ) -> (Option<PollState>, Vec<Command>) {
        let (Some(answer), Origin::Remote(url)) = (answer, origin) else { return (None, vec![]) };
        let poll = next(&known.poll, &answer, &known.hints, now, &self.config.fetch, dice(url, now));
        let order = self.following.contains(url).then(|| follow(url, &poll));
        (Some(poll), order.flatten().into_iter().collect())
    }

    async fn set_aside(
        &mut self,
        path: String,
        reason: String,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        tracing::warn!(path, reason, "set aside");
        self.writer.set_aside(path, reason, now).await?;
        Ok(Outcome::default())
    }

    async fn gone(&mut self, path: String, now: Timestamp) -> Result<Outcome, PipelineError> {
        let withdrawn: Vec<EntryId> = self.writer.remove_file(path.clone(), now).await?;
        withdrawn.iter().for_each(|entry| self.engine.retract(*entry));
        tracing::info!(path, withdrawn = withdrawn.len(), "removed");
        Ok(Outcome { changed: true, orders: self.follow_what_is_asked().await? })
    }
}

/// A document that was read.
struct Read {
    parsed: Parsed,
    version: Version,
    hash: Vec<u8>,
    now: Timestamp,
}

/// The order for a feed's next poll; `None` if it is retired.
pub(crate) fn follow(url: &str, poll: &PollState) -> Option<Command> {
    let (due, validators) = (poll.next_poll, poll.validators.clone());
    (!poll.retired).then(|| Command::Follow { url: url.to_owned(), due, validators })
}

/// -1 to 1, other for each feed and poll.
fn dice(url: &str, now: Timestamp) -> f64 {
    let mut hasher = DefaultHasher::new();
    (url, now.0).hash(&mut hasher);
    (hasher.finish() % 2_001) as f64 / 1_000.0 - 1.0
}
