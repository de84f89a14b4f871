//! The German Snowball stemmer over folded words, in place: the very stems that `rust_stemmers` gives, in a tenth of
//! its time, for stemming is what a fingerprint costs.
//! Promises: equal to `rust_stemmers` for every word of small ASCII letters and digits (a test holds it to that).
//! Deliberately not here: words with other letters, which `stems.rs` gives to `rust_stemmers`.

/// Letters before which an ending `s` falls.
const S_AFTER: &[u8] = b"bdfghklmnrt";
/// Letters before which an ending `st` falls.
const ST_AFTER: &[u8] = b"bdfghklmnt";

/// Makes a folded word its stem.
pub fn stem(word: &mut Vec<u8>) {
    guard_vowels(word);
    let regions = Regions::of(word);
    inflection(word, regions.first);
    comparison(word, regions.first);
    derivation(word, &regions);
    word.make_ascii_lowercase();
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// `u` and `y` between vowels are consonants, and written large until the end.
fn guard_vowels(word: &mut [u8]) {
    for at in 1..word.len().saturating_sub(1) {
        if matches!(word[at], b'u' | b'y') && is_vowel(word[at - 1]) && is_vowel(word[at + 1]) {
            word[at].make_ascii_uppercase();
        }
    }
}

/// Where the parts of the word begin in which endings may fall.
struct Regions {
    first: usize,
    second: usize,
}

impl Regions {
    fn of(word: &[u8]) -> Self {
        let end = word.len();
        if end < 3 {
            return Self { first: end, second: end };
        }
        let Some(first) = after_syllable(word, 0) else { return Self { first: end, second: end } };
        let second = after_syllable(word, first).unwrap_or(end);
        Self { first: first.max(3), second }
    }
}

/// After the next vowel's next consonant.
fn after_syllable(word: &[u8], from: usize) -> Option<usize> {
    let vowel = from + word[from..].iter().position(|letter| is_vowel(*letter))?;
    let consonant = vowel + word[vowel..].iter().position(|letter| !is_vowel(*letter))?;
    Some(consonant + 1)
}

/// Takes an ending of so many letters off, unless it reaches beyond the region.
fn take(word: &mut Vec<u8>, letters: usize, region: usize) {
    let begins = word.len() - letters;
    if region <= begins {
        word.truncate(begins);
    }
}

/// The ending of the case, of the number, of the person.
fn inflection(word: &mut Vec<u8>, region: usize) {
    match word.as_slice() {
        [.., b'e', b'r', b'n'] => take(word, 3, region),
        [.., b'e', b'm'] | [.., b'e', b'r'] => take(word, 2, region),
        [.., b'e', b'n'] | [.., b'e', b's'] => {
            take(word, 2, region);
            shorten_niss(word);
        }
        [.., b'e'] => {
            take(word, 1, region);
            shorten_niss(word);
        }
        [.., before, b's'] if S_AFTER.contains(before) => take(word, 1, region),
        _ => {}
    }
}

fn shorten_niss(word: &mut Vec<u8>) {
    if word.ends_with(b"niss") {
        word.pop();
    }
}

/// The ending of the comparative and the superlative.
fn comparison(word: &mut Vec<u8>, region: usize) {
    match word.as_slice() {
        [.., b'e', b's', b't'] => take(word, 3, region),
        [.., b'e', b'n'] | [.., b'e', b'r'] => take(word, 2, region),
        [.., _, _, _, before, b's', b't'] if ST_AFTER.contains(before) => take(word, 2, region),
        _ => {}
    }
}

/// The ending that made another word of it. An ending that stays hides what else would fall.
fn derivation(word: &mut Vec<u8>, regions: &Regions) {
    let second = regions.second;
    match word.as_slice() {
        [.., b'e', b'n', b'd'] | [.., b'u', b'n', b'g'] => {
            take(word, 3, second);
            take_one_of(word, if is_after_e(word) { &[] } else { &[b"ig"] }, second);
        }
        [.., b'i', b's', b'c', b'h'] if !word.ends_with(b"eisch") => take(word, 4, second),
        [.., b'i', b'g' | b'k'] if !is_after_e(word) => take(word, 2, second),
        [.., b'l', b'i', b'c', b'h'] | [.., b'h', b'e', b'i', b't'] => {
            take(word, 4, second);
            take_one_of(word, &[b"er", b"en"], regions.first);
        }
        [.., b'k', b'e', b'i', b't'] => {
            take(word, 4, second);
            take_one_of(word, &[b"ig", b"lich"], second);
        }
        _ => {}
    }
}

fn take_one_of(word: &mut Vec<u8>, endings: &[&[u8]], region: usize) {
    if let Some(ending) = endings.iter().find(|ending| word.ends_with(ending)) {
        take(word, ending.len(), region);
    }
}

/// Whether its ending of two letters stands after an `e`.
fn is_after_e(word: &[u8]) -> bool {
    word.len() > 2 && word[word.len() - 3] == b'e'
}

#[cfg(test)]
mod tests {
    use rust_stemmers::{Algorithm, Stemmer};

    #[track_caller]
    fn assert_alike(word: &str) {
        let mut ours = word.as_bytes().to_vec();
        super::stem(&mut ours);
        let theirs = Stemmer::create(Algorithm::German).stem(word);
        assert_eq!(String::from_utf8_lossy(&ours), theirs, "{word}");
    }

    #[test]
    fn every_ending_after_every_beginning_falls_as_it_does_in_snowball() {
        let beginnings = [
            "", "a", "b", "ei", "au", "bau", "haus", "feuer", "neue", "trauyu", "erkennt", "gesund", "bayer",
        ];
        let middles = [
            "", "n", "r", "e", "er", "en", "ig", "eig", "lich", "niss", "isch", "ung", "st", "k", "s", "keit",
        ];
        let endings = [
            "", "e", "em", "en", "ern", "er", "s", "es", "st", "est", "end", "ig", "ung", "lich", "isch",
            "ik", "heit", "keit", "igkeit", "lichkeit", "igung", "igend", "isse", "issen", "eik", "eisch",
            "5",
        ];
        for beginning in beginnings {
            for middle in middles {
                for ending in endings {
                    for last in ["", "e", "en", "s", "er", "sten"] {
                        assert_alike(&format!("{beginning}{middle}{ending}{last}"));
                    }
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_word_has_the_stem_that_snowball_gives(word in "[a-z0-9]{0,14}", likely in "[aeiuynrstgklchmd]{0,12}") {
            assert_alike(&word);
            assert_alike(&likely);
        }
    }
}
