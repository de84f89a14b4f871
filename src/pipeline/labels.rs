//! What labels mean: which feeds are under one, and the river that each has of its own. Pure.
//! Promises: small and capital letters are equal; the names of rivers hang on the labels and the config alone, so that
//! the same labels have the same rivers on every machine.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::options::river::{MAX_NAME, RESERVED, RiverOptions, Rivers};
use crate::model::folding::slug;
use crate::model::ids::FeedId;
use crate::parse::identity::digest;

/// Labels as the store has them, by what is compared: each with the feeds right under it.
#[derive(Debug, Clone, Default)]
pub struct Labels(BTreeMap<String, Label>);

#[derive(Debug, Clone, Default)]
struct Label {
    written: String,
    feeds: BTreeSet<FeedId>,
}

/// A label's own river.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelRiver {
    /// The label, as it was first found written.
    pub label: String,
    /// The river's name.
    pub name: String,
    /// The name it does not have, because another has it; `None`: it has its own.
    pub taken: Option<String>,
}

/// What is compared of a label: small letters, single slashes, no blanks around.
fn key(label: &str) -> String {
    parts(&label.to_lowercase()).join("/")
}

fn parts(label: &str) -> Vec<&str> {
    label.split('/').map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn is_under(label: &str, folder: &str) -> bool {
    label.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Labels {
    /// These, and every folder that they are in.
    pub fn of<'a>(labels: impl Iterator<Item = (FeedId, &'a str)>) -> Self {
        let mut found: Vec<_> = labels.collect();
        // In this order, which spelling is kept does not hang on how the store lists them.
        found.sort_unstable_by_key(|(feed, label)| (*label, *feed));
        let mut labels = Self::default();
        for (feed, label) in found {
            let parts = parts(label);
            for depth in 1..=parts.len() {
                let written = parts[..depth].join("/");
                let label = labels.0.entry(key(&written)).or_default();
                if label.written.is_empty() {
                    label.written = written;
                }
                label.feeds.extend((depth == parts.len()).then_some(feed));
            }
        }
        labels
    }

    /// The feeds under any of these, in order.
    pub fn feeds(&self, wanted: &[String]) -> Vec<FeedId> {
        let wanted: Vec<String> = wanted.iter().map(|label| key(label)).collect();
        let under = self.0.iter().filter(|(key, _)| wanted.iter().any(|folder| is_under(key, folder)));
        let feeds: BTreeSet<FeedId> = under.flat_map(|(_, label)| label.feeds.iter().copied()).collect();
        feeds.into_iter().collect()
    }

    /// The river of each label, in the order of the labels; `limit` at most. A label under one that a private river
    /// selects has none.
    pub fn rivers(&self, configured: &Rivers, limit: usize) -> Vec<LabelRiver> {
        let hidden: Vec<String> = configured
            .0
            .iter()
            .filter(|river| river.private)
            .flat_map(|river| river.labels.iter().map(|label| key(label)))
            .collect();
        let shown = |key: &&String| !hidden.iter().any(|folder| is_under(key, folder));
        let mut keys: Vec<&String> = self.0.keys().filter(shown).take(limit).collect();
        // Whose name is the label itself goes before those that only sound like it.
        keys.sort_by_key(|key| (plain_name(key) != key.replace('/', "-"), *key));
        let mut taken: BTreeSet<String> = RESERVED.iter().map(|name| (*name).to_owned()).collect();
        taken.extend(configured.0.iter().map(|river| river.name.clone()));
        let mut rivers: Vec<(&String, LabelRiver)> = Vec::new();
        for label in keys {
            let name = plain_name(label);
            if configured.0.iter().any(|river| is_that_of(river, &name, label)) {
                continue;
            }
            let free = taken.insert(name.clone());
            let (name, clash) = if free { (name, None) } else { (other_name(&name, label), Some(name)) };
            taken.insert(name.clone());
            rivers.push((label, LabelRiver { label: self.0[label].written.clone(), name, taken: clash }));
        }
        rivers.sort_by_key(|(key, _)| *key);
        rivers.into_iter().map(|(_, river)| river).collect()
    }
}

/// The owner wrote the river of this label in the config.
fn is_that_of(river: &RiverOptions, name: &str, label: &str) -> bool {
    river.name == name && river.labels.iter().any(|own| key(own) == label)
}

fn plain_name(label: &str) -> String {
    let mut name = slug(label);
    name.truncate(MAX_NAME);
    if name.is_empty() { other_name("label", label) } else { name }
}

/// A name that hangs on the label alone, whatever other labels there are.
fn other_name(name: &str, label: &str) -> String {
    format!("{name}-{}", &digest(&["label", label])[..6])
}

impl LabelRiver {
    /// What it publishes: all under the label, at the defaults.
    pub fn options(&self) -> RiverOptions {
        let (name, title) = (self.name.clone(), self.label.clone());
        RiverOptions { name, title, labels: vec![self.label.clone()], ..RiverOptions::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(labels: &[&str]) -> Labels {
        Labels::of((1..).map(FeedId).zip(labels.iter().copied()))
    }

    fn names(labels: &Labels, configured: Vec<RiverOptions>) -> Vec<String> {
        let rivers = labels.rivers(&Rivers::of(configured, true), 100);
        rivers.into_iter().map(|river| format!("{}={}", river.label, river.name)).collect()
    }

    fn river(name: &str, labels: &[&str]) -> RiverOptions {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        RiverOptions { name: name.to_owned(), labels, ..RiverOptions::default() }
    }

    #[test]
    fn a_label_selects_what_is_under_it_whatever_its_case() {
        let labels = labels(&["Tech/Linux", "tech", "Technik", "News", " News / Wörter/", "", "/"]);
        let feeds =
            |label: &str| labels.feeds(&[label.to_owned()]).iter().map(|feed| feed.0).collect::<Vec<_>>();
        assert_eq!(feeds("Tech"), [1, 2]);
        assert_eq!(feeds("TECH/linux"), [1]);
        assert_eq!(feeds("news"), [4, 5]);
        assert_eq!(feeds("wörter"), [0; 0]);
        assert_eq!(labels.feeds(&["technik".to_owned(), "tech/linux".to_owned()]), [FeedId(1), FeedId(3)]);
    }

    #[test]
    fn every_label_and_every_folder_of_one_has_a_river() {
        let labels = labels(&["News/Wörter & mehr", "tech"]);
        assert_eq!(
            names(&labels, vec![]),
            ["News=news", "News/Wörter & mehr=news-woerter-mehr", "tech=tech"]
        );
        assert_eq!(labels.rivers(&Rivers::default(), 1).len(), 1);
        assert_eq!(labels.rivers(&Rivers::default(), 0), []);
    }

    #[test]
    fn names_that_are_taken_are_given_to_no_second_river() {
        let labels = labels(&["tech/linux", "Tech Linux", "tech", "Feeds", "日本", "River"]);
        let got = names(&labels, vec![river("tech", &["other"])]);
        let [feeds, river_, tech, spaced, nested, japan] = &got[..] else { panic!("{got:?}") };
        assert_eq!(nested, "tech/linux=tech-linux");
        for (told, begins) in [
            (feeds, "Feeds=feeds-"),
            (river_, "River=river-"),
            (tech, "tech=tech-"),
            (spaced, "Tech Linux=tech-linux-"),
            (japan, "日本=label-"),
        ] {
            assert!(told.starts_with(begins) && told.len() == begins.len() + 6, "{told}");
        }
        assert_eq!(names(&labels, vec![river("tech", &["other"])]), got, "always the same");
    }

    #[test]
    fn the_owners_river_of_a_label_is_its_river_and_a_private_one_hides_what_is_under_it() {
        let labels = labels(&["tech/linux", "work/a"]);
        assert_eq!(names(&labels, vec![river("tech", &["Tech"])])[..1], ["tech/linux=tech-linux"]);
        let private = RiverOptions { private: true, ..river("secret", &["Work"]) };
        assert_eq!(names(&labels, vec![private]), ["tech=tech", "tech/linux=tech-linux"]);
    }
}
