//! Articles and HTML that mean harm by their size or shape: each is read to its end, and what it says is not lost. How
//! long it takes is not asserted; what is quadratic would not end here.

use riverd::config::options::parse::ParseOptions;
use riverd::model::document::{Document, Origin, Validators, Version};
use riverd::model::entry::Entry;
use riverd::model::websub::Named;
use riverd::parse::parsed::{ParseError, Parsed};
use riverd::parse::road::parse;
use riverd::parse::sanitize::Sanitizer;

fn read(path: &str, bytes: &[u8]) -> Result<Parsed, ParseError> {
    let document = Document {
        origin: Origin::File(path.to_owned()),
        bytes: bytes.to_vec().into(),
        content_type: None,
        url: None,
        modified: None,
        version: Version::Http(Validators::default()),
        named: Named::default(),
    };
    parse(&document, &ParseOptions::default())
}

#[track_caller]
fn entry(path: &str, text: &str) -> Entry {
    read(path, text.as_bytes()).expect("an article").entries.remove(0)
}

/// Without optimization all is slow, and a smaller number shows the same.
const LESS: usize = if cfg!(debug_assertions) { 32 } else { 1 };

/// What is repeated, and how often.
const REPEATED: [(&str, usize); 50] = [
    ("<div>", 5_000),
    ("<b>", 1_000_000),
    ("<b a=1><i>", 40_000),
    ("<p><b><i><u>", 40_000),
    ("<a href=x>", 50_000),
    ("<table><b>", 20_000),
    ("<table><tr><td>", 20_000),
    ("<table>x", 40_000),
    ("<tr>x<td>", 40_000),
    ("<li>", 100_000),
    ("<ul><li>", 50_000),
    ("<dl><dd><p>", 40_000),
    ("<ruby><rt>", 40_000),
    ("<h1><h2>", 50_000),
    ("</p>", 100_000),
    ("</b></i>", 50_000),
    ("<svg>", 80_000),
    ("<svg></svg>", 40_000),
    ("<math><mi>", 50_000),
    ("<template>", 50_000),
    ("<select>", 60_000),
    ("<noscript>", 50_000),
    ("<img data-src=x><noscript>", 18_000),
    ("<!--", 120_000),
    ("<!-->", 100_000),
    ("<", 500_000),
    ("&", 500_000),
    ("&amp;lt;", 60_000),
    ("<a ", 150_000),
    ("<a b='", 80_000),
    ("<a b='>'", 60_000),
    ("<x-y>", 90_000),
    ("<br>", 120_000),
    ("<img src=x>", 45_000),
    ("<iframe src=//youtu.be/x>", 20_000),
    ("<object>", 60_000),
    ("<form><fieldset>", 30_000),
    ("<section></b>", 40_000),
    ("<blockquote>x", 35_000),
    ("<span>x</div>", 35_000),
    ("<title>", 70_000),
    ("<script>", 60_000),
    ("<style></style>", 30_000),
    ("<textarea>", 50_000),
    ("]]>", 150_000),
    ("<![CDATA[", 50_000),
    ("\u{0}", 500_000),
    ("<p>x", 120_000),
    ("<td>", 120_000),
    ("<caption>", 50_000),
];

/// Shapes that cost a tree builder the square of their number, or more.
fn shapes() -> Vec<String> {
    let mut shapes: Vec<String> = REPEATED.iter().map(|(part, count)| part.repeat(*count / LESS)).collect();
    let formats = (0..400).map(|at| format!("<b title={at}>")).collect::<String>();
    shapes.push(format!("<table>{formats}{}", "<tr>x".repeat(90_000 / LESS)));
    shapes.push(format!("{formats}{}", "<p>x".repeat(100_000 / LESS)));
    shapes.push(format!("<p>{formats}{}", "<div>x</div>".repeat(40_000 / LESS)));
    shapes.push(format!("<a title='{}'>", "x".repeat(10_000_000)));
    shapes.push(format!("<p {}>", (0..60_000).map(|at| format!("a{at} ")).collect::<String>()));
    shapes.push(format!("<img srcset='{}'>", "x 1x,".repeat(90_000 / LESS)));
    shapes.push(format!("<p title={}>", "&quot;".repeat(80_000 / LESS)));
    shapes
}

#[test]
fn html_of_any_shape_is_sanitized_to_its_end() {
    let sanitizer = Sanitizer::new(None, &ParseOptions::default());
    for shape in shapes() {
        let clean = sanitizer.clean(&format!("{shape}Schluss"));
        let hidden =
            ["<script>", "<style>", "<title>", "<iframe", "<a "].iter().any(|start| shape.starts_with(start));
        let kept = clean.as_deref().is_some_and(|html| html.contains("Schluss"));
        assert!(kept || hidden, "{} … lost the end", &shape[..shape.len().min(30)]);
    }
}

#[test]
fn pages_and_markdown_of_any_shape_are_read_to_their_end() {
    for shape in shapes().into_iter().filter(|shape| !shape.starts_with('\0')) {
        let page = entry("a.html", &format!("<title>Titel</title>{shape}<p>Schluss"));
        assert!(!page.title.is_empty());
        let text = entry("a.md", &format!("# Titel\n\n{shape}\n\nSchluss"));
        assert_eq!(text.title, "Titel");
    }
}

#[test]
fn a_large_text_keeps_every_paragraph() {
    let text = format!("Titel\n\n{}", "Ein Absatz über die Brücke, der wiederkehrt.\n\n".repeat(40_000));
    let parsed = read("a.txt", text.as_bytes()).expect("an article");
    let content = parsed.entries[0].content.as_deref().unwrap_or_default();
    assert_eq!(content.matches("wiederkehrt").count(), 40_000);
    assert!(parsed.complaints.iter().any(|complaint| complaint.kind == "limit"), "{:?}", parsed.complaints);
}

#[test]
fn a_line_without_end_is_an_article_with_a_short_title() {
    for line in
        ["x".repeat(4_000_000), "Wort ".repeat(800_000), "- ".repeat(1_000_000), ", ".repeat(1_000_000)]
    {
        let entry = entry("a.txt", &line);
        assert!(entry.title.chars().count() <= 301, "{} characters", entry.title.chars().count());
    }
}

#[test]
fn what_is_no_text_is_set_aside_with_what_it_is() {
    for (bytes, expected) in [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), "a PNG image"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".as_slice(), "a PDF document"),
        (b"PK\x03\x04\x14\0\x06\0".as_slice(), "a ZIP archive"),
        (b"\x1f\x8b\x08\0\0\0".as_slice(), "gzip data"),
    ] {
        for path in ["a.txt", "a.md", "a.html"] {
            let error = read(path, bytes).expect_err("no article").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
    let noise: Vec<u8> = (0..50_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert_eq!(read("a.txt", &noise).map(|_| ()), Err(ParseError::Binary));
    assert_eq!(read("a.txt", b"").map(|_| ()), Err(ParseError::Empty));
    assert_eq!(read("a.txt", b"\xef\xbb\xbf \r\n\t").map(|_| ()), Err(ParseError::Empty));
}

#[test]
fn a_text_is_read_in_whatever_encoding_it_was_written() {
    let text =
        "Grüße aus Österreich\n\nDie schönen Bäume stehen über dem Fluß, heißt es „überall“ im Städtchen.\n";
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let little = wide(u16::to_le_bytes);
    let big = wide(u16::to_be_bytes);
    let in_encoding = |name: &str| {
        let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).expect("an encoding");
        let (bytes, _, missing) = encoding.encode(text);
        assert!(!missing, "{name}");
        bytes.into_owned()
    };
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    for (name, bytes) in [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a mark", marked(b"\xef\xbb\xbf", text.as_bytes())),
        ("UTF-16 little-endian", little.clone()),
        ("UTF-16 little-endian with a mark", marked(b"\xff\xfe", &little)),
        ("UTF-16 big-endian", big.clone()),
        ("UTF-16 big-endian with a mark", marked(b"\xfe\xff", &big)),
        ("Windows", in_encoding("windows-1252")),
        ("Mac", in_encoding("macintosh")),
    ] {
        let entry = read("a.txt", &bytes).expect(name).entries.remove(0);
        assert_eq!(entry.title, "Grüße aus Österreich", "{name}");
        let content = entry.content.unwrap_or_default();
        assert!(content.contains("schönen Bäume") && content.contains("„überall“"), "{name}: {content}");
    }
}
