//! Keys under which words of two languages meet: names and numbers as they are, words that are nearly the same by their
//! consonants (`Präsident`, `president`), and German words by the English ones of the lexicon.
//! Promises: a key depends on the word and its language alone.
//! Deliberately not here: what sharing keys means (`texts.rs`).

use crate::story::hash;
use crate::story::lexicon;
use crate::story::stems::Stem;
use crate::story::words::Kind;

/// A word of fewer letters has no consonants to speak of.
const LETTERS: usize = 4;
/// Consonants kept of a word, counted in bytes.
const CONSONANTS: usize = 5;

/// Adds the keys of one word: `word` is folded, `stem` its stem.
pub fn keys(word: &str, stem: Stem, german: bool, into: &mut Vec<u16>) {
    if stem.kind == Kind::Number {
        return into.push(key(1, u64::from(stem.hash)));
    }
    if german {
        into.extend(lexicon::english(stem.hash).map(|english| key(2, u64::from(english))));
    } else {
        into.push(key(2, u64::from(stem.hash)));
    }
    if word.len() >= LETTERS {
        into.push(key(3, consonants(word)));
    }
}

fn key(kind: u64, hash: u64) -> u16 {
    hash::chain(kind, hash) as u16
}

/// The hash of the first letter and the next consonants, those that languages spell differently made alike.
fn consonants(word: &str) -> u64 {
    // A letter may take four bytes.
    let mut kept = [0; CONSONANTS + 3];
    let (mut end, mut last) = (0, ' ');
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let alike = match (letter, letters.peek()) {
            ('p', Some('h')) | ('v' | 'w', _) => 'f',
            ('c', Some('h')) | ('h' | 'y' | 'a' | 'e' | 'i' | 'o' | 'u', _) => ' ',
            ('c' | 'q' | 'x', _) => 'k',
            ('z', _) => 's',
            ('j', _) => 'g',
            (other, _) => other,
        };
        let more = match alike {
            ' ' if end == 0 => Some(letter),
            _ if end == 0 || alike != ' ' && alike != last => Some(alike),
            _ => None,
        };
        if let Some(more) = more {
            end += more.encode_utf8(&mut kept[end..]).len();
        }
        last = alike;
        if end >= CONSONANTS {
            break;
        }
    }
    hash::bytes(&kept[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_nearly_the_same_meet() {
        for (de, en) in [
            ("prasident", "president"),
            ("universitat", "universities"),
            ("koalition", "coalition"),
            ("minister", "ministers"),
            ("musik", "music"),
            ("kontrolle", "controls"),
        ] {
            assert_eq!(consonants(de), consonants(en), "{de}");
        }
        assert_ne!(consonants("parlament"), consonants("president"));
    }
}
