//! The pages: what is made when it is asked for. What is not named here, and does not lie on the shelf, is not found.
//!
//! To add a page: one line in [`router`].

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::serve::office::Office;

/// Every page by its path.
pub fn router(office: Office) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(|| async { (StatusCode::NOT_FOUND, "not found\n") })
        .with_state(office)
}

/// Each part with its own word; 503 where one of them does not do its work.
async fn ready(State(office): State<Office>) -> Response {
    let parts = (office.parts)();
    let all = parts.iter().all(|part| part.ready);
    let text: String = parts.iter().map(|part| format!("{}: {}\n", part.name, part.word)).collect();
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

async fn metrics(State(office): State<Office>) -> Response {
    let (write, media_type) = (office.counted.clone(), office.counted_type);
    match tokio::task::spawn_blocking(move || write()).await {
        Ok(text) => {
            ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
