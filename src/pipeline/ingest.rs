//! Takes one delivery after the other down the road: read, compare, judge, commit.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Receiver;

use crate::config::load::Config;
use crate::model::complaint::Complaint;
use crate::model::document::{Document, Origin, Version, shown};
use crate::model::entry::Entry;
use crate::model::feed::Feed;
use crate::model::poll::Rate;
use crate::model::time::{Clock, Timestamp};
use crate::parse::identity::feed_atom_id;
use crate::parse::parsed::ParseError;
use crate::pipeline::ahead::Ahead;
use crate::pipeline::batch::{Batch, Judged};
use crate::pipeline::crowd::Crowd;
use crate::pipeline::error::{PipelineError, at_length, blocking};
use crate::pipeline::indexing::fill;
use crate::pipeline::judged::{Backfill, Judging};
use crate::pipeline::memory::Bound;
use crate::pipeline::mint::Mint;
use crate::pipeline::noticing;
use crate::pipeline::owner::Progress;
use crate::pipeline::pushed::{as_pushed, at_once, hints};
use crate::pipeline::reading::{Look, Prepared, Told, look};
use crate::pipeline::turns::Turns;
use crate::source::answer::Answer;
use crate::source::ask::Ask;
use crate::source::delivery::Delivery;
use crate::source::remote::Command;
use crate::source::schedule::rate::rate;
use crate::store::change::{KnownEntry, KnownFeed, Note, Reading, Regrouping};
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
    /// The store failed: what it could not take comes again.
    pub failure: Option<PipelineError>,
    /// How long deliveries took from when they came to the road until what came of them was on disk, reading and all.
    pub took: Vec<Duration>,
}

impl Outcome {
    /// Takes in what another delivery led to; of two failures the first is told.
    pub fn add(&mut self, other: Self) {
        self.changed |= other.changed;
        self.orders.extend(other.orders);
        self.took.extend(other.took);
        self.failure = self.failure.take().or(other.failure);
    }

    /// A failure is an error.
    ///
    /// # Errors
    /// [`Outcome::failure`].
    pub fn sound(mut self) -> Result<Self, PipelineError> {
        self.failure.take().map_or(Ok(self), Err)
    }
}

/// A feed that could not be stored is asked again after so long.
const AGAIN_MS: i64 = 60_000;

/// To judge more entries may take a second and more; handing the other tasks over costs as much as judging a few.
const MANY: usize = 200;

/// The road's one traveller: deliveries are taken in one at a time.
pub struct Ingest {
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) following: BTreeSet<String>,
    pub(crate) engine: Engine,
    /// The engine holds what the store holds.
    pub(crate) awake: bool,
    pub(crate) mint: Mint,
    pub(crate) bound: Bound,
    crowd: Crowd,
    /// Who may take much memory.
    pub turns: Turns,
    pub(crate) progress: Progress,
    /// What the engine knows and the store does not yet.
    batch: Batch,
    /// When the delivery came that is being taken in.
    begun: Option<Instant>,
}

impl Ingest {
    /// All that is stored is indexed; the engine's memory is filled when it is first needed, or by [`Ingest::wake`].
    ///
    /// # Errors
    /// As [`PipelineError`] lists.
    pub async fn new(
        writer: Writer,
        reader: Reader,
        config: &Config,
        clock: Clock,
    ) -> Result<Self, PipelineError> {
        fill(&reader, &writer).await?;
        let engine = Engine::new(&config.story);
        let (mint, bound) = (Mint::of(&reader)?, Bound::new(config.story.max_active));
        let (config, following, batch) = (config.clone(), BTreeSet::new(), Batch::default());
        let (awake, crowd) = (false, Crowd::default());
        let progress: Progress = Arc::new(|_, _| {});
        Ok(Self {
            writer,
            reader,
            config,
            clock,
            following,
            engine,
            awake,
            mint,
            bound,
            crowd,
            turns: Turns::default(),
            progress,
            batch,
            begun: None,
        })
    }

    /// Tells of each step of work that takes long.
    pub fn tell_progress(&mut self, progress: Progress) {
        self.progress = progress;
    }

    /// Reads what is delivered ahead of its turn, for [`Ingest::admit`].
    pub fn ahead(&self, delivered: Receiver<Delivery>) -> Ahead {
        Ahead::new(delivered, self.reader.clone(), self.config.parse.clone(), self.turns.clone())
    }

    /// Takes in one delivery. `more`: another one follows at once. What comes of it is told once it is on disk: by this
    /// call, a later one, [`Ingest::written`] or [`Ingest::settle`].
    ///
    /// # Errors
    /// Only if the store fails; what is wrong with a document is told and kept with its feed.
    pub async fn admit(&mut self, mut prepared: Prepared, more: bool) -> Result<Outcome, PipelineError> {
        let turn = prepared.turn.take();
        let mut outcome = self.take(prepared).await?;
        if turn.is_some() {
            outcome.add(self.settle().await);
        }
        if self.batch.is_full() || !more {
            self.batch.write(&self.writer);
        }
        while self.batch.is_over() {
            outcome.add(self.written().await);
        }
        Ok(outcome)
    }

    /// Something is being written.
    pub fn is_writing(&self) -> bool {
        self.batch.is_writing()
    }

    /// Waits until what is being written is on disk, and says what follows. Nothing is lost where the call is given up.
    pub async fn written(&mut self) -> Outcome {
        let outcome = self.batch.written().await;
        if outcome.failure.is_some() {
            // The engine knows what the store does not: it forgets it, and the document comes again.
            self.awake = false;
        }
        if !self.batch.is_writing() {
            self.batch.write(&self.writer);
        }
        outcome
    }

    /// Waits until all that was taken in is on disk, and says what follows.
    pub async fn settle(&mut self) -> Outcome {
        let mut outcome = Outcome::default();
        while !self.batch.is_empty() {
            self.batch.write(&self.writer);
            outcome.add(self.written().await);
        }
        outcome
    }

    async fn take(&mut self, prepared: Prepared) -> Result<Outcome, PipelineError> {
        let now = self.mint.moment((self.clock)());
        let Prepared { delivery, look, begun, .. } = prepared;
        self.begun = Some(begun);
        let mut before = Outcome::default();
        let waits = match &delivery {
            Delivery::Document { document, .. } => self.batch.holds(&document.origin),
            Delivery::NoDocument { origin, .. } => self.batch.holds(origin),
            Delivery::Gone { path } => self.batch.holds(&Origin::File(path.clone())),
            // Notes are written in their order.
            Delivery::SetAside { .. } | Delivery::Renamed { .. } | Delivery::Postponed { .. } => false,
            Delivery::Scanned => true,
        };
        if waits {
            before = self.settle().await;
        }
        let outcome = match delivery {
            Delivery::Document { document, answer } => self.document(document, look, answer, now).await,
            Delivery::NoDocument { origin, answer } => self.no_document(origin, answer, now).await,
            Delivery::SetAside { path, reason } => {
                self.set_aside(path, reason, now);
                Ok(Outcome::default())
            }
            Delivery::Gone { path } => self.gone(path, now).await,
            Delivery::Renamed { from, to } => {
                self.renamed(from, to, now);
                Ok(Outcome::default())
            }
            Delivery::Postponed { origin, until } => {
                let minutes = until.since(now) / 60_000;
                tracing::info!(feed = %shown(&origin.key()), minutes, "not polled: its host wants no request now");
                Ok(Outcome::default())
            }
            Delivery::Scanned => Ok(Outcome { changed: true, ..Outcome::default() }),
        };
        self.begun = None;
        // What follows from those before holds, whatever became of this one.
        before.add(outcome.unwrap_or_else(|error| Outcome { failure: Some(error), ..Outcome::default() }));
        Ok(before)
    }

    async fn document(
        &mut self,
        document: Document,
        look: Option<Look>,
        answer: Option<Answer>,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        let Some(Look { hash, read, is_list }) = look else { return Ok(Outcome::default()) };
        let origin = document.origin.clone();
        if let (true, Origin::File(path), Version::File(stamp)) = (is_list, &origin, &document.version) {
            let (path, stamp) = (path.clone(), *stamp);
            return self.list_file(path, stamp, &document, now).await;
        }
        let (reader, asked) = (self.reader.clone(), origin.clone());
        let known = blocking(move || reader.feed(&asked)).await?;
        let pushed = answer.is_none() && matches!(origin, Origin::Remote(_));
        let document = match (&known, pushed) {
            (_, false) => document,
            (Some(known), true) if self.following.contains(&origin.key()) => as_pushed(document, known),
            _ => return Ok(Outcome::default()),
        };
        let same = known.as_ref().is_some_and(|feed| !feed.gone && feed.content_hash.as_ref() == Some(&hash));
        if same && let Some(known) = known {
            let (poll, orders) = self.rearm(&origin, &known, answer, None, now);
            let outcome = Outcome { orders, ..Outcome::default() };
            self.keep(Note::Version(origin, document.version, poll), outcome, Some(&known), now);
            return Ok(Outcome::default());
        }
        if let (true, Some(known)) = (is_list, &known) {
            let mut before = self.settle().await;
            before.add(self.list(document, known.clone(), answer, hash, now).await?);
            return Ok(before);
        }
        let (version, named, url) = (document.version.clone(), document.named.clone(), document.url.clone());
        let read = match read {
            Some(read) => read,
            // The store has changed since it was looked at.
            None => self.read_now(document).await?,
        };
        match read {
            Ok(mut told) => {
                told.parsed.hints = hints(&told.parsed, named, known.as_ref().filter(|_| pushed));
                let read = Read { told, version, hash, now };
                let (read, answer) = whole_or_again(read, answer, known.as_ref());
                self.read(origin, known, answer, read).await
            }
            // A push that says only that there is news, or says it badly.
            Err(_) if pushed => {
                Ok(Outcome { orders: at_once(&origin, known.as_ref(), now), ..Outcome::default() })
            }
            Err(error) => self.no_feed(origin, url, answer, error, now).await,
        }
    }

    async fn read_now(&self, document: Document) -> Result<Result<Told, ParseError>, PipelineError> {
        let options = self.config.parse.clone();
        let read = tokio::task::spawn_blocking(move || look(&document, &options, |_| HashMap::new())).await;
        Ok(read.unwrap_or(Err(ParseError::Fell)))
    }

    /// A note for the store, and what follows once it is on disk.
    pub(crate) fn keep(
        &mut self,
        note: Note,
        mut outcome: Outcome,
        known: Option<&KnownFeed>,
        now: Timestamp,
    ) {
        let again = match (note.origin(), known) {
            (Origin::Remote(url), Some(known)) if self.following.contains(url) => Some(Command::Follow {
                ask: Ask::again(url, &known.poll),
                due: Some(now.plus_ms(AGAIN_MS)),
                said: now,
            }),
            _ => None,
        };
        let told = known.and_then(|known| known.told.as_ref());
        let change =
            note.poll().and_then(|poll| noticing::change(note.origin(), told, poll, &self.config.publish));
        outcome.changed |= change.is_some();
        self.batch.put(Judged { note, change, outcome, again, begun: self.begun });
    }

    async fn read(
        &mut self,
        origin: Origin,
        known: Option<KnownFeed>,
        answer: Option<Answer>,
        read: Read,
    ) -> Result<Outcome, PipelineError> {
        let mut outcome = Outcome::default();
        if !self.awake {
            // The engine is filled from the store.
            outcome = self.settle().await;
            self.wake().await?;
        }
        let Read { mut told, version, hash, now } = read;
        let (entries, renames) = self.known_entries(known.as_ref(), &told.parsed.entries).await?;
        let held = self.leave_forgotten(&origin, known.as_ref(), &entries, &mut told).await?;
        let Told { parsed, made, .. } = told;
        let pace = pace(&parsed.entries, &entries, now);
        let backfill = self.backfill(&origin, known.as_ref(), parsed.shape, now);
        let was_list = known.as_ref().is_some_and(|known| known.shape.as_deref() == Some("opml"));
        let hinted = known.as_ref().map(|known| KnownFeed { hints: parsed.hints.clone(), ..known.clone() });
        let (poll, orders) =
            hinted.as_ref().map_or((None, vec![]), |known| self.rearm(&origin, known, answer, pace, now));
        let before = self.engine.len();
        let renamed = renames.iter().map(|(_, key)| key.clone()).collect();
        let (engine, mint, languages) = (&mut self.engine, &mut self.mint, &self.config.story.languages[..]);
        let is_long = made.len() > MANY;
        let mut judging =
            Judging { engine, mint, origin: &origin, now, backfill, renamed: &renamed, languages };
        let judge = || judging.judge(parsed.entries, made, &entries);
        let (fresh, changed) = if is_long { at_length(judge) } else { judge() };
        self.bound.tell(before, fresh.len(), self.engine.len());
        // What the feed says of itself is published too, and may be all that changed.
        let follows = Outcome { changed: true, orders, ..Outcome::default() };
        let is_news = !fresh.is_empty() || !changed.is_empty();
        let key = origin.key();
        if is_news || !renames.is_empty() {
            let (fresh, changed, renamed) = (fresh.len(), changed.len(), renames.len());
            tracing::info!(source = %shown(&key), shape = parsed.shape, fresh, changed, renamed, "read");
        }
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
            held,
            withdrawn: vec![],
            renamed: renames,
            regrouping: Regrouping::default(),
            version,
            poll,
        };
        self.keep(Note::Reading(Box::new(reading)), follows, known.as_ref(), now);
        if was_list {
            outcome.add(self.settle().await);
            outcome.orders.extend(self.follow_what_is_asked().await?);
        }
        Ok(outcome)
    }

    /// Where the entries of a document stand in rivers.
    fn backfill(
        &mut self,
        origin: &Origin,
        known: Option<&KnownFeed>,
        shape: &str,
        now: Timestamp,
    ) -> Backfill {
        let first = known.is_none_or(|feed| feed.shape.is_none());
        let is_article = matches!(shape, "text" | "markdown" | "html" | "mail");
        if !first || (is_article && self.crowd.is_few(self.config.folder.as_news, now)) {
            return Backfill::AsNew;
        }
        match origin {
            // What lies in the folder is in.
            Origin::File(_) => Backfill::ByDate,
            Origin::Remote(_) => {
                let age = i64::try_from(self.config.fetch.first_age.as_millis()).unwrap_or(i64::MAX);
                Backfill::OnlyNewest { count: self.config.fetch.first_entries, since: now.plus_ms(-age) }
            }
        }
    }

    /// A file that names no publisher is told by the watched folder itself.
    fn title(&self, key: &str, given: String) -> String {
        let folder = std::path::Path::new(&self.config.folder.path).file_name();
        match (Origin::from_key(key), folder) {
            (Origin::File(_), Some(folder)) if given.is_empty() => folder.to_string_lossy().into_owned(),
            _ => given,
        }
    }
}

/// How often the feed has something new, as far as its document tells.
fn pace(entries: &[Entry], known: &HashMap<String, KnownEntry>, now: Timestamp) -> Option<Rate> {
    let dates = entries.iter().map(|entry| match known.get(&entry.id) {
        Some(known) => known.published,
        None => entry.published.or(entry.updated).unwrap_or(now),
    });
    rate(dates, now).or_else(|| rate([now], now))
}

/// A document that was read.
struct Read {
    told: Told,
    version: Version,
    hash: Vec<u8>,
    now: Timestamp,
}

/// A document that was cut short is taken in for what it holds, but its version is not the one that is known then: it
/// comes again.
fn whole_or_again(
    mut read: Read,
    mut answer: Option<Answer>,
    known: Option<&KnownFeed>,
) -> (Read, Option<Answer>) {
    let Some(answered) = answer.as_mut().filter(|_| read.told.cut_short) else {
        return (read, answer);
    };
    let poll = known.map(|known| known.poll.clone()).unwrap_or_default();
    (answered.validators, answered.given_by) = (poll.validators.clone(), poll.given_by);
    read.version = Version::Http(poll.validators);
    read.hash = Vec::new();
    let text = "the document was cut short; what it holds was taken in, and all of it is fetched again";
    read.told.parsed.complaints.push(Complaint::new("limit", text));
    (read, answer)
}
