//! A river as an Atom feed (RFC 4287), one entry a story; the pages of its archive (RFC 5005 section 4); and what it
//! tells no more (RFC 6721).
//!
//! `atom:source/updated` is the date of the entry: what its feed says of itself as of then. The date that a feed gives
//! itself is not used, for many feeds say "now" at every poll, and would make every one of them a change of the river.

use crate::model::feed::Person;
use crate::model::river::{Addresses, Page, Report, River, SourceFeed, ToldStory, Withdrawn};
use crate::publish::date::{rfc3339, rfc3339_of};
use crate::publish::formats::within;
use crate::publish::iri::{legal, shown};
use crate::publish::telling::{attached, authors, categories, content, sound, title};
use crate::publish::xml::Xml;

/// The media type to serve it as.
pub const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// How the format is named in paths.
pub const ENDING: &str = "atom";

const ATOM: &str = "http://www.w3.org/2005/Atom";
const HISTORY: &str = "http://purl.org/syndication/history/1.0";
const TOMBSTONES: &str = "http://purl.org/atompub/tombstones/1.0";

/// Renders the river. Beyond `max_bytes` the oldest stories are left out.
pub fn render(river: &River, max_bytes: usize) -> Vec<u8> {
    let frame = frame(river);
    let entries = river.stories.iter().map(|story| entry(story, &river.addresses));
    let entries = within(max_bytes, frame.len(), entries);
    document(&frame, entries.iter().map(String::as_str))
}

/// How many of the river's newest stories [`render`] has room for.
pub fn fitting(river: &River, max_bytes: usize) -> usize {
    let entries = river.stories.iter().map(|story| entry(story, &river.addresses));
    within(max_bytes, frame(river).len(), entries).len()
}

/// The newest date of change among these, as their entries have it.
pub fn newest(stories: &[ToldStory]) -> Option<String> {
    stories.iter().max_by_key(|story| story.lead.updated).and_then(|story| {
        // Of one moment, the entries' ids decide; the text of dates has their order.
        let alike = stories.iter().filter(|other| other.lead.updated == story.lead.updated);
        alike.map(updated).max()
    })
}

/// Some stories as a page of the archive keeps them: entries, one after the other.
pub fn entries(stories: &[ToldStory], addresses: &Addresses) -> String {
    stories.iter().map(|story| entry(story, addresses)).collect()
}

/// A page of the river's archive. Its entries are those of the page, to the byte, whatever became of their stories.
pub fn archive(river: &River, page: &Page) -> Vec<u8> {
    let entries = String::from_utf8_lossy(&page.entries);
    document(&archive_frame(river, page), std::iter::once(&*entries))
}

/// All of a page but its entries: equal for equal pages, and cheap.
pub fn archive_frame(river: &River, page: &Page) -> String {
    let mut xml = Xml::new();
    xml.open("feed", &[("xmlns", ATOM), ("xmlns:fh", HISTORY)]);
    head(&mut xml, river, &page.updated, &river.archive_address(page.number));
    link(&mut xml, "current", &river.address(ENDING));
    if page.number > 1 {
        link(&mut xml, "prev-archive", &river.archive_address(page.number - 1));
    }
    if page.has_next {
        link(&mut xml, "next-archive", &river.archive_address(page.number + 1));
    }
    xml.empty("fh:archive", &[]);
    xml.into_text()
}

fn frame(river: &River) -> String {
    let mut xml = Xml::new();
    let tombstones = (!river.withdrawn.is_empty()).then_some(("xmlns:at", TOMBSTONES));
    let spaces: Vec<_> = std::iter::once(("xmlns", ATOM)).chain(tombstones).collect();
    xml.open("feed", &spaces);
    // The newest entry's, to the letter.
    let updated = newest(&river.stories).unwrap_or_else(|| rfc3339(river.born));
    head(&mut xml, river, &updated, &river.address(ENDING));
    if let Some(hub) = river.addresses.hub.as_deref().and_then(legal) {
        xml.empty("link", &[("rel", "hub"), ("href", &hub)]);
    }
    if river.archived > 0 {
        link(&mut xml, "prev-archive", &river.archive_address(river.archived));
    }
    for Withdrawn { atom_id, at } in &river.withdrawn {
        xml.empty("at:deleted-entry", &[("ref", atom_id), ("when", &rfc3339(*at))]);
    }
    xml.into_text()
}

fn document<'a>(frame: &str, entries: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut xml = Xml::default();
    xml.raw(frame);
    entries.for_each(|entry| xml.raw(entry));
    xml.close("feed");
    xml.into_bytes()
}

fn head(xml: &mut Xml, river: &River, updated: &str, own: &str) {
    xml.text("id", &[], &river.atom_id);
    xml.text("title", &[], &river.title);
    xml.text("updated", &[], updated);
    link(xml, "self", own);
    if let Some(page) = legal(&format!("{}/", river.addresses.public)) {
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &page)]);
    }
    xml.open("author", &[]);
    xml.text("name", &[], "riverd");
    xml.close("author");
    xml.text("generator", &[("version", env!("CARGO_PKG_VERSION"))], "riverd");
}

/// A link to an Atom document of ours.
fn link(xml: &mut Xml, relation: &str, href: &str) {
    if let Some(href) = legal(href) {
        xml.empty("link", &[("rel", relation), ("type", "application/atom+xml"), ("href", &href)]);
    }
}

fn entry(story: &ToldStory, addresses: &Addresses) -> String {
    let (mut xml, lead) = (Xml::default(), &story.lead);
    match lead.entry.language.as_deref() {
        Some(language) => xml.open("entry", &[("xml:lang", language)]),
        None => xml.open("entry", &[]),
    }
    xml.text("id", &[], &story.atom_id);
    xml.text("title", &[], &title(&lead.entry));
    if let Some(link) = lead.entry.link.as_deref().and_then(legal) {
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &link)]);
    }
    story.coverage.iter().for_each(|covering| related(&mut xml, &covering.report));
    enclosures(&mut xml, lead);
    xml.text("published", &[], &rfc3339(lead.published));
    xml.text("updated", &[], &updated(story));
    authors(lead).iter().for_each(|author| person(&mut xml, author));
    categories(story).into_iter().for_each(|term| xml.empty("category", &[("term", term)]));
    if let Some(summary) = &lead.entry.summary {
        xml.text("summary", &[("type", "html")], summary);
    }
    xml.text("content", &[("type", "html")], &content(story, addresses));
    if let Some(rights) = &lead.entry.rights {
        xml.text("rights", &[], rights);
    }
    source(&mut xml, lead);
    xml.close("entry");
    xml.into_text()
}

fn updated(story: &ToldStory) -> String {
    rfc3339_of(story.lead.updated, &story.atom_id)
}

fn related(xml: &mut Xml, report: &Report) {
    let Some(link) = report.entry.link.as_deref().and_then(legal) else { return };
    let title = title(&report.entry);
    let mut attributes =
        vec![("rel", "related"), ("type", "text/html"), ("href", link.as_str()), ("title", title.as_str())];
    attributes.extend(report.entry.language.as_deref().map(|language| ("hreflang", language)));
    xml.empty("link", &attributes);
}

fn enclosures(xml: &mut Xml, lead: &Report) {
    for attached in attached(&lead.entry) {
        let length = attached.length.map(|length| length.to_string());
        let mut attributes = vec![("rel", "enclosure"), ("href", attached.href.as_str())];
        attributes.extend(attached.media_type.as_deref().map(|kind| ("type", kind)));
        attributes.extend(length.as_deref().map(|length| ("length", length)));
        xml.empty("link", &attributes);
    }
}

fn person(xml: &mut Xml, person: &Person) {
    xml.open("author", &[]);
    xml.text("name", &[], &person.name);
    if let Some(uri) = &person.uri {
        xml.text("uri", &[], uri);
    }
    if let Some(email) = &person.email {
        xml.text("email", &[], email);
    }
    xml.close("author");
}

/// `atom:source` (RFC 4287 section 4.2.11): the feed the lead came from; where that had it from elsewhere, that.
fn source(xml: &mut Xml, lead: &Report) {
    xml.open("source", &[]);
    if !foreign_source(xml, lead) {
        own_source(xml, &lead.source, lead);
    }
    xml.text("updated", &[], &rfc3339(lead.updated));
    xml.close("source");
}

/// Where the publisher had the entry from, if it says enough: it is kept.
fn foreign_source(xml: &mut Xml, lead: &Report) -> bool {
    let Some(given) = &lead.entry.source else { return false };
    let (link, title) = (given.link.as_deref().and_then(shown), given.title.as_deref().unwrap_or_default());
    let id = given.id.as_deref().and_then(iri).or_else(|| link.clone());
    if id.is_none() && title.is_empty() {
        return false;
    }
    // Of a name alone, the feed that names it is all that can be told apart.
    let id = id.unwrap_or_else(|| lead.source.atom_id.clone());
    xml.text("id", &[], &id);
    xml.text("title", &[], if title.is_empty() { &id } else { title });
    if let Some(link) = link {
        xml.empty("link", &[("rel", "alternate"), ("href", &link)]);
    }
    true
}

/// What may stand in `atom:id` as it is.
fn iri(id: &str) -> Option<String> {
    legal(id).filter(|legal| legal == id || legal.trim_end_matches('/') == id).map(|_| id.to_owned())
}

fn own_source(xml: &mut Xml, source: &SourceFeed, lead: &Report) {
    let feed = &source.feed;
    xml.text("id", &[], &source.atom_id);
    xml.text("title", &[], if feed.title.is_empty() { "–" } else { &feed.title });
    if let Some(url) = source.url.as_deref().and_then(shown) {
        xml.empty("link", &[("rel", "self"), ("href", &url)]);
    }
    if let Some(link) = feed.link.as_deref().and_then(legal) {
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &link)]);
    }
    if let Some(subtitle) = &feed.subtitle {
        xml.text("subtitle", &[], subtitle);
    }
    if lead.entry.authors.is_empty() {
        feed.authors.iter().for_each(|author| person(xml, &sound(author)));
    }
    if let (Some(rights), None) = (&feed.rights, &lead.entry.rights) {
        xml.text("rights", &[], rights);
    }
    if let Some(icon) = feed.icon.as_deref().and_then(legal) {
        xml.text("icon", &[], &icon);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entry::{Entry, SourceRef};
    use crate::model::feed::Feed;
    use crate::model::ids::{EntryId, StoryId};
    use crate::model::river::Covering;
    use crate::model::story::Tier;
    use crate::model::time::Timestamp;

    fn report(title: &str, link: Option<&str>, feed: &str) -> Report {
        Report {
            row: EntryId(1),
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
                url: Some("https://me:secret@a.example/feed?token=x".to_owned()),
                feed: Feed {
                    title: feed.to_owned(),
                    updated: Some(Timestamp(999_000)),
                    rights: Some("© Blatt".to_owned()),
                    ..Feed::default()
                },
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
            addresses: Addresses { public: "http://127.0.0.1".to_owned(), ..Addresses::default() },
            stories,
            withdrawn: vec![],
            archived: 0,
            born: Timestamp(5_000),
        }
    }

    fn story(coverage: Vec<Covering>) -> ToldStory {
        ToldStory {
            story: StoryId(7),
            atom_id: "tag:riverd.local,2026:story/1".to_owned(),
            first_seen: Timestamp(0),
            lead: report("«Grün» & <gut>", Some("https://a.example/x y"), "Blatt"),
            coverage,
        }
    }

    fn text(river: &River) -> String {
        String::from_utf8(render(river, usize::MAX)).expect("UTF-8")
    }

    #[track_caller]
    fn has(text: &str, parts: &[&str]) {
        parts.iter().for_each(|part| assert!(text.contains(part), "{part}\nin {text}"));
    }

    #[test]
    fn an_empty_river_is_dated_by_the_birth_of_its_store() {
        assert!(text(&river(vec![])).contains("<updated>1970-01-01T00:00:05Z</updated>"));
    }

    #[test]
    fn a_story_names_its_source_and_everyone_else_who_tells_it() {
        let covering = |title: &str, feed: &str, tier| {
            let report = report(title, Some("https://b.example/1"), feed);
            Covering { report, tier }
        };
        let text = text(&river(vec![story(vec![
            covering("Auch", "Zeitung", Tier::Story),
            covering("Grün", "Kopie", Tier::Copy),
            covering("Grün 2", "Seite", Tier::Identity),
        ])]));
        has(
            &text,
            &[
                "<title>«Grün» &amp; &lt;gut&gt;</title>",
                "href=\"https://a.example/x%20y\"",
                "<link rel=\"related\" type=\"text/html\" href=\"https://b.example/1\" title=\"Auch\" hreflang=\"de\"/>",
                "&lt;p&gt;Auch berichtet von: &lt;a href=\"https://b.example/1\"&gt;Zeitung: Auch&lt;/a&gt;&lt;/p&gt;<",
                "&lt;p&gt;Gleicher Text bei: &lt;a href=\"https://b.example/1\"&gt;Kopie: Grün&lt;/a&gt;, &lt;a",
                "&gt;Seite: Grün 2&lt;/a&gt;&lt;/p&gt;\n&lt;p&gt;Auch",
                "<name>Blatt</name>",
                "&lt;p&gt;Text &lt;/p&gt;",
            ],
        );
    }

    #[test]
    fn a_source_shows_no_secret_and_no_date_that_the_feed_gives_itself() {
        let text = text(&river(vec![story(vec![])]));
        has(
            &text,
            &[
                "rel=\"self\" href=\"https://a.example/feed\"",
                "<rights>© Blatt</rights>\n<updated>1970-01-01T00:00:01Z</updated>\n</source>",
            ],
        );
        assert!(!text.contains("00:16:39"), "{text}");
    }

    #[test]
    fn a_source_that_the_publisher_names_is_kept() {
        let mut told = story(vec![]);
        told.lead.entry.source = Some(SourceRef {
            title: Some("Agentur".to_owned()),
            link: Some("https://dpa.example/feed".to_owned()),
            id: Some("urn:uuid:f81d4fae-7dec".to_owned()),
        });
        has(
            &text(&river(vec![told.clone()])),
            &[
                "<source>\n<id>urn:uuid:f81d4fae-7dec</id>\n<title>Agentur</title>\n<link rel=\"alternate\" href=\"https://dpa.example/feed\"/>",
            ],
        );
        told.lead.entry.source =
            Some(SourceRef { title: Some("Agentur".to_owned()), ..SourceRef::default() });
        has(
            &text(&river(vec![told])),
            &["<source>\n<id>tag:a.example,2026:feed</id>\n<title>Agentur</title>\n<updated>"],
        );
    }

    #[test]
    fn beyond_ten_reports_the_rest_are_counted_and_lead_to_the_storys_page_where_there_is_one() {
        let covering = |n: usize| Covering {
            report: report(&format!("T{n}"), Some("https://b.example/1"), "F"),
            tier: Tier::Story,
        };
        let mut river = river(vec![story((0..13).map(covering).collect())]);
        has(&text(&river), &["F: T9&lt;/a&gt; und 3 weitere&lt;/p&gt;"]);
        river.addresses.story_pages = true;
        has(
            &text(&river),
            &["T9&lt;/a&gt; &lt;a href=\"http://127.0.0.1/story/7\"&gt;und 3 weitere&lt;/a&gt;&lt;/p&gt;"],
        );
    }

    #[test]
    fn the_oldest_stories_fall_off_at_the_size_limit_but_never_the_newest() {
        let river = river(vec![story(vec![]), story(vec![])]);
        let bytes = render(&river, 10);
        assert_eq!(String::from_utf8_lossy(&bytes).matches("<entry").count(), 1);
        let whole = render(&river, usize::MAX).len();
        assert_eq!((fitting(&river, whole + 100), fitting(&river, whole - 1)), (2, 1));
        assert_eq!(render(&river, whole + 100).len(), whole);
    }

    #[test]
    fn a_page_of_the_archive_is_linked_both_ways_and_says_that_it_is_one() {
        let river = River { archived: 3, ..river(vec![]) };
        let page = |number, has_next| {
            let page = Page {
                number,
                entries: b"<entry/>".to_vec(),
                updated: "1970-01-01T00:00:00Z".to_owned(),
                has_next,
            };
            String::from_utf8(archive(&river, &page)).expect("UTF-8")
        };
        let link = |relation: &str, path: &str| {
            format!(
                "<link rel=\"{relation}\" type=\"application/atom+xml\" href=\"http://127.0.0.1{path}\"/>"
            )
        };
        let middle = page(2, true);
        for (relation, path) in [
            ("self", "/archive/river/2.atom"),
            ("current", "/river.atom"),
            ("prev-archive", "/archive/river/1.atom"),
            ("next-archive", "/archive/river/3.atom"),
        ] {
            has(&middle, &[&link(relation, path)]);
        }
        has(&middle, &["<fh:archive/>\n<entry/></feed>", "<id>tag:riverd.local,2026:river</id>"]);
        assert!(!page(1, true).contains("prev-archive") && !page(3, false).contains("next-archive"));
        has(&text(&river), &[&link("prev-archive", "/archive/river/3.atom")]);
    }
}
