//! Headers that every answer has, and what of a request is refused before anyone looks for what it asks.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header, request};

use crate::serve::callback::PATH;

/// Nothing here runs scripts, is framed, or is guessed at. Texts on pages show the pictures that are in them, as feed
/// readers do; no publisher learns from which page. The one form asks riverd itself.
pub const HARDENED: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self' http: https:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Adds what every answer has. What a page says itself stays.
pub fn harden(headers: &mut HeaderMap) {
    for (name, value) in HARDENED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Why the request is refused, whatever it asks for: 414 for an address longer than `max_uri` bytes; 400 for an
/// HTTP/1.1 request that does not name its host exactly once (RFC 9112 section 3.2).
pub fn refusal(request: &request::Parts, max_uri: usize) -> Option<StatusCode> {
    let length = request.uri.path_and_query().map_or(0, |part| part.as_str().len());
    if length > max_uri {
        return Some(StatusCode::URI_TOO_LONG);
    }
    if request.version != Version::HTTP_11 {
        return None;
    }
    let mut hosts = request.headers.get_all(header::HOST).iter();
    let once = hosts.next().is_some() && hosts.next().is_none();
    (!once).then_some(StatusCode::BAD_REQUEST)
}

/// A request's path as the log shows it: without the token of a callback.
pub fn shown_path(path: &str) -> &str {
    if path.starts_with(PATH) { "/websub/…" } else { path }
}
