//! One polite request: conditional, guarded at every hop, bounded in time, size and redirects.
//! The one door to the HTTP client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::DateTime;
use futures_util::StreamExt;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Client, Response, StatusCode, redirect};
use tokio::time::timeout;
use url::Url;

use crate::config::options::fetch::FetchOptions;
use crate::model::document::Validators;
use crate::source::answer::Answer;
use crate::source::fetch_error::FetchError;
use crate::source::guard::Guard;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
    application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.3, */*;q=0.1";

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
}

/// Fetches documents. Cheap to clone; connections are shared.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: Client,
    guard: Guard,
    options: Arc<FetchOptions>,
}

/// Resolves names, and keeps only the addresses that may be connected to.
#[derive(Debug)]
struct GuardedResolver(Guard);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (allowed, refused): (Vec<SocketAddr>, Vec<_>) = found.partition(|at| guard.allows(at.ip()));
            if let (true, Some(refused)) = (allowed.is_empty(), refused.first()) {
                return Err(Box::new(FetchError::Private(refused.ip().to_string())) as _);
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

impl Fetcher {
    /// A client with the owner's limits.
    ///
    /// # Errors
    /// [`FetchError::Client`]
    pub fn new(options: &FetchOptions) -> Result<Self, FetchError> {
        let guard = Guard::new(&options.allow_private);
        // A second riverd in one process (tests) finds the provider installed already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let builder = || {
            Client::builder()
                .user_agent(user_agent(&options.contact))
                .redirect(redirect::Policy::none())
                .no_proxy()
                .dns_resolver(Arc::new(GuardedResolver(guard.clone())))
                .connect_timeout(options.connect_timeout)
                .pool_max_idle_per_host(1)
                .pool_idle_timeout(Duration::from_secs(15))
        };
        // Without the system's certificates https cannot work, but http still can.
        let client = builder().build().or_else(|_| builder().tls_certs_only([]).build());
        let client = client.map_err(|error| FetchError::Client(chain(&error)))?;
        Ok(Self { client, guard, options: Arc::new(options.clone()) })
    }

    /// Fetches `url`, unless it is still the version that `validators` tell.
    ///
    /// # Errors
    /// As [`FetchError`] lists. A status of failure is no error here but stands in the answer.
    pub async fn fetch(&self, url: &str, validators: &Validators) -> Result<Fetched, FetchError> {
        let limit = self.options.timeout;
        let slow = |_| FetchError::Slow { what: "whole document", limit };
        timeout(limit, self.follow(url, validators)).await.map_err(slow)?
    }

    async fn follow(&self, url: &str, validators: &Validators) -> Result<Fetched, FetchError> {
        let mut at = Url::parse(url).map_err(|_| FetchError::Address)?;
        let mut moved = true;
        let mut moved_to = None;
        for hop in 0..=self.options.max_redirects {
            // Validators belong to one URL: they are not shown to where it leads.
            let shown = if hop == 0 { validators } else { &Validators::default() };
            let response = self.request(&at, shown).await?;
            let Some(target) = redirected(&response, &at)? else {
                return self.answer(response, at, shown, moved_to).await;
            };
            moved &= matches!(response.status().as_u16(), 301 | 308);
            moved_to = moved.then(|| target.to_string());
            at = target;
        }
        Err(FetchError::Redirects(self.options.max_redirects))
    }

    async fn request(&self, url: &Url, validators: &Validators) -> Result<Response, FetchError> {
        if !self.guard.allows_url(url) {
            let web = matches!(url.scheme(), "http" | "https");
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(if web { FetchError::Private(host) } else { FetchError::Address });
        }
        let mut request = self.client.get(url.clone()).header(header::ACCEPT, ACCEPT);
        let conditions = [
            (header::IF_NONE_MATCH, &validators.etag),
            (header::IF_MODIFIED_SINCE, &validators.last_modified),
        ];
        for (name, value) in conditions {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_bytes(value).ok()) {
                request = request.header(name, value);
            }
        }
        let limit = self.options.first_byte_timeout;
        let slow = |_| FetchError::Slow { what: "answer", limit };
        timeout(limit, request.send()).await.map_err(slow)?.map_err(|error| failure(&error))
    }

    async fn answer(
        &self,
        response: Response,
        url: Url,
        shown: &Validators,
        moved_to: Option<String>,
    ) -> Result<Fetched, FetchError> {
        let (status, headers) = (response.status(), response.headers().clone());
        let sent = Validators {
            etag: bytes_of(&headers, &header::ETAG),
            last_modified: bytes_of(&headers, &header::LAST_MODIFIED),
        };
        let merged = Validators {
            etag: sent.etag.clone().or_else(|| shown.etag.clone()),
            last_modified: sent.last_modified.clone().or_else(|| shown.last_modified.clone()),
        };
        let body = if status == StatusCode::OK { Some(self.body(response).await?) } else { None };
        let fine = status == StatusCode::OK || status == StatusCode::NOT_MODIFIED;
        let answer = Answer {
            status: Some(status.as_u16()),
            error: (!fine).then(|| said(status, &headers)),
            retry_after: retry_after(&headers),
            fresh_for: fresh_for(&headers),
            validators: if status == StatusCode::NOT_MODIFIED { merged } else { sent },
            moved_to,
            unreachable: false,
        };
        let content_type = text_of(&headers, &header::CONTENT_TYPE).map(str::to_owned);
        Ok(Fetched { answer, body, content_type, url: url.into() })
    }

    async fn body(&self, response: Response) -> Result<Bytes, FetchError> {
        let limit = self.options.max_size;
        let mut body = BytesMut::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| failure(&error))?;
            if body.len() + chunk.len() > limit.as_usize() {
                return Err(FetchError::Size(limit.0));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

/// `riverd/VERSION (+CONTACT)`.
fn user_agent(contact: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let contact: String = contact.chars().filter(char::is_ascii_graphic).collect();
    if contact.is_empty() { format!("riverd/{version}") } else { format!("riverd/{version} (+{contact})") }
}

fn redirected(response: &Response, at: &Url) -> Result<Option<Url>, FetchError> {
    let status = response.status().as_u16();
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = text_of(response.headers(), &header::LOCATION).ok_or(FetchError::Nowhere(status))?;
    at.join(location).map(Some).map_err(|_| FetchError::Nowhere(status))
}

fn said(status: StatusCode, headers: &HeaderMap) -> String {
    if text_of_name(headers, "cf-mitigated") == Some("challenge") {
        return "blocked by a challenge meant for browsers".to_owned();
    }
    format!("the server answered {status}")
}

fn failure(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(FetchError::Private(address)) = inner.downcast_ref() {
            return FetchError::Private(address.clone());
        }
        cause = inner.source();
    }
    if error.is_connect() { FetchError::Connect(chain(error)) } else { FetchError::Broken(chain(error)) }
}

/// The last causes of an error in one line; the URL, which may hold credentials, is not told.
fn chain(error: &reqwest::Error) -> String {
    let mut told = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        told.push(inner.to_string());
        cause = inner.source();
    }
    told.pop().unwrap_or_else(|| "unknown cause".to_owned())
}

fn bytes_of(headers: &HeaderMap, name: &header::HeaderName) -> Option<Vec<u8>> {
    headers.get(name).map(|value| value.as_bytes().to_vec())
}

fn text_of<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn text_of_name<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date counted from the answer's own.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = text_of(headers, &header::RETRY_AFTER)?.trim();
    text.parse().map(Duration::from_secs).ok().or_else(|| seconds_until(headers, text))
}

/// Freshness (RFC 9111 section 4.2.1): max-age less Age, else Expires less Date.
fn fresh_for(headers: &HeaderMap) -> Option<Duration> {
    let directives = text_of(headers, &header::CACHE_CONTROL).unwrap_or("").to_ascii_lowercase();
    let max_age = directives
        .split(',')
        .find_map(|part| part.trim().strip_prefix("max-age=")?.trim_matches('"').parse::<u64>().ok());
    let age = text_of(headers, &header::AGE).and_then(|age| age.trim().parse().ok()).unwrap_or(0);
    match max_age {
        Some(seconds) => Some(Duration::from_secs(seconds.saturating_sub(age))),
        None => seconds_until(headers, text_of(headers, &header::EXPIRES)?),
    }
}

fn seconds_until(headers: &HeaderMap, date: &str) -> Option<Duration> {
    let parse = |text: &str| DateTime::parse_from_rfc2822(text.trim()).ok();
    let from = text_of(headers, &header::DATE).and_then(parse)?;
    u64::try_from((parse(date)? - from).num_seconds()).ok().map(Duration::from_secs)
}
