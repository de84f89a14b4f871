//! Is this the encoding of old Macs? The guesser of encodings does not know it, for it was never one of the web's.
//! Promises: says yes only where every letter beyond ASCII, read so, is one that its words could have, and where read as
//! windows-1252 it is not.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};

/// How much is looked at, in bytes.
const LOOK_BYTES: usize = 64 * 1024;

/// Whether text that is not UTF-8 reads better in the encoding of old Macs than in that of Windows.
pub fn is_likely(bytes: &[u8]) -> bool {
    let bytes = &bytes[..bytes.len().min(LOOK_BYTES)];
    let (mac, windows) = (sense(bytes, MACINTOSH), sense(bytes, WINDOWS_1252));
    mac.odd == 0 && mac.sound > 0 && windows.odd * 2 > mac.sound
}

/// How many characters beyond ASCII make sense where they stand.
#[derive(Debug, Default)]
struct Sense {
    sound: usize,
    odd: usize,
}

/// Letters of western languages, small and capital, and the signs of typesetters.
const LETTERS: &str = "äöüßéèêëàâáãåçñíìîïóòôõøúùûæœÿ";
const CAPITALS: &str = "ÄÖÜÉÈÊËÀÂÁÃÅÇÑÍÌÎÏÓÒÔÕØÚÙÛÆŒ";
const SIGNS: &str = "„“”‚‘’«»–—…•§€£©®™°¡¿\u{a0}†´";

fn sense(bytes: &[u8], encoding: &'static Encoding) -> Sense {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let mut sense = Sense::default();
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if !character.is_ascii() {
            let after = rest.peek().copied().unwrap_or(' ');
            let fits = match character {
                letter if LETTERS.contains(letter) => before.is_alphabetic() || after.is_alphabetic(),
                // A capital stands at the beginning, or among capitals.
                capital if CAPITALS.contains(capital) => !before.is_lowercase() && after.is_alphabetic(),
                sign => {
                    SIGNS.contains(sign)
                        && !(is_inside(sign) && before.is_alphabetic() && after.is_lowercase())
                }
            };
            if fits { sense.sound += 1 } else { sense.odd += 1 }
        }
        before = character;
    }
    sense
}

/// Signs that do not stand inside words.
fn is_inside(sign: char) -> bool {
    !"’´‘-\u{a0}".contains(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, encoding: &'static Encoding, expected: bool) {
        let (bytes, _, missing) = encoding.encode(text);
        assert!(!missing, "{text}");
        assert_eq!(is_likely(&bytes), expected, "{text} as {}", encoding.name());
    }

    #[test]
    fn old_macs_and_windows_are_told_apart() {
        for text in [
            "Die grünen Bäume stehen über dem Fluß und glänzen schön.",
            "Ärger in Österreich: „Übermut“ tut selten gut",
            "Les élèves français étaient très fâchés de l’été passé",
            "El niño comió una piña en España",
            "naïve café",
        ] {
            check(text, WINDOWS_1252, false);
            assert!(is_likely(&mac(text)), "{text}");
        }
        assert!(!is_likely(b"plain words"));
        assert!(!is_likely(b""));
    }

    /// `text` in the encoding of old Macs, which the library only reads.
    fn mac(text: &str) -> Vec<u8> {
        let all: Vec<u8> = (0..=255).collect();
        let (table, _) = MACINTOSH.decode_without_bom_handling(&all);
        let table: Vec<char> = table.chars().collect();
        text.chars()
            .map(|c| {
                u8::try_from(table.iter().position(|other| *other == c).expect("in the table"))
                    .expect("a byte")
            })
            .collect()
    }
}
