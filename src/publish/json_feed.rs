//! A river as JSON Feed 1.1. What the format has no word for is in an extension of ours, as it allows: `_riverd` holds the
//! feed an item came from (`source`) and who else tells it (`related`).

use serde::Serialize;

use crate::model::river::{Addresses, Report, River, ToldStory};
use crate::publish::date::rfc3339;
use crate::publish::formats::within;
use crate::publish::iri::{legal, shown};
use crate::publish::telling::{Attached, attached, authors, categories, content, text, title};
use crate::publish::xml;

/// The media type to serve it as.
pub const MEDIA_TYPE: &str = "application/feed+json; charset=utf-8";

/// How the format is named in paths.
pub const ENDING: &str = "json";

#[derive(Serialize)]
struct Head<'a> {
    version: &'a str,
    title: &'a str,
    home_page_url: String,
    feed_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hubs: Option<[Hub; 1]>,
    authors: [Author; 1],
}

#[derive(Serialize)]
struct Hub {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Author {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    title: String,
    content_html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    date_published: String,
    date_modified: String,
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
    #[serde(rename = "_riverd")]
    beyond: Beyond<'a>,
}

#[derive(Serialize)]
struct Beyond<'a> {
    source: Source<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Attachment {
    url: String,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Source<'a> {
    id: String,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
}

#[derive(Serialize)]
struct Related<'a> {
    url: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

/// Renders the river, an item a line. Beyond `max_bytes` the oldest stories are left out.
pub fn render(river: &River, max_bytes: usize) -> Vec<u8> {
    let hub = river.addresses.hub.as_deref().and_then(legal);
    let head = json(&Head {
        version: "https://jsonfeed.org/version/1.1",
        title: &river.title,
        home_page_url: legal(&format!("{}/", river.addresses.public)).unwrap_or_default(),
        feed_url: legal(&river.address(ENDING)).unwrap_or_default(),
        hubs: hub.map(|url| [Hub { kind: "WebSub", url }]),
        authors: [Author { name: "riverd".to_owned(), url: None }],
    });
    let frame = format!("{},\"items\":[\n", head.trim_end_matches('}'));
    let items = river.stories.iter().map(|story| format!("{},\n", json(&item(story, &river.addresses))));
    let items = within(max_bytes, frame.len(), items).concat();
    format!("{frame}{}\n]}}\n", items.trim_end_matches(",\n")).into_bytes()
}

fn json(shape: &impl Serialize) -> String {
    serde_json::to_string(shape).expect("texts and numbers are always JSON")
}

fn item<'a>(story: &'a ToldStory, addresses: &Addresses) -> Item<'a> {
    let lead = &story.lead;
    let attachment = |Attached { href, media_type, length }| Attachment {
        url: href,
        // The format wants one.
        mime_type: media_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        size_in_bytes: length,
    };
    Item {
        id: &story.atom_id,
        url: lead.entry.link.as_deref().and_then(legal),
        title: title(&lead.entry),
        content_html: xml::legal(&content(story, addresses)).into_owned(),
        summary: lead.entry.summary.as_deref().map(text).filter(|summary| !summary.is_empty()),
        date_published: rfc3339(lead.published),
        date_modified: rfc3339(lead.updated),
        authors: authors(lead)
            .into_iter()
            .map(|author| Author { name: author.name, url: author.uri })
            .collect(),
        tags: categories(story),
        language: lead.entry.language.as_deref(),
        attachments: attached(&lead.entry).into_iter().map(attachment).collect(),
        beyond: Beyond {
            source: source(lead),
            related: story.coverage.iter().filter_map(|covering| related(&covering.report)).collect(),
        },
    }
}

/// The feed it came from; where the publisher names one that it had the item from, that.
fn source(lead: &Report) -> Source<'_> {
    let (own, given) = (&lead.source, lead.entry.source.as_ref());
    let rights = lead.entry.rights.as_deref().or(own.feed.rights.as_deref());
    if let Some(given) = given {
        let (url, title) =
            (given.link.as_deref().and_then(shown), given.title.as_deref().unwrap_or_default());
        let id = given.id.clone().or_else(|| url.clone());
        if id.is_some() || !title.is_empty() {
            // Of a name alone, the feed that names it is all that can be told apart.
            let id = id.unwrap_or_else(|| own.atom_id.clone());
            return Source { id, title, url, feed_url: None, rights };
        }
    }
    Source {
        id: own.atom_id.clone(),
        title: &own.feed.title,
        url: own.feed.link.as_deref().and_then(legal),
        feed_url: own.url.as_deref().and_then(shown),
        rights,
    }
}

fn related(report: &Report) -> Option<Related<'_>> {
    let url = report.entry.link.as_deref().and_then(legal)?;
    Some(Related { url, title: title(&report.entry), language: report.entry.language.as_deref() })
}
