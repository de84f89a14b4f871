//! The terms of the window: each stem by a small number, with the entries that use it, in the order they came.
//! Promises: what it tells of a stem depends on the entries in the window alone; a term's number does not, so no
//! result may depend on it.
//! Deliberately not here: weights (`question.rs`).

use std::collections::VecDeque;

use crate::story::memory;
use crate::story::table::Table;

/// The number of a stem that nobody in the window uses.
pub const UNUSED: u32 = u32::MAX;
/// So many users need no list of their own: of the stems of a window five in seven have no more.
const FEW: usize = 3;

/// Stems, and who uses them.
#[derive(Debug, Default)]
pub struct Terms {
    numbers: Table,
    hashes: Vec<u32>,
    /// Apart from the users, for they are asked for far more often.
    counts: Vec<u32>,
    users: Vec<Users>,
    free: Vec<u32>,
}

#[derive(Debug)]
#[expect(
    clippy::box_collection,
    reason = "few terms have many users, and all are as large as the largest form"
)]
enum Users {
    Few([u32; FEW]),
    Many(Box<VecDeque<u32>>),
}

impl Terms {
    /// The number of a stem; [`UNUSED`] if nobody uses it.
    pub fn find(&self, hash: u32) -> u32 {
        self.numbers.find(spread(hash), |_| true).unwrap_or(UNUSED)
    }

    /// The stem's hash.
    pub fn hash(&self, term: u32) -> u32 {
        self.hashes[term as usize]
    }

    /// How many entries use it.
    pub fn count(&self, term: u32) -> u32 {
        self.counts.get(term as usize).copied().unwrap_or(0)
    }

    /// The entries that use it, the latest first.
    pub fn latest(&self, term: u32) -> impl Iterator<Item = u32> + '_ {
        let (earlier, later) = self.users(term);
        later.iter().rev().chain(earlier.iter().rev()).copied()
    }

    /// The entries that use it, in the order they came, in two parts.
    pub fn users(&self, term: u32) -> (&[u32], &[u32]) {
        match self.users.get(term as usize) {
            Some(Users::Few(users)) => (&users[..self.counts[term as usize] as usize], &[]),
            Some(Users::Many(users)) => users.as_slices(),
            None => (&[], &[]),
        }
    }

    /// An entry uses a stem. Entries come in growing order.
    pub fn insert(&mut self, hash: u32, entry: u32) -> u32 {
        let term = match self.find(hash) {
            UNUSED => self.begin(hash),
            term => term,
        };
        let (count, users) = (&mut self.counts[term as usize], &mut self.users[term as usize]);
        users.push(*count as usize, entry);
        *count += 1;
        term
    }

    fn begin(&mut self, hash: u32) -> u32 {
        let term = self.free.pop().unwrap_or(self.hashes.len() as u32);
        if term as usize == self.hashes.len() {
            grow(&mut self.hashes);
            grow(&mut self.counts);
            grow(&mut self.users);
            self.hashes.push(0);
            self.counts.push(0);
            self.users.push(Users::Few([0; FEW]));
        }
        self.hashes[term as usize] = hash;
        self.numbers.insert(spread(hash), term);
        term
    }

    /// An entry that used it is forgotten.
    pub fn remove(&mut self, term: u32, entry: u32) {
        let (count, users) = (&mut self.counts[term as usize], &mut self.users[term as usize]);
        if !users.remove(*count as usize, entry) {
            return;
        }
        *count -= 1;
        if *count == 0 {
            *users = Users::Few([0; FEW]);
            self.numbers.remove(spread(self.hashes[term as usize]), term);
            self.free.push(term);
        }
    }

    /// One more than the largest number in use.
    pub fn end(&self) -> usize {
        self.hashes.len()
    }

    /// The memory it takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let lists: usize = self.users.iter().map(Users::memory_bytes).sum();
        self.numbers.memory_bytes()
            + (self.hashes.capacity() + self.counts.capacity() + self.free.capacity()) * size_of::<u32>()
            + self.users.capacity() * size_of::<Users>()
            + lists
    }
}

impl Users {
    /// One more, besides `count` others.
    fn push(&mut self, count: usize, entry: u32) {
        match self {
            Self::Few(few) if count < FEW => few[count] = entry,
            Self::Few(few) => {
                let mut many = VecDeque::with_capacity(2 * FEW);
                many.extend(few.iter().copied().chain([entry]));
                *self = Self::Many(Box::new(many));
            }
            Self::Many(many) => {
                if many.len() == many.capacity() {
                    many.reserve_exact(many.len() / 2);
                }
                many.push_back(entry);
            }
        }
    }

    /// One of `count` less; false: it is none of them.
    fn remove(&mut self, count: usize, entry: u32) -> bool {
        match self {
            Self::Few(few) => {
                let at = few[..count].iter().position(|held| *held == entry);
                at.map(|at| few.copy_within(at + 1..count, at)).is_some()
            }
            Self::Many(many) => {
                let at = if many.front() == Some(&entry) { Ok(0) } else { many.binary_search(&entry) };
                let found = at.map(|at| many.remove(at)).is_ok();
                if many.len() * 4 < many.capacity() {
                    many.shrink_to(many.len() * 2);
                }
                found
            }
        }
    }

    fn memory_bytes(&self) -> usize {
        match self {
            Self::Few(_) => 0,
            Self::Many(many) => {
                memory::heap(size_of_val(&**many)) + memory::heap(many.capacity() * size_of::<u32>())
            }
        }
    }
}

/// Makes room by an eighth: a table of a million terms that doubles its room holds half of it for nothing.
fn grow<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 8 + 16);
    }
}

/// A stem's hash over all bits; no two alike, so that it is as good as the stem itself.
fn spread(hash: u32) -> u32 {
    hash.wrapping_mul(0x9E37_79B9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_lives_as_long_as_somebody_uses_it() {
        let mut terms = Terms::default();
        let term = terms.insert(77, 1);
        assert_eq!(terms.insert(77, 3), term);
        assert_eq!(terms.insert(77, 4), term);
        assert_eq!(terms.latest(term).collect::<Vec<_>>(), [4, 3, 1]);
        terms.remove(term, 3);
        terms.remove(term, 3);
        assert_eq!((terms.find(77), terms.count(term), terms.hash(term)), (term, 2, 77));
        terms.remove(term, 1);
        terms.remove(term, 4);
        assert_eq!((terms.find(77), terms.count(term)), (UNUSED, 0));
        assert_eq!(terms.insert(78, 5), term);
    }

    #[test]
    fn many_users_are_kept_in_the_order_they_came() {
        let mut terms = Terms::default();
        let term = terms.insert(77, 1);
        (2..=40).for_each(|entry| _ = terms.insert(77, entry));
        (1..=30).for_each(|entry| terms.remove(term, entry));
        terms.remove(term, 35);
        terms.remove(term, 35);
        assert_eq!(terms.latest(term).collect::<Vec<_>>(), [40, 39, 38, 37, 36, 34, 33, 32, 31]);
        (31..=40).for_each(|entry| terms.remove(term, entry));
        assert_eq!((terms.find(77), terms.count(term)), (UNUSED, 0));
    }
}
