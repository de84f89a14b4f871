//! The window: the entries told lately, their terms, and the stories they make.
//! Promises: what it holds is a function of the entries in it, their order and their stories, so that admitting them
//! anew after a restart gives the very same window.
//! Deliberately not here: when an entry leaves (`engine.rs` knows the clock and the bounds), and any judgement.

use std::collections::VecDeque;

use crate::model::ids::{EntryId, StoryId};
use crate::model::time::Timestamp;
use crate::story::fingerprint::Fingerprint;
use crate::story::keys::{Keys, Map};
use crate::story::tale::{SPEAKERS, Tale, Use, Worded};
use crate::story::tally::Tally;
use crate::story::terms::Terms;

/// An entry in the window.
#[derive(Debug)]
pub struct Slot {
    /// Which.
    pub entry: EntryId,
    /// The story it was put to.
    pub story: StoryId,
    /// When it was admitted.
    pub arrived: Timestamp,
    /// What is kept of it.
    pub print: Fingerprint,
    /// The terms of its words.
    pub terms: Box<[u32]>,
}

impl Slot {
    /// Its words with their terms.
    pub fn worded(&self) -> Worded<'_> {
        Worded { words: &self.print.words, terms: &self.terms }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Window {
    /// Shared keys.
    pub keys: Keys,
    /// Shared stems.
    pub terms: Terms,
    /// Shared keys of whole texts and across languages.
    pub tally: Tally,
    slots: VecDeque<Option<Slot>>,
    first: u32,
    live: usize,
    /// Entries in each language, 0 for unknown ones.
    languages: Map<u32, u32>,
    numbers: Map<i64, u32>,
    tales: Map<i64, Tale>,
    print_bytes: usize,
}

impl Window {
    /// How many entries are remembered.
    pub fn len(&self) -> usize {
        self.live
    }

    /// How many of them are in a language, against which the rarity of its words is measured; of an unknown one: all.
    pub fn peers(&self, language: u16) -> usize {
        let known = self.languages.get(&u32::from(language)).filter(|_| language != 0);
        known.map_or(self.live, |count| *count as usize)
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The entry with this number; `None` if it was forgotten.
    pub fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.get(self.place(number))?.as_ref()
    }

    /// An entry by its id; `None` if it is not remembered.
    pub fn find(&self, entry: EntryId) -> Option<&Slot> {
        self.numbers.get(&entry.0).and_then(|number| self.slot(*number))
    }

    /// Where an entry stands, counted from the oldest: for scratch lists as long as [`Window::span`].
    pub fn place(&self, number: u32) -> usize {
        number.wrapping_sub(self.first) as usize
    }

    /// One more than the largest [`Window::place`].
    pub fn span(&self) -> usize {
        self.slots.len()
    }

    /// The oldest entry.
    pub fn oldest(&self) -> Option<&Slot> {
        self.slots.front()?.as_ref()
    }

    /// A story that has an entry in the window.
    pub fn tale(&self, story: StoryId) -> Option<&Tale> {
        self.tales.get(&story.0)
    }

    /// The entries that speak for a story, in the order they came.
    pub fn speakers<'a>(&'a self, tale: &'a Tale) -> impl DoubleEndedIterator<Item = &'a Slot> {
        tale.speakers().iter().filter_map(|number| self.slot(*number))
    }

    /// The stems of those who speak for a story, by hash.
    pub fn uses(&self, tale: &Tale, into: &mut Vec<Use>) {
        into.clear();
        match self.speakers(tale).next() {
            Some(only) if tale.members.len() == 1 => into.extend(only.worded().uses()),
            _ => into.extend_from_slice(&tale.uses),
        }
    }

    /// Remembers an entry.
    pub fn admit(&mut self, entry: EntryId, story: StoryId, print: Fingerprint, arrived: Timestamp) {
        let number = self.first.wrapping_add(self.slots.len() as u32);
        self.keys.insert(u64::from(number), &print);
        let terms: Box<[u32]> = print.words.iter().map(|word| self.terms.insert(word.hash, number)).collect();
        self.numbers.insert(entry.0, number);
        *self.languages.entry(u32::from(print.language)).or_default() += 1;
        self.tally.add(&print.deep);
        self.tally.add(&print.bridge);
        self.print_bytes += print.memory_bytes() + size_of_val(&*terms);
        self.slots.push_back(Some(Slot { entry, story, arrived, print, terms }));
        self.live += 1;
        self.join(story, number);
    }

    /// Forgets an entry. False: it was not there.
    pub fn retract(&mut self, entry: EntryId) -> bool {
        let Some(number) = self.numbers.remove(&entry.0) else { return false };
        self.leave(number);
        let at = self.place(number);
        if let Some(slot) = self.slots[at].take() {
            self.keys.remove(u64::from(number), &slot.print);
            self.languages.entry(u32::from(slot.print.language)).and_modify(|count| *count -= 1);
            self.tally.remove(&slot.print.deep);
            self.tally.remove(&slot.print.bridge);
            for term in &slot.terms {
                self.terms.remove(*term, number);
            }
            self.print_bytes -= slot.print.memory_bytes() + size_of_val(&*slot.terms);
            self.live -= 1;
        }
        while matches!(self.slots.front(), Some(None)) {
            self.slots.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        true
    }

    /// Makes one story of two: the entries of `gone` are put to `keep`.
    pub fn merge(&mut self, keep: StoryId, gone: StoryId) {
        let Some(tale) = self.tales.remove(&gone.0).filter(|_| keep != gone) else { return };
        for number in &tale.members {
            let at = self.place(*number);
            if let Some(Some(slot)) = self.slots.get_mut(at) {
                slot.story = keep;
            }
        }
        let mut merged = self.tales.remove(&keep.0).unwrap_or_default();
        merged.members.extend(tale.members);
        merged.members.sort_unstable();
        self.relearn(&mut merged);
        self.tales.insert(keep.0, merged);
    }

    /// The memory it takes, in bytes, as near as the allocator lets us know.
    pub fn memory_bytes(&self) -> usize {
        let tales: usize = self.tales.values().map(Tale::memory_bytes).sum();
        self.print_bytes
            + self.slots.capacity() * (size_of::<Option<Slot>>() - size_of::<Fingerprint>())
            + self.numbers.capacity() * 13
            + self.tales.capacity() * (size_of::<Tale>() + 9)
            + tales
            + self.keys.memory_bytes()
            + self.terms.memory_bytes()
            + self.tally.memory_bytes()
    }

    fn join(&mut self, story: StoryId, number: u32) {
        let mut tale = self.tales.remove(&story.0).unwrap_or_default();
        tale.members.push(number);
        if tale.members.len() == 2 {
            self.relearn(&mut tale);
        } else if tale.members.len() > 2 {
            let silent = tale.members.len().checked_sub(SPEAKERS + 1).map(|at| tale.members[at]);
            if let Some(slot) = self.slot(number) {
                tale.learn(slot.worded());
            }
            if let Some(slot) = silent.and_then(|silent| self.slot(silent)) {
                tale.unlearn(slot.worded());
            }
        }
        self.tales.insert(story.0, tale);
    }

    fn leave(&mut self, number: u32) {
        let Some(story) = self.slot(number).map(|slot| slot.story) else { return };
        let Some(mut tale) = self.tales.remove(&story.0) else { return };
        let spoke = tale.speakers().binary_search(&number).is_ok();
        let returns = tale.members.len().checked_sub(SPEAKERS + 1).map(|at| tale.members[at]);
        tale.members.retain(|member| *member != number);
        match (tale.members.len(), spoke) {
            (0, _) => return,
            (1, _) => tale.uses = Vec::new(),
            (_, false) => {}
            (_, true) => self.fall_silent(&mut tale, number, returns),
        }
        self.tales.insert(story.0, tale);
    }

    /// One speaker less; the one before all speakers, if there is one, speaks again.
    fn fall_silent(&self, tale: &mut Tale, number: u32, returns: Option<u32>) {
        if let Some(slot) = self.slot(number) {
            tale.unlearn(slot.worded());
        }
        if let Some(slot) = returns.and_then(|number| self.slot(number)) {
            tale.learn(slot.worded());
        }
    }

    fn relearn(&self, tale: &mut Tale) {
        tale.uses = Vec::new();
        let speakers: Vec<&Slot> = tale.speakers().iter().filter_map(|number| self.slot(*number)).collect();
        for slot in speakers {
            tale.learn(slot.worded());
        }
    }
}
