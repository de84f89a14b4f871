//! Stable hashes of words and texts: the same on every machine and in every release, for they are stored.
//! Deliberately not here: what is hashed.

use twox_hash::XxHash3_64;

/// The hash of a whole text.
pub fn text(text: &str) -> u64 {
    bytes(text.as_bytes())
}

/// The same of a text that is at hand as bytes.
pub fn bytes(text: &[u8]) -> u64 {
    XxHash3_64::oneshot(text)
}

/// The hash of a word. 32 bits: among 300,000 words about ten pairs collide, which is noise to the engine.
pub fn word(text: &str) -> u32 {
    letters(text.as_bytes())
}

/// The hash of a word that is at hand as bytes.
pub fn letters(word: &[u8]) -> u32 {
    fold(bytes(word))
}

/// The hash of two words in their order.
pub fn pair(first: u32, second: u32) -> u32 {
    fold(mix(u64::from(first) << 32 | u64::from(second)))
}

/// One more part for a running hash.
pub fn chain(state: u64, part: u64) -> u64 {
    mix(state.rotate_left(23) ^ part)
}

/// Spreads the bits of a number (the finalizer of SplitMix64).
pub fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn fold(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_hash_keeps_its_value() {
        assert_eq!(text("river"), XxHash3_64::oneshot(b"river"));
        assert_ne!(pair(1, 2), pair(2, 1));
    }
}
