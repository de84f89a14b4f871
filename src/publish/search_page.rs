//! What a search finds, as a page for people. Pure.

use crate::model::ids::StoryId;
use crate::model::river::{Report, story_path};
use crate::model::time::Timestamp;
use crate::publish::html::{FOOTER, attribute, byline, escaped, headline, language, page};
use crate::publish::telling::{summary, text};

/// Where it stands; the query follows as `?q=`.
pub const PATH: &str = "/search";

/// What came of a query.
#[derive(Debug)]
pub enum Found<'a> {
    /// Nothing was asked.
    Unasked,
    /// These: each with its story, and whether there are more.
    Reports(Vec<(&'a Report, StoryId)>, bool),
    /// What is wrong with the query, as a sentence's end.
    Wrong(String),
}

impl Found<'_> {
    /// When the newest of what was found changed last.
    pub fn newest(&self) -> Option<Timestamp> {
        let Self::Reports(reports, _) = self else { return None };
        reports.iter().map(|(report, _)| report.updated).max()
    }
}

/// Renders it. `query`: as it was asked.
pub fn render(query: &str, found: &Found<'_>) -> Vec<u8> {
    let (said, items) = match found {
        Found::Unasked => (help(), String::new()),
        Found::Reports(reports, more) => (count(reports.len(), *more), list(reports)),
        Found::Wrong(why) => {
            (format!("<p>The query cannot be answered: {}.</p>\n{}", escaped(why), help()), String::new())
        }
    };
    let body = format!(
        "<header>\n<h1>Search</h1>\n<form action=\"{PATH}\" method=\"get\" role=\"search\">\n\
         <input type=\"search\" name=\"q\" value=\"{}\" aria-label=\"Words to look for\">\n<button>Search</button>\n</form>\n{said}</header>\n\
         <main>\n{items}</main>\n{FOOTER}",
        attribute(query)
    );
    page("en", "Search", &[], &body)
}

fn count(found: usize, more: bool) -> String {
    match (found, more) {
        (0, _) => "<p>Nothing is found.</p>\n".to_owned(),
        (found, false) => format!("<p>{found} found, the newest first.</p>\n"),
        (found, true) => format!("<p>The newest {found} of more.</p>\n"),
    }
}

fn help() -> String {
    "<p class=\"by\">All words count; <code>\"two words\"</code> is a phrase, <code>begin*</code> words that begin so, \
     <code>one OR two</code> either, <code>-three</code> none of those.</p>\n"
        .to_owned()
}

fn list(reports: &[(&Report, StoryId)]) -> String {
    let item = |(report, story): &(&Report, StoryId)| {
        format!(
            "<article{}>\n<h2>{}</h2>\n{}<p>{}</p>\n<p class=\"by\"><a href=\"{}\">its story</a></p>\n</article>\n",
            language(report),
            headline(report),
            byline(report),
            escaped(&text(&summary(&report.entry))),
            story_path(*story)
        )
    };
    reports.iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entry::Entry;
    use crate::model::ids::EntryId;
    use crate::model::river::SourceFeed;

    fn text_of(query: &str, found: &Found<'_>) -> String {
        String::from_utf8(render(query, found)).expect("text")
    }

    #[test]
    fn what_was_asked_and_what_was_found_stand_there_as_text() {
        let entry = Entry {
            title: "A <b>".to_owned(),
            link: Some("https://a.example/1".to_owned()),
            ..Entry::default()
        };
        let report = Report {
            row: EntryId(1),
            entry,
            atom_id: String::new(),
            source: SourceFeed::default(),
            published: Timestamp(0),
            updated: Timestamp(0),
        };
        let page = text_of("\"><script>", &Found::Reports(vec![(&report, StoryId(7))], false));
        for part in [
            "value=\"&quot;&gt;",
            "1 found",
            "<a href=\"https://a.example/1\">A &lt;b&gt;</a>",
            "href=\"/story/7\"",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("<script"), "{page}");
    }

    #[test]
    fn each_end_of_a_search_is_told() {
        for (found, part) in [
            (Found::Unasked, "All words count"),
            (Found::Reports(vec![], false), "Nothing is found."),
            (Found::Wrong("it holds <no> word".to_owned()), "cannot be answered: it holds &lt;no&gt; word."),
        ] {
            assert!(text_of("x", &found).contains(part), "{part}");
        }
    }
}
