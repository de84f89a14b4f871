//! What a link says of its article: which publication it is, and, in its slug, what it is about.
//! Deliberately not here: making links canonical (`parse` does), and whether equal links mean an equal story
//! (`tiers.rs` decides, for pages such as a live ticker tell many stories under one address).

use crate::story::hash;

/// What a link was found to be. Hashes; 0 where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Address {
    /// The whole link without its scheme, `www.` and closing slash; 0 for a front page, which names no article.
    pub link: u64,
    /// The agency's id for the article, wherever it stands; else the host with the publisher's number, which stays while
    /// the headline in the slug changes.
    pub article: u64,
}

/// Reads a canonical link.
pub fn read(link: &str) -> Address {
    let (host, path) = cut(link);
    if is_front(path) {
        return Address::default();
    }
    let host = hash::text(host);
    let link = hash::chain(host, hash::text(path));
    let publisher = || number(path).map_or(0, |number| hash::chain(host, hash::bytes(number)));
    let article = agency(path).map_or_else(publisher, hash::text);
    Address { link, article }
}

/// The words of the slug: the longest part of the path that is made of words; empty if there is none.
pub fn slug(link: &str) -> &str {
    let path = cut(link).1;
    let (mut best, mut most) = ("", 0);
    let (mut begin, mut hyphens) = (0, 0);
    // All that is looked for is ASCII: bytes are as good as letters.
    for (at, byte) in path.bytes().chain([b'?']).enumerate() {
        match byte {
            b'-' | b'_' => hyphens += 1,
            b'/' | b',' | b'?' | b'#' | b';' => {
                if hyphens >= most {
                    (best, most) = (&path[begin..at], hyphens);
                }
                (begin, hyphens) = (at + 1, 0);
                if !matches!(byte, b'/' | b',') {
                    break;
                }
            }
            _ => {}
        }
    }
    if most < 2 { "" } else { best }
}

/// Whether a word of a slug is a word, and not the publisher's number or a file's ending.
pub fn is_word(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    part.len() > 1 && (digits == 0 || (digits == part.len() && digits <= 4)) && !ENDINGS.contains(&part)
}

const ENDINGS: &[&str] = &["html", "htm", "php", "aspx", "article", "accg", "zr", "id", "amp"];

fn cut(link: &str) -> (&str, &str) {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(at);
    (host.strip_prefix("www.").unwrap_or(host), path.strip_suffix('/').unwrap_or(path))
}

fn is_front(path: &str) -> bool {
    let name = path.trim_start_matches('/');
    let file = name.rsplit('/').next().unwrap_or_default();
    !name.contains('?')
        && (name.is_empty() || name.len() <= 2 || file.starts_with("index.") && !name.contains('/'))
}

/// The id of a dpa report: `urn-newsml-dpa-com-20090101-261229-930-123456`, the same at every publisher.
fn agency(path: &str) -> Option<&str> {
    let (_, id) = path.split_once("newsml-dpa-com-")?;
    let end = id.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(id.len());
    (end >= 16).then(|| id[..end].trim_end_matches('-'))
}

/// The last run of the path that looks like a publisher's number: 6 digits or more, or 12 and more of the
/// hexadecimal digits with both letters and digits among them.
fn number(path: &str) -> Option<&[u8]> {
    let path = path.split('?').next().unwrap_or_default().as_bytes();
    let parts = path.rsplit(|byte| !byte.is_ascii_alphanumeric());
    parts.into_iter().find(|part| is_number(part) || part.strip_prefix(b"article").is_some_and(is_number))
}

fn is_number(part: &[u8]) -> bool {
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_hex = || part.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (digits >= 6 && digits == part.len()) || (part.len() >= 12 && digits >= 2 && is_hex())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_front_page_names_no_article() {
        for link in [
            "https://a.example",
            "https://a.example/",
            "http://www.a.example/index.html",
            "https://a.example/de/",
        ] {
            assert_eq!(read(link), Address::default(), "{link}");
        }
        assert_ne!(read("https://a.example/?p=12").link, 0);
        assert_ne!(read("https://a.example/hay").link, 0);
    }

    #[test]
    fn scheme_www_and_closing_slash_do_not_matter() {
        assert_eq!(read("https://www.a.example/news/one/"), read("http://a.example/news/one#top"));
        assert_ne!(read("https://a.example/news/one").link, read("https://b.example/news/one").link);
    }

    #[test]
    fn the_publishers_number_outlives_the_headline() {
        let first = read("https://a.example/sport/tie-at-the-lake-41735098");
        let later = read("https://a.example/sport/late-goal-at-the-lake-41735098");
        assert_ne!(first.link, later.link);
        assert_eq!(first.article, later.article);
        assert_ne!(first.article, 0);
        assert_eq!(read("https://a.example/2026/11/24/lake").article, 0);
        assert_ne!(read("https://a.example/x-695234cf45876d161e233187").article, 0);
    }

    #[test]
    fn an_agencys_id_is_the_same_everywhere() {
        let at = |host: &str, end: &str| {
            read(&format!("https://{host}/dpa.urn-newsml-dpa-com-20090101-261229-930-123456{end}")).article
        };
        assert_eq!(at("a.example", "/ferry"), at("b.example", "-ferry.html"));
        assert_ne!(
            at("a.example", ""),
            read("https://a.example/urn-newsml-dpa-com-20090101-261229-930-123457").article
        );
    }

    #[test]
    fn the_slug_is_the_part_with_the_words() {
        assert_eq!(
            slug("https://a.example/2026/tie-at-the-lake-41735098?x=a-b-c-d"),
            "tie-at-the-lake-41735098"
        );
        assert_eq!(slug("https://a.example/2026/11"), "");
        assert!(
            is_word("lake") && is_word("2026") && !is_word("41735098") && !is_word("zr") && !is_word("5d2c")
        );
    }
}
