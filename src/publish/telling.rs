//! What every format says of a story: its title, its text with the block that names who else tells it, its people and
//! its categories. Pure, and in no format's own shape.
//!
//! The block closes the text, a line for those who have the same text and one for those who tell the event in other
//! words: source, headline and link of each, newest first, [`NAMED_REPORTS`] of each line, the rest counted.

use std::borrow::Cow;

use crate::model::entry::Entry;
use crate::model::feed::Person;
use crate::model::river::{Addresses, Covering, Report, ToldStory, story_path};
use crate::model::story::Tier;
use crate::publish::iri::legal;

/// Reports named in each of an entry's closing lines; further ones are counted.
pub const NAMED_REPORTS: usize = 10;
/// Characters of a text that stand for a missing title.
const TITLE_CHARS: usize = 80;
/// Characters of a text that stand for a missing summary, where a format wants one.
const SUMMARY_CHARS: usize = 300;

/// The title; where there is none, the beginning of the text, the link, or a dash.
pub fn title(entry: &Entry) -> String {
    if !entry.title.trim().is_empty() {
        return entry.title.clone();
    }
    let html = entry.summary.as_deref().or(entry.content.as_deref()).unwrap_or("");
    let words: String = text(html).chars().take(TITLE_CHARS).collect();
    let named = [words.trim(), entry.link.as_deref().unwrap_or(""), "–"];
    named.iter().find(|name| !name.is_empty()).map(|name| (*name).to_owned()).unwrap_or_default()
}

/// The text of sanitized HTML, white space folded.
pub fn text(html: &str) -> String {
    let mut tag = false;
    let visible = html.chars().filter_map(|c| {
        let (was, ends) = (tag, tag && c == '>');
        tag = if c == '<' { true } else { tag && c != '>' };
        if ends { Some(' ') } else { (!was && c != '<').then_some(c) }
    });
    let visible: String = visible.collect();
    html_escape::decode_html_entities(&visible).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The summary as HTML; where there is none, the beginning of the text.
pub fn summary(entry: &Entry) -> String {
    if let Some(summary) = entry.summary.as_ref().filter(|summary| !summary.trim().is_empty()) {
        return summary.clone();
    }
    let words = text(entry.content.as_deref().unwrap_or_default());
    let mut beginning: String = words.chars().take(SUMMARY_CHARS).collect();
    if beginning.len() < words.len() {
        beginning.truncate(beginning.rfind(' ').unwrap_or(beginning.len()));
        beginning.push('…');
    }
    let beginning = if beginning.is_empty() { title(entry) } else { beginning };
    html_escape::encode_text(&beginning).into_owned()
}

/// The lead's content, else its summary, else its title; then who else has the same text, and who else tells the story.
pub fn content(story: &ToldStory, addresses: &Addresses) -> String {
    let entry = &story.lead.entry;
    let own = entry.content.as_deref().or(entry.summary.as_deref()).map(Cow::Borrowed);
    let own = own.unwrap_or_else(|| format!("<p>{}</p>", html_escape::encode_text(&title(entry))).into());
    let block = block(story, addresses);
    if block.is_empty() { own.into_owned() } else { format!("{own}\n{block}") }
}

fn block(story: &ToldStory, addresses: &Addresses) -> String {
    let page = addresses.story_pages.then(|| format!("{}{}", addresses.public, story_path(story.story)));
    let words = words(story.lead.entry.language.as_deref().unwrap_or("en"));
    let (texts, others): (Vec<_>, Vec<_>) =
        story.coverage.iter().partition(|covering| covering.tier <= Tier::Copy);
    let line = |intro: &str, coverage: &[&Covering]| line(intro, words.more, coverage, page.as_deref());
    let lines = [line(words.same_text, &texts), line(words.also_covered, &others)];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// A closing line that names these; `None` of none.
fn line(intro: &str, more: &str, coverage: &[&Covering], page: Option<&str>) -> Option<String> {
    if coverage.is_empty() {
        return None;
    }
    let named: Vec<String> =
        coverage.iter().take(NAMED_REPORTS).map(|covering| mention(&covering.report)).collect();
    let rest = match coverage.len().saturating_sub(NAMED_REPORTS) {
        0 => String::new(),
        rest => format!(" {}", linked(&more.replace("{}", &rest.to_string()), page)),
    };
    Some(format!("<p>{intro} {}{rest}</p>", named.join(", ")))
}

fn mention(report: &Report) -> String {
    let feed = &report.source.feed.title;
    let title = title(&report.entry);
    let name = if feed.is_empty() { title } else { format!("{feed}: {title}") };
    linked(&html_escape::encode_text(&name), report.entry.link.as_deref())
}

/// HTML as a link, if there is where it can lead.
fn linked(html: &str, link: Option<&str>) -> String {
    match link.and_then(legal) {
        Some(link) => {
            format!("<a href=\"{}\">{html}</a>", html_escape::encode_double_quoted_attribute(&link))
        }
        None => html.to_owned(),
    }
}

/// How many further reports there are, in a story's language.
pub fn further(language: Option<&str>, count: usize) -> String {
    words(language.unwrap_or("en")).more.replace("{}", &count.to_string())
}

/// What the closing lines say.
pub struct Words {
    /// Before those who tell the event in other words.
    pub also_covered: &'static str,
    /// Before those who have the same text.
    pub same_text: &'static str,
    /// How many more there are, in the place of `{}`.
    pub more: &'static str,
}

/// In the language of the story; English where it is not known.
pub fn words(language: &str) -> Words {
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

/// Every entry has an author: its own, its feed's, else the feed itself (RFC 4287 section 4.1.2).
pub fn authors(lead: &Report) -> Vec<Person> {
    let feed = &lead.source.feed;
    let given = if lead.entry.authors.is_empty() { &feed.authors } else { &lead.entry.authors };
    let known = given.iter().map(sound).filter(|person| !person.name.is_empty()).collect::<Vec<_>>();
    if !known.is_empty() {
        return known;
    }
    let name = if feed.title.is_empty() { "unknown".to_owned() } else { feed.title.clone() };
    vec![Person { name, ..Person::default() }]
}

/// A person as every format can name it: an address only where it is one, a page only where it is one. The name is empty
/// where nothing is known that could stand for it.
pub fn sound(person: &Person) -> Person {
    let is_address = |email: &&String| email.contains('@') && !email.contains(char::is_whitespace);
    let email = person.email.as_ref().filter(is_address).cloned();
    let name = if person.name.is_empty() { email.as_deref().unwrap_or_default() } else { &person.name };
    Person { name: name.to_owned(), uri: person.uri.as_deref().and_then(legal), email }
}

/// The categories of all reports, each once, the lead's first.
pub fn categories(story: &ToldStory) -> Vec<&str> {
    let mut seen: Vec<&str> = Vec::new();
    let covering = story.coverage.iter().map(|covering| &covering.report);
    let reports = std::iter::once(&story.lead).chain(covering);
    for term in reports.flat_map(|report| &report.entry.categories).map(|term| term.trim()) {
        if !term.is_empty() && !seen.contains(&term) {
            seen.push(term);
        }
    }
    seen
}

/// A file that belongs to an entry, as every format can name it.
#[derive(Debug, PartialEq, Eq)]
pub struct Attached {
    /// Legal and absolute.
    pub href: String,
    /// `None`: neither given nor told by the name.
    pub media_type: Option<String>,
    /// In bytes, if known.
    pub length: Option<u64>,
}

/// What is attached to the lead.
pub fn attached(entry: &Entry) -> Vec<Attached> {
    let sound = |kind: &&str| kind.contains('/') && !kind.contains(char::is_whitespace);
    let one = |enclosure: &crate::model::entry::Enclosure| {
        let href = legal(&enclosure.href)?;
        let given = enclosure.media_type.as_deref().map(str::trim).filter(sound);
        let media_type = given.or_else(|| kind_by_name(&href)).map(str::to_owned);
        Some(Attached { media_type, length: enclosure.length, href })
    };
    entry.enclosures.iter().filter_map(one).collect()
}

/// The media type that a file's ending stands for.
fn kind_by_name(href: &str) -> Option<&'static str> {
    let path = href.split(['?', '#']).next().unwrap_or(href);
    let (_, ending) = path.rsplit_once('.')?;
    let kind = match ending.to_ascii_lowercase().as_str() {
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "ogg" | "oga" => "audio/ogg",
        "opus" => "audio/opus",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        _ => return None,
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entry::Enclosure;

    #[test]
    fn an_entry_without_a_title_is_called_by_its_text_its_link_or_a_dash() {
        let entry = |content: &str, link: Option<&str>| Entry {
            content: Some(content.to_owned()),
            link: link.map(str::to_owned),
            ..Entry::default()
        };
        assert_eq!(title(&entry("<p>A &amp; <b>B</b></p><p>C</p>", None)), "A & B C");
        assert_eq!(title(&entry("", Some("https://a.example/"))), "https://a.example/");
        assert_eq!(title(&entry("<br>", None)), "–");
    }

    #[test]
    fn a_missing_summary_is_the_beginning_of_the_text_to_a_whole_word() {
        let entry = |content: &str| Entry { content: Some(content.to_owned()), ..Entry::default() };
        assert_eq!(summary(&entry("<p>A &lt; B</p>")), "A &lt; B");
        let long = summary(&entry(&format!("<p>{}</p>", "word ".repeat(100))));
        assert!(long.ends_with("word…") && long.chars().count() <= SUMMARY_CHARS + 1, "{long}");
        assert_eq!(summary(&entry("")), "–");
    }

    #[test]
    fn what_is_attached_has_a_type_where_it_is_given_or_its_name_tells() {
        let enclosure = |href: &str, kind: Option<&str>| Enclosure {
            href: href.to_owned(),
            media_type: kind.map(str::to_owned),
            length: None,
        };
        let enclosures = vec![
            enclosure("https://a.example/1.MP3?x=.png", None),
            enclosure("https://a.example/2", Some("audio/x")),
            enclosure("https://a.example/3.jpg", Some("a picture")),
            enclosure("relative", None),
            enclosure("https://a.example/4", None),
        ];
        let kinds: Vec<_> = attached(&Entry { enclosures, ..Entry::default() })
            .into_iter()
            .map(|attached| attached.media_type.unwrap_or_default())
            .collect();
        assert_eq!(kinds, ["audio/mpeg", "audio/x", "image/jpeg", ""]);
    }
}
