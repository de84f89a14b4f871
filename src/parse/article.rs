//! One dropped file of plain text or Markdown as one entry: title, summary, body, date, language.
//! Plain text: the first line is the title; then a lead, or a bulleted summary ("Das Wichtigste in Kürze"), is the
//! summary; every paragraph, the lead and the bullets too, stands in the content.
//! Promises: the entry's id depends on the path alone, so that editing keeps it.

use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::model::entry::Entry;
use crate::model::feed::{Feed, Person};
use crate::model::time::Timestamp;
use crate::parse::date::timestamp;
use crate::parse::front_matter::{FrontMatter, split};
use crate::parse::identity::file_id;
use crate::parse::link::{absolute, canonical};
use crate::parse::parsed::Parsed;
use crate::parse::sanitize::Sanitizer;
use crate::parse::text::{escape, fold, plain};
use crate::parse::{language, parsed};

/// An article before it is an entry.
#[derive(Debug, Default)]
pub struct Draft {
    /// Plain text.
    pub title: String,
    /// HTML, not sanitized.
    pub summary: Option<String>,
    /// HTML, not sanitized.
    pub content: String,
    /// Absolute.
    pub link: Option<String>,
    /// Declared in the document itself.
    pub front: FrontMatter,
}

/// Where a file lies and when it was changed.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Relative to the watched folder.
    pub path: &'a str,
    /// Modification time.
    pub modified: Option<Timestamp>,
}

/// Reads a plain-text article.
pub fn text(text: &str, place: Place<'_>, options: &ParseOptions, mut complaints: Vec<Complaint>) -> Parsed {
    let (front, body) = split(text, &mut complaints);
    let mut draft = Draft { front, ..Draft::default() };
    let mut blocks = blocks(body).into_iter().peekable();
    if let Some(Block::Line(title)) = blocks.peek() {
        draft.title = fold(title);
        blocks.next();
    }
    let mut blocks: Vec<Block> = blocks.collect();
    draft.link = take_link(&mut blocks);
    draft.summary = summary(&blocks);
    draft.content = html(&blocks);
    finish("text", draft, place, options, complaints)
}

/// Reads a Markdown article. Without a title in the front matter, the first heading or line is the title.
pub fn markdown(
    text: &str,
    place: Place<'_>,
    options: &ParseOptions,
    mut complaints: Vec<Complaint>,
) -> Parsed {
    let (front, body) = split(text, &mut complaints);
    let mut draft = Draft { front, ..Draft::default() };
    let mut body = body.trim_start();
    let first = body.lines().next().unwrap_or("");
    if first.starts_with("# ") || draft.front.text(&["title"]).is_none() {
        let heading = rendered(first);
        draft.title = plain(&heading);
        body = &body[first.len()..];
    }
    draft.content = rendered(body);
    let lead = body.split("\n\n").map(str::trim).find(|block| !block.is_empty() && !block.starts_with('#'));
    draft.summary = lead.map(rendered).filter(|lead| plain(lead).chars().count() <= SUMMARY_CHARS);
    finish("markdown", draft, place, options, complaints)
}

/// A first paragraph longer than this is no lead, in characters.
const SUMMARY_CHARS: usize = 700;

fn rendered(markdown: &str) -> String {
    use pulldown_cmark::{Options, Parser, html};
    let mut out = String::new();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    html::push_html(&mut out, Parser::new_ext(markdown, options));
    out
}

/// Makes the entry of a draft; front matter wins over what was found in the text.
pub fn finish(
    shape: &'static str,
    draft: Draft,
    place: Place<'_>,
    options: &ParseOptions,
    complaints: Vec<Complaint>,
) -> Parsed {
    let front = &draft.front;
    let link = front.text(&["link", "url", "canonical"]).and_then(|link| absolute(link, None)).or(draft.link);
    let base = link.as_deref().and_then(|link| Url::parse(link).ok());
    let sanitizer = Sanitizer::new(base.as_ref(), options);
    let content = sanitizer.clean(&draft.content);
    let summary =
        front.text(&["summary", "description", "lead"]).map(|text| format!("<p>{}</p>", escape(text)));
    let title = front.text(&["title"]).map_or(draft.title, fold);
    let words = format!("{title}. {}", content.as_deref().map(plain).unwrap_or_default());
    let declared = front.text(&["lang", "language"]).and_then(language::declared);
    let entry = Entry {
        id: file_id(place.path),
        canonical_link: link.as_deref().and_then(canonical),
        summary: summary.or(draft.summary).and_then(|html| sanitizer.clean(&html)),
        published: front.text(&["date", "published", "datum"]).and_then(timestamp).or(place.modified),
        updated: front.text(&["updated", "modified", "lastmod"]).and_then(timestamp),
        authors: front.list(&["author", "authors", "autor"]).iter().map(|name| person(name)).collect(),
        categories: front.list(&["tags", "categories", "keywords"]).iter().map(|tag| fold(tag)).collect(),
        language: declared.or_else(|| language::detect(&words)),
        title,
        link,
        content,
        ..Entry::default()
    };
    let feed =
        Feed { title: feed_title(front, place.path), language: entry.language.clone(), ..Feed::default() };
    parsed::Parsed { shape, feed, entries: vec![entry], complaints, ..Parsed::default() }
}

fn person(name: &str) -> Person {
    Person { name: fold(name), ..Person::default() }
}

/// Who publishes it: as the front matter says, else the innermost folder, else empty.
fn feed_title(front: &FrontMatter, path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folders, _)| folders.rsplit('/').next().unwrap_or(""));
    front.text(&["source", "publisher", "site"]).unwrap_or(folder).to_owned()
}

/// A piece of plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    /// A paragraph, or a heading.
    Line(String),
    /// A bulleted list.
    List(Vec<String>),
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for group in lines.split(|line| line.is_empty()).filter(|group| !group.is_empty()) {
        let wrapped = is_wrapped(group);
        let mut joining = false;
        for line in group {
            let bullet = bullet(line);
            match (bullet, blocks.last_mut()) {
                (Some(item), Some(Block::List(items))) => items.push(item.to_owned()),
                (Some(item), _) => blocks.push(Block::List(vec![item.to_owned()])),
                (None, Some(Block::Line(open))) if wrapped && joining => {
                    open.push(' ');
                    open.push_str(line);
                }
                (None, _) => blocks.push(Block::Line((*line).to_owned())),
            }
            joining = bullet.is_none();
        }
    }
    blocks
}

fn bullet(line: &str) -> Option<&str> {
    const MARKS: [&str; 6] = ["- ", "* ", "• ", "– ", "· ", "‣ "];
    MARKS.iter().find_map(|mark| line.strip_prefix(mark)).map(str::trim)
}

/// Lines that an editor broke in the middle of sentences: most end without punctuation, none is very long.
fn is_wrapped(group: &[&str]) -> bool {
    let broken = &group[..group.len() - 1];
    let ends_open = |line: &&&str| !line.ends_with(['.', '!', '?', ':', '»', '"', '“', '”', ')', '…']);
    let long = |line: &&str| (45..=100).contains(&line.chars().count()) && bullet(line).is_none();
    broken.len() >= 2 && broken.iter().all(long) && broken.iter().filter(ends_open).count() * 2 > broken.len()
}

/// A line right under the title that is only an address, or names the source, gives the link.
fn take_link(blocks: &mut Vec<Block>) -> Option<String> {
    const NAMES: [&str; 6] = ["quelle:", "link:", "source:", "url:", "fuente:", "fonte:"];
    let at = blocks.iter().position(|block| {
        let Block::Line(line) = block else { return false };
        let lower = line.to_lowercase();
        let address = NAMES.iter().find_map(|name| lower.strip_prefix(name)).unwrap_or(&lower).trim();
        (address.starts_with("https://") || address.starts_with("http://"))
            && !address.contains(char::is_whitespace)
    })?;
    let Block::Line(line) = blocks.remove(at) else { return None };
    absolute(&line[line.find("http").or_else(|| line.find("HTTP"))?..], None)
}

/// The lead: what stands before the first heading; else the first bulleted list; else the first paragraph.
fn summary(blocks: &[Block]) -> Option<String> {
    let lead = match blocks {
        [Block::Line(lead), ..] if !is_heading(blocks, 0) && lead.chars().count() <= SUMMARY_CHARS => {
            Some(&blocks[..1])
        }
        _ => blocks.iter().position(|block| matches!(block, Block::List(_))).map(|at| &blocks[at..=at]),
    };
    lead.map(html)
}

fn html(blocks: &[Block]) -> String {
    let block = |(at, block): (usize, &Block)| match block {
        Block::Line(line) if is_heading(blocks, at) => format!("<h2>{}</h2>\n", escape(line)),
        Block::Line(line) => format!("<p>{}</p>\n", escape(line)),
        Block::List(items) => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>\n", escape(item))).collect();
            format!("<ul>\n{items}</ul>\n")
        }
    };
    blocks.iter().enumerate().map(block).collect()
}

/// A short line without closing punctuation, with something under it that is longer.
fn is_heading(blocks: &[Block], at: usize) -> bool {
    let Block::Line(line) = &blocks[at] else { return false };
    let short = line.chars().count() <= 80 && !line.ends_with(['.', '!', ':', ';', ',', '…']);
    short
        && match blocks.get(at + 1) {
            Some(Block::Line(next)) => {
                next.chars().count() > line.chars().count() && next.chars().count() > 80
            }
            Some(Block::List(_)) => true,
            None => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Neue Brücke über die Lahn\nDie Stadt baut. Sie zahlt 3'000 Franken & mehr.\n\nDas Wichtigste in Kürze\n- Der Bau beginnt «bald».\n- Er dauert ein Jahr.\nDer erste Absatz des Berichts ist ziemlich lang und erzählt, was im Rat am Mittwoch dazu gesagt wurde.\nZweiter Absatz.\n";

    fn entry(text: &str, path: &str) -> Entry {
        let place = Place { path, modified: Some(Timestamp(5)) };
        super::text(text, place, &ParseOptions::default(), vec![]).entries.remove(0)
    }

    #[test]
    fn a_news_article_gives_title_lead_and_every_paragraph() {
        let entry = entry(TEXT, "stadt/a.txt");
        assert_eq!(entry.title, "Neue Brücke über die Lahn");
        assert_eq!(
            entry.summary.as_deref(),
            Some("<p>Die Stadt baut. Sie zahlt 3'000 Franken &amp; mehr.</p>")
        );
        assert_eq!(entry.language.as_deref(), Some("de"));
        assert_eq!(entry.published, Some(Timestamp(5)));
        let content = entry.content.expect("content");
        for part in
            ["<h2>Das Wichtigste in Kürze</h2>", "<li>Der Bau beginnt «bald».</li>", "<p>Zweiter Absatz.</p>"]
        {
            assert!(content.contains(part), "{part} in {content}");
        }
    }

    #[test]
    fn a_bulleted_summary_stands_in_where_there_is_no_lead() {
        let entry = entry("T\n\nDas Wichtigste in Kürze\n- Eins.\n- Zwei.\n\nAbsatz.\n", "a.txt");
        assert_eq!(entry.summary.as_deref(), Some("<ul>\n<li>Eins.</li>\n<li>Zwei.</li>\n</ul>"));
    }

    #[test]
    fn editing_keeps_the_id_and_another_path_has_another() {
        assert_eq!(entry(TEXT, "a.txt").id, entry("Anders", "a.txt").id);
        assert_ne!(entry(TEXT, "a.txt").id, entry(TEXT, "b.txt").id);
    }

    #[test]
    fn a_source_line_gives_the_link() {
        let entry = entry("T\nQuelle: https://a.example/x?utm_source=y\n\nAbsatz.", "a.txt");
        assert_eq!(entry.canonical_link.as_deref(), Some("https://a.example/x"));
        assert!(!entry.content.expect("content").contains("Quelle"));
    }

    #[test]
    fn hard_wrapped_paragraphs_are_joined() {
        let text = "T\n\nDie erste Zeile dieses Absatzes bricht mitten im\nSatz um und die zweite Zeile tut das auch noch ganz\nam Ende.\n";
        assert!(entry(text, "a.txt").content.expect("content").contains("mitten im Satz um"));
    }

    #[test]
    fn markdown_takes_title_and_more_from_its_front_matter() {
        let text = "---\ntitle: A title\nlink: https://a.example/1\nauthor: Ann\nlang: en\ndate: 2026-11-20\n---\n\nThe *lead*.\n\n## Part\n\nMore.\n";
        let place = Place { path: "x/a.md", modified: None };
        let parsed = markdown(text, place, &ParseOptions::default(), vec![]);
        let entry = &parsed.entries[0];
        assert_eq!((entry.title.as_str(), entry.link.as_deref()), ("A title", Some("https://a.example/1")));
        assert_eq!(entry.summary.as_deref(), Some("<p>The <em>lead</em>.</p>"));
        assert_eq!(entry.authors[0].name, "Ann");
        assert_eq!(parsed.feed.title, "x");
        assert!(entry.content.as_deref().is_some_and(|html| html.contains("<h2>Part</h2>")));
    }
}
