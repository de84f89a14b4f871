//! Which HTML may be republished: the one table of elements, attributes and schemes.
//! Text, lists, tables, quotes, code, headings, figures, ruby, links and images stay. Scripts, styles, templates, vector
//! graphics and choices of forms go with all they hold; of every other element the tags go and the content stays.
//! No element keeps a class, an id, a style or a handler.
//! Promises: whatever is not named here does not get through.

/// How an element behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Within a line.
    Inline,
    /// A block: a paragraph ends where it begins.
    Block,
    /// Stands alone, has no end tag.
    Void,
    /// A part of a table.
    Table,
    /// An item of a list.
    Item,
    /// A part of ruby.
    Ruby,
}

/// An element that stays: its name, how it behaves, and the attributes it keeps besides the [`GENERIC`] ones.
#[derive(Debug, Clone, Copy)]
pub struct Element {
    /// In lower case.
    pub name: &'static str,
    /// How it fits into others.
    pub kind: Kind,
    /// In lower case.
    pub attributes: &'static [&'static str],
}

const fn element(name: &'static str, kind: Kind, attributes: &'static [&'static str]) -> Element {
    Element { name, kind, attributes }
}

/// Attributes that every element keeps.
pub const GENERIC: [&str; 3] = ["dir", "lang", "title"];

/// Elements that stay, in the order of their names.
pub const ELEMENTS: [Element; 78] = [
    element("a", Kind::Inline, &["href", "hreflang"]),
    element("abbr", Kind::Inline, &[]),
    element("acronym", Kind::Inline, &[]),
    element("address", Kind::Block, &[]),
    element("article", Kind::Block, &[]),
    element("aside", Kind::Block, &[]),
    element("b", Kind::Inline, &[]),
    element("bdi", Kind::Inline, &[]),
    element("bdo", Kind::Inline, &[]),
    element("big", Kind::Inline, &[]),
    element("blockquote", Kind::Block, &["cite"]),
    element("br", Kind::Void, &[]),
    element("caption", Kind::Table, &["align"]),
    element("center", Kind::Block, &[]),
    element("cite", Kind::Inline, &[]),
    element("code", Kind::Inline, &[]),
    element("col", Kind::Table, &["span", "align"]),
    element("colgroup", Kind::Table, &["span", "align"]),
    element("data", Kind::Inline, &["value"]),
    element("dd", Kind::Item, &[]),
    element("del", Kind::Inline, &["cite", "datetime"]),
    element("details", Kind::Block, &[]),
    element("dfn", Kind::Inline, &[]),
    element("div", Kind::Block, &[]),
    element("dl", Kind::Block, &[]),
    element("dt", Kind::Item, &[]),
    element("em", Kind::Inline, &[]),
    element("figcaption", Kind::Block, &[]),
    element("figure", Kind::Block, &[]),
    element("footer", Kind::Block, &[]),
    element("h1", Kind::Block, &[]),
    element("h2", Kind::Block, &[]),
    element("h3", Kind::Block, &[]),
    element("h4", Kind::Block, &[]),
    element("h5", Kind::Block, &[]),
    element("h6", Kind::Block, &[]),
    element("header", Kind::Block, &[]),
    element("hgroup", Kind::Block, &[]),
    element("hr", Kind::Void, &[]),
    element("i", Kind::Inline, &[]),
    element("img", Kind::Void, &["src", "srcset", "sizes", "alt", "width", "height"]),
    element("ins", Kind::Inline, &["cite", "datetime"]),
    element("kbd", Kind::Inline, &[]),
    element("li", Kind::Item, &["value"]),
    element("main", Kind::Block, &[]),
    element("mark", Kind::Inline, &[]),
    element("ol", Kind::Block, &["start", "reversed", "type"]),
    element("p", Kind::Block, &[]),
    element("pre", Kind::Block, &[]),
    element("q", Kind::Inline, &["cite"]),
    element("rb", Kind::Ruby, &[]),
    element("rp", Kind::Ruby, &[]),
    element("rt", Kind::Ruby, &[]),
    element("rtc", Kind::Ruby, &[]),
    element("ruby", Kind::Inline, &[]),
    element("s", Kind::Inline, &[]),
    element("samp", Kind::Inline, &[]),
    element("section", Kind::Block, &[]),
    element("small", Kind::Inline, &[]),
    element("span", Kind::Inline, &[]),
    element("strike", Kind::Inline, &[]),
    element("strong", Kind::Inline, &[]),
    element("sub", Kind::Inline, &[]),
    element("summary", Kind::Block, &[]),
    element("sup", Kind::Inline, &[]),
    element("table", Kind::Table, &[]),
    element("tbody", Kind::Table, &[]),
    element("td", Kind::Table, &["colspan", "rowspan", "headers", "align"]),
    element("tfoot", Kind::Table, &[]),
    element("th", Kind::Table, &["colspan", "rowspan", "headers", "scope", "abbr", "align"]),
    element("thead", Kind::Table, &[]),
    element("time", Kind::Inline, &["datetime"]),
    element("tr", Kind::Table, &["align"]),
    element("tt", Kind::Inline, &[]),
    element("u", Kind::Inline, &[]),
    element("ul", Kind::Block, &[]),
    element("var", Kind::Inline, &[]),
    element("wbr", Kind::Void, &[]),
];

/// Elements that go with all they hold.
pub const HIDDEN: [&str; 13] = [
    "script",
    "style",
    "template",
    "svg",
    "select",
    "datalist",
    "annotation",
    "annotation-xml",
    "title",
    "frameset",
    "noembed",
    "noframes",
    "iframe",
];

/// Attributes that hold an address of a page.
pub const LINKS: [&str; 2] = ["href", "cite"];

/// Schemes of links. Images are `http` and `https` only.
pub const SCHEMES: [&str; 14] = [
    "http", "https", "mailto", "tel", "ftp", "magnet", "xmpp", "irc", "news", "gemini", "geo", "sms", "sip",
    "feed",
];

/// The element of that name, in whatever case, that stays.
pub fn element_named(name: &str) -> Option<&'static Element> {
    let mut lower = [0_u8; 10];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let at = ELEMENTS.binary_search_by(|element| element.name.as_bytes().cmp(lower)).ok()?;
    Some(&ELEMENTS[at])
}

/// Whether an element of that name, in whatever case, goes with all it holds.
pub fn is_hidden(name: &str) -> bool {
    HIDDEN.iter().any(|hidden| name.eq_ignore_ascii_case(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_every_element_is_found() {
        assert!(ELEMENTS.is_sorted_by_key(|element| element.name));
        for element in ELEMENTS {
            let found = element_named(&element.name.to_ascii_uppercase()).map(|found| found.name);
            assert_eq!(found, Some(element.name));
        }
        for unknown in ["", "script", "object", "a-very-long-custom-element", "blink"] {
            assert!(element_named(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn nothing_active_is_in_the_table() {
        for element in ELEMENTS {
            let attributes = element.attributes.iter().chain(&GENERIC);
            for attribute in attributes {
                assert!(
                    !attribute.starts_with("on") && !["style", "id", "class", "name"].contains(attribute)
                );
            }
            assert!(!HIDDEN.contains(&element.name));
        }
    }
}
