//! A story as a page for people: what its lead says, and every report of it. Pure.

use crate::model::river::{Covering, ToldStory};
use crate::model::story::Tier;
use crate::publish::html::{FOOTER, byline, escaped, headline, language, page};
use crate::publish::telling::{title, words};

/// Renders it.
pub fn render(story: &ToldStory) -> Vec<u8> {
    let lead = &story.lead;
    let tag = lead.entry.language.as_deref().unwrap_or("en");
    let text = lead.entry.content.as_deref().or(lead.entry.summary.as_deref()).unwrap_or_default();
    let words = words(tag);
    let (copies, others): (Vec<_>, Vec<_>) =
        story.coverage.iter().partition(|covering| covering.tier <= Tier::Copy);
    let body = format!(
        "<main>\n<article{}>\n<h1>{}</h1>\n{}{text}\n</article>\n{}{}</main>\n{FOOTER}",
        language(lead),
        headline(lead),
        byline(lead),
        list(words.same_text, &copies),
        list(words.also_covered, &others)
    );
    page(tag, &title(&lead.entry), &[], &body)
}

fn list(heading: &str, reports: &[&Covering]) -> String {
    if reports.is_empty() {
        return String::new();
    }
    let item = |covering: &&Covering| {
        let report = &covering.report;
        format!("<li{}>\n<p>{}</p>\n{}</li>\n", language(report), headline(report), byline(report))
    };
    let items: String = reports.iter().map(item).collect();
    let heading = escaped(heading.trim_end_matches([':', ' ', '\u{a0}']));
    let count = reports.len();
    format!("<section>\n<h2>{heading} ({count})</h2>\n<ul class=\"reports\">\n{items}</ul>\n</section>\n")
}
