//! Addresses inside HTML: made absolute, checked by scheme, tracking parameters off.
//! Promises: what it gives is absolute, of an allowed scheme, and holds neither white space nor quotes nor brackets.

use url::Url;

use crate::parse::link::untracked;
use crate::parse::policy::SCHEMES;

/// The address of a page, a mail box, a telephone; `None` if it is of no allowed scheme, or relative without a base.
pub fn page(written: &str, base: Option<&Url>) -> Option<String> {
    let url = resolved(written, base)?;
    SCHEMES.contains(&url.scheme()).then(|| spelled(written, &url))
}

/// The address of a picture, a film, a sound: `http` and `https` only.
pub fn file(written: &str, base: Option<&Url>) -> Option<String> {
    let url = resolved(written, base)?;
    matches!(url.scheme(), "http" | "https").then(|| spelled(written, &url))
}

/// The absolute URL; an address without a scheme is `https` where there is no base.
pub fn resolved(written: &str, base: Option<&Url>) -> Option<Url> {
    let written = written.trim_matches(|c: char| c <= ' ');
    if written.is_empty() || written.len() > MAX_BYTES {
        return None;
    }
    match base {
        Some(base) => base.join(written).ok(),
        None if written.starts_with("//") => Url::parse(&format!("https:{written}")).ok(),
        None => Url::parse(written).ok(),
    }
}

/// No address is longer, in bytes.
const MAX_BYTES: usize = 4 * 1024;

/// An absolute address stays as it was written where nothing about it is odd.
fn spelled(written: &str, url: &Url) -> String {
    if let Some(untracked) = untracked(url) {
        return String::from(untracked);
    }
    let is_sound = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte);
    let same = written.get(..url.scheme().len() + 1).is_some_and(|start| start.ends_with(':'));
    let web = !matches!(url.scheme(), "http" | "https") || written.contains("://");
    if same && web && written.bytes().all(is_sound) {
        return written.to_owned();
    }
    url.as_str()
        .replace('\'', "%27")
        .replace('`', "%60")
        .replace('{', "%7B")
        .replace('}', "%7D")
        .replace('|', "%7C")
}

/// The candidates of a `srcset` whose addresses are sound, in order; `None` if there are none.
pub fn candidates(srcset: &str, base: Option<&Url>) -> Option<String> {
    let sound: Vec<String> = parted(srcset)
        .take(MAX_CANDIDATES)
        .filter_map(|(address, descriptor)| {
            let address = file(address, base)?.replace(',', "%2C");
            Some(if descriptor.is_empty() { address } else { format!("{address} {descriptor}") })
        })
        .collect();
    let joined = sound.join(", ");
    (1..=4 * MAX_BYTES).contains(&joined.len()).then_some(joined)
}

/// The address of the largest candidate of a `srcset`.
pub fn largest(srcset: &str, base: Option<&Url>) -> Option<String> {
    let size = |descriptor: &str| descriptor.trim_end_matches(['w', 'x']).parse::<f64>().unwrap_or(1.0);
    let best = parted(srcset).take(MAX_CANDIDATES).max_by(|(_, a), (_, b)| size(a).total_cmp(&size(b)))?;
    file(best.0, base)
}

/// No `srcset` has more.
const MAX_CANDIDATES: usize = 32;

/// Addresses with their descriptors, one each, as the HTML standard parts them.
fn parted(srcset: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = srcset;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        if address.is_empty() {
            return None;
        }
        if let Some(bare) = address.strip_suffix(',') {
            rest = after;
            return Some((bare.trim_end_matches(','), ""));
        }
        let (descriptor, behind) = after.split_once(',').unwrap_or((after, ""));
        rest = behind;
        let is_one = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'w' | 'x');
        let descriptor = descriptor.split_whitespace().next().filter(|one| one.chars().all(is_one));
        Some((address, descriptor.unwrap_or("")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Option<Url> {
        Url::parse("https://a.example/news/1").ok()
    }

    #[test]
    fn addresses_are_absolute_sound_and_untracked() {
        for (written, expected) in [
            ("../b?c=1", Some("https://a.example/b?c=1")),
            ("http://b.example", Some("http://b.example")),
            ("//b.example/x y", Some("https://b.example/x%20y")),
            ("https://b.example/?utm_source=x&id=2#a", Some("https://b.example/?id=2#a")),
            ("https://b.example/?gclid=x", Some("https://b.example/")),
            ("mailto:a@b.example", Some("mailto:a@b.example")),
            ("tel:+49-1", Some("tel:+49-1")),
            ("#note", Some("https://a.example/news/1#note")),
            ("java\nscript:x()", None),
            ("\u{1}javascript:x()", None),
            ("data:text/html,x", None),
            ("vbscript:x", None),
            ("https://b.example/'\"><b>", Some("https://b.example/%27%22%3E%3Cb%3E")),
            ("", None),
        ] {
            assert_eq!(page(written, base().as_ref()).as_deref(), expected, "{written}");
        }
        assert_eq!(page("/b", None), None);
        assert_eq!(file("//c.example/i.png", None).as_deref(), Some("https://c.example/i.png"));
        assert_eq!(file("mailto:a@b.example", None), None);
    }

    #[test]
    fn each_candidate_of_a_srcset_is_checked() {
        for (srcset, expected) in [
            (
                "a.png 1x, javascript:x 2x, b,c.png 3x",
                Some("https://a.example/news/a.png 1x, https://a.example/news/b%2Cc.png 3x"),
            ),
            ("a.png, b.png 2x", Some("https://a.example/news/a.png, https://a.example/news/b.png 2x")),
            (
                "a.png 100w onerror, ,, b.png 50w",
                Some("https://a.example/news/a.png 100w, https://a.example/news/b.png 50w"),
            ),
            ("data:image/png;base64,AAAA 1x", None),
            (" , ", None),
        ] {
            assert_eq!(candidates(srcset, base().as_ref()).as_deref(), expected, "{srcset}");
        }
        assert_eq!(
            largest("a 100w, b 800w, c 20w", base().as_ref()).as_deref(),
            Some("https://a.example/news/b")
        );
    }
}
