//! Which remembered entries share a key (link, article number, headline, last words) with a new one.
//! Promises: bounded work for each question, however many entries share a key.
//! Deliberately not here: what sharing a key means.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

use crate::story::fingerprint::Fingerprint;
use crate::story::hash;
use crate::story::kept::Kept;
use crate::story::memory;
use crate::story::slots::Slots;
use crate::story::table::Table;

/// A map that is only ever asked by key, never walked, so that its order cannot show in any result.
pub type Map<K, V> = HashMap<K, V, BuildHasherDefault<Spread>>;

/// Spreads keys that are already hashes; the same in every process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }
    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }
    fn write_u64(&mut self, number: u64) {
        self.0 = hash::mix(self.0 ^ number);
    }
    fn write_i64(&mut self, number: i64) {
        self.write_u64(number as u64);
    }
}

/// How many of the latest entries with a key are looked at.
const LATEST: usize = 12;
/// Keys of an entry at most.
const KINDS: usize = 6;
// A holder's number has three bits for them.
const _: () = assert!(KINDS <= 8);

/// Entries by key. Entries are known by their number in the window.
#[derive(Debug, Default)]
pub struct Keys {
    /// Numbers of [`Holder`]s. The keys are asked for at the entries, and are hashes already.
    holders: Table,
    lists: Vec<List>,
    free: Vec<u32>,
}

/// A key that several entries have, and which, the oldest first.
#[derive(Debug, Default)]
struct List {
    key: u64,
    entries: VecDeque<u32>,
}

/// Who has a key: one entry, and it is its so manyeth key; or those of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    One(u32, usize),
    Many(u32),
}

impl Holder {
    const MANY: u32 = 1 << 31;
    /// So many low bits of an entry's number tell it from all others in the window.
    const BITS: u32 = 28;

    fn number(self) -> u32 {
        match self {
            Self::One(entry, kind) => (entry << 3 | kind as u32) & !Self::MANY,
            Self::Many(list) => list | Self::MANY,
        }
    }

    fn of(number: u32, slots: &Slots) -> Self {
        if number & Self::MANY != 0 {
            return Self::Many(number & !Self::MANY);
        }
        let first = slots.first();
        let place = (number >> 3).wrapping_sub(first) & ((1 << Self::BITS) - 1);
        Self::One(first.wrapping_add(place), (number & 7) as usize)
    }
}

impl Keys {
    /// Remembers an entry that is in the slots. Numbers must grow.
    pub fn insert(&mut self, number: u32, slots: &Slots) {
        let Some(slot) = slots.slot(number) else { return };
        for (kind, key) in keys(&slot.print) {
            match self.holder(key, slots) {
                None => self.holders.insert(spread(key), Holder::One(number, kind).number()),
                Some(Holder::Many(list)) => self.lists[list as usize].entries.push_back(number),
                Some(Holder::One(earlier, of)) => {
                    let list = self.begin(key, [earlier, number]);
                    let (one, many) = (Holder::One(earlier, of), Holder::Many(list));
                    self.holders.replace(spread(key), one.number(), many.number());
                }
            }
        }
    }

    /// Forgets an entry that is still in the slots.
    pub fn remove(&mut self, number: u32, slots: &Slots) {
        let Some(slot) = slots.slot(number) else { return };
        for (_, key) in keys(&slot.print) {
            match self.holder(key, slots) {
                Some(holder @ Holder::One(held, _)) if held == number => {
                    self.holders.remove(spread(key), holder.number());
                }
                Some(holder @ Holder::Many(list)) => {
                    let entries = &mut self.lists[list as usize].entries;
                    if let Ok(at) = entries.binary_search(&number) {
                        entries.remove(at);
                    }
                    if entries.is_empty() {
                        self.holders.remove(spread(key), holder.number());
                        self.lists[list as usize] = List::default();
                        self.free.push(list);
                    }
                }
                _ => {}
            }
        }
    }

    /// The latest entries that share a key, each once, latest first.
    pub fn sharing(&self, print: &Fingerprint, slots: &Slots) -> Vec<u32> {
        let mut numbers = Vec::new();
        for (_, key) in of([print.link, print.article, print.headline, print.title, print.tail, print.slug]) {
            match self.holder(key, slots) {
                None => {}
                Some(Holder::One(number, _)) => numbers.push(number),
                Some(Holder::Many(list)) => {
                    numbers.extend(self.lists[list as usize].entries.iter().rev().take(LATEST));
                }
            }
        }
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers.dedup();
        numbers
    }

    /// The memory it takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let room = |list: &List| memory::heap(list.entries.capacity() * size_of::<u32>());
        self.holders.memory_bytes()
            + self.lists.capacity() * size_of::<List>()
            + self.lists.iter().map(room).sum::<usize>()
            + self.free.capacity() * size_of::<u32>()
    }

    fn holder(&self, key: u64, slots: &Slots) -> Option<Holder> {
        let found = self.holders.find(spread(key), |number| self.key(number, slots) == key);
        found.map(|number| Holder::of(number, slots))
    }

    /// The key that is held.
    fn key(&self, holder: u32, slots: &Slots) -> u64 {
        match Holder::of(holder, slots) {
            Holder::Many(list) => self.lists[list as usize].key,
            Holder::One(number, kind) => {
                let keys = slots.slot(number).and_then(|slot| keys(&slot.print).find(|(at, _)| *at == kind));
                keys.map_or(0, |(_, key)| key)
            }
        }
    }

    fn begin(&mut self, key: u64, entries: [u32; 2]) -> u32 {
        let list = List { key, entries: VecDeque::from(entries) };
        match self.free.pop() {
            Some(free) => {
                self.lists[free as usize] = list;
                free
            }
            None => {
                self.lists.push(list);
                self.lists.len() as u32 - 1
            }
        }
    }
}

/// Keys are hashes already.
fn spread(key: u64) -> u32 {
    (key >> 32) as u32
}

fn keys(print: &Kept) -> impl Iterator<Item = (usize, u64)> {
    of([print.link, print.article, print.headline, print.title, print.tail, print.slug])
}

/// The keys of an entry, made apart by kind, and where each stands among them. Title and headline are of one kind: what
/// is one publisher's whole title is another's headline under a kicker.
fn of(keys: [u64; KINDS]) -> impl Iterator<Item = (usize, u64)> {
    const KIND: [u64; KINDS] = [1, 2, 3, 3, 4, 5];
    let [_, _, headline, title, ..] = keys;
    let is_key = move |at: usize| keys[at] != 0 && !(at == 3 && title == headline);
    (0..KINDS).filter(move |at| is_key(*at)).map(move |at| (at, hash::chain(KIND[at], keys[at])))
}
