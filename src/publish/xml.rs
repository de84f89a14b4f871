//! Writes XML: text and attributes escaped once, characters that XML forbids left out.

use std::borrow::Cow;

/// An XML document as it grows.
#[derive(Debug, Default)]
pub struct Xml(String);

impl Xml {
    /// With the declaration.
    pub fn new() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// `<name a="b">`
    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.0.push_str(">\n");
    }

    /// `</name>`
    pub fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push_str(">\n");
    }

    /// `<name a="b"/>`
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.0.push_str("/>\n");
    }

    /// `<name a="b">text</name>`
    pub fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.tag(name, attributes);
        self.0.push('>');
        self.0.push_str(&quick_xml::escape::partial_escape(legal(text)));
        self.close(name);
    }

    /// What was written elsewhere, as it is.
    pub fn raw(&mut self, other: &str) {
        self.0.push_str(other);
    }

    /// The document.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    /// The document as text.
    pub fn into_text(self) -> String {
        self.0
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.0.push('<');
        self.0.push_str(name);
        for (key, value) in attributes {
            for part in [" ", key, "=\"", &quick_xml::escape::escape(legal(value)), "\""] {
                self.0.push_str(part);
            }
        }
    }
}

/// Without the characters that XML 1.0 forbids (section 2.2).
pub fn legal(text: &str) -> Cow<'_, str> {
    let legal = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(|c| legal(&c)) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(legal).collect())
    }
}
