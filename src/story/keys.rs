//! Which remembered entries share a key (link, article number, headline, last words) with a new one.
//! Promises: bounded work for each question, however many entries share a key.
//! Deliberately not here: what sharing a key means.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

use crate::story::fingerprint::Fingerprint;
use crate::story::hash;

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

/// Entries by key, oldest first. Entries are known by their number in the window.
#[derive(Debug, Default)]
pub struct Keys {
    entries: Map<u64, VecDeque<u64>>,
}

impl Keys {
    /// Remembers an entry. Numbers must grow.
    pub fn insert(&mut self, number: u64, print: &Fingerprint) {
        for key in of(print) {
            self.entries.entry(key).or_default().push_back(number);
        }
    }

    /// Forgets an entry.
    pub fn remove(&mut self, number: u64, print: &Fingerprint) {
        for key in of(print) {
            let Some(list) = self.entries.get_mut(&key) else { continue };
            if let Ok(at) = list.binary_search(&number) {
                list.remove(at);
            }
            if list.is_empty() {
                self.entries.remove(&key);
            }
        }
    }

    /// The latest entries that share a key, each once, latest first.
    pub fn sharing(&self, print: &Fingerprint) -> Vec<u64> {
        let lists = of(print).filter_map(|key| self.entries.get(&key));
        let mut numbers: Vec<u64> = lists.flat_map(|list| list.iter().rev().take(LATEST).copied()).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers.dedup();
        numbers
    }

    /// The memory it takes, in bytes, as near as the allocator lets us know.
    pub fn memory_bytes(&self) -> usize {
        let lists: usize = self.entries.len() * (size_of::<(u64, VecDeque<u64>)>() + 4 * size_of::<u64>());
        lists + self.entries.capacity()
    }
}

/// The keys of an entry, made apart by kind. Title and headline are of one kind: what is one publisher's whole title is
/// another's headline under a kicker.
fn of(print: &Fingerprint) -> impl Iterator<Item = u64> {
    let title = if print.title == print.headline { 0 } else { print.title };
    let keys = [(1, print.link), (2, print.article), (3, print.headline), (3, title), (4, print.tail)];
    keys.into_iter().filter(|(_, key)| *key != 0).map(|(kind, key)| hash::chain(kind, key))
}
