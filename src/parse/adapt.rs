//! The one door to feed-rs: mended text in, a draft out.
//! Promises: a panic inside is an error here; ids are the publisher's, never random.

use std::borrow::Cow;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use feed_rs::model as foreign;
use feed_rs::parser::Builder;
use url::Url;

use crate::model::entry::Enclosure;
use crate::model::feed::{Person, PollHints};
use crate::model::time::Timestamp;
use crate::parse::date;
use crate::parse::draft::{EntryDraft, FeedDraft, Reading, RichText, Writing};
use crate::parse::lexeme::tag_length;
use crate::parse::link::absolute;
use crate::parse::parsed::ParseError;
use crate::parse::person::of_text;
use crate::parse::text::fold;

/// Reads mended XML. `base`: where it was found.
///
/// # Errors
/// [`ParseError::Broken`] if feed-rs cannot read it.
pub fn adapt(xml: &str, shape: &'static str, base: Option<&Url>) -> Result<Reading, ParseError> {
    let (root, rest) = xml.split_at(tag_length(xml).unwrap_or(0));
    let root = customary_root(root, shape);
    let parse = || {
        Builder::new()
            .base_uri(base.map(Url::as_str))
            .id_generator(|_, _, _| String::new())
            .timestamp_parser(date::parse)
            .sanitize_content(false)
            .build()
            .parse(root.as_bytes().chain(rest.as_bytes()))
    };
    match catch_unwind(AssertUnwindSafe(parse)) {
        Ok(Ok(feed)) => Ok(Adapter { base: base.cloned().map(Rc::new) }.reading(feed, shape)),
        Ok(Err(error)) => Err(ParseError::Broken(error.to_string())),
        Err(_) => Err(ParseError::Broken("feed-rs fell over it".to_owned())),
    }
}

/// The root element as feed-rs knows it: of a version and in a namespace that it reads.
fn customary_root<'a>(root: &'a str, shape: &str) -> Cow<'a, str> {
    match shape {
        "rss" if !root.contains("2.0") => Cow::Owned(root.replacen("<rss", "<rss version=\"2.0\" _", 1)),
        "atom" => Cow::Owned(root.replace("http://purl.org/atom/ns#", "http://www.w3.org/2005/Atom")),
        "rdf" => {
            let netscape =
                ["http://my.netscape.com/rdf/simple/0.9/", "http://channel.netscape.com/rdf/simple/0.9/"];
            netscape.iter().fold(Cow::Borrowed(root), |root, name| {
                if root.contains(name) {
                    Cow::Owned(root.replace(name, "http://purl.org/rss/1.0/"))
                } else {
                    root
                }
            })
        }
        _ => Cow::Borrowed(root),
    }
}

struct Adapter {
    base: Option<Rc<Url>>,
}

impl Adapter {
    fn reading(&self, feed: foreign::Feed, shape: &'static str) -> Reading {
        let hubs = feed.links.iter().filter(|link| link.rel.as_deref() == Some("hub"));
        let hints = PollHints {
            ttl_minutes: feed.ttl.filter(|ttl| *ttl > 0),
            hubs: hubs.filter_map(|link| self.link(&link.href)).collect(),
            ..PollHints::default()
        };
        let draft = self.feed(&feed);
        let entries = feed.entries.into_iter().map(|entry| self.entry(entry)).collect();
        Reading { shape, feed: draft, entries, hints, complaints: Vec::new() }
    }

    fn feed(&self, feed: &foreign::Feed) -> FeedDraft {
        let icon = feed.icon.as_ref().or(feed.logo.as_ref());
        FeedDraft {
            title: self.text(feed.title.clone()),
            subtitle: self.text(feed.description.clone()),
            link: feed.links.iter().find(|link| is_page(link)).and_then(|link| self.link(&link.href)),
            updated: feed.updated.or(feed.published).map(at),
            authors: feed.authors.iter().filter_map(|author| self.person(author)).collect(),
            rights: self.text(feed.rights.clone()),
            icon: icon.and_then(|icon| self.link(&icon.uri)),
            ..FeedDraft::default()
        }
    }

    fn entry(&self, entry: foreign::Entry) -> EntryDraft {
        let link = entry.links.iter().find(|link| is_page(link)).and_then(|link| self.link(&link.href));
        let content =
            entry.content.and_then(|content| Some(self.rich(content.body?, content.content_type.as_ref())));
        EntryDraft {
            id: Some(entry.id.trim().to_owned()).filter(|id| !id.is_empty()),
            id_link: link.clone(),
            title: self.text(entry.title),
            link,
            summary: self.text(entry.summary),
            content,
            published: entry.published.map(at),
            authors: entry.authors.iter().filter_map(|author| self.person(author)).collect(),
            categories: entry
                .categories
                .into_iter()
                .map(|category| category.label.unwrap_or(category.term))
                .collect(),
            enclosures: entry
                .media
                .into_iter()
                .flat_map(|media| media.content)
                .filter_map(enclosure)
                .collect(),
            rights: self.text(entry.rights),
            ..EntryDraft::default()
        }
    }

    fn text(&self, text: Option<foreign::Text>) -> Option<RichText> {
        let text = text.filter(|text| !text.content.trim().is_empty())?;
        Some(self.rich(text.content, text.content_type.as_ref()))
    }

    fn rich(&self, body: String, media_type: &str) -> RichText {
        let writing = if media_type.starts_with("text/plain") { Writing::Plain } else { Writing::Html };
        RichText { body, writing, base: self.base.clone() }
    }

    fn link(&self, href: &str) -> Option<String> {
        absolute(href, self.base.as_deref())
    }

    fn person(&self, person: &foreign::Person) -> Option<Person> {
        let named = person.name.as_deref().and_then(of_text).unwrap_or_default();
        let email = person.email.as_deref().map(fold).filter(|email| !email.is_empty()).or(named.email);
        let uri = person.uri.as_deref().and_then(|uri| self.link(uri));
        let known = !named.name.is_empty() || email.is_some();
        known.then_some(Person { name: named.name, email, uri })
    }
}

fn enclosure(content: foreign::MediaContent) -> Option<Enclosure> {
    Some(Enclosure {
        href: absolute(content.url?.as_str(), None)?,
        media_type: content.content_type.map(|kind| kind.to_string()),
        length: content.size,
    })
}

fn is_page(link: &foreign::Link) -> bool {
    matches!(link.rel.as_deref(), None | Some("alternate"))
        && link.media_type.as_deref().is_none_or(|kind| !kind.contains("rss") && !kind.contains("atom"))
}

fn at(date: chrono::DateTime<chrono::Utc>) -> Timestamp {
    Timestamp(date.timestamp_millis())
}
