//! An edition with the headers of its answers, made once.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use chrono::DateTime;

use crate::publish::edition::{Body, Edition};
use crate::serve::conditional::Encoding;
use crate::serve::headers::HARDENED;

type Headers = Vec<(HeaderName, HeaderValue)>;

/// An edition, ready to be handed out.
#[derive(Debug)]
pub struct Offer {
    /// The edition.
    pub edition: Edition,
    identity: Prepared,
    gzip: Prepared,
}

/// What goes with one encoding of it.
#[derive(Debug)]
struct Prepared {
    whole: Headers,
    /// Of a 304 (RFC 9110 section 15.4.5).
    known: Headers,
}

impl Offer {
    /// Prepares the headers; `links` is the `Link` header, if there is one.
    pub fn new(edition: Edition, links: Option<&HeaderValue>) -> Self {
        let mut identity = Prepared::of(&edition, &edition.identity, None);
        let mut gzip = Prepared::of(&edition, &edition.gzip, Some("gzip"));
        for prepared in [&mut identity, &mut gzip] {
            prepared.whole.extend(links.map(|links| (header::LINK, links.clone())));
        }
        Self { edition, identity, gzip }
    }

    /// The headers of the whole edition in this encoding, but for `Cache-Control`.
    pub fn whole(&self, encoding: Encoding) -> &[(HeaderName, HeaderValue)] {
        match encoding {
            Encoding::Identity => &self.identity.whole,
            Encoding::Gzip => &self.gzip.whole,
        }
    }

    /// The headers that say that the reader has this body, but for `Cache-Control`.
    pub fn known(&self, body: &Body) -> &[(HeaderName, HeaderValue)] {
        if body.etag == self.edition.gzip.etag { &self.gzip.known } else { &self.identity.known }
    }
}

impl Prepared {
    fn of(edition: &Edition, body: &Body, coding: Option<&'static str>) -> Self {
        let value = |text: &str| HeaderValue::from_str(text).ok();
        let known: Headers = [
            (header::ETAG, value(&body.etag)),
            (header::LAST_MODIFIED, value(&http_date(edition.updated.0))),
            (header::VARY, value("Accept-Encoding")),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, value("*")),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let mut whole = known.clone();
        whole.extend(value(edition.media_type).map(|value| (header::CONTENT_TYPE, value)));
        whole.extend(coding.map(|coding| (header::CONTENT_ENCODING, HeaderValue::from_static(coding))));
        whole.extend(HARDENED.map(|(name, text)| (name, HeaderValue::from_static(text))));
        Self { whole, known }
    }
}

/// Puts prepared headers in the place of all that is there: the room that the request's headers took serves the answer's.
pub fn replaced(
    mut room: HeaderMap,
    prepared: &[(HeaderName, HeaderValue)],
    max_age: &HeaderValue,
) -> HeaderMap {
    room.clear();
    for (name, value) in prepared {
        room.insert(name, value.clone());
    }
    room.insert(header::CACHE_CONTROL, max_age.clone());
    room
}

/// RFC 9110 section 5.6.7.
fn http_date(ms: i64) -> String {
    let date = DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH);
    date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
