//! The one door to feed-rs: mended text in, the model out.
//! Promises: a panic inside is an error here; ids are the publisher's or minted from the item, never random.

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::model as foreign;
use feed_rs::parser::Builder;
use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::model::entry::{Enclosure, Entry, SourceRef};
use crate::model::feed::{Feed, Person, PollHints};
use crate::model::time::Timestamp;
use crate::parse::identity::fallback_id;
use crate::parse::link::{absolute, canonical};
use crate::parse::parsed::{ParseError, Parsed};
use crate::parse::sanitize::Sanitizer;
use crate::parse::text::{fold, plain, title};
use crate::parse::{date, language};

/// Reads the text of a feed. `base`: where it was found.
///
/// # Errors
/// [`ParseError::Broken`] if feed-rs cannot read it.
pub fn adapt(text: &str, base: Option<&Url>, options: &ParseOptions) -> Result<Parsed, ParseError> {
    let parse = || {
        Builder::new()
            .base_uri(base.map(Url::as_str))
            .id_generator(|_, _, _| String::new())
            .timestamp_parser(date::parse)
            .sanitize_content(false)
            .build()
            .parse(text.as_bytes())
    };
    let result = catch_unwind(AssertUnwindSafe(parse));
    let feed = match result {
        Ok(Ok(feed)) => feed,
        Ok(Err(error)) => return Err(ParseError::Broken(error.to_string())),
        Err(_) => return Err(ParseError::Broken("the parser fell over it".to_owned())),
    };
    Ok(Adapter::new(&feed, base, options).parsed(feed))
}

struct Adapter<'a> {
    base: Option<Url>,
    language: Option<String>,
    sanitizer: Sanitizer,
    options: &'a ParseOptions,
    complaints: Vec<Complaint>,
}

impl<'a> Adapter<'a> {
    fn new(feed: &foreign::Feed, base: Option<&Url>, options: &'a ParseOptions) -> Self {
        let site = feed.links.iter().find(|link| is_page(link)).and_then(|link| Url::parse(&link.href).ok());
        let base = base.cloned().or(site);
        let sanitizer = Sanitizer::new(base.as_ref(), options);
        let language = feed.language.as_deref().and_then(language::declared);
        Self { base, language, sanitizer, options, complaints: Vec::new() }
    }

    fn parsed(mut self, feed: foreign::Feed) -> Parsed {
        let (shape, hints) = (shape(&feed.feed_type), hints(&feed));
        let model = self.feed(&feed);
        let (all, limit) = (feed.entries.len(), self.options.max_entries);
        if all > limit {
            let text = format!("{all} entries, only the first {limit} are read");
            self.complaints.push(Complaint::new("limit", text));
        }
        let entries = feed.entries.into_iter().take(limit).map(|entry| self.entry(&entry)).collect();
        self.complaints.extend(self.sanitizer.complaints());
        Parsed { shape, feed: model, entries, hints, complaints: self.complaints }
    }

    fn feed(&self, feed: &foreign::Feed) -> Feed {
        let link = |wanted: fn(&foreign::Link) -> bool| {
            feed.links
                .iter()
                .find(|link| wanted(link))
                .and_then(|link| absolute(&link.href, self.base.as_ref()))
        };
        Feed {
            id: Some(feed.id.trim().to_owned()).filter(|id| !id.is_empty()),
            title: feed.title.as_ref().map(text_of).unwrap_or_default(),
            subtitle: feed.description.as_ref().map(text_of).filter(|text| !text.is_empty()),
            link: link(is_page),
            self_link: link(|link| link.rel.as_deref() == Some("self")),
            updated: feed.updated.or(feed.published).map(at),
            authors: feed.authors.iter().filter_map(person).collect(),
            language: self.language.clone(),
            rights: feed.rights.as_ref().map(text_of).filter(|text| !text.is_empty()),
            icon: feed
                .icon
                .as_ref()
                .or(feed.logo.as_ref())
                .and_then(|i| absolute(&i.uri, self.base.as_ref())),
        }
    }

    fn entry(&self, entry: &foreign::Entry) -> Entry {
        let link =
            entry.links.iter().find(|link| is_page(link)).or(entry.links.first().filter(|l| l.rel.is_none()));
        let link = link.and_then(|link| absolute(&link.href, self.base.as_ref()));
        let title = entry.title.as_ref().map(text_of).unwrap_or_default();
        let body = entry
            .content
            .as_ref()
            .and_then(|content| content.body.as_deref().map(|body| (body, is_plain(&content.content_type))));
        let content = body.and_then(|(body, plain)| self.html(body, plain));
        let summary =
            entry.summary.as_ref().and_then(|text| self.html(&text.content, is_plain(&text.content_type)));
        let words = words(&title, summary.as_deref(), content.as_deref());
        let declared = entry.language.as_deref().and_then(language::declared);
        let id = Some(entry.id.trim()).filter(|id| !id.is_empty()).map(str::to_owned);
        Entry {
            id: id.unwrap_or_else(|| fallback_id(link.as_deref(), &title, &words)),
            canonical_link: link.as_deref().and_then(canonical),
            published: entry.published.map(at),
            updated: entry.updated.map(at),
            authors: entry.authors.iter().filter_map(person).collect(),
            categories: categories(&entry.categories),
            enclosures: self.enclosures(entry),
            language: declared.or_else(|| self.language.clone()).or_else(|| language::detect(&words)),
            source: self.source(entry.source.as_deref()),
            rights: entry.rights.as_ref().map(text_of).filter(|text| !text.is_empty()),
            title,
            link,
            summary,
            content,
        }
    }

    /// Sanitized HTML of a text construct. Plain text is escaped, its lines kept as paragraphs.
    fn html(&self, body: &str, is_plain: bool) -> Option<String> {
        if is_plain && !looks_like_html(body) {
            let lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
            let html: String = lines
                .map(|line| {
                    format!("<p>{}</p>", html_escape::encode_text(&html_escape::decode_html_entities(line)))
                })
                .collect();
            return self.sanitizer.clean(&html);
        }
        self.sanitizer.clean(body)
    }

    fn enclosures(&self, entry: &foreign::Entry) -> Vec<Enclosure> {
        let linked = entry.links.iter().filter(|link| link.rel.as_deref() == Some("enclosure")).map(|link| {
            Enclosure { href: link.href.clone(), media_type: link.media_type.clone(), length: link.length }
        });
        let media = entry.media.iter().flat_map(|media| &media.content).filter_map(|content| {
            Some(Enclosure {
                href: content.url.as_ref()?.to_string(),
                media_type: content.content_type.as_ref().map(ToString::to_string),
                length: content.size,
            })
        });
        let mut enclosures: Vec<Enclosure> = Vec::new();
        for mut enclosure in linked.chain(media) {
            let Some(href) = absolute(&enclosure.href, self.base.as_ref()) else { continue };
            if !enclosures.iter().any(|known| known.href == href) {
                enclosure.href = href;
                enclosure.length = enclosure.length.filter(|length| *length > 0);
                enclosures.push(enclosure);
            }
        }
        enclosures
    }

    fn source(&self, source: Option<&str>) -> Option<SourceRef> {
        let link = absolute(source?, self.base.as_ref())?;
        Some(SourceRef { link: Some(link), ..SourceRef::default() })
    }
}

fn shape(kind: &foreign::FeedType) -> &'static str {
    match kind {
        foreign::FeedType::Atom => "atom",
        foreign::FeedType::JSON => "json",
        foreign::FeedType::RSS1 => "rdf",
        foreign::FeedType::RSS0 | foreign::FeedType::RSS2 => "rss",
    }
}

fn hints(feed: &foreign::Feed) -> PollHints {
    let hubs =
        feed.links.iter().filter(|link| link.rel.as_deref() == Some("hub")).map(|link| link.href.clone());
    PollHints { ttl_minutes: feed.ttl, hubs: hubs.collect(), ..PollHints::default() }
}

fn is_page(link: &foreign::Link) -> bool {
    matches!(link.rel.as_deref(), None | Some("alternate"))
        && link.media_type.as_deref().is_none_or(|kind| !kind.contains("rss") && !kind.contains("atom"))
}

fn is_plain(media_type: &impl std::fmt::Display) -> bool {
    media_type.to_string().starts_with("text/plain")
}

fn looks_like_html(text: &str) -> bool {
    text.contains("</")
        || text.contains("/>")
        || text.contains("<p>")
        || text.contains("<br>")
        || text.contains("<img ")
}

fn text_of(text: &foreign::Text) -> String {
    if is_plain(&text.content_type) { title(&text.content) } else { plain(&text.content) }
}

fn words(title: &str, summary: Option<&str>, content: Option<&str>) -> String {
    let body = content.or(summary).map(plain).unwrap_or_default();
    format!("{title}. {body}")
}

fn at(date: chrono::DateTime<chrono::Utc>) -> Timestamp {
    Timestamp(date.timestamp_millis())
}

/// Feed authors come as a name, an address, or both in one text: `ann@a.example (Ann)`.
fn person(person: &foreign::Person) -> Option<Person> {
    let name = fold(person.name.as_deref().unwrap_or_default());
    let email = person.email.as_deref().map(fold).filter(|email| !email.is_empty());
    let uri = person.uri.as_deref().and_then(|uri| absolute(uri, None));
    let (name, email) = match name.split_once('(') {
        Some((address, inside)) if address.contains('@') && email.is_none() => {
            (inside.trim_end_matches(')').trim().to_owned(), Some(address.trim().to_owned()))
        }
        _ => (name, email),
    };
    let known = !name.is_empty() || email.is_some();
    known.then_some(Person { name, email, uri })
}

fn categories(categories: &[foreign::Category]) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for category in categories {
        let term = title(
            category.label.as_deref().filter(|label| !label.trim().is_empty()).unwrap_or(&category.term),
        );
        if !term.is_empty() && !terms.contains(&term) {
            terms.push(term);
        }
    }
    terms
}
