//! Text constructs: what an element's type, mode and children make of its text (RFC 4287 section 3.1, Atom 0.3, RSS).
//! Promises: nothing is lost; markup in it stays markup, with relative links counted from the right base.
//! Deliberately not here: sanitizing.

use std::rc::Rc;

use url::Url;

use crate::parse::draft::{RichText, Writing};
use crate::parse::link::absolute;
use crate::parse::space::Space;
use crate::parse::tree::{Element, Node};

/// The text of an element; where it does not say how it is written, it is written as `customary`. `None` if empty.
pub fn rich_text(element: &Element<'_>, customary: Writing) -> Option<RichText> {
    let kind = element.attribute("type").unwrap_or("").to_ascii_lowercase();
    let mode = element.attribute("mode").unwrap_or("").to_ascii_lowercase();
    let (body, writing) = if element.has_elements() {
        (inner(element), Writing::Html)
    } else {
        let text = element.text();
        let decoded = (mode == "base64" || is_binary(&kind)).then(|| base64(&text)).flatten();
        match decoded.map(String::from_utf8) {
            Some(Ok(decoded)) => (decoded, Writing::Html),
            Some(Err(_)) if mode == "base64" || is_media(&kind) => return None,
            _ => (text.into_owned(), writing(&kind, customary)),
        }
    };
    (!body.trim().is_empty()).then(|| RichText { body, writing, base: element.base.clone() })
}

/// How a text of media type `kind` without child elements is written.
fn writing(kind: &str, customary: Writing) -> Writing {
    match kind {
        // Feeds of old name the type of what they escaped.
        "html" | "text/html" | "application/xhtml+xml" => Writing::Html,
        _ if kind.ends_with("/xml") || kind.ends_with("+xml") => Writing::Html,
        "" => customary,
        _ => Writing::Plain,
    }
}

/// A media type that comes in base64 (RFC 4287 section 4.1.3.3).
fn is_binary(kind: &str) -> bool {
    kind.contains('/') && !kind.starts_with("text/") && !kind.ends_with("/xml") && !kind.ends_with("+xml")
}

/// A media type of what is no text whatever it is written in.
fn is_media(kind: &str) -> bool {
    let media = ["image/", "audio/", "video/", "font/", "application/octet-stream", "application/pdf"];
    media.iter().any(|start| kind.starts_with(start))
}

/// The markup inside an element; a `div` that wraps all of it stays out (RFC 4287 section 3.1.1.3).
fn inner(element: &Element<'_>) -> String {
    let is_blank = |node: &Node<'_>| matches!(node, Node::Text(text) if text.trim().is_empty());
    let mut nodes = element.nodes.iter().filter(|node| !is_blank(node));
    let wrapper = match (nodes.next(), nodes.next()) {
        (Some(Node::Element(div)), None) if div.name == "div" && div.is_markup() => Some(div),
        _ => None,
    };
    let mut html = String::new();
    write_nodes(wrapper.unwrap_or(element), element.base.as_ref(), &mut html);
    html
}

impl Element<'_> {
    fn is_markup(&self) -> bool {
        self.is_core() || self.space == Space::Xhtml
    }
}

/// The element itself as HTML.
pub fn outer(element: &Element<'_>) -> RichText {
    let mut body = String::new();
    write(element, element.base.as_ref(), &mut body);
    RichText { body, writing: Writing::Html, base: element.base.clone() }
}

fn write_nodes(element: &Element<'_>, base: Option<&Rc<Url>>, html: &mut String) {
    for node in &element.nodes {
        match node {
            Node::Text(text) => {
                html_escape::encode_text_to_string(text, html);
            }
            Node::Element(child) => write(child, base, html),
        }
    }
}

fn write(element: &Element<'_>, base: Option<&Rc<Url>>, html: &mut String) {
    html.push('<');
    html.push_str(&element.name);
    for (key, value) in element.attributes.iter().filter(|(key, _)| is_html_attribute(key)) {
        html.push(' ');
        html.push_str(key);
        html.push_str("=\"");
        // The whole is made absolute against `base` later; what counts from elsewhere is made so here.
        let elsewhere = element.base.as_ref() != base && matches!(*key, "href" | "src" | "cite" | "poster");
        let moved = elsewhere.then(|| absolute(value, element.base.as_deref())).flatten();
        html_escape::encode_double_quoted_attribute_to_string(moved.as_deref().unwrap_or(value), html);
        html.push('"');
    }
    html.push('>');
    if !is_void(&element.name) {
        write_nodes(element, base, html);
        html.push_str("</");
        html.push_str(&element.name);
        html.push('>');
    }
}

fn is_html_attribute(key: &str) -> bool {
    !key.starts_with("xmlns") && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Elements of HTML that hold nothing.
pub fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "wbr" | "input" | "col" | "embed")
}

/// Bytes of base64, white space and missing padding forgiven; `None` if it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0_u32);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        (bits, held) = ((bits << 6) | u32::from(six), held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held).to_le_bytes()[0]);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tree::{Most, Visitor, read};

    struct Nothing;

    impl Visitor for Nothing {
        fn takes(&self, _: &Element<'_>, _: &[Element<'_>]) -> bool {
            false
        }

        fn take(&mut self, _: &Element<'_>) {}
    }

    fn check(xml: &str, expected: &str, writing: Writing) {
        let root = read(xml, None, Most { each: 9, held: 99, elements: 99, text: 999 }, &mut Nothing)
            .expect("a root");
        let text = rich_text(&root, Writing::Plain).expect("a text");
        assert_eq!((text.body.as_str(), text.writing), (expected, writing), "{xml}");
    }

    #[test]
    fn text_is_read_as_its_type_and_mode_say() {
        check("<a>x &lt; y</a>", "x < y", Writing::Plain);
        check("<a type='html'>&lt;b>x</a>", "<b>x", Writing::Html);
        check("<a type='text/html' mode='escaped'>&lt;b>x</a>", "<b>x", Writing::Html);
        check("<a mode='base64'>PGI+\n eDwvYj4</a>", "<b>x</b>", Writing::Html);
        check("<a type='application/octet-stream'>PGI+eDwvYj4=</a>", "<b>x</b>", Writing::Html);
        check(
            "<a type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x &lt; <B>y</B><br/></div></a>",
            "x &lt; <b>y</b><br>",
            Writing::Html,
        );
        check("<a>one <i>two</i></a>", "one <i>two</i>", Writing::Html);
    }

    #[test]
    fn links_below_another_base_are_made_absolute() {
        check(
            "<a><p xml:base='http://a.example/b/'><i href='c'>x</i></p></a>",
            "<p><i href=\"http://a.example/b/c\">x</i></p>",
            Writing::Html,
        );
    }
}
