//! How many entries of the window have a key of 16 bits: of whole texts and of the bridge between languages.
//! Two keys may fall together; among the hundred of an entry that is noise.
//! Promises: a function of the entries in the window alone.
//! Deliberately not here: what a key stands for.

use std::collections::hash_map::Entry;

use crate::story::keys::Map;

/// See the module.
#[derive(Debug, Default)]
pub struct Tally(Map<u32, u32>);

impl Tally {
    /// How many entries have it.
    pub fn count(&self, key: u16) -> u32 {
        self.0.get(&u32::from(key)).copied().unwrap_or(0)
    }

    /// An entry has these.
    pub fn add(&mut self, keys: &[u16]) {
        for key in keys {
            *self.0.entry(u32::from(*key)).or_default() += 1;
        }
    }

    /// An entry that had these is forgotten.
    pub fn remove(&mut self, keys: impl Iterator<Item = u16>) {
        for key in keys {
            if let Entry::Occupied(mut held) = self.0.entry(u32::from(key)) {
                *held.get_mut() -= 1;
                if *held.get() == 0 {
                    held.remove();
                }
            }
        }
    }

    /// The memory it takes, in bytes, as near as the allocator lets us know.
    pub fn memory_bytes(&self) -> usize {
        self.0.capacity() * 9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_can_be_removed() {
        let mut tally = Tally::default();
        tally.add(&[7, 9]);
        tally.add(&[9]);
        tally.remove([7, 9].into_iter());
        assert_eq!((tally.count(7), tally.count(9), tally.count(1)), (0, 1, 0));
    }
}
