//! How good a clustering is, against labels: BCubed (Bagga & Baldwin 1998) and pairwise precision, recall and F1.
//! Promises: sums run in the order of the labels, so the last digit is the same on every run.
//! Deliberately not here: where labels come from.

use std::collections::BTreeMap;

use serde::Serialize;

/// Precision, recall and their harmonic mean, each 0 to 1. Of nothing, all are 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Score {
    /// Of what was put together, the share that belongs together.
    pub precision: f64,
    /// Of what belongs together, the share that was put together.
    pub recall: f64,
    /// 2PR / (P + R).
    pub f1: f64,
}

impl Score {
    /// From precision and recall.
    pub fn of(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        let f1 = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
        Self { precision, recall, f1 }
    }
}

/// One labelled entry: its true story and the one it was put to.
pub type Placed<'a> = (&'a str, i64);

/// Mean over the entries of the share of its found story that is of its true story, and the reverse.
pub fn bcubed(placed: &[Placed<'_>]) -> Score {
    let counts = Counts::of(placed);
    let (mut precision, mut recall) = (0.0, 0.0);
    for ((label, story), both) in &counts.both {
        let both = *both as f64;
        precision += both * both / counts.found[story] as f64;
        recall += both * both / counts.labels[label] as f64;
    }
    let entries = (placed.len() as f64).max(1.0);
    Score::of(precision / entries, recall / entries)
}

/// Over all pairs of entries.
pub fn pairwise(placed: &[Placed<'_>]) -> Score {
    let counts = Counts::of(placed);
    let pairs = |count: &usize| (count * count.saturating_sub(1) / 2) as f64;
    let both: f64 = counts.both.values().map(pairs).sum();
    let found: f64 = counts.found.values().map(pairs).sum();
    let labelled: f64 = counts.labels.values().map(pairs).sum();
    Score::of(both / found.max(1.0), both / labelled.max(1.0))
}

/// The labels with the most entries, largest first; of equals, the first by name.
pub fn largest<'a>(placed: &[Placed<'a>], count: usize) -> Vec<&'a str> {
    let counts = Counts::of(placed);
    let mut labels: Vec<(&str, usize)> = counts.labels.into_iter().collect();
    labels.sort_by_key(|(label, entries)| (std::cmp::Reverse(*entries), *label));
    labels.into_iter().take(count).map(|(label, _)| label).collect()
}

struct Counts<'a> {
    both: BTreeMap<(&'a str, i64), usize>,
    labels: BTreeMap<&'a str, usize>,
    found: BTreeMap<i64, usize>,
}

impl<'a> Counts<'a> {
    fn of(placed: &[Placed<'a>]) -> Self {
        let mut counts = Self { both: BTreeMap::new(), labels: BTreeMap::new(), found: BTreeMap::new() };
        for (label, story) in placed {
            *counts.both.entry((label, *story)).or_default() += 1;
            *counts.labels.entry(label).or_default() += 1;
            *counts.found.entry(*story).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bagga_and_baldwins_example() {
        let truth = ["a", "a", "a", "a", "a", "b", "b", "c", "c", "c", "c", "c"];
        let found = [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2];
        let placed: Vec<Placed<'_>> = truth.into_iter().zip(found).collect();
        let score = bcubed(&placed);
        assert!((score.precision - 0.7619).abs() < 1e-4, "{score:?}");
        assert_eq!(score.recall, 1.0);
    }

    #[test]
    fn pairs_are_counted() {
        let placed = [("a", 1), ("a", 1), ("a", 2), ("b", 2)];
        let score = pairwise(&placed);
        assert_eq!((score.precision, score.recall), (0.5, 1.0 / 3.0));
        assert_eq!(largest(&placed, 1), ["a"]);
        assert_eq!(bcubed(&[]).f1, 0.0);
    }
}
