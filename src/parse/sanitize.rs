//! HTML as it may be republished: sanitized once, on the way in, by ammonia.
//! The policy: text, lists, tables, quotes, code, headings, figures, links and images stay; scripts, styles, forms,
//! frames, event handlers, inline styles and classes go; links are http, https or mailto, images http or https;
//! relative addresses are made absolute, or go where there is no base.
//! Promises: bounded. HTML over the byte or depth limit is kept as plain text, so that nothing is lost.

use ammonia::{Builder, UrlRelative};
use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::parse::text::{escape, plain};

/// Sanitizes the HTML of one document, whose relative links count from its base.
#[derive(Debug)]
pub struct Sanitizer {
    builder: Builder<'static>,
    max_bytes: usize,
    max_depth: usize,
}

impl Sanitizer {
    /// For a document at `base`, absolute; `None`: relative links go.
    pub fn new(base: Option<&Url>, options: &ParseOptions) -> Self {
        let mut builder = Builder::default();
        builder
            .url_schemes(["http", "https", "mailto"].into())
            .link_rel(None)
            .rm_tags(["map", "area"])
            .add_generic_attributes(["dir"])
            .url_relative(base.map_or(UrlRelative::Deny, |base| UrlRelative::RewriteWithBase(base.clone())));
        Self { builder, max_bytes: options.max_html.as_usize(), max_depth: options.max_html_depth }
    }

    /// The fragment that may be republished; `None` if nothing is left of it.
    pub fn clean(&self, html: &str) -> Option<String> {
        let clean = if html.len() > self.max_bytes || depth(html) > self.max_depth {
            format!("<p>{}</p>", escape(&plain(html)))
        } else {
            self.builder.clean(html).to_string()
        };
        let clean = clean.trim();
        (!clean.is_empty() && clean != "<p></p>").then(|| clean.to_owned())
    }
}

/// An upper bound of how deep tags are nested: html5ever is quadratic in it.
pub fn depth(html: &str) -> usize {
    let bytes = html.as_bytes();
    let (mut depth, mut deepest) = (0_usize, 0);
    for (at, _) in html.match_indices('<') {
        match bytes.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(byte) if byte.is_ascii_alphabetic() && !is_void(&html[at + 1..]) => depth += 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn is_void(tag: &str) -> bool {
    const VOID: [&str; 8] = ["br", "hr", "img", "wbr", "input", "source", "col", "meta"];
    // <p> and <li> close themselves: unclosed ones do not nest.
    const SELF_CLOSING: [&str; 4] = ["p", "li", "dt", "dd"];
    let name = tag.find(|c: char| !c.is_ascii_alphanumeric()).map_or(tag, |end| &tag[..end]);
    VOID.iter().chain(&SELF_CLOSING).any(|void| name.eq_ignore_ascii_case(void))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: Option<&str>) {
        let base = Url::parse("https://a.example/news/1").expect("a base");
        let sanitizer = Sanitizer::new(Some(&base), &ParseOptions::default());
        assert_eq!(sanitizer.clean(html).as_deref(), expected, "{html}");
    }

    #[test]
    fn what_is_dangerous_goes_and_what_is_said_stays() {
        check("<p onclick=x>Grün<script>x()</script></p>", Some("<p>Grün</p>"));
        check("<a href='javascript:x()'>a</a>", Some("<a>a</a>"));
        check("<a href='../b?c=1&amp;d=2'>a</a>", Some("<a href=\"https://a.example/b?c=1&amp;d=2\">a</a>"));
        check("<iframe src=x></iframe>", None);
        check("«1'000» &amp; mehr", Some("«1'000» &amp; mehr"));
    }

    #[test]
    fn bottomless_html_is_kept_as_text() {
        let html = format!("{}x{}", "<div>".repeat(10_000), "</div>".repeat(10_000));
        check(&html, Some("<p>x</p>"));
    }
}
