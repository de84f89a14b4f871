//! Polls and looks that brought no feed: what came cannot be read, or nothing came.

use crate::model::document::{Origin, shown};
use crate::model::time::Timestamp;
use crate::parse::parsed::ParseError;
use crate::pipeline::error::{PipelineError, blocking};
use crate::pipeline::ingest::{Ingest, Outcome};
use crate::pipeline::rearming::follow;
use crate::pipeline::seeking::{Page, Step};
use crate::source::answer::Answer;
use crate::store::change::{KnownFeed, Note};

impl Ingest {
    /// The document is no feed; a web page may lead to its own.
    pub(crate) async fn no_feed(
        &mut self,
        origin: Origin,
        url: Option<String>,
        answer: Option<Answer>,
        error: ParseError,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        let reason = error.to_string();
        match (&origin, error) {
            (Origin::Remote(_), ParseError::WebPage { feed_links: links }) => {
                let answer = Answer { error: Some(reason), ..answer.unwrap_or_default() };
                self.without_document(origin, answer, Some(Page { url, links }), now).await
            }
            _ => self.unreadable(origin, answer, reason, now).await,
        }
    }

    pub(crate) async fn unreadable(
        &mut self,
        origin: Origin,
        answer: Option<Answer>,
        reason: String,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        match origin {
            Origin::File(path) => {
                self.set_aside(path, reason, now);
                Ok(Outcome::default())
            }
            Origin::Remote(_) => {
                let answer = Answer { error: Some(reason), ..answer.unwrap_or_default() };
                self.no_document(origin, answer, now).await
            }
        }
    }

    pub(crate) async fn no_document(
        &mut self,
        origin: Origin,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        self.without_document(origin, answer, None, now).await
    }

    /// `page`: the web page that came in the place of a feed.
    async fn without_document(
        &mut self,
        origin: Origin,
        mut answer: Answer,
        page: Option<Page>,
        now: Timestamp,
    ) -> Result<Outcome, PipelineError> {
        if let (Some(error), false) = (&answer.error, answer.unreachable) {
            let then = if answer.gone { "it is gone for good" } else { "it is tried again later" };
            tracing::warn!(feed = %shown(&origin.key()), %error, "not polled; {then}");
        }
        let (reader, asked) = (self.reader.clone(), origin.clone());
        let Some(known) = blocking(move || reader.feed(&asked)).await? else { return Ok(Outcome::default()) };
        let known = match self.seek(&origin, &known, &answer, page, now) {
            Step::None => known,
            Step::Ask(poll) => {
                let orders =
                    self.following.contains(&origin.key()).then(|| follow(&origin.key(), &poll, now));
                let outcome =
                    Outcome { orders: orders.flatten().into_iter().collect(), ..Outcome::default() };
                self.keep(Note::Poll(origin, *poll), outcome, None, now);
                return Ok(Outcome::default());
            }
            Step::Ended(poll, why) => {
                answer.error = Some(why);
                KnownFeed { poll: *poll, ..known }
            }
        };
        let (poll, orders) = self.rearm(&origin, &known, Some(answer), None, now);
        let outcome = Outcome { orders, ..Outcome::default() };
        let Some(poll) = poll else { return Ok(outcome) };
        self.keep(Note::Poll(origin, poll), outcome, Some(&known), now);
        Ok(Outcome::default())
    }
}
