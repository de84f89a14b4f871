//! A hash table of small numbers whose keys lie elsewhere: four bytes a place, where a map that holds its keys takes
//! seventeen. Where what is kept lies among what the keys stand for, the key is asked for there.
//! Promises: only ever asked by key, never walked, so that its order cannot show in any result.
//! Deliberately not here: the keys, and their hashes: the caller's.

/// No number.
const EMPTY: u32 = u32::MAX;
/// The fewest places of a table that holds anything.
const LEAST: usize = 16;

/// See the module. Every number is held once, and [`u32::MAX`] never.
#[derive(Debug, Default)]
pub struct Table {
    places: Vec<u32>,
    held: usize,
}

impl Table {
    /// The number with this hash of which `is` holds.
    pub fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        if self.places.is_empty() {
            return None;
        }
        let mut at = self.home(hash);
        loop {
            match self.places[at] {
                EMPTY => return None,
                number if is(number) => return Some(number),
                _ => at = self.next(at),
            }
        }
    }

    /// Adds a number. `hash_of` gives the hash of each that is held, this one's too.
    pub fn insert(&mut self, number: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.held + 1) * 5 > self.places.len() * 4 {
            self.resize((self.held + 1) * 8 / 5 + LEAST, &hash_of);
        }
        self.put(number, hash_of(number));
    }

    /// Puts one number into another's place; both have the same hash. False: it is not held.
    pub fn replace(&mut self, hash: u64, number: u32, by: u32) -> bool {
        let place = self.place(hash, number);
        place.map(|at| self.places[at] = by).is_some()
    }

    /// Takes a number out, and closes the gap it leaves. `hash_of` as at [`Table::insert`].
    pub fn remove(&mut self, number: u32, hash_of: impl Fn(u32) -> u64) {
        let Some(mut gap) = self.place(hash_of(number), number) else { return };
        self.held -= 1;
        let mut at = self.next(gap);
        while self.places[at] != EMPTY {
            let home = self.home(hash_of(self.places[at]));
            // One whose home lies behind the gap and before itself must stay.
            let stays = if gap <= at { gap < home && home <= at } else { gap < home || home <= at };
            if !stays {
                self.places[gap] = self.places[at];
                gap = at;
            }
            at = self.next(at);
        }
        self.places[gap] = EMPTY;
        if self.held * 8 < self.places.len() && self.places.len() > 4 * LEAST {
            self.resize(self.held * 2 + LEAST, &hash_of);
        }
    }

    /// The memory it takes beyond its own size, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.places.capacity() * size_of::<u32>()
    }

    fn place(&self, hash: u64, number: u32) -> Option<usize> {
        self.find(hash, |held| held == number)?;
        let mut at = self.home(hash);
        while self.places[at] != number {
            at = self.next(at);
        }
        Some(at)
    }

    fn put(&mut self, number: u32, hash: u64) {
        let mut at = self.home(hash);
        while self.places[at] != EMPTY {
            at = self.next(at);
        }
        self.places[at] = number;
        self.held += 1;
    }

    fn resize(&mut self, places: usize, hash_of: impl Fn(u32) -> u64) {
        let held = std::mem::replace(&mut self.places, vec![EMPTY; places]);
        self.held = 0;
        held.into_iter()
            .filter(|number| *number != EMPTY)
            .for_each(|number| self.put(number, hash_of(number)));
    }

    fn home(&self, hash: u64) -> usize {
        (u128::from(hash) * self.places.len() as u128 >> 64) as usize
    }

    fn next(&self, at: usize) -> usize {
        if at + 1 == self.places.len() { 0 } else { at + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    proptest::proptest! {
        /// Hashes of few bits, so that homes are shared and runs go over the end.
        #[test]
        fn it_holds_what_a_map_holds(steps: Vec<(u16, bool)>, bits in 1_u32..16) {
            let hash = |number: u32| u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits) << (64 - bits);
            let (mut table, mut map) = (Table::default(), BTreeMap::new());
            for (number, come) in steps {
                let number = u32::from(number % 512);
                if come && map.insert(number, ()).is_none() {
                    table.insert(number, hash);
                } else if !come && map.remove(&number).is_some() {
                    table.remove(number, hash);
                }
            }
            for number in 0..512 {
                let found = table.find(hash(number), |held| held == number);
                proptest::prop_assert_eq!(found.is_some(), map.contains_key(&number));
            }
        }
    }

    #[test]
    fn a_table_that_empties_gives_its_memory_back() {
        let (mut table, hash) = (Table::default(), |number: u32| u64::from(number) << 40);
        (0..10_000).for_each(|number| table.insert(number, hash));
        let full = table.memory_bytes();
        (0..10_000).for_each(|number| table.remove(number, hash));
        assert!(table.memory_bytes() * 50 < full, "{} of {full}", table.memory_bytes());
        assert!(!table.replace(hash(7), 7, 9));
        table.insert(7, hash);
        assert!(table.replace(hash(7), 7, 9));
        assert_eq!(table.find(hash(7), |held| held == 9), Some(9));
    }
}
