//! Finds the feeds that a web page links to (`<link rel="alternate">` in its head), and where else its feed may be.

use dom_query::Document;
use url::Url;

use crate::parse::link::absolute;

/// Pages are looked at this far, in bytes: the links stand in the head.
const LOOK_BYTES: usize = 256 * 1024;

/// Where feeds usually are, from the page's own folder, then from the root.
const USUAL: [&str; 8] =
    ["feed", "rss.xml", "atom.xml", "feed.xml", "index.xml", "rss", "feed.json", "feed.atom"];
/// Links of one page that are tried.
const MOST_LINKS: usize = 8;

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

/// Where the feed of the page may be: where it links to, then at the usual places. Each once, in the order to ask.
pub fn places(links: Vec<String>, page: Option<&Url>) -> Vec<String> {
    let usual = page.map(usual_places).unwrap_or_default();
    let mut places: Vec<String> = Vec::new();
    for place in links.into_iter().take(MOST_LINKS).chain(usual) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

fn usual_places(page: &Url) -> Vec<String> {
    let mut folder = page.clone();
    folder.set_query(None);
    folder.set_fragment(None);
    // A page's path is a folder, too, as most blogs have it.
    if !folder.path().ends_with('/')
        && !folder.path().rsplit('/').next().is_some_and(|name| name.contains('.'))
    {
        folder.set_path(&format!("{}/", page.path()));
    }
    let at = |base: &Url| {
        USUAL.iter().filter_map(|path| base.join(path).ok()).map(String::from).collect::<Vec<_>>()
    };
    let mut places = at(&folder);
    if let Ok(root) = page.join("/") {
        places.extend(at(&root).into_iter().filter(|url| !places.contains(url)).collect::<Vec<_>>());
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_places_are_the_pages_folder_then_the_root() {
        let places = |url: &str| usual_places(&Url::parse(url).expect("a URL"));
        assert_eq!(places("https://a.example/?x=1").len(), 8);
        let blog = places("https://a.example/blog");
        assert_eq!(
            (blog[0].as_str(), blog[8].as_str()),
            ("https://a.example/blog/feed", "https://a.example/feed")
        );
        assert_eq!(places("https://a.example/x/index.html")[1], "https://a.example/x/rss.xml");
    }

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
