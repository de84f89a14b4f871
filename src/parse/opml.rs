//! OPML to subscriptions: nested outlines are labels. Tolerant of what hand-written files hold.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::model::subscription::Subscription;
use crate::parse::decode::decode;
use crate::parse::guard::Guard;
use crate::parse::link::absolute;
use crate::parse::parsed::ParseError;
use crate::parse::repair::repair;
use crate::parse::sniff::{TextKind, kind_of_text};
use crate::parse::text::fold;

/// The subscriptions of an OPML file, each URL once, in its order.
///
/// # Errors
/// [`ParseError::Empty`], or [`ParseError::Broken`] if it is no OPML.
pub fn subscriptions(
    bytes: &[u8],
    options: &ParseOptions,
) -> Result<(Vec<Subscription>, Vec<Complaint>), ParseError> {
    let mut complaints = Vec::new();
    let text = decode(bytes, None, &mut complaints);
    if text.trim().is_empty() {
        return Err(ParseError::Empty);
    }
    let TextKind::Opml(root) = kind_of_text(&text) else {
        return Err(ParseError::Broken("it is no OPML: no <opml> element".to_owned()));
    };
    let mended = repair(&text, root, Guard::list(options), &mut complaints);
    let mut outlines = Outlines { complaints, ..Outlines::default() };
    outlines.read(&mended, options.max_subscriptions);
    Ok((outlines.found, outlines.complaints))
}

#[derive(Default)]
struct Outlines {
    found: Vec<Subscription>,
    seen: std::collections::HashSet<String>,
    /// One for each open outline; `None` for outlines that are no folder.
    folders: Vec<Option<String>>,
    complaints: Vec<Complaint>,
}

impl Outlines {
    fn read(&mut self, xml: &str, limit: usize) {
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) if is_outline(&tag) => {
                    let folder = self.outline(&tag);
                    self.folders.push(folder);
                }
                Ok(Event::Empty(tag)) if is_outline(&tag) => drop(self.outline(&tag)),
                Ok(Event::End(tag)) if tag.name().as_ref().eq_ignore_ascii_case("outline") => {
                    drop(self.folders.pop());
                }
                Ok(Event::Eof) => return,
                Err(error) => {
                    return self
                        .complaints
                        .push(Complaint::new("xml", format!("the rest is left out: {error}")));
                }
                Ok(_) => {}
            }
            if self.found.len() >= limit {
                return self
                    .complaints
                    .push(Complaint::new("limit", format!("only the first {limit} subscriptions are read")));
            }
        }
    }

    /// Takes a subscription, or gives the name of a folder.
    fn outline(&mut self, tag: &BytesStart<'_>) -> Option<String> {
        let text = attribute(tag, "text").or_else(|| attribute(tag, "title"));
        let Some(address) = attribute(tag, "xmlUrl") else { return text };
        let Some(url) = absolute(&address, None).filter(|url| url.starts_with("http")) else {
            self.complaints.push(Complaint::new("format", format!("no web address, left out: {address:?}")));
            return None;
        };
        if self.seen.insert(url.clone()) {
            let folders: Vec<_> = self.folders.iter().flatten().map(|name| name.replace('/', "-")).collect();
            let labels = if folders.is_empty() { vec![] } else { vec![folders.join("/")] };
            let html_url = attribute(tag, "htmlUrl").and_then(|link| absolute(&link, None));
            self.found.push(Subscription { url, title: text, html_url, labels });
        }
        None
    }
}

fn is_outline(tag: &BytesStart<'_>) -> bool {
    tag.name().as_ref().eq_ignore_ascii_case("outline")
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    attributes.with_checks(false);
    let found = attributes.flatten().find(|a| a.key.as_ref().eq_ignore_ascii_case(name))?;
    let raw = found.value.into_owned();
    Some(fold(&html_escape::decode_html_entities(&raw))).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_labels_and_faults_are_survived() {
        let text = "<opml><body><outline text='News & more'><outline text='DE'>
            <outline text=\"A\" xmlUrl='https://a.example/feed?x=1&y=2' htmlUrl='https://a.example'/></outline></outline>
            <outline xmlUrl='https://b.example/'/><outline text=x xmlUrl='feed.xml'/><outline xmlUrl='https://b.example/'/>";
        let (found, complaints) = subscriptions(text.as_bytes(), &ParseOptions::default()).expect("an OPML");
        let urls: Vec<_> = found.iter().map(|s| s.url.as_str()).collect();
        assert_eq!(urls, ["https://a.example/feed?x=1&y=2", "https://b.example/"]);
        assert_eq!(found[0].labels, ["News & more/DE"]);
        assert!(found[1].labels.is_empty());
        assert!(!complaints.is_empty());
    }

    #[test]
    fn an_empty_body_is_no_fault_and_another_format_is() {
        let read = |text: &str| subscriptions(text.as_bytes(), &ParseOptions::default());
        assert!(read("<opml version='2.0'><head/><body/></opml>").is_ok_and(|(found, _)| found.is_empty()));
        assert!(matches!(read("<rss/>"), Err(ParseError::Broken(_))));
        assert_eq!(read(" \n").err(), Some(ParseError::Empty));
    }
}
