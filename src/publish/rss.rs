//! A river as RSS 2.0, with what readers expect beside it: `content:encoded`, `dc:creator`, `atom:link`, and `media:content`
//! for what is attached beyond the one `enclosure` that most readers heed.

use crate::model::river::{Addresses, Report, River, ToldStory};
use crate::publish::date::rfc822;
use crate::publish::formats::within;
use crate::publish::iri::{legal, shown};
use crate::publish::telling::{Attached, attached, authors, categories, content, summary, title};
use crate::publish::xml::Xml;

/// The media type to serve it as.
pub const MEDIA_TYPE: &str = "application/rss+xml; charset=utf-8";

/// How the format is named in paths.
pub const ENDING: &str = "rss";

const SPACES: [(&str, &str); 5] = [
    ("version", "2.0"),
    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
    ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:media", "http://search.yahoo.com/mrss/"),
];

/// Renders the river. Beyond `max_bytes` the oldest stories are left out.
pub fn render(river: &River, max_bytes: usize) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("rss", &SPACES);
    xml.open("channel", &[]);
    head(&mut xml, river);
    let frame = xml.into_text();
    let items = river.stories.iter().map(|story| item(story, &river.addresses));
    let items = within(max_bytes, frame.len(), items);
    let mut xml = Xml::default();
    xml.raw(&frame);
    items.iter().for_each(|item| xml.raw(item));
    xml.close("channel");
    xml.close("rss");
    xml.into_bytes()
}

fn head(xml: &mut Xml, river: &River) {
    xml.text("title", &[], &river.title);
    xml.text("link", &[], &legal(&format!("{}/", river.addresses.public)).unwrap_or_default());
    xml.text("description", &[], &river.title);
    if let Some(url) = legal(&river.address(ENDING)) {
        xml.empty("atom:link", &[("rel", "self"), ("type", "application/rss+xml"), ("href", &url)]);
    }
    if let Some(hub) = river.addresses.hub.as_deref().and_then(legal) {
        xml.empty("atom:link", &[("rel", "hub"), ("href", &hub)]);
    }
    xml.text("lastBuildDate", &[], &rfc822(river.updated()));
    xml.text("generator", &[], concat!("riverd ", env!("CARGO_PKG_VERSION")));
}

fn item(story: &ToldStory, addresses: &Addresses) -> String {
    let (mut xml, lead) = (Xml::default(), &story.lead);
    xml.open("item", &[]);
    xml.text("title", &[], &title(&lead.entry));
    if let Some(link) = lead.entry.link.as_deref().and_then(legal) {
        xml.text("link", &[], &link);
    }
    xml.text("guid", &[("isPermaLink", "false")], &story.atom_id);
    xml.text("pubDate", &[], &rfc822(lead.published));
    let names: Vec<String> = authors(lead).into_iter().map(|author| author.name).collect();
    xml.text("dc:creator", &[], &names.join(", "));
    if let Some(language) = &lead.entry.language {
        xml.text("dc:language", &[], language);
    }
    categories(story).into_iter().for_each(|term| xml.text("category", &[], term));
    if let Some(rights) = lead.entry.rights.as_ref().or(lead.source.feed.rights.as_ref()) {
        xml.text("dc:rights", &[], rights);
    }
    // Validators and old readers want one, before the content.
    xml.text("description", &[], &summary(&lead.entry));
    xml.text("content:encoded", &[], &content(story, addresses));
    enclosures(&mut xml, lead);
    story.coverage.iter().for_each(|covering| related(&mut xml, &covering.report));
    source(&mut xml, lead);
    xml.close("item");
    xml.into_text()
}

/// An `enclosure` must have a type and a length; 0 stands for one that is not known.
fn enclosures(xml: &mut Xml, lead: &Report) {
    let mut all = attached(&lead.entry);
    // Its address must be of the web; and there may be one only.
    let first = all.iter().position(|attached| attached.href.starts_with("http"));
    let (first, at_web) = (first.unwrap_or(0), first.is_some());
    if at_web {
        all[..=first].rotate_right(1);
    }
    for (at, Attached { href, media_type, length }) in all.into_iter().enumerate() {
        let size = length.unwrap_or(0).to_string();
        let kind = media_type.as_deref().unwrap_or("application/octet-stream");
        if at == 0 && at_web {
            xml.empty("enclosure", &[("url", &href), ("length", &size), ("type", kind)]);
            continue;
        }
        let mut attributes = vec![("url", href.as_str())];
        attributes.extend(media_type.as_deref().map(|kind| ("type", kind)));
        attributes.extend(length.is_some().then_some(("fileSize", size.as_str())));
        xml.empty("media:content", &attributes);
    }
}

fn related(xml: &mut Xml, report: &Report) {
    let Some(link) = report.entry.link.as_deref().and_then(legal) else { return };
    let title = title(&report.entry);
    let mut attributes =
        vec![("rel", "related"), ("type", "text/html"), ("href", link.as_str()), ("title", title.as_str())];
    attributes.extend(report.entry.language.as_deref().map(|language| ("hreflang", language)));
    xml.empty("atom:link", &attributes);
}

/// The feed it came from; where the publisher names one that it had the item from, that. It needs an address.
fn source(xml: &mut Xml, lead: &Report) {
    let given = lead.entry.source.as_ref();
    let foreign = given.and_then(|given| Some((given.link.as_deref()?, given.title.as_deref()?)));
    let own = lead.source.url.as_deref().map(|url| (url, lead.source.feed.title.as_str()));
    let Some((url, title)) = foreign.or(own) else { return };
    if let Some(url) = shown(url) {
        xml.text("source", &[("url", &url)], if title.is_empty() { &url } else { title });
    }
}
