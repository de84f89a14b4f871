//! Links in canonical form: equal for equal pages, so that the same article is known by it across feeds.
//! Deliberately not here: following links.

use url::Url;

/// Query parameters that track the reader and do not choose the page. A trailing `*` stands for any ending.
const TRACKING: [&str; 34] = [
    "utm_*",
    "mtm_*",
    "pk_*",
    "piwik_*",
    "hsa_*",
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "mc_cid",
    "mc_eid",
    "_hsenc",
    "_hsmi",
    "mkt_tok",
    "wt_mc",
    "wt.mc_id",
    "xtor",
    "at_*",
    "ns_campaign",
    "ns_source",
    "ns_mchannel",
    "cmpid",
    "ito",
    "smid",
    "smtyp",
    "rss",
    "traffic_source",
    "spm",
];

/// So many of them, from the first on, are nothing but tracking on every site, and go from links in HTML too.
const SURE: usize = 23;

/// The canonical form: http and https only; fragment, tracking parameters, default port, user and `www.` off;
/// the scheme is https, so that both forms of an address meet; the other parameters in order; no slash at the end.
/// `None`: no absolute web address.
pub fn canonical(link: &str) -> Option<String> {
    plain(link).or_else(|| parsed(link))
}

/// The canonical form of a link that needs no parser: most have nothing odd about them.
fn plain(link: &str) -> Option<String> {
    let rest = link.strip_prefix("https://")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.strip_prefix("www.").unwrap_or(host);
    let is_path = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b',');
    let is_plain = host.split('.').all(is_plain_label) && path.bytes().all(is_path) && !path.contains("/.");
    let is_number =
        || host.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
    (is_plain && !is_number()).then(|| ["https://", host, path.trim_end_matches('/')].concat())
}

/// Part of a host's name that stays as it is: no number of an address, no other writing in disguise.
fn is_plain_label(label: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    !label.is_empty()
        && label.bytes().all(is_plain)
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.contains("--")
}

fn parsed(link: &str) -> Option<String> {
    let mut url = Url::parse(link.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_fragment(None);
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    let host = url.host_str()?.to_owned();
    let host = host.strip_prefix("www.").unwrap_or(&host).trim_end_matches('.');
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let path = url.path().trim_end_matches('/');
    let query = query(&url).map_or_else(String::new, |query| format!("?{query}"));
    Some(format!("https://{host}{port}{path}{query}"))
}

fn query(url: &Url) -> Option<String> {
    let kept = url.query()?.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or("").to_ascii_lowercase();
        !pair.is_empty() && !TRACKING.iter().any(|pattern| matches(pattern, &name))
    });
    let mut kept: Vec<_> = kept.collect();
    kept.sort_unstable();
    (!kept.is_empty()).then(|| kept.join("&"))
}

/// `url` without the parameters that surely track; `None` if it has none of them.
pub fn untracked(url: &Url) -> Option<Url> {
    let kept = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or("").to_ascii_lowercase();
        !TRACKING[..SURE].iter().any(|pattern| matches(pattern, &name))
    };
    let query = url.query()?;
    let rest: Vec<&str> = query.split('&').filter(kept).collect();
    if rest.len() == query.split('&').count() {
        return None;
    }
    let mut bare = url.clone();
    bare.set_query(Some(rest.join("&").as_str()).filter(|query| !query.is_empty()));
    Some(bare)
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(name == pattern, |start| name.starts_with(start))
}

/// No address is longer, in bytes: a long base would make many short ones long.
const MAX_BYTES: usize = 8 * 1024;

/// `link` made absolute against `base`; `None` if it is no web or mail address then.
pub fn absolute(link: &str, base: Option<&Url>) -> Option<String> {
    let link = link.trim();
    if link.is_empty() || link.len() > MAX_BYTES {
        return None;
    }
    let url = base.map_or_else(|| Url::parse(link), |base| base.join(link)).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto" | "magnet" | "ftp")
        .then(|| String::from(url))
        .filter(|url| url.len() <= MAX_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_address_meet() {
        for link in [
            "http://www.a.example/x/",
            "https://a.example/x#part",
            "HTTPS://A.EXAMPLE:443/x?utm_source=rss&utm_medium=feed",
            "https://a.example/x?fbclid=1",
        ] {
            assert_eq!(canonical(link).as_deref(), Some("https://a.example/x"), "{link}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_needs_no_parser_is_as_the_parser_would_have_it(
            host in "(www\\.)?[a-z0-9.-]{0,9}\\.?(de|example|0x1|1)?",
            path in "(/[a-zA-Z0-9,~_.-]{0,4}){0,3}/?",
        ) {
            let link = format!("https://{host}{path}");
            proptest::prop_assert_eq!(canonical(&link), parsed(&link));
        }
    }

    #[test]
    fn parameters_that_choose_the_page_stay() {
        assert_eq!(canonical("https://a.example/?p=2&id=1").as_deref(), Some("https://a.example?id=1&p=2"));
        assert_eq!(canonical("mailto:a@b"), None);
        assert_eq!(canonical("/x"), None);
    }
}
