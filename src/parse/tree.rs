//! Elements of a mended feed as small trees: one for each entry, handed on and dropped at once, and one for the rest.
//! Promises: linear time; `xml:base` and `xml:lang` are resolved for every element.
//! Deliberately not here: what an element means.

use std::borrow::Cow;
use std::rc::Rc;

use memchr::{memchr, memmem};
use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::parse::lexeme::{name_length, tag_length};
use crate::parse::space::{Space, customary, named};

/// No reference is longer, in bytes.
const REFERENCE_BYTES: usize = 34;

/// One element with all it holds.
#[derive(Debug)]
pub struct Element<'a> {
    /// Its vocabulary.
    pub space: Space,
    /// Its local name, lower-case.
    pub name: Cow<'a, str>,
    /// Names as written, prefix and all, and values with their entities resolved.
    pub attributes: Vec<(&'a str, Cow<'a, str>)>,
    /// `xml:base` in force.
    pub base: Option<Rc<Url>>,
    /// `xml:lang` in force; empty if it was taken back.
    pub lang: Option<Rc<str>>,
    /// Whether `xml:lang` stands on this very element.
    pub has_own_lang: bool,
    /// Children in order.
    pub nodes: Vec<Node<'a>>,
}

/// What an element holds.
#[derive(Debug)]
pub enum Node<'a> {
    /// An element.
    Element(Element<'a>),
    /// Text, entities resolved.
    Text(Cow<'a, str>),
}

impl<'a> Element<'a> {
    /// The elements among its children.
    pub fn children(&self) -> impl Iterator<Item = &Element<'a>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// An attribute by its local name, whatever the case and prefix; the one without a prefix goes first.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let plain = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let local = |key: &str| {
            key.rsplit_once(':').is_some_and(|(prefix, local)| {
                !prefix.eq_ignore_ascii_case("xmlns") && local.eq_ignore_ascii_case(name)
            })
        };
        let found = plain.or_else(|| self.attributes.iter().find(|(key, _)| local(key)));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// All text in it, at any depth, as it stands.
    pub fn text(&self) -> Cow<'_, str> {
        if let [Node::Text(text)] = self.nodes.as_slice() {
            return Cow::Borrowed(text);
        }
        let mut text = String::new();
        self.text_into(&mut text);
        Cow::Owned(text)
    }

    fn text_into(&self, out: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => element.text_into(out),
            }
        }
    }

    /// Whether it holds elements, not text alone.
    pub fn has_elements(&self) -> bool {
        self.children().next().is_some()
    }

    /// Whether it is RSS's or Atom's own, and not of a module.
    pub fn is_core(&self) -> bool {
        matches!(self.space, Space::Core | Space::Atom)
    }
}

/// Where elements go that are complete.
pub trait Visitor {
    /// Whether the element whose open parents are named `parents` is to be handed over on its own.
    fn takes(&self, element: &Element<'_>, parents: &[Element<'_>]) -> bool;
    /// Takes a complete element.
    fn take(&mut self, element: &Element<'_>);
}

/// How many attributes are read.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// Of one element.
    pub each: usize,
    /// Of all elements that are held at once.
    pub held: usize,
    /// So many elements are held at once; what is beyond is read over.
    pub elements: usize,
    /// Length of one text, in bytes. It is more than what is kept of one in the end, so that it shows that it was cut.
    pub text: usize,
}

impl Most {
    /// As the owner says.
    pub fn of(options: &ParseOptions) -> Self {
        let most = options.max_elements;
        Self {
            each: options.max_attributes,
            held: most.saturating_mul(4),
            elements: most.saturating_mul(2),
            text: options.max_text.as_usize().saturating_add(4_096),
        }
    }
}

/// So many prefixes are known at once; each element looks its own up among them.
const PREFIXES: usize = 256;
/// A longer base sets none, in bytes: every address that counts from it would be as long.
const BASE_BYTES: usize = 2 * 1024;

/// Reads mended XML. Gives the root without what `visitor` took; `None` if there is none.
///
/// `repair` has left nothing to be found wrong, so this goes from tag to tag; an XML parser, which parts text at every
/// reference, took twice as long.
pub fn read<'a>(
    xml: &'a str,
    base: Option<&Url>,
    most: Most,
    visitor: &mut impl Visitor,
) -> Option<Element<'a>> {
    let base = base.cloned().map(Rc::new);
    let mut trees = Trees { spaces: Vec::new(), open: Vec::new(), base, root: None, most, held: Vec::new() };
    let mut rest = xml;
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        trees.text(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[trees.markup(rest, visitor)..];
    }
    trees.text(rest);
    while !trees.open.is_empty() {
        trees.close(visitor);
    }
    trees.root
}

/// Attributes and elements: those before this element, its own, and those in it.
#[derive(Clone, Copy, Default)]
struct Held {
    attributes: usize,
    elements: usize,
}

struct Trees<'a> {
    /// Declared prefixes, their vocabularies, and how many elements were open when they were declared.
    spaces: Vec<(&'a str, Space, usize)>,
    open: Vec<Element<'a>>,
    base: Option<Rc<Url>>,
    root: Option<Element<'a>>,
    most: Most,
    /// For each open element, what is held up to here.
    held: Vec<Held>,
}

impl<'a> Trees<'a> {
    /// Reads the markup at the start of `rest`; its length.
    fn markup(&mut self, rest: &'a str, visitor: &mut impl Visitor) -> usize {
        let behind =
            |end: &str| memmem::find(rest.as_bytes(), end.as_bytes()).map_or(rest.len(), |at| at + end.len());
        if rest.starts_with("</") {
            self.close(visitor);
            return behind(">");
        }
        if let Some(section) = rest.strip_prefix("<![CDATA[") {
            let length = behind("]]>");
            self.plain(section.get(..length.saturating_sub(12)).unwrap_or(section));
            return length;
        }
        if rest.starts_with("<!--") {
            return behind("-->");
        }
        let Some(length) = tag_length(rest) else {
            self.plain("<");
            return 1;
        };
        let tag = &rest[1..length - 1];
        let is_empty = tag.ends_with('/');
        self.open(tag.strip_suffix('/').unwrap_or(tag));
        if is_empty {
            self.close(visitor);
        }
        length
    }

    /// Opens the element whose tag reads `tag` inside.
    fn open(&mut self, tag: &'a str) {
        let (name, rest) = tag.split_at(name_length(tag));
        let held = self.held.last().copied().unwrap_or_default();
        let left = self.most.held.saturating_sub(held.attributes);
        let attributes = attributes(rest, self.most.each.min(left));
        let more = Held { attributes: held.attributes + attributes.len(), elements: held.elements + 1 };
        self.held.push(more);
        self.declare(&attributes);
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let space = self.space(prefix);
        let parent = self.open.last();
        let mut base = parent.map_or_else(|| self.base.clone(), |parent| parent.base.clone());
        let mut lang = parent.and_then(|parent| parent.lang.clone());
        let mut has_own_lang = false;
        for (key, value) in &attributes {
            match *key {
                "xml:base" => base = rebased(base, value),
                "xml:lang" => {
                    (lang, has_own_lang) = (Some(Rc::from(value.trim())), true);
                }
                _ => {}
            }
        }
        let name = if local.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(local.to_ascii_lowercase())
        } else {
            Cow::Borrowed(local)
        };
        self.open.push(Element { space, name, attributes, base, lang, has_own_lang, nodes: Vec::new() });
    }

    fn declare(&mut self, attributes: &[(&'a str, Cow<'a, str>)]) {
        let depth = self.open.len();
        for (key, value) in attributes {
            let prefix = if *key == "xmlns" { Some("") } else { key.strip_prefix("xmlns:") };
            let Some(prefix) = prefix.filter(|_| self.spaces.len() < PREFIXES) else { continue };
            let space = named(value);
            // A feed in a namespace of somebody's own is a feed all the same.
            let is_roots = depth == 0 && prefix.is_empty() && space == Space::Other;
            self.spaces.push((prefix, if is_roots { Space::Core } else { space }, depth));
        }
    }

    fn space(&self, prefix: &str) -> Space {
        let declared = self.spaces.iter().rev().find(|(known, ..)| *known == prefix);
        declared.map_or_else(|| customary(prefix), |(_, space, _)| *space)
    }

    fn close(&mut self, visitor: &mut impl Visitor) {
        let Some(element) = self.open.pop() else { return };
        let depth = self.open.len();
        while self.spaces.last().is_some_and(|(.., at)| *at >= depth) {
            self.spaces.pop();
        }
        let held = self.held.pop().unwrap_or_default();
        if visitor.takes(&element, &self.open) {
            visitor.take(&element);
        } else if let Some(parent) = self.open.last_mut() {
            if held.elements <= self.most.elements {
                parent.nodes.push(Node::Element(element));
                // What it holds is its parent's from now on.
                self.held.last_mut().into_iter().for_each(|parent| *parent = held);
            }
        } else if self.root.is_none() {
            self.root = Some(element);
        }
    }

    /// Adds text in which references are to be resolved.
    fn text(&mut self, text: &'a str) {
        if memchr(b'&', text.as_bytes()).is_none() {
            return self.plain(text);
        }
        if let Some(parent) = self.open.last_mut() {
            if !matches!(parent.nodes.last(), Some(Node::Text(_))) {
                let room = String::with_capacity(text.len().min(self.most.text));
                parent.nodes.push(Node::Text(Cow::Owned(room)));
            }
            if let Some(Node::Text(before)) = parent.nodes.last_mut() {
                resolve_into(before.to_mut(), text, self.most.text);
            }
        }
    }

    /// Adds text as it stands.
    fn plain(&mut self, text: &'a str) {
        let Some(parent) = self.open.last_mut().filter(|_| !text.is_empty()) else { return };
        match parent.nodes.last_mut() {
            Some(Node::Text(before)) => {
                let room = self.most.text.saturating_sub(before.len());
                before.to_mut().push_str(&text[..text.floor_char_boundary(room)]);
            }
            _ => parent
                .nodes
                .push(Node::Text(Cow::Borrowed(&text[..text.floor_char_boundary(self.most.text)]))),
        }
    }
}

/// Writes `text` with its references resolved, until `out` is about as long as `most`.
fn resolve_into(out: &mut String, text: &str, most: usize) {
    const KNOWN: [(&str, &str); 5] =
        [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&apos;", "'")];
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        if out.len() >= most {
            return;
        }
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((name, meant)) = KNOWN.iter().find(|(name, _)| rest.starts_with(name)) {
            out.push_str(meant);
            rest = &rest[name.len()..];
            continue;
        }
        let length =
            memchr(b';', &rest.as_bytes()[..rest.len().min(REFERENCE_BYTES)]).map_or(1, |end| end + 1);
        out.push_str(&html_escape::decode_html_entities(&rest[..length]));
        rest = &rest[length..];
    }
    let room = most.saturating_sub(out.len());
    out.push_str(&rest[..rest.floor_char_boundary(room)]);
}

/// The base that `xml:base` sets; one that is no address sets none.
fn rebased(base: Option<Rc<Url>>, value: &str) -> Option<Rc<Url>> {
    let value = value.trim();
    if value.len() > BASE_BYTES {
        return base;
    }
    let joined = base.as_ref().map_or_else(|| Url::parse(value), |base| base.join(value)).ok();
    let joined = joined.filter(|url| !url.cannot_be_a_base() && url.as_str().len() <= BASE_BYTES);
    joined.map(Rc::new).or(base)
}

/// The attributes in the rest of a tag, the first `most` of them; quotes may be missing.
pub fn attributes(mut rest: &str, most: usize) -> Vec<(&str, Cow<'_, str>)> {
    let mut found = Vec::new();
    loop {
        if found.len() >= most {
            return found;
        }
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/' || c == '=');
        let end = rest.find(|c: char| c.is_whitespace() || "=/>".contains(c)).unwrap_or(rest.len());
        if end == 0 {
            return found;
        }
        let (key, after) = rest.split_at(end);
        let (value, after) = value(after);
        found.push((key, value));
        rest = after;
    }
}

/// The value after an attribute's name, and what comes behind it.
fn value(after: &str) -> (Cow<'_, str>, &str) {
    let Some(written) = after.trim_start().strip_prefix('=') else { return (Cow::Borrowed(""), after) };
    let written = written.trim_start();
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (value, rest) = match quote {
        Some(quote) => written[1..].split_once(quote).unwrap_or((&written[1..], "")),
        None => {
            let end = written.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(written.len());
            written.split_at(end)
        }
    };
    (html_escape::decode_html_entities(value), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Most = Most { each: 8, held: 12, elements: 9, text: 20 };

    struct Entries(Vec<String>);

    impl Visitor for Entries {
        fn takes(&self, element: &Element<'_>, _: &[Element<'_>]) -> bool {
            element.name == "entry"
        }

        fn take(&mut self, element: &Element<'_>) {
            self.0.push(element.text().into_owned());
        }
    }

    #[test]
    fn entries_are_handed_over_and_the_rest_is_kept() {
        let xml = "<f:feed xmlns:f='http://www.w3.org/2005/Atom' xml:base='http://a.example/b/' xml:lang='de'>\
            <f:entry>1&lt;<![CDATA[2]]>&#51;</f:entry><f:Title xml:base='c/' a=b>t</f:Title><f:entry/></f:feed>";
        let mut entries = Entries(vec![]);
        let root = read(xml, None, MOST, &mut entries).expect("a root");
        assert_eq!(entries.0, ["1<23", ""]);
        let title = root.children().next().expect("a title");
        assert_eq!(
            (title.space, title.name.as_ref(), title.attribute("A")),
            (Space::Atom, "title", Some("b"))
        );
        assert_eq!(title.base.as_deref().map(Url::as_str), Some("http://a.example/b/c/"));
        assert_eq!(
            (title.lang.as_deref(), title.has_own_lang, root.children().count()),
            (Some("de"), false, 1)
        );
    }

    #[test]
    fn namespaces_end_with_their_element() {
        let xml = "<rss xmlns='urn:mine'><a xmlns='urn:other'><b/></a><c/><dc:d/></rss>";
        let root = read(xml, None, MOST, &mut Entries(vec![])).expect("a root");
        let spaces: Vec<_> = root.children().map(|child| child.space).collect();
        assert_eq!(spaces, [Space::Other, Space::Core, Space::Dublin]);
    }

    #[test]
    fn attributes_are_held_up_to_a_number_and_none_once_an_entry_is_gone() {
        let many = "<b a='' b='' c='' d='' e='' f='' g='' h='' i=''/>";
        let xml = format!("<a><c>{many}{many}</c><entry>{many}</entry><entry>{many}</entry></a>");
        let mut entries = Entries(vec![]);
        let root = read(&xml, None, MOST, &mut entries).expect("a root");
        let child = root.children().next().expect("the first");
        let counts: Vec<_> = child.children().map(|child| child.attributes.len()).collect();
        assert_eq!((counts, entries.0.len()), (vec![8, 4], 2));
    }

    #[test]
    fn elements_are_held_up_to_a_number() {
        let xml = format!("<a>{}<c/></a>", "<b><b/></b>".repeat(9));
        let root = read(&xml, None, MOST, &mut Entries(vec![])).expect("a root");
        assert_eq!(root.children().count(), 4);
    }

    #[test]
    fn texts_are_held_up_to_a_length() {
        let xml = format!(
            "<a><b>{}</b><c>&lt;{}</c><d>&amp;<![CDATA[{}]]></d></a>",
            "ä".repeat(99),
            "x&gt;".repeat(99),
            "y".repeat(99)
        );
        let root = read(&xml, None, MOST, &mut Entries(vec![])).expect("a root");
        assert!(root.children().all(|child| (19..=21).contains(&child.text().len())), "{root:?}");
    }

    #[test]
    fn a_base_is_not_made_long() {
        let xml = format!("<a xml:base='http://a.example/{}/'><b xml:base='c/'/></a>", "x".repeat(9_000));
        let root = read(&xml, None, MOST, &mut Entries(vec![])).expect("a root");
        assert!(root.base.is_none());
    }
}
