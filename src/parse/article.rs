//! One dropped file as one entry: what every kind of article has in common once it is read.
//! Promises: the entry's id depends on the path alone, so that editing keeps it, unless the document has one of its own; front matter wins over what was found
//! in the text, and an entry always has a title, be it only the file's name.

use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::model::entry::Entry;
use crate::model::feed::{Feed, Person};
use crate::model::time::Timestamp;
use crate::parse::byline::Byline;
use crate::parse::date::timestamp;
use crate::parse::front_matter::FrontMatter;
use crate::parse::identity::file_id;
use crate::parse::language;
use crate::parse::link::{absolute, canonical};
use crate::parse::parsed::Parsed;
use crate::parse::sanitize::Sanitizer;
use crate::parse::text::{escape, fold, plain};

/// An article before it is an entry.
#[derive(Debug, Default)]
pub struct Draft {
    /// The document's own; `None`: made of its path.
    pub id: Option<String>,
    /// Plain text.
    pub title: String,
    /// HTML, not sanitized.
    pub summary: Option<String>,
    /// HTML, not sanitized.
    pub content: String,
    /// Absolute.
    pub link: Option<String>,
    /// From where relative addresses count, if not from the link.
    pub base: Option<Url>,
    /// Declared in the document itself.
    pub front: FrontMatter,
    /// Who wrote it and when, as the document says.
    pub byline: Byline,
    /// BCP 47, as declared by the document.
    pub language: Option<String>,
    /// Who publishes it.
    pub site: Option<String>,
    /// Plain text.
    pub tags: Vec<String>,
}

/// Where a file lies and when it was changed.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Relative to the watched folder.
    pub path: &'a str,
    /// Modification time.
    pub modified: Option<Timestamp>,
}

/// A first paragraph longer than this is no lead, in characters.
pub const SUMMARY_CHARS: usize = 700;
/// A line longer than this is no title, in characters.
pub const MAX_TITLE_CHARS: usize = 300;
/// Language is told from so much of the content, in bytes.
const LOOK_BYTES: usize = 16 * 1024;
/// So many authors and tags are kept.
const MAX_NAMES: usize = 64;

/// Makes the entry of a draft.
pub fn finish(
    shape: &'static str,
    draft: Draft,
    place: Place<'_>,
    options: &ParseOptions,
    mut complaints: Vec<Complaint>,
) -> Parsed {
    let front = &draft.front;
    let link = front.text(&["link", "url", "canonical", "source_url"]).and_then(|link| absolute(link, None));
    let link = link.or(draft.link);
    let base = draft.base.or_else(|| link.as_deref().and_then(|link| Url::parse(link).ok()));
    let sanitizer = Sanitizer::new(base.as_ref(), options);
    let content = sanitizer.clean(&draft.content);
    let summary = front.text(&["summary", "description", "lead", "teaser", "excerpt"]);
    let summary = summary.map(|text| format!("<p>{}</p>", escape(text))).or(draft.summary);
    let title = title(front.text(&["title", "titel", "headline"]).unwrap_or(&draft.title), place.path);
    let entry = Entry {
        id: draft.id.unwrap_or_else(|| file_id(place.path)),
        canonical_link: link.as_deref().and_then(canonical),
        summary: summary.and_then(|html| sanitizer.clean(&html)),
        published: front_date(front, &["date", "published", "datum", "created", "pubdate", "publishdate"])
            .or(draft.byline.published)
            .or(place.modified),
        updated: front_date(front, &["updated", "modified", "lastmod", "last_modified"])
            .or(draft.byline.updated),
        authors: people(front, draft.byline.authors),
        categories: tags(front, draft.tags),
        language: front
            .text(&["lang", "language", "sprache"])
            .and_then(language::declared)
            .or(draft.language)
            .or_else(|| language::detect(&words(&title, content.as_deref()))),
        title,
        link,
        content,
        ..Entry::default()
    };
    complaints.extend(sanitizer.complaints());
    let site = draft.site.as_deref();
    let feed = Feed {
        title: feed_title(front, site, place.path),
        language: entry.language.clone(),
        ..Feed::default()
    };
    Parsed { shape, feed, entries: vec![entry], complaints, ..Parsed::default() }
}

fn front_date(front: &FrontMatter, keys: &[&str]) -> Option<Timestamp> {
    front
        .text(keys)
        .and_then(|text| timestamp(text).or_else(|| crate::parse::dateline::date(&text.to_lowercase())))
}

/// The title, no longer than one may be; for want of one, the file's name.
fn title(found: &str, path: &str) -> String {
    let title = headline(found);
    if !title.is_empty() {
        return title;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    fold(&stem.replace(['_', '-'], " "))
}

/// White space folded; of a text too long for a title, its first sentence or as many words as fit.
pub fn headline(text: &str) -> String {
    let end = text.char_indices().nth(4 * MAX_TITLE_CHARS).map_or(text.len(), |(at, _)| at);
    let start = fold(&text[..end]);
    let Some((limit, _)) = start.char_indices().nth(MAX_TITLE_CHARS) else { return start };
    let fits = &start[..limit];
    if let Some(sentence) =
        [". ", "! ", "? "].iter().filter_map(|mark| fits.find(mark)).filter(|at| *at >= 12).min()
    {
        return fits[..=sentence].to_owned();
    }
    format!("{}…", fits.rfind(' ').map_or(fits, |at| &fits[..at]))
}

fn words(title: &str, content: Option<&str>) -> String {
    let content = content.unwrap_or_default();
    let end = (0..=content.len().min(LOOK_BYTES)).rev().find(|at| content.is_char_boundary(*at)).unwrap_or(0);
    format!("{title}. {}", plain(&content[..end]))
}

fn people(front: &FrontMatter, found: Vec<String>) -> Vec<Person> {
    let named = front.list(&["author", "authors", "autor", "autoren", "byline"]);
    let names = if named.is_empty() { found } else { named.to_vec() };
    let mut people: Vec<Person> = Vec::new();
    for name in names.iter().map(|name| fold(name)).filter(|name| !name.is_empty()).take(MAX_NAMES) {
        if !people.iter().any(|person| person.name == name) {
            people.push(Person { name, ..Person::default() });
        }
    }
    people
}

fn tags(front: &FrontMatter, found: Vec<String>) -> Vec<String> {
    let named = front.list(&["tags", "categories", "keywords", "schlagworte"]);
    // One text of many words, as people also write it.
    let named: Vec<String> = match named {
        [one] => one.split(',').map(str::to_owned).collect(),
        many => many.to_vec(),
    };
    let mut tags: Vec<String> = Vec::new();
    for tag in if named.is_empty() { found } else { named } {
        let tag = fold(tag.trim().trim_start_matches('#'));
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < MAX_NAMES {
            tags.push(tag);
        }
    }
    tags
}

/// Who publishes it: as the document says, else the innermost folder, else empty.
fn feed_title(front: &FrontMatter, site: Option<&str>, path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folders, _)| folders.rsplit('/').next().unwrap_or(""));
    fold(front.text(&["source", "publisher", "site"]).or(site).unwrap_or(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_never_too_long() {
        assert_eq!(headline("  Ein \n Titel "), "Ein Titel");
        assert_eq!(headline(&format!("Ein erster Satz. {}", "x".repeat(500))), "Ein erster Satz.");
        let cut = headline(&"Wort ".repeat(200));
        assert!(cut.ends_with("Wort…") && cut.chars().count() <= MAX_TITLE_CHARS + 1, "{cut}");
        assert_eq!(headline(&"ü".repeat(100_000)).chars().count(), MAX_TITLE_CHARS + 1);
    }

    #[test]
    fn an_article_without_a_title_is_named_after_its_file() {
        let place = Place { path: "stadt/neue-bruecke_2.html", modified: None };
        let parsed = finish("html", Draft::default(), place, &ParseOptions::default(), vec![]);
        assert_eq!(parsed.entries[0].title, "neue bruecke 2");
        assert_eq!(parsed.feed.title, "stadt");
    }
}
