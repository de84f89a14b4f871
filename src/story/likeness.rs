//! How alike an entry and a story are: measures every signal of `signal/list.rs`.
//! Promises: the same question and the same window give the same numbers to the last digit on every machine (sums run
//! in the order of the stems' hashes; logarithms come from `libm`); bounded work for each story.
//! Deliberately not here: what the numbers weigh (`weights.rs`).

use std::cell::LazyCell;

use crate::model::ids::StoryId;
use crate::model::time::{DAY_MS, Timestamp};
use crate::story::fingerprint::{Fingerprint, place};
use crate::story::question::{Asked, Logarithms, UNSEEN_ENTRIES, place_share, share};
use crate::story::scratch::{Letters, Scratch, Seen, Used};
use crate::story::signal::list::{COUNT, Signal, Signals};
use crate::story::signal::{numbers, text, title};
use crate::story::slots::Slot;
use crate::story::tale::{Tale, Use};
use crate::story::texts::{self, keep_largest};
use crate::story::tiers::apart_ms;
use crate::story::window::Window;

/// What the entry's own words are expected to be of a story that has not used them yet.
const SMOOTHING: f64 = 0.3;
/// "Just": a tenth of a day.
const JUST_MS: i64 = DAY_MS / 10;
/// A title of no more stems may be a mere heading: "Police look for witnesses after accident".
const HEADING_STEMS: usize = 5;
/// Texts that share a smaller part of the shorter one's stems are about other things. In the German development files
/// one pair in fifty of texts under one headline shares so little, and no true one.
const OTHER_TEXT: f64 = 0.1;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The entry.
    pub print: &'a Fingerprint,
    /// Its stems.
    pub asked: &'a [Asked],
    /// Whether the story is the likeliest at first sight.
    pub first: bool,
    /// Reports of the story that it is compared with one by one: the latest.
    pub compared: usize,
}

/// Measures all signals. The [`Scratch`] was made ready for this question. `None`: no such story.
pub fn signals(
    question: Question<'_>,
    story: StoryId,
    window: &Window,
    logarithms: &Logarithms,
    scratch: &mut Scratch,
) -> Option<Signals> {
    let tale = window.tale(story)?;
    let speakers = tale.speakers().len() as f64;
    let peers = window.peers(question.print.language) as f64;
    let others = (peers - speakers).max(0.0) + UNSEEN_ENTRIES;
    let outside = libm::log(others);
    let rarity = |users: u32, own: u32| outside - logarithms.of(users.saturating_sub(own));
    let mut seen = std::mem::take(&mut scratch.seen);
    let length = see(question.asked, tale, window, rarity, scratch, &mut seen);
    let sums = Sums::of(&seen);
    let mut found = [0.0; COUNT];
    whole(&seen, &sums, length, speakers, &mut found);
    likelihood(&seen, speakers, others, &mut found);
    own(&seen, &sums, speakers, &mut found);
    let nearest = each(question, &sums, tale, window, scratch, &mut found)?;
    let print = LazyCell::new(|| window.print(nearest));
    pair(question, &seen, &sums, (nearest, &print), scratch, &mut found);
    times(question, tale, nearest, window, &mut found);
    texts::measure(question.print, &nearest.print, window, &mut found);
    scratch.seen = seen;
    Some(found)
}

/// The question's stems as the story sees them, and the rarities of all that it uses. Gives the length of the story's
/// vector of weighted rarities.
fn see(
    asked: &[Asked],
    tale: &Tale,
    window: &Window,
    rarity: impl Fn(u32, u32) -> f64,
    scratch: &mut Scratch,
    seen: &mut Vec<Seen>,
) -> f64 {
    seen.clear();
    seen.extend(asked.iter().map(|one| Seen { asked: *one, rarity: rarity(one.users, 0), used: (0.0, 0.0) }));
    scratch.used.clear();
    let mut square = 0.0;
    window.each_use(tale, |held: Use| {
        let (term, weight) = (&mut scratch.terms[held.term as usize], share(held.weight));
        // A story has fewer: SPEAKERS times the most stems of an entry.
        term.used = scratch.used.len() as u16;
        let rarity = rarity(window.terms.count(held.term), u32::from(held.count));
        let weighted = weight * rarity;
        square += weighted * weighted;
        let mut used = Used { rarity, weight: 0.0, mark: term.mark, places: 0 };
        if let Some(at) = term.mark.checked_sub(1) {
            let one = &mut seen[usize::from(at)];
            (one.rarity, one.used) = (rarity, (f64::from(held.count), weight));
            (used.weight, used.places) = (one.asked.weight, one.asked.places);
        }
        scratch.used.push(used);
    });
    libm::sqrt(square)
}

/// Sums over the question's stems.
struct Sums {
    /// Length of the vector of weighted rarities.
    length: f64,
    /// Length of the title's vector.
    title: f64,
    /// Sum of weighted rarities.
    mass: f64,
    /// It has more than a title.
    has_text: bool,
}

impl Sums {
    fn of(seen: &[Seen]) -> Self {
        let (mut length, mut title, mut mass, mut has_text) = (0.0, 0.0, 0.0, false);
        for Seen { asked, rarity, .. } in seen {
            let weighted = asked.weight * rarity;
            length += weighted * weighted;
            mass += weighted;
            if asked.places & place::TITLE != 0 {
                title += rarity * rarity;
            }
            has_text |= asked.places & place::TEXT != 0;
        }
        let above_zero = |square: f64| libm::sqrt(square).max(1e-9);
        Self { length: above_zero(length), title: above_zero(title), mass: mass.max(1e-9), has_text }
    }
}

/// The story as a whole.
fn whole(seen: &[Seen], sums: &Sums, length: f64, speakers: f64, found: &mut Signals) {
    let (mut product, mut used) = (0.0, 0.0);
    for Seen { asked, rarity, used: (count, weights) } in seen {
        product += asked.weight * rarity * weights * rarity;
        if *count > 0.0 {
            used += asked.weight * rarity;
        }
    }
    found[Signal::Centroid as usize] = product / (length * sums.length).max(1e-9);
    found[Signal::MassUsed as usize] = used / sums.mass;
    found[Signal::Size as usize] = libm::log(speakers);
    found[Signal::Alone as usize] = f64::from(u8::from(speakers == 1.0));
}

/// How much better the story's words explain the entry than the window's do: a mixture of both against the window.
fn likelihood(seen: &[Seen], speakers: f64, others: f64, found: &mut Signals) {
    let (mut sum, unused) = (0.0, libm::log(SMOOTHING));
    for Seen { asked, used: (count, _), .. } in seen {
        if *count == 0.0 {
            sum += asked.weight * unused;
            continue;
        }
        let background = (f64::from(asked.users) - count).max(0.0) + 0.5;
        let background = background / others;
        let told = (count / speakers).min(1.0);
        let ratio = ((1.0 - SMOOTHING) * told + SMOOTHING * background) / background;
        sum += asked.weight * libm::log(ratio);
    }
    found[Signal::Likelihood as usize] = sum / 10.0;
}

/// Words that are this story's own: few others use them.
fn own(seen: &[Seen], sums: &Sums, speakers: f64, found: &mut Signals) {
    let (mut own, mut sparse, mut best, mut all) = (0.0, 0.0, 0.0_f64, 0.0);
    let (mut owned, mut owned_title) = (0.0_f64, 0.0_f64);
    for Seen { asked, rarity, used: (count, _) } in seen.iter().filter(|seen| seen.used.0 > 0.0) {
        let users = f64::from(asked.users).max(1.0);
        own += asked.weight * rarity * (count / users);
        sparse += asked.weight * rarity * (count / (users + 1.0));
        if speakers > 1.0 {
            let key = (count - 0.5) / speakers * ((count - 0.5) / users) * asked.weight;
            best = best.max(key);
            all += key / asked.weight;
            let alone = (count - 1.0) / users * (1.0 - 1.0 / libm::sqrt(*count));
            owned = owned.max(alone);
            if asked.places & place::TITLE != 0 {
                owned_title = owned_title.max(alone);
            }
        }
    }
    found[Signal::OwnWords as usize] = own / sums.mass;
    found[Signal::OwnWordsSparse as usize] = sparse / sums.mass;
    found[Signal::OwnedWord as usize] = owned;
    found[Signal::OwnedTitleWord as usize] = owned_title;
    found[Signal::KeyWord as usize] = best;
    found[Signal::KeyWords as usize] = all;
}

/// Its latest reports one by one. Gives the nearest.
fn each<'a>(
    question: Question<'_>,
    sums: &Sums,
    tale: &'a Tale,
    window: &'a Window,
    scratch: &Scratch,
    found: &mut Signals,
) -> Option<&'a Slot> {
    let mut nearest: Option<(f64, &Slot)> = None;
    let (mut sum, mut letters, mut most_letters, mut titles, mut count) = (0.0, 0.0, 0.0_f64, 0.0_f64, 0.0);
    let (mut ours, mut unlike) = (0.0, 0.0);
    for slot in window.speakers(tale).rev().take(question.compared) {
        let (cosine, title, has_text) = cosines(slot, sums, scratch);
        let run = common_letters(&question.print.grams, slot.print.grams(), &scratch.letters);
        count += 1.0;
        sum += cosine;
        letters += run;
        most_letters = most_letters.max(run);
        titles = titles.max(title);
        if has_text && sums.has_text {
            found[Signal::BothHaveText as usize] = 1.0;
        }
        let told = question.print.source != 0 && slot.print.source == question.print.source;
        ours += f64::from(u8::from(told));
        unlike += f64::from(u8::from(slot.print.is_ticker() != question.print.is_ticker()));
        if told && apart_ms(question.print.at, slot.print.at) < JUST_MS {
            found[Signal::SourceJustTold as usize] = 1.0;
        }
        if nearest.is_none_or(|(held, _)| cosine > held) {
            nearest = Some((cosine, slot));
        }
    }
    let (cosine, slot) = nearest?;
    found[Signal::Nearest as usize] = cosine;
    found[Signal::NearestTimesSize as usize] = cosine * found[Signal::Size as usize];
    found[Signal::Mean as usize] = sum / count;
    found[Signal::LettersNearest as usize] = most_letters;
    found[Signal::LettersMean as usize] = letters / count;
    found[Signal::TitleCosine as usize] = titles;
    found[Signal::LiveOrNot as usize] = unlike / count;
    found[Signal::SameSource as usize] = ours / count;
    found[Signal::OnlyThisSource as usize] = f64::from(u8::from(ours == count));
    Some(slot)
}

/// The cosines of a report with the question: of everything, and of the titles; and whether the report has a text.
fn cosines(slot: &Slot, sums: &Sums, scratch: &Scratch) -> (f64, f64, bool) {
    let (mut product, mut square, mut title_product, mut title_square) = (0.0, 0.0, 0.0, 0.0);
    let mut all_places = 0;
    let titled = |places: u8, rarity: f64| if places & place::TITLE != 0 { rarity * rarity } else { 0.0 };
    for (term, places) in slot.print.words() {
        let Used { rarity, weight, places: asked, .. } = *scratch.used(term);
        let weighted = place_share(places) * rarity;
        square += weighted * weighted;
        // What is not asked for has no weight and no places: it adds nothing.
        product += weighted * weight * rarity;
        title_square += titled(places, rarity);
        title_product += titled(places & asked, rarity);
        all_places |= places;
    }
    let cosine = product / (libm::sqrt(square) * sums.length).max(1e-9);
    let title = title_product / (libm::sqrt(title_square) * sums.title).max(1e-9);
    (cosine, title, all_places & place::TEXT != 0)
}

fn asked_for(mark: u16, seen: &[Seen]) -> Option<&Seen> {
    mark.checked_sub(1).map(|at| &seen[usize::from(at)])
}

/// A fingerprint that is made only if it is asked for: most reports are told apart by what is at hand.
type Lazy<F> = LazyCell<Fingerprint, F>;

/// The entry and the nearest report.
fn pair(
    question: Question<'_>,
    seen: &[Seen],
    sums: &Sums,
    (nearest, print): (&Slot, &Lazy<impl FnOnce() -> Fingerprint>),
    scratch: &Scratch,
    found: &mut Signals,
) {
    const FIGURE: u8 = place::NUMBER | place::TITLE;
    let (mut mass, mut both, mut shared, mut titled) = (0.0, 0.0, 0.0, 0.0);
    let (mut numbers, mut same_numbers) = (false, false);
    let mut rarest = [0.0_f64; 3];
    let (mut missing, mut titles, mut number) = (0.0, 0.0, 0.0_f64);
    for (term, places) in nearest.print.words() {
        let (Used { rarity, mark, .. }, own) = (*scratch.used(term), place_share(places));
        mass += own * rarity;
        numbers |= places & FIGURE == FIGURE;
        let titled_here = if places & place::TITLE != 0 { rarity } else { 0.0 };
        titles += titled_here;
        if asked_for(mark, seen).is_none() {
            missing += titled_here;
        }
        let Some(same) = asked_for(mark, seen) else { continue };
        shared += 1.0;
        if places & same.asked.places & place::NUMBER != 0 {
            number = number.max(rarity);
        }
        both += rarity * own.min(same.asked.weight);
        keep_largest(&mut rarest, rarity);
        if places & same.asked.places & place::TITLE != 0 {
            titled += 1.0;
        }
        same_numbers |= places & same.asked.places & FIGURE == FIGURE;
    }
    let asks_numbers = seen.iter().any(|seen| seen.asked.places & FIGURE == FIGURE);
    let clash = numbers && asks_numbers && !same_numbers;
    let (new, missing) = (new_in_title(seen), missing / f64::max(titles, 1e-9));
    found[Signal::NewInTitle as usize] = new;
    found[Signal::MissingInTitle as usize] = missing;
    found[Signal::OtherTitle as usize] = new.min(missing);
    found[Signal::SharedNumber as usize] = number / 5.0;
    rules(question.print, seen, (nearest, print), found);
    if found[Signal::TitleCosine as usize] > 0.6 && text::has_text(question.print) && text::has_text(print) {
        found[Signal::TextsDisagree as usize] = 1.0 - text::near_text(question.print, print);
    }
    found[Signal::SharedStems as usize] = libm::log1p(shared);
    found[Signal::HardlyAnyStem as usize] = f64::from(u8::from(shared <= 1.0));
    found[Signal::SharedTitleStems as usize] = libm::log1p(titled);
    found[Signal::SharedPairs as usize] = libm::log1p(common(&question.print.pairs, nearest.print.pairs()));
    found[Signal::Rarest as usize] = rarest[0] / 5.0;
    found[Signal::SecondRarest as usize] = rarest[1] / 5.0;
    found[Signal::ThirdRarest as usize] = rarest[2] / 5.0;
    found[Signal::Overlap as usize] = both / sums.mass.min(mass).max(1e-9);
    found[Signal::Jaccard as usize] = both / (sums.mass + mass - both).max(1e-9);
    found[Signal::ClashingNumbers as usize] = f64::from(u8::from(clash));
    let headline = nearest.print.headline;
    found[Signal::SameHeadline as usize] =
        f64::from(u8::from(headline != 0 && headline == question.print.headline));
    found[Signal::FirstInQuestion as usize] = f64::from(u8::from(question.first));
}

/// What forbids to call them one story.
fn rules(
    print: &Fingerprint,
    seen: &[Seen],
    (slot, nearest): (&Slot, &Lazy<impl FnOnce() -> Fingerprint>),
    found: &mut Signals,
) {
    const SAID: u8 = place::TITLE | place::TEXT | place::PART;
    let mut set = |signal: Signal, holds: bool| found[signal as usize] = f64::from(u8::from(holds));
    set(Signal::OnlyNumbersDiffer, numbers::same_but_for_numbers(print, nearest));
    let shared = seen.iter().filter(|seen| seen.used.0 > 0.0 && seen.asked.places & SAID != 0).count();
    set(Signal::OneWord, shared < 2);
    let same = title::same_heads([print.headline, print.title], [slot.print.headline, slot.print.title]);
    let heading = same && print.title_stems() <= HEADING_STEMS;
    let texts = heading && text::has_text(print) && text::has_text(nearest);
    set(Signal::OtherText, texts && text::near_text(print, nearest) < OTHER_TEXT);
}

/// Share of the title's rarity mass that the story has never used.
fn new_in_title(seen: &[Seen]) -> f64 {
    let (mut new, mut all) = (0.0, 0.0);
    for seen in seen.iter().filter(|seen| seen.asked.places & place::TITLE != 0) {
        all += seen.rarity;
        if seen.used.0 == 0.0 {
            new += seen.rarity;
        }
    }
    new / f64::max(all, 1e-9)
}

/// How the story stands in time, by the dates of the reports: those of a feed just added all come at once.
fn times(question: Question<'_>, tale: &Tale, nearest: &Slot, window: &Window, found: &mut Signals) {
    let at = question.print.at;
    let days = |other: Timestamp, most: f64| (apart_ms(at, other) as f64 / DAY_MS as f64).min(most);
    let told = |number: Option<&u32>| {
        number.and_then(|number| window.slot(*number)).map_or(at, |slot| slot.print.at)
    };
    found[Signal::DaysOpen as usize] = days(told(tale.members().first()), 5.0);
    found[Signal::DaysFromNearest as usize] = days(nearest.print.at, 3.0);
    let idle = days(told(tale.members().last()), 3.0) * 24.0;
    found[Signal::HoursIdle as usize] = libm::log1p(idle);
    found[Signal::Quiet as usize] = 1.0 - libm::exp(-2.0 * idle);
}

/// Runs of letters that two titles share, by the geometric mean of how many they have, 0 to 1. `marked`: those of `a`.
fn common_letters(a: &[u16], b: impl ExactSizeIterator<Item = u16>, marked: &Letters) -> f64 {
    let runs = a.len() * b.len();
    if runs == 0 { 0.0 } else { marked.count(b) as f64 / libm::sqrt(runs as f64) }
}

/// How many of two sorted lists are in both.
fn common(a: &[u32], b: impl Iterator<Item = u32>) -> f64 {
    let (mut at, mut count) = (0, 0_u32);
    for one in b {
        while at < a.len() && a[at] < one {
            at += 1;
        }
        if at < a.len() && a[at] == one {
            count += 1;
            at += 1;
        }
    }
    f64::from(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_lists_are_compared() {
        assert_eq!(common(&[1, 3, 5, 9], [0, 3, 4, 9].into_iter()), 2.0);
        let (mut letters, title) = (Letters::default(), [1, 2, 3, 40_000]);
        letters.mark(&title);
        assert_eq!(common_letters(&title, [40_000].into_iter(), &letters), 0.5);
        assert_eq!(common_letters(&[], [4].into_iter(), &letters), 0.0);
        letters.sweep(&title);
        assert_eq!(common_letters(&title, title.into_iter(), &letters), 0.0);
    }
}
