//! Do the first words of two texts agree?
//! Deliberately not here: titles.

use crate::story::fingerprint::{Fingerprint, place};
use crate::story::signal::title;

/// The share of the shorter text's stems that the other text has, 0 to 1; 0 if one has no text.
pub fn near_text(a: &Fingerprint, b: &Fingerprint) -> f64 {
    title::overlap(a, b, place::TEXT)
}

/// The share of the poorer entry's stems, wherever found, that the other has anywhere, 0 to 1.
pub fn any_overlap(a: &Fingerprint, b: &Fingerprint) -> f64 {
    title::overlap(a, b, place::TITLE | place::TEXT | place::SLUG)
}

/// Whether it has a text worth comparing.
pub fn has_text(print: &Fingerprint) -> bool {
    print.words.iter().filter(|word| word.is_in(place::TEXT)).count() >= 4
}
