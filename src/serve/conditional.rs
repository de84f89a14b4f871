//! Which answer a request gets for an edition: whole, a part, nothing new, or a refusal. Pure.
//! RFC 9110: sections 12.5.3 (`Accept-Encoding`), 13.2.2 (the order of preconditions), 14 (ranges).
//!
//! A reader that names the tag of any encoding of the edition has the edition: the answer is 304 with that very tag.

use axum::http::{HeaderMap, HeaderName, Method, header};

use crate::publish::edition::{Body, Edition, Encoding};

/// What to answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// 200 with this body.
    Whole(&'a Body, Encoding),
    /// 206 with these bytes of the body, from the first to the last.
    Part(&'a Body, Encoding, (usize, usize)),
    /// 304 with this body's tag.
    NotModified(&'a Body),
    /// 406: it is to be had in no encoding that is wanted.
    NotAcceptable,
    /// 412: the edition is not the one that the request is about.
    Failed,
    /// 416: none of the bytes asked for is there.
    NoSuchPart(&'a Body),
}

/// Chooses by the request's headers. An entity tag counts before a date.
pub fn choose<'a>(edition: &'a Edition, method: &Method, request: &HeaderMap) -> Choice<'a> {
    let Some(encoding) = encoding(request) else { return Choice::NotAcceptable };
    let body = edition.body(encoding);
    if !is_the_expected(edition, request) {
        return Choice::Failed;
    }
    if let Some(known) = known(edition, encoding, request) {
        return Choice::NotModified(known);
    }
    let wanted = text(request, &header::RANGE)
        .filter(|_| method == Method::GET && range_holds(edition, body, request));
    match wanted.map_or(Range::All, |wanted| range(wanted, body.bytes.len())) {
        Range::All => Choice::Whole(body, encoding),
        Range::Bytes(first, last) => Choice::Part(body, encoding, (first, last)),
        Range::Nowhere => Choice::NoSuchPart(body),
    }
}

/// `If-Match` (strong comparison), else `If-Unmodified-Since`: whether the edition is what the request is about.
fn is_the_expected(edition: &Edition, request: &HeaderMap) -> bool {
    if request.contains_key(header::IF_MATCH) {
        let tags = list(request, &header::IF_MATCH);
        return tags.iter().any(|tag| *tag == "*" || edition.bodies().any(|(_, body)| body.etag == *tag));
    }
    date(request, &header::IF_UNMODIFIED_SINCE).is_none_or(|since| modified(edition) <= since)
}

/// `If-None-Match` (weak comparison), else `If-Modified-Since`: what of the edition the reader has.
fn known<'a>(edition: &'a Edition, encoding: Encoding, request: &HeaderMap) -> Option<&'a Body> {
    let chosen = edition.body(encoding);
    if request.contains_key(header::IF_NONE_MATCH) {
        let tags = list(request, &header::IF_NONE_MATCH);
        let is_named =
            |body: &Body| tags.iter().any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == body.etag);
        if tags.contains(&"*") || is_named(chosen) {
            return Some(chosen);
        }
        return edition.bodies().map(|(_, body)| body).find(|body| is_named(body));
    }
    date(request, &header::IF_MODIFIED_SINCE).filter(|since| modified(edition) <= *since).map(|_| chosen)
}

/// `If-Range` (section 13.1.5): the tag of the very body, or the very date.
fn range_holds(edition: &Edition, body: &Body, request: &HeaderMap) -> bool {
    let Some(validator) = text(request, &header::IF_RANGE) else { return true };
    if validator.starts_with('"') || validator.starts_with("W/") {
        return validator == body.etag;
    }
    date(request, &header::IF_RANGE) == Some(modified(edition))
}

/// What a `Range` header comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    /// Everything: another unit, several ranges, or nonsense, all of which may be passed over.
    All,
    /// From the first to the last byte.
    Bytes(usize, usize),
    /// Not one byte that is there.
    Nowhere,
}

fn range(header: &str, length: usize) -> Range {
    let Some((unit, list)) = header.split_once('=') else { return Range::All };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Range::All;
    }
    let each: Option<Vec<Range>> = list
        .split(',')
        .map(str::trim)
        .filter(|spec| !spec.is_empty())
        .map(|spec| one_range(spec, length))
        .collect();
    match each.as_deref() {
        Some([one]) => *one,
        Some(several) if !several.is_empty() && several.iter().all(|range| *range == Range::Nowhere) => {
            Range::Nowhere
        }
        _ => Range::All,
    }
}

/// `None`: it is no range at all.
fn one_range(spec: &str, length: usize) -> Option<Range> {
    let number = |text: &str| {
        // A number that is too large is a large one.
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(usize::MAX))
    };
    let (first, last) = spec.split_once('-')?;
    let (first, last) = match (first, last) {
        ("", suffix) => {
            let suffix = number(suffix)?;
            (if suffix == 0 { length } else { length.saturating_sub(suffix) }, usize::MAX)
        }
        (first, "") => (number(first)?, usize::MAX),
        (first, last) => (number(first)?, number(last)?),
    };
    if last < first {
        return None;
    }
    Some(if first >= length { Range::Nowhere } else { Range::Bytes(first, last.min(length - 1)) })
}

/// The encoding that the reader likes best, the smallest of equals; `None` if it wants none that there is.
fn encoding(request: &HeaderMap) -> Option<Encoding> {
    const SMALLEST_FIRST: [Encoding; 4] =
        [Encoding::Brotli, Encoding::Zstd, Encoding::Gzip, Encoding::Identity];
    if !request.contains_key(header::ACCEPT_ENCODING) {
        return Some(Encoding::Identity);
    }
    let wishes = Wishes::of(request);
    let mut best: Option<(u16, Encoding)> = None;
    for encoding in SMALLEST_FIRST {
        let weight = wishes.weight(encoding);
        if weight > 0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, encoding));
        }
    }
    best.map(|(_, encoding)| encoding)
}

/// Names of codings and their weights in thousandths.
struct Wishes(Vec<(String, u16)>);

impl Wishes {
    fn of(request: &HeaderMap) -> Self {
        let items = list(request, &header::ACCEPT_ENCODING);
        let wish = |item: &str| {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().unwrap_or("").to_ascii_lowercase();
            let weight = parts.find_map(|part| {
                let (key, value) = part.split_once('=')?;
                key.trim().eq_ignore_ascii_case("q").then(|| thousandths(value.trim()))
            });
            (name, weight.unwrap_or(1_000))
        };
        Self(items.into_iter().map(wish).collect())
    }

    /// 0: not wanted. What is not named is not wanted, but identity, which is wanted least, unless it is ruled out.
    fn weight(&self, encoding: Encoding) -> u16 {
        let named = |name: &str| self.0.iter().find(|(named, _)| named == name).map(|(_, weight)| *weight);
        let alias = if encoding == Encoding::Gzip { named("x-gzip") } else { None };
        let given = named(encoding.token()).or(alias).or_else(|| named("*"));
        given.unwrap_or(u16::from(encoding == Encoding::Identity))
    }
}

/// A weight (RFC 9110 section 12.4.2); what is none is 0.
fn thousandths(text: &str) -> u16 {
    let weight: f32 = text.parse().unwrap_or(0.0);
    if (0.0..=1.0).contains(&weight) { (weight * 1_000.0).round() as u16 } else { 0 }
}

/// Seconds since 1970.
fn modified(edition: &Edition) -> i64 {
    edition.modified.0.div_euclid(1_000)
}

/// A date in any of the three forms; what is none is passed over.
fn date(request: &HeaderMap, name: &HeaderName) -> Option<i64> {
    let at = httpdate::parse_http_date(text(request, name)?).ok()?;
    // Dates before 1970 are before everything here.
    let since = at.duration_since(std::time::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or(0);
    i64::try_from(since).ok()
}

fn text<'a>(request: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    request.get(name)?.to_str().ok().map(str::trim)
}

/// The items of a list that may stand in several headers. Tags of ours have no comma inside, so that others that have
/// are no match however they are cut.
fn list<'a>(request: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let lists = request.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim).filter(|item| !item.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::header::{
        ACCEPT_ENCODING, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE,
    };

    use super::*;
    use crate::model::time::Timestamp;

    const THEN: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const AFTER: &str = "Mon, 07 Nov 1994 08:49:37 GMT";

    /// A text of 20 bytes, changed at [`THEN`]. In the headers ID stands for its tag, GZ for that of its gzip.
    fn answer(method: &Method, headers: &[(HeaderName, &str)]) -> String {
        let edition =
            Edition::new(b"twenty bytes of text".to_vec(), "text/plain", Timestamp(784_111_777_500));
        let value = |value: &str| {
            let value = value.replace("ID", &edition.body(Encoding::Identity).etag);
            value.replace("GZ", &edition.body(Encoding::Gzip).etag).parse().expect("a header")
        };
        let mut request = HeaderMap::new();
        for (name, text) in headers {
            request.append(name.clone(), value(text));
        }
        let of = |body: &Body| {
            let (encoding, _) =
                edition.bodies().find(|(_, other)| *other == body).expect("one of its bodies");
            encoding.token()
        };
        match choose(&edition, method, &request) {
            Choice::Whole(body, encoding) => {
                assert_eq!(of(body), encoding.token());
                format!("200 {}", of(body))
            }
            Choice::Part(body, _, (first, last)) => format!("206 {} {first}-{last}", of(body)),
            Choice::NotModified(body) => format!("304 {}", of(body)),
            Choice::NotAcceptable => "406".to_owned(),
            Choice::Failed => "412".to_owned(),
            Choice::NoSuchPart(_) => "416".to_owned(),
        }
    }

    #[track_caller]
    fn check(table: &[(&[(HeaderName, &str)], &str)]) {
        for (headers, expected) in table {
            assert_eq!(answer(&Method::GET, headers), *expected, "{headers:?}");
        }
    }

    #[test]
    fn the_encoding_is_the_one_the_reader_likes_best_and_the_smallest_of_equals() {
        for (accepted, expected) in [
            ("", "200 identity"),
            ("gzip", "200 gzip"),
            ("x-gzip", "200 gzip"),
            ("GzIp, deflate", "200 gzip"),
            ("gzip, deflate, br", "200 br"),
            ("gzip, deflate, br, zstd", "200 br"),
            ("gzip, zstd", "200 zstd"),
            ("br;q=0.5, gzip;q=0.8, zstd;q=0.1", "200 gzip"),
            ("br; q=0.5 , gzip ;q=0.8", "200 gzip"),
            ("gzip;Q=0.2, br;q=0.1", "200 gzip"),
            ("*", "200 br"),
            ("br;q=0, *", "200 zstd"),
            ("br;q=0, zstd;q=0, *;q=0.1", "200 gzip"),
            ("gzip;q=0, *;q=0", "406"),
            ("*;q=0", "406"),
            ("identity;q=0", "406"),
            ("identity;q=0, gzip;q=0.001", "200 gzip"),
            ("identity, *;q=0", "200 identity"),
            ("identity;q=1, gzip;q=0.5", "200 identity"),
            ("identity;q=0.5, gzip;q=1", "200 gzip"),
            ("deflate, compress", "200 identity"),
            ("gzip;q=nonsense", "200 identity"),
            ("gzip;q=7", "200 identity"),
            (",, ,gzip,", "200 gzip"),
        ] {
            check(&[(&[(ACCEPT_ENCODING, accepted)], expected)]);
        }
        check(&[
            (&[], "200 identity"),
            (&[(ACCEPT_ENCODING, "deflate"), (ACCEPT_ENCODING, "zstd")], "200 zstd"),
        ]);
    }

    #[test]
    fn if_none_match_is_a_list_compared_weakly_and_counts_before_a_date() {
        check(&[
            (&[(IF_NONE_MATCH, "ID")], "304 identity"),
            (&[(IF_NONE_MATCH, "W/ID")], "304 identity"),
            (&[(IF_NONE_MATCH, "\"x\", W/\"y, z\" , ID")], "304 identity"),
            (&[(IF_NONE_MATCH, "\"x\""), (IF_NONE_MATCH, "ID")], "304 identity"),
            (&[(IF_NONE_MATCH, "*")], "304 identity"),
            (&[(IF_NONE_MATCH, "*"), (ACCEPT_ENCODING, "gzip")], "304 gzip"),
            (&[(IF_NONE_MATCH, "GZ"), (ACCEPT_ENCODING, "gzip")], "304 gzip"),
            (&[(IF_NONE_MATCH, "GZ")], "304 gzip"),
            (&[(IF_NONE_MATCH, "ID, GZ"), (ACCEPT_ENCODING, "gzip")], "304 gzip"),
            (&[(IF_NONE_MATCH, "\"x\"")], "200 identity"),
            (&[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, AFTER)], "200 identity"),
            (&[(IF_NONE_MATCH, "ID"), (IF_MODIFIED_SINCE, BEFORE)], "304 identity"),
            (&[(IF_NONE_MATCH, "")], "200 identity"),
        ]);
    }

    #[test]
    fn dates_are_read_in_all_three_forms_and_nonsense_is_passed_over() {
        check(&[
            (&[(IF_MODIFIED_SINCE, THEN)], "304 identity"),
            (&[(IF_MODIFIED_SINCE, AFTER)], "304 identity"),
            (&[(IF_MODIFIED_SINCE, BEFORE)], "200 identity"),
            (&[(IF_MODIFIED_SINCE, "Sunday, 06-Nov-94 08:49:37 GMT")], "304 identity"),
            (&[(IF_MODIFIED_SINCE, "Sun Nov  6 08:49:37 1994")], "304 identity"),
            (&[(IF_MODIFIED_SINCE, "nonsense")], "200 identity"),
            (&[(IF_MODIFIED_SINCE, "")], "200 identity"),
            (&[(IF_UNMODIFIED_SINCE, THEN)], "200 identity"),
            (&[(IF_UNMODIFIED_SINCE, BEFORE)], "412"),
            (&[(IF_UNMODIFIED_SINCE, "nonsense")], "200 identity"),
            (&[(IF_UNMODIFIED_SINCE, THEN), (IF_MODIFIED_SINCE, THEN)], "304 identity"),
        ]);
    }

    #[test]
    fn if_match_is_compared_strongly_and_counts_before_everything_else() {
        check(&[
            (&[(IF_MATCH, "ID")], "200 identity"),
            (&[(IF_MATCH, "*")], "200 identity"),
            (&[(IF_MATCH, "\"x\", ID")], "200 identity"),
            (&[(IF_MATCH, "GZ"), (ACCEPT_ENCODING, "gzip")], "200 gzip"),
            (&[(IF_MATCH, "W/ID")], "412"),
            (&[(IF_MATCH, "\"x\"")], "412"),
            (&[(IF_MATCH, "\"x\""), (IF_NONE_MATCH, "ID")], "412"),
            (&[(IF_MATCH, "ID"), (IF_UNMODIFIED_SINCE, BEFORE)], "200 identity"),
            (&[(IF_MATCH, "ID"), (IF_NONE_MATCH, "ID")], "304 identity"),
            (&[(IF_MATCH, "\"x\""), (RANGE, "bytes=99-")], "412"),
        ]);
    }

    #[test]
    fn a_range_is_of_the_bytes_in_the_chosen_encoding() {
        for (range, expected) in [
            ("bytes=0-4", "206 identity 0-4"),
            ("bytes=5-", "206 identity 5-19"),
            ("bytes=-5", "206 identity 15-19"),
            ("bytes=-50", "206 identity 0-19"),
            ("bytes=0-99999999999999999999999", "206 identity 0-19"),
            ("Bytes = 19-19", "206 identity 19-19"),
            ("bytes=20-", "416"),
            ("bytes=99999999999999999999999-", "416"),
            ("bytes=-0", "416"),
            ("bytes=0-1,5-6", "200 identity"),
            ("bytes=0-1,99-", "200 identity"),
            ("bytes=98-,99-", "416"),
            ("bytes=5-4", "200 identity"),
            ("bytes=a-b", "200 identity"),
            ("bytes=-", "200 identity"),
            ("bytes=", "200 identity"),
            ("bytes", "200 identity"),
            ("lines=1-2", "200 identity"),
        ] {
            check(&[(&[(RANGE, range)], expected)]);
            assert_eq!(answer(&Method::HEAD, &[(RANGE, range)]), "200 identity", "{range}");
        }
        check(&[
            (&[(RANGE, "bytes=0-3"), (ACCEPT_ENCODING, "gzip")], "206 gzip 0-3"),
            (&[(RANGE, "bytes=0-3"), (IF_NONE_MATCH, "ID")], "304 identity"),
        ]);
    }

    #[test]
    fn if_range_wants_the_very_tag_or_the_very_date() {
        let range = (RANGE, "bytes=0-3");
        for (validator, expected) in [
            ("ID", "206 identity 0-3"),
            ("W/ID", "200 identity"),
            ("GZ", "200 identity"),
            ("\"x\"", "200 identity"),
            (THEN, "206 identity 0-3"),
            (BEFORE, "200 identity"),
            (AFTER, "200 identity"),
            ("nonsense", "200 identity"),
        ] {
            check(&[(&[range.clone(), (IF_RANGE, validator)], expected)]);
        }
        check(&[
            (&[(RANGE, "bytes=99-"), (IF_RANGE, "\"x\"")], "200 identity"),
            (&[range.clone(), (IF_RANGE, "GZ"), (ACCEPT_ENCODING, "gzip")], "206 gzip 0-3"),
            (&[(IF_RANGE, "\"x\"")], "200 identity"),
        ]);
    }
}
