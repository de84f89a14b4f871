//! An edition with the headers of its answers, made once.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use chrono::DateTime;

use crate::publish::edition::{Body, Edition, Encoding};
use crate::serve::headers::HARDENED;
use crate::serve::tally::Tally;

type Headers = Vec<(HeaderName, HeaderValue)>;

/// An edition, ready to be handed out.
#[derive(Debug)]
pub struct Offer {
    /// The edition.
    pub edition: Arc<Edition>,
    /// Of the answers about its river.
    pub tally: Arc<Tally>,
    /// In the order of [`Encoding::ALL`].
    prepared: [Prepared; 4],
    refused: Headers,
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
    pub fn new(edition: Arc<Edition>, links: Option<&HeaderValue>, tally: Arc<Tally>) -> Self {
        let refused = common(&edition);
        let mut prepared = Encoding::ALL.map(|encoding| Prepared::of(&edition, encoding, &refused));
        for prepared in &mut prepared {
            prepared.whole.extend(links.map(|links| (header::LINK, links.clone())));
        }
        Self { edition, tally, prepared, refused }
    }

    /// The headers of the edition in this encoding, but for `Cache-Control`.
    pub fn whole(&self, encoding: Encoding) -> &[(HeaderName, HeaderValue)] {
        &self.prepared(encoding).whole
    }

    /// The headers that say that the reader has this body, but for `Cache-Control`.
    pub fn known(&self, body: &Body) -> &[(HeaderName, HeaderValue)] {
        let named = self.edition.bodies().find(|(_, other)| other.etag == body.etag);
        &self.prepared(named.map_or(Encoding::Identity, |(encoding, _)| encoding)).known
    }

    /// The headers of an answer without any body of the edition, but for `Cache-Control`.
    pub fn refused(&self) -> &[(HeaderName, HeaderValue)] {
        &self.refused
    }

    fn prepared(&self, encoding: Encoding) -> &Prepared {
        let [identity, gzip, brotli, zstd] = &self.prepared;
        match encoding {
            Encoding::Identity => identity,
            Encoding::Gzip => gzip,
            Encoding::Brotli => brotli,
            Encoding::Zstd => zstd,
        }
    }

    /// A `Last-Modified` must not be later than the answer (RFC 9110 section 8.8.2.1), as that of an edition is after many
    /// changes within a few seconds: then it is now.
    pub fn date(&self, headers: &mut HeaderMap) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ms = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        if self.edition.modified.0 > now_ms
            && let Ok(value) = HeaderValue::from_str(&http_date(now_ms))
        {
            headers.insert(header::LAST_MODIFIED, value);
        }
    }
}

/// What every answer about the edition has.
fn common(edition: &Edition) -> Headers {
    let modified = HeaderValue::from_str(&http_date(edition.modified.0)).ok();
    // Scripts of other sites read feeds; pages are for people.
    let is_page = ["text/html", "text/css"].iter().any(|kind| edition.media_type.starts_with(kind));
    let anyone = (!is_page).then_some((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    let fixed = [(header::VARY, "Accept-Encoding"), (header::ACCEPT_RANGES, "bytes")];
    let fixed = fixed.into_iter().chain(anyone).chain(HARDENED);
    let fixed = fixed.map(|(name, text)| (name, HeaderValue::from_static(text)));
    fixed.chain(modified.map(|value| (header::LAST_MODIFIED, value))).collect()
}

impl Prepared {
    fn of(edition: &Edition, encoding: Encoding, common: &Headers) -> Self {
        let tag = HeaderValue::from_str(&edition.body(encoding).etag).ok();
        let known: Headers = common.iter().cloned().chain(tag.map(|value| (header::ETAG, value))).collect();
        let mut whole = known.clone();
        whole.push((header::CONTENT_TYPE, HeaderValue::from_static(edition.media_type)));
        if encoding != Encoding::Identity {
            whole.push((header::CONTENT_ENCODING, HeaderValue::from_static(encoding.token())));
        }
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

/// RFC 9110 section 5.6.7. What is before 1970 is as of its beginning.
fn http_date(ms: i64) -> String {
    let date = DateTime::from_timestamp_millis(ms.max(0)).unwrap_or(DateTime::UNIX_EPOCH);
    date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    fn offer(modified_ms: i64) -> Offer {
        let edition = Edition::new(b"news ".repeat(4), "text/plain", Timestamp(modified_ms));
        Offer::new(Arc::new(edition), None, Arc::default())
    }

    fn headers(prepared: &[(HeaderName, HeaderValue)]) -> HeaderMap {
        let mut room = HeaderMap::new();
        room.insert(header::RANGE, HeaderValue::from_static("bytes=0-1"));
        replaced(room, prepared, &HeaderValue::from_static("max-age=9"))
    }

    #[test]
    fn each_encoding_has_its_own_tag_whether_it_is_handed_out_or_known() {
        let offer = offer(784_111_777_500);
        for (encoding, body) in offer.edition.bodies() {
            let (whole, known) = (headers(offer.whole(encoding)), headers(offer.known(body)));
            assert_eq!([&whole, &known].map(|headers| &headers[header::ETAG]), [&*body.etag; 2]);
            assert_eq!(whole[header::LAST_MODIFIED], "Sun, 06 Nov 1994 08:49:37 GMT");
            let coding = whole.get(header::CONTENT_ENCODING).map(|value| value.to_str().expect("text"));
            assert_eq!(coding.unwrap_or("identity"), encoding.token());
            assert_eq!(whole[header::CACHE_CONTROL], "max-age=9");
            assert!(!known.contains_key(header::CONTENT_TYPE) && !whole.contains_key(header::RANGE));
        }
        assert!(!headers(offer.refused()).contains_key(header::ETAG));
    }

    #[test]
    fn no_answer_says_that_it_was_modified_in_times_to_come() {
        let year_3000_ms = 32_503_680_000_000;
        for (modified_ms, is_now) in [(784_111_777_500, false), (year_3000_ms, true)] {
            let offer = offer(modified_ms);
            let mut headers = headers(offer.refused());
            let before = headers[header::LAST_MODIFIED].clone();
            offer.date(&mut headers);
            assert_eq!(headers[header::LAST_MODIFIED] != before, is_now);
        }
        assert_eq!(http_date(-5), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
