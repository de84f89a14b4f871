//! One item or entry of any feed format to its draft.

use crate::parse::bounds::MANY;
use crate::parse::draft::{EntryDraft, RichText, SourceDraft, Writing};
use crate::parse::fields::{self, Name, Notes, all, line, links, media_of, page, text};
use crate::parse::link::absolute;
use crate::parse::markup::rich_text;
use crate::parse::person::person;
use crate::parse::space::Space::{Atom, Content, Core, Dublin, Itunes, Prism, Xhtml};
use crate::parse::tree::Element;

const TITLE: [Name; 4] = [(Core, "title"), (Atom, "title"), (Dublin, "title"), (Itunes, "title")];
const DESCRIPTION: [Name; 1] = [(Core, "description")];
const SUMMARY: [Name; 8] = [
    (Core, "summary"),
    (Atom, "summary"),
    (Core, "abstract"),
    (Dublin, "description"),
    (Dublin, "abstract"),
    (Itunes, "summary"),
    (Itunes, "subtitle"),
    (Atom, "subtitle"),
];
const ENCODED: [Name; 2] = [(Content, "encoded"), (Core, "fullitem")];
const CONTENT: [Name; 6] = [
    (Core, "content"),
    (Atom, "content"),
    (Xhtml, "body"),
    (Core, "body"),
    (Xhtml, "div"),
    (Core, "encoded"),
];
const PUBLISHED: [Name; 13] = [
    (Core, "pubdate"),
    (Atom, "published"),
    (Core, "published"),
    (Atom, "pubdate"),
    (Core, "issued"),
    (Atom, "issued"),
    (Dublin, "issued"),
    (Dublin, "date"),
    (Prism, "publicationdate"),
    (Core, "created"),
    (Atom, "created"),
    (Dublin, "created"),
    (Core, "date"),
];
const UPDATED: [Name; 6] = [
    (Atom, "updated"),
    (Core, "updated"),
    (Core, "modified"),
    (Atom, "modified"),
    (Dublin, "modified"),
    (Core, "lastbuilddate"),
];
const RIGHTS: [Name; 4] = [(Core, "copyright"), (Atom, "rights"), (Core, "rights"), (Dublin, "rights")];
const LANGUAGE: [Name; 2] = [(Dublin, "language"), (Core, "language")];

/// The draft of an item. `shape`: of the document, as [`crate::parse::parsed::Parsed::shape`].
pub fn entry(item: &Element<'_>, shape: &str, notes: &mut Notes) -> EntryDraft {
    let links = links(item);
    let id_link = page(&links).filter(|link| shape == "atom" || !link.is_atom).map(|link| link.href.clone());
    let mut media = Vec::new();
    media_of(item, &mut media);
    let media_text = |name: &str| {
        media.iter().filter(|child| child.name == name).find_map(|child| rich_text(child, Writing::Plain))
    };
    let source = item.children().find(|child| child.is_core() && child.name == "source").map(source);
    EntryDraft {
        id: id(item, shape, id_link.is_some()),
        title: text(item, &TITLE, Writing::Plain).or_else(|| media_text("title")),
        link: page(&links).map(|link| link.href.clone()).or_else(|| other_link(item)),
        summary: summary(item, shape).or_else(|| media_text("description")),
        content: text(item, &ENCODED, Writing::Html).or_else(|| text(item, &CONTENT, Writing::Plain)),
        published: fields::date(item, &PUBLISHED, notes),
        updated: fields::date(item, &UPDATED, notes).or_else(|| lastmod(item)),
        authors: authors(item, source.as_ref()),
        categories: categories(item, &media),
        enclosures: fields::enclosures(item, &links),
        language: language(item),
        rights: text(item, &RIGHTS, Writing::Plain),
        // An item of CDF is known by its target.
        id_link: id_link
            .or_else(|| item.attribute("href").and_then(|href| absolute(href, item.base.as_deref()))),
        source,
    }
}

/// An id of its own. RSS knows `guid`; what names an item of RDF without a link is its `rdf:about`.
fn id(item: &Element<'_>, shape: &str, has_link: bool) -> Option<String> {
    let last = |names: &[Name]| {
        names.iter().find_map(|name| {
            let ids = all(item, *name).map(|child| child.text().trim().to_owned());
            ids.filter(|id| !id.is_empty()).last()
        })
    };
    if shape == "atom" {
        return last(&[(Atom, "id"), (Core, "id"), (Core, "guid"), (Atom, "guid")]);
    }
    let about =
        || item.attributes.iter().find(|(key, _)| key.ends_with("about")).map(|(_, id)| id.trim().to_owned());
    let spare = || last(&[(Core, "id"), (Atom, "id")]).or_else(about).filter(|id| !id.is_empty());
    last(&[(Core, "guid")]).or_else(|| if has_link { None } else { spare() })
}

/// A page that no link element names: a permanent `guid`, the target of a CDF item, content elsewhere, `rdf:about`.
fn other_link(item: &Element<'_>) -> Option<String> {
    let is_permanent = |guid: &&Element<'_>| {
        guid.attribute("isPermaLink").is_none_or(|said| !said.eq_ignore_ascii_case("false"))
    };
    let guid = all(item, (Core, "guid")).filter(is_permanent).find_map(|guid| absolute(&guid.text(), None));
    let elsewhere = || {
        let content = item.children().filter(|child| child.is_core() && child.name == "content");
        content
            .filter_map(|child| child.attribute("src").and_then(|src| absolute(src, child.base.as_deref())))
            .next()
    };
    let about = || item.attribute("about").and_then(|about| absolute(about, None));
    let href = || item.attribute("href").and_then(|href| absolute(href, item.base.as_deref()));
    guid.filter(|guid| guid.starts_with("http")).or_else(href).or_else(elsewhere).or_else(about)
}

fn summary(item: &Element<'_>, shape: &str) -> Option<RichText> {
    // In RSS a description is HTML; in RDF nobody knows (https://www.w3.org/wiki/RssContent).
    let writing = if shape == "rss" { Writing::Html } else { Writing::Plain };
    text(item, &DESCRIPTION, writing).or_else(|| text(item, &SUMMARY, Writing::Plain))
}

fn lastmod(item: &Element<'_>) -> Option<crate::model::time::Timestamp> {
    item.attribute("lastmod").and_then(crate::parse::date::timestamp)
}

fn authors(item: &Element<'_>, source: Option<&SourceDraft>) -> Vec<crate::model::feed::Person> {
    let named = |wanted: &[Name]| -> Vec<_> {
        let children = item.children().filter(|child| wanted.contains(&(child.space, child.name.as_ref())));
        children.filter_map(person).take(MANY + 1).collect()
    };
    let mut authors = named(&[(Core, "author"), (Atom, "author"), (Dublin, "creator"), (Dublin, "author")]);
    if authors.is_empty() {
        authors = named(&[(Itunes, "author"), (Core, "managingeditor"), (Core, "creator")]);
    }
    if authors.is_empty() {
        // RFC 4287 section 4.1.2.
        authors = source.map(|source| source.authors.clone()).unwrap_or_default();
    }
    let mut each: Vec<crate::model::feed::Person> = Vec::new();
    for author in authors {
        if !each.contains(&author) {
            each.push(author);
        }
    }
    each
}

fn categories(item: &Element<'_>, media: &[&Element<'_>]) -> Vec<String> {
    let mut terms = fields::categories(item);
    for group in media.iter().filter(|child| matches!(child.name.as_ref(), "group" | "content")) {
        terms.extend(fields::categories(group));
    }
    terms
}

fn language(item: &Element<'_>) -> Option<String> {
    let own = line(item, &LANGUAGE);
    let content = item
        .children()
        .find(|child| child.has_own_lang && matches!(child.name.as_ref(), "content" | "title"));
    own.or_else(|| content.unwrap_or(item).lang.as_deref().map(str::to_owned)).filter(|tag| !tag.is_empty())
}

fn source(element: &Element<'_>) -> SourceDraft {
    let links = links(element);
    let own = links.iter().find(|link| link.rel.as_deref() == Some("self"));
    let address = || element.attribute("url").and_then(|url| absolute(url, element.base.as_deref()));
    let title = if element.has_elements() {
        text(element, &TITLE, Writing::Plain)
    } else {
        rich_text(element, Writing::Plain)
    };
    let authors = element.children().filter(|child| child.is_core() && child.name == "author");
    SourceDraft {
        title,
        link: page(&links).or(own).map(|link| link.href.clone()).or_else(address),
        id: line(element, &[(Atom, "id"), (Core, "id")]),
        authors: authors.filter_map(person).collect(),
    }
}

/// Whether an element is an entry, by its name and where it stands.
pub fn is_entry(element: &Element<'_>, parents: &[Element<'_>]) -> bool {
    let is_around =
        |parent: &Element<'_>| matches!(parent.name.as_ref(), "rss" | "rdf" | "channel" | "feed" | "items");
    element.is_core()
        && matches!(element.name.as_ref(), "item" | "entry")
        && parents.len() <= 4
        && parents.iter().all(is_around)
}
