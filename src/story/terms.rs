//! The terms of the window: each stem by a small number, with the entries that use it, in the order they came.
//! Promises: what it tells of a stem depends on the entries in the window alone; a term's number does not, so no
//! result may depend on it.
//! Deliberately not here: weights (`question.rs`).

use std::collections::VecDeque;

use crate::story::keys::Map;

/// The number of a stem that nobody in the window uses.
pub const UNUSED: u32 = u32::MAX;

/// Stems, and who uses them.
#[derive(Debug, Default)]
pub struct Terms {
    numbers: Map<u32, u32>,
    terms: Vec<Term>,
    free: Vec<u32>,
    users: usize,
}

#[derive(Debug, Default)]
struct Term {
    hash: u32,
    users: VecDeque<u32>,
}

impl Terms {
    /// The number of a stem; [`UNUSED`] if nobody uses it.
    pub fn find(&self, hash: u32) -> u32 {
        self.numbers.get(&hash).copied().unwrap_or(UNUSED)
    }

    /// How many entries use it.
    pub fn count(&self, term: u32) -> u32 {
        self.terms.get(term as usize).map_or(0, |term| term.users.len() as u32)
    }

    /// The entries that use it, the latest first.
    pub fn latest(&self, term: u32) -> impl Iterator<Item = u32> + '_ {
        self.terms.get(term as usize).into_iter().flat_map(|term| term.users.iter().rev().copied())
    }

    /// An entry uses a stem. Entries come in growing order.
    pub fn insert(&mut self, hash: u32, entry: u32) -> u32 {
        let term = match self.numbers.get(&hash) {
            Some(term) => *term,
            None => self.begin(hash),
        };
        self.terms[term as usize].users.push_back(entry);
        self.users += 1;
        term
    }

    fn begin(&mut self, hash: u32) -> u32 {
        let term = self.free.pop().unwrap_or_else(|| {
            self.terms.push(Term::default());
            self.terms.len() as u32 - 1
        });
        self.terms[term as usize].hash = hash;
        self.numbers.insert(hash, term);
        term
    }

    /// An entry that used it is forgotten.
    pub fn remove(&mut self, term: u32, entry: u32) {
        let held = &mut self.terms[term as usize];
        if held.users.front() == Some(&entry) {
            held.users.pop_front();
        } else if let Ok(at) = held.users.binary_search(&entry) {
            held.users.remove(at);
        } else {
            return;
        }
        self.users -= 1;
        if held.users.is_empty() {
            held.users = VecDeque::new();
            self.numbers.remove(&held.hash);
            self.free.push(term);
        }
    }

    /// One more than the largest number in use.
    pub fn end(&self) -> usize {
        self.terms.len()
    }

    /// The memory it takes, in bytes, as near as the allocator lets us know: a queue's room is at most twice its need.
    pub fn memory_bytes(&self) -> usize {
        self.numbers.capacity() * 9 + self.terms.capacity() * size_of::<Term>() + self.users * 6
    }
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
        assert_eq!((terms.find(77), terms.count(term)), (term, 2));
        terms.remove(term, 1);
        terms.remove(term, 4);
        assert_eq!((terms.find(77), terms.count(term)), (UNUSED, 0));
        assert_eq!(terms.insert(78, 5), term);
    }
}
