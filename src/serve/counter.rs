//! Answers requests: what lies on the shelf at once, everything else from the shelf's back room or through the router.
//! Promises: whatever lies on the shelf is answered without waiting, locking, or making anything; only GET and HEAD;
//! nothing of a private river is looked for before its lock is open.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::service::Service;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::config::options::serve::ServeOptions;
use crate::serve::body::{Answer, Response};
use crate::serve::callback::{Callbacks, PATH};
use crate::serve::conditional::{Choice, choose};
use crate::serve::headers::{harden, refusal, shown_path};
use crate::serve::lock::{Pass, make_private, refused};
use crate::serve::offer::{Offer, replaced};
use crate::serve::rules::Rules;
use crate::serve::seats::Seat;
use crate::serve::shelf::{Found, SEARCH, Shelf};

/// What may be asked.
const ALLOWED: &str = "GET, HEAD";
/// So many may wait for pages of archives at once, and one for so many seats; the others are told to come again.
const MOST_WAITING: usize = 64;
const SEATS_OF_ONE: usize = 8;
/// When they may.
const AGAIN_SECONDS: &str = "2";

/// What the answers are made from.
#[derive(Debug)]
pub struct Counter {
    shelf: Shelf,
    router: Router,
    callbacks: Arc<OnceLock<Callbacks>>,
    /// Lets in those who wait for the back room: while they do, their seats are no newcomer's.
    door: Semaphore,
}

/// A request whose answer is still to be fetched or made.
enum Errand {
    /// A hub's.
    Hub(Callbacks, Parts),
    /// A reader's; there is no secret in `path`.
    Reader { request: Parts, path: String, is_private: bool },
}

impl Counter {
    /// Hands out what the shelf has and its rules let pass; for the rest asks `router`.
    pub fn new(shelf: Shelf, router: Router, options: &ServeOptions) -> Self {
        let door = Semaphore::new((options.max_connections / SEATS_OF_ONE).clamp(1, MOST_WAITING));
        Self { shelf, router, callbacks: Arc::default(), door }
    }

    /// Lets hubs call back, once that is there.
    #[must_use]
    pub fn with_callbacks(self, callbacks: Arc<OnceLock<Callbacks>>) -> Self {
        Self { callbacks, ..self }
    }

    /// What needs nothing made. Else what is to be done.
    fn at_once(&self, request: Parts) -> Result<Response, Box<Errand>> {
        let now = self.shelf.look();
        if let Some(status) = refusal(&request, now.rules.max_uri) {
            now.count_page(status);
            return Ok(bare(status));
        }
        if let Some(callbacks) = self.callbacks.get()
            && request.uri.path().starts_with(PATH)
        {
            return Err(Box::new(Errand::Hub(callbacks.clone(), request)));
        }
        let (path, is_private) = match now.rules.locks.pass(request.uri.path(), &request.headers) {
            Pass::Public => (request.uri.path(), false),
            Pass::Private(path) => (path, true),
            Pass::Refused(river) => {
                now.count(river, StatusCode::UNAUTHORIZED);
                return Ok(paged(refused(river)));
            }
        };
        match now.offer(path) {
            Some(offer) => Ok(guarded(hand_out(offer, request, &now.rules), is_private)),
            None => Err(Box::new(Errand::Reader { path: asked(path, &request), request, is_private })),
        }
    }

    /// What is not there at once.
    async fn later(&self, errand: Errand, body: Incoming) -> Response {
        let (request, path, is_private) = match errand {
            Errand::Hub(callbacks, request) => {
                let response = callbacks.answer(request, body).await;
                self.shelf.look().count_page(response.status());
                return response;
            }
            Errand::Reader { request, path, is_private } => (request, path, is_private),
        };
        // What comes with the request is nobody's business: an answer is made from its head alone.
        drop(body);
        let found = self.shelf.find(&path, &self.door).await;
        let now = self.shelf.look().clone();
        let response = match found {
            Found::Offer(offer) => hand_out(&offer, request, &now.rules),
            Found::Nothing => self.page(request).await,
            Found::Busy => {
                now.count_page(StatusCode::SERVICE_UNAVAILABLE);
                busy()
            }
        };
        guarded(response, is_private)
    }

    /// A page, or that there is none.
    async fn page(&self, request: Parts) -> Response {
        let request = Request::from_parts(request, axum::body::Body::empty());
        let Ok(answer) = self.router.clone().oneshot(request).await;
        let now = self.shelf.look();
        if answer.status() == StatusCode::NOT_FOUND && !now.is_all {
            now.count_page(StatusCode::SERVICE_UNAVAILABLE);
            return busy();
        }
        now.count_page(answer.status());
        if answer.status() == StatusCode::METHOD_NOT_ALLOWED {
            return not_allowed();
        }
        paged(answer)
    }
}

/// What is looked for: of a search, what for.
fn asked(path: &str, request: &Parts) -> String {
    match request.uri.query().filter(|_| path == SEARCH) {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

/// Answers with an edition, or a part of it, or by what the reader has of it already (RFC 9110).
fn hand_out(offer: &Offer, request: Parts, rules: &Rules) -> Response {
    let response = chosen(offer, request, rules);
    offer.tally.count(response.status());
    response
}

fn chosen(offer: &Offer, request: Parts, rules: &Rules) -> Response {
    if request.method != Method::GET && request.method != Method::HEAD {
        return not_allowed();
    }
    let choice = choose(&offer.edition, &request.method, &request.headers);
    let (status, prepared, bytes) = match &choice {
        Choice::Whole(body, encoding) => (StatusCode::OK, offer.whole(*encoding), body.bytes.clone()),
        Choice::Part(body, encoding, (first, last)) => {
            (StatusCode::PARTIAL_CONTENT, offer.whole(*encoding), body.bytes.slice(*first..=*last))
        }
        Choice::NotModified(body) => (StatusCode::NOT_MODIFIED, offer.known(body), Bytes::new()),
        Choice::NoSuchPart(_) => (StatusCode::RANGE_NOT_SATISFIABLE, offer.refused(), Bytes::new()),
        Choice::Failed => (StatusCode::PRECONDITION_FAILED, offer.refused(), Bytes::new()),
        Choice::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, offer.refused(), Bytes::new()),
    };
    let mut headers = replaced(request.headers, prepared, &rules.max_age);
    offer.date(&mut headers);
    headers.extend(content_range(&choice).map(|value| (header::CONTENT_RANGE, value)));
    respond(status, headers, bytes, &request.method)
}

/// A page as an answer.
fn paged(page: axum::http::Response<axum::body::Body>) -> Response {
    let mut answer = page.map(Answer::Page);
    harden(answer.headers_mut());
    answer
}

/// What is private is said to be so.
fn guarded(mut response: Response, is_private: bool) -> Response {
    if is_private {
        make_private(response.headers_mut());
    }
    response
}

/// Which bytes of how many these are (RFC 9110 section 14.4), where not all are handed out.
fn content_range(choice: &Choice<'_>) -> Option<HeaderValue> {
    let text = match choice {
        Choice::Part(body, _, (first, last)) => format!("bytes {first}-{last}/{}", body.bytes.len()),
        Choice::NoSuchPart(body) => format!("bytes */{}", body.bytes.len()),
        _ => return None,
    };
    HeaderValue::from_str(&text).ok()
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

/// Too many wait for what has to be fetched, or it is not there yet.
fn busy() -> Response {
    let mut response = bare(StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(AGAIN_SECONDS));
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
        let (making, line) = (Making::begin(&self.seat), Line::of(&request, &self.counter.shelf));
        let (request, body) = request.into_parts();
        match self.counter.at_once(request) {
            Ok(response) => {
                write(line, &response);
                Serving::Now(Some(response))
            }
            Err(errand) => {
                let counter = self.counter.clone();
                Serving::Later(Box::pin(async move {
                    let response = counter.later(*errand, body).await;
                    write(line, &response);
                    drop(making);
                    response
                }))
            }
        }
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
    fn of<B>(request: &Request<B>, shelf: &Shelf) -> Option<Self> {
        tracing::enabled!(tracing::Level::DEBUG).then(|| Self {
            method: request.method().clone(),
            path: shelf.look().rules.locks.shown(shown_path(request.uri().path())).into_owned(),
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
