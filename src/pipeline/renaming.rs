//! Publishers that change the ids of all their entries at once: a blog that moved, a feed that makes ids up at each poll.
//! What was told is known again by link and title, and not told again. Pure.
//! Promises: only where no id of the document is known; each old entry becomes one new one; what could be two is none;
//! an item that is told anew each day under the same title is no renaming.

use std::collections::HashMap;

use url::Url;

use crate::model::entry::Entry;
use crate::model::time::DAY_MS;
use crate::store::change::KnownText;

/// The old ids and what has become of each; empty where this is no renaming. `known`: no id of `entries` is among them.
pub fn renamed(entries: &[Entry], known: &[KnownText]) -> HashMap<String, String> {
    let by_link = unique(known, |text| text.link.clone());
    let by_path = unique(known, |text| text.link.as_deref().and_then(path));
    let by_title = unique(known, |text| Some(text.title.clone()).filter(|title| !title.is_empty()));
    let (own_links, own_titles) = (
        unique(entries, |entry| entry.canonical_link.clone()),
        unique(entries, |entry| Some(entry.title.clone())),
    );
    let (mut pairs, mut sure) = (HashMap::new(), 0);
    for entry in entries {
        let link = entry.canonical_link.as_ref().filter(|link| own_links.contains_key(*link));
        let title = own_titles.contains_key(&entry.title).then_some(&entry.title);
        let linked = link.and_then(|link| {
            by_link.get(link).or_else(|| path(link).and_then(|path| by_path.get(&path))).copied()
        });
        let titled = title.and_then(|title| by_title.get(title)).copied();
        let old = linked.filter(|old| old.title == entry.title || is_dated(entry, old));
        let old = old.or_else(|| titled.filter(|old| is_dated(entry, old)));
        let Some(old) = old.filter(|old| !is_other_day(entry, old)) else { continue };
        sure += usize::from(old.title == entry.title && is_dated(entry, old));
        pairs.insert(old.key.clone(), entry.id.clone());
    }
    let many = pairs.len() * 2 >= entries.len() && (pairs.len() > 1 || sure > 0);
    if many { pairs } else { HashMap::new() }
}

/// Each key that stands for one item only.
fn unique<T>(items: &[T], key: impl Fn(&T) -> Option<String>) -> HashMap<String, &T> {
    let mut found: HashMap<String, Option<&T>> = HashMap::new();
    for item in items {
        if let Some(key) = key(item) {
            found.entry(key).and_modify(|one| *one = None).or_insert(Some(item));
        }
    }
    found.into_iter().filter_map(|(key, one)| Some((key, one?))).collect()
}

/// What of a link stays when a site moves; `None` for a front page.
fn path(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    Some(format!("{}{query}", url.path())).filter(|path| path != "/")
}

fn date_difference(entry: &Entry, old: &KnownText) -> Option<i64> {
    let own = entry.published.or(entry.updated)?;
    Some(own.since(old.published).abs())
}

/// Both tell the same date.
fn is_dated(entry: &Entry, old: &KnownText) -> bool {
    date_difference(entry, old).is_some_and(|ms| ms <= DAY_MS / 24)
}

/// They tell dates that are days apart.
fn is_other_day(entry: &Entry, old: &KnownText) -> bool {
    entry.published.is_some() && date_difference(entry, old).is_some_and(|ms| ms > DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    /// id, title, link, day of publication.
    type Item = (&'static str, &'static str, &'static str, Option<i64>);

    fn known(items: &[Item]) -> Vec<KnownText> {
        let text = |(key, title, link, day): &Item| KnownText {
            key: (*key).to_owned(),
            title: (*title).to_owned(),
            link: Some((*link).to_owned()),
            published: Timestamp(day.unwrap_or(100) * DAY_MS),
        };
        items.iter().map(text).collect()
    }

    fn entries(items: &[Item]) -> Vec<Entry> {
        let entry = |(id, title, link, day): &Item| Entry {
            id: (*id).to_owned(),
            title: (*title).to_owned(),
            canonical_link: Some((*link).to_owned()),
            published: day.map(|day| Timestamp(day * DAY_MS)),
            ..Entry::default()
        };
        items.iter().map(entry).collect()
    }

    fn pairs(new: &[Item], old: &[Item]) -> Vec<(String, String)> {
        let mut pairs: Vec<_> = renamed(&entries(new), &known(old)).into_iter().collect();
        pairs.sort();
        pairs
    }

    fn expected(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect()
    }

    const OLD: [Item; 3] = [
        ("1", "Eins", "https://a.example/p/1", Some(1)),
        ("2", "Zwei", "https://a.example/p/2", Some(2)),
        ("3", "Drei", "https://a.example/p/3", Some(3)),
    ];

    #[test]
    fn rule_17_changed_ids_are_known_again_by_link_and_title() {
        let all = expected(&[("1", "x"), ("2", "y"), ("3", "z")]);
        let churned = OLD.map(|(id, title, link, day)| {
            (["x", "y", "z"][id.parse::<usize>().expect("a number") - 1], title, link, day)
        });
        assert_eq!(pairs(&churned, &OLD), all);
        let undated = churned.map(|(id, title, link, _)| (id, title, link, None));
        assert_eq!(pairs(&undated, &OLD), all);
        let moved: [Item; 3] = [
            ("x", "Eins", "https://b.example/p/1", Some(1)),
            ("y", "Zwei", "https://b.example/2026/zwei", Some(2)),
            ("z", "Drei", "https://b.example/2026/drei", Some(3)),
        ];
        assert_eq!(pairs(&moved, &OLD), all);
        let grown = [moved[0], moved[1], ("n", "Neu", "https://b.example/n", Some(9))];
        assert_eq!(pairs(&grown, &OLD), expected(&[("1", "x"), ("2", "y")]));
    }

    #[test]
    fn rule_17_what_is_told_anew_under_an_old_title_is_no_renaming() {
        let weather: [Item; 1] = [("1", "Wetter", "https://a.example/wetter", Some(1))];
        for (new, old) in [
            (&[("2", "Wetter", "https://a.example/wetter", Some(2))][..], &weather[..]),
            (&[("2", "Wetter", "https://a.example/wetter", None)], &weather),
            (
                &[
                    ("x", "Neu", "https://a.example/n", Some(9)),
                    ("y", "Neuer", "https://a.example/m", Some(9)),
                ],
                &OLD,
            ),
            (
                &[("x", "Eins", "https://a.example/", Some(7)), ("y", "Zwei", "https://a.example/", Some(8))],
                &OLD,
            ),
        ] {
            assert_eq!(pairs(new, old), []);
        }
        let twice: [Item; 2] = [
            ("x", "Eins", "https://a.example/p/1", Some(1)),
            ("y", "Eins", "https://a.example/p/1", Some(1)),
        ];
        assert_eq!(pairs(&twice, &OLD), []);
    }
}
