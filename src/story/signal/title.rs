//! Do two entries have the same title, or much of it?
//! Deliberately not here: how rare the shared words are.

use crate::story::fingerprint::{Fingerprint, place};

/// 1 if the titles are equal but for case, accents, signs and what stands before the colon.
pub fn same_headline(a: &Fingerprint, b: &Fingerprint) -> f64 {
    let of = |print: &Fingerprint| [print.headline, print.title];
    f64::from(u8::from(same_heads(of(a), of(b))))
}

/// Whether two entries, known by their headline and their title, have one of the two in common.
pub fn same_heads(a: [u64; 2], b: [u64; 2]) -> bool {
    a.iter().any(|key| *key != 0 && b.contains(key))
}

/// 1 if both end in the same five words.
pub fn same_tail(a: &Fingerprint, b: &Fingerprint) -> f64 {
    f64::from(u8::from(a.tail != 0 && a.tail == b.tail))
}

/// The share of the shorter title's stems that the other title has, 0 to 1.
pub fn title_overlap(a: &Fingerprint, b: &Fingerprint) -> f64 {
    overlap(a, b, place::TITLE)
}

/// The share of the smaller set of stems, found in `places`, that the other has there too, 0 to 1; 0 if one has none.
pub fn overlap(a: &Fingerprint, b: &Fingerprint, places: u8) -> f64 {
    let count = |print: &Fingerprint| print.words.iter().filter(|word| word.is_in(places)).count();
    let smaller = count(a).min(count(b));
    if smaller == 0 { 0.0 } else { shared(a, b, places) as f64 / smaller as f64 }
}

/// Whether each title has a stem that the other has nowhere.
pub fn each_has_its_own(a: &Fingerprint, b: &Fingerprint) -> bool {
    let lacks = |a: &Fingerprint, b: &Fingerprint| {
        let mut titled = a.words.iter().filter(|word| word.is_in(place::TITLE));
        titled.any(|word| b.words.binary_search_by_key(&word.hash, |other| other.hash).is_err())
    };
    lacks(a, b) && lacks(b, a)
}

/// How many stems both have in `places`.
pub fn shared(a: &Fingerprint, b: &Fingerprint, places: u8) -> usize {
    let mut others = b.words.iter().filter(|word| word.is_in(places)).peekable();
    let mut shared = 0;
    for word in a.words.iter().filter(|word| word.is_in(places)) {
        while others.next_if(|other| other.hash < word.hash).is_some() {}
        shared += usize::from(others.next_if(|other| other.hash == word.hash).is_some());
    }
    shared
}
