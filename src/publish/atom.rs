//! A river as an Atom feed (RFC 4287), one entry a story.

use chrono::{DateTime, Datelike, SecondsFormat};

use crate::config::options::publish::PublishOptions;
use crate::model::entry::Entry;
use crate::model::feed::Person;
use crate::model::river::{Covering, Report, River, SourceFeed, ToldStory};
use crate::model::story::Tier;
use crate::model::time::Timestamp;
use crate::publish::iri::legal;
use crate::publish::xml::Xml;

/// The media type to serve it as.
pub const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// Reports named in each of an entry's closing lines; further ones are counted.
const NAMED_REPORTS: usize = 10;

/// Renders the river. Beyond `publish.max_size` the oldest stories are left out.
pub fn render(river: &River, options: &PublishOptions) -> Vec<u8> {
    let (mut entries, mut size) = (Vec::new(), 0);
    for story in &river.stories {
        let mut xml = Xml::default();
        entry(&mut xml, story);
        size += xml.len_bytes();
        if size > options.max_size.as_usize() && !entries.is_empty() {
            break;
        }
        entries.push((story, xml));
    }
    let updated = entries.iter().map(|(story, _)| story.lead.updated).max().unwrap_or(river.born);
    let mut xml = Xml::new();
    xml.open("feed", &[("xmlns", "http://www.w3.org/2005/Atom")]);
    head(&mut xml, river, options, updated);
    entries.iter().for_each(|(_, entry)| xml.raw(entry));
    xml.close("feed");
    xml.into_bytes()
}

/// When the feed that [`render`] makes of this river was updated: its newest entry, never now.
pub fn updated(river: &River) -> Timestamp {
    river.stories.iter().map(|story| story.lead.updated).max().unwrap_or(river.born)
}

fn head(xml: &mut Xml, river: &River, options: &PublishOptions, updated: Timestamp) {
    xml.text("id", &[], &river.atom_id);
    xml.text("title", &[], &river.title);
    xml.text("updated", &[], &date(updated));
    if let Some(url) = river.self_url.as_deref().and_then(legal) {
        xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &url)]);
    }
    if let Some(hub) = legal(&options.hub).filter(|hub| !hub.is_empty()) {
        xml.empty("link", &[("rel", "hub"), ("href", &hub)]);
    }
    xml.open("author", &[]);
    xml.text("name", &[], "riverd");
    xml.close("author");
    xml.text("generator", &[("version", env!("CARGO_PKG_VERSION"))], "riverd");
}

fn entry(xml: &mut Xml, story: &ToldStory) {
    let lead = &story.lead;
    match lead.entry.language.as_deref() {
        Some(language) => xml.open("entry", &[("xml:lang", language)]),
        None => xml.open("entry", &[]),
    }
    xml.text("id", &[], &story.atom_id);
    xml.text("title", &[], &title(&lead.entry));
    if let Some(link) = lead.entry.link.as_deref().and_then(legal) {
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &link)]);
    }
    story.coverage.iter().for_each(|covering| related(xml, &covering.report));
    enclosures(xml, &lead.entry);
    xml.text("published", &[], &date(lead.published));
    xml.text("updated", &[], &date(lead.updated));
    authors(xml, lead);
    categories(xml, story);
    if let Some(summary) = &lead.entry.summary {
        xml.text("summary", &[("type", "html")], summary);
    }
    xml.text("content", &[("type", "html")], &content(story));
    if let Some(rights) = lead.entry.rights.as_deref().or(lead.source.feed.rights.as_deref()) {
        xml.text("rights", &[], rights);
    }
    source(xml, &lead.source, lead.updated);
    xml.close("entry");
}

/// The title; where there is none, the beginning of the text.
fn title(entry: &Entry) -> String {
    if !entry.title.trim().is_empty() {
        return entry.title.clone();
    }
    let html = entry.summary.as_deref().or(entry.content.as_deref()).unwrap_or("");
    let mut tag = false;
    let text = html.chars().filter(|c| {
        let visible = !tag && *c != '<';
        tag = if *c == '<' { true } else { tag && *c != '>' };
        visible
    });
    let words: String = text.take(80).collect();
    let words = html_escape::decode_html_entities(words.trim()).into_owned();
    let named = [words.as_str(), entry.link.as_deref().unwrap_or(""), "–"];
    named.iter().find(|name| !name.is_empty()).map(|name| (*name).to_owned()).unwrap_or_default()
}

fn related(xml: &mut Xml, report: &Report) {
    let Some(link) = report.entry.link.as_deref().and_then(legal) else { return };
    let title = title(&report.entry);
    let mut attributes =
        vec![("rel", "related"), ("type", "text/html"), ("href", link.as_str()), ("title", title.as_str())];
    attributes.extend(report.entry.language.as_deref().map(|language| ("hreflang", language)));
    xml.empty("link", &attributes);
}

fn enclosures(xml: &mut Xml, entry: &Entry) {
    for enclosure in &entry.enclosures {
        let Some(href) = legal(&enclosure.href) else { continue };
        let length = enclosure.length.map(|length| length.to_string());
        let mut attributes = vec![("rel", "enclosure"), ("href", href.as_str())];
        let media_type =
            enclosure.media_type.as_deref().filter(|kind| kind.contains('/') && !kind.contains(' '));
        attributes.extend(media_type.map(|kind| ("type", kind)));
        attributes.extend(length.as_deref().map(|length| ("length", length)));
        xml.empty("link", &attributes);
    }
}

/// Every entry has an author: its own, its feed's, else the feed itself (RFC 4287 section 4.1.2).
fn authors(xml: &mut Xml, lead: &Report) {
    let (own, feed) = (&lead.entry.authors, &lead.source.feed);
    let given = if own.is_empty() { &feed.authors } else { own };
    for author in given {
        person(xml, author);
    }
    if given.is_empty() {
        let name = if feed.title.is_empty() { "unknown".to_owned() } else { feed.title.clone() };
        person(xml, &Person { name, ..Person::default() });
    }
}

fn person(xml: &mut Xml, person: &Person) {
    let email =
        person.email.as_deref().filter(|email| email.contains('@') && !email.contains(char::is_whitespace));
    xml.open("author", &[]);
    let name = if person.name.is_empty() { email.unwrap_or("unknown") } else { &person.name };
    xml.text("name", &[], name);
    if let Some(uri) = person.uri.as_deref().and_then(legal) {
        xml.text("uri", &[], &uri);
    }
    if let Some(email) = email {
        xml.text("email", &[], email);
    }
    xml.close("author");
}

/// The categories of all reports, each once, the lead's first.
fn categories(xml: &mut Xml, story: &ToldStory) {
    let mut seen: Vec<&str> = Vec::new();
    let covering = story.coverage.iter().map(|covering| &covering.report);
    let reports = std::iter::once(&story.lead).chain(covering);
    for term in reports.flat_map(|report| &report.entry.categories).map(|term| term.trim()) {
        if !term.is_empty() && !seen.contains(&term) {
            seen.push(term);
            xml.empty("category", &[("term", term)]);
        }
    }
}

/// The lead's content, else its summary, else its title; then who else has the same text, and who else tells the story.
fn content(story: &ToldStory) -> String {
    let entry = &story.lead.entry;
    let own = entry.content.as_ref().or(entry.summary.as_ref()).cloned();
    let own = own.unwrap_or_else(|| format!("<p>{}</p>", html_escape::encode_text(&title(entry))));
    let language = entry.language.as_deref().unwrap_or("en");
    let words = words(language);
    let (texts, others): (Vec<_>, Vec<_>) =
        story.coverage.iter().partition(|covering| covering.tier <= Tier::Copy);
    [own, closing(words.same_text, words.more, &texts), closing(words.also_covered, words.more, &others)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A closing line that names these; empty of none.
fn closing(intro: &str, more: &str, coverage: &[&Covering]) -> String {
    if coverage.is_empty() {
        return String::new();
    }
    let named: Vec<String> =
        coverage.iter().take(NAMED_REPORTS).map(|covering| mention(&covering.report)).collect();
    let rest = coverage.len().saturating_sub(NAMED_REPORTS);
    let rest = if rest > 0 { format!(" {}", more.replace("{}", &rest.to_string())) } else { String::new() };
    format!("<p>{intro} {}{rest}</p>", named.join(", "))
}

fn mention(report: &Report) -> String {
    let feed = &report.source.feed.title;
    let title = title(&report.entry);
    let name = if feed.is_empty() { title } else { format!("{feed}: {title}") };
    let name = html_escape::encode_text(&name).into_owned();
    match report.entry.link.as_deref().and_then(legal) {
        Some(link) => {
            format!("<a href=\"{}\">{name}</a>", html_escape::encode_double_quoted_attribute(&link))
        }
        None => name,
    }
}

/// What the closing lines say.
struct Words {
    also_covered: &'static str,
    same_text: &'static str,
    more: &'static str,
}

/// In the language of the story; English where it is not known.
fn words(language: &str) -> Words {
    let (also_covered, same_text, more) = match language.split('-').next().unwrap_or("") {
        "de" => ("Auch berichtet von:", "Gleicher Text bei:", "und {} weitere"),
        "fr" => ("Également couvert par :", "Même texte chez :", "et {} autres"),
        "es" => ("También en:", "El mismo texto en:", "y {} más"),
        "it" => ("Anche su:", "Stesso testo su:", "e altri {}"),
        "pt" => ("Também em:", "O mesmo texto em:", "e mais {}"),
        "nl" => ("Ook gemeld door:", "Dezelfde tekst bij:", "en {} andere"),
        _ => ("Also covered by:", "Same text in:", "and {} more"),
    };
    Words { also_covered, same_text, more }
}

/// `atom:source`: the feed the lead came from (RFC 4287 section 4.2.11).
fn source(xml: &mut Xml, source: &SourceFeed, updated: Timestamp) {
    let feed = &source.feed;
    xml.open("source", &[]);
    xml.text("id", &[], &source.atom_id);
    xml.text("title", &[], if feed.title.is_empty() { "–" } else { &feed.title });
    xml.text("updated", &[], &date(feed.updated.unwrap_or(updated)));
    if let Some(url) = source.url.as_deref().and_then(legal) {
        xml.empty("link", &[("rel", "self"), ("href", &url)]);
    }
    if let Some(link) = feed.link.as_deref().and_then(legal) {
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &link)]);
    }
    if let Some(subtitle) = &feed.subtitle {
        xml.text("subtitle", &[], subtitle);
    }
    xml.close("source");
}

/// RFC 3339, UTC; dates beyond what it can write are drawn to its ends.
fn date(at: Timestamp) -> String {
    let date = DateTime::from_timestamp_millis(at.0).filter(|date| (1..=9999).contains(&date.year()));
    let drawn = if at.0 < 0 { "0001-01-01T00:00:00Z" } else { "9999-12-31T23:59:59Z" };
    date.map_or_else(|| drawn.to_owned(), |date| date.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::feed::Feed;

    fn report(title: &str, link: Option<&str>, feed: &str) -> Report {
        Report {
            row: crate::model::ids::EntryId(1),
            entry: Entry {
                id: "1".to_owned(),
                title: title.to_owned(),
                link: link.map(str::to_owned),
                language: Some("de".to_owned()),
                content: Some("<p>Text \u{8}</p>".to_owned()),
                ..Entry::default()
            },
            atom_id: "tag:a.example,2026:1".to_owned(),
            source: SourceFeed {
                atom_id: "tag:a.example,2026:feed".to_owned(),
                url: Some("https://a.example/feed".to_owned()),
                feed: Feed { title: feed.to_owned(), ..Feed::default() },
            },
            published: Timestamp(0),
            updated: Timestamp(1_000),
        }
    }

    fn river(stories: Vec<ToldStory>) -> River {
        River {
            name: "river".to_owned(),
            title: "R & S".to_owned(),
            atom_id: "tag:riverd.local,2026:river".to_owned(),
            self_url: Some("http://127.0.0.1/river.atom".to_owned()),
            stories,
            born: Timestamp(5_000),
        }
    }

    fn story(coverage: Vec<Covering>) -> ToldStory {
        let lead = report("«Grün» & <gut>", Some("https://a.example/x y"), "Blatt");
        ToldStory {
            atom_id: "tag:riverd.local,2026:story/1".to_owned(),
            first_seen: Timestamp(0),
            lead,
            coverage,
        }
    }

    fn text(stories: Vec<ToldStory>) -> String {
        String::from_utf8(render(&river(stories), &PublishOptions::default())).expect("UTF-8")
    }

    #[test]
    fn an_empty_river_is_dated_by_the_birth_of_its_store() {
        assert!(text(vec![]).contains("<updated>1970-01-01T00:00:05Z</updated>"));
    }

    #[test]
    fn a_story_names_its_source_and_everyone_else_who_tells_it() {
        let covering = |title: &str, feed: &str, tier| {
            let report = report(title, Some("https://b.example/1"), feed);
            Covering { report, tier }
        };
        let text = text(vec![story(vec![
            covering("Auch", "Zeitung", Tier::Story),
            covering("Grün", "Kopie", Tier::Copy),
            covering("Grün 2", "Seite", Tier::Identity),
        ])]);
        for part in [
            "<title>«Grün» &amp; &lt;gut&gt;</title>",
            "href=\"https://a.example/x%20y\"",
            "<link rel=\"related\" type=\"text/html\" href=\"https://b.example/1\" title=\"Auch\" hreflang=\"de\"/>",
            "&lt;p&gt;Auch berichtet von: &lt;a href=\"https://b.example/1\"&gt;Zeitung: Auch&lt;/a&gt;&lt;/p&gt;<",
            "&lt;p&gt;Gleicher Text bei: &lt;a href=\"https://b.example/1\"&gt;Kopie: Grün&lt;/a&gt;, &lt;a",
            "&gt;Seite: Grün 2&lt;/a&gt;&lt;/p&gt;\n&lt;p&gt;Auch",
            "<updated>1970-01-01T00:00:01Z</updated>",
            "<name>Blatt</name>",
            "&lt;p&gt;Text &lt;/p&gt;",
        ] {
            assert!(text.contains(part), "{part}\nin {text}");
        }
    }

    #[test]
    fn the_oldest_stories_fall_off_at_the_size_limit_but_never_the_newest() {
        let options =
            PublishOptions { max_size: crate::config::value::ByteSize(10), ..PublishOptions::default() };
        let bytes = render(&river(vec![story(vec![]), story(vec![])]), &options);
        assert_eq!(String::from_utf8_lossy(&bytes).matches("<entry").count(), 1);
    }
}
