//! An entry as a question to the window, and which stories come into question as its answer.
//! Promises: bounded work however many entries share its stems ([`SEEN`]); rare stems are asked first, so that the
//! commonest words cost little and decide nothing.
//! Deliberately not here: how alike the two are (`likeness.rs`).

use crate::model::ids::StoryId;
use crate::story::fingerprint::Fingerprint;
use crate::story::keys::Map;
use crate::story::tale::weight;
use crate::story::terms::UNUSED;
use crate::story::window::Window;

/// Entries looked at for one question, all its stems together.
const SEEN: usize = 2_400;
/// Entries looked at for one stem: the latest.
const SEEN_OF_A_STEM: usize = 600;
/// However common a stem is, so many of its latest entries are looked at.
const SEEN_AT_LEAST: usize = 6;
/// How far the engine looks.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Of the entries seen, the nearest that are looked at again.
    pub nearest: usize,
    /// Stories that are compared.
    pub stories: usize,
    /// Reports of a story that the entry is compared with one by one: the latest.
    pub compared: usize,
}

impl Reach {
    /// While learning: the more stories are no answer, the better the right one is known.
    pub const LEARNING: Self = Self { nearest: 192, stories: 12, compared: 40 };
    /// In service: half the work, and no worse on the German development days (F1 .9333 for .9328).
    pub const SERVICE: Self = Self { nearest: 96, stories: 6, compared: 16 };
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
        let (users, weight) = (window.terms.count(term), share(weight(word.places)));
        Asked { hash: word.hash, term, users, weight, places: word.places }
    };
    print.words.iter().map(ask).collect()
}

/// Twentieths as a share.
pub fn share(weight: u32) -> f64 {
    f64::from(weight) / 20.0
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
    scores: Vec<(f64, u32)>,
    touched: Vec<u32>,
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
    look(asked, language, window, logarithms, seen);
    let mut near = nearest(reach.nearest, window, seen);
    let mut best: Map<i64, (f64, f64)> = Map::default();
    let mut order = Vec::new();
    for (score, number) in near.drain(..) {
        let Some(slot) = window.slot(number) else { continue };
        let score = score / libm::sqrt(slot.terms.len() as f64);
        let held = best.entry(slot.story.0).or_insert_with(|| {
            order.push(slot.story);
            (0.0, 0.0)
        });
        *held = (held.0.max(score), held.1 + score);
    }
    let rank = |story: &StoryId| {
        let (best, sum) = best[&story.0];
        best + 0.15 * (sum - best).min(4.0 * best)
    };
    let mut ranked: Vec<(f64, StoryId)> = order.iter().map(|story| (rank(story), *story)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate(reach.stories);
    ranked.into_iter().map(|(_, story)| story).collect()
}

/// Adds up, for each entry that shares stems, what they are worth; the rarest stems first.
fn look(asked: &[Asked], language: u16, window: &Window, logarithms: &Logarithms, seen: &mut Seen) {
    let all = libm::log(window.peers(language) as f64 + UNSEEN_ENTRIES);
    let mut order: Vec<&Asked> = asked.iter().filter(|asked| asked.term != UNUSED).collect();
    order.sort_unstable_by_key(|asked| (asked.users, asked.hash));
    if seen.scores.len() < window.span() {
        seen.scores.resize(window.span() + window.span() / 4 + 64, (0.0, 0));
    }
    let mut left = SEEN;
    for asked in order {
        let rarity = all - logarithms.of(asked.users);
        let worth = asked.weight * rarity * rarity;
        let most = left.clamp(SEEN_AT_LEAST, SEEN_OF_A_STEM);
        for number in window.terms.latest(asked.term).take(most) {
            let held = &mut seen.scores[window.place(number)];
            if held.1 == 0 {
                seen.touched.push(number);
            }
            *held = (held.0 + worth, held.1 + 1);
            left = left.saturating_sub(1);
        }
    }
}

/// Those that share the most, and the list swept for the next question.
fn nearest(most: usize, window: &Window, seen: &mut Seen) -> Vec<(f64, u32)> {
    let mut near = Vec::with_capacity(seen.touched.len());
    for number in seen.touched.drain(..) {
        let (score, shared) = std::mem::take(&mut seen.scores[window.place(number)]);
        if shared >= 2 || score >= WORTH {
            near.push((score, number));
        }
    }
    if near.len() > most {
        near.select_nth_unstable_by(most, |a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        near.truncate(most);
    }
    near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    near
}
