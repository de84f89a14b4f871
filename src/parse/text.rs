//! Text: white space folded, HTML read as a person would.
//! Promises: linear time; never panics on broken HTML.

/// White space folded to single spaces, none at the ends.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The text of an HTML fragment: tags off, entities resolved, scripts and styles left out, white space folded.
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = after_tag(&rest[at..], &mut text);
    }
    text.push_str(rest);
    fold(&html_escape::decode_html_entities(&text))
}

/// Skips the tag at the start of `html`, with all it hides; a lone `<` is text.
fn after_tag<'a>(html: &'a str, text: &mut String) -> &'a str {
    if let Some(comment) = html.strip_prefix("<!--") {
        return comment.find("-->").map_or("", |end| &comment[end + 3..]);
    }
    let is_tag = html[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!' || c == '?');
    let Some(end) = html.find('>').filter(|_| is_tag) else {
        text.push('<');
        return &html[1..];
    };
    let name: String = html[1..end].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
    let name = name.to_ascii_lowercase();
    if !INLINE.contains(&name.trim_matches('/')) {
        text.push(' ');
    }
    let rest = &html[end + 1..];
    if matches!(name.as_str(), "script" | "style") {
        let close = format!("</{name}");
        let hidden =
            rest.as_bytes().windows(close.len()).position(|w| w.eq_ignore_ascii_case(close.as_bytes()));
        return hidden.map_or("", |at| &rest[at..]);
    }
    rest
}

/// Tags that do not part words.
const INLINE: [&str; 17] = [
    "a", "abbr", "b", "cite", "code", "del", "em", "font", "i", "ins", "mark", "small", "span", "strong",
    "sub", "sup", "u",
];

/// A title as plain text. Markup and entities in it are resolved, but `a < b` and `AT&T` stay.
pub fn title(text: &str) -> String {
    let markup = text.contains("</") || text.contains("/>") || looks_tagged(text);
    let entities = text.contains('&') && text.contains(';');
    if markup || entities { plain(text) } else { fold(text) }
}

fn looks_tagged(text: &str) -> bool {
    const TAGS: [&str; 8] = ["<b>", "<i>", "<em>", "<br>", "<strong>", "<p>", "<span", "<wbr>"];
    let lower = text.to_ascii_lowercase();
    TAGS.iter().any(|tag| lower.contains(tag))
}

/// Plain text as HTML.
pub fn escape(text: &str) -> String {
    html_escape::encode_text(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_reads_as_a_person_would() {
        for (html, expected) in [
            ("<p>Ein <b>W</b>ort</p><p>und &uuml;ber &amp; aus</p>", "Ein Wort und über & aus"),
            ("a<script>var x = '<p>';</script>b<!-- c --> d", "a b d"),
            ("1 < 2 <", "1 < 2 <"),
            ("<p", "<p"),
        ] {
            assert_eq!(plain(html), expected, "{html}");
        }
    }

    #[test]
    fn titles_lose_markup_but_no_text() {
        assert_eq!(title("AT&T  <b>wins</b>"), "AT&T wins");
        assert_eq!(title("a < b & c"), "a < b & c");
        assert_eq!(title("«Gr&uuml;n»\n"), "«Grün»");
    }
}
