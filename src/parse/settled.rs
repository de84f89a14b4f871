//! HTML that a tree builder would give back byte for byte, told without building the tree.
//! Most of what `balance` writes is of this kind: text, paragraphs, lists, quotes, figures, links and pictures, each closed
//! where it was opened, with addresses of the web and no entity but the four that must be written.
//! Promises: linear time. What it lets pass is made of these alone, whoever wrote it: it looks at the text, and trusts
//! nothing about where it came from. It may turn down what is fine; it lets nothing pass that ammonia would change
//! (a property test holds it to that).

use crate::parse::policy::{Element, GENERIC, element_named};

/// Whether ammonia, with the policy of `sanitize`, gives `html` back as it is.
pub fn is_settled(html: &str) -> bool {
    let mut scan = Scan { rest: html.as_bytes(), open: Vec::with_capacity(8) };
    !html.starts_with('\u{feff}') && scan.run() && scan.open.is_empty()
}

/// Nothing is nested deeper.
const MAX_DEPTH: usize = 64;

/// How an element changes what a tree builder does; of elements not named here nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Inline,
    Block,
    Paragraph,
    Heading,
    List,
    Item,
    Break,
    Void,
}

fn place(name: &str) -> Option<Place> {
    Some(match name {
        "a" | "abbr" | "b" | "bdi" | "cite" | "code" | "del" | "em" | "i" | "ins" | "kbd" | "mark" | "q"
        | "s" | "samp" | "small" | "span" | "strong" | "sub" | "sup" | "time" | "u" | "var" => Place::Inline,
        "article" | "aside" | "blockquote" | "div" | "figcaption" | "figure" | "footer" | "header"
        | "pre" | "section" => Place::Block,
        "p" => Place::Paragraph,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Place::Heading,
        "ul" | "ol" => Place::List,
        "li" => Place::Item,
        "hr" => Place::Break,
        "br" | "img" | "wbr" => Place::Void,
        _ => return None,
    })
}

struct Scan<'a> {
    rest: &'a [u8],
    open: Vec<(&'static str, Place)>,
}

impl<'a> Scan<'a> {
    fn run(&mut self) -> bool {
        loop {
            let Some(at) = text_end(self.rest, false) else { return false };
            self.rest = &self.rest[at..];
            let is_fine = match self.rest {
                [] => return true,
                [b'<', b'/', ..] => self.end_tag(),
                _ => self.start_tag(),
            };
            if !is_fine {
                return false;
            }
        }
    }

    /// `name` and what follows it.
    fn name(&self, from: usize) -> Option<(&'static Element, usize)> {
        let length = self.rest[from..].iter().position(|byte| !is_of_name(*byte))?;
        let name = std::str::from_utf8(&self.rest[from..from + length]).ok()?;
        element_named(name).map(|element| (element, from + length))
    }

    fn end_tag(&mut self) -> bool {
        let Some((element, end)) = self.name(2) else { return false };
        let closes = self.open.pop().is_some_and(|(open, _)| open == element.name);
        let is_fine = closes && self.rest.get(end) == Some(&b'>');
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        is_fine
    }

    fn start_tag(&mut self) -> bool {
        let Some((element, end)) = self.name(1) else { return false };
        let Some(place) = place(element.name).filter(|place| self.may_open(element.name, *place)) else {
            return false;
        };
        self.rest = &self.rest[end..];
        if !self.attributes(element) {
            return false;
        }
        match place {
            Place::Void | Place::Break => true,
            // A tree builder drops the line break a preformatted text begins with.
            _ if element.name == "pre" && self.rest.first() == Some(&b'\n') => false,
            _ => {
                self.open.push((element.name, place));
                self.open.len() < MAX_DEPTH
            }
        }
    }

    /// Whether a tree builder puts it where it stands.
    fn may_open(&self, name: &str, place: Place) -> bool {
        let has = |place: Place| self.open.iter().any(|open| open.1 == place);
        match place {
            Place::Void => true,
            Place::Inline => !self.open.iter().any(|open| open.0 == name),
            Place::Item => self.open.last().is_some_and(|open| open.1 == Place::List),
            Place::Heading => !has(Place::Paragraph) && !has(Place::Heading),
            Place::Block | Place::Paragraph | Place::List | Place::Break => !has(Place::Paragraph),
        }
    }

    /// ` name="value"`, again and again, and the end of the tag.
    fn attributes(&mut self, element: &Element) -> bool {
        let mut seen: [&str; 8] = [""; 8];
        for slot in 0..seen.len() {
            match self.rest {
                [b'>', rest @ ..] => {
                    self.rest = rest;
                    return true;
                }
                [b' ', rest @ ..] => self.rest = rest,
                _ => return false,
            }
            let Some((name, value)) = self.attribute(element) else { return false };
            if seen.contains(&name) || !is_settled_value(name, value) {
                return false;
            }
            seen[slot] = name;
        }
        false
    }

    fn attribute(&mut self, element: &Element) -> Option<(&'static str, &'a str)> {
        let length = self.rest.iter().position(|byte| !is_of_name(*byte))?;
        let (name, rest) = self.rest.split_at(length);
        let name = element.attributes.iter().chain(&GENERIC).copied().find(|kept| kept.as_bytes() == name)?;
        let rest = rest.strip_prefix(b"=\"")?;
        let end = text_end(rest, true).filter(|end| rest.get(*end) == Some(&b'"'))?;
        self.rest = &rest[end + 1..];
        Some((name, std::str::from_utf8(&rest[..end]).ok()?))
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Where a text ends: at the next tag, or the next quote of a value, or the end; `None` if something in it would be
/// written in another way.
fn text_end(bytes: &[u8], is_value: bool) -> Option<usize> {
    let mut at = 0;
    loop {
        at += bytes[at..].iter().position(|byte| TELLING[usize::from(*byte)]).unwrap_or(bytes.len() - at);
        let rest = &bytes[at..];
        at += match rest.first() {
            None => return Some(at),
            Some(b'<') => return (!is_value).then_some(at),
            Some(b'"') if is_value => return Some(at),
            Some(b'"') => 1,
            Some(b'&') => entity(rest, is_value)?,
            // The first byte of a space that does not break, among others.
            Some(0xC2) if rest.get(1) != Some(&0xA0) => 1,
            _ => return None,
        };
    }
}

/// Bytes at which a text has to be looked at more closely.
static TELLING: [bool; 256] = {
    let mut telling = [false; 256];
    let bytes = [b'<', b'>', b'&', b'"', b'\r', 0, 0xC2];
    let mut at = 0;
    while at < bytes.len() {
        telling[bytes[at] as usize] = true;
        at += 1;
    }
    telling
};

/// The length of an entity that is written as it stands.
fn entity(rest: &[u8], is_value: bool) -> Option<usize> {
    let entities: &[&[u8]] =
        if is_value { &[b"&amp;", b"&quot;", b"&nbsp;"] } else { &[b"&amp;", b"&lt;", b"&gt;", b"&nbsp;"] };
    entities.iter().find(|entity| rest.starts_with(entity)).map(|entity| entity.len())
}

/// Addresses have to be of the web, and whole; all else may say what it will.
fn is_settled_value(name: &str, value: &str) -> bool {
    match name {
        "href" | "cite" | "src" => is_settled_address(value),
        "srcset" => value.split(", ").all(is_settled_candidate),
        _ => true,
    }
}

/// An address of the web with a name of plain labels.
fn is_settled_address(value: &str) -> bool {
    let Some(rest) = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")) else {
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with("xn--")
            && label.bytes().all(|byte| is_of_name(byte) || byte == b'-')
    };
    // What ends in a number is read as an address of the network's.
    let ends_in_letters =
        host.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_lowercase()));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/?=.+%&;,:@!~()*$#".contains(&byte);
    host.len() < 200
        && host.split('.').all(is_label)
        && ends_in_letters
        && path.bytes().all(is_plain)
        && value.len() < 1_000
}

/// An address, and how wide or dense the picture is.
fn is_settled_candidate(candidate: &str) -> bool {
    let Some((address, descriptor)) = candidate.split_once(' ') else { return false };
    let number = descriptor.strip_suffix(['w', 'x']).unwrap_or_default();
    let is_number =
        !number.is_empty() && number.len() < 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && !number.starts_with('0') && !address.contains([',', '&']) && is_settled_address(address)
}
