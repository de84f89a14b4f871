//! How much of what a document says is kept: texts, lines and names are cut where they are longer than any publisher
//! would write them, and entries end where all of them together are too much.
//! Promises: linear; what is cut or left out is told, each kind once.

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::model::entry::Enclosure;
use crate::model::feed::Person;
use crate::parse::draft::{EntryDraft, FeedDraft, RichText};
use crate::parse::identity::digest;
use crate::parse::text::beginning;

/// No title, name or term is longer, in bytes.
const LINE_BYTES: usize = 16 * 1024;
/// A longer id is known by its hash.
const ID_BYTES: usize = 2 * 1024;
/// No entry has more authors, categories or enclosures, each.
pub const MANY: usize = 500;
/// What an entry weighs beside its texts, in bytes; and each of its authors, categories and enclosures.
const ENTRY_BYTES: usize = 256;
const PART_BYTES: usize = 64;

/// What is left of a document's bounds.
#[derive(Debug)]
pub struct Bounds {
    max_text: usize,
    left: usize,
    cut: usize,
    many: usize,
    beyond: usize,
}

impl Bounds {
    /// Of a document that is read from its beginning.
    pub fn new(options: &ParseOptions) -> Self {
        let (max_text, left) = (options.max_text.as_usize(), options.max_texts.as_usize());
        Self { max_text, left, cut: 0, many: 0, beyond: 0 }
    }

    /// The entry within the bounds; `None` if there is no room for it.
    pub fn entry(&mut self, mut entry: EntryDraft) -> Option<EntryDraft> {
        for line in [&mut entry.title, &mut entry.rights] {
            self.text(line.as_mut(), LINE_BYTES);
        }
        for text in [&mut entry.summary, &mut entry.content] {
            self.text(text.as_mut(), self.max_text);
        }
        entry.id = entry.id.map(short_id);
        self.few(&mut entry.authors);
        self.few(&mut entry.categories);
        self.few(&mut entry.enclosures);
        self.people(&mut entry.authors);
        self.terms(&mut entry.categories);
        if let Some(source) = &mut entry.source {
            self.text(source.title.as_mut(), LINE_BYTES);
            source.id = source.id.take().map(short_id);
            self.few(&mut source.authors);
            self.people(&mut source.authors);
        }
        let room = self.left.checked_sub(weight(&entry));
        self.beyond += usize::from(room.is_none());
        self.left = room?;
        Some(entry)
    }

    /// A feed's own metadata within the bounds.
    pub fn feed(&mut self, feed: &mut FeedDraft) {
        for line in [&mut feed.title, &mut feed.subtitle, &mut feed.rights] {
            self.text(line.as_mut(), LINE_BYTES);
        }
        feed.id = feed.id.take().map(short_id);
        self.few(&mut feed.authors);
        self.few(&mut feed.categories);
        self.people(&mut feed.authors);
        self.terms(&mut feed.categories);
    }

    /// What was cut and left out.
    pub fn complaints(&self) -> Vec<Complaint> {
        let told = [
            (self.cut, "texts are too long and were cut".to_owned()),
            (self.many, format!("lists of over {MANY} authors, categories or enclosures were cut")),
            (self.beyond, "entries beyond parse.max_texts left out".to_owned()),
        ];
        let told = told.into_iter().filter(|(count, _)| *count > 0);
        told.map(|(count, what)| Complaint::new("limit", format!("{count} {what}"))).collect()
    }

    fn text(&mut self, text: Option<&mut RichText>, most: usize) {
        if let Some(text) = text {
            self.line(&mut text.body, most);
        }
    }

    fn line(&mut self, line: &mut String, most: usize) {
        if line.len() > most {
            line.truncate(beginning(line, most).len());
            line.shrink_to_fit();
            self.cut += 1;
        }
    }

    fn few<T>(&mut self, list: &mut Vec<T>) {
        if list.len() > MANY {
            list.truncate(MANY);
            list.shrink_to_fit();
            self.many += 1;
        }
    }

    fn people(&mut self, people: &mut [Person]) {
        people.iter_mut().for_each(|person| self.line(&mut person.name, LINE_BYTES));
    }

    fn terms(&mut self, terms: &mut [String]) {
        terms.iter_mut().for_each(|term| self.line(term, LINE_BYTES));
    }
}

fn short_id(id: String) -> String {
    if id.len() > ID_BYTES { format!("urn:riverd:{}", digest(&[&id])) } else { id }
}

fn weight(entry: &EntryDraft) -> usize {
    let text = |text: &Option<RichText>| text.as_ref().map_or(0, |text| text.body.len());
    let line = |line: &Option<String>| line.as_ref().map_or(0, String::len);
    let person = |person: &Person| PART_BYTES + person.name.len() + line(&person.uri) + line(&person.email);
    let file = |file: &Enclosure| PART_BYTES + file.href.len() + line(&file.media_type);
    [&entry.title, &entry.summary, &entry.content, &entry.rights].into_iter().map(text).sum::<usize>()
        + [&entry.id, &entry.id_link, &entry.link, &entry.language].into_iter().map(line).sum::<usize>()
        + entry.authors.iter().map(person).sum::<usize>()
        + entry.categories.iter().map(|term| PART_BYTES + term.len()).sum::<usize>()
        + entry.enclosures.iter().map(file).sum::<usize>()
        + ENTRY_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::value::ByteSize;
    use crate::parse::draft::Writing;

    fn text(body: String) -> Option<RichText> {
        Some(RichText { body, writing: Writing::Plain, base: None })
    }

    #[test]
    fn what_is_longer_than_anybody_would_write_is_cut_and_told() {
        let mut bounds = Bounds::new(&ParseOptions::default());
        let entry = EntryDraft {
            id: Some("i".repeat(5_000)),
            title: text("wörd ".repeat(9_000)),
            content: text("<p>a</p>".repeat(300_000)),
            categories: vec!["c".to_owned(); 900],
            ..EntryDraft::default()
        };
        let kept = bounds.entry(entry.clone()).expect("room");
        assert_eq!(bounds.entry(entry).expect("room").id, kept.id, "the same id each time");
        assert!(kept.id.is_some_and(|id| id.starts_with("urn:riverd:") && id.len() < 50));
        assert!(kept.title.is_some_and(|title| title.body.len() <= LINE_BYTES && title.body.ends_with(' ')));
        assert!(kept.content.is_some_and(|text| text.body.len() <= 2 << 20 && text.body.ends_with('>')));
        assert_eq!((kept.categories.len(), bounds.complaints().len()), (MANY, 2));
    }

    #[test]
    fn entries_end_where_all_together_are_too_much() {
        let options = ParseOptions { max_texts: ByteSize::kib(64), ..ParseOptions::default() };
        let mut bounds = Bounds::new(&options);
        let entry = EntryDraft { content: text("x".repeat(20_000)), ..EntryDraft::default() };
        let kept = (0..9).filter_map(|_| bounds.entry(entry.clone())).count();
        assert_eq!(
            (kept, bounds.complaints()[0].text.as_str()),
            (3, "6 entries beyond parse.max_texts left out")
        );
    }
}
