//! What a web page says about itself: title, meta tags, canonical link, language, JSON-LD. Read off the stream of tags,
//! so that a page of any size is read in linear time and no tree is needed.

use std::borrow::Cow;

use url::Url;

use crate::parse::soup::{Soup, Tag, Token};
use crate::parse::text::{fold, plain};

/// What was said.
#[derive(Debug, Clone, Default)]
pub struct Head<'a> {
    /// `<title>`.
    pub title: String,
    /// The first heading of the first rank that says something.
    pub heading: String,
    /// Names in lower case and contents, in order.
    metas: Vec<(String, String)>,
    /// `<link rel=canonical>`, as written.
    pub canonical: Option<String>,
    /// `<base href>`, as written.
    pub base: Option<String>,
    /// Of the `<html>` element.
    pub language: Option<String>,
    /// The first `<time datetime>`.
    pub time: Option<String>,
    /// Scripts of JSON-LD.
    pub scripts: Vec<&'a str>,
    /// Where a browser saved the page from.
    pub saved_from: Option<String>,
    /// Headings that have been looked at.
    tries: usize,
}

/// So many meta tags and scripts are kept.
const MAX_METAS: usize = 256;
const MAX_SCRIPTS: usize = 32;
/// So many headings are looked at for one that says something.
const MAX_TRIES: usize = 8;
/// A content is kept up to so many characters.
const MAX_CHARS: usize = 4_000;

impl<'a> Head<'a> {
    /// Reads a page.
    pub fn of(page: &'a str) -> Self {
        let mut head = Head { saved_from: saved_from(page), ..Head::default() };
        let mut raw = Raw::Other;
        let mut soup = Soup::new(page);
        while let Some(token) = soup.next() {
            match token {
                Token::Open(tag) => {
                    raw = raw_of(&tag);
                    head.open(&tag, &mut soup);
                }
                Token::Raw(text) if raw == Raw::Title && head.title.is_empty() => {
                    head.title = plain(start(text));
                }
                Token::Raw(text) if raw == Raw::JsonLd && head.scripts.len() < MAX_SCRIPTS => {
                    head.scripts.push(text);
                }
                _ => {}
            }
        }
        head
    }

    /// The first content under the first of these names that is not blank.
    pub fn meta(&self, names: &[&str]) -> Option<&str> {
        let found =
            |name: &&str| self.metas.iter().find(|(found, content)| found == name && !content.is_empty());
        names.iter().find_map(found).map(|(_, content)| content.as_str())
    }

    /// All contents under these names, in order.
    pub fn all<'h>(&'h self, names: &'h [&str]) -> impl Iterator<Item = &'h str> {
        self.metas
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .map(|(_, content)| content.as_str())
    }

    /// The page's own address: as it names it, else where it was saved from.
    pub fn address(&self, more: Option<&str>) -> Option<Url> {
        let named = [self.canonical.as_deref(), self.meta(&["og:url"]), more, self.saved_from.as_deref()];
        let url =
            |text: &str| Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        named.into_iter().flatten().find_map(url)
    }

    fn open(&mut self, tag: &Tag<'a>, soup: &mut Soup<'a>) {
        match tag.name.to_ascii_lowercase().as_str() {
            "meta" => self.read_meta(tag),
            "link" if has_word(tag.attribute("rel"), "canonical") => {
                keep(&mut self.canonical, tag.attribute("href"));
            }
            "base" => keep(&mut self.base, tag.attribute("href")),
            "html" => keep(&mut self.language, tag.first(&["lang", "xml:lang"])),
            "time" => keep(&mut self.time, tag.attribute("datetime")),
            "h1" if self.heading.is_empty() && self.tries < MAX_TRIES => {
                self.tries += 1;
                let rest = soup.rest();
                let end = crate::parse::soup::closing(start(rest), "h1").map_or(0, |(end, _)| end);
                self.heading = plain(&rest[..end]);
            }
            _ => {}
        }
    }

    fn read_meta(&mut self, tag: &Tag<'_>) {
        let name = tag.first(&["property", "name", "itemprop", "http-equiv"]);
        let content = tag.attribute("content");
        if let (Some(name), Some(content)) = (name, content)
            && self.metas.len() < MAX_METAS
        {
            self.metas.push((name.trim().to_lowercase(), fold(start(&content))));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Raw {
    Title,
    JsonLd,
    Other,
}

fn raw_of(tag: &Tag<'_>) -> Raw {
    let is_json = || tag.attribute("type").is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json"));
    match () {
        () if tag.is("title") => Raw::Title,
        () if tag.is("script") && is_json() => Raw::JsonLd,
        () => Raw::Other,
    }
}

fn keep(slot: &mut Option<String>, value: Option<Cow<'_, str>>) {
    if slot.is_none() {
        *slot = value.map(|value| start(&value).trim().to_owned()).filter(|value| !value.is_empty());
    }
}

fn has_word(value: Option<Cow<'_, str>>, word: &str) -> bool {
    value.is_some_and(|value| value.split_whitespace().any(|one| one.eq_ignore_ascii_case(word)))
}

fn start(text: &str) -> &str {
    text.char_indices().nth(MAX_CHARS).map_or(text, |(end, _)| &text[..end])
}

/// `<!-- saved from url=(0029)https://a.example/… -->`, which browsers write when they save a page.
fn saved_from(page: &str) -> Option<String> {
    let rest = start(page).split_once("saved from url=(")?.1;
    let address = rest.split_once(')')?.1.split_whitespace().next()?;
    Some(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_about_itself() {
        let page = "<!-- saved from url=(0019)https://s.example/x --><html lang=de><head><title>A &amp; B</title>
            <meta property=og:title content='T &quot;x&quot;'><meta name=Author content=' Ann  Lee '><link rel='x canonical' href='/c'>
            <script type='application/ld+json'>{}</script><script>var x</script></head><h1><a> Die <b>Brücke</b></a></h1>
            <h1>Zwei</h1><svg><title>no</title></svg><time datetime=2026-11-26>";
        let head = Head::of(page);
        assert_eq!((head.title.as_str(), head.heading.as_str()), ("A & B", "Die Brücke"));
        assert_eq!(
            (head.meta(&["x", "og:title"]), head.meta(&["author"])),
            (Some("T \"x\""), Some("Ann Lee"))
        );
        assert_eq!((head.canonical.as_deref(), head.language.as_deref()), (Some("/c"), Some("de")));
        assert_eq!((head.scripts.as_slice(), head.time.as_deref()), (["{}"].as_slice(), Some("2026-11-26")));
        assert_eq!(head.address(None).map(String::from).as_deref(), Some("https://s.example/x"));
    }

    #[test]
    fn floods_are_read_in_linear_time() {
        for flood in ["<h1>", "<title>", "<meta name=a content=b>", "<script type=ld+json>", "<h1></h1>"] {
            let page = flood.repeat(50_000);
            let head = Head::of(&page);
            assert!(head.metas.len() <= MAX_METAS && head.scripts.len() <= MAX_SCRIPTS);
        }
    }
}
