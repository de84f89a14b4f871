//! Edits the text of an OPML file as its owner would: one outline in, one out; comments, order and indentation stay.

use crate::model::subscription::Subscription;
use crate::parse::parsed::ParseError;

/// A file without subscriptions.
pub fn empty(title: &str) -> String {
    let title = html_escape::encode_text(title);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>{title}</title>\n  </head>\n  <body>\n  </body>\n</opml>\n"
    )
}

/// The text with one more outline, at the end of its body, indented and ended as the line before it.
///
/// # Errors
/// [`ParseError::Broken`] if it has no body.
pub fn insert(text: &str, subscription: &Subscription) -> Result<String, ParseError> {
    let line = outline(subscription);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let body = |tag: &Tag<'_>| tag.name.eq_ignore_ascii_case("body");
    if let Some(close) = Tags::of(text).filter(|tag| tag.is_close && body(tag)).last() {
        let at = close.start;
        let start = text[..at].rfind('\n').map_or(at, |newline| newline + 1);
        let own_line = text[start..at].trim().is_empty();
        let (at, line) =
            if own_line { (start, format!("{}{line}{newline}", indent(&text[..start]))) } else { (at, line) };
        return Ok(format!("{}{line}{}", &text[..at], &text[at..]));
    }
    let Some(empty) = Tags::of(text).filter(|tag| tag.is_empty && body(tag)).last() else {
        return Err(ParseError::Broken("the OPML has no <body> to write into".to_owned()));
    };
    Ok(format!("{}<body>{newline}    {line}{newline}  </body>{}", &text[..empty.start], &text[empty.end..]))
}

/// The white space that the last line begins with, if something of a body's stands in it.
fn indent(before: &str) -> &str {
    let line = before.lines().last().unwrap_or_default();
    let bare = line.trim_start();
    let is_content = ["<outline", "</outline", "<!--"].iter().any(|start| bare.starts_with(start));
    if is_content { &line[..line.len() - bare.len()] } else { "    " }
}

/// The text without the outlines of `url`; `None` if there is none. Outlines within one of them stay.
pub fn remove(text: &str, url: &str) -> Option<String> {
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    // Whether each open outline is one that goes.
    let mut open: Vec<bool> = Vec::new();
    for tag in Tags::of(text).filter(|tag| tag.name.eq_ignore_ascii_case("outline")) {
        let goes = if tag.is_close { open.pop().unwrap_or(false) } else { names(tag.text, url) };
        if !tag.is_close && !tag.is_empty {
            open.push(goes);
        }
        if goes {
            cuts.push((tag.start, tag.end));
        }
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (start, end) in joined(text, &cuts) {
        out.push_str(&text[at..start]);
        at = end;
    }
    out.push_str(&text[at..]);
    (!cuts.is_empty()).then_some(out)
}

/// A tag and its end with nothing between them are cut as one; with what stands alone goes its line.
fn joined(text: &str, cuts: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> = Vec::new();
    for (start, end) in cuts {
        let beside =
            |last: &&mut (usize, usize)| text[last.1..*start].chars().all(|c| matches!(c, ' ' | '\t'));
        match all.last_mut().filter(beside) {
            Some(last) => last.1 = *end,
            None => all.push((*start, *end)),
        }
    }
    all.into_iter().map(|(start, end)| whole_line(text, start, end)).collect()
}

fn whole_line(text: &str, start: usize, end: usize) -> (usize, usize) {
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let behind = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
    let alone = text[line..start].trim().is_empty() && text[end..behind].trim().is_empty() && behind > end;
    if alone { (line, behind) } else { (start, end) }
}

/// A tag as it is written.
struct Tag<'a> {
    name: &'a str,
    text: &'a str,
    start: usize,
    end: usize,
    is_close: bool,
    is_empty: bool,
}

/// The tags of a text, without those in comments and the like. What is no tag is passed over.
struct Tags<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tags<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            let start = self.at + self.text[self.at..].find('<')?;
            let rest = &self.text[start..];
            let aside = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
            if let Some((open, close)) = aside.iter().find(|(open, _)| rest.starts_with(open)) {
                let passed = rest[open.len()..].find(close)?;
                self.at = start + open.len() + passed + close.len();
                continue;
            }
            let end = start + tag_end(rest)?;
            self.at = end;
            let text = &self.text[start..end];
            let (is_close, is_empty) = (text.starts_with("</"), text.ends_with("/>"));
            let name = text.trim_start_matches(['<', '/']);
            let name = name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or("");
            return Some(Tag { name, text, start, end, is_close, is_empty });
        }
    }
}

/// Where the tag that `text` begins with ends; a `>` between quotes does not end it.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some(at + 1),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn names(tag: &str, url: &str) -> bool {
    let decoded = html_escape::decode_html_entities(tag);
    let Some(at) = decoded.to_ascii_lowercase().find("xmlurl") else { return false };
    let value = decoded[at + 6..].trim_start().trim_start_matches('=').trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    quote.is_some_and(|quote| value[1..].split(quote).next().is_some_and(|found| found.trim() == url))
}

fn outline(subscription: &Subscription) -> String {
    let escape = |text: &str| html_escape::encode_double_quoted_attribute(text).into_owned();
    let url = escape(&subscription.url);
    let text = escape(subscription.title.as_deref().unwrap_or(&subscription.url));
    let html = subscription
        .html_url
        .as_deref()
        .map_or_else(String::new, |link| format!(" htmlUrl=\"{}\"", escape(link)));
    format!("<outline type=\"rss\" text=\"{text}\" xmlUrl=\"{url}\"{html}/>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_again_and_the_rest_stays_as_it_was() {
        let before = "<opml><body>\n    <!-- mine -->\n    <outline text='A' xmlUrl='https://a.example/?x=1&amp;y=2'/>\n  </body></opml>\n";
        let subscription =
            Subscription { url: "https://b.example/?a=1&b=2".to_owned(), ..Subscription::default() };
        let with = insert(before, &subscription).expect("a body");
        assert!(with.contains("<!-- mine -->") && with.contains("a=1&amp;b=2"), "{with}");
        assert_eq!(remove(&with, &subscription.url).as_deref(), Some(before));
        assert!(!remove(before, "https://a.example/?x=1&y=2").expect("there").contains("outline"));
        assert_eq!(remove(before, "https://c.example/"), None);
    }

    const BY_HAND: &str = "<?xml version=\"1.0\"?>\r\n<!-- by hand </body> -->\r\n<opml version=\"2.0\">\r\n<body>\r\n\t<!-- <outline xmlUrl=\"https://b.example/\"/> was dull -->\r\n\t<outline text=\"a > b\"\r\n\t\txmlUrl=\"https://a.example/\">\r\n\t\t<outline text=\"inner\" xmlUrl=\"https://c.example/\"/>\r\n\t</outline>\r\n\t<outline text=\"D\" xmlUrl=\"https://d.example/\"></outline>\r\n</body>\r\n</opml>\r\n<!-- </body> -->\r\n";

    #[test]
    fn a_file_written_by_hand_keeps_its_comments_order_indentation_and_line_ends() {
        let subscription = Subscription { url: "https://b.example/".to_owned(), ..Subscription::default() };
        let with = insert(BY_HAND, &subscription).expect("a body");
        let line = "\t<outline type=\"rss\" text=\"https://b.example/\" xmlUrl=\"https://b.example/\"/>\r\n";
        assert_eq!(with, BY_HAND.replace("</body>\r\n</opml>", &format!("{line}</body>\r\n</opml>")));
        assert_eq!(remove(&with, "https://b.example/").as_deref(), Some(BY_HAND));
        assert_eq!(remove(BY_HAND, "https://b.example/"), None, "what is in a comment is no outline");
        let without = remove(BY_HAND, "https://a.example/").expect("there");
        let gone =
            ["\t<outline text=\"a > b\"\r\n\t\txmlUrl=\"https://a.example/\">\r\n", "\t</outline>\r\n"];
        assert_eq!(without, gone.iter().fold(BY_HAND.to_owned(), |text, gone| text.replacen(gone, "", 1)));
        let without = remove(BY_HAND, "https://d.example/").expect("there");
        assert_eq!(
            without,
            BY_HAND.replace("\t<outline text=\"D\" xmlUrl=\"https://d.example/\"></outline>\r\n", "")
        );
    }

    #[test]
    fn what_is_no_opml_is_left_as_it_is() {
        for text in
            ["", "<", "<outline", "<outline xmlUrl='https://a.example/", "<!-- ", "<![CDATA[ <outline"]
        {
            assert_eq!(remove(text, "https://a.example/"), None, "{text}");
        }
    }

    #[test]
    fn an_empty_file_can_be_written_into() {
        let subscription = Subscription { url: "https://b.example/".to_owned(), ..Subscription::default() };
        for text in [empty("x & y"), "<opml><body/></opml>".to_owned()] {
            assert!(insert(&text, &subscription).expect("a body").contains("https://b.example/"));
        }
        assert!(insert("<opml/>", &subscription).is_err());
    }
}
