//! One dropped web page as one entry: its readable part, with what it says about itself in its head.
//! Promises: bounded. The page is balanced first, in linear time, without scripts and styles; a page over the limits even
//! so is read as text. A page of which no readable part can be told is kept whole.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_smoothie::{Config, Readability};
use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::parse::article::{Draft, Place, finish};
use crate::parse::attributes::Keep;
use crate::parse::balance::{Within, balance};
use crate::parse::byline::Byline;
use crate::parse::date::timestamp;
use crate::parse::json_ld;
use crate::parse::language;
use crate::parse::page_head::Head;
use crate::parse::parsed::Parsed;
use crate::parse::text::{escape, fold, paragraphs, plain};

/// Deeper tags of a page are left out: to find its readable part costs the square of the depth.
const MAX_DEPTH: usize = 128;
/// A page of more elements is kept whole: none that is made for reading has so many.
const MAX_ELEMENTS: usize = 15_000;
/// A readable part with less text than this, in characters, while the page has more, is none.
const LEAST_CHARS: usize = 140;

/// Reads an HTML page.
pub fn html(text: &str, place: Place<'_>, options: &ParseOptions, mut complaints: Vec<Complaint>) -> Parsed {
    let head = Head::of(text);
    let said = json_ld::article(&head.scripts).unwrap_or_default();
    let address = head.address(said.link.as_deref());
    let base = head.base.as_deref().and_then(|base| match &address {
        Some(address) => address.join(base).ok(),
        None => Url::parse(base).ok(),
    });
    let base = base.or_else(|| address.clone());
    let readable = readable(text, &head, base.as_ref(), options, &mut complaints);
    let mut draft = Draft { link: address.map(String::from), base, ..about(&head, &said) };
    if draft.title.is_empty() {
        draft.title = readable.title;
    }
    draft.content = readable.content;
    let found = plain(&draft.content).len();
    if found < LEAST_CHARS
        && let Some(body) = said.body.filter(|body| body.len() > found)
    {
        draft.content = body.lines().map(|line| format!("<p>{}</p>\n", escape(&plain(line)))).collect();
    }
    draft.summary = draft.summary.or(readable.excerpt.map(|text| format!("<p>{}</p>", escape(&fold(&text)))));
    finish("html", draft, place, options, complaints)
}

/// What the head and JSON-LD say, JSON-LD first where it is about the article alone.
fn about(head: &Head<'_>, said: &json_ld::Article) -> Draft {
    let site = head.meta(&["og:site_name", "application-name"]).or(said.site.as_deref()).map(fold);
    let meta = |names: &[&str]| head.meta(names).map(str::to_owned);
    let title =
        meta(&["og:title"]).or_else(|| said.title.clone()).or_else(|| meta(&["twitter:title", "dc.title"]));
    let title = title.or_else(|| Some(head.heading.clone()).filter(|heading| !heading.is_empty()));
    let summary = meta(&["og:description", "description"]).or_else(|| said.description.clone());
    let summary =
        summary.or_else(|| meta(&["twitter:description", "dc.description"])).map(|text| plain(&text));
    let at = |text: Option<String>| text.as_deref().and_then(timestamp);
    let published = [
        "article:published_time",
        "datepublished",
        "date",
        "pubdate",
        "dc.date",
        "dcterms.created",
        "dc.date.issued",
    ];
    let declared = [
        head.language.clone(),
        said.language.clone(),
        meta(&["content-language", "og:locale", "dc.language"]),
    ];
    Draft {
        title: title.map(|title| without_site(&plain(&title), site.as_deref())).unwrap_or_default(),
        summary: summary.filter(|text| !text.is_empty()).map(|text| format!("<p>{}</p>", escape(&text))),
        byline: Byline {
            authors: authors(head, said),
            published: at(said.published.clone())
                .or_else(|| at(meta(&published)))
                .or_else(|| at(head.time.clone())),
            updated: at(said.updated.clone()).or_else(|| {
                at(meta(&["article:modified_time", "og:updated_time", "datemodified", "last-modified"]))
            }),
        },
        language: declared.into_iter().flatten().find_map(|tag| language::declared(&tag)),
        site,
        tags: tags(head, said),
        ..Draft::default()
    }
}

fn authors(head: &Head<'_>, said: &json_ld::Article) -> Vec<String> {
    if !said.authors.is_empty() {
        return said.authors.iter().map(|name| plain(name)).collect();
    }
    let named = head.all(&["author", "article:author", "dc.creator", "parsely-author"]);
    let is_name = |name: &&str| !name.is_empty() && !name.starts_with("http") && name.len() <= 200;
    named.filter(is_name).flat_map(|names| names.split(" und ")).map(plain).collect()
}

fn tags(head: &Head<'_>, said: &json_ld::Article) -> Vec<String> {
    let listed: Vec<String> = head.all(&["article:tag"]).map(str::to_owned).collect();
    if !listed.is_empty() {
        return listed;
    }
    let words = head.meta(&["keywords", "news_keywords"]).unwrap_or("").split(',').map(plain);
    if said.tags.is_empty() { words.collect() } else { said.tags.iter().map(|tag| plain(tag)).collect() }
}

/// A title without the name of the site behind it.
fn without_site(title: &str, site: Option<&str>) -> String {
    let bare = site.filter(|site| !site.is_empty()).and_then(|site| {
        let rest = title.strip_suffix(site)?.trim_end();
        rest.strip_suffix(['-', '|', '–', '—', '·', '•']).map(str::trim_end).filter(|rest| !rest.is_empty())
    });
    bare.unwrap_or(title).to_owned()
}

#[derive(Default)]
struct Readable {
    title: String,
    content: String,
    excerpt: Option<String>,
}

fn readable(
    text: &str,
    head: &Head<'_>,
    base: Option<&Url>,
    options: &ParseOptions,
    complaints: &mut Vec<Complaint>,
) -> Readable {
    let within = Within { depth: options.max_html_depth.min(MAX_DEPTH), bytes: options.max_html.as_usize() };
    let balanced = balance(text, base, Keep::Structure, within);
    if balanced.too_deep {
        complaints.push(Complaint::new("limit", format!("tags nested over {MAX_DEPTH} deep are left out")));
    }
    let Some(body) = balanced.html.filter(|html| html.len() <= within.bytes) else {
        complaints.push(Complaint::new("limit", "the page is over parse.max_html and is kept as text"));
        return Readable {
            title: head.title.clone(),
            content: paragraphs(text, options.max_text.as_usize()),
            excerpt: None,
        };
    };
    let page = format!("<html><head><title>{}</title></head><body>{body}</body></html>", escape(&head.title));
    let found = catch_unwind(AssertUnwindSafe(|| read(page))).ok().flatten();
    match found {
        Some(found) if is_enough(&found.content, &body) => found,
        _ => Readable { title: head.title.clone(), content: body, excerpt: None },
    }
}

/// Whether the readable part is not but a scrap of a page that has more to say.
fn is_enough(content: &str, body: &str) -> bool {
    let chars = plain(content).chars().count();
    chars >= LEAST_CHARS || chars * 2 >= plain(body).chars().count()
}

fn read(page: String) -> Option<Readable> {
    let config = Config { disable_json_ld: true, max_elements_to_parse: MAX_ELEMENTS, ..Config::default() };
    let article = Readability::new(page, None, Some(config)).ok()?.parse().ok()?;
    Some(Readable {
        title: fold(&article.title),
        content: article.content.to_string(),
        excerpt: article.excerpt.filter(|text| !text.trim().is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entry::Entry;

    fn parsed(text: &str) -> Parsed {
        html(text, Place { path: "a.html", modified: None }, &ParseOptions::default(), vec![])
    }

    fn entry(text: &str) -> Entry {
        parsed(text).entries.remove(0)
    }

    fn body(count: usize) -> String {
        "<p>Der Rat hat am Mittwoch beschlossen, dass die Brücke gebaut wird, und das Geld dafür bereitgestellt.</p>"
            .repeat(count)
    }

    #[test]
    fn a_page_gives_title_link_language_and_its_text() {
        let text = format!(
            "<html lang=de><head><title>Neue Brücke</title><link rel=canonical href='https://a.example/b'></head>
             <body><nav>Menü</nav><article><h1>Neue Brücke</h1>{}<p><a href=c>mehr</a> dazu</p></article></body></html>",
            body(6)
        );
        let entry = entry(&text);
        assert_eq!(entry.title, "Neue Brücke");
        assert_eq!(entry.link.as_deref(), Some("https://a.example/b"));
        assert_eq!(entry.language.as_deref(), Some("de"));
        let content = entry.content.expect("content");
        assert!(
            content.contains("bereitgestellt") && content.contains("href=\"https://a.example/c\""),
            "{content}"
        );
        assert!(!content.contains("Menü"), "{content}");
    }

    #[test]
    fn open_graph_and_json_ld_tell_what_the_text_does_not() {
        let text = format!(
            r#"<title>x</title><meta property="og:title" content="Neue Brücke | Blatt"><meta property="og:site_name" content="Blatt">
            <meta name="description" content="Die Stadt &amp;amp; der Rat"><script type="application/ld+json">{{"@graph":[{{"@type":"NewsArticle",
            "headline":"H","datePublished":"2026-11-26T14:05:00+01:00","dateModified":"2026-11-26T15:00:00Z","author":[{{"name":"Anna Weber"}},{{"name":"Jan"}}],
            "keywords":["Bau","Stadt"],"inLanguage":"de-CH","mainEntityOfPage":{{"@id":"https://a.example/b"}}}}]}}</script>{}"#,
            body(6)
        );
        let parsed = parsed(&text);
        let entry = &parsed.entries[0];
        assert_eq!((entry.title.as_str(), parsed.feed.title.as_str()), ("Neue Brücke", "Blatt"));
        assert_eq!(entry.summary.as_deref(), Some("<p>Die Stadt &amp; der Rat</p>"));
        assert_eq!(entry.published, timestamp("2026-11-26T13:05:00Z"));
        assert_eq!(entry.updated, timestamp("2026-11-26T15:00:00Z"));
        assert_eq!(
            entry.authors.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(),
            ["Anna Weber", "Jan"]
        );
        assert_eq!((entry.categories.len(), entry.language.as_deref()), (2, Some("de-CH")));
        assert_eq!(entry.link.as_deref(), Some("https://a.example/b"));
    }

    #[test]
    fn a_short_page_is_kept_whole_and_one_without_text_takes_that_of_json_ld() {
        assert!(
            entry("<h1>Kurz</h1><p>Nur ein Satz.").content.is_some_and(|html| html.contains("Nur ein Satz."))
        );
        let text = r#"<div id=app></div><script type=application/ld+json>{"@type":"Article","articleBody":"Eins.\nZwei."}</script>"#;
        assert_eq!(entry(text).content.as_deref(), Some("<p>Eins.</p>\n<p>Zwei.</p>"));
    }

    #[test]
    fn a_page_over_the_limits_keeps_its_text_and_says_so() {
        let deep = parsed(&format!("<title>Tief</title>{}{}", "<div>".repeat(5_000), body(3)));
        assert!(deep.entries[0].content.as_deref().is_some_and(|html| html.contains("bereitgestellt")));
        assert_eq!((deep.entries[0].title.as_str(), deep.complaints.len()), ("Tief", 1));
        let large = parsed(&format!("<title>Breit</title>{}", body(8_000)));
        let content = large.entries[0].content.as_deref().unwrap_or_default();
        assert_eq!(
            (content.matches("bereitgestellt").count(), large.entries[0].title.as_str()),
            (8_000, "Breit")
        );
        assert!(!large.complaints.is_empty());
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn any_page_is_survived(text in "(<(/?)(p|div|article|a href=x|h1|title|meta name=a content|script|table|td|ul|li|br|img src=y|section|b)>|[a-z, .]{1,30}|\\PC){0,80}") {
            let _ = entry(&text);
        }
    }
}
