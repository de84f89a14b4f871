//! A hash table of small numbers whose keys lie elsewhere: eight bytes a place, where a map that holds its keys takes
//! seventeen and more. Half of a place is the key's hash, so that only what is most likely meant is asked for its key.
//! Promises: only ever asked by key, never walked, so that its order cannot show in any result.
//! Deliberately not here: the keys, and their hashes: the caller's. They must be spread over all 32 bits.

/// A hash and a number.
type Place = (u32, u32);
/// No number.
const EMPTY: Place = (0, u32::MAX);
/// The fewest places of a table that holds anything.
const LEAST: usize = 16;

/// See the module. Every number is held once, and [`u32::MAX`] never.
#[derive(Debug, Default)]
pub struct Table {
    places: Vec<Place>,
    held: usize,
}

impl Table {
    /// The number with this hash of which `is` holds.
    pub fn find(&self, hash: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.place(hash, is).map(|at| self.places[at].1)
    }

    /// Adds a number.
    pub fn insert(&mut self, hash: u32, number: u32) {
        if (self.held + 1) * 4 > self.places.len() * 3 {
            self.resize((self.held + 1) * 8 / 5 + LEAST);
        }
        self.put((hash, number));
    }

    /// Puts one number into another's place; both have the same hash.
    pub fn replace(&mut self, hash: u32, number: u32, by: u32) {
        if let Some(at) = self.place(hash, |held| held == number) {
            self.places[at].1 = by;
        }
    }

    /// Takes a number out, and closes the gap it leaves.
    pub fn remove(&mut self, hash: u32, number: u32) {
        let Some(mut gap) = self.place(hash, |held| held == number) else { return };
        self.held -= 1;
        let mut at = self.next(gap);
        while self.places[at] != EMPTY {
            let home = self.home(self.places[at].0);
            // One whose home lies behind the gap and not behind itself must stay.
            let stays = if gap <= at { gap < home && home <= at } else { gap < home || home <= at };
            if !stays {
                self.places[gap] = self.places[at];
                gap = at;
            }
            at = self.next(at);
        }
        self.places[gap] = EMPTY;
        if self.held * 8 < self.places.len() && self.places.len() > 4 * LEAST {
            self.resize(self.held * 2 + LEAST);
        }
    }

    /// The memory it takes beyond its own size, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.places.capacity() * size_of::<Place>()
    }

    fn place(&self, hash: u32, is: impl Fn(u32) -> bool) -> Option<usize> {
        let mut at = self.home(hash);
        loop {
            match *self.places.get(at)? {
                EMPTY => return None,
                (held, number) if held == hash && is(number) => return Some(at),
                _ => at = self.next(at),
            }
        }
    }

    fn put(&mut self, place: Place) {
        let mut at = self.home(place.0);
        while self.places[at] != EMPTY {
            at = self.next(at);
        }
        self.places[at] = place;
        self.held += 1;
    }

    fn resize(&mut self, places: usize) {
        let held = std::mem::replace(&mut self.places, vec![EMPTY; places]);
        self.held = 0;
        held.into_iter().filter(|place| *place != EMPTY).for_each(|place| self.put(place));
    }

    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.places.len() as u64) >> 32) as usize
    }

    fn next(&self, at: usize) -> usize {
        if at + 1 == self.places.len() { 0 } else { at + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    proptest::proptest! {
        /// Hashes of few bits, so that many share a home, and runs go over the end.
        #[test]
        fn it_holds_what_a_set_holds(steps: Vec<(u16, bool)>, bits in 1_u32..16) {
            let hash = |number: u32| number.wrapping_mul(0x9E37_79B9) >> (32 - bits) << (32 - bits);
            let (mut table, mut set) = (Table::default(), BTreeSet::new());
            for (number, come) in steps {
                let number = u32::from(number % 512);
                if come && set.insert(number) {
                    table.insert(hash(number), number);
                } else if !come && set.remove(&number) {
                    table.remove(hash(number), number);
                }
            }
            for number in 0..512 {
                let found = table.find(hash(number), |held| held == number);
                proptest::prop_assert_eq!(found.is_some(), set.contains(&number));
            }
        }
    }

    #[test]
    fn a_table_that_empties_gives_its_memory_back() {
        let (mut table, hash) = (Table::default(), |number: u32| number << 18);
        (0..10_000).for_each(|number| table.insert(hash(number), number));
        let full = table.memory_bytes();
        (0..10_000).for_each(|number| table.remove(hash(number), number));
        assert!(table.memory_bytes() * 50 < full, "{} of {full}", table.memory_bytes());
        table.insert(hash(7), 7);
        table.replace(hash(7), 7, 9);
        assert_eq!(table.find(hash(7), |_| true), Some(9));
    }
}
