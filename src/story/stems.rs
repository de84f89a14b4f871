//! Words into stems: one hash for all forms of a word, and the words that say nothing left out.
//! Deliberately not here: cutting text into words (`words.rs`).
//!
//! German is folded before it is stemmed (`Überfälle`, `ueberfaelle` and a slug's `uberfalle` are one stem);
//! other languages are stemmed first, because their stemmers know `ue` as an ending. Both end folded, so that a name
//! meets itself across languages.

use std::cell::RefCell;

use rust_stemmers::{Algorithm, Stemmer};

use crate::story::bridge;
use crate::story::compounds;
use crate::story::german;
use crate::story::hash;
use crate::story::words::{self, Flow, Kind, Words};

/// One stem of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stem {
    /// The stem's hash.
    pub hash: u32,
    /// What the word was.
    pub kind: Kind,
}

/// The stems of a text.
#[derive(Debug, Default)]
pub struct Split {
    /// In order.
    pub stems: Vec<Stem>,
    /// Of the parts of its compounds, in the first words.
    pub parts: Vec<u32>,
    /// Keys under which its words meet those of other languages.
    pub bridge: Vec<u16>,
}

impl Split {
    /// With room for a teaser.
    fn room() -> Self {
        Self { stems: Vec::with_capacity(32), parts: Vec::new(), bridge: Vec::with_capacity(64) }
    }
}

/// Stems the words of one language.
pub struct Stems {
    stemmer: Option<Stemmer>,
    /// The primary tag, as a number.
    language: u64,
    german: bool,
}

/// Letters that are used for each word anew.
#[derive(Debug, Default)]
struct Scratch {
    word: Vec<u8>,
    part: Vec<u8>,
}

impl Stems {
    /// For a BCP 47 tag; a language without a stemmer, or none, keeps its words whole.
    pub fn of(language: Option<&str>) -> Self {
        let tag = language.unwrap_or_default();
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let (stemmer, language) = (algorithm(primary).map(Stemmer::create), hash::text(primary));
        Self { stemmer, language, german: primary == "de" }
    }

    /// The stems of the words that say something, in order, at most `limit`.
    pub fn split(&self, text: &str, limit: usize) -> Split {
        let (mut found, mut scratch) = (Split::room(), Scratch::default());
        words::split(text, |word, kind| {
            self.put(word, kind, &mut found, &mut scratch);
            if found.stems.len() < limit { Flow::More } else { Flow::Enough }
        });
        found
    }

    /// The same of a text that is in words already.
    pub fn of_words(&self, words: &Words, limit: usize) -> Split {
        let (mut found, mut scratch) = (Split::room(), Scratch::default());
        for word in words.iter() {
            self.put(word.text, word.kind, &mut found, &mut scratch);
            if found.stems.len() >= limit {
                break;
            }
        }
        found
    }

    /// The stem of the first word that says something, no more; `None`: there is none.
    pub fn first(&self, text: &str) -> Option<u32> {
        let mut first = None;
        words::split(text, |word, kind| {
            let stem = || self.stem(word, kind, &mut Vec::new(), &mut Scratch::default());
            first = (!is_common(word)).then(stem);
            if first.is_none() { Flow::More } else { Flow::Enough }
        });
        first
    }

    fn put(&self, word: &str, kind: Kind, found: &mut Split, scratch: &mut Scratch) {
        if !is_common(word) {
            let stem = Stem { hash: self.stem(word, kind, &mut found.parts, scratch), kind };
            found.stems.push(stem);
            bridge::keys(word, stem, self.german, &mut found.bridge);
        }
    }

    /// The stem of a word, and those of its parts if it is a German compound.
    fn stem(&self, word: &str, kind: Kind, parts: &mut Vec<u32>, scratch: &mut Scratch) -> u32 {
        let Scratch { word: folded, part } = scratch;
        match &self.stemmer {
            _ if matches!(kind, Kind::Number | Kind::Pair) => hash::word(word),
            Some(stemmer) if !self.german => remembered(self.language, word, || {
                undouble(stemmer.stem(word).as_bytes(), folded);
                hash::letters(folded)
            }),
            None => {
                undouble(word.as_bytes(), folded);
                hash::letters(folded)
            }
            Some(stemmer) => {
                undouble(word.as_bytes(), folded);
                if let Some((first, rest)) = compounds::split(folded) {
                    parts.extend([first, rest].map(|letters| {
                        undouble(letters, part);
                        german(stemmer, part)
                    }));
                }
                german(stemmer, folded)
            }
        }
    }
}

/// Words whose stems are remembered: most words of most texts are among a few thousand. 128 KiB for each thread.
const REMEMBERED: usize = 8_192;

thread_local! {
    /// By a word's hash: that hash, and the hash of the word's stem.
    static MEMORY: RefCell<Vec<(u64, u32)>> = const { RefCell::new(Vec::new()) };
}

/// The hash of the stem, remembered or made. That it is remembered changes nothing but the time it takes.
fn remembered(language: u64, word: &str, make: impl FnOnce() -> u32) -> u32 {
    let key = hash::chain(language, hash::text(word));
    let slot = (key >> 32) as usize % REMEMBERED;
    MEMORY.with_borrow_mut(|memory| {
        if memory.is_empty() {
            memory.resize(REMEMBERED, (0, 0));
        }
        if memory[slot].0 != key {
            memory[slot] = (key, make());
        }
        memory[slot].1
    })
}

/// The hash of a folded German word's stem. The word is spent.
fn german(stemmer: &Stemmer, word: &mut Vec<u8>) -> u32 {
    if word.is_ascii() {
        german::stem(word);
        return hash::letters(word);
    }
    hash::word(&stemmer.stem(&String::from_utf8_lossy(word)))
}

/// `ae`, `oe`, `ue` as `a`, `o`, `u`: how slugs spell umlauts.
fn undouble(word: &[u8], into: &mut Vec<u8>) {
    into.clear();
    let mut last = 0;
    for letter in word {
        if !(*letter == b'e' && matches!(last, b'a' | b'o' | b'u')) {
            into.push(*letter);
        }
        last = *letter;
    }
}

fn algorithm(language: &str) -> Option<Algorithm> {
    Some(match language {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

/// Words of one letter, and those of the lists below. The window's own counts see to the rest.
pub fn is_common(word: &str) -> bool {
    let bytes = word.as_bytes();
    match bytes.len() {
        1 => bytes[0].is_ascii_alphabetic(),
        2..=LONGEST => KEYS.binary_search(&key(bytes)).is_ok(),
        _ => false,
    }
}

/// The longest of [`COMMON`].
const LONGEST: usize = 8;

/// [`COMMON`] as numbers in the same order: half of all words are looked up here.
const KEYS: [u64; COMMON.len()] = keys();

const fn keys() -> [u64; COMMON.len()] {
    let mut keys = [0; COMMON.len()];
    let mut at = 0;
    while at < keys.len() {
        keys[at] = key(COMMON[at].as_bytes());
        at += 1;
    }
    keys
}

/// A word of at most [`LONGEST`] letters as a number.
const fn key(word: &[u8]) -> u64 {
    let (mut key, mut at) = (0, 0);
    while at < LONGEST {
        key = key << 8 | if at < word.len() { word[at] as u64 } else { 0 };
        at += 1;
    }
    key
}

/// Folded function words of German, English, French, Spanish, Italian and Dutch, sorted; none that is a content
/// word in another of them.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "aber", "about", "after", "against", "al", "all", "alle", "allem", "allen", "aller", "alles", "als", "also",
    "am", "among", "an", "and", "any", "are", "as", "at", "au", "auch", "auf", "aus", "aux", "avec", "be", "been",
    "bei", "beim", "being", "between", "bin", "bis", "but", "by", "can", "ce", "ces", "con", "could", "da", "damit",
    "dann", "dans", "darum", "das", "dass", "de", "degli", "dei", "deine", "del", "dell", "della", "dem", "den",
    "denn", "der", "deren", "des", "dessen", "di", "did", "die", "dies", "diese", "diesem", "diesen", "dieser",
    "dieses", "do", "doch", "does", "dort", "du", "duerfen", "durch", "durfen", "een", "ein", "eine", "einem",
    "einen", "einer", "eines", "el", "en", "er", "es", "est", "et", "etwas", "euch", "ever", "fast", "for", "from",
    "fuer", "fur", "gegen", "gibt", "gli", "gut", "hab", "habe", "haben", "had", "has", "hat", "hatte", "hatten",
    "have", "he", "her", "het", "hier", "him", "his", "how", "ich", "ihm", "ihn", "ihnen", "ihr", "ihre", "ihrem",
    "ihren", "ihrer", "il", "im", "immer", "in", "ins", "into", "is", "ist", "it", "its", "ja", "jede", "jeder",
    "jetzt", "just", "kann", "kein", "keine", "keinen", "koennen", "konnen", "la", "las", "le", "les", "lo", "los",
    "man", "may", "mehr", "mein", "meine", "met", "mich", "might", "mir", "mit", "more", "muessen", "muss",
    "mussen", "my", "nach", "ne", "nel", "nella", "nicht", "nichts", "no", "noch", "not", "nun", "nur", "ob",
    "oder", "of", "off", "ohne", "on", "only", "or", "our", "out", "over", "par", "para", "pas", "per", "por",
    "pour", "qu", "que", "qui", "says", "schon", "se", "sehr", "sein", "seine", "seinem", "seinen", "seiner",
    "seit", "she", "should", "si", "sich", "sie", "sind", "so", "sogar", "soll", "sollen", "sollte", "some",
    "sowie", "su", "suis", "sul", "sur", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "to", "too", "uber", "ueber", "uhr", "um", "un", "una", "und", "une", "uns", "unser", "unsere",
    "unter", "up", "van", "vom", "von", "vor", "wann", "war", "waren", "warum", "was", "we", "weil", "wenn", "wer",
    "werden", "were", "when", "where", "which", "while", "who", "why", "wie", "wieder", "will", "wir", "wird",
    "with", "wo", "wollen", "worden", "would", "wurde", "wurden", "you", "your", "zu", "zum", "zur", "zwischen",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(language: &str, text: &str) -> Vec<u32> {
        Stems::of(Some(language)).split(text, 99).stems.iter().map(|stem| stem.hash).collect()
    }

    #[test]
    fn the_list_of_common_words_is_sorted_and_no_word_is_longer_than_said() {
        assert!(COMMON.is_sorted() && KEYS.is_sorted());
        assert_eq!(COMMON.iter().map(|word| word.len()).max(), Some(LONGEST));
    }

    #[test]
    fn umlauts_slugs_and_plurals_meet() {
        for text in ["Überfälle", "ueberfaelle", "uberfalle"] {
            assert_eq!(stems("de-CH", text), stems("de", "Überfall"), "{text}");
        }
        assert_eq!(stems("en", "The continues"), stems("en", "continue"));
    }

    #[test]
    fn a_name_meets_itself_across_languages() {
        assert_eq!(stems("de", "Michael Putin"), stems("en", "Michael Putin"));
        assert_eq!(stems("de", "Müller"), stems("fr", "Müller"));
    }

    #[test]
    fn common_words_say_nothing() {
        assert!(stems("de", "Das ist nicht für die").is_empty());
    }
}
