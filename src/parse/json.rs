//! JSON Feed 1.0 and 1.1 to drafts, field by field.
//! Promises: no fault in one field costs another; a document that is cut off gives what it holds. Numbers are taken as
//! ids, and whatever calls itself by another version is read all the same.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::model::entry::Enclosure;
use crate::model::feed::{Person, PollHints};
use crate::parse::bounds::{Bounds, MANY};
use crate::parse::date;
use crate::parse::draft::{EntryDraft, FeedDraft, Reading, RichText, Writing};
use crate::parse::json_value::Few;
use crate::parse::link::absolute;
use crate::parse::parsed::ParseError;
use crate::parse::text::fold;
use crate::parse::whole::CUT;

/// Nesting beyond this is left out.
const DEPTH: usize = 100;
/// What nests deeper is not even read over: the document ends there.
const MAX_OPEN: usize = 100_000;

/// Reads the text of a JSON Feed. `base`: where it was found.
///
/// # Errors
/// [`ParseError::Broken`] if it is no JSON, [`ParseError::Unknown`] if it is no feed.
pub fn json(text: &str, base: Option<&Url>, options: &ParseOptions) -> Result<Reading, ParseError> {
    let reader = Reader { base: base.cloned().map(Rc::new) };
    let root = Root { reader: &reader, options };
    let mut complaints = Vec::new();
    let found = match found(&root, text) {
        Ok(found) => found,
        Err(error) => {
            let (kind, what) = if error.is_eof() { (CUT, "cut off") } else { ("json", "mended") };
            complaints.push(Complaint::new(kind, format!("{what}: {error}")));
            found(&root, &mended(text)).map_err(|_| ParseError::Broken(error.to_string()))?
        }
    };
    let version = found.fields["version"].as_str().unwrap_or("");
    if !found.has_items && !version.contains("jsonfeed") {
        return Err(ParseError::Unknown);
    }
    if found.beyond > 0 {
        let text = format!("{} entries beyond the first {} left out", found.beyond, options.max_entries);
        complaints.push(Complaint::new("limit", text));
    }
    let mut bounds = found.bounds.unwrap_or_else(|| Bounds::new(options));
    let mut feed = reader.feed(&found.fields);
    bounds.feed(&mut feed);
    complaints.extend(bounds.complaints());
    Ok(Reading {
        shape: "json",
        feed,
        entries: found.entries,
        hints: PollHints { hubs: reader.hubs(&found.fields), ..PollHints::default() },
        complaints,
    })
}

/// What the root holds. Entries are read one at a time, so that a document takes little more room than its entries.
#[derive(Default)]
struct Found {
    /// The fields that say something here, `items` aside.
    fields: Value,
    has_items: bool,
    entries: Vec<EntryDraft>,
    /// What is left of the bounds, once an entry was read.
    bounds: Option<Bounds>,
    /// Entries that were not read.
    beyond: usize,
}

fn found(root: &Root<'_>, text: &str) -> Result<Found, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let found = json.deserialize_any(root)?;
    json.end()?;
    Ok(found)
}

/// Reads the root object.
struct Root<'a> {
    reader: &'a Reader,
    options: &'a ParseOptions,
}

impl<'de> Visitor<'de> for &Root<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        const FIELDS: [&str; 11] = [
            "version",
            "title",
            "description",
            "home_page_url",
            "feed_url",
            "authors",
            "author",
            "language",
            "icon",
            "favicon",
            "hubs",
        ];
        let mut found = Found { fields: Value::Object(serde_json::Map::new()), ..Found::default() };
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            if key == "items" {
                map.next_value_seed(Items { root: self, found: &mut found })?;
            } else if FIELDS.contains(&key.as_ref()) {
                let left = Cell::new(self.options.max_elements);
                found.fields[key.as_ref()] = map.next_value_seed(Few::of(&left))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Reads the list of entries; anything else in its place is none.
struct Items<'a, 'f> {
    root: &'a Root<'a>,
    found: &'f mut Found,
}

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.found.has_items = true;
        let Root { reader, options } = *self.root;
        let bounds = self.found.bounds.get_or_insert_with(|| Bounds::new(options));
        while self.found.entries.len() < options.max_entries {
            let left = Cell::new(options.max_elements);
            let Some(item) = items.next_element_seed(Few::of(&left))? else { return Ok(()) };
            if item.is_object() {
                self.found.entries.extend(bounds.entry(reader.entry(&item)));
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {
            self.found.beyond += 1;
        }
        Ok(())
    }
}

struct Reader {
    base: Option<Rc<Url>>,
}

impl Reader {
    fn feed(&self, root: &Value) -> FeedDraft {
        FeedDraft {
            id: None,
            title: self.text(&root["title"], Writing::Plain),
            subtitle: self.text(&root["description"], Writing::Plain),
            link: self.link(&root["home_page_url"]),
            self_link: self.link(&root["feed_url"]),
            updated: None,
            authors: self.authors(root),
            categories: Vec::new(),
            language: line(&root["language"]),
            rights: None,
            icon: self.link(&root["icon"]).or_else(|| self.link(&root["favicon"])),
        }
    }

    fn entry(&self, item: &Value) -> EntryDraft {
        let link = self.link(&item["url"]);
        let html = || self.text(&item["content_html"], Writing::Html);
        EntryDraft {
            id: line(&item["id"]),
            id_link: link.clone(),
            title: self.text(&item["title"], Writing::Plain),
            link: link.or_else(|| self.link(&item["external_url"])),
            summary: self.text(&item["summary"], Writing::Plain),
            content: html().or_else(|| self.text(&item["content_text"], Writing::Plain)),
            published: line(&item["date_published"]).and_then(|text| date::timestamp(&text)),
            updated: line(&item["date_modified"]).and_then(|text| date::timestamp(&text)),
            authors: self.authors(item),
            categories: list(&item["tags"]).iter().filter_map(line).take(MANY).collect(),
            enclosures: list(&item["attachments"])
                .iter()
                .filter_map(|value| self.enclosure(value))
                .take(MANY)
                .collect(),
            language: line(&item["language"]),
            source: None,
            rights: None,
        }
    }

    /// `authors` of version 1.1, else `author` of version 1.0.
    fn authors(&self, value: &Value) -> Vec<Person> {
        let all = list(&value["authors"]);
        let all = if all.is_empty() { std::slice::from_ref(&value["author"]) } else { all };
        all.iter().filter_map(|author| self.author(author)).take(MANY).collect()
    }

    fn author(&self, value: &Value) -> Option<Person> {
        let name = line(value).or_else(|| line(&value["name"])).unwrap_or_default();
        let address = line(&value["url"]);
        let email = address.as_deref().and_then(|url| url.strip_prefix("mailto:")).map(str::to_owned);
        let uri = address.filter(|_| email.is_none()).and_then(|url| absolute(&url, self.base.as_deref()));
        let known = !name.is_empty() || email.is_some() || uri.is_some();
        known.then_some(Person { name, email, uri })
    }

    fn enclosure(&self, value: &Value) -> Option<Enclosure> {
        Some(Enclosure {
            href: self.link(&value["url"])?,
            media_type: line(&value["mime_type"]),
            length: line(&value["size_in_bytes"]).and_then(|size| size.parse().ok()),
        })
    }

    fn hubs(&self, root: &Value) -> Vec<String> {
        let hubs = list(&root["hubs"]).iter();
        let web_sub =
            |hub: &&Value| line(&hub["type"]).is_none_or(|kind| kind.eq_ignore_ascii_case("websub"));
        hubs.filter(web_sub).filter_map(|hub| self.link(&hub["url"])).take(MANY).collect()
    }

    fn link(&self, value: &Value) -> Option<String> {
        absolute(value.as_str()?, self.base.as_deref())
    }

    fn text(&self, value: &Value, writing: Writing) -> Option<RichText> {
        let body = value.as_str().filter(|text| !text.trim().is_empty())?.to_owned();
        Some(RichText { body, writing, base: self.base.clone() })
    }
}

/// A text, or a number as text; `None` for anything else, and for nothing.
fn line(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => fold(text),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// JSON that is cut off, nested too deeply, or has commas too many or control characters in its texts, put right.
fn mended(text: &str) -> String {
    let mut mend = Mend { out: String::with_capacity(text.len()), open: Vec::new(), sound: 0, sound_open: 0 };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = mend.token(c, rest);
        if length == 0 || (mend.open.is_empty() && !mend.out.is_empty()) {
            break;
        }
        rest = &rest[length..];
    }
    mend.closed()
}

struct Mend {
    out: String,
    /// What closes the arrays and objects that are open.
    open: Vec<char>,
    /// As much of `out` holds together once what was open then, so many, is closed.
    sound: usize,
    sound_open: usize,
}

impl Mend {
    /// Writes the token at the start of `rest`, which begins with `c`; its length, or 0 if it has no end.
    fn token(&mut self, c: char, rest: &str) -> usize {
        match c {
            '"' => return self.string(rest),
            '{' | '[' if self.open.len() >= MAX_OPEN => return 0,
            '{' | '[' => self.begin(c),
            '}' | ']' => self.end(c),
            ',' => {
                self.is_sound();
                self.put(c);
            }
            c if c.is_whitespace() => {}
            c if c.is_ascii() && !c.is_ascii_control() => self.put(c),
            _ => {}
        }
        c.len_utf8()
    }

    /// Writes what is not nested too deeply; what is, comes to nothing.
    fn put(&mut self, c: char) {
        if self.open.len() < DEPTH {
            self.out.push(c);
        }
    }

    fn begin(&mut self, c: char) {
        match self.open.len().cmp(&DEPTH) {
            std::cmp::Ordering::Less => self.out.push(c),
            std::cmp::Ordering::Equal => self.out.push_str("null"),
            std::cmp::Ordering::Greater => {}
        }
        self.open.push(if c == '{' { '}' } else { ']' });
        self.is_sound();
    }

    fn end(&mut self, c: char) {
        if self.open.last() != Some(&c) {
            return;
        }
        self.open.pop();
        if self.open.len() < DEPTH {
            self.trim_comma();
            self.out.push(c);
        }
        self.is_sound();
    }

    /// A text with its quotes; control characters in it go.
    fn string(&mut self, rest: &str) -> usize {
        let mut escaped = false;
        let end = rest.bytes().enumerate().skip(1).find(|(_, byte)| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        let Some((end, _)) = end else { return 0 };
        if self.open.len() < DEPTH {
            self.out.extend(rest[..=end].chars().filter(|c| !c.is_control()));
        }
        end + 1
    }

    fn is_sound(&mut self) {
        if self.open.len() <= DEPTH {
            (self.sound, self.sound_open) = (self.out.len(), self.open.len());
        }
    }

    fn trim_comma(&mut self) {
        if self.out.ends_with(',') {
            self.out.pop();
        }
    }

    fn closed(mut self) -> String {
        if !self.open.is_empty() {
            self.out.truncate(self.sound);
            self.open.truncate(self.sound_open.min(DEPTH));
            self.trim_comma();
            self.out.extend(self.open.iter().rev());
        }
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn few() -> ParseOptions {
        ParseOptions { max_entries: 2, ..ParseOptions::default() }
    }

    fn read(text: &str) -> Reading {
        let base = Url::parse("https://a.example/feed.json").ok();
        json(text, base.as_ref(), &few()).expect("a feed")
    }

    #[test]
    fn numbers_are_ids_and_relative_links_count_from_the_feed() {
        let reading = read(
            r#"{"version": "http://jsonfeed.org/version/1", "title": "T", "hubs": [{"type": "WebSub", "url": "/hub"}],
            "author": {"name": "Ann", "url": "mailto:ann@a.example"}, "items": [{"id": 7, "url": "b", "content_text": "x", "tags": ["p", 2, null],
            "attachments": [{"url": "c.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12}]}]}"#,
        );
        let entry = &reading.entries[0];
        assert_eq!((entry.id.as_deref(), entry.link.as_deref()), (Some("7"), Some("https://a.example/b")));
        assert_eq!(
            (entry.categories.clone(), entry.enclosures[0].length),
            (vec!["p".into(), "2".into()], Some(12))
        );
        assert_eq!(reading.feed.authors[0].email.as_deref(), Some("ann@a.example"));
        assert_eq!(reading.hints.hubs, ["https://a.example/hub"]);
    }

    #[test]
    fn what_is_cut_off_or_slips_is_read_as_far_as_it_goes() {
        let titles = |text: &str| -> Vec<_> {
            read(text).entries.into_iter().map(|entry| entry.title.map(|title| title.body)).collect()
        };
        let cut = r#"{"items": [{"title": "a", "tags": ["x", "y"]}, {"title": "b", "content_html": "<p>tru"#;
        assert_eq!(titles(cut), [Some("a".to_owned()), Some("b".to_owned())]);
        assert_eq!(titles("{\"items\": [{\"title\": \"a\n\",},]} x"), [Some("a".to_owned())]);
        assert_eq!(titles(r#"{"items": ["#), []);
        let deep = format!(r#"{{"items": [{{"title": "a", "_x": {}"#, "[".repeat(100_000));
        assert_eq!(titles(&deep), [Some("a".to_owned())]);
        let closed =
            format!(r#"{{"_x": {}1{}, "items": [{{"title": "a"}}]}}"#, "[".repeat(1_000), "]".repeat(1_000));
        assert_eq!(titles(&closed), [Some("a".to_owned())]);
    }

    #[test]
    fn other_json_is_no_feed() {
        assert_eq!(json("{\"a\": 1}", None, &few()), Err(ParseError::Unknown));
        assert!(json("{\"items\": 1}", None, &few()).is_err());
        assert!(matches!(json("{a: 1}", None, &few()), Err(ParseError::Broken(_))));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_mended_or_refused(text in "\\{[\\[\\]{}:,\"a1\\\\ \n]{0,80}") {
            let _ = json(&text, None, &few());
        }
    }
}
