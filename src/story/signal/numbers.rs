//! Do the numbers of two titles agree? "Day 2" and "Day 21" are two days.
//! Deliberately not here: what the numbers count.

use crate::story::fingerprint::{Fingerprint, place};

/// Numbers of the titles that both have.
pub fn shared_numbers(a: &Fingerprint, b: &Fingerprint) -> f64 {
    let shared = numbers(a).filter(|hash| numbers(b).any(|other| other == *hash)).count();
    shared as f64
}

/// 1 if both titles have numbers and none of them is the same.
pub fn clashing_numbers(a: &Fingerprint, b: &Fingerprint) -> f64 {
    let clash = numbers(a).next().is_some() && numbers(b).next().is_some() && shared_numbers(a, b) == 0.0;
    f64::from(u8::from(clash))
}

/// Whether the titles have the same stems, one at least, but other numbers, in both, or in another order: "Part 3
/// of 7", "Part 4 of 7".
pub fn same_but_for_numbers(a: &Fingerprint, b: &Fingerprint) -> bool {
    let words = |print: &Fingerprint| -> Vec<u32> {
        let titled = print.words.iter().filter(|word| word.is_in(place::TITLE) && !word.is_in(place::NUMBER));
        titled.map(|word| word.hash).collect()
    };
    let ours = words(a);
    let count = |print| numbers(print).count();
    let moved = a.title != b.title && count(a) > 1;
    let others = count(a) > 0 && count(b) > 0 && (moved || !numbers(a).eq(numbers(b)));
    others && !ours.is_empty() && ours == words(b)
}

fn numbers(print: &Fingerprint) -> impl Iterator<Item = u32> + '_ {
    print
        .words
        .iter()
        .filter(|word| word.places & (place::NUMBER | place::TITLE) == place::NUMBER | place::TITLE)
        .map(|w| w.hash)
}
