//! The small things of XML, one at a time: how long a tag is, what a reference stands for.
//! Promises: linear in what is looked at, and what is looked at is bounded.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::parse::tree::attributes;

/// A tag is no longer than this, in bytes: pictures stand in attributes.
const TAG_BYTES: usize = 1024 * 1024;
/// As many `<` may stand in the attributes of a tag; XML allows none.
const ANGLES: usize = 16;
/// Attributes read of a tag whose quotes do not match, and its length in bytes.
const SLIPPED: usize = 256;
const SLIPPED_BYTES: usize = 64 * 1024;
/// The longest name of a reference, in bytes.
const NAME_BYTES: usize = 34;
/// What the entities of a document may come to in all, in bytes, and one of them.
const ENTITY_BYTES: usize = 1024 * 1024;
const ONE_ENTITY_BYTES: usize = 4 * 1024;

/// Length of the name at the start of `text`; 0 if there is none.
pub fn name_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let begins = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80;
    if !bytes.first().is_some_and(|byte| begins(*byte)) {
        return 0;
    }
    let goes_on = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte) || **byte >= 0x80;
    bytes.iter().take_while(goes_on).count()
}

/// Whether what stands behind a name may stand there in a tag.
pub fn begins_tag(behind: &str) -> bool {
    matches!(behind.as_bytes().first(), Some(b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>'))
}

/// Length of the start tag at the start of `text`, quotes heeded; `None` if it is none.
pub fn tag_length(text: &str) -> Option<usize> {
    let bytes = &text.as_bytes()[..text.len().min(TAG_BYTES)];
    let name_end = 1 + name_length(text.get(1..)?);
    if name_end == 1 || !begins_tag(&text[name_end..]) {
        return None;
    }
    let (mut quote, mut before, mut angles) = (0, 0, 0);
    for (at, byte) in bytes.iter().enumerate().skip(name_end) {
        match *byte {
            b'>' if quote == 0 => return Some(at + 1),
            b'<' if quote == 0 => return None,
            b'<' => {
                angles += 1;
                if angles > ANGLES {
                    return None;
                }
            }
            // A quote opens behind `=` only; one anywhere else is a slip, and readers disagree about it.
            b'"' | b'\'' if quote == 0 && before == b'=' => quote = *byte,
            b'"' | b'\'' if quote == 0 => return None,
            byte if byte == quote => quote = 0,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = *byte;
        }
    }
    None
}

/// A tag whose quotes do not match anew, with what can be made out of its attributes; out of none of a long one's.
pub fn rewritten(tag: &str, name: &str) -> String {
    let mut written = format!("<{name}");
    let inside = tag[1 + name.len()..tag.len() - 1].trim_end_matches('/');
    let most = if inside.len() > SLIPPED_BYTES { 0 } else { SLIPPED };
    for (key, value) in attributes(inside, most).iter().filter(|(key, _)| name_length(key) == key.len()) {
        let value: String = value.chars().filter(|c| is_legal(*c)).collect();
        let value = html_escape::encode_double_quoted_attribute(&value);
        written.extend([" ", key, "=\"", &value, "\""]);
    }
    written.push_str(if tag.ends_with("/>") { "/>" } else { ">" });
    written
}

/// The entities that a document declares itself.
#[derive(Debug, Default)]
pub struct Entities<'a> {
    known: HashMap<&'a str, &'a str>,
    /// Bytes written for them so far.
    written: usize,
}

impl<'a> Entities<'a> {
    /// Those in the document type that stands in `head`, what comes before the root.
    pub fn declared(head: &'a str) -> Self {
        let declarations = head.split("<!ENTITY").skip(1).take(1_000);
        let known = declarations.filter_map(|declaration| {
            let (name, rest) = declaration.trim_start().split_once(|c: char| c.is_ascii_whitespace())?;
            let rest = rest.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, _) = rest[1..].split_once(quote)?;
            (value.len() <= ONE_ENTITY_BYTES).then_some((name, value))
        });
        // Of two declarations the first is binding (XML 1.0 section 4.2).
        let mut first = HashMap::new();
        for (name, value) in known {
            first.entry(name).or_insert(value);
        }
        Self { known: first, written: 0 }
    }

    /// What `name` stands for; not any more when all of them together have come to much.
    fn value(&mut self, name: &str) -> Option<&'a str> {
        if self.known.is_empty() {
            return None;
        }
        let value = self.known.get(name)?;
        self.written += value.len();
        (self.written <= ENTITY_BYTES).then_some(*value)
    }
}

/// What a reference is.
#[derive(Debug)]
pub enum Reference {
    /// Known to every parser; its length.
    Right(usize),
    /// To be written otherwise: its length, and what it means.
    Means(usize, String),
    /// None, or of nothing that may stand in XML: the length of the fault, and what to write.
    Stray(usize, Cow<'static, str>),
}

/// The reference at the start of `text`, which begins with `&`.
pub fn reference(text: &str, entities: &mut Entities<'_>) -> Reference {
    const STRAY: Reference = Reference::Stray(1, Cow::Borrowed("&amp;"));
    let bytes = text.as_bytes();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"#_-.:".contains(byte);
    let end = bytes.iter().take(NAME_BYTES).skip(1).position(|byte| !is_name(byte)).map(|at| at + 1);
    let Some(end) = end.filter(|end| bytes[*end] == b';') else { return STRAY };
    let (name, length) = (&text[1..end], end + 1);
    if matches!(name, "lt" | "gt" | "amp" | "quot" | "apos") {
        return Reference::Right(length);
    }
    if let Some(number) = name.strip_prefix('#') {
        return numeric(text, number, length);
    }
    if name.is_empty() {
        return STRAY;
    }
    if let Some(value) = entities.value(name) {
        return Reference::Means(length, amended(value));
    }
    // XML knows these by the names of XHTML 1.0; HTML has moved them since.
    match name {
        "lang" => return Reference::Means(length, "\u{2329}".to_owned()),
        "rang" => return Reference::Means(length, "\u{232a}".to_owned()),
        _ => {}
    }
    let decoded = html_escape::decode_html_entities(&text[..length]);
    if decoded == text[..length] {
        return STRAY;
    }
    let legal: String = decoded.chars().filter(|c| is_legal(*c)).collect();
    Reference::Means(length, html_escape::encode_text(&legal).into_owned())
}

/// The value of an entity, in which no other is resolved.
fn amended(value: &str) -> String {
    let mut none = Entities::default();
    let mut text = String::new();
    let mut rest = value;
    while let Some(at) = rest.find(['&', '<']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let (written, length) = match rest.starts_with('<') {
            true => ("&lt;".to_owned(), 1),
            false => match reference(rest, &mut none) {
                Reference::Right(length) => (rest[..length].to_owned(), length),
                Reference::Means(length, meant) => (meant, length),
                Reference::Stray(length, meant) => (meant.into_owned(), length),
            },
        };
        text.push_str(&written);
        rest = &rest[length..];
    }
    text.push_str(rest);
    text
}

fn number(digits: &str) -> Option<u32> {
    match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

fn numeric(text: &str, digits: &str, length: usize) -> Reference {
    let Some(code) = number(digits) else {
        let is_number =
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'x');
        return if is_number {
            Reference::Stray(length, "".into())
        } else {
            Reference::Stray(1, "&amp;".into())
        };
    };
    if (0xd800..0xdc00).contains(&code) {
        return surrogates(text, code, length);
    }
    match char::from_u32(code) {
        Some(c) if ('\u{80}'..='\u{9f}').contains(&c) => Reference::Means(length, windows(c).to_string()),
        Some(c) if is_legal(c) => Reference::Right(length),
        _ => Reference::Stray(length, "".into()),
    }
}

/// Two halves of one character, each written as a character.
fn surrogates(text: &str, high: u32, length: usize) -> Reference {
    let low = text[length..].strip_prefix("&#").and_then(|rest| {
        let (digits, _) = rest.get(..rest.len().min(8))?.split_once(';')?;
        Some((number(digits)?, digits.len() + 3))
    });
    match low {
        Some((low, more)) if (0xdc00..0xe000).contains(&low) => {
            let whole = char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            Reference::Means(length + more, whole.map_or_else(String::new, String::from))
        }
        _ => Reference::Stray(length, "".into()),
    }
}

/// A character that XML 1.0 allows (section 2.2).
pub fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// What the publisher meant by a control character of Latin-1: the one at its place in Windows-1252.
pub fn windows(c: char) -> char {
    const MEANT: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    usize::try_from(u32::from(c))
        .ok()
        .and_then(|code| MEANT.get(code.checked_sub(0x80)?))
        .copied()
        .unwrap_or(c)
}

/// A name without its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Whether entries stand right in an element of this name.
pub fn is_around(name: &str) -> bool {
    matches!(local(name), "rss" | "RDF" | "channel" | "feed" | "CHANNEL" | "rdf")
}

/// Whether an end tag that fits nothing is a slip of the pen for the element that is open.
pub fn is_meant(written: &str, open: &str) -> bool {
    let alike = written.bytes().zip(open.bytes()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    alike >= 3 && written.len().abs_diff(open.len()) <= 2
}

/// Whether what comes behind the root is nothing: white space, comments.
pub fn is_rest(mut behind: &str) -> bool {
    loop {
        behind = behind.trim_start();
        let Some(comment) = behind.strip_prefix("<!--") else { return behind.is_empty() };
        // A comment without its end ends with its tag, as in the repair.
        behind = match comment.find("-->") {
            Some(end) => &comment[end + 3..],
            None => comment.find('>').map_or("", |end| &comment[end + 1..]),
        };
    }
}
