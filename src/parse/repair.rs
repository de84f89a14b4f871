//! One pass over the text of an XML feed that takes away what makes the parser fail or fall.
//! Promises: linear time; well-formed XML within the limits comes out as it is, without a copy. Undefined entities and
//! bare `&` are resolved, characters that XML forbids go, nesting, entries and elements beyond the guard are cut,
//! what was left open is closed, an entry that was left open ends where the next one begins.
//! Deliberately not here: understanding the feed; single tags and references (`lexeme`).

use std::borrow::Cow;

use memchr::{memchr2, memmem};

use crate::model::complaint::Complaint;
use crate::parse::guard::{Count, Faults, Guard};
use crate::parse::lexeme::{
    Entities, Reference, begins_tag, is_around, is_meant, is_rest, local, name_length, reference, rewritten,
    tag_length,
};
use crate::parse::markup::is_void;

/// Mends the XML whose root begins at byte `root` of `text`; what stands before it goes.
pub fn repair<'a>(text: &'a str, root: usize, guard: Guard, complaints: &mut Vec<Complaint>) -> Cow<'a, str> {
    let mut pass = Pass {
        text,
        at: root,
        copied: root,
        out: String::new(),
        open: Vec::new(),
        cut: None,
        absent: Absent::default(),
        guard,
        entities: Entities::declared(&text[..root]),
        entry: None,
        count: Count::default(),
        faults: Faults::default(),
    };
    while pass.step() {}
    pass.finish(complaints)
}

/// Beyond so many, stray characters go: each that is written out takes up to five bytes.
const MOST_ESCAPED: usize = 1_000_000;

/// What was looked for as far as the end of the text, and is not looked for again.
#[derive(Default)]
struct Absent {
    comment: bool,
    instruction: bool,
    /// Where the next end of a section is, if that is known.
    section: Option<usize>,
}

struct Pass<'a> {
    text: &'a str,
    /// What is before it is read.
    at: usize,
    /// What is before it is written, or left out for good.
    copied: usize,
    out: String,
    open: Vec<&'a str>,
    /// The element that is cut with all it holds, and how many of its name are open.
    cut: Option<(&'a str, usize)>,
    absent: Absent,
    guard: Guard,
    entities: Entities<'a>,
    /// Where among the open elements the entry is.
    entry: Option<usize>,
    count: Count,
    faults: Faults,
}

impl<'a> Pass<'a> {
    /// Goes on to the next thing that may need mending; `false` at the end.
    fn step(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let Some(next) = memchr2(b'<', b'&', rest.as_bytes()) else {
            self.at = self.text.len();
            return false;
        };
        self.at += next;
        let rest = &rest[next..];
        if rest.starts_with('&') {
            self.refer(rest);
            return true;
        }
        match rest.as_bytes().get(1) {
            Some(b'/') => self.end_tag(rest),
            Some(b'!') => self.declaration(rest),
            Some(b'?') => self.instruction(rest),
            Some(byte)
                if self.guard.lenient && byte.is_ascii() && !byte.is_ascii_alphabetic() && *byte != b'_' =>
            {
                self.faults.references += usize::from(self.cut.is_none());
                self.at += 1;
            }
            _ => self.start_tag(rest),
        }
        true
    }

    /// Writes `text` in place of the next `length` bytes.
    fn replace(&mut self, length: usize, text: &str) {
        if self.cut.is_none() {
            self.out.push_str(&self.text[self.copied..self.at]);
            self.out.push_str(text);
            self.copied = self.at + length;
        }
        self.at += length;
    }

    fn refer(&mut self, rest: &'a str) {
        match reference(rest, &mut self.entities) {
            Reference::Right(length) => self.at += length,
            Reference::Means(length, text) => self.replace(length, &text),
            Reference::Stray(1, _) if self.guard.lenient => {
                self.faults.references += usize::from(self.cut.is_none());
                self.at += 1;
            }
            Reference::Stray(length, text) => {
                self.faults.references += usize::from(self.cut.is_none());
                let text = if self.faults.references > MOST_ESCAPED { "" } else { &text };
                self.replace(length, text);
            }
        }
    }

    fn instruction(&mut self, rest: &str) {
        let end = if self.absent.instruction { None } else { rest.find("?>").map(|at| at + 2) };
        self.absent.instruction = end.is_none();
        let length = end.or_else(|| rest.find('>').map(|at| at + 1)).unwrap_or(rest.len());
        self.replace(length, "");
    }

    /// A comment, a CDATA section, a document type; anything else is text.
    fn declaration(&mut self, rest: &'a str) {
        if let Some(body) = rest.strip_prefix("<![CDATA[") {
            return self.section(body);
        }
        if rest.starts_with("<!--") {
            let end = if self.absent.comment { None } else { memmem::find(rest.as_bytes(), b"-->") };
            self.absent.comment = end.is_none();
            match end {
                Some(end) => self.at += end + 3,
                None => self.replace(rest.find('>').map_or(rest.len(), |end| end + 1), ""),
            }
            return;
        }
        let is_named = rest.as_bytes().get(2).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'[');
        let end = memchr2(b'>', b'<', &rest.as_bytes()[1..]).map(|at| at + 1);
        match end.filter(|end| is_named && rest.as_bytes()[*end] == b'>') {
            Some(end) => self.replace(end + 1, ""),
            None => self.stray(),
        }
    }

    /// A CDATA section whose end is missing, or is another's, ends with the element it stands in.
    fn section(&mut self, body: &'a str) {
        const BEGIN: usize = "<![CDATA[".len();
        let end = self.section_end(self.at + BEGIN);
        let inside = end.map_or(body, |end| &body[..end]);
        let another = memmem::find(inside.as_bytes(), b"<![CDATA[");
        if let (Some(end), None) = (end, another) {
            self.at += BEGIN + end + 3;
            return;
        }
        let tag = self
            .open
            .last()
            .filter(|_| self.cut.is_none())
            .map_or_else(String::new, |name| format!("</{name}>"));
        let close = inside
            .find(&tag)
            .filter(|_| !tag.is_empty())
            .filter(|at| another.is_none_or(|another| *at < another));
        match (close, end) {
            (None, Some(end)) => self.at += BEGIN + end + 3,
            (close, _) => {
                self.faults.unclosed += 1;
                self.at += BEGIN + close.unwrap_or(inside.len());
                self.replace(0, "]]>");
            }
        }
    }

    /// Where the first section that ends behind `from` ends, counted from there.
    fn section_end(&mut self, from: usize) -> Option<usize> {
        if self.absent.section.is_none_or(|known| known < from) {
            let found = memmem::find(&self.text.as_bytes()[from..], b"]]>");
            self.absent.section = Some(found.map_or(usize::MAX, |at| from + at));
        }
        self.absent.section.filter(|at| *at != usize::MAX).map(|at| at - from)
    }

    /// A `<` that begins nothing.
    fn stray(&mut self) {
        self.faults.references += usize::from(self.cut.is_none());
        self.replace(1, if self.faults.references > MOST_ESCAPED { "" } else { "&lt;" });
    }

    fn start_tag(&mut self, rest: &'a str) {
        let name = &rest[1..1 + name_length(&rest[1..])];
        let sound = tag_length(rest);
        let Some(length) = sound.or_else(|| self.slipped_length(rest, name)) else { return };
        let tag = &rest[..length];
        let is_empty = tag.ends_with("/>");
        let is_entry = matches!(local(name), "item" | "entry");
        if let Some((cut, count)) = &mut self.cut {
            *count += usize::from(*cut == name && !is_empty && !is_entry);
            self.at += length;
            return;
        }
        if is_entry {
            self.end_entry_before(name);
        }
        if self.is_beyond(is_entry) {
            return self.leave_out(length, name, is_empty);
        }
        if sound.is_some() {
            self.write_tag(tag);
        } else {
            self.faults.references += 1;
            self.replace(length, &rewritten(tag, name));
        }
        let is_empty = self.wrote_empty();
        if is_entry && self.entry.is_none() && !is_empty {
            (self.entry, self.count.inside) = (Some(self.open.len()), 0);
        }
        if is_void(name) && !is_empty {
            self.close_void();
        } else if !is_empty {
            self.open.push(name);
        }
    }

    /// Whether the tag just written is an empty element's: a `/` comes to stand before the `>` where what stood between
    /// them went.
    fn wrote_empty(&self) -> bool {
        match &self.text[self.copied..self.at] {
            "" => self.out.ends_with("/>"),
            ">" => self.out.ends_with('/'),
            written => written.ends_with("/>"),
        }
    }

    /// Makes an empty element of the tag just written.
    fn close_void(&mut self) {
        if self.copied == self.at {
            self.out.insert(self.out.len() - 1, '/');
        } else {
            self.at -= 1;
            self.replace(1, "/>");
        }
    }

    /// Length of a tag whose quotes do not match; what is none is dealt with as text.
    fn slipped_length(&mut self, rest: &str, name: &str) -> Option<usize> {
        let next = memchr2(b'<', b'>', &rest.as_bytes()[1..]).map(|at| at + 1);
        match next {
            _ if name.is_empty() || !begins_tag(&rest[1 + name.len()..]) => self.stray(),
            Some(end) if rest.as_bytes()[end] == b'>' => return Some(end + 1),
            Some(_) => self.stray(),
            // What is cut off within a tag says nothing any more.
            None => self.replace(rest.len(), ""),
        }
        None
    }

    /// Keeps a tag, with the references in its attributes put right.
    fn write_tag(&mut self, tag: &'a str) {
        let end = self.at + tag.len();
        while let Some(next) = memchr::memchr(b'&', &self.text.as_bytes()[self.at..end]) {
            self.at += next;
            self.refer(&self.text[self.at..end]);
        }
        self.at = end;
    }

    /// An entry stands in no other and in nothing but a channel and its like: what is open there has lost its end.
    fn end_entry_before(&mut self, name: &str) {
        match self.entry {
            None => {
                let around = self.open.iter().rposition(|open| is_around(open));
                self.close_to(around.map_or(self.open.len(), |at| at + 1));
            }
            Some(depth) if self.open[depth] == name => {
                if !self.open[depth..].iter().any(|open| open.ends_with("content")) {
                    self.close_to(depth);
                }
            }
            Some(_) => {}
        }
    }

    /// Whether the next element lies beyond the guard; counts it.
    fn is_beyond(&mut self, is_entry: bool) -> bool {
        if self.open.len() >= self.guard.depth {
            self.faults.deep += 1;
            return true;
        }
        if is_entry && self.entry.is_none() {
            self.count.entries += 1;
            let beyond = self.count.entries > self.guard.entries;
            self.faults.entries += usize::from(beyond);
            return beyond;
        }
        let count = if self.entry.is_some() { &mut self.count.inside } else { &mut self.count.outside };
        *count += 1;
        let beyond = *count > self.guard.elements;
        self.faults.many += usize::from(beyond);
        beyond
    }

    fn leave_out(&mut self, length: usize, name: &'a str, is_empty: bool) {
        self.replace(length, "");
        self.cut = (!is_empty && !is_void(name)).then_some((name, 1));
    }

    /// Reads an end tag among what is cut; `true` if the cut ends before it, for it closes what stands around.
    fn ends_cut(&mut self, name: &str, length: usize) -> bool {
        let Some((cut, count)) = &mut self.cut else { return true };
        if *cut == name {
            *count -= 1;
            self.at += length;
            if *count == 0 {
                (self.cut, self.copied) = (None, self.at);
            }
            return false;
        }
        let is_outer = is_around(name) || matches!(local(name), "item" | "entry");
        if is_outer && self.open.contains(&name) {
            (self.cut, self.copied) = (None, self.at);
            return true;
        }
        self.at += length;
        false
    }

    fn end_tag(&mut self, rest: &'a str) {
        let length = name_length(&rest[2..]);
        let name = &rest[2..2 + length];
        let end = memchr2(b'>', b'<', &rest.as_bytes()[2..]).map_or(rest.len(), |at| at + 2);
        let end = end + usize::from(rest.as_bytes().get(end) == Some(&b'>'));
        if length == 0 && !rest[2..end].starts_with('>') {
            return self.stray();
        }
        if !self.ends_cut(name, end) {
            return;
        }
        let open = self.open.iter().rposition(|open| *open == name);
        let open =
            open.or_else(|| self.open.len().checked_sub(1).filter(|top| is_meant(name, self.open[*top])));
        match open {
            None => {
                self.faults.tags += usize::from(!is_void(name));
                self.replace(end, "");
            }
            Some(0) if !is_rest(&rest[end..]) => {
                self.faults.behind += 1;
                self.close_to(1);
                self.replace(end, "");
            }
            Some(depth) => self.end(depth, &rest[..end]),
        }
    }

    /// Closes what is open at `depth` with the end tag as `written`.
    fn end(&mut self, depth: usize, written: &str) {
        self.close_to(depth + 1);
        self.left(depth);
        let name = self.open[depth];
        self.open.truncate(depth);
        let is_right =
            written.len() == name.len() + 3 && written.ends_with('>') && &written[2..name.len() + 2] == name;
        if is_right {
            self.at += written.len();
        } else {
            self.faults.unclosed += usize::from(!written.ends_with('>'));
            self.replace(written.len(), &format!("</{name}>"));
        }
    }

    /// Closes what is open at `depth` and deeper.
    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let name = self.open.pop().expect("longer than depth");
            self.faults.unclosed += 1;
            self.replace(0, &format!("</{name}>"));
        }
        self.left(depth);
    }

    fn left(&mut self, depth: usize) {
        if self.entry.is_some_and(|entry| entry >= depth) {
            self.entry = None;
        }
    }

    fn finish(mut self, complaints: &mut Vec<Complaint>) -> Cow<'a, str> {
        if self.cut.is_some() {
            (self.cut, self.copied) = (None, self.text.len());
            self.faults.unclosed += 1;
        }
        if self.guard.lenient {
            self.faults.unclosed += self.open.len();
        } else {
            self.close_to(0);
        }
        self.faults.complain(self.guard, complaints);
        let rest = &self.text[self.copied..];
        if self.out.is_empty() {
            return Cow::Borrowed(rest);
        }
        self.out.push_str(rest);
        Cow::Owned(self.out)
    }
}

#[cfg(test)]
mod tests;
