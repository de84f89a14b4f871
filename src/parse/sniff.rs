//! What a document is, by its path in the folder or by its first bytes.

/// What a file of the watched folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// A feed document.
    Feed,
    /// One article of plain text.
    Text,
    /// One article of Markdown.
    Markdown,
    /// One article of HTML.
    Html,
    /// Subscriptions.
    Opml,
    /// One subscription: a link as browsers save it.
    Shortcut,
    /// One e-mail message.
    Mail,
    /// Not the owner's: hidden, or an editor's or browser's half-made file. Passed over in silence.
    Ignored,
    /// Not known here; the reason, for the owner.
    SetAside(String),
}

impl FileKind {
    /// Whether it asks for subscriptions.
    pub fn is_list(&self) -> bool {
        matches!(self, Self::Opml | Self::Shortcut)
    }

    /// Whether it is one entry.
    pub fn is_article(&self) -> bool {
        matches!(self, Self::Text | Self::Markdown | Self::Html | Self::Mail)
    }
}

/// What the file at `path` is, by its name alone.
pub fn kind_of_path(path: &str) -> FileKind {
    if path.split('/').any(|part| part.starts_with('.')) || is_half_made(path) {
        return FileKind::Ignored;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "xml" | "rss" | "atom" | "rdf" | "json" => FileKind::Feed,
        "txt" | "text" => FileKind::Text,
        "md" | "markdown" => FileKind::Markdown,
        "html" | "htm" | "xhtml" => FileKind::Html,
        "opml" => FileKind::Opml,
        "url" | "webloc" | "desktop" => FileKind::Shortcut,
        "eml" => FileKind::Mail,
        "" => FileKind::SetAside(
            "a file without an ending; name it .txt, .md, .html, .eml, .xml, .json or .opml".to_owned(),
        ),
        other => FileKind::SetAside(format!("no known kind of file: .{other}")),
    }
}

fn is_half_made(path: &str) -> bool {
    const ENDINGS: [&str; 8] = ["~", ".swp", ".swx", ".tmp", ".part", ".crdownload", ".download", ".bak"];
    let name = path.rsplit('/').next().unwrap_or(path);
    ENDINGS.iter().any(|ending| name.ends_with(ending))
        || (name.starts_with('#') && name.ends_with('#'))
        || name == "4913"
}

/// What the text of a feed document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// XML with a feed's root element.
    Feed {
        /// As [`crate::parse::parsed::Parsed::shape`].
        shape: &'static str,
        /// Where the root begins, in bytes.
        root: usize,
    },
    /// A JSON object; where it begins, in bytes.
    Json(usize),
    /// An OPML document; where its root begins, in bytes.
    Opml(usize),
    /// A web page.
    WebPage,
    /// None of these.
    Unknown,
}

/// How far into a document its root element is looked for, in bytes.
const HEAD_BYTES: usize = 32 * 1024;

/// What `text` is, by its first element that says so: warnings of the publisher's machinery may stand before it.
pub fn kind_of_text(text: &str) -> TextKind {
    let start = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
    if text[start..].starts_with('{') {
        return TextKind::Json(start);
    }
    let end = start + floor(&text[start..], HEAD_BYTES);
    let (mut at, mut otherwise) = (start, TextKind::Unknown);
    while let Some(next) = text[at..end].find('<') {
        at += next;
        if is_page_type(&text[at + 1..end]) {
            // Some publishers put it before their feed, too.
            otherwise = TextKind::WebPage;
        } else if let Some(kind) = root(&text[at + 1..end], at) {
            return kind;
        }
        at += 1 + passed(&text[at + 1..end]);
    }
    otherwise
}

fn is_page_type(element: &str) -> bool {
    let start = element.get(..13).unwrap_or("").to_ascii_lowercase();
    start == "!doctype html"
}

/// The last boundary of a character at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// How much of what begins behind a `<` is no place for an element: a comment, a document type's own part.
fn passed(rest: &str) -> usize {
    if let Some(comment) = rest.strip_prefix("!--") {
        return comment.find("-->").map_or(rest.len(), |end| end + 3);
    }
    let own = rest.starts_with("!DOCTYPE") && rest.find('[').is_some_and(|open| !rest[..open].contains('>'));
    if own { rest.find("]>").unwrap_or(0) } else { 0 }
}

fn root(element: &str, at: usize) -> Option<TextKind> {
    let end = element.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(element.len());
    let name = element[..end].rsplit(':').next().unwrap_or("").to_ascii_lowercase();
    let feed = |shape| Some(TextKind::Feed { shape, root: at });
    match name.as_str() {
        "rss" => feed("rss"),
        "rdf" => feed("rdf"),
        "feed" | "entry" => feed("atom"),
        // CDF, and RSS without its root.
        "channel" => feed("rss"),
        "opml" => Some(TextKind::Opml(at)),
        "html" | "head" | "body" => Some(TextKind::WebPage),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names() {
        assert_eq!(kind_of_path("a/b.TXT"), FileKind::Text);
        assert_eq!(kind_of_path("news.atom"), FileKind::Feed);
        assert_eq!(kind_of_path("Brief Nr. 7.EML"), FileKind::Mail);
        assert!(
            ["a.url", "b/Ein Blatt.webloc", "c.desktop", "d.opml"]
                .iter()
                .all(|path| kind_of_path(path).is_list())
        );
        assert_eq!(kind_of_path(".hidden/x.txt"), FileKind::Ignored);
        assert_eq!(kind_of_path("x.txt~"), FileKind::Ignored);
        assert!(matches!(kind_of_path("x.jpg"), FileKind::SetAside(reason) if reason.contains(".jpg")));
        assert!(matches!(kind_of_path("README"), FileKind::SetAside(_)));
    }

    #[test]
    fn texts_are_known_by_their_root() {
        let feed = |shape, root| TextKind::Feed { shape, root };
        assert_eq!(kind_of_text("\u{feff} <?xml?><!-- <html> --><rss>"), feed("rss", 26));
        assert_eq!(kind_of_text("<?xml version='1.0'?><feed xmlns='x'>"), feed("atom", 21));
        assert_eq!(kind_of_text("<rdf:RDF>"), feed("rdf", 0));
        assert_eq!(kind_of_text("<CHANNEL HREF='x'>"), feed("rss", 0));
        assert_eq!(kind_of_text("<br /><b>Warning</b>: no feed <rss>"), feed("rss", 30));
        assert_eq!(kind_of_text("<!DOCTYPE html><!-- x --><rss>"), feed("rss", 25));
        assert_eq!(kind_of_text("<!DOCTYPE rss [<!ENTITY feed '<feed>'>]><rss>"), feed("rss", 40));
        assert_eq!(kind_of_text("<!DOCTYPE html><p>"), TextKind::WebPage);
        assert_eq!(kind_of_text("<opml>"), TextKind::Opml(0));
        assert_eq!(kind_of_text(" {\"version\""), TextKind::Json(1));
        assert_eq!(kind_of_text("hello"), TextKind::Unknown);
    }
}
