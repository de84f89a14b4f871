//! Invented words by a chance that is the same on every run.

use riverd::story::hash;

/// A stream of numbers that look drawn (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        hash::mix(self.0) % end.max(1)
    }

    /// So many words out of a vocabulary of `size`.
    pub fn words(&mut self, count: usize, size: u64) -> Vec<String> {
        (0..count).map(|_| word(self.below(size))).collect()
    }

    /// Some of these words, each once at most, in a drawn order.
    pub fn some_of(&mut self, words: &[String], count: usize) -> Vec<String> {
        let mut left = words.to_vec();
        let mut drawn = Vec::new();
        while drawn.len() < count && !left.is_empty() {
            drawn.push(left.swap_remove(self.below(left.len() as u64) as usize));
        }
        drawn
    }
}

/// A word that can be spoken, another one for each number.
pub fn word(number: u64) -> String {
    const HEADS: &[u8] = b"bdfgklmnprstvwz";
    const VOWELS: &[u8] = b"aeiou";
    let (heads, vowels) = (HEADS.len() as u64, VOWELS.len() as u64);
    let (mut left, mut word) = (number, String::from("Q"));
    while left > 0 || word.len() < 4 {
        word.push(char::from(VOWELS[(left % vowels) as usize]));
        word.push(char::from(HEADS[(left / vowels % heads) as usize]));
        left /= vowels * heads;
    }
    word
}
