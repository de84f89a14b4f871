//! How words are compared when they are searched for: small letters, no accents, umlauts in both spellings.
//! Promises: linear in the text; the same for what is indexed and what is asked for; what comes out are words of letters
//! and digits, parted by single spaces, and [`BARRIER`] where no phrase may reach across.
//!
//! `Müller` becomes `muller`, and `mueller` is noted beside it, so that either finds it; `ß` is `ss`. Scripts that put no
//! spaces between words (Chinese, Japanese, Thai, …) are cut into pairs of letters, each run's last letter by itself.

use std::collections::BTreeSet;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Stands between what is not one text. A private letter: no text and no query holds it after folding.
pub const BARRIER: char = '\u{E000}';

/// Bytes of a word that are compared; what comes after them is not.
const COMPARED_BYTES: usize = 80;

/// A word as it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Without accents: `muller`.
    pub plain: String,
    /// With umlauts written out, where that is another word: `mueller`.
    pub written: Option<String>,
}

/// What a text to look for is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// In their order; none if the text holds no letter and no digit.
    pub words: Vec<Word>,
    /// The last one is only the beginning of a word.
    pub open: bool,
}

/// A text as it is indexed.
pub fn indexed(text: &str) -> String {
    let (mut plain, mut written) = (String::with_capacity(text.len()), BTreeSet::new());
    // Most words are of ASCII letters alone, and nothing is to be done to them.
    for part in text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()) {
        if part.is_ascii() {
            let word = &part[..part.len().min(COMPARED_BYTES)];
            push(&mut plain, word);
            let begin = plain.len() - word.len();
            plain[begin..].make_ascii_lowercase();
            continue;
        }
        pieces(part, |piece| match piece {
            Piece::Word(word) => {
                push(&mut plain, &word.plain);
                if word.differs {
                    written.insert(word.written.clone());
                }
            }
            Piece::Run(letters) => pairs(letters, Tail::Single, |pair| push(&mut plain, pair)),
        });
    }
    for word in &written {
        push(&mut plain, BARRIER.encode_utf8(&mut [0; 4]));
        push(&mut plain, word);
    }
    plain
}

/// The words of a text that is looked for.
pub fn asked(text: &str) -> Words {
    let (mut words, mut run): (Vec<Word>, Vec<char>) = (Vec::new(), Vec::new());
    let plain = |text: &str| Word { plain: text.to_owned(), written: None };
    pieces(text, |piece| {
        pairs(&std::mem::take(&mut run), Tail::Single, |pair| words.push(plain(pair)));
        match piece {
            Piece::Word(word) => {
                let written = word.differs.then(|| word.written.clone());
                words.push(Word { plain: word.plain.clone(), written });
            }
            Piece::Run(letters) => run = letters.to_vec(),
        }
    });
    // A run at the end may go on in the text: its last letter stands in a pair there, or is the first of one.
    let open = run.len() == 1;
    pairs(&run, if open { Tail::Single } else { Tail::None }, |pair| words.push(plain(pair)));
    Words { words, open }
}

/// With small letters, without accents, umlauts written out and everything but a–z and 0–9 a single `-`; may be empty.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    pieces(text, |piece| {
        let Piece::Word(word) = piece else { return };
        let part: String = word.written.chars().filter(char::is_ascii_alphanumeric).collect();
        if !part.is_empty() {
            slug.extend((!slug.is_empty()).then_some('-'));
            slug.push_str(&part);
        }
    });
    slug
}

fn push(line: &mut String, word: &str) {
    if !line.is_empty() && !word.is_empty() {
        line.push(' ');
    }
    line.push_str(word);
}

/// A word under way, in both spellings.
#[derive(Default)]
struct Spelling {
    plain: String,
    written: String,
    differs: bool,
}

impl Spelling {
    fn add(&mut self, plain: &str, written: &str) {
        if self.written.len() + written.len() <= COMPARED_BYTES {
            self.plain.push_str(plain);
            self.written.push_str(written);
            self.differs |= plain != written;
        }
    }

    fn letter(&mut self, c: char) {
        if c.is_ascii() {
            let small = c.to_ascii_lowercase();
            return self.add(small.encode_utf8(&mut [0; 4]), small.encode_utf8(&mut [0; 4]));
        }
        for small in c.to_lowercase() {
            let (plain, written) = match small {
                'ä' => ("a", "ae"),
                'ö' | 'ø' => ("o", "oe"),
                'ü' => ("u", "ue"),
                'å' => ("a", "aa"),
                'ß' => ("ss", "ss"),
                'æ' => ("ae", "ae"),
                'œ' => ("oe", "oe"),
                'ł' => ("l", "l"),
                'đ' | 'ð' => ("d", "d"),
                'þ' => ("th", "th"),
                'ı' => ("i", "i"),
                'ς' => ("σ", "σ"),
                other => {
                    self.base(other);
                    continue;
                }
            };
            self.add(plain, written);
        }
    }

    /// A letter without its accents; й is a letter of its own.
    fn base(&mut self, c: char) {
        let mut add = |c: char| {
            if !is_accent(c) {
                let mut bytes = [0; 4];
                let text = &*c.encode_utf8(&mut bytes);
                self.add(text, text);
            }
        };
        if is_accented_script(c) && c != 'й' { decompose_canonical(c, add) } else { add(c) }
    }

    fn clear(&mut self) {
        self.plain.clear();
        self.written.clear();
        self.differs = false;
    }
}

enum Piece<'a> {
    Word(&'a Spelling),
    Run(&'a [char]),
}

/// Shows every word, and every run of letters of a script without spaces, in the order of the text.
fn pieces(text: &str, see: impl FnMut(Piece<'_>)) {
    if text.chars().all(is_everyday) || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        cut(text.chars(), see);
    } else {
        cut(text.nfkc(), see);
    }
}

fn cut(letters: impl Iterator<Item = char>, mut see: impl FnMut(Piece<'_>)) {
    let (mut word, mut run): (Spelling, Vec<char>) = (Spelling::default(), Vec::new());
    // A blank at the end ends what is under way.
    for c in letters.chain(std::iter::once(' ')).filter(|c| !is_invisible(*c)) {
        let unspaced = is_unspaced(c);
        let spaced = !unspaced && (is_letter(c) || is_combining_mark(c));
        if !spaced && !word.plain.is_empty() {
            see(Piece::Word(&word));
            word.clear();
        }
        if !unspaced && !run.is_empty() {
            see(Piece::Run(&run));
            run.clear();
        }
        if spaced {
            word.letter(c);
        } else if unspaced {
            run.push(c);
        }
    }
}

/// Letters that most texts are made of, and ASCII: normalized as they are, which the tables of all letters need not be asked.
fn is_everyday(c: char) -> bool {
    matches!(c, '\0'..='\u{7F}' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{131}' | '\u{134}'..='\u{13E}'
        | '\u{141}'..='\u{148}' | '\u{14A}'..='\u{17E}' | '\u{410}'..='\u{44F}' | '\u{451}' | '\u{621}'..='\u{63A}'
        | '\u{641}'..='\u{64A}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}')
}

/// A letter or a digit.
fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { is_everyday(c) || c.is_alphanumeric() }
}

/// What becomes of a run's last letter.
enum Tail {
    /// It stands by itself too.
    Single,
    /// It stands in its pair only.
    None,
}

fn pairs(run: &[char], tail: Tail, mut see: impl FnMut(&str)) {
    let mut pair = String::with_capacity(8);
    for two in run.windows(2) {
        pair.clear();
        pair.extend(two);
        see(&pair);
    }
    if let (Tail::Single, Some(last)) = (tail, run.last()) {
        see(last.encode_utf8(&mut [0; 4]));
    }
}

/// Soft hyphens, joiners and their like: they part no word.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}' | 'ـ')
}

/// Scripts whose accented letters are searched for without accents: Latin, Greek, Cyrillic.
fn is_accented_script(c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{52F}' | '\u{1E00}'..='\u{1FFF}')
}

/// Accents, and the vowel points of Hebrew and Arabic. Marks of other scripts are part of their words.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{670}')
}

/// Scripts that put no space between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_umlauts_are_found_in_both_spellings() {
        for (text, expected) in [
            ("Don't panic – 3.5 AT&T!", "don t panic 3 5 at t"),
            ("Müller sagt, Müller", "muller sagt muller \u{E000} mueller"),
            ("Mu\u{308}ller", "muller \u{E000} mueller"),
            ("STRASSE Straße STRAẞE", "strasse strasse strasse"),
            ("Crème brûlée, Łódź, İstanbul", "creme brulee lodz istanbul"),
            ("Ørsted Ångström", "orsted angstrom \u{E000} aangstroem \u{E000} oersted"),
            ("ΟΔΥΣΣΕΎΣ Ещё Край", "οδυσσευσ еще край"),
            ("Donau\u{AD}dampf\u{200B}schiff ﬁn", "donaudampfschiff fin"),
            ("日本語 を", "日本 本語 語 を"),
            ("東京Tower", "東京 京 tower"),
            ("مَدْرَسَة हिन्दी", "مدرسة हिन्दी"),
            ("대한민국은", "대한민국은"),
            ("… — *", ""),
            ("\u{E000}5", "5"),
        ] {
            assert_eq!(indexed(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_looked_for_is_cut_as_what_is_indexed() {
        let check = |text: &str, expected: &str, open: bool| {
            let words = asked(text);
            let spelled = |word: &Word| {
                word.written.clone().map_or(word.plain.clone(), |w| format!("{}/{w}", word.plain))
            };
            let got: Vec<String> = words.words.iter().map(spelled).collect();
            assert_eq!((got.join(" ").as_str(), words.open), (expected, open), "{text}");
        };
        check("Müller", "muller/mueller", false);
        check("don't", "don t", false);
        check("日本語", "日本 本語", false);
        check("日", "日", true);
        check("東京Tower", "東京 京 tower", false);
        check("***", "", false);
    }

    #[test]
    fn everyday_letters_are_normalized_letters() {
        for c in ('\u{80}'..=char::MAX).filter(|c| is_everyday(*c)) {
            assert!(c.is_alphanumeric() && is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes, "{c:?}");
        }
    }

    #[test]
    fn a_word_without_end_is_compared_by_its_beginning() {
        assert_eq!(indexed(&"x".repeat(500)).len(), COMPARED_BYTES);
        assert_eq!(asked(&"ü".repeat(500)).words[0].written.as_deref().map(str::len), Some(COMPARED_BYTES));
    }

    #[test]
    fn slugs_hold_small_letters_digits_and_single_dashes() {
        for (text, expected) in [
            ("Tech/Linux & BSD", "tech-linux-bsd"),
            ("Öffentliche Straßen", "oeffentliche-strassen"),
            ("日本", ""),
        ] {
            assert_eq!(slug(text), expected);
        }
    }
}
