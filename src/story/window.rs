//! The window: the entries told lately, their terms, and the stories they make.
//! Promises: what it holds is a function of the entries in it, their order and their stories, so that admitting them
//! anew after a restart gives the very same window.
//! Deliberately not here: when an entry leaves (`engine.rs` knows the clock and the bounds), and any judgement.

use crate::model::ids::{EntryId, StoryId};
use crate::model::time::Timestamp;
use crate::story::fingerprint::Fingerprint;
use crate::story::kept::Kept;
use crate::story::keys::{Keys, Map};
use crate::story::slots::{Slot, Slots};
use crate::story::tale::{SPEAKERS, Tale, Use, uses};
use crate::story::tally::Tally;
use crate::story::terms::Terms;

/// See the module.
#[derive(Debug, Default)]
pub struct Window {
    /// Shared stems.
    pub terms: Terms,
    /// Shared keys of whole texts and across languages.
    pub tally: Tally,
    /// Entries in each language, 0 for unknown ones.
    languages: Map<u32, u32>,
    keys: Keys,
    slots: Slots,
    tales: Map<i64, Tale>,
}

impl Window {
    /// How many entries are remembered.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// How many of them are in a language, against which the rarity of its words is measured; of an unknown one: all.
    pub fn peers(&self, language: u16) -> usize {
        let known = self.languages.get(&u32::from(language)).filter(|_| language != 0);
        known.map_or(self.len(), |count| *count as usize)
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The entry with this number; `None` if it was forgotten.
    pub fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.slot(number)
    }

    /// An entry by its id; `None` if it is not remembered.
    pub fn find(&self, entry: EntryId) -> Option<&Slot> {
        self.slots.find(entry).and_then(|number| self.slots.slot(number))
    }

    /// What was admitted as this entry.
    pub fn print(&self, slot: &Slot) -> Fingerprint {
        slot.print.print(&self.terms)
    }

    /// The latest entries that share a key (link, article number, headline, last words), latest first.
    pub fn sharing(&self, print: &Fingerprint) -> impl Iterator<Item = &Slot> {
        self.keys.sharing(print, &self.slots).into_iter().filter_map(|number| self.slots.slot(number))
    }

    /// Where an entry stands, counted from the oldest: for scratch lists as long as [`Window::span`].
    pub fn place(&self, number: u32) -> usize {
        self.slots.place(number)
    }

    /// The number of the entry that stands first.
    pub fn first(&self) -> u32 {
        self.slots.first()
    }

    /// One more than the largest [`Window::place`].
    pub fn span(&self) -> usize {
        self.slots.span()
    }

    /// The oldest entry.
    pub fn oldest(&self) -> Option<&Slot> {
        self.slots.oldest()
    }

    /// A story that has an entry in the window.
    pub fn tale(&self, story: StoryId) -> Option<&Tale> {
        self.tales.get(&story.0)
    }

    /// The entries that speak for a story, in the order they came.
    pub fn speakers<'a>(&'a self, tale: &'a Tale) -> impl DoubleEndedIterator<Item = &'a Slot> {
        tale.speakers().iter().filter_map(|number| self.slot(*number))
    }

    /// Calls `take` with the stems of those who speak for a story, in the order of their hashes.
    pub fn each_use(&self, tale: &Tale, take: impl FnMut(Use)) {
        match tale.members() {
            [only] => self.slot(*only).into_iter().flat_map(|slot| uses(&slot.print)).for_each(take),
            _ => tale.uses().iter().copied().for_each(take),
        }
    }

    /// Remembers an entry that is not remembered.
    pub fn admit(&mut self, entry: EntryId, story: StoryId, print: &Fingerprint, arrived: Timestamp) {
        let number = self.slots.next();
        let terms = print.words.iter().map(|word| self.terms.insert(word.hash, number));
        *self.languages.entry(u32::from(print.language)).or_default() += 1;
        self.tally.add(&print.deep);
        self.tally.add(&print.bridge);
        let print = Kept::of(print, terms);
        self.slots.push(Slot { entry, story, arrived, print });
        self.keys.insert(number, &self.slots);
        self.join(story, number);
    }

    /// Forgets an entry. False: it was not there.
    pub fn retract(&mut self, entry: EntryId) -> bool {
        let Some(number) = self.slots.find(entry) else { return false };
        self.leave(number);
        self.keys.remove(number, &self.slots);
        if let Some(slot) = self.slots.take(number) {
            slot.print.words().for_each(|(term, _)| self.terms.remove(term, number));
            self.tally.remove(slot.print.deep());
            self.tally.remove(slot.print.bridge());
            self.languages.entry(u32::from(slot.print.language)).and_modify(|count| *count -= 1);
        }
        true
    }

    /// Makes one story of two: the entries of `gone` are put to `keep`.
    pub fn merge(&mut self, keep: StoryId, gone: StoryId) {
        let Some(tale) = self.tales.remove(&gone.0).filter(|_| keep != gone) else { return };
        for number in tale.members() {
            if let Some(slot) = self.slots.slot_mut(*number) {
                slot.story = keep;
            }
        }
        let mut members = self.tales.remove(&keep.0).map_or_else(Vec::new, |kept| kept.members().to_vec());
        members.extend(tale.members());
        let mut merged = Tale::of_all(members);
        self.relearn(&mut merged);
        self.tales.insert(keep.0, merged);
    }

    /// The memory it takes, in bytes: all that the allocator holds for it.
    pub fn memory_bytes(&self) -> usize {
        let tales: usize = self.tales.values().map(Tale::memory_bytes).sum();
        // A map's places are a power of two of which it fills seven eighths at most, with a byte more for each.
        let places = (self.tales.capacity() * 8 / 7).next_power_of_two();
        tales
            + places * (size_of::<(i64, Tale)>() + 1)
            + self.slots.memory_bytes()
            + self.keys.memory_bytes()
            + self.terms.memory_bytes()
            + self.tally.memory_bytes()
            + self.tally.memory_bytes()
    }

    fn join(&mut self, story: StoryId, number: u32) {
        let Some(mut tale) = self.tales.remove(&story.0) else {
            self.tales.insert(story.0, Tale::of(number));
            return;
        };
        tale.push(number);
        let members = tale.members();
        if members.len() == 2 {
            self.relearn(&mut tale);
        } else {
            let silent = members.len().checked_sub(SPEAKERS + 1).map(|at| members[at]);
            self.speaks(&mut tale, Some(number));
            self.falls_silent(&mut tale, silent);
        }
        self.tales.insert(story.0, tale);
    }

    fn leave(&mut self, number: u32) {
        let Some(story) = self.slot(number).map(|slot| slot.story) else { return };
        let Some(mut tale) = self.tales.remove(&story.0) else { return };
        let spoke = tale.speakers().binary_search(&number).is_ok();
        let members = tale.members();
        let returns = members.len().checked_sub(SPEAKERS + 1).map(|at| members[at]);
        if !tale.leave(number) {
            return;
        }
        if spoke {
            self.falls_silent(&mut tale, Some(number));
            self.speaks(&mut tale, returns);
        }
        self.tales.insert(story.0, tale);
    }

    /// One speaker more.
    fn speaks(&self, tale: &mut Tale, number: Option<u32>) {
        if let Some(slot) = number.and_then(|number| self.slot(number)) {
            tale.learn(uses(&slot.print), &self.terms);
        }
    }

    /// One speaker less.
    fn falls_silent(&self, tale: &mut Tale, number: Option<u32>) {
        if let Some(slot) = number.and_then(|number| self.slot(number)) {
            tale.unlearn(uses(&slot.print));
        }
    }

    fn relearn(&self, tale: &mut Tale) {
        let speakers: Vec<&Slot> = tale.speakers().iter().filter_map(|number| self.slot(*number)).collect();
        speakers.into_iter().for_each(|slot| tale.learn(uses(&slot.print), &self.terms));
    }
}
