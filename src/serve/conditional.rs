//! Which answer a request gets for an edition: whole, nothing new, or only its head. Pure (RFC 9110 section 13).

use axum::http::{HeaderMap, header};
use chrono::DateTime;

use crate::publish::edition::{Body, Edition};

/// What to answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// 200 with this body.
    Whole(&'a Body, Encoding),
    /// 304 with this body's validators.
    NotModified(&'a Body),
}

/// Content coding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// None.
    Identity,
    /// gzip.
    Gzip,
}

/// Chooses by the request's headers. An entity tag counts before a date.
pub fn choose<'a>(edition: &'a Edition, request: &HeaderMap) -> Choice<'a> {
    let encoding = if accepts_gzip(request) { Encoding::Gzip } else { Encoding::Identity };
    let body = match encoding {
        Encoding::Gzip => &edition.gzip,
        Encoding::Identity => &edition.identity,
    };
    if is_known(edition, request) { Choice::NotModified(body) } else { Choice::Whole(body, encoding) }
}

/// The reader has this edition, in whichever encoding.
fn is_known(edition: &Edition, request: &HeaderMap) -> bool {
    if request.contains_key(header::IF_NONE_MATCH) {
        let tags = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let tags: Vec<&str> = tags.flat_map(|list| list.split(',')).map(str::trim).collect();
        let ours = [edition.identity.etag.as_str(), edition.gzip.etag.as_str()];
        return tags.iter().any(|tag| *tag == "*" || ours.contains(&tag.strip_prefix("W/").unwrap_or(tag)));
    }
    let since = request.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(|date| DateTime::parse_from_rfc2822(date.trim()).ok());
    since.is_some_and(|since| edition.updated.0.div_euclid(1_000) <= since.timestamp())
}

/// `Accept-Encoding` (RFC 9110 section 12.5.3): gzip is named, or everything is, and not with weight 0.
fn accepts_gzip(request: &HeaderMap) -> bool {
    let lists = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = None;
    for item in lists.flat_map(|list| list.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or("").to_ascii_lowercase();
        let weight =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
        match name.as_str() {
            "gzip" | "x-gzip" => return weight > 0.0,
            "*" => any = Some(weight > 0.0),
            _ => {}
        }
    }
    any.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    fn check(headers: &[(header::HeaderName, &str)], expected: (bool, bool)) {
        let edition = Edition::new(b"x".to_vec(), "text/plain", Timestamp(784_111_777_500));
        let request = headers
            .iter()
            .map(|(name, value)| {
                (name.clone(), value.replace("ETAG", &edition.identity.etag).parse().expect("a header"))
            })
            .collect();
        let got = match choose(&edition, &request) {
            Choice::Whole(_, encoding) => (false, encoding == Encoding::Gzip),
            Choice::NotModified(body) => (true, body == &edition.gzip),
        };
        assert_eq!(got, expected, "{headers:?}");
    }

    #[test]
    fn conditions_and_encodings_are_heeded() {
        use header::{ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH};
        check(&[], (false, false));
        check(&[(IF_NONE_MATCH, "ETAG")], (true, false));
        check(&[(IF_NONE_MATCH, "\"x\", W/ETAG")], (true, false));
        check(&[(IF_NONE_MATCH, "*"), (ACCEPT_ENCODING, "br, gzip;q=0.5")], (true, true));
        check(&[(IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:37 GMT")], (true, false));
        check(&[(IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:36 GMT")], (false, false));
        check(
            &[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, "Sun, 06 Nov 2094 08:49:37 GMT")],
            (false, false),
        );
        check(&[(ACCEPT_ENCODING, "gzip;q=0, *")], (false, false));
        check(&[(ACCEPT_ENCODING, "*;q=1")], (false, true));
        check(&[(IF_MODIFIED_SINCE, "nonsense")], (false, false));
    }
}
