//! The entries of the window by their number: one more for each that comes.
//! Deliberately not here: what they share (`keys.rs`, `terms.rs`) and tell (`tale.rs`).

use std::collections::VecDeque;

use crate::model::ids::{EntryId, StoryId};
use crate::model::time::Timestamp;
use crate::story::hash;
use crate::story::kept::Kept;
use crate::story::table::Table;

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
    pub print: Kept,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Slots {
    slots: VecDeque<Option<Slot>>,
    first: u32,
    live: usize,
    numbers: Table,
    list_bytes: usize,
}

impl Slots {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The number of the oldest.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// The number of the next one.
    pub fn next(&self) -> u32 {
        self.first.wrapping_add(self.slots.len() as u32)
    }

    /// The entry with this number; `None` if it was forgotten.
    pub fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.get(self.place(number))?.as_ref()
    }

    /// The same, to put it to another story.
    pub fn slot_mut(&mut self, number: u32) -> Option<&mut Slot> {
        let place = self.place(number);
        self.slots.get_mut(place)?.as_mut()
    }

    /// The number of an entry; `None` if it is not remembered.
    pub fn find(&self, entry: EntryId) -> Option<u32> {
        self.numbers.find(spread(entry), |number| self.slot(number).is_some_and(|slot| slot.entry == entry))
    }

    /// Where an entry stands, counted from the oldest.
    pub fn place(&self, number: u32) -> usize {
        number.wrapping_sub(self.first) as usize
    }

    /// One more than the largest [`Slots::place`].
    pub fn span(&self) -> usize {
        self.slots.len()
    }

    /// The oldest entry.
    pub fn oldest(&self) -> Option<&Slot> {
        self.slots.front()?.as_ref()
    }

    /// Adds an entry that is not there; its number is [`Slots::next`].
    pub fn push(&mut self, slot: Slot) {
        if self.slots.len() == self.slots.capacity() {
            // By an eighth: a large window that doubled its room would hold half of it for nothing.
            self.slots.reserve_exact(self.slots.len() / 8 + 16);
        }
        let number = self.next();
        self.list_bytes += slot.print.memory_bytes();
        self.numbers.insert(spread(slot.entry), number);
        self.slots.push_back(Some(slot));
        self.live += 1;
    }

    /// Takes an entry out; the oldest one that is left is the first.
    pub fn take(&mut self, number: u32) -> Option<Slot> {
        let place = self.place(number);
        let slot = self.slots.get_mut(place)?.take()?;
        self.numbers.remove(spread(slot.entry), number);
        self.list_bytes -= slot.print.memory_bytes();
        self.live -= 1;
        while matches!(self.slots.front(), Some(None)) {
            self.slots.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        if self.slots.len() * 4 < self.slots.capacity() {
            self.slots.shrink_to(self.slots.len() * 2);
        }
        Some(slot)
    }

    /// The memory it takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.list_bytes + self.slots.capacity() * size_of::<Option<Slot>>() + self.numbers.memory_bytes()
    }
}

fn spread(entry: EntryId) -> u32 {
    hash::mix(entry.0 as u64) as u32
}
