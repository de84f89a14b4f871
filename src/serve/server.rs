//! The HTTP server: accepts connections within limits, answers from the shelf, drains when told to stop.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::config::options::serve::ServeOptions;
use crate::publish::edition::{Edition, Encoding};
use crate::serve::conditional::{Choice, choose};
use crate::serve::landing::page;
use crate::serve::lock::{Locks, Pass, make_private, refused};
use crate::serve::shelf::Shelf;

/// What the answers are made from.
#[derive(Debug, Clone)]
struct Counter {
    shelf: Shelf,
    locks: Arc<Locks>,
    options: Arc<ServeOptions>,
    title: Arc<str>,
}

/// Serves until `stop`; then lets running answers finish for at most `serve.drain`.
pub async fn serve(
    listener: TcpListener,
    shelf: Shelf,
    locks: Locks,
    title: &str,
    options: &ServeOptions,
    stop: CancellationToken,
) {
    let counter =
        Counter { shelf, locks: Arc::new(locks), options: Arc::new(options.clone()), title: title.into() };
    let router = Router::new().fallback(answer).with_state(counter);
    let service = TowerToHyperService::new(router);
    let connections = connections(options);
    let places = Arc::new(Semaphore::new(options.max_connections));
    let graceful = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            stream = accept(&listener, &places) => stream,
        };
        let Some((stream, place)) = stream else { continue };
        let connection = connections.serve_connection(TokioIo::new(stream), service.clone()).into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(options.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some readers were cut off: their answers took longer than serve.drain");
    }
}

fn connections(options: &ServeOptions) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .max_buf_size(options.max_headers.as_usize())
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(options.max_headers.0).unwrap_or(u32::MAX));
    builder
}

/// Waits for a place, then for a connection. `None`: try again.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Small answers go out at once; a socket that refuses this still works.
            drop(stream.set_nodelay(true));
            Some((stream, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            None
        }
    }
}

async fn answer(State(counter): State<Counter>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let mut response = match counter.locks.pass(uri.path(), &headers) {
        Pass::Public => found(&counter, uri.path(), &method, &headers).await,
        Pass::Private(path) => {
            let mut response = found(&counter, path, &method, &headers).await;
            make_private(response.headers_mut());
            response
        }
        Pass::Refused(river) => refused(river),
    };
    if !matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED)
        && method != Method::GET
        && method != Method::HEAD
    {
        response = (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = counter.locks.shown(uri.path());
    tracing::debug!(%method, %path, status = response.status().as_u16(), "answered");
    harden(response.headers_mut());
    response
}

async fn found(counter: &Counter, path: &str, method: &Method, headers: &HeaderMap) -> Response {
    match counter.shelf.find(path).await {
        Some(edition) => hand_out(&edition, method, headers, counter.options.max_age.as_secs()),
        None => route(counter, path),
    }
}

fn route(counter: &Counter, path: &str) -> Response {
    match path {
        "/" => {
            let public = counter.shelf.paths().into_iter().filter(|path| !counter.locks.is_private(path));
            let html = page(&counter.title, &public.collect::<Vec<_>>());
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
        }
        "/healthz" => match counter.shelf.illness() {
            None => (StatusCode::OK, "ok\n").into_response(),
            Some(illness) => (StatusCode::SERVICE_UNAVAILABLE, format!("{illness}\n")).into_response(),
        },
        _ => (StatusCode::NOT_FOUND, "not found\n").into_response(),
    }
}

/// Answers with an edition, or a part of it, or by what the reader has of it already (RFC 9110).
fn hand_out(edition: &Edition, method: &Method, request: &HeaderMap, max_age_seconds: u64) -> Response {
    let choice = choose(edition, method, request);
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let mut set = |name: header::HeaderName, value: &str| {
        headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
    };
    set(header::CACHE_CONTROL, &format!("max-age={max_age_seconds}"));
    set(header::VARY, "Accept-Encoding");
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(header::ACCEPT_RANGES, "bytes");
    set(header::LAST_MODIFIED, &http_date(edition.modified.0));
    if let Choice::Whole(body, encoding) | Choice::Part(body, encoding, _) = choice {
        set(header::ETAG, &body.etag);
        set(header::CONTENT_TYPE, edition.media_type);
        if encoding != Encoding::Identity {
            set(header::CONTENT_ENCODING, encoding.token());
        }
    }
    let (status, bytes) = match choice {
        Choice::Whole(body, _) => (StatusCode::OK, body.bytes.clone()),
        Choice::Part(body, _, (first, last)) => {
            set(header::CONTENT_RANGE, &format!("bytes {first}-{last}/{}", body.bytes.len()));
            (StatusCode::PARTIAL_CONTENT, body.bytes.slice(first..=last))
        }
        Choice::NoSuchPart(body) => {
            set(header::CONTENT_RANGE, &format!("bytes */{}", body.bytes.len()));
            (StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new())
        }
        Choice::NotModified(body) => {
            set(header::ETAG, &body.etag);
            (StatusCode::NOT_MODIFIED, Bytes::new())
        }
        Choice::Failed => (StatusCode::PRECONDITION_FAILED, Bytes::new()),
        Choice::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, Bytes::new()),
    };
    *response.status_mut() = status;
    *response.body_mut() = Body::from(bytes);
    response
}

/// RFC 9110 section 5.6.7. Now for a time that is still to come, as that of an edition is after many changes within a few
/// seconds: a `Last-Modified` must not be later than the answer (section 8.8.2.1).
fn http_date(ms: i64) -> String {
    let at = UNIX_EPOCH + Duration::from_secs(u64::try_from(ms.div_euclid(1_000)).unwrap_or(0));
    httpdate::fmt_http_date(at.min(SystemTime::now()))
}

/// Nothing here runs scripts, is framed, or is guessed at.
fn harden(headers: &mut HeaderMap) {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
