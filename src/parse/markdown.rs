//! One dropped Markdown file as one entry. Without a title in its front matter, the first heading or line is the title;
//! the first paragraph, if it is short enough, is the summary.

use pulldown_cmark::{Options, Parser, html};

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::parse::article::{Draft, Place, SUMMARY_CHARS, finish};
use crate::parse::blocks::announces_summary;
use crate::parse::byline::byline;
use crate::parse::front_matter::split;
use crate::parse::parsed::Parsed;
use crate::parse::text::{fold, plain};
use crate::parse::text_article;

/// Reads a Markdown article. One over the limit of HTML is read as plain text.
pub fn markdown(
    text: &str,
    place: Place<'_>,
    options: &ParseOptions,
    mut complaints: Vec<Complaint>,
) -> Parsed {
    if text.len() > options.max_html.as_usize() {
        complaints
            .push(Complaint::new("limit", "the Markdown is over parse.max_html and is read as plain text"));
        let text = text.trim_start_matches('\u{feff}').trim_start_matches("# ");
        return Parsed { shape: "markdown", ..text_article::text(text, place, options, complaints) };
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (front, body) = split(&text, &mut complaints);
    let mut draft = Draft { front, ..Draft::default() };
    let body = take_title(body.trim_start_matches('\n'), &mut draft);
    let body = take_byline(body, &mut draft);
    draft.content = rendered(body);
    draft.summary = summary(body).filter(|lead| plain(lead).chars().count() <= SUMMARY_CHARS);
    finish("markdown", draft, place, options, complaints)
}

/// Takes the title off the body. With one in the front matter, only a heading that repeats it is taken off.
fn take_title<'a>(body: &'a str, draft: &mut Draft) -> &'a str {
    let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
    let (second, behind) = rest.split_once('\n').unwrap_or((rest, ""));
    let underlined =
        second.len() >= 2 && (second.bytes().all(|b| b == b'=') || second.bytes().all(|b| b == b'-'));
    let is_heading = first.starts_with('#') || (underlined && !first.trim().is_empty());
    let rest = if underlined { behind } else { rest };
    let found = plain(&rendered(first));
    match draft.front.text(&["title", "titel", "headline"]) {
        Some(title) if is_heading && fold(title) == found => rest,
        Some(_) => body,
        // A list, a quote, a picture or code is no title.
        None if !is_heading && first.starts_with(['-', '*', '>', '|', '`', '!', '<', '+', ' ', '\t']) => body,
        None => {
            draft.title = found;
            if draft.title.chars().count() > crate::parse::article::MAX_TITLE_CHARS { body } else { rest }
        }
    }
}

/// Takes the paragraph under the title off the body if it only names authors and dates.
fn take_byline<'a>(body: &'a str, draft: &mut Draft) -> &'a str {
    let body = body.trim_start_matches('\n');
    let (block, rest) = body.split_once("\n\n").unwrap_or((body, ""));
    let lines: Option<Vec<_>> = block.lines().map(byline).collect();
    let Some(lines) = lines.filter(|lines| !lines.is_empty()) else { return body };
    for line in lines {
        draft.byline.authors.extend(line.authors);
        draft.byline.published = draft.byline.published.or(line.published);
        draft.byline.updated = draft.byline.updated.or(line.updated);
    }
    rest
}

/// The first paragraph, or the list under a line that announces the points in short.
fn summary(body: &str) -> Option<String> {
    let mut blocks = body.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    let first = blocks.find(|block| !block.starts_with(['!', '|', '`', '<']))?;
    if announces_summary(first) {
        return blocks.next().map(rendered);
    }
    let (line, rest) = first.split_once('\n').unwrap_or((first, ""));
    if announces_summary(line) {
        return Some(rendered(rest.trim()));
    }
    (!first.starts_with('#')).then(|| rendered(first).trim_end().to_owned())
}

fn rendered(markdown: &str) -> String {
    let mut out = String::new();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    html::push_html(&mut out, Parser::new_ext(markdown, options));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entry::Entry;

    fn entry(text: &str) -> Entry {
        let place = Place { path: "x/a.md", modified: None };
        markdown(text, place, &ParseOptions::default(), vec![]).entries.remove(0)
    }

    #[test]
    fn markdown_takes_title_and_more_from_its_front_matter() {
        let text = "---\ntitle: A title\nlink: https://a.example/1\nauthor: Ann\nlang: en\ndate: 2026-11-20\n---\n\n# A title\n\nThe *lead*.\n\n## Part\n\nMore.\n";
        let entry = entry(text);
        assert_eq!((entry.title.as_str(), entry.link.as_deref()), ("A title", Some("https://a.example/1")));
        assert_eq!(entry.summary.as_deref(), Some("<p>The <em>lead</em>.</p>"));
        assert_eq!(entry.authors[0].name, "Ann");
        assert_eq!(entry.content.as_deref(), Some("<p>The <em>lead</em>.</p>\n<h2>Part</h2>\n<p>More.</p>"));
    }

    #[test]
    fn the_title_is_the_first_heading_or_line_however_it_is_written() {
        for text in [
            "# A *title*\n\nText.",
            "A title\n=======\n\nText.",
            "A title\n\nText.",
            "## A title ##\r\n\r\nText.\r\n",
        ] {
            let entry = entry(text);
            assert_eq!(
                (entry.title.as_str(), entry.content.as_deref()),
                ("A title", Some("<p>Text.</p>")),
                "{text}"
            );
        }
        assert_eq!(entry("- one\n- two").title, "a");
    }

    #[test]
    fn points_in_short_are_the_summary_and_a_byline_leaves_the_text() {
        let entry = entry("# T\n\n*By Ann Lee, 26 November 2026*\n\n**Key points**\n\n- one\n- two\n\nText.");
        assert_eq!(entry.authors[0].name, "Ann Lee");
        assert_eq!(entry.published, crate::parse::date::timestamp("2026-11-26T00:00:00Z"));
        let entry = self::entry("# T\n\n## Key points\n\n- one\n- two\n\nText.");
        assert_eq!(entry.summary.as_deref(), Some("<ul>\n<li>one</li>\n<li>two</li>\n</ul>"));
    }

    #[test]
    fn floods_of_marks_end() {
        for flood in
            [">", "[", "![", "*a_", "- ", "`", "<a ", "| a ", "[^1]: ", "\\", "  - ", "_*", "&#", "]("]
        {
            let _ = entry(&format!("# T\n\n{}", flood.repeat(20_000)));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_markdown_is_survived(text in "(\\PC|[\n#*_>`|\\[\\]()!<-]|---\n|\\+\\+\\+\n|a: b\n){0,60}") {
            let _ = entry(&text);
        }
    }
}
