//! An entry as a question to the window, and which stories come into question as its answer.
//! Promises: bounded work however many entries share its stems ([`Reach`]); rare stems are asked first, so that the
//! commonest words cost little and decide nothing.
//! Deliberately not here: how alike the two are (`likeness.rs`).

use crate::model::ids::StoryId;
use crate::story::fingerprint::{Fingerprint, place};
use crate::story::keys::Map;
use crate::story::terms::UNUSED;
use crate::story::window::Window;

/// However common a stem is, so many of its latest entries are looked at.
const SEEN_AT_LEAST: usize = 6;

/// How far the engine looks.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Entries looked at for one question, all its stems together.
    pub seen: usize,
    /// Entries looked at for one stem: the latest.
    pub seen_of_a_stem: usize,
    /// Of the entries seen, the nearest that are looked at again.
    pub nearest: usize,
    /// Stories that are compared.
    pub stories: usize,
    /// Reports of a story that the entry is compared with one by one: the latest.
    pub compared: usize,
}

impl Reach {
    /// While learning: the more stories are no answer, the better the right one is known.
    pub const LEARNING: Self =
        Self { seen: 2_400, seen_of_a_stem: 600, nearest: 192, stories: 12, compared: 40 };
    /// In service: a third of the work, and no worse on the German development days (F1 .9373 for .9372).
    pub const SERVICE: Self =
        Self { seen: 1_200, seen_of_a_stem: 300, nearest: 72, stories: 5, compared: 14 };
}

/// One shared stem alone brings an entry into question only if it is worth this much.
const WORTH: f64 = 3.0;

/// Added to the number of entries in the window, so that the first words of an empty window are no sensation.
pub const UNSEEN_ENTRIES: f64 = 300.0;

/// A stem of the question.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The stem.
    pub hash: u32,
    /// Its number, or [`UNUSED`].
    pub term: u32,
    /// How many entries of the window use it.
    pub users: u32,
    /// Its weight by its place, 0.3 to 1.
    pub weight: f64,
    /// Bits of [`crate::story::fingerprint::place`].
    pub places: u8,
}

/// The stems of an entry, by hash, with what the window knows of them.
pub fn asked(print: &Fingerprint, window: &Window) -> Vec<Asked> {
    let ask = |word: &crate::story::fingerprint::Word| {
        let term = window.terms.find(word.hash);
        let (users, weight) = (window.terms.count(term), place_share(word.places));
        Asked { hash: word.hash, term, users, weight, places: word.places }
    };
    print.words.iter().map(ask).collect()
}

/// Twentieths as a share.
pub fn share(weight: u16) -> f64 {
    f64::from(weight) / 20.0
}

/// The [`share`] of the weight that a place has: a division less for each of a thousand words.
pub fn place_share(places: u8) -> f64 {
    const SHARES: [f64; 4] = [9.0 / 20.0, 1.0, 13.0 / 20.0, 1.0];
    SHARES[usize::from(places & (place::TITLE | place::TEXT))]
}

/// The logarithm of a count plus one half, from a list: it is asked a hundred times for each entry.
#[derive(Debug)]
pub struct Logarithms(Vec<f64>);

impl Default for Logarithms {
    fn default() -> Self {
        Self((0..4_096).map(|count| libm::log(f64::from(count) + 0.5)).collect())
    }
}

impl Logarithms {
    /// ln(count + ½).
    pub fn of(&self, count: u32) -> f64 {
        self.0.get(count as usize).copied().unwrap_or_else(|| libm::log(f64::from(count) + 0.5))
    }
}

/// Lists that are used for each question anew.
#[derive(Debug, Default)]
pub struct Seen {
    /// By place in the window: what the shared stems are worth; 0: none is shared; below 0: a single one.
    scores: Vec<f64>,
    /// The places of the scores that are not 0, so many.
    touched: Vec<u32>,
    count: usize,
    order: Vec<u64>,
    near: Vec<Near>,
    /// The stories of the near entries, and where the first of each stands among the links.
    found: Vec<(StoryId, u32)>,
    links: Vec<Link>,
    /// Where a story stands among the found.
    places: Map<i64, u32>,
}

impl Seen {
    /// These entries share a stem of this worth. Whether an entry is seen for the first time cannot be foretold: so
    /// nothing here depends on it but numbers.
    fn add(&mut self, worth: f64, users: &[u32], window: &Window) {
        if self.touched.len() < self.count + users.len() {
            self.touched.resize(2 * (self.count + users.len()), 0);
        }
        let (scores, touched, first) = (&mut *self.scores, &mut *self.touched, window.first());
        let mut count = self.count;
        for number in users {
            let place = number.wrapping_sub(first);
            let held = &mut scores[place as usize];
            let (is_first, sum) = (*held == 0.0, held.abs() + worth);
            *held = f64::from_bits(sum.to_bits() | u64::from(is_first) << 63);
            touched[count] = place;
            count += usize::from(is_first);
        }
        self.count = count;
    }

    /// What grows with the window of the memory it takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.scores.capacity() * size_of::<f64>()
    }
}

/// A near entry, and the next one of its story, which is no nearer; [`NONE`]: it is the last.
#[derive(Debug)]
struct Link {
    near: Near,
    score: f64,
    next: u32,
}

const NONE: u32 = u32::MAX;

/// A score above 0 and the number of its entry, ordered by score, then number: one comparison of whole numbers.
type Near = u128;

/// Above 0, floating point numbers are in the order of their bits.
fn near(score: f64, number: u32) -> Near {
    u128::from(score.to_bits()) << 32 | u128::from(number)
}

fn told(near: Near) -> (f64, u32) {
    (f64::from_bits((near >> 32) as u64), near as u32)
}

/// The stories in question, the likeliest first.
pub fn stories(
    asked: &[Asked],
    language: u16,
    reach: Reach,
    window: &Window,
    logarithms: &Logarithms,
    seen: &mut Seen,
) -> Vec<StoryId> {
    look(asked, language, reach, window, logarithms, seen);
    nearest(reach.nearest, window, seen);
    gather(window, seen);
    let mut ranked: Vec<(f64, StoryId)> = Vec::with_capacity(reach.stories + 1);
    for (story, first) in &seen.found {
        let (best, sum) = sum(*first, &seen.links);
        let rank = best + 0.15 * (sum - best).min(4.0 * best);
        let before = |held: &(f64, StoryId)| held.0 > rank || held.0 == rank && held.1 < *story;
        let place = ranked.iter().rposition(before).map_or(0, |held| held + 1);
        if place < reach.stories {
            ranked.insert(place, (rank, *story));
            ranked.truncate(reach.stories);
        }
    }
    ranked.into_iter().map(|(_, story)| story).collect()
}

/// The near entries by story, each story's nearest first: so are they summed, to the last digit the same.
fn gather(window: &Window, seen: &mut Seen) {
    seen.found.clear();
    seen.places.clear();
    seen.links.clear();
    for near in &seen.near {
        let (score, number) = told(*near);
        let Some(slot) = window.slot(number) else { continue };
        let score = score / (slot.print.words_count() as f64).sqrt();
        let next = seen.found.len() as u32;
        let place = *seen.places.entry(slot.story.0).or_insert(next);
        if place == next {
            seen.found.push((slot.story, NONE));
        }
        insert(&mut seen.found[place as usize].1, &mut seen.links, Link { near: *near, score, next: NONE });
    }
}

/// Puts a link where it belongs in the run that begins at `first`.
fn insert(first: &mut u32, links: &mut Vec<Link>, mut link: Link) {
    let added = links.len() as u32;
    let (mut before, mut at) = (NONE, *first);
    while at != NONE && links[at as usize].near > link.near {
        (before, at) = (at, links[at as usize].next);
    }
    link.next = at;
    links.push(link);
    match before {
        NONE => *first = added,
        _ => links[before as usize].next = added,
    }
}

/// The best score of a run, and the sum of all.
fn sum(first: u32, links: &[Link]) -> (f64, f64) {
    let (mut best, mut sum, mut at) = (0.0_f64, 0.0, first);
    while let Some(link) = links.get(at as usize) {
        (best, sum, at) = (best.max(link.score), sum + link.score, link.next);
    }
    (best, sum)
}

/// Adds up, for each entry that shares stems, what they are worth; the rarest stems first.
fn look(
    asked: &[Asked],
    language: u16,
    reach: Reach,
    window: &Window,
    logarithms: &Logarithms,
    seen: &mut Seen,
) {
    let all = libm::log(window.peers(language) as f64 + UNSEEN_ENTRIES);
    // The stems are in the order of their hashes: so are, in this order, those with as many users.
    let known = asked.iter().zip(0..).filter(|(asked, _)| asked.term != UNUSED);
    seen.order.clear();
    seen.order.extend(known.map(|(asked, at): (_, u64)| u64::from(asked.users) << 32 | at));
    seen.order.sort_unstable();
    let (held, span) = (seen.scores.len(), window.span());
    if held < span {
        seen.scores.reserve_exact(span + span / 8 - held);
        seen.scores.resize(seen.scores.capacity(), 0.0);
    }
    let mut left = reach.seen;
    let order = std::mem::take(&mut seen.order);
    for at in &order {
        let asked = &asked[*at as u32 as usize];
        let rarity = all - logarithms.of(asked.users);
        let worth = asked.weight * rarity * rarity;
        let most = left.clamp(SEEN_AT_LEAST, reach.seen_of_a_stem);
        let (earlier, later) = window.terms.users(asked.term);
        let least = later.len().saturating_sub(most);
        seen.add(worth, &later[least..], window);
        let least = (later.len() + earlier.len()).saturating_sub(most).min(earlier.len());
        seen.add(worth, &earlier[least..], window);
        left = left.saturating_sub(most.min(asked.users as usize));
    }
    seen.order = order;
}

/// Those that share the most, and the list swept for the next question.
fn nearest(most: usize, window: &Window, seen: &mut Seen) {
    let kept = &mut seen.near;
    kept.clear();
    let mut least = 0;
    let (first, worth) = (window.first(), -WORTH);
    for place in &seen.touched[..seen.count] {
        let score = std::mem::take(&mut seen.scores[*place as usize]);
        if score > 0.0 || score <= worth {
            let near = near(score.abs(), first.wrapping_add(*place));
            if near > least {
                kept.push(near);
                if kept.len() >= 3 * most {
                    least = cut(kept, most);
                }
            }
        }
    }
    seen.count = 0;
    if kept.len() > most {
        cut(kept, most);
    }
}

/// Keeps the largest; gives the least of them.
fn cut(kept: &mut Vec<Near>, most: usize) -> Near {
    let (_, least, _) = kept.select_nth_unstable_by(most - 1, |a, b| b.cmp(a));
    let least = *least;
    kept.truncate(most);
    least
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::tale::weight;

    #[test]
    fn a_place_has_the_share_of_its_weight() {
        assert!((0..64).all(|places| place_share(places) == share(weight(places))));
    }

    #[test]
    fn a_storys_entries_are_summed_nearest_first() {
        let (mut first, mut links) = (NONE, Vec::new());
        for score in [0.25, 8.0, 1e-9, 3.0] {
            insert(&mut first, &mut links, Link { near: near(score, 7), score, next: NONE });
        }
        assert_eq!(sum(first, &links), (8.0, 8.0 + 3.0 + 0.25 + 1e-9));
        assert_eq!(sum(NONE, &links), (0.0, 0.0));
    }

    #[test]
    fn scores_are_in_the_order_of_their_bits() {
        let all = [1e-12, 0.5, 3.0, 3.5, 1e9].map(|score| near(score, 7));
        assert!(all.is_sorted() && near(3.0, 8) > near(3.0, 7));
        assert_eq!(told(near(3.5, u32::MAX)), (3.5, u32::MAX));
    }
}
