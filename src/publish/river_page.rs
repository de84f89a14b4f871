//! A river as a page for people: headline, source, date and the beginning of each story. Pure.

use std::fmt::Write;

use crate::model::river::{River, ToldStory, story_path};
use crate::publish::formats::{FEEDS, within};
use crate::publish::html::{Alternate, attribute, byline, escaped, headline, language, page};
use crate::publish::telling::{further, summary, text};

/// A page's path ends in nothing: it is the river's name.
pub const ENDING: &str = "";

/// Renders it; beyond `max_bytes` the oldest stories are left out, but never the newest.
pub fn render(river: &River, max_bytes: usize) -> Vec<u8> {
    let (head, foot) = (head(river), "</main>\n");
    let feeds: Vec<String> = FEEDS.iter().map(|format| format!("{}.{}", river.name, format.ending)).collect();
    let alternates: Vec<Alternate<'_>> = FEEDS
        .iter()
        .zip(&feeds)
        .map(|(format, href)| Alternate { media_type: format.media_type, href })
        .collect();
    let stories = within(max_bytes, head.len(), river.stories.iter().map(|story| item(story, river)));
    let body = format!("{head}{}{foot}", stories.concat());
    page("en", &river.title, &alternates, &body)
}

/// Title, and what there is to subscribe to: beside the page, wherever that is.
fn head(river: &River) -> String {
    let mut feeds = String::new();
    for format in &FEEDS {
        let href = attribute(&format!("{}.{}", river.name, format.ending));
        let _ = write!(feeds, " <a href=\"{href}\">{}</a>", format.name);
    }
    format!("<header>\n<h1>{}</h1>\n<nav>{}</nav>\n</header>\n<main>\n", escaped(&river.title), feeds.trim())
}

fn item(story: &ToldStory, river: &River) -> String {
    let lead = &story.lead;
    let more = match story.coverage.len() {
        0 => String::new(),
        count => {
            let words = escaped(&further(lead.entry.language.as_deref(), count));
            let linked = river
                .addresses
                .story_pages
                .then(|| format!("<a href=\"{}\">{words}</a>", story_path(story.story)));
            format!("<p class=\"by\">{}</p>\n", linked.unwrap_or(words))
        }
    };
    format!(
        "<article{}>\n<h2>{}</h2>\n{}<p>{}</p>\n{more}</article>\n",
        language(lead),
        headline(lead),
        byline(lead),
        escaped(&text(&summary(&lead.entry)))
    )
}
