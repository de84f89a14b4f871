//! Tag soup to HTML that a tree builder takes as it stands: only elements of the policy, each closed, each where it may
//! be, none nested too deep. Addresses are made absolute, embeds become links, pictures are set right on the way.
//! Promises: linear time; no text is lost but what the policy hides; a tree built of the result is no deeper and not
//! much larger than the result, so that what is quadratic in depth or in misnesting later on has nothing to work with.
//! Deliberately not here: the last word on what is safe, which is `sanitize`'s.

use url::Url;

use crate::parse::attributes::{self, Keep};
use crate::parse::embeds::{Embed, embed, film};
use crate::parse::hyperlink::{file, resolved};
use crate::parse::media::{Shown, picture};
use crate::parse::nesting::Nesting;
use crate::parse::policy::{Element, element_named, is_hidden};
use crate::parse::soup::{Soup, Tag, Token};
use crate::parse::text::escape;

/// Balanced HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balanced {
    /// Every element closed; `None` if it would be many times as long as what it was made of, or over the limit.
    pub html: Option<String>,
    /// Tags were left out because they stood too deep; their text is there.
    pub too_deep: bool,
}

/// What bounds the result.
#[derive(Debug, Clone, Copy)]
pub struct Within {
    /// Tags nested within each other.
    pub depth: usize,
    /// Length, in bytes; whoever needs more gets none.
    pub bytes: usize,
}

/// Balances `html`, whose relative addresses count from `base`.
pub fn balance(html: &str, base: Option<&Url>, keep: Keep, within: Within) -> Balanced {
    let most = within.bytes.min(html.len() * MAX_GROWTH + MIN_BYTES);
    let mut writer = Writer {
        nesting: Nesting::new(html.len().min(within.bytes), within.depth, most),
        base,
        keep,
        marked: html.contains("<![CDATA["),
        unclosed: Vec::new(),
        set: None,
        medium: None,
        lazy: false,
        last: String::new(),
    };
    let mut soup = Soup::new(html);
    let mut raw = "";
    while let Some(token) = soup.next() {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Raw(text) if !is_hidden(raw) && !raw.eq_ignore_ascii_case("script") => {
                writer.raw(text, raw);
            }
            Token::Raw(_) => {}
            Token::Open(tag) => {
                raw = tag.name;
                writer.open(&tag, &mut soup);
            }
            Token::Close(name) => writer.close(name),
        }
        if writer.nesting.bytes() > most {
            return Balanced { html: None, too_deep: false };
        }
    }
    writer.nesting.finish()
}

/// Absolute addresses and closed elements make HTML no more than so many times as long, and so much.
const MAX_GROWTH: usize = 4;
const MIN_BYTES: usize = 64 * 1024;

/// Elements that are not written, but between which and others words end.
const PARTING: [&str; 21] = [
    "body", "button", "canvas", "dialog", "dir", "fieldset", "form", "head", "label", "legend", "menu", "mi",
    "mn", "mo", "ms", "mtext", "nav", "object", "optgroup", "option", "search",
];

struct Writer<'a> {
    nesting: Nesting,
    base: Option<&'a Url>,
    keep: Keep,
    /// The marks of CDATA stand in the text.
    marked: bool,
    /// Hidden elements that are opened but never closed again: they hide nothing.
    unclosed: Vec<&'a str>,
    /// The `srcset` of the `<picture>` that is open.
    set: Option<String>,
    /// The name for a film or sound whose address has not been seen yet.
    medium: Option<String>,
    /// The last thing written was a lazy picture: a `<noscript>` behind it shows it again.
    lazy: bool,
    /// The address of the picture that was written last, if nothing came after it.
    last: String,
}

impl<'a> Writer<'a> {
    fn text(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.lazy = false;
            self.last.clear();
        }
        if self.marked && text.contains("]]>") {
            self.nesting.text(&text.replace("]]>", ""));
        } else {
            self.nesting.text(text);
        }
    }

    /// What the element of that name holds, in which nothing is markup.
    fn raw(&mut self, text: &str, name: &str) {
        self.nesting.text(&escape(&html_escape::decode_html_entities(text)));
        if ["xmp", "plaintext"].iter().any(|pre| name.eq_ignore_ascii_case(pre)) {
            self.nesting.close(named("pre"));
        }
    }

    fn open(&mut self, tag: &Tag<'a>, soup: &mut Soup<'a>) {
        let name = tag.name.to_ascii_lowercase();
        match name.as_str() {
            "img" | "image" | "amp-img" => self.image(tag),
            "iframe" | "embed" | "object" | "amp-iframe" => self.frame(tag),
            "amp-youtube" | "lite-youtube" => self.film(tag),
            "video" | "audio" => self.medium(tag, &name),
            "source" => self.source(tag),
            "picture" => self.set = None,
            "noscript" if self.lazy => self.hide(tag.name, soup),
            "xmp" | "plaintext" | "listing" => self.element("pre", tag),
            "math" => {
                if let Some(text) = tag.first(&["alttext"]) {
                    self.nesting.text(&escape(&text));
                    self.hide(tag.name, soup);
                }
            }
            hidden if is_hidden(hidden) => self.hide(tag.name, soup),
            "nav" | "button" | "menu" | "dialog" if self.keep == Keep::Structure => self.hide(tag.name, soup),
            _ => self.element(&name, tag),
        }
    }

    fn element(&mut self, name: &str, tag: &Tag<'_>) {
        match element_named(name) {
            Some(element) => {
                let written = attributes::written(tag, element, self.base, self.keep);
                self.nesting.open(element, &written);
            }
            None => self.part(name),
        }
    }

    /// An element that is not written parts words if it stands on lines of its own.
    fn part(&mut self, name: &str) {
        if PARTING.iter().any(|parting| name.eq_ignore_ascii_case(parting)) {
            self.nesting.part();
        }
    }

    fn close(&mut self, name: &str) {
        match element_named(name) {
            Some(element) => self.nesting.close(element),
            None if name.eq_ignore_ascii_case("picture") => self.set = None,
            None if name.eq_ignore_ascii_case("video") || name.eq_ignore_ascii_case("audio") => {
                self.medium = None;
            }
            None if name.eq_ignore_ascii_case("listing") => self.nesting.close(named("pre")),
            None => self.part(name),
        }
    }

    /// Passes over an element with all it holds. One that is never closed hides nothing.
    fn hide(&mut self, name: &'a str, soup: &mut Soup<'a>) {
        let is_raw = ["script", "style", "title", "iframe", "noembed", "noframes"];
        if is_raw.iter().any(|raw| name.eq_ignore_ascii_case(raw))
            || self.unclosed.iter().any(|unclosed| unclosed.eq_ignore_ascii_case(name))
        {
            return;
        }
        let (mut ahead, mut depth) = (soup.clone(), 1_usize);
        while let Some(token) = ahead.next() {
            match token {
                Token::Open(tag) if tag.is(name) && !tag.is_closed() => depth += 1,
                Token::Close(closed) if closed.eq_ignore_ascii_case(name) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                soup.skip_to(ahead.rest());
                return;
            }
        }
        self.unclosed.push(name);
    }

    fn image(&mut self, tag: &Tag<'_>) {
        match picture(tag, self.base, self.set.as_deref()) {
            Shown::Picture(picture) if picture.src == self.last => {}
            Shown::Picture(picture) => {
                self.nesting.open(named("img"), &attributes::of_picture(tag, &picture));
                (self.lazy, self.last) = (picture.lazy, picture.src);
            }
            Shown::Text(text) => self.nesting.text(&escape(&text)),
            Shown::Nothing => {}
        }
    }

    fn frame(&mut self, tag: &Tag<'_>) {
        let address = tag.first(&["src", "data", "data-src", "data-lazy-src", "data-url"]);
        let url = address.and_then(|address| resolved(&address, self.base));
        if let Some(embed) = url.as_ref().and_then(embed) {
            self.link(&embed, tag);
        }
    }

    fn film(&mut self, tag: &Tag<'_>) {
        if let Some(embed) = tag.first(&["data-videoid", "videoid"]).and_then(|id| film(&id)) {
            self.link(&embed, tag);
        }
    }

    fn link(&mut self, embed: &Embed, tag: &Tag<'_>) {
        let title = tag.first(&["title", "playlabel", "aria-label"]);
        let title = title.as_deref().map_or(embed.label, str::trim);
        self.nesting.link(&embed.href, title);
    }

    fn medium(&mut self, tag: &Tag<'_>, name: &str) {
        let title = tag.first(&["title", "aria-label"]);
        let label =
            title.map_or_else(|| if name == "video" { "Video" } else { "Audio" }.to_owned(), String::from);
        self.medium = Some(label);
        self.source(tag);
    }

    /// The address of a film or sound, or the larger forms of a picture.
    fn source(&mut self, tag: &Tag<'_>) {
        if let Some(label) = self.medium.take() {
            match tag.first(&["src", "data-src"]).and_then(|src| file(&src, self.base)) {
                Some(href) => self.nesting.link(&href, label.trim()),
                None => self.medium = Some(label),
            }
        } else if self.set.is_none() {
            self.set = tag.first(&["srcset", "data-srcset"]).map(String::from);
        }
    }
}

fn named(name: &str) -> &'static Element {
    element_named(name).expect("an element of the policy's table")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITHIN: Within = Within { depth: 32, bytes: 100_000 };

    fn check(html: &str, expected: &str) {
        let base = Url::parse("https://a.example/n/1").expect("a base");
        assert_eq!(
            balance(html, Some(&base), Keep::Policy, WITHIN).html.as_deref(),
            Some(expected),
            "{html}"
        );
    }

    #[test]
    fn every_element_is_closed_where_browsers_would_close_it() {
        check("<p>a<p>b<div>c", "<p>a</p><p>b</p><div>c</div>");
        check("<b>a<i>b</b>c</i>d", "<b>a<i>b</i></b>cd");
        check(
            "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e",
            "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>e",
        );
        check("<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>");
        check(
            "<a href=x>a<a href=y>b</a>",
            "<a href=\"https://a.example/n/x\">a</a><a href=\"https://a.example/n/y\">b</a>",
        );
        check("a</p></div></b>b<br/>c</br>", "ab<br>c<br>");
        check("<p><b>a<div>b</div>c</b>", "<p><b>a</b></p><div>b</div>c");
    }

    #[test]
    fn tables_hold_cells_and_nothing_else() {
        check(
            "<table><tr><td>a<td>b<tr><th>c</table>d",
            "<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>d",
        );
        check("<table>a<b>b</b><td>c", "<table><tr><td>a<b>b</b></td><td>c</td></tr></table>");
        check("<td>a</td><tr>b", "a b");
        check(
            "<table><caption>a<tbody><tr><td><p>b</b></table>",
            "<table><caption>a</caption><tbody><tr><td><p>b</p></td></tr></tbody></table>",
        );
    }

    #[test]
    fn what_is_hidden_goes_and_what_is_unknown_keeps_its_text() {
        check("a<script>b</script>c<style>d</style><svg><g>x</g></svg>e", "ace");
        check("<form><label>a</label><button>b</button></form><blink>c</blink>", "a b c");
        check("<svg>a<p>b", "a<p>b</p>");
        check("<textarea><b>a&lt;</textarea>b<xmp><i></xmp>c", "&lt;b&gt;a&lt;b<pre>&lt;i&gt;</pre>c");
        check("<math alttext='E=m'><mi>E</mi></math>", "E=m");
        check("a <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "a 1 2 ");
        check("<![CDATA[<p>a</p>]]>", "<p>a</p>");
    }

    #[test]
    fn embeds_become_links_with_their_titles() {
        check(
            "<p>a</p><iframe title='Ein Film' src='//www.youtube.com/embed/x1'></iframe>b",
            "<p>a</p><p><a href=\"https://www.youtube.com/watch?v=x1\">Ein Film</a></p>b",
        );
        check("<iframe src='https://ads.example/'>x</iframe>", "");
        check(
            "<video poster=p><source src=/v.mp4><source src=/v.webm>Alt</video>",
            "<p><a href=\"https://a.example/v.mp4\">Video</a></p>Alt",
        );
        check(
            "<object><param name=movie value=x><embed src='https://www.youtube.com/v/x2'></object>",
            "<p><a href=\"https://www.youtube.com/watch?v=x2\">YouTube</a></p>",
        );
    }

    #[test]
    fn lazy_pictures_are_shown_once() {
        check(
            "<img src=data:x data-src=/a.png><noscript><img src=/b.png></noscript>c",
            "<img src=\"https://a.example/a.png\">c",
        );
        check(
            "<noscript><img src=/b.png alt=x></noscript>c",
            "<img src=\"https://a.example/b.png\" alt=\"x\">c",
        );
        check(
            "<picture><source srcset='/l.webp 2x, /m.webp'><img alt=y></picture>",
            "<img src=\"https://a.example/l.webp\" alt=\"y\">",
        );
    }

    #[test]
    fn beyond_the_depth_tags_go_and_text_stays() {
        let balanced = balance(&format!("{}x", "<div>".repeat(100)), None, Keep::Policy, WITHIN);
        assert!(balanced.too_deep);
        assert_eq!(balanced.html, Some(format!("{}x{}", "<div>".repeat(32), "</div>".repeat(32))));
    }

    #[test]
    fn beyond_the_length_there_is_none() {
        assert!(balance(&"<p>x".repeat(20_000), None, Keep::Policy, WITHIN).html.is_none());
        let hidden = format!("{}<p>x", "<script>y</script>".repeat(20_000));
        assert_eq!(balance(&hidden, None, Keep::Policy, WITHIN).html.as_deref(), Some("<p>x</p>"));
    }
}
