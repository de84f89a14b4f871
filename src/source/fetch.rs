//! One polite request: conditional, guarded at every hop, bounded in time, size and redirects.
//! The one door to the HTTP client, with `fetch_client`, `fetch_headers` and `fetch_body` behind it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use bytes::Bytes;
use reqwest::header::{self, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::config::options::feed::FeedOptions;
use crate::config::options::fetch::FetchOptions;
use crate::model::document::Validators;
use crate::model::websub::Named;
use crate::source::answer::Answer;
use crate::source::ask::{Ask, Way};
use crate::source::fetch_body::{deadline, read};
use crate::source::fetch_client::{client, credentials, failure, introduced};
use crate::source::fetch_error::FetchError;
use crate::source::fetch_headers as headers;
use crate::source::fetch_kept::Kept;
use crate::source::fetch_room::Room;
use crate::source::guard::Guard;
use crate::source::hosts::host_of;
use crate::source::names::Names;
use crate::source::websub::links::named;

/// What a request brought.
#[derive(Debug)]
pub struct Fetched {
    /// What the schedule needs of it. Its `error` is set if the status is neither of success nor 304.
    pub answer: Answer,
    /// The body of a success.
    pub body: Option<Bytes>,
    /// As sent.
    pub content_type: Option<String>,
    /// Where it was found in the end.
    pub url: String,
    /// What its `Link` headers say of its hubs.
    pub named: Named,
}

/// Fetches documents. Cheap to clone; connections are shared, and so is a change of the owner's choices.
#[derive(Debug, Clone)]
pub struct Fetcher(Arc<ArcSwap<Means>>);

/// By what documents are fetched.
#[derive(Debug)]
pub struct Means {
    client: Client,
    /// Made when a feed first needs it.
    http1: OnceLock<Client>,
    pub(crate) guard: Guard,
    names: Names,
    pub(crate) options: Arc<FetchOptions>,
    feeds: HashMap<String, FeedOptions>,
    room: Room,
    kept: Kept,
}

/// How far a fetch has come.
#[derive(Debug)]
pub enum Step {
    /// To its end.
    Done(Box<Fetched>),
    /// It was sent to another host, where this is to be asked for when it is that host's turn.
    Elsewhere(Box<Ask>),
}

impl Fetcher {
    /// With the owner's limits, and what the owner says of single feeds.
    ///
    /// # Errors
    /// [`FetchError::Client`]
    pub fn new(options: &FetchOptions, feeds: &[FeedOptions]) -> Result<Self, FetchError> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(Means::new(options, feeds)?))))
    }

    /// As [`Fetcher::new`], with names that are looked up elsewhere.
    ///
    /// # Errors
    /// [`FetchError::Client`]
    pub fn with_names(
        options: &FetchOptions,
        feeds: &[FeedOptions],
        names: Names,
    ) -> Result<Self, FetchError> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(Means::with_names(options, feeds, names)?))))
    }

    /// What is fetched from now on, whoever asks for it, is fetched by these means; what is under way ends as it began.
    pub fn change(&self, means: Means) {
        self.0.store(Arc::new(means));
    }

    /// The owner's choices as they hold now.
    pub fn options(&self) -> Arc<FetchOptions> {
        self.means().options.clone()
    }

    pub(crate) fn means(&self) -> Arc<Means> {
        self.0.load_full()
    }

    /// Fetches what is asked for, unless it is still the version that is known.
    ///
    /// # Errors
    /// As [`FetchError`] lists. A status of failure is no error here but stands in the answer.
    pub async fn fetch(&self, ask: &Ask) -> Result<Fetched, FetchError> {
        let mut ask = ask.clone();
        loop {
            match self.step(&ask).await? {
                Step::Done(fetched) => return Ok(*fetched),
                Step::Elsewhere(next) => ask = *next,
            }
        }
    }

    /// The same, as far as its host leads.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`].
    pub async fn step(&self, ask: &Ask) -> Result<Step, FetchError> {
        self.means().fetch(ask).await
    }
}

impl Means {
    /// A client with the owner's limits, and what the owner says of single feeds.
    ///
    /// # Errors
    /// [`FetchError::Client`]
    pub fn new(options: &FetchOptions, feeds: &[FeedOptions]) -> Result<Self, FetchError> {
        Self::with_names(options, feeds, Names::System)
    }

    /// As [`Means::new`], with names that are looked up elsewhere.
    ///
    /// # Errors
    /// [`FetchError::Client`]
    pub fn with_names(
        options: &FetchOptions,
        feeds: &[FeedOptions],
        names: Names,
    ) -> Result<Self, FetchError> {
        let guard = Guard::new(&options.allow_private);
        let client = client(options, &guard, &names, false)?;
        let feeds = feeds.iter().map(|feed| (feed.url.clone(), feed.clone())).collect();
        let room = Room::new(options.buffer.as_usize(), options.concurrency);
        let options = Arc::new(options.clone());
        let kept = Kept::default();
        Ok(Self { client, http1: OnceLock::new(), guard, names, options, feeds, room, kept })
    }

    async fn fetch(&self, ask: &Ask) -> Result<Step, FetchError> {
        let begun = Instant::now();
        let mut way = match &ask.way {
            Some(way) => Way::clone(way),
            None => Way::begun(Url::parse(ask.url()).map_err(|_| FetchError::Address)?),
        };
        let limit = self.options.timeout;
        let deadline = deadline(limit.saturating_sub(way.took));
        let slow = |_| FetchError::Slow { what: "whole document", limit };
        let secrets = self.secrets(ask).await?;
        loop {
            let shown = ask.shown_to(way.at.as_str());
            let request = self.request(ask, &way.at, &shown, &secrets);
            let response = timeout_at(deadline, request).await.map_err(slow)??;
            let status = response.status().as_u16();
            let Some(target) = headers::redirect(status, response.headers(), &way.at)? else {
                let fetched = self.answer(response, way, &shown, deadline).await?;
                return Ok(Step::Done(Box::new(fetched)));
            };
            if way.hops == self.options.max_redirects {
                return Err(FetchError::Redirects(self.options.max_redirects));
            }
            let server = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
            let is_elsewhere = server(&target) != server(&way.at);
            way.lead(status, target);
            if is_elsewhere {
                way.took += begun.elapsed();
                return Ok(Step::Elsewhere(Box::new(Ask { way: Some(Box::new(way)), ..ask.clone() })));
            }
        }
    }

    async fn secrets(&self, ask: &Ask) -> Result<Vec<(HeaderName, HeaderValue)>, FetchError> {
        match self.feeds.get(&ask.feed) {
            Some(feed) => credentials(feed).await,
            None => Ok(Vec::new()),
        }
    }

    pub(crate) fn client(&self, feed: Option<&FeedOptions>) -> Result<Client, FetchError> {
        if !feed.is_some_and(|feed| feed.http1_only) {
            return Ok(self.client.clone());
        }
        if let Some(client) = self.http1.get() {
            return Ok(client.clone());
        }
        let made = client(&self.options, &self.guard, &self.names, true)?;
        Ok(self.http1.get_or_init(|| made).clone())
    }

    async fn request(
        &self,
        ask: &Ask,
        url: &Url,
        shown: &Validators,
        secrets: &[(HeaderName, HeaderValue)],
    ) -> Result<Response, FetchError> {
        if !self.guard.allows_url(url) {
            let web = matches!(url.scheme(), "http" | "https");
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(if web { FetchError::Private(host) } else { FetchError::Address });
        }
        let feed = self.feeds.get(&ask.feed);
        let contact = feed.map(|feed| &feed.contact).filter(|contact| !contact.is_empty());
        let request = self.client(feed)?.get(url.clone());
        let mut request = introduced(request, contact.unwrap_or(&self.options.contact));
        let conditions =
            [(header::IF_NONE_MATCH, &shown.etag), (header::IF_MODIFIED_SINCE, &shown.last_modified)];
        for (name, value) in conditions {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_bytes(value).ok()) {
                request = request.header(name, value);
            }
        }
        // A redirect to another origin is shown no credentials.
        if Url::parse(&ask.feed).is_ok_and(|feed| feed.origin() == url.origin()) {
            for (name, value) in secrets {
                request = request.header(name, value);
            }
        }
        let again = request.try_clone().filter(|_| self.kept.take(&host_of(url.as_str())));
        let response = match (self.sent(request).await, again) {
            // A server may close a connection that was kept for the next request at any time, this one too (RFC 9112
            // section 9.5): that says nothing of the feed.
            (Err(FetchError::Broken(_)), Some(again)) => self.sent(again).await?,
            (sent, _) => sent?,
        };
        self.kept.put(host_of(url.as_str()));
        let most = self.options.max_headers.0;
        if headers::size(response.headers()) > most { Err(FetchError::Headers(most)) } else { Ok(response) }
    }

    async fn sent(&self, request: RequestBuilder) -> Result<Response, FetchError> {
        let limit = self.options.first_byte_timeout;
        let slow = |_| FetchError::Slow { what: "answer", limit };
        timeout(limit, request.send()).await.map_err(slow)?.map_err(|error| failure(&error))
    }

    async fn answer(
        &self,
        response: Response,
        way: Way,
        shown: &Validators,
        deadline: Instant,
    ) -> Result<Fetched, FetchError> {
        let (status, sent) = (response.status(), response.headers().clone());
        let given = headers::validators(&sent);
        let challenged = headers::is_challenge(&sent);
        let validators = if status == StatusCode::NOT_MODIFIED { merged(given, shown) } else { given };
        let known = *shown != Validators::default();
        let error = if challenged {
            Some("blocked by a challenge meant for browsers".to_owned())
        } else {
            wrong(status, known)
        };
        let body = match (&error, status) {
            (None, status) if status != StatusCode::NOT_MODIFIED => {
                Some(read(response, &self.options, &self.room, deadline).await?)
            }
            _ => None,
        };
        let answer = Answer {
            status: Some(status.as_u16()),
            error,
            retry_after: headers::retry_after(&sent),
            fresh: headers::freshness(&sent),
            validators,
            given_by: Some(way.at.to_string()),
            moved_to: way.moved_to,
            gone: status == StatusCode::GONE && way.lasting,
            challenged,
            ..Answer::default()
        };
        let content_type = headers::text(&sent, &header::CONTENT_TYPE).map(str::to_owned);
        let named = named(headers::texts(&sent, &header::LINK), &way.at);
        Ok(Fetched { answer, body, content_type, url: way.at.into(), named })
    }
}

/// What is wrong with a status. `known`: it was asked whether there is anything new. A status of success that nobody knows
/// is as good as 200 (RFC 9110 section 15); those that are known to be about something else than the document are not.
fn wrong(status: StatusCode, known: bool) -> Option<String> {
    match status.as_u16() {
        200 | 203 | 209..=225 | 227..=299 => None,
        304 if known => None,
        304 => Some("the server answered 304, nothing new, though nothing is known of it yet".to_owned()),
        _ => Some(format!("the server answered {status}")),
    }
}

/// A 304 may bring new validators; those it does not bring stay.
fn merged(given: Validators, shown: &Validators) -> Validators {
    Validators {
        etag: given.etag.or_else(|| shown.etag.clone()),
        last_modified: given.last_modified.or_else(|| shown.last_modified.clone()),
    }
}
