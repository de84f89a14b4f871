//! One polite request: conditional, guarded at every hop, bounded in time, size and redirects.
//! The one door to the HTTP client, with `fetch_client`, `fetch_headers` and `fetch_body` behind it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use bytes::Bytes;
use reqwest::header::{self, HeaderName, HeaderValue};
use reqwest::{Client, Response, StatusCode};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::config::options::feed::FeedOptions;
use crate::config::options::fetch::FetchOptions;
use crate::model::document::Validators;
use crate::model::websub::Named;
use crate::source::answer::Answer;
use crate::source::ask::Ask;
use crate::source::fetch_body::{deadline, read};
use crate::source::fetch_client::{client, credentials, failure, introduced};
use crate::source::fetch_error::FetchError;
use crate::source::fetch_headers as headers;
use crate::source::fetch_room::Room;
use crate::source::guard::Guard;
use crate::source::names::Names;
use crate::source::websub::links::named;

/// What a request brought.
#[derive(Debug)]
pub struct Fetched {
    /// What the schedule needs of it. Its `error` is set if the status is neither 200 nor 304.
    pub answer: Answer,
    /// The body of a 200.
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
}

/// A redirect chain on its way.
struct Way {
    at: Url,
    hops: usize,
    /// Only 301 and 308 so far.
    lasting: bool,
    moved_to: Option<String>,
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
        Ok(Self { client, http1: OnceLock::new(), guard, names, options, feeds, room })
    }

    async fn fetch(&self, ask: &Ask) -> Result<Fetched, FetchError> {
        let deadline = deadline(self.options.timeout);
        let limit = self.options.timeout;
        let slow = |_| FetchError::Slow { what: "whole document", limit };
        let at = Url::parse(ask.url()).map_err(|_| FetchError::Address)?;
        let secrets = self.secrets(ask).await?;
        let mut way = Way { at, hops: 0, lasting: true, moved_to: None };
        loop {
            let shown = ask.shown_to(way.at.as_str());
            let request = self.request(ask, &way.at, &shown, &secrets);
            let response = timeout_at(deadline, request).await.map_err(slow)??;
            let status = response.status().as_u16();
            let Some(target) = headers::redirect(status, response.headers(), &way.at)? else {
                return self.answer(response, way, &shown, deadline).await;
            };
            if way.hops == self.options.max_redirects {
                return Err(FetchError::Redirects(self.options.max_redirects));
            }
            way.lasting &= matches!(status, 301 | 308);
            if way.lasting {
                way.moved_to = Some(target.to_string());
            }
            (way.at, way.hops) = (target, way.hops + 1);
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
        let limit = self.options.first_byte_timeout;
        let slow = |_| FetchError::Slow { what: "answer", limit };
        let response =
            timeout(limit, request.send()).await.map_err(slow)?.map_err(|error| failure(&error))?;
        let most = self.options.max_headers.0;
        if headers::size(response.headers()) > most { Err(FetchError::Headers(most)) } else { Ok(response) }
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
        let error = if challenged {
            Some("blocked by a challenge meant for browsers".to_owned())
        } else {
            let fine = matches!(status, StatusCode::OK | StatusCode::NOT_MODIFIED);
            (!fine).then(|| format!("the server answered {status}"))
        };
        let body = match (&error, status) {
            (None, StatusCode::OK) => Some(read(response, &self.options, &self.room, deadline).await?),
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

/// A 304 may bring new validators; those it does not bring stay.
fn merged(given: Validators, shown: &Validators) -> Validators {
    Validators {
        etag: given.etag.or_else(|| shown.etag.clone()),
        last_modified: given.last_modified.or_else(|| shown.last_modified.clone()),
    }
}
