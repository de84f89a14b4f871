//! What the whole texts of two reports say, and what they share across languages.
//! Deliberately not here: titles and first words (`likeness.rs`).

use crate::story::fingerprint::Fingerprint;
use crate::story::kept::Kept;
use crate::story::question::UNSEEN_ENTRIES;
use crate::story::signal::list::{Signal, Signals};
use crate::story::tally::Tally;
use crate::story::window::Window;

/// Two lists of keys, and what of them is in both.
struct Shared {
    /// By the rarity of the keys, 0 to 1.
    cosine: f64,
    /// How many keys are in both.
    count: f64,
    /// The rarity of the rarest three, in falling order.
    rarest: [f64; 3],
}

/// Measures the two reports by what the window knows of their keys.
pub fn measure(a: &Fingerprint, b: &Kept, window: &Window, found: &mut Signals) {
    let tally = &window.tally;
    let all = |entries: usize| libm::log(entries as f64 + UNSEEN_ENTRIES);
    if a.is_long() && b.is_long() && a.language == b.language {
        let all = all(window.peers(a.language));
        let shared = compare(&a.deep, &b.deep().collect::<Vec<_>>(), tally, all);
        found[Signal::BothLong as usize] = 1.0;
        found[Signal::WholeText as usize] = shared.cosine;
        found[Signal::WholeTextShared as usize] = libm::log1p(shared.count);
        found[Signal::WholeTextRare as usize] = shared.rarest[2] / 5.0;
    }
    if a.is_in_other_language(b.language) {
        let all = all(window.peers(a.language).max(window.peers(b.language)));
        let shared = compare(&a.bridge, &b.bridge().collect::<Vec<_>>(), tally, all);
        found[Signal::OtherLanguage as usize] = 1.0;
        found[Signal::Across as usize] = shared.cosine;
        found[Signal::AcrossShared as usize] = libm::log1p(shared.count);
        found[Signal::AcrossRare as usize] = shared.rarest[1] / 5.0;
    }
}

/// Both lists are sorted, each key once.
fn compare(a: &[u16], b: &[u16], tally: &Tally, all: f64) -> Shared {
    let rarity = |key: u16| (all - libm::log(f64::from(tally.count(key)) + 0.5)).max(0.0);
    let square = |keys: &[u16]| keys.iter().map(|key| rarity(*key) * rarity(*key)).sum::<f64>();
    let (mut product, mut count, mut rarest) = (0.0, 0.0, [0.0; 3]);
    let mut others = b.iter().peekable();
    for key in a {
        while others.next_if(|other| *other < key).is_some() {}
        if others.next_if(|other| *other == key).is_some() {
            let rarity = rarity(*key);
            product += rarity * rarity;
            count += 1.0;
            keep_largest(&mut rarest, rarity);
        }
    }
    let cosine = product / libm::sqrt(square(a) * square(b)).max(1e-9);
    Shared { cosine, count, rarest }
}

/// Puts a value among the three largest, which are in falling order.
pub fn keep_largest(kept: &mut [f64; 3], value: f64) {
    let at = kept.iter().position(|held| value > *held);
    if let Some(at) = at {
        kept[at..].rotate_right(1);
        kept[at] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_largest_are_kept_in_order() {
        let mut kept = [0.0; 3];
        for value in [2.0, 5.0, 1.0, 3.0, 0.5] {
            keep_largest(&mut kept, value);
        }
        assert_eq!(kept, [5.0, 3.0, 2.0]);
    }

    #[test]
    fn lists_are_compared_by_rare_keys() {
        let mut tally = Tally::default();
        (0..1_000).for_each(|_| tally.add(&[1]));
        let common = compare(&[1, 5], &[1, 9], &tally, 8.0);
        let rare = compare(&[1, 5], &[2, 5], &tally, 8.0);
        assert!(rare.cosine > common.cosine);
        assert_eq!((common.count, rare.count), (1.0, 1.0));
        assert_eq!(compare(&[], &[1], &tally, 8.0).cosine, 0.0);
    }
}
