//! Text: white space folded, HTML read as a person would.
//! Promises: linear time; never panics on broken HTML.

use crate::parse::soup::{Soup, Token};

/// White space folded to single spaces, none at the ends.
pub fn fold(text: &str) -> String {
    if is_folded(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Whether folding would change nothing, as far as a quick look at the bytes can tell.
fn is_folded(text: &str) -> bool {
    let mut last = b' ';
    for byte in text.bytes() {
        // White space beyond ASCII begins with one of these bytes, and so do a few letters.
        let strange = byte < b' ' || matches!(byte, 0xC2 | 0xE1 | 0xE2 | 0xE3);
        if strange || (byte == b' ' && last == b' ') {
            return false;
        }
        last = byte;
    }
    last != b' ' || text.is_empty()
}

/// The text of an HTML fragment: tags off, entities resolved, scripts and styles left out, white space folded.
pub fn plain(html: &str) -> String {
    if html.contains(['<', '&']) {
        fold(&html_escape::decode_html_entities(&lines(html, usize::MAX)))
    } else {
        fold(html)
    }
}

/// The text of an HTML fragment as the simplest HTML: a paragraph for each line of it, and nothing else.
/// `most`: so much text is read, in bytes, and no more than [`longest`] of it is written.
pub fn paragraphs(html: &str, most: usize) -> String {
    let text = lines(html, most);
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for line in text.lines() {
        if out.len() >= longest(most) {
            break;
        }
        let line = html_escape::decode_html_entities(line);
        let mut words = line.split_whitespace().peekable();
        if words.peek().is_none() {
            continue;
        }
        out.push_str("<p>");
        while let Some(word) = words.next().filter(|_| out.len() < longest(most)) {
            escape_within(word, longest(most), &mut out);
            if words.peek().is_some() {
                out.push(' ');
            }
        }
        out.push_str("</p>\n");
    }
    out
}

/// How long so much text may become as HTML, give or take a few KiB: with its tags and entities half as long again, which
/// a text of words never is.
pub fn longest(text: usize) -> usize {
    text + text / 2
}

/// Escapes a word piece by piece, until `out` is as long as `most`: a word of nothing but `&` becomes five times as long.
fn escape_within(word: &str, most: usize, out: &mut String) {
    let mut rest = word;
    while !rest.is_empty() && out.len() < most {
        let (piece, left) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES));
        html_escape::encode_text_to_string(piece, out);
        rest = left;
    }
}

/// Escaped at once.
const PIECE_BYTES: usize = 1_024;

/// As much of `text` as fits into so many bytes, up to the end of a tag or a word where one is near.
pub fn beginning(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = text.floor_char_boundary(bytes);
    let near = text.floor_char_boundary(end.saturating_sub(1_024));
    let apart = text[near..end].rfind(['>', ' ', '\n']).map(|at| near + at + 1);
    &text[..apart.unwrap_or(end)]
}

/// The text of HTML with its entities as written, a line for each block.
fn lines(html: &str, most: usize) -> String {
    let mut text = String::with_capacity(html.len().min(most));
    let mut hidden = false;
    for token in Soup::new(html) {
        if text.len() >= most {
            text.truncate(beginning(&text, most).len());
            break;
        }
        match token {
            Token::Text(part) => text.push_str(part),
            Token::Raw(part) if !hidden => text.push_str(part),
            Token::Raw(_) => {}
            Token::Open(tag) => {
                hidden = HIDDEN.iter().any(|name| tag.is(name));
                part(&mut text, tag.name);
            }
            Token::Close(name) => part(&mut text, name),
        }
    }
    text
}

/// What an element of that name puts between words.
fn part(text: &mut String, name: &str) {
    if CELLS.iter().any(|cell| name.eq_ignore_ascii_case(cell)) {
        text.push(' ');
    } else if !INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline)) {
        text.push('\n');
    }
}

/// Elements whose content is not for reading, of those that hold no markup.
const HIDDEN: [&str; 6] = ["script", "style", "iframe", "noembed", "noframes", "title"];
/// Tags that part words, but not lines.
const CELLS: [&str; 5] = ["td", "th", "img", "option", "rt"];
/// Tags that do not part words.
const INLINE: [&str; 28] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
];

/// A title as plain text. Markup and entities in it are resolved, but `a < b` and `AT&T` stay.
pub fn title(text: &str) -> String {
    let markup = text.contains("</") || text.contains("/>") || looks_tagged(text);
    let entities = text.contains('&') && text.contains(';');
    if markup || entities { plain(text) } else { fold(text) }
}

fn looks_tagged(text: &str) -> bool {
    const TAGS: [&str; 8] = ["<b>", "<i>", "<em>", "<br>", "<strong>", "<p>", "<span", "<wbr>"];
    let lower = text.to_ascii_lowercase();
    TAGS.iter().any(|tag| lower.contains(tag))
}

/// Plain text as HTML.
pub fn escape(text: &str) -> String {
    html_escape::encode_text(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_reads_as_a_person_would() {
        for (html, expected) in [
            ("<p>Ein <b>W</b>ort</p><p>und &uuml;ber &amp; aus</p>", "Ein Wort und über & aus"),
            ("a<script>var x = '<p>';</script>b<!-- c --> d", "a b d"),
            ("1 < 2 <", "1 < 2 <"),
            ("<p", "<p"),
        ] {
            assert_eq!(plain(html), expected, "{html}");
        }
    }

    #[test]
    fn white_space_is_folded_whatever_it_is() {
        for (text, expected) in [
            ("", ""),
            (" ", ""),
            ("a b", "a b"),
            ("a b ", "a b"),
            (" a", "a"),
            ("a  b", "a b"),
            ("a\tb\n", "a b"),
            ("a\u{a0}b\u{2003}c\u{3000}d\u{1680}e\u{85}f", "a b c d e f"),
            ("\u{7f}é’ß", "\u{7f}é’ß"),
        ] {
            assert_eq!(fold(text), expected, "{text:?}");
        }
    }

    #[test]
    fn titles_lose_markup_but_no_text() {
        assert_eq!(title("AT&T  <b>wins</b>"), "AT&T wins");
        assert_eq!(title("a < b & c"), "a < b & c");
        assert_eq!(title("«Gr&uuml;n»\n"), "«Grün»");
    }
}
