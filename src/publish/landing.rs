//! The page at `/`: that of a river, and what else there is to read and to subscribe to. Pure.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::publish::formats::FEEDS;
use crate::publish::html::{attribute, escaped, page};

/// Where it stands.
pub const PATH: &str = "/";

/// Its bytes. `river`: the page of the river that it shows, if there is one that all may read. `paths`: what all may read.
/// `pages`: path and name of what else there is.
pub fn render(title: &str, river: Option<&str>, paths: &[&str], pages: &[(&str, &str)]) -> Vec<u8> {
    let list = rivers(paths, pages);
    match river.and_then(|river| river.rsplit_once("</body>")) {
        Some((before, after)) => format!("{before}{list}</body>{after}").into_bytes(),
        None => page("en", title, &[], &format!("<h1>{}</h1>\n{list}", escaped(title))),
    }
}

/// Each river with what it can be read in.
fn rivers(paths: &[&str], pages: &[(&str, &str)]) -> String {
    let mut rivers: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for path in paths {
        let Some((name, ending)) = path.trim_start_matches('/').rsplit_once('.') else { continue };
        if let Some(format) = FEEDS.iter().find(|format| format.ending == ending) {
            rivers.entry(name).or_default().push((path, format.name));
        }
    }
    let mut items = String::new();
    for (name, formats) in rivers {
        let links: Vec<String> = formats
            .iter()
            .map(|(path, format)| format!("<a href=\"{}\">{format}</a>", attribute(path)))
            .collect();
        let page = attribute(&format!("/{name}"));
        let _ = writeln!(items, "<li><a href=\"{page}\">{}</a>: {}</li>", escaped(name), links.join(" "));
    }
    let pages = pages.iter().chain(&[("/subscriptions.opml", "Subscriptions")]);
    let pages: Vec<String> = pages.map(|(path, name)| format!("<a href=\"{path}\">{name}</a>")).collect();
    format!("<footer>\n<h2>Rivers</h2>\n<ul>\n{items}</ul>\n<p>{}</p>\n</footer>\n", pages.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_a_river_and_names_each_with_its_formats() {
        let paths = ["/", "/a.atom", "/a.rss", "/a", "/b.json", "/style.css", "/subscriptions.opml"];
        let list = "<li><a href=\"/a\">a</a>: <a href=\"/a.atom\">Atom</a> <a href=\"/a.rss\">RSS</a></li>\n\
                    <li><a href=\"/b\">b</a>: <a href=\"/b.json\">JSON Feed</a></li>\n";
        let river = "<body>\n<h1>A</h1>\n</body>\n</html>\n";
        let page =
            |river| String::from_utf8(render("T", river, &paths, &[("/search", "Search")])).expect("text");
        assert!(
            page(Some(river)).starts_with("<body>\n<h1>A</h1>\n<footer>") && page(Some(river)).contains(list)
        );
        assert!(page(None).contains("<h1>T</h1>\n<footer>") && page(None).contains(list));
        assert!(page(None).contains("<a href=\"/search\">Search</a> <a href=\"/subscriptions.opml\">"));
    }
}
