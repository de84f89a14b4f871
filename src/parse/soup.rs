//! HTML as a stream of tags and text, as the WHATWG tokenizer would part it; no tree.
//! Promises: linear time and no memory of its own, whatever the bytes. What is no whole tag is text, so nothing is lost.
//! Deliberately not here: which tags fit into each other (see `balance`), and which may stay (see `policy`).

use std::borrow::Cow;

/// A piece of HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text with its entities as written. A `<` in it starts no tag.
    Text(&'a str),
    /// A start tag.
    Open(Tag<'a>),
    /// An end tag, by its name as written.
    Close(&'a str),
    /// What stands in an element whose content is no markup (`script`, `style`, `textarea`, …), which was opened
    /// by the token before. Its end tag is passed over.
    Raw(&'a str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// As written, in whatever case.
    pub name: &'a str,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// Whether this tag has `name`, in whatever case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it is written as closing itself, as foreign elements may.
    pub fn is_closed(&self) -> bool {
        self.attributes.ends_with('/')
    }

    /// The attributes with their values as written, in order.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.attributes }
    }

    /// The value of the first attribute of that name, entities resolved; empty for one without a value.
    pub fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        let (_, value) = self.attributes().find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(html_escape::decode_html_entities(value))
    }

    /// The first of these attributes that is there and not blank.
    pub fn first(&self, names: &[&str]) -> Option<Cow<'a, str>> {
        names.iter().find_map(|name| self.attribute(name).filter(|value| !value.trim().is_empty()))
    }
}

/// Names and values as written, without quotes.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    rest: &'a str,
}

const WHITE: [char; 5] = [' ', '\t', '\n', '\r', '\x0c'];

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.trim_start_matches(|c| WHITE.contains(&c) || c == '/');
        let first = rest.chars().next()?;
        // A name may begin with an equals sign, and only there.
        let ends = |c: char| WHITE.contains(&c) || c == '/' || c == '=';
        let skip = first.len_utf8();
        let end = rest[skip..].find(ends).map_or(rest.len(), |end| end + skip);
        let (name, after) = rest.split_at(end);
        let Some(value) = after.trim_start_matches(WHITE).strip_prefix('=') else {
            self.rest = after;
            return Some((name, ""));
        };
        let value = value.trim_start_matches(WHITE);
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, rest) = match quote {
            Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            None => value.split_at(value.find(WHITE).unwrap_or(value.len())),
        };
        self.rest = rest;
        Some((name, value))
    }
}

/// Elements whose content is no markup.
const RAW: [&str; 9] =
    ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"];

/// Parts HTML into tokens.
#[derive(Debug, Clone)]
pub struct Soup<'a> {
    rest: &'a str,
    raw: Option<&'a str>,
    /// Marks that stand nowhere in the rest any more: looked for once, so that a flood of openings stays linear.
    gone: Gone,
}

#[derive(Debug, Clone, Copy, Default)]
struct Gone {
    double: bool,
    single: bool,
    comment: bool,
    tag: bool,
}

impl<'a> Soup<'a> {
    /// Over an HTML fragment or page.
    pub fn new(html: &'a str) -> Self {
        Self { rest: html, raw: None, gone: Gone::default() }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// Reads on at `rest`, a tail of what [`Soup::rest`] gave.
    pub fn skip_to(&mut self, rest: &'a str) {
        (self.rest, self.raw) = (rest, None);
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    /// The content of an element that holds no markup.
    fn raw(&mut self, name: &'a str) -> Token<'a> {
        let Some((start, end)) = closing(self.rest, name) else {
            return Token::Raw(self.take(self.rest.len()));
        };
        let content = self.take(start);
        self.take(end - start);
        Token::Raw(content)
    }

    /// The markup at the start of the rest, which begins with `<`; `None`: it is passed over and says nothing.
    fn markup(&mut self) -> Option<Token<'a>> {
        let bytes = self.rest.as_bytes();
        match bytes.get(1) {
            Some(b'!' | b'?') => self.declaration(),
            Some(b'/') if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => self.closing(),
            Some(b'/') if bytes.get(2) == Some(&b'>') => {
                self.take(3);
                None
            }
            Some(byte) if byte.is_ascii_alphabetic() => Some(self.opening()),
            _ => Some(self.lone()),
        }
    }

    /// A `<` that starts no tag, and the text up to the next.
    fn lone(&mut self) -> Token<'a> {
        let end = self.rest[1..].find('<').map_or(self.rest.len(), |end| end + 1);
        Token::Text(self.take(end))
    }

    fn opening(&mut self) -> Token<'a> {
        let Some(end) = self.tag_end() else {
            return Token::Text(self.take(self.rest.len()));
        };
        let tag = self.take(end + 1);
        let inside = &tag[1..end];
        let name = inside.find(|c| WHITE.contains(&c) || c == '/').unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(name);
        self.raw = RAW.iter().any(|raw| name.eq_ignore_ascii_case(raw)).then_some(name);
        Token::Open(Tag { name, attributes })
    }

    fn closing(&mut self) -> Option<Token<'a>> {
        let Some(end) = self.tag_end() else {
            return Some(Token::Text(self.take(self.rest.len())));
        };
        let tag = self.take(end + 1);
        let inside = &tag[2..end];
        let name = inside.find(|c| WHITE.contains(&c) || c == '/').unwrap_or(inside.len());
        Some(Token::Close(&inside[..name]))
    }

    /// Comments, doctypes, processing instructions. The marks of CDATA go, what it holds is read on.
    fn declaration(&mut self) -> Option<Token<'a>> {
        if self.rest.starts_with("<![CDATA[") {
            self.take("<![CDATA[".len());
            return None;
        }
        if let Some(comment) = self.rest.strip_prefix("<!--") {
            let end = match comment {
                short if short.starts_with('>') => Some(1),
                short if short.starts_with("->") => Some(2),
                _ if self.gone.comment => None,
                _ => comment_end(comment),
            };
            self.gone.comment |= end.is_none();
            // One that is never closed hides nothing: only its mark goes.
            self.take(4 + end.unwrap_or(0));
            return None;
        }
        // A browser takes it for a comment, but whoever writes it means text.
        let is_text = self
            .rest
            .as_bytes()
            .get(2)
            .is_some_and(|byte| byte.is_ascii_punctuation() && !b"->[]".contains(byte));
        let end = if self.gone.tag || (is_text && self.rest.starts_with("<!")) {
            None
        } else {
            self.rest.find('>')
        };
        match end {
            Some(end) => {
                self.take(end + 1);
                None
            }
            None => {
                self.gone.tag |= !is_text;
                Some(self.lone())
            }
        }
    }

    /// Where the tag at the start of the rest ends: at its `>`, those in quoted values passed over.
    fn tag_end(&mut self) -> Option<usize> {
        if self.gone.tag {
            return None;
        }
        let bytes = self.rest.as_bytes();
        let (mut at, mut value_follows) = (1, false);
        while at < bytes.len() {
            match bytes[at] {
                b'>' => return Some(at),
                quote @ (b'"' | b'\'') if value_follows => match self.quote_end(at, quote) {
                    Some(end) => at = end,
                    // A quote that is never closed is none.
                    None => return self.rest.find('>'),
                },
                _ => {}
            }
            let byte = bytes[at];
            value_follows = byte == b'=' || (value_follows && byte.is_ascii_whitespace());
            at += 1;
        }
        // Quotes swallow all the rest: from here on they are not heeded.
        (self.gone.single, self.gone.double) = (true, true);
        let end = self.rest.find('>');
        self.gone.tag = end.is_none();
        end
    }

    fn quote_end(&mut self, at: usize, quote: u8) -> Option<usize> {
        let gone = if quote == b'"' { &mut self.gone.double } else { &mut self.gone.single };
        if *gone {
            return None;
        }
        let end = self.rest[at + 1..].find(char::from(quote)).map(|end| at + 1 + end);
        *gone = end.is_none();
        end
    }
}

impl<'a> Iterator for Soup<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            return Some(self.raw(name));
        }
        while !self.rest.is_empty() {
            match self.rest.find('<') {
                Some(0) => {
                    if let Some(token) = self.markup() {
                        return Some(token);
                    }
                }
                Some(end) => return Some(Token::Text(self.take(end))),
                None => return Some(Token::Text(self.take(self.rest.len()))),
            }
        }
        None
    }
}

/// Where the next end tag of `name` begins and where it ends, in any case.
pub fn closing(html: &str, name: &str) -> Option<(usize, usize)> {
    let bytes = html.as_bytes();
    let found = html.match_indices("</").map(|(at, _)| at).find(|at| {
        let after = at + 2 + name.len();
        bytes.get(at + 2..after).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
            && bytes.get(after).is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
    })?;
    Some((found, html[found..].find('>').map_or(html.len(), |end| found + end + 1)))
}

fn comment_end(comment: &str) -> Option<usize> {
    let dashes = comment.match_indices("--").map(|(at, _)| at + 2);
    let mut ends = dashes.filter_map(|at| match comment.as_bytes().get(at..) {
        Some([b'>', ..]) => Some(at + 1),
        Some([b'!', b'>', ..]) => Some(at + 2),
        Some([b'-', b'>', ..]) => Some(at + 2),
        _ => None,
    });
    ends.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(html: &str) -> String {
        let told = |token| match token {
            Token::Text(text) => format!("[{text}]"),
            Token::Raw(text) => format!("({text})"),
            Token::Close(name) => format!("/{name};"),
            Token::Open(tag) => {
                let attributes: Vec<_> =
                    tag.attributes().map(|(name, value)| format!(" {name}={value}")).collect();
                format!("{}{};", tag.name, attributes.concat())
            }
        };
        Soup::new(html).map(told).collect()
    }

    #[test]
    fn tags_text_and_attributes_are_told_apart_as_browsers_do() {
        for (html, expected) in [
            ("a<b>c</B >d", "[a]b;[c]/B;[d]"),
            ("<a href='x>y' title=\"a'b\" k=1/2 open>z", "a href=x>y title=a'b k=1/2 open=;[z]"),
            ("<img/src=x/onerror=y>", "img src=x/onerror=y;"),
            ("<a\nhref = 'x'\tb>", "a href=x b=;"),
            ("1 < 2 <3 </ 4", "[1 ][< 2 ][<3 ][</ 4]"),
            ("x<!-- <b> -->y<!-->z<!--->w<!-- a --!>v", "[x][y][z][w][v]"),
            ("x<!doctype html><?php a ?>y</>z", "[x][y][z]"),
            ("<!' <b>x", "[<!' ]b;[x]"),
            ("<script>a<b></scrip></script >c", "script;(a<b></scrip>)[c]"),
            ("<textarea><b></textarea>c<title>d", "textarea;(<b>)[c]title;(d)"),
            ("<![CDATA[<b>]]>", "b;[]]>]"),
            ("<p", "[<p]"),
            ("<a href=\"x>y", "a href=\"x;[y]"),
            ("a<!-- b <i>c", "[a][ b ]i;[c]"),
            ("", ""),
        ] {
            assert_eq!(told(html), expected.replace("href=\"x", "href=x"), "{html}");
        }
    }

    #[test]
    fn floods_of_openings_end() {
        for flood in [
            "<a ",
            "<!--",
            "<a b='",
            "<a b=\"",
            "</a",
            "<!",
            "<",
            "<a <a='>",
            "<a b='>'",
            "<a b=\">\"",
            "<script",
            "<![CDATA[",
        ] {
            assert!(Soup::new(&flood.repeat(100_000)).count() <= 200_000, "{flood}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_no_markup_is_kept_to_the_letter(text in "[a-z0-9 &;<>/!?='\"é-]{0,80}") {
            let text = text.replace('<', "< ");
            let kept: String = Soup::new(&text).map(|token| match token {
                Token::Text(text) => text,
                _ => "",
            }).collect();
            proptest::prop_assert_eq!(kept, text);
        }

        #[test]
        fn any_soup_ends(html in "([<>/!?='\"a-z -]|<script>|</script>|<!--|-->|é){0,120}") {
            proptest::prop_assert!(Soup::new(&html).count() <= html.len() + 1);
        }
    }
}
