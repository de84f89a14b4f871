//! One dropped web page as one entry: its readable part, with what its head says about it.

use dom_smoothie::Readability;

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::parse::article::{Draft, Place, finish};
use crate::parse::link::absolute;
use crate::parse::parsed::Parsed;
use crate::parse::text::{escape, fold, plain};

/// Reads an HTML page. A page of which no readable part can be told is kept whole.
pub fn html(text: &str, place: Place<'_>, options: &ParseOptions, mut complaints: Vec<Complaint>) -> Parsed {
    let page = dom_query::Document::from(capped(text, options, &mut complaints));
    let link = page.select("link[rel=canonical]").attr("href").and_then(|href| absolute(&href, None));
    let language = page.select("html").attr_or("lang", "");
    let body = page.select("body").html().to_string();
    let heading = page.select("title").text().to_string();
    let mut draft = Draft { title: fold(&heading), link, content: body, ..Draft::default() };
    if let Some(article) =
        Readability::with_document(page, None, None).ok().and_then(|mut reader| reader.parse().ok())
    {
        draft.title = if article.title.is_empty() { draft.title } else { fold(&article.title) };
        let whole = !plain(&article.content).is_empty();
        draft.content = if whole { article.content.to_string() } else { draft.content };
        draft.summary = article.excerpt.map(|text| format!("<p>{}</p>", escape(&fold(&text))));
    }
    let mut parsed = finish("html", draft, place, options, complaints);
    if let Some(declared) = crate::parse::language::declared(&language) {
        parsed.entries.iter_mut().for_each(|entry| entry.language = Some(declared.clone()));
    }
    parsed
}

/// html5ever is quadratic in depth: a page over the limits is read as text.
fn capped(text: &str, options: &ParseOptions, complaints: &mut Vec<Complaint>) -> String {
    if text.len() <= options.max_html.as_usize() {
        return text.to_owned();
    }
    complaints.push(Complaint::new(
        "limit",
        "the page is too large or too deep for its layout and is kept as text",
    ));
    let words = plain(text);
    let end = words.char_indices().nth(options.max_html.as_usize() / 4).map_or(words.len(), |(at, _)| at);
    format!("<html><body><p>{}</p></body></html>", escape(&words[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_title_link_language_and_its_text() {
        let text = format!(
            "<html lang=de><head><title>Neue Brücke</title><link rel=canonical href='https://a.example/b'></head>
             <body><nav>Menü</nav><article><h1>Neue Brücke</h1>{}</article></body></html>",
            "<p>Der Rat hat am Mittwoch beschlossen, dass die Brücke gebaut wird, und das Geld dafür bereitgestellt.</p>".repeat(6)
        );
        let parsed = html(&text, Place { path: "a.html", modified: None }, &ParseOptions::default(), vec![]);
        let entry = &parsed.entries[0];
        assert_eq!(entry.title, "Neue Brücke");
        assert_eq!(entry.link.as_deref(), Some("https://a.example/b"));
        assert_eq!(entry.language.as_deref(), Some("de"));
        assert!(entry.content.as_deref().is_some_and(|html| html.contains("bereitgestellt")));
    }
}
