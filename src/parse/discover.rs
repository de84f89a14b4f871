//! Finds the feeds that a web page links to (`<link rel="alternate">` in its head).

use dom_query::Document;
use url::Url;

use crate::parse::link::absolute;

/// Pages are looked at this far, in bytes: the links stand in the head.
const LOOK_BYTES: usize = 256 * 1024;

/// The feeds a page at `base` links to, absolute, in its order, each once.
pub fn feed_links(html: &str, base: Option<&Url>) -> Vec<String> {
    let end = (0..=html.len().min(LOOK_BYTES)).rev().find(|at| html.is_char_boundary(*at)).unwrap_or(0);
    let page = Document::from(&html[..end]);
    let mut links = Vec::new();
    for link in page.select("link[rel~=alternate][href]").iter() {
        let media_type = link.attr_or("type", "").to_ascii_lowercase();
        let is_feed = ["rss", "atom", "rdf", "feed+json"].iter().any(|kind| media_type.contains(kind));
        let href = absolute(&link.attr_or("href", ""), base).filter(|_| is_feed);
        links.extend(href.filter(|href| !links.contains(href)));
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_in_the_head_are_found_once_and_made_absolute() {
        let html = "<head><link rel=alternate type='application/rss+xml' href='/feed'>
            <link rel='alternate stylesheet' type='text/css' href='/x.css'>
            <link rel='alternate' type='application/atom+xml' href='https://b.example/atom'>
            <link rel=alternate type='application/rss+xml' href='/feed'></head>";
        let base = Url::parse("https://a.example/x/").ok();
        assert_eq!(feed_links(html, base.as_ref()), ["https://a.example/feed", "https://b.example/atom"]);
    }
}
