//! The one path that takes a POST: `/websub/TOKEN`, where hubs confirm and push.
//!
//! HTTP is read-only all the same. A token is random, was given by riverd to one hub with a request of its own, and is
//! known to nobody else; without a known one this is 404 like every other path, and no byte of a body is read. What comes
//! in is the rest of the answer to that request: a confirmation, or a document that goes the road of a polled one if it is
//! signed with the secret that went with the token. Whether it was is not told to whoever sent it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Incoming};
use tokio::sync::Semaphore;
use url::form_urlencoded;

use crate::model::websub::{Push, Reply, Verification};
use crate::serve::body::{Answer, Response};
use crate::serve::headers::harden;

/// Before the token.
pub const PATH: &str = "/websub/";
/// Pushes that are read at once.
const AT_ONCE: usize = 4;

/// Who subscribed at hubs.
pub trait Subscriber: fmt::Debug + Send + Sync {
    /// Whether a hub was given this token.
    fn knows(&self, token: &str) -> bool;
    /// A hub asks whether it was meant.
    fn verify(&self, token: &str, asked: &Verification) -> Reply;
    /// A hub pushes.
    fn push(&self, token: &str, push: Push) -> Reply;
}

/// Answers hubs.
#[derive(Debug, Clone)]
pub struct Callbacks {
    subscriber: Arc<dyn Subscriber>,
    max_body: usize,
    timeout: Duration,
    pushes: Arc<Semaphore>,
}

impl Callbacks {
    /// For `subscriber`; a push may have `max_body` bytes and take `timeout`.
    pub fn new(subscriber: Arc<dyn Subscriber>, max_body: usize, timeout: Duration) -> Self {
        Self { subscriber, max_body, timeout, pushes: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The answer to a request for a path under [`PATH`].
    pub async fn answer(&self, request: Parts, body: Incoming) -> Response {
        let token = request.uri.path().strip_prefix(PATH).unwrap_or_default();
        if !self.subscriber.knows(token) {
            return respond(StatusCode::NOT_FOUND, "not found\n".to_owned());
        }
        let reply = match request.method {
            Method::GET => {
                self.subscriber.verify(token, &verification(request.uri.query().unwrap_or_default()))
            }
            Method::POST => match self.push(&request, body).await {
                Ok(push) => self.subscriber.push(token, push),
                Err(status) => return respond(status, String::new()),
            },
            _ => return not_allowed(),
        };
        match reply {
            Reply::Echo(challenge) => respond(StatusCode::OK, challenge),
            Reply::Taken => respond(StatusCode::ACCEPTED, String::new()),
            Reply::Unknown => respond(StatusCode::NOT_FOUND, "not found\n".to_owned()),
            Reply::Busy => later(),
        }
    }

    async fn push(&self, request: &Parts, body: Incoming) -> Result<Push, StatusCode> {
        let text = |name| request.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let signature = text(HeaderName::from_static("x-hub-signature")).map(str::to_owned);
        let content_type = text(header::CONTENT_TYPE).map(str::to_owned);
        let read = async {
            let _place = self.pushes.acquire().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
            whole(body, self.max_body).await
        };
        let body = tokio::time::timeout(self.timeout, read).await;
        Ok(Push { signature, content_type, body: body.map_err(|_| StatusCode::REQUEST_TIMEOUT)?? })
    }
}

/// A body of no more than `limit` bytes.
async fn whole(mut body: Incoming, limit: usize) -> Result<Bytes, StatusCode> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

fn verification(query: &str) -> Verification {
    let mut asked = Verification::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "hub.mode" => asked.mode = value.into_owned(),
            "hub.topic" => asked.topic = value.into_owned(),
            "hub.challenge" => asked.challenge = value.into_owned(),
            "hub.lease_seconds" => asked.lease_seconds = value.trim().parse().ok(),
            _ => {}
        }
    }
    asked
}

fn respond(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Answer::from(Bytes::from(text)));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    harden(response.headers_mut());
    response
}

fn not_allowed() -> Response {
    let mut response = respond(StatusCode::METHOD_NOT_ALLOWED, String::new());
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    response
}

fn later() -> Response {
    let mut response = respond(StatusCode::SERVICE_UNAVAILABLE, String::new());
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}
