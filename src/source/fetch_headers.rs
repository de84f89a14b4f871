//! What an answer's headers say of time and state: freshness, `Retry-After`, challenges, redirects, sizes.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use reqwest::header::{self, HeaderMap, HeaderName};
use url::Url;

use crate::model::document::Validators;
use crate::model::poll::Freshness;
use crate::source::fetch_error::FetchError;

/// The validators as sent (RFC 9110 section 8.8): opaque bytes.
pub(crate) fn validators(headers: &HeaderMap) -> Validators {
    let bytes =
        |name| headers.get(name).map(|value| value.as_bytes().to_vec()).filter(|bytes| !bytes.is_empty());
    Validators { etag: bytes(header::ETAG), last_modified: bytes(header::LAST_MODIFIED) }
}

/// A header's text; `None` where it is absent or no ASCII.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// Every text of a header that may stand more than once; what is no UTF-8 is passed over.
pub(crate) fn texts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
}

/// A challenge meant for browsers.
pub(crate) fn is_challenge(headers: &HeaderMap) -> bool {
    let mitigated = HeaderName::from_static("cf-mitigated");
    text(headers, &mitigated).is_some_and(|how| how.eq_ignore_ascii_case("challenge"))
}

/// Where a redirect leads; `None`: it is none.
pub(crate) fn redirect(status: u16, headers: &HeaderMap, at: &Url) -> Result<Option<Url>, FetchError> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    // Servers send UTF-8 here, too, which `to_str` does not take.
    let location = headers.get(header::LOCATION).map(|value| readable(value.as_bytes()));
    let target =
        location.as_deref().map(str::trim).filter(|to| !to.is_empty()).and_then(|to| at.join(to).ok());
    target.map(Some).ok_or(FetchError::Nowhere(status))
}

/// An address as sent; bytes that are no UTF-8 as browsers ask for them, each for itself.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    let encoded = || {
        bytes
            .iter()
            .map(|byte| if byte.is_ascii() { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
    };
    std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(encoded().collect()), Cow::Borrowed)
}

/// Bytes of all headers.
pub(crate) fn size(headers: &HeaderMap) -> u64 {
    headers.iter().map(|(name, value)| (name.as_str().len() + value.len() + 4) as u64).sum()
}

/// `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date; of several the longest.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let all = headers.get_all(header::RETRY_AFTER).iter().filter_map(|value| value.to_str().ok());
    all.filter_map(|text| seconds(text).or_else(|| until(headers, text))).max()
}

/// Freshness (RFC 9111 section 4.2.1): the longer of max-age less Age, and Expires less Date.
pub(crate) fn freshness(headers: &HeaderMap) -> Option<Freshness> {
    let age = text(headers, &header::AGE).and_then(seconds).unwrap_or_default();
    let max_age = max_age(headers).map(|max_age| (max_age.saturating_sub(age), "max-age"));
    let expires = text(headers, &header::EXPIRES).and_then(|date| until(headers, date));
    let longest =
        [max_age, expires.map(|wait| (wait, "Expires"))].into_iter().flatten().max_by_key(|(wait, _)| *wait);
    longest.map(|(wait, by)| Freshness {
        ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        by: by.to_owned(),
    })
}

fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let lines = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = lines.flat_map(directives);
    directives.find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("max-age").then(|| seconds(value)).flatten()
    })
}

/// The members of a list; a comma between quotes parts none (RFC 9110 section 5.6.4).
fn directives(line: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    line.split(move |c| {
        (is_quoted, is_escaped) = match (c, is_escaped) {
            ('"', false) => (!is_quoted, false),
            ('\\', false) => (is_quoted, is_quoted),
            _ => (is_quoted, false),
        };
        c == ',' && !is_quoted
    })
}

/// Whole seconds; numbers too large for any clock are the longest time.
fn seconds(text: &str) -> Option<Duration> {
    let whole = text.trim().split('.').next().unwrap_or_default();
    let digits = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    // Beyond that, milliseconds would not fit.
    digits.then(|| Duration::from_secs(whole.parse::<u64>().unwrap_or(u64::MAX).min(u64::MAX / 1_000_000)))
}

/// From the answer's own `Date`, or now where it has none, to `date` (any of the three forms of RFC 9110 section
/// 5.6.7); `None` if that is past.
fn until(headers: &HeaderMap, date: &str) -> Option<Duration> {
    let from = text(headers, &header::DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    let then = httpdate::parse_http_date(date.trim()).ok()?;
    then.duration_since(from.unwrap_or_else(SystemTime::now)).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let header = |(name, value): &(&str, &str)| {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            (name, HeaderValue::from_str(value).expect("a value"))
        };
        let mut map = HeaderMap::new();
        for (name, value) in lines.iter().map(header) {
            map.append(name, value);
        }
        map
    }

    const DATE: (&str, &str) = ("date", "Fri, 15 Jan 2027 08:00:00 GMT");

    #[test]
    fn rule_12_retry_after_is_read_in_all_its_forms() {
        for (value, seconds) in [
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("120.5", Some(120)),
            ("0", Some(0)),
            ("99999999999999999999999", Some(u64::MAX / 1_000_000)),
            ("Fri, 15 Jan 2027 09:00:00 GMT", Some(3_600)),
            ("Friday, 15-Jan-27 09:00:00 GMT", Some(3_600)),
            ("Fri Jan 15 09:00:00 2027", Some(3_600)),
            ("Fri, 15 Jan 2027 07:00:00 GMT", None),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            let found = retry_after(&headers(&[DATE, ("retry-after", value)]));
            assert_eq!(found.map(|wait| wait.as_secs()), seconds, "{value}");
        }
        let two = headers(&[("retry-after", "60"), ("retry-after", "90")]);
        assert_eq!(retry_after(&two), Some(Duration::from_secs(90)));
    }

    #[test]
    fn rule_06_freshness_is_max_age_less_age_or_expires_less_date() {
        let later = ("expires", "Fri, 15 Jan 2027 10:00:00 GMT");
        for (lines, expected) in [
            (&[("cache-control", "public, Max-Age=3600")][..], Some((3_600, "max-age"))),
            (&[("cache-control", "max-age=\"60\""), ("age", "20")], Some((40, "max-age"))),
            (&[("cache-control", "max-age=60"), ("age", "90")], Some((0, "max-age"))),
            (&[("cache-control", "no-cache"), ("cache-control", "max-age=60")], Some((60, "max-age"))),
            (&[DATE, later], Some((7_200, "Expires"))),
            (&[DATE, later, ("cache-control", "max-age=60")], Some((7_200, "Expires"))),
            (&[DATE, ("expires", "0")], None),
            (&[DATE, ("expires", "Thu, 19 Nov 1981 08:52:00 GMT")], None),
            (&[("cache-control", "no-cache, no-store, s-maxage=600")], None),
            (&[("cache-control", "max-age=soon")], None),
            (&[("cache-control", r#"no-cache="x, \", max-age=9", max-age=120"#)], Some((120, "max-age"))),
        ] {
            let found = freshness(&headers(lines));
            let found = found.as_ref().map(|fresh| (fresh.ms / 1_000, fresh.by.as_str()));
            assert_eq!(found, expected, "{lines:?}");
        }
    }

    #[test]
    fn rule_01_validators_are_opaque_bytes() {
        let mut map = headers(&[("last-modified", "yesterday, sort of")]);
        map.append("etag", HeaderValue::from_bytes(b"W/\"\xe4 odd\"").expect("bytes"));
        let found = validators(&map);
        assert_eq!(found.etag.as_deref(), Some(&b"W/\"\xe4 odd\""[..]));
        assert_eq!(found.last_modified.as_deref(), Some(&b"yesterday, sort of"[..]));
    }
}
