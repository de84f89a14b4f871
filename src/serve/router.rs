//! The pages: what is made when it is asked for. What is not named here, and does not lie on the shelf, is not found.
//!
//! To add a page: one line in [`router`].

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::serve::landing::page;
use crate::serve::lock::Locks;
use crate::serve::shelf::Shelf;

/// What pages are made from.
#[derive(Debug, Clone)]
struct Desk {
    shelf: Shelf,
    locks: Arc<Locks>,
    title: Arc<str>,
}

/// Every page by its path.
pub fn router(shelf: Shelf, locks: Arc<Locks>, title: &str) -> Router {
    Router::new()
        .route("/", get(landing))
        .route("/healthz", get(health))
        .fallback(|| async { (StatusCode::NOT_FOUND, "not found\n") })
        .with_state(Desk { shelf, locks, title: title.into() })
}

async fn landing(State(desk): State<Desk>) -> Response {
    let public = desk.shelf.paths().into_iter().filter(|path| !desk.locks.is_private(path));
    let html = page(&desk.title, &public.collect::<Vec<_>>());
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

async fn health(State(desk): State<Desk>) -> Response {
    match desk.shelf.illness() {
        None => "ok\n".into_response(),
        Some(illness) => (StatusCode::SERVICE_UNAVAILABLE, format!("{illness}\n")).into_response(),
    }
}
