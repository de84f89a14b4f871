//! Subscriptions as OPML 2.0, folders from labels.
//! Deliberately not here: who may see which addresses; [`shown`] makes what others may see.

use std::collections::BTreeMap;

use crate::model::subscription::Subscription;
use crate::publish::iri;
use crate::publish::xml::Xml;

/// The media type to serve it as.
pub const MEDIA_TYPE: &str = "text/x-opml; charset=utf-8";

/// The subscriptions as others may see them: no address tells a user, a password, or what else gives access to a feed.
/// Each once under each of its labels, by address.
pub fn shown(subscriptions: Vec<Subscription>) -> Vec<Subscription> {
    let mut by_url: BTreeMap<String, Subscription> = BTreeMap::new();
    for subscription in subscriptions {
        let Some(url) = iri::shown(&subscription.url) else { continue };
        let html_url = subscription.html_url.as_deref().and_then(iri::shown);
        let seen =
            by_url.entry(url.clone()).or_insert_with(|| Subscription { url, ..Subscription::default() });
        seen.title = seen.title.take().or(subscription.title);
        seen.html_url = seen.html_url.take().or(html_url);
        for label in subscription.labels {
            if !seen.labels.contains(&label) {
                seen.labels.push(label);
            }
        }
    }
    by_url.into_values().collect()
}

/// Renders the subscriptions; one under several labels stands under each.
pub fn render(title: &str, subscriptions: &[Subscription]) -> String {
    let mut root = Folder::default();
    for subscription in subscriptions {
        if subscription.labels.is_empty() {
            root.feeds.push(subscription);
        }
        for label in &subscription.labels {
            let inner =
                label.split('/').fold(&mut root, |folder, part| folder.folders.entry(part).or_default());
            inner.feeds.push(subscription);
        }
    }
    let mut xml = Xml::new();
    xml.open("opml", &[("version", "2.0")]);
    xml.open("head", &[]);
    xml.text("title", &[], title);
    xml.close("head");
    xml.open("body", &[]);
    root.write(&mut xml);
    xml.close("body");
    xml.close("opml");
    xml.into_text()
}

#[derive(Default)]
struct Folder<'a> {
    folders: BTreeMap<&'a str, Folder<'a>>,
    feeds: Vec<&'a Subscription>,
}

impl Folder<'_> {
    fn write(&self, xml: &mut Xml) {
        for (name, folder) in &self.folders {
            xml.open("outline", &[("text", name)]);
            folder.write(xml);
            xml.close("outline");
        }
        for feed in &self.feeds {
            let url = &feed.url;
            let text = feed.title.as_deref().unwrap_or(url);
            let mut attributes = vec![("type", "rss"), ("text", text), ("xmlUrl", url)];
            attributes.extend(feed.html_url.as_deref().map(|link| ("htmlUrl", link)));
            xml.empty("outline", &attributes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_nested_outlines() {
        let feed = |url: &str, label: &str| Subscription {
            url: url.to_owned(),
            labels: vec![label.to_owned()],
            ..Subscription::default()
        };
        let text = render("T", &[feed("https://a.example/?a&b", "N/D"), feed("https://b.example/", "N")]);
        let (d, a, b) = (text.find("\"D\""), text.find("?a&amp;b"), text.find("b.example"));
        assert!(d < a && a < b, "{text}");
        assert_eq!(text.matches("</outline>").count(), 2);
    }

    #[test]
    fn others_see_each_feed_once_and_no_secret() {
        let feed = |url: &str, labels: &[&str]| Subscription {
            url: url.to_owned(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..Subscription::default()
        };
        let shown = shown(vec![
            feed("https://me:secret@b.example/feed", &["N"]),
            feed("https://a.example/feed?key=secret", &[]),
            feed("https://b.example/feed", &["N", "D"]),
        ]);
        let seen: Vec<_> = shown.iter().map(|feed| (feed.url.as_str(), feed.labels.join(" "))).collect();
        assert_eq!(
            seen,
            [("https://a.example/feed", String::new()), ("https://b.example/feed", "N D".to_owned())]
        );
        assert!(!render("T", &shown).contains("secret"));
    }
}
