//! The owner's hands on the stories: takes up what was asked from another process, does it, and answers.
//! Promises: each request is done once and answered in the transaction that does it; one that cannot be done is
//! answered too and stops nothing.

use std::sync::Arc;

use crate::config::options::story::StoryOptions;
use crate::model::correction::{Answer, Correction, Kind, Request};
use crate::model::ids::{EntryId, StoryId};
use crate::model::time::{Clock, Timestamp};
use crate::pipeline::corrections;
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::pipeline::mint::Mint;
use crate::pipeline::restory::plan;
use crate::store::change::{Begun, Merged, Placed, Regrouping};
use crate::store::corrections::Settled;
use crate::store::entries::StoredEntry;
use crate::store::error::StoreError;
use crate::store::reader::Reader;
use crate::store::writer::Writer;

/// Told how many of how many entries are done.
pub type Progress = Arc<dyn Fn(usize, usize) + Send + Sync>;

/// Where requests are answered. Whoever holds the store's one writer has one.
pub struct Desk<'a> {
    /// The writer.
    pub writer: &'a Writer,
    /// A reader of the same store.
    pub reader: &'a Reader,
    /// The one that goes with the writer.
    pub mint: &'a mut Mint,
    /// The owner's choices.
    pub options: &'a StoryOptions,
    /// Tells the time.
    pub clock: Clock,
    /// For a restory.
    pub progress: Progress,
}

impl Desk<'_> {
    /// Answers all that waits. True: stories have changed.
    ///
    /// # Errors
    /// Only if the store fails so that not even that can be answered.
    pub async fn answer_all(&mut self) -> Result<bool, PipelineError> {
        let reader = self.reader.clone();
        let waiting = blocking(move || reader.waiting()).await?;
        if waiting.is_empty() {
            return Ok(false);
        }
        let mut changed = false;
        for (number, request) in waiting {
            match self.answer(number, request).await {
                Ok(moved) => changed |= moved,
                Err(error) => self.give_up(number, request, &error).await?,
            }
        }
        self.writer.forget_answers((self.clock)()).await?;
        Ok(changed)
    }

    async fn give_up(
        &self,
        number: i64,
        request: Option<Request>,
        error: &PipelineError,
    ) -> Result<(), PipelineError> {
        tracing::error!(%error, ?request, "the owner's request failed");
        let reason = format!("it failed: {error}; the log of the riverd that holds the store says more");
        Ok(self.writer.correct(refused(number, reason)).await?)
    }

    /// True: stories have changed.
    async fn answer(&mut self, number: i64, request: Option<Request>) -> Result<bool, PipelineError> {
        let now = self.mint.moment((self.clock)());
        let (reader, options, mut mint) = (self.reader.clone(), self.options.clone(), *self.mint);
        let progress = self.progress.clone();
        let settle = move || {
            let settled = match request {
                Some(Request::Split { entry }) => split(&reader, &mut mint, number, entry, now)?,
                Some(Request::Join { entry, other }) => join(&reader, number, [entry, other], now)?,
                Some(Request::Restory) => restory(&reader, &options, &mut mint, number, &*progress)?,
                None => refused(
                    number,
                    "this riverd does not understand it; is it of an older version?".to_owned(),
                ),
            };
            Ok::<_, StoreError>((settled, mint))
        };
        let (settled, mint) = blocking(settle).await?;
        *self.mint = mint;
        tracing::info!(?request, answer = ?brief(&settled.answer), "the owner asked");
        let changed = !settled.regrouping.is_empty();
        self.writer.correct(settled).await?;
        Ok(changed)
    }
}

impl Ingest {
    /// Takes up what the owner asked from another process, and follows at once.
    ///
    /// # Errors
    /// As [`PipelineError`] lists.
    pub async fn answer_requests(&mut self) -> Result<Outcome, PipelineError> {
        let reader = self.reader.clone();
        if blocking(move || reader.waiting()).await?.is_empty() {
            return Ok(Outcome::default());
        }
        // The store is asked, and the engine may know more.
        let mut outcome = self.settle().await;
        let mut desk = Desk {
            writer: &self.writer,
            reader: &self.reader,
            mint: &mut self.mint,
            options: &self.config.story,
            clock: self.clock,
            progress: self.progress.clone(),
        };
        let changed = desk.answer_all().await?;
        if changed {
            self.awake = false;
        }
        outcome.changed |= changed;
        Ok(outcome)
    }
}

/// The order that makes one story of two, for those who commit it; `None` if they are one already, or the owner said
/// of any two of their entries that they never are. Blocks.
///
/// # Errors
/// As [`StoreError`] lists.
pub fn merge(reader: &Reader, one: StoryId, other: StoryId) -> Result<Option<Merged>, StoreError> {
    Ok((one != other && !reader.are_apart(one, other)?).then(|| Merged::of(one, other)))
}

fn split(
    reader: &Reader,
    mint: &mut Mint,
    request: i64,
    entry: EntryId,
    now: Timestamp,
) -> Result<Settled, StoreError> {
    let Some(stored) = reader.entry(entry)? else { return Ok(unknown(request, entry)) };
    let members = reader.members(stored.story)?;
    let Some(stays) = members.iter().copied().find(|member| *member != entry) else {
        let regrouping = Regrouping::default();
        return Ok(Settled { request, correction: None, regrouping, answer: Answer::Alone });
    };
    let pairs = corrections::split(entry, &members, &reader.words()?);
    let own = begun(&stored, mint.story());
    let alone = Placed { entry, story: own.story, tier: None, verdict: None };
    let first = Placed { entry: stays, story: stored.story, tier: None, verdict: None };
    Ok(Settled {
        request,
        correction: Some(Correction { kind: Kind::Split, entry, made: now, pairs }),
        regrouping: Regrouping { begun: vec![own], placed: vec![alone, first], merged: vec![] },
        answer: Answer::Done,
    })
}

fn begun(stored: &StoredEntry, story: StoryId) -> Begun {
    let atom_id = stored.told_as.clone();
    Begun { story, atom_id, first_seen: stored.first_seen, rank: stored.rank }
}

fn join(
    reader: &Reader,
    request: i64,
    [entry, other]: [EntryId; 2],
    now: Timestamp,
) -> Result<Settled, StoreError> {
    if entry == other {
        return Ok(refused(request, "an entry is one story with itself".to_owned()));
    }
    let Some(ours) = reader.entry(entry)? else { return Ok(unknown(request, entry)) };
    let Some(theirs) = reader.entry(other)? else { return Ok(unknown(request, other)) };
    let members = [reader.members(ours.story)?, reader.members(theirs.story)?];
    let pairs = corrections::join(entry, other, &members[0], &members[1], &reader.words()?);
    let one = ours.story == theirs.story;
    let merged = (!one).then(|| Merged::of(ours.story, theirs.story)).into_iter().collect();
    Ok(Settled {
        request,
        correction: Some(Correction { kind: Kind::Join, entry, made: now, pairs }),
        regrouping: Regrouping { merged, ..Regrouping::default() },
        answer: Answer::Done,
    })
}

fn restory(
    reader: &Reader,
    options: &StoryOptions,
    mint: &mut Mint,
    request: i64,
    progress: &dyn Fn(usize, usize),
) -> Result<Settled, StoreError> {
    let (regrouping, told) = plan(reader, options, mint, progress)?;
    Ok(Settled { request, correction: None, regrouping, answer: Answer::Restoried(told) })
}

fn unknown(request: i64, entry: EntryId) -> Settled {
    refused(request, format!("there is no entry {entry}"))
}

fn refused(request: i64, reason: String) -> Settled {
    let answer = Answer::Refused { reason };
    Settled { request, correction: None, regrouping: Regrouping::default(), answer }
}

/// An answer as the log shows it.
fn brief(answer: &Answer) -> String {
    match answer {
        Answer::Done => "done".to_owned(),
        Answer::Alone => "it tells its story alone already".to_owned(),
        Answer::Restoried(told) => format!("{} of {} entries moved", told.moved, told.entries),
        Answer::Refused { reason } => reason.clone(),
    }
}
