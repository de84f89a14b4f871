//! Answers requests: what lies on the shelf at once, everything else through the router.
//! Promises: whatever lies on the shelf is answered without waiting, locking, or making anything; only GET and HEAD.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::service::Service;
use tower::ServiceExt;

use crate::config::options::serve::ServeOptions;
use crate::serve::body::{Answer, Response};
use crate::serve::callback::{Callbacks, PATH};
use crate::serve::conditional::{Choice, choose};
use crate::serve::headers::{harden, refusal, shown_path};
use crate::serve::offer::{Offer, replaced};
use crate::serve::seats::Seat;
use crate::serve::shelf::Shelf;

/// What may be asked.
const ALLOWED: &str = "GET, HEAD";

/// What the answers are made from.
#[derive(Debug)]
pub struct Counter {
    shelf: Shelf,
    router: Router,
    max_age: HeaderValue,
    max_uri: usize,
    callbacks: Option<Callbacks>,
}

impl Counter {
    /// Hands out what lies on the shelf; for the rest asks `router`.
    pub fn new(shelf: Shelf, router: Router, options: &ServeOptions) -> Self {
        let max_age = HeaderValue::from_str(&format!("max-age={}", options.max_age.as_secs()));
        let max_age = max_age.expect("a number is a header's value");
        Self { shelf, router, max_age, max_uri: options.max_uri.as_usize(), callbacks: None }
    }

    /// Lets hubs call back.
    #[must_use]
    pub fn with_callbacks(self, callbacks: Option<Callbacks>) -> Self {
        Self { callbacks, ..self }
    }

    /// What is answered without anything being made: refusals, and what lies on the shelf.
    fn ready(&self, request: &Parts) -> Option<Ready> {
        match refusal(request, self.max_uri) {
            Some(status) => Some(Ready::Refusal(status)),
            None => self.shelf.offer(request.uri.path()).map(Ready::Offer),
        }
    }

    fn hand_out(&self, offer: &Offer, request: Parts) -> Response {
        if request.method != Method::GET && request.method != Method::HEAD {
            return not_allowed();
        }
        let (status, prepared, bytes) = match choose(&offer.edition, &request.headers) {
            Choice::Whole(body, encoding) => (StatusCode::OK, offer.whole(encoding), body.bytes.clone()),
            Choice::NotModified(body) => (StatusCode::NOT_MODIFIED, offer.known(body), Bytes::new()),
        };
        let headers = replaced(request.headers, prepared, &self.max_age);
        respond(status, headers, bytes, &request.method)
    }

    /// What has to be made: a page, or that there is none; or what a hub is answered.
    async fn made(&self, request: Parts, body: Incoming) -> Response {
        match &self.callbacks {
            Some(callbacks) if request.uri.path().starts_with(PATH) => callbacks.answer(request, body).await,
            _ => {
                drop(body);
                self.page(request).await
            }
        }
    }

    async fn page(&self, request: Parts) -> Response {
        // What comes with the request is nobody's business: a page is made from its head alone.
        let request = Request::from_parts(request, axum::body::Body::empty());
        let Ok(answer) = self.router.clone().oneshot(request).await;
        if answer.status() == StatusCode::METHOD_NOT_ALLOWED {
            return not_allowed();
        }
        let mut answer = answer.map(Answer::Page);
        harden(answer.headers_mut());
        answer
    }
}

/// What is answered at once.
enum Ready {
    Offer(Arc<Offer>),
    Refusal(StatusCode),
}

/// An answer of these bytes, or of their length alone where only that was asked for.
fn respond(status: StatusCode, mut headers: HeaderMap, bytes: Bytes, method: &Method) -> Response {
    let head_only = method == Method::HEAD;
    if head_only && status != StatusCode::NOT_MODIFIED {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    let mut response = Response::new(if head_only { Answer::NOTHING } else { Answer::from(bytes) });
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response
}

/// A status and nothing else.
fn bare(status: StatusCode) -> Response {
    let mut response = Response::new(Answer::NOTHING);
    *response.status_mut() = status;
    harden(response.headers_mut());
    response
}

fn not_allowed() -> Response {
    let mut response = bare(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(ALLOWED));
    response
}

/// Serves one connection's requests.
#[derive(Debug, Clone)]
pub struct Waiter {
    counter: Arc<Counter>,
    seat: Arc<Seat>,
}

impl Waiter {
    /// For the connection on this seat.
    pub fn new(counter: Arc<Counter>, seat: Arc<Seat>) -> Self {
        Self { counter, seat }
    }
}

impl Service<Request<Incoming>> for Waiter {
    type Response = Response;
    type Error = Infallible;
    type Future = Serving;

    fn call(&self, request: Request<Incoming>) -> Serving {
        let (making, line) = (Making::begin(&self.seat), Line::of(&request));
        let (request, body) = request.into_parts();
        let response = match self.counter.ready(&request) {
            Some(Ready::Offer(offer)) => self.counter.hand_out(&offer, request),
            Some(Ready::Refusal(status)) => bare(status),
            None => {
                let counter = self.counter.clone();
                return Serving::Later(Box::pin(async move {
                    let response = counter.made(request, body).await;
                    write(line, &response);
                    drop(making);
                    response
                }));
            }
        };
        write(line, &response);
        Serving::Now(Some(response))
    }
}

/// An answer that is there, or will be.
pub enum Serving {
    /// It is there.
    Now(Option<Response>),
    /// It is being made.
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
}

impl Future for Serving {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Now(response) => {
                response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
            }
            Self::Later(making) => making.as_mut().poll(context).map(Ok),
        }
    }
}

/// An answer is being made, for as long as this lives.
struct Making(Arc<Seat>);

impl Making {
    fn begin(seat: &Arc<Seat>) -> Self {
        seat.begins();
        Self(seat.clone())
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        self.0.made();
    }
}

/// A line of the access log.
struct Line {
    method: Method,
    path: String,
    begun: Instant,
}

impl Line {
    /// `None` where nobody reads it: then it costs nothing.
    fn of<B>(request: &Request<B>) -> Option<Self> {
        tracing::enabled!(tracing::Level::DEBUG).then(|| Self {
            method: request.method().clone(),
            path: shown_path(request.uri().path()).to_owned(),
            begun: Instant::now(),
        })
    }
}

fn write(line: Option<Line>, response: &Response) {
    let Some(Line { method, path, begun }) = line else { return };
    let (status, bytes) = (response.status().as_u16(), response.body().size_hint().exact());
    let milliseconds = begun.elapsed().as_secs_f64() * 1_000.0;
    tracing::debug!(%method, path, status, bytes, milliseconds, "answered");
}
