//! One saved e-mail message (`.eml`) as one article: a newsletter. The one door to the mail parser.
//! Promises: total. The HTML part is taken, else the text; attachments are left out. The id is the message's own, so that
//! it stays wherever the file lies.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::{Address, Message, MessageParser, PartType};

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::model::time::Timestamp;
use crate::parse::article::{Draft, Place, finish};
use crate::parse::blocks::{blocks, html};
use crate::parse::byline::Byline;
use crate::parse::language;
use crate::parse::link::absolute;
use crate::parse::parsed::{ParseError, Parsed};
use crate::parse::text::{beginning, fold};

/// So many headers are looked through for a link.
const MOST_HEADERS: usize = 1_000;
/// A message id longer than this, in bytes, is none.
const MOST_ID: usize = 512;

/// Reads a message.
///
/// # Errors
/// [`ParseError::Empty`], or [`ParseError::NoMail`].
pub fn mail(bytes: &[u8], place: Place<'_>, options: &ParseOptions) -> Result<Parsed, ParseError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ParseError::Empty);
    }
    let read = catch_unwind(AssertUnwindSafe(|| {
        let message = MessageParser::default().parse(bytes)?;
        let mut complaints = Vec::new();
        let draft = is_one(&message).then(|| draft(&message, options, &mut complaints));
        take_apart(message);
        Some((draft?, complaints))
    }));
    let (draft, complaints) = read.ok().flatten().ok_or(ParseError::NoMail)?;
    Ok(finish("mail", draft, place, options, complaints))
}

/// Messages within messages, one after the other: dropped as they are, each would need the stack of the one in it, too.
fn take_apart(message: Message<'_>) {
    let mut waiting = vec![message];
    while let Some(mut message) = waiting.pop() {
        for part in &mut message.parts {
            if let PartType::Message(inner) = std::mem::take(&mut part.body) {
                waiting.push(inner);
            }
        }
    }
}

/// Anything has headers to a willing reader; a message says at least from whom, when or about what.
fn is_one(message: &Message<'_>) -> bool {
    message.from().is_some() || message.date().is_some() || message.subject().is_some()
}

fn draft(message: &Message<'_>, options: &ParseOptions, complaints: &mut Vec<Complaint>) -> Draft {
    let people = people(message.from().or_else(|| message.sender()));
    let id = message.message_id().map(str::trim).filter(|id| !id.is_empty() && id.len() <= MOST_ID);
    let date = message.date().filter(|date| date.is_valid());
    Draft {
        // RFC 2392 section 2.
        id: id.map(|id| format!("mid:{id}")),
        title: message.subject().map(fold).unwrap_or_default(),
        content: content(message, options, complaints),
        link: link(message),
        language: header(message, "content-language").and_then(|tag| language::declared(&tag)),
        site: people.first().cloned(),
        byline: Byline {
            published: date.and_then(|date| date.to_timestamp().checked_mul(1_000)).map(Timestamp),
            authors: people,
            updated: None,
        },
        ..Draft::default()
    }
}

/// Names; of who has none, the address.
fn people(address: Option<&Address<'_>>) -> Vec<String> {
    let each = address.into_iter().flat_map(Address::iter);
    each.filter_map(|person| person.name().or_else(|| person.address())).map(fold).collect()
}

/// The HTML parts, else the texts.
fn content(message: &Message<'_>, options: &ParseOptions, complaints: &mut Vec<Complaint>) -> String {
    let found: String = message.html_bodies().filter_map(|part| as_html(&part.body)).collect();
    if !found.trim().is_empty() {
        return found;
    }
    let text: Vec<&str> = message.text_bodies().filter_map(|part| as_text(&part.body)).collect();
    let text = text.join("\n\n").replace("\r\n", "\n");
    let most = options.max_text.as_usize();
    if text.len() > most {
        complaints.push(Complaint::new("limit", "the message is over parse.max_text and is cut there"));
    }
    html(&blocks(beginning(&text, most)))
}

fn as_html<'a>(body: &'a PartType<'_>) -> Option<&'a str> {
    match body {
        PartType::Html(html) => Some(html),
        _ => None,
    }
}

fn as_text<'a>(body: &'a PartType<'_>) -> Option<&'a str> {
    match body {
        PartType::Text(text) => Some(text),
        _ => None,
    }
}

/// Where the message stands on the web: RFC 5064, RFC 2369, or as newsletters say it.
fn link(message: &Message<'_>) -> Option<String> {
    let named = |wanted: fn(&str) -> bool| {
        message
            .headers_raw()
            .take(MOST_HEADERS)
            .filter(move |(name, _)| wanted(&name.to_ascii_lowercase()))
            .find_map(|(_, value)| address(value))
    };
    named(|name| name == "archived-at")
        .or_else(|| named(is_view_online))
        .or_else(|| named(|name| name == "list-post"))
}

fn is_view_online(name: &str) -> bool {
    const ENDINGS: [&str; 6] =
        ["viewonline", "viewinbrowser", "onlineversion", "webversion", "weblink", "permalink"];
    let bare: String = name.chars().filter(|c| *c != '-' && *c != '_').collect();
    bare.starts_with('x') && ENDINGS.iter().any(|ending| bare.ends_with(ending))
}

/// The first web address of a header: in angle brackets, or alone.
fn address(value: &str) -> Option<String> {
    let value = fold(value);
    let each = value.split([',', ' ']).map(|part| part.trim().trim_start_matches('<').trim_end_matches('>'));
    let mut web = each.filter(|part| part.starts_with("http://") || part.starts_with("https://"));
    web.find_map(|part| absolute(part, None))
}

fn header(message: &Message<'_>, name: &str) -> Option<String> {
    message.headers_raw().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| fold(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &str = "Received: from x\r\nFrom: =?UTF-8?Q?K=C3=BCsten-Brief?= <brief@a.example>\r\nTo: me@b.example\r\nSubject: =?ISO-8859-1?Q?Neues_aus_dem_Hafen=2C_gr=FC=DFe?=\r\nDate: Tue, 24 Nov 2026 10:20:30 +0100\r\nMessage-ID: <1234@a.example>\r\nArchived-At: <https://a.example/briefe/7>\r\nList-Post: <mailto:x@a.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nNur Text.\r\n--b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><head><title>t</title><style>p{}</style></head><body><p onclick=3D\"x()\">Der Hafen w=E4chst.</p><script>bad()</script><img src=3D\"cid:1\"></body></html>\r\n--b--\r\n";

    fn read(text: &str) -> Result<Parsed, ParseError> {
        let place = Place { path: "briefe/a.eml", modified: Some(Timestamp(5)) };
        mail(text.as_bytes(), place, &ParseOptions::default())
    }

    #[test]
    fn a_newsletter_gives_subject_sender_date_link_and_its_html() {
        let parsed = read(LETTER).expect("a message");
        let entry = &parsed.entries[0];
        assert_eq!((parsed.shape, parsed.feed.title.as_str()), ("mail", "Küsten-Brief"));
        assert_eq!(
            (entry.id.as_str(), entry.title.as_str()),
            ("mid:1234@a.example", "Neues aus dem Hafen, grüße")
        );
        assert_eq!(entry.published, Some(Timestamp(1_795_512_030_000)));
        assert_eq!(entry.authors[0].name, "Küsten-Brief");
        assert_eq!(entry.link.as_deref(), Some("https://a.example/briefe/7"));
        assert_eq!(entry.content.as_deref().map(str::trim), Some("<p>Der Hafen wächst.</p>"));
    }

    #[test]
    fn a_message_of_text_alone_is_told_in_paragraphs() {
        let text = "From: a@a.example\nSubject: Kurz\nX-Newsletter-View-Online: https://a.example/online\n\nEin Satz & mehr.\n\nNoch <einer>.\n";
        let entry = &read(text).expect("a message").entries[0];
        assert_eq!(
            entry.content.as_deref().map(str::trim),
            Some("<p>Ein Satz &amp; mehr.</p>\n<p>Noch &lt;einer&gt;.</p>")
        );
        assert_eq!(entry.authors[0].name, "a@a.example");
        assert_eq!(
            (entry.link.as_deref(), entry.published),
            (Some("https://a.example/online"), Some(Timestamp(5)))
        );
        assert!(entry.id.starts_with("tag:"), "{}", entry.id);
    }

    #[test]
    fn what_is_no_message_says_so() {
        assert_eq!(read(" \r\n"), Err(ParseError::Empty));
        assert_eq!(read("Nur ein Text ohne Kopf.\n"), Err(ParseError::NoMail));
        assert_eq!(read("\0\u{1}\u{2}"), Err(ParseError::NoMail));
    }

    #[test]
    fn parts_within_parts_without_end_are_survived() {
        let mut text = "From: a\nContent-Type: multipart/mixed; boundary=b\n\n".to_owned();
        text.push_str(&"--b\nContent-Type: multipart/mixed; boundary=b\n\n".repeat(20_000));
        text.push_str(&"--b\nContent-Type: message/rfc822\n\nFrom: x\n".repeat(20_000));
        drop(read(&text));
    }

    proptest::proptest! {
        #[test]
        fn any_message_is_survived(text in "(From: |Subject: |Date: |\\r\\n|Content-Type: multipart/mixed; boundary=b|--b|=\\?utf-8\\?B\\?|[a-z<>@=;:\" \\n]|\\PC){0,60}") {
            drop(read(&text));
        }
    }
}
