//! HTML as it may be republished: sanitized once, on the way in.
//! The policy is the table in `policy`: text, lists, tables, quotes, code, headings, figures, links and images stay;
//! scripts, styles, forms, frames, handlers, classes and ids go. Embedded players become links, counters go, lazy
//! pictures are restored, every address is absolute (or goes, where there is no base) and of an allowed scheme, and
//! parameters that only track the reader are taken off.
//! Two passes, independent of each other: `balance` writes tag soup out as balanced HTML of the policy, in linear time;
//! ammonia, which builds a tree as a browser would, has the last word on everything that comes out of it and is not
//! `settled`: of a few plain elements in their places, which a tree would give back as they are.
//! Promises: bounded. HTML over the byte limit is kept as text, paragraph by paragraph; tags over the depth limit go and
//! their text stays; both are told in a complaint.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::parse::attributes::{Keep, is_sound};
use crate::parse::balance::{Within, balance};
use crate::parse::nesting::SEAM;
use crate::parse::policy::{ELEMENTS, GENERIC, SCHEMES};
use crate::parse::settled::is_settled;
use crate::parse::text::{longest, paragraphs, plain};

/// Sanitizes the HTML of one document, whose relative links count from its base.
#[derive(Debug)]
pub struct Sanitizer {
    base: Option<Url>,
    max_bytes: usize,
    within: Within,
    max_text: usize,
    /// What all that comes out may still come to, in bytes.
    left: Cell<usize>,
    oversized: Cell<usize>,
    too_deep: Cell<usize>,
    beyond: Cell<usize>,
    cut: Cell<usize>,
}

impl Sanitizer {
    /// For a document at `base`, absolute; `None`: relative links go.
    pub fn new(base: Option<&Url>, options: &ParseOptions) -> Self {
        Self {
            base: base.cloned(),
            max_bytes: options.max_html.as_usize(),
            within: Within { depth: options.max_html_depth, bytes: usize::MAX },
            max_text: options.max_text.as_usize(),
            left: Cell::new(options.max_texts.as_usize()),
            oversized: Cell::new(0),
            too_deep: Cell::new(0),
            beyond: Cell::new(0),
            cut: Cell::new(0),
        }
    }

    /// The fragment that may be republished; `None` if nothing is left of it.
    pub fn clean(&self, html: &str) -> Option<String> {
        self.clean_at(html, self.base.as_ref())
    }

    /// As [`Sanitizer::clean`], for a fragment whose relative links count from a base of its own.
    pub fn clean_at(&self, html: &str, base: Option<&Url>) -> Option<String> {
        let html = html.trim();
        if html.is_empty() || is_plain(html) {
            return self.within_all(html.to_owned()).filter(|html| !html.is_empty());
        }
        let clean = self.balanced(html, base).map_or_else(|| self.told_plainly(html), walled);
        self.within_all(trimmed(clean)).filter(|clean| !says_nothing(clean))
    }

    /// What is too long to be kept as HTML.
    fn told_plainly(&self, html: &str) -> String {
        let told = paragraphs(html, self.max_text);
        self.cut.set(self.cut.get() + usize::from(told.len() >= longest(self.max_text)));
        told
    }

    /// `None`: together with what came out before it is too much.
    fn within_all(&self, clean: String) -> Option<String> {
        let left = self.left.get().checked_sub(clean.len());
        self.beyond.set(self.beyond.get() + usize::from(left.is_none()));
        self.left.set(left?);
        Some(clean)
    }

    /// `None`: over the byte limit.
    fn balanced(&self, html: &str, base: Option<&Url>) -> Option<String> {
        if html.len() > self.max_bytes {
            self.oversized.set(self.oversized.get() + 1);
            return None;
        }
        let balanced = balance(html, base, Keep::Policy, self.within);
        self.too_deep.set(self.too_deep.get() + usize::from(balanced.too_deep));
        self.oversized.set(self.oversized.get() + usize::from(balanced.html.is_none()));
        balanced.html
    }

    /// What had to be kept as text, or without some of its tags, so far.
    pub fn complaints(&self) -> Vec<Complaint> {
        let told = |count: usize, what: String| (count > 0).then(|| Complaint::new("limit", what));
        let (oversized, too_deep, beyond) = (self.oversized.get(), self.too_deep.get(), self.beyond.get());
        [
            told(
                oversized,
                format!(
                    "{oversized} texts are over {} bytes of HTML and are kept as plain text",
                    self.max_bytes
                ),
            ),
            told(
                too_deep,
                format!(
                    "{too_deep} texts nest tags over {} deep; deeper tags are left out",
                    self.within.depth
                ),
            ),
            told(
                self.cut.get(),
                format!("{} texts are over parse.max_text and are cut there", self.cut.get()),
            ),
            told(beyond, format!("{beyond} texts beyond parse.max_texts left out")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Past the wall. What it would give back as it is need not be built as a tree: half of the time of sanitizing.
fn walled(balanced: String) -> String {
    if !balanced.contains(SEAM) {
        return if is_settled(&balanced) { balanced } else { built(&balanced) };
    }
    Some(balanced.replace(SEAM, "")).filter(|whole| is_settled(whole)).unwrap_or_else(|| built(&balanced))
}

/// As a tree gives it back. A carriage return that was written as a reference is a line's end wherever it is read again.
fn built(balanced: &str) -> String {
    let built = WALL.clean(balanced).to_string();
    if built.contains('\r') { built.replace("\r\n", "\n").replace('\r', "\n") } else { built }
}

/// Without white space at its ends; what has none there is no copy.
fn trimmed(text: String) -> String {
    let trimmed = text.trim();
    if trimmed.len() == text.len() { text } else { trimmed.to_owned() }
}

/// Elements with neither text nor a picture in them.
fn says_nothing(html: &str) -> bool {
    html.len() < MAX_HUSK_BYTES && !html.contains("<img") && plain(html).is_empty()
}

/// Whoever writes more than this has something to say, in bytes.
const MAX_HUSK_BYTES: usize = 512;

/// Text in which nothing is markup, and which a tree would give back as it is.
fn is_plain(html: &str) -> bool {
    !html.contains(['<', '>', '&', '\0', '\r', '\u{a0}'])
}

/// The last word: only elements and attributes of the policy, only absolute addresses of its schemes.
static WALL: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes = ELEMENTS.iter().filter(|element| !element.attributes.is_empty());
    let attributes: HashMap<&str, HashSet<&str>> =
        attributes.map(|element| (element.name, element.attributes.iter().copied().collect())).collect();
    let mut builder = Builder::empty();
    builder
        .tags(ELEMENTS.iter().map(|element| element.name).collect())
        .clean_content_tags(["script", "style"].into())
        .tag_attributes(attributes)
        .generic_attributes(GENERIC.into())
        .url_schemes(SCHEMES.into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(|element, name, value| is_sound(element, name, value).then_some(value.into()));
    builder
});

#[cfg(test)]
mod tests {
    use super::*;

    fn sanitizer() -> Sanitizer {
        let base = Url::parse("https://a.example/news/1").expect("a base");
        Sanitizer::new(Some(&base), &ParseOptions::default())
    }

    fn check(html: &str, expected: Option<&str>) {
        assert_eq!(sanitizer().clean(html).as_deref(), expected, "{html}");
    }

    #[test]
    fn what_is_dangerous_goes_and_what_is_said_stays() {
        check("<p onclick=x>Grün<script>x()</script></p>", Some("<p>Grün</p>"));
        check("<a href='javascript:x()'>a</a>", Some("<a>a</a>"));
        check("<a href='../b?c=1&amp;d=2'>a</a>", Some("<a href=\"https://a.example/b?c=1&amp;d=2\">a</a>"));
        check("<iframe src=x></iframe>", None);
        check("«1'000» &amp; mehr", Some("«1'000» &amp; mehr"));
        check("a < b", Some("a &lt; b"));
        check("a&#13;&#10;b &lt; &#13;c", Some("a\nb &lt; \nc"));
        check(
            "<img src=/a.png srcset='/b.png 2x, javascript:x 3x' onerror=x alt='\"><script>'>",
            Some(
                "<img src=\"https://a.example/a.png\" srcset=\"https://a.example/b.png 2x\" alt=\"&quot;&gt;&lt;script&gt;\">",
            ),
        );
    }

    #[test]
    fn a_base_of_its_own_comes_before_the_documents() {
        let base = Url::parse("https://b.example/x/").expect("a base");
        let clean = sanitizer().clean_at("<a href=y>z</a>", Some(&base));
        assert_eq!(clean.as_deref(), Some("<a href=\"https://b.example/x/y\">z</a>"));
        assert_eq!(sanitizer().clean_at("<a href=y>z</a>", None).as_deref(), Some("<a>z</a>"));
    }

    #[test]
    fn bottomless_html_keeps_its_text_and_says_so() {
        let sanitizer = sanitizer();
        let html = format!("{}x{}", "<div>".repeat(10_000), "</div>".repeat(10_000));
        let clean = sanitizer.clean(&html).expect("text");
        assert_eq!((clean.matches("<div>").count(), clean.contains('x')), (512, true));
        assert_eq!(sanitizer.complaints().len(), 1);
    }

    #[test]
    fn oversized_html_is_kept_paragraph_by_paragraph_and_says_so() {
        let sanitizer = sanitizer();
        let html = "<p>Grün &amp; <b>gut</b> &lt;b&gt;</p>".repeat(40_000);
        let clean = sanitizer.clean(&html).expect("text");
        assert_eq!(clean.matches("<p>Grün &amp; gut &lt;b&gt;</p>").count(), 40_000);
        assert!(sanitizer.complaints()[0].text.contains("524288 bytes"));
    }

    #[test]
    fn signs_that_swell_the_text_are_bounded_and_told() {
        let options = ParseOptions::default();
        for sign in ["&", "<", "& ", "< &"] {
            let sanitizer = sanitizer();
            let clean = sanitizer.clean(&sign.repeat(2_000_000 / sign.len())).expect("text");
            assert!(clean.len() < longest(options.max_text.as_usize()) + 10_000, "{sign}: {}", clean.len());
            assert_eq!(sanitizer.complaints().len(), 2, "kept as text, and cut");
        }
    }

    #[test]
    fn addresses_that_swell_the_text_are_bounded() {
        let base = Url::parse(&format!("https://a.example/{}/", "x".repeat(4_000))).expect("a base");
        let html = "<a href=y>z</a>".repeat(30_000);
        let clean = sanitizer().clean_at(&html, Some(&base)).expect("text");
        assert!(clean.len() < 4 * html.len() && clean.contains('z'), "{}", clean.len());
    }

    #[test]
    fn most_of_what_is_written_needs_no_tree() {
        for html in [
            "Grün &amp; «gut» &lt; \"besser\"",
            "<p>a <a href=\"https://a.example/b?c=1&amp;d=2#e\" title=\"x &quot;y&quot;\">b <em>c</em></a>.</p>\n<hr><p></p>",
            "<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul>",
            "<figure><img src=\"https://a.example/1.jpg\" srcset=\"https://a.example/1.jpg 300w, https://a.example/2.jpg 2x\" alt=\"a\" width=\"2\"><figcaption>b</figcaption></figure>",
            "<pre><code>a &lt; b;\n</code></pre><blockquote cite=\"http://a.example\"><h2>a<br>b</h2></blockquote>",
        ] {
            assert!(is_settled(html), "{html}");
            assert_eq!(WALL.clean(html).to_string(), html);
        }
    }

    #[test]
    fn whatever_a_tree_would_change_goes_to_the_tree() {
        for html in [
            "<p>a<p>b</p></p>",
            "<p><ul></ul></p>",
            "<li>a</li>",
            "<ul><p><li>a</li></p></ul>",
            "<b>a",
            "a</b>",
            "<b>a</p>",
            "<b><i>a</b></i>",
            "<a href=\"http://a.example/\"><a>b</a></a>",
            "<h1><h2>a</h2></h1>",
            "<pre>\na</pre>",
            "a > b",
            "a & b",
            "a&nbsp;b\u{a0}",
            "&quot;",
            "&copy;",
            "a\0",
            "a\r\nb",
            "<P>a</P>",
            "<p >a</p>",
            "<p/>",
            "<br/>",
            "<p>a</p >",
            "<table></table>",
            "<script>a</script>",
            "<p onclick=\"a\">b</p>",
            "<p title='a'>b</p>",
            "<p title=a>b</p>",
            "<p title=\"a\" title=\"b\">c</p>",
            "<p title=\"<\">c</p>",
            "<p title=\"a\"",
            "<!-- a -->",
            "<?a?>",
            "<",
            "<p",
            "<a href=\"javascript:a\">b</a>",
            "<a href=\"/a\">b</a>",
            "<a href=\"HTTPS://a.example/\">b</a>",
            "<a href=\"http://1.2.3.999/\">b</a>",
            "<a href=\"http://a b/\">c</a>",
            "<a href=\"http://xn--a/\">c</a>",
            "<a href=\" https://a.example/\">b</a>",
            "<img src=\"data:a\">",
            "<img srcset=\"https://a.example/a, b 2x\">",
        ] {
            assert!(!is_settled(html), "{html}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_needs_no_tree_is_what_a_tree_gives_back(
            html in "(</?(p|b|i|a href=\"https?://(a\\.example|1\\.2|a)(/[a-z%#?&;=]{0,4})?\"|li|ul|ol|pre|h1|h2|q cite=\"x\"|img alt=\"[a-z&;<]{0,5}\"|img srcset=\"https://a\\.b/c [0-9]{1,2}[wx]\"|br|hr|em|div|blockquote|section|span title=\"a\")>|&(amp|lt|quot|nbsp|x);?|[a-z &>\u{a0}\r\n\0]{1,3}){0,12}",
            closed in proptest::bool::ANY,
        ) {
            let html = if closed { balance(&html, None, Keep::Policy, Within { depth: 64, bytes: usize::MAX }).html.unwrap_or_default() } else { html };
            if is_settled(&html) {
                proptest::prop_assert_eq!(WALL.clean(&html).to_string(), html);
            }
        }

        #[test]
        fn what_is_clean_stays_as_it_is(html in "(<(/?)(p|b|i|a href=x|li|ul|ol|table|tr|td|div|h2|img src=y|q|dl|dd|ruby|rt|a|caption|tbody|section|figure|hr|br|col|colgroup|th|blockquote|span|code)>|[a-z &<]{1,3}){0,40}") {
            if let Some(clean) = sanitizer().clean(&html) {
                let again = sanitizer().clean(&clean);
                proptest::prop_assert_eq!(again.as_deref(), Some(clean.as_str()));
            }
        }
    }
}
