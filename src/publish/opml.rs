//! Subscriptions as OPML 2.0, folders from labels.

use std::collections::BTreeMap;

use crate::model::document::shown;
use crate::model::subscription::Subscription;
use crate::publish::xml::Xml;

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
            let url = shown(&feed.url);
            let text = feed.title.as_deref().unwrap_or(&url);
            let mut attributes = vec![("type", "rss"), ("text", text), ("xmlUrl", &*url)];
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
}
