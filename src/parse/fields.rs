//! What entries and feeds have in common: choosing among elements by preference, links, dates, categories.
//! Each choice is a table of names, the best first.

use crate::model::complaint::Complaint;
use crate::model::entry::Enclosure;
use crate::model::time::Timestamp;
use crate::parse::bounds::MANY;
use crate::parse::date;
use crate::parse::draft::{RichText, Writing};
use crate::parse::link::absolute;
use crate::parse::markup::rich_text;
use crate::parse::space::Space;
use crate::parse::text::{fold, plain};
use crate::parse::tree::Element;

/// A vocabulary and a name in it.
pub type Name = (Space, &'static str);

/// What was found amiss while reading fields.
#[derive(Debug, Default)]
pub struct Notes {
    unread_dates: usize,
    an_unread_date: String,
}

impl Notes {
    /// As complaints, each kind once.
    pub fn complaints(self) -> Vec<Complaint> {
        if self.unread_dates == 0 {
            return Vec::new();
        }
        let Self { unread_dates, an_unread_date } = self;
        vec![Complaint::new(
            "date",
            format!("{unread_dates} dates not understood, the first: {an_unread_date:?}"),
        )]
    }

    fn unread(&mut self, date: &str) {
        if self.unread_dates == 0 {
            self.an_unread_date = date.chars().take(60).collect();
        }
        self.unread_dates += 1;
    }
}

/// The children with a name, in order.
pub fn all<'e, 'a>(element: &'e Element<'a>, name: Name) -> impl Iterator<Item = &'e Element<'a>> {
    element.children().filter(move |child| child.space == name.0 && child.name == name.1)
}

/// The text of the first child, by preference, that has any.
pub fn text(element: &Element<'_>, names: &[Name], writing: Writing) -> Option<RichText> {
    names.iter().find_map(|name| all(element, *name).find_map(|child| rich_text(child, writing)))
}

/// The same as a plain line.
pub fn line(element: &Element<'_>, names: &[Name]) -> Option<String> {
    let line = |child: &Element<'_>| Some(fold(&child.text())).filter(|text| !text.is_empty());
    names.iter().find_map(|name| all(element, *name).find_map(line))
}

/// The first date, by preference, that can be read.
pub fn date(element: &Element<'_>, names: &[Name], notes: &mut Notes) -> Option<Timestamp> {
    names.iter().find_map(|name| {
        all(element, *name).find_map(|child| {
            let text = child.text();
            let read = date::timestamp(&text);
            if read.is_none() && !text.trim().is_empty() {
                notes.unread(text.trim());
            }
            read
        })
    })
}

/// A link element, as Atom and RSS write it.
#[derive(Debug)]
pub struct Link {
    /// Absolute.
    pub href: String,
    /// Lower-case; `None` if the address is the element's text, as in RSS.
    pub rel: Option<String>,
    /// As declared.
    pub media_type: Option<String>,
    /// As declared.
    pub length: Option<u64>,
    /// Whether it is of the Atom vocabulary.
    pub is_atom: bool,
}

impl Link {
    /// Whether a reader finds a page there, by what is said.
    pub fn is_page(&self) -> bool {
        matches!(self.rel.as_deref(), None | Some("alternate"))
            && self.media_type.as_deref().is_none_or(|kind| !kind.contains("rss") && !kind.contains("atom"))
    }
}

/// All links of an element that lead somewhere, in order.
pub fn links(element: &Element<'_>) -> Vec<Link> {
    let links = element.children().filter(|child| child.is_core() && child.name == "link");
    links.filter_map(link).take(2 * MANY).collect()
}

fn link(element: &Element<'_>) -> Option<Link> {
    let base = element.base.as_deref();
    let is_atom = element.space == Space::Atom;
    let media_type = element.attribute("type").map(str::to_owned);
    let length = element.attribute("length").and_then(|length| length.parse().ok());
    if let Some(href) = element.attribute("href") {
        let rel = element.attribute("rel").unwrap_or("alternate").to_ascii_lowercase();
        let rel =
            rel.strip_prefix("http://www.iana.org/assignments/relation/").map_or(rel.clone(), str::to_owned);
        return Some(Link { href: absolute(href, base)?, rel: Some(rel), media_type, length, is_atom });
    }
    let href = absolute(&element.text(), base)?;
    Some(Link { href, rel: None, media_type, length, is_atom })
}

/// The page among links: an RSS link, else an alternate that is no feed, else any alternate.
pub fn page(links: &[Link]) -> Option<&Link> {
    let alternate = |link: &&Link| link.rel.as_deref() == Some("alternate");
    let rss = links.iter().find(|link| link.rel.is_none());
    rss.or_else(|| links.iter().find(|link| link.is_page())).or_else(|| links.iter().find(alternate))
}

/// The terms of all categories, in order, as written.
pub fn categories(element: &Element<'_>) -> Vec<String> {
    let mut terms = Vec::new();
    for child in element.children() {
        if terms.len() > MANY {
            break;
        }
        match (child.space, child.name.as_ref()) {
            (Space::Core | Space::Atom, "category") | (Space::Itunes, "category") => {
                category(child, &mut terms);
            }
            (Space::Dublin, "subject") | (Space::Media, "category") => category(child, &mut terms),
            (Space::Core, "tags") if child.has_elements() => {
                terms.extend(child.children().map(|tag| tag.text().into_owned()).take(MANY + 1));
            }
            (Space::Core, "tags") | (Space::Itunes | Space::Media, "keywords") => {
                terms.extend(child.text().split(',').map(str::to_owned).take(MANY + 1));
            }
            _ => {}
        }
    }
    terms
}

/// The term is what a category is known by; where it is an address, the label is what a person reads.
fn category(element: &Element<'_>, terms: &mut Vec<String>) {
    let (term, label) = (element.attribute("term"), element.attribute("label"));
    let term = term.filter(|term| !term.contains("://") || label.is_none());
    let named = term.or(label).or_else(|| element.attribute("text"));
    let subject = || element.children().find_map(|child| child.attribute("resource")).map(str::to_owned);
    let own: String = match named {
        Some(name) => name.to_owned(),
        None if element.space == Space::Itunes => String::new(),
        None => Some(element.text().into_owned())
            .filter(|text| !text.trim().is_empty())
            .or_else(subject)
            .unwrap_or_default(),
    };
    terms.push(own);
    for child in element.children().filter(|child| child.space == Space::Itunes && child.name == "category") {
        category(child, terms);
    }
}

/// Files that belong to an element: enclosures, links to them, and Media RSS at any depth.
pub fn enclosures(element: &Element<'_>, links: &[Link]) -> Vec<Enclosure> {
    let own = element.children().filter(|child| child.is_core() && child.name == "enclosure");
    let mut enclosures: Vec<_> = own.filter_map(|child| enclosure(child, "length")).take(MANY + 1).collect();
    let linked = links.iter().filter(|link| link.rel.as_deref() == Some("enclosure"));
    enclosures.extend(linked.map(|link| Enclosure {
        href: link.href.clone(),
        media_type: link.media_type.clone(),
        length: link.length,
    }));
    let mut media = Vec::new();
    media_of(element, &mut media);
    enclosures.extend(
        media
            .into_iter()
            .filter(|child| child.name == "content")
            .filter_map(|child| enclosure(child, "fileSize"))
            .take(MANY + 1),
    );
    enclosures
}

fn enclosure(element: &Element<'_>, length: &str) -> Option<Enclosure> {
    let href = element.attribute("url").or_else(|| element.attribute("href"))?;
    Some(Enclosure {
        href: absolute(href, element.base.as_deref())?,
        media_type: element.attribute("type").map(str::to_owned),
        length: element.attribute(length).and_then(|length| length.replace(',', "").parse().ok()),
    })
}

/// The Media RSS elements in an element, groups opened, in order.
pub fn media_of<'e, 'a>(element: &'e Element<'a>, found: &mut Vec<&'e Element<'a>>) {
    for child in element.children().filter(|child| child.space == Space::Media) {
        found.push(child);
        if matches!(child.name.as_ref(), "group" | "content") {
            media_of(child, found);
        }
    }
}

/// A text construct as a plain line.
pub fn plain_line(text: &RichText) -> String {
    match text.writing {
        Writing::Plain => fold(&text.body),
        Writing::Html => plain(&text.body),
    }
}
