//! One pass over the text of an XML feed that takes away what makes the parser fail or fall.
//! Promises: linear time; well-formed XML within the limits comes out with the same meaning. Undefined entities and
//! bare `&` are resolved, characters that XML forbids go, the declaration goes (the text is UTF-8 now), nesting
//! beyond the guard is cut, what was left open is closed.
//! Deliberately not here: understanding the feed.

use crate::model::complaint::Complaint;

/// Mends `text`. Elements nested deeper than `max_depth` are left out with all they hold.
pub fn repair(text: &str, max_depth: usize, complaints: &mut Vec<Complaint>) -> String {
    let start = text.find('<').unwrap_or(text.len());
    let mut pass = Pass {
        rest: &text[start..],
        out: String::with_capacity(text.len()),
        open: Vec::new(),
        cut: 0,
        max_depth,
        mended: [0; 4],
    };
    while pass.step() {}
    pass.close_all();
    let [entities, tags, deep, unclosed] = pass.mended;
    let told = [
        (entities, "stray ampersands, entities or characters mended"),
        (tags, "end tags without a start left out"),
        (deep, "elements nested too deeply left out"),
        (unclosed, "elements closed that were left open"),
    ];
    for (count, what) in told.into_iter().filter(|(count, _)| *count > 0) {
        complaints.push(Complaint::new("xml", format!("{count} {what}")));
    }
    pass.out
}

struct Pass<'a> {
    rest: &'a str,
    out: String,
    open: Vec<&'a str>,
    /// Elements open below the guard: nothing is written while there are any.
    cut: usize,
    max_depth: usize,
    mended: [usize; 4],
}

impl<'a> Pass<'a> {
    fn step(&mut self) -> bool {
        match self.rest.find('<') {
            None => {
                self.text(self.rest);
                false
            }
            Some(at) => {
                self.text(&self.rest[..at]);
                self.rest = &self.rest[at..];
                self.markup()
            }
        }
    }

    fn markup(&mut self) -> bool {
        let sections =
            [("<!--", "-->", false), ("<![CDATA[", "]]>", true), ("<?", "?>", false), ("<!", ">", false)];
        for (begin, end, keep) in sections {
            if self.rest.starts_with(begin) {
                return self.section(begin, end, keep);
            }
        }
        let Some(length) = tag_length(self.rest) else {
            self.mended[0] += 1;
            self.put("&lt;");
            self.rest = &self.rest[1..];
            return !self.rest.is_empty();
        };
        let tag = &self.rest[..length];
        self.rest = &self.rest[length..];
        self.tag(tag);
        true
    }

    /// A comment, CDATA section, processing instruction or document type.
    fn section(&mut self, begin: &str, end: &str, keep: bool) -> bool {
        let body = &self.rest[begin.len()..];
        let length = if begin == "<!" { doctype_length(body) } else { body.find(end) };
        let (inside, after) = length.map_or((body, ""), |at| (&body[..at], &body[at + end.len()..]));
        if keep {
            let legal: String = inside.chars().filter(|c| is_legal(*c)).collect();
            self.put("<![CDATA[");
            self.put(&legal);
            self.put("]]>");
        }
        self.rest = after;
        !after.is_empty()
    }

    fn tag(&mut self, tag: &'a str) {
        let name = tag.trim_start_matches(['<', '/']);
        let name = &name[..name.find(|c: char| c.is_whitespace() || "/>".contains(c)).unwrap_or(name.len())];
        if tag.starts_with("</") {
            return self.end(name);
        }
        let empty = tag.ends_with("/>");
        if self.cut > 0 || self.open.len() >= self.max_depth {
            self.cut += usize::from(!empty);
            self.mended[2] += 1;
            return;
        }
        self.attributes(tag);
        if !empty {
            self.open.push(name);
        }
    }

    fn attributes(&mut self, tag: &str) {
        if tag.contains('&') || tag.chars().any(|c| !is_legal(c)) {
            let mut written = std::mem::take(&mut self.out);
            self.mended[0] += escape_into(&mut written, tag);
            self.out = written;
        } else {
            self.out.push_str(tag);
        }
    }

    fn end(&mut self, name: &'a str) {
        if self.cut > 0 {
            self.cut -= 1;
            return;
        }
        let Some(depth) = self.open.iter().rposition(|open| *open == name) else {
            self.mended[1] += 1;
            return;
        };
        while self.open.len() > depth + 1 {
            self.close_one();
            self.mended[3] += 1;
        }
        self.close_one();
    }

    fn close_one(&mut self) {
        if let Some(name) = self.open.pop() {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    fn close_all(&mut self) {
        self.mended[3] += self.open.len();
        while !self.open.is_empty() {
            self.close_one();
        }
    }

    fn text(&mut self, text: &str) {
        if self.cut == 0 && !self.open.is_empty() {
            self.mended[0] += escape_into(&mut self.out, text);
        }
    }

    fn put(&mut self, text: &str) {
        if self.cut == 0 && !self.open.is_empty() {
            self.out.push_str(text);
        }
    }
}

/// Length of the tag at the start of `text`, quotes heeded; `None` if it is no tag.
fn tag_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let first = *bytes.get(1)?;
    let named = if first == b'/' { *bytes.get(2)? } else { first };
    if !(named.is_ascii_alphabetic() || named == b'_' || named >= 0x80) {
        return None;
    }
    let named = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte) || *byte >= 0x80;
    let name_end = 1
        + usize::from(first == b'/')
        + bytes[1 + usize::from(first == b'/')..].iter().take_while(|b| named(b)).count();
    if !matches!(bytes.get(name_end), Some(b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>')) {
        return None;
    }
    let mut quote = 0;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match *byte {
            b'>' if quote == 0 => return Some(at + 1),
            b'<' if quote == 0 => return None,
            b'"' | b'\'' if quote == 0 && first != b'/' => quote = *byte,
            byte if byte == quote => quote = 0,
            _ => {}
        }
    }
    None
}

/// Length of a document type up to its `>`; an internal subset in brackets belongs to it.
fn doctype_length(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    text.bytes().position(|byte| {
        depth += i32::from(byte == b'[') - i32::from(byte == b']');
        byte == b'>' && depth <= 0
    })
}

/// Writes `text` with every `&` part of an entity that XML knows; returns how many things were mended.
fn escape_into(out: &mut String, text: &str) -> usize {
    let (mut rest, mut mended) = (text, 0);
    while let Some(at) = rest.find(|c: char| c == '&' || !is_legal(c)) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (written, length, right) = reference(rest);
        out.push_str(&written);
        mended += usize::from(!right);
        rest = &rest[length..];
    }
    out.push_str(rest);
    mended
}

/// What to write for the reference or forbidden character at the start of `text`, its length, and if it was right.
fn reference(text: &str) -> (String, usize, bool) {
    if !text.starts_with('&') {
        return (String::new(), text.chars().next().map_or(0, char::len_utf8), false);
    }
    let end = text.as_bytes().iter().take(34).position(|byte| *byte == b';');
    let Some(end) = end else { return ("&amp;".to_owned(), 1, false) };
    let (name, length) = (&text[1..end], end + 1);
    if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") {
        return (text[..length].to_owned(), length, true);
    }
    let decoded = html_escape::decode_html_entities(&text[..length]);
    if name.starts_with('#')
        && decoded == text[..length]
        && name[1..].bytes().all(|b| b.is_ascii_hexdigit() || b == b'x')
    {
        return (String::new(), length, false);
    }
    if decoded == text[..length] || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#') {
        return ("&amp;".to_owned(), 1, false);
    }
    let legal: String = decoded.chars().filter(|c| is_legal(*c)).collect();
    (html_escape::encode_text(&legal).into_owned(), length, name.starts_with('#'))
}

/// A character that XML 1.0 allows (section 2.2).
pub fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..) && c != '\u{fffe}' && c != '\u{ffff}'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(repair(text, 5, &mut Vec::new()), expected);
    }

    #[test]
    fn good_xml_stays_as_it_is() {
        check("<a b='c>d'><![CDATA[x & <y>]]>&amp;&#228;</a>", "<a b='c>d'><![CDATA[x & <y>]]>&amp;ä</a>");
    }

    #[test]
    fn stray_ampersands_entities_and_control_characters_are_mended() {
        check("<a>Q&A &nbsp;&foo; &#0;\u{b} 1 < 2</a>", "<a>Q&amp;A \u{a0}&amp;foo;  1 &lt; 2</a>");
    }

    #[test]
    fn what_is_left_open_is_closed_and_what_was_never_opened_goes() {
        check("junk<a><b>x</a></c>", "<a><b>x</b></a>");
        check("<a><b>trunc", "<a><b>trunc</b></a>");
    }

    #[test]
    fn nesting_beyond_the_guard_is_cut() {
        check("<a><b><c><d><e><f>x<g/></f>y</e></d></c></b>z</a>", "<a><b><c><d><e>y</e></d></c></b>z</a>");
        let deep = "<media:group>".repeat(100_000);
        assert!(repair(&deep, 200, &mut Vec::new()).len() < 10_000);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_mended_into_balanced_tags(text in "[<>/a-c&;#x0 \"'!\\[\\]?-]{0,200}") {
            let once = repair(&text, 5, &mut Vec::new());
            let mut complaints = Vec::new();
            repair(&once, 5, &mut complaints);
            let balanced = !complaints.iter().any(|c| c.text.contains("left open") || c.text.contains("without"));
            proptest::prop_assert!(balanced, "{once:?} {complaints:?}");
        }
    }
}
