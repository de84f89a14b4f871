//! The pages: what is made when it is asked for. What is not named here, and does not lie on the shelf, is not found.
//!
//! To add a page: one line in [`router`].

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::serve::landing::page;
use crate::serve::office::Office;
use crate::serve::shelf::Shelf;

/// What pages are made from.
#[derive(Debug, Clone)]
struct Desk {
    shelf: Shelf,
    office: Office,
}

/// Every page by its path.
pub fn router(shelf: Shelf, office: Office) -> Router {
    Router::new()
        .route("/", get(landing))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(|| async { (StatusCode::NOT_FOUND, "not found\n") })
        .with_state(Desk { shelf, office })
}

async fn landing(State(desk): State<Desk>) -> Response {
    let rules = desk.shelf.look().rules.clone();
    let public = desk.shelf.paths().into_iter().filter(|path| !rules.locks.is_private(path));
    let html = page(&rules.title, &public.collect::<Vec<_>>());
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// Each part with its own word; 503 where one of them does not do its work.
async fn ready(State(desk): State<Desk>) -> Response {
    let parts = (desk.office.parts)();
    let all = parts.iter().all(|part| part.ready);
    let text: String = parts.iter().map(|part| format!("{}: {}\n", part.name, part.word)).collect();
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

async fn metrics(State(desk): State<Desk>) -> Response {
    let (write, media_type) = (desk.office.counted.clone(), desk.office.counted_type);
    match tokio::task::spawn_blocking(move || write()).await {
        Ok(text) => {
            ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
