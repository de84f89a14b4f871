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
    /// Not the owner's: hidden, or an editor's or browser's half-made file. Passed over in silence.
    Ignored,
    /// Not known here; the reason, for the owner.
    SetAside(String),
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
        "" => FileKind::SetAside(
            "a file without an ending; name it .txt, .md, .html, .xml, .json or .opml".to_owned(),
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
    Feed(&'static str),
    /// A JSON object.
    Json,
    /// An OPML document.
    Opml,
    /// A web page.
    WebPage,
    /// None of these.
    Unknown,
}

/// How far into a document its root element is looked for, in characters.
const HEAD_CHARS: usize = 8_192;

/// What `text` is, by its first element.
pub fn kind_of_text(text: &str) -> TextKind {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if text.starts_with('{') {
        return TextKind::Json;
    }
    let end = text.char_indices().nth(HEAD_CHARS).map_or(text.len(), |(at, _)| at);
    let mut rest = &text[..end];
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(kind) = root(rest) {
            return kind;
        }
        // An element named in a comment is none.
        rest = rest
            .strip_prefix("!--")
            .map_or(rest, |comment| comment.find("-->").map_or("", |end| &comment[end..]));
    }
    TextKind::Unknown
}

fn root(element: &str) -> Option<TextKind> {
    let end = element.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(element.len());
    let name = element[..end].rsplit(':').next().unwrap_or("").to_ascii_lowercase();
    match name.as_str() {
        "rss" => Some(TextKind::Feed("rss")),
        "rdf" => Some(TextKind::Feed("rdf")),
        "feed" => Some(TextKind::Feed("atom")),
        "opml" => Some(TextKind::Opml),
        "html" | "head" | "body" | "!doctype"
            if !element.to_ascii_lowercase().starts_with("!doctype rss") =>
        {
            (name != "!doctype" || element.to_ascii_lowercase().contains("html")).then_some(TextKind::WebPage)
        }
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
        assert_eq!(kind_of_path(".hidden/x.txt"), FileKind::Ignored);
        assert_eq!(kind_of_path("x.txt~"), FileKind::Ignored);
        assert!(matches!(kind_of_path("x.jpg"), FileKind::SetAside(reason) if reason.contains(".jpg")));
        assert!(matches!(kind_of_path("README"), FileKind::SetAside(_)));
    }

    #[test]
    fn texts_are_known_by_their_root() {
        assert_eq!(kind_of_text("\u{feff} <?xml?><!-- <html> --><rss>"), TextKind::Feed("rss"));
        assert_eq!(kind_of_text("<?xml version='1.0'?><feed xmlns='x'>"), TextKind::Feed("atom"));
        assert_eq!(kind_of_text("<rdf:RDF>"), TextKind::Feed("rdf"));
        assert_eq!(kind_of_text("<!DOCTYPE html><p>"), TextKind::WebPage);
        assert_eq!(kind_of_text(" {\"version\""), TextKind::Json);
        assert_eq!(kind_of_text("hello"), TextKind::Unknown);
    }
}
