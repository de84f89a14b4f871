//! The pages: what is made when it is asked for. What is not named here, and does not lie on the shelf, is not found.
//!
//! To add a page: one line in [`router`].

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::serve::shelf::Shelf;

/// Every page by its path.
pub fn router(shelf: Shelf) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .fallback(|| async { (StatusCode::NOT_FOUND, "not found\n") })
        .with_state(shelf)
}

async fn health(State(shelf): State<Shelf>) -> Response {
    match shelf.illness() {
        None => "ok\n".into_response(),
        Some(illness) => (StatusCode::SERVICE_UNAVAILABLE, format!("{illness}\n")).into_response(),
    }
}
