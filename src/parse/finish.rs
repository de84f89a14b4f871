//! Drafts to the model: HTML is sanitized, once; ids are minted where there are none; languages are guessed.
//! Promises: the same draft gives the same entry, and an entry without an id the same id as ever.

use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::model::entry::{Enclosure, Entry, SourceRef};
use crate::model::feed::Feed;
use crate::parse::draft::{EntryDraft, FeedDraft, Reading, RichText, SourceDraft, Writing};
use crate::parse::identity::fallback_id;
use crate::parse::language;
use crate::parse::link::canonical;
use crate::parse::parsed::Parsed;
use crate::parse::sanitize::Sanitizer;
use crate::parse::text::{plain, title};

/// HTML that is looked at for its language, in bytes.
const LANGUAGE_BYTES: usize = 4 * 1024;

/// The model of a document. `base`: where it was found; without one, relative links count from the feed's page.
pub fn finish(reading: Reading, base: Option<&Url>, options: &ParseOptions) -> Parsed {
    let Reading { shape, feed, entries, hints, mut complaints } = reading;
    let site = feed.link.as_deref().and_then(|link| Url::parse(link).ok());
    let base = base.cloned().or(site);
    let finisher = Finisher {
        sanitizer: Sanitizer::new(base.as_ref(), options),
        base,
        language: feed.language.as_deref().and_then(language::declared),
    };
    let feed = finisher.feed(feed);
    let entries = entries.into_iter().map(|entry| finisher.entry(entry)).collect();
    complaints.extend(finisher.sanitizer.complaints());
    Parsed { shape, feed, entries, hints, complaints }
}

struct Finisher {
    base: Option<Url>,
    language: Option<String>,
    sanitizer: Sanitizer,
}

impl Finisher {
    fn feed(&self, feed: FeedDraft) -> Feed {
        let line = |text: Option<RichText>| text.map(|text| title_of(&text)).filter(|text| !text.is_empty());
        Feed {
            id: feed.id.filter(|id| !id.is_empty()),
            title: feed.title.as_ref().map(title_of).unwrap_or_default(),
            subtitle: line(feed.subtitle),
            link: feed.link,
            self_link: feed.self_link,
            updated: feed.updated,
            authors: feed.authors,
            categories: categories(&feed.categories),
            language: self.language.clone(),
            rights: line(feed.rights),
            icon: feed.icon,
        }
    }

    fn entry(&self, entry: EntryDraft) -> Entry {
        let title = entry.title.as_ref().map(title_of).unwrap_or_default();
        let content = entry.content.as_ref().and_then(|text| self.html(text));
        let summary = entry.summary.as_ref().and_then(|text| self.html(text));
        let body = content.as_deref().or(summary.as_deref());
        let declared = entry.language.as_deref().and_then(language::declared);
        let declared = declared.or_else(|| self.language.clone());
        let id = entry.id.filter(|id| !id.is_empty()).or(entry.id_link);
        Entry {
            id: id.unwrap_or_else(|| fallback_id(None, &title, &words(&title, body))),
            canonical_link: entry.link.as_deref().and_then(canonical),
            published: entry.published,
            updated: entry.updated,
            authors: entry.authors,
            categories: categories(&entry.categories),
            enclosures: enclosures(entry.enclosures),
            language: declared.or_else(|| language::detect(&words(&title, body.map(beginning)))),
            source: entry.source.and_then(source),
            rights: entry.rights.as_ref().map(title_of).filter(|text| !text.is_empty()),
            link: entry.link,
            title,
            summary,
            content,
        }
    }

    /// Sanitized HTML of a text. What is plain is escaped, its lines kept as paragraphs.
    fn html(&self, text: &RichText) -> Option<String> {
        let base = text.base.as_deref().or(self.base.as_ref());
        if text.writing == Writing::Html || looks_like_html(&text.body) {
            return self.sanitizer.clean_at(&text.body, base);
        }
        let lines = text.body.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut html = String::with_capacity(text.body.len() + 16);
        for line in lines {
            html.push_str("<p>");
            html_escape::encode_text_to_string(html_escape::decode_html_entities(line), &mut html);
            html.push_str("</p>");
        }
        self.sanitizer.clean_at(&html, base)
    }
}

fn looks_like_html(text: &str) -> bool {
    text.contains("</")
        || text.contains("/>")
        || text.contains("<p>")
        || text.contains("<br>")
        || text.contains("<img ")
}

/// A text as a plain line. Markup in what is said to be plain is seen all the same.
fn title_of(text: &RichText) -> String {
    match text.writing {
        Writing::Plain => title(&text.body),
        Writing::Html => plain(&text.body),
    }
}

/// What an entry says, as plain text.
fn words(title: &str, body: Option<&str>) -> String {
    format!("{title}. {}", body.map(plain).unwrap_or_default())
}

/// As much of an entry's HTML as tells its language, up to the beginning of a tag.
fn beginning(html: &str) -> &str {
    if html.len() <= LANGUAGE_BYTES {
        return html;
    }
    let end = (0..=LANGUAGE_BYTES).rev().find(|at| html.is_char_boundary(*at)).unwrap_or(0);
    let end = html[..end].rfind('<').filter(|at| *at > LANGUAGE_BYTES / 2).unwrap_or(end);
    &html[..end]
}

fn source(source: SourceDraft) -> Option<SourceRef> {
    let title = source.title.as_ref().map(title_of).filter(|title| !title.is_empty());
    let known = title.is_some() || source.link.is_some() || source.id.is_some();
    known.then_some(SourceRef { title, link: source.link, id: source.id })
}

/// Each term once.
fn categories(terms: &[String]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let terms = terms.iter().map(|term| title(term)).filter(|term| !term.is_empty());
    terms.filter(|term| seen.insert(term.clone())).collect()
}

/// Each address once; a length of nothing is none.
fn enclosures(enclosures: Vec<Enclosure>) -> Vec<Enclosure> {
    let mut seen = std::collections::HashSet::new();
    let each = enclosures.into_iter().filter(|enclosure| seen.insert(enclosure.href.clone()));
    each.map(|enclosure| Enclosure { length: enclosure.length.filter(|length| *length > 0), ..enclosure })
        .collect()
}
