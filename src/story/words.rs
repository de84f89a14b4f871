//! Text into words: lower case, letters folded so that `Führung`, `Fuehrung` and the slug's `fuhrung` meet,
//! numbers made alike (`100'000` = `100.000` = `100,000`), East Asian writing into pairs of characters.
//! Bounded: looks at no more than [`SCAN_BYTES`] of a text and stops at the caller's word.
//! Deliberately not here: stems and common words (`stems.rs`).

/// How much of a text is looked at, in bytes: a hostile title of a megabyte costs no more than a long one.
pub const SCAN_BYTES: usize = 4_096;
/// A word is cut after so many bytes.
const WORD_BYTES: usize = 64;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Begins with a small letter.
    Small,
    /// Begins with a capital.
    Capital,
    /// A number, thousands' marks taken out, the decimal mark a point.
    Number,
    /// Two characters of a writing without spaces.
    Pair,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The next word, please.
    More,
    /// Enough.
    Enough,
}

/// Calls `take` with each word of `text`, folded, in order.
pub fn split(text: &str, mut take: impl FnMut(&str, Kind) -> Flow) {
    each(text, &mut |word, kind, _| take(word, kind));
}

/// The same, and with the length of what is left of the text after the word's first letter.
fn each(text: &str, take: &mut impl FnMut(&str, Kind, usize) -> Flow) {
    let mut chars = head(text, SCAN_BYTES).chars();
    let mut word = String::with_capacity(32);
    while let Some(c) = chars.next() {
        let left = chars.as_str().len();
        word.clear();
        let kind = if c.is_ascii_digit() {
            number(c, &mut chars, &mut word)
        } else if c.is_ascii() && !c.is_ascii_alphabetic() {
            continue;
        } else if is_dense(c) {
            if !dense(c, &mut chars, &mut word, &mut |word, kind| take(word, kind, left)) {
                return;
            }
            continue;
        } else if c.is_alphanumeric() {
            letters(c, &mut chars, &mut word)
        } else {
            continue;
        };
        if !word.is_empty() && take(&word, kind, left) == Flow::Enough {
            return;
        }
    }
}

/// The words of a text that is walked more than once.
#[derive(Debug)]
pub struct Words {
    letters: String,
    words: Vec<Span>,
}

#[derive(Debug)]
struct Span {
    /// Where it ends in the letters.
    end: usize,
    kind: Kind,
    left: usize,
}

/// One of [`Words`].
#[derive(Debug, Clone, Copy)]
pub struct OneWord<'a> {
    /// Folded.
    pub text: &'a str,
    /// What it is.
    pub kind: Kind,
    /// How many bytes of the text that was looked at stand after its first letter.
    pub left: usize,
}

impl Words {
    /// All words of a text.
    pub fn of(text: &str) -> Self {
        let mut found =
            Self { letters: String::with_capacity(text.len().min(256)), words: Vec::with_capacity(16) };
        each(text, &mut |word, kind, left| {
            found.letters.push_str(word);
            found.words.push(Span { end: found.letters.len(), kind, left });
            Flow::More
        });
        found
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = OneWord<'_>> {
        let mut begin = 0;
        self.words.iter().map(move |span| {
            let text = &self.letters[begin..span.end];
            begin = span.end;
            OneWord { text, kind: span.kind, left: span.left }
        })
    }
}

type Chars<'a> = std::str::Chars<'a>;

/// What comes next.
fn peek(chars: &Chars<'_>) -> Option<char> {
    chars.clone().next()
}

/// The first `bytes` bytes of a text, or a little less, never splitting a character.
pub fn head(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn letters(first: char, chars: &mut Chars<'_>, word: &mut String) -> Kind {
    let kind = if first.is_uppercase() { Kind::Capital } else { Kind::Small };
    push(first, word);
    plain(chars, word);
    while let Some(c) = peek(chars) {
        if is_apostrophe(c) {
            chars.next();
            skip_genitive(chars, word);
            break;
        }
        if !(c.is_alphanumeric() || is_mark(c)) || is_dense(c) {
            break;
        }
        chars.next();
        push(c, word);
        plain(chars, word);
    }
    kind
}

/// Adds the letters that need no folding but of their case: most are such, and they go by the run.
fn plain(chars: &mut Chars<'_>, word: &mut String) {
    let rest = chars.as_str();
    let run = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (from, room) = (word.len(), WORD_BYTES.saturating_sub(word.len()));
    word.push_str(&rest[..run.min(room)]);
    word[from..].make_ascii_lowercase();
    *chars = rest[run..].chars();
}

/// After an apostrophe: `Putin's` is `putin`; `l'été` is `l` and `été`; the next word begins where it ends.
fn skip_genitive(chars: &mut Chars<'_>, word: &mut String) {
    let mut ahead = chars.clone();
    let is_s = ahead.next().is_some_and(|c| matches!(c, 's' | 'S' | 't'));
    if is_s && !peek(&ahead).is_some_and(char::is_alphanumeric) {
        chars.next();
    } else if word.chars().count() <= 2 {
        word.clear();
    }
}

/// A number such as `1'234.5`, a score or a time such as `2:1`. Letters glued to it (`2nd`, `5G`) belong to it.
fn number(first: char, chars: &mut Chars<'_>, word: &mut String) -> Kind {
    word.push(first);
    loop {
        match peek(chars) {
            Some(c) if c.is_ascii_digit() => word.push(c),
            Some(c) if c.is_alphabetic() && !is_dense(c) => {
                chars.next();
                letters_after_number(c, chars, word);
                return Kind::Small;
            }
            Some(':') if digits_after(chars) > 0 && word.len() <= 2 => word.push(':'),
            Some(mark @ ('.' | ',' | '\'' | '’' | '\u{202f}' | '\u{a0}')) => match digits_after(chars) {
                3 => {}
                1 | 2 if matches!(mark, '.' | ',') => word.push('.'),
                _ => break,
            },
            _ => break,
        }
        chars.next();
        if word.len() > WORD_BYTES {
            break;
        }
    }
    Kind::Number
}

fn letters_after_number(first: char, chars: &mut Chars<'_>, word: &mut String) {
    push(first, word);
    while let Some(c) = peek(chars) {
        if !c.is_alphanumeric() || is_dense(c) {
            break;
        }
        chars.next();
        push(c, word);
    }
}

/// How many digits follow the mark that comes next, counted up to 4.
fn digits_after(chars: &Chars<'_>) -> usize {
    chars.clone().skip(1).take(4).take_while(char::is_ascii_digit).count()
}

/// A run of characters without spaces, as overlapping pairs. False when the caller has enough.
fn dense(
    first: char,
    chars: &mut Chars<'_>,
    word: &mut String,
    take: &mut impl FnMut(&str, Kind) -> Flow,
) -> bool {
    let mut last = first;
    let mut alone = true;
    while let Some(c) = peek(chars) {
        if !is_dense(c) {
            break;
        }
        chars.next();
        word.clear();
        word.extend([last, c]);
        if take(word, Kind::Pair) == Flow::Enough {
            return false;
        }
        last = c;
        alone = false;
    }
    word.clear();
    word.push(last);
    !alone || take(word, Kind::Pair) == Flow::More
}

/// Adds a character in lower case without its accents.
fn push(c: char, word: &mut String) {
    if word.len() >= WORD_BYTES || is_mark(c) {
        return;
    }
    if c.is_ascii() {
        word.push(c.to_ascii_lowercase());
        return;
    }
    match c {
        'ä' | 'Ä' | 'á' | 'à' => return word.push('a'),
        'ö' | 'Ö' | 'ó' => return word.push('o'),
        'ü' | 'Ü' | 'ú' => return word.push('u'),
        'é' | 'è' => return word.push('e'),
        _ => {}
    }
    for c in c.to_lowercase() {
        match c {
            'ß' => word.push_str("ss"),
            'æ' => word.push('a'),
            'œ' | 'ø' => word.push('o'),
            'ł' => word.push('l'),
            'đ' | 'ð' => word.push('d'),
            'þ' => word.push_str("th"),
            'ı' => word.push('i'),
            c if is_latin(c) => unicode_normalization::char::decompose_compatible(c, |part| {
                if !is_mark(part) {
                    word.push(part);
                }
            }),
            c => word.push(c),
        }
    }
}

fn is_latin(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{fb00}'..='\u{fb06}' | '\u{ff21}'..='\u{ff5a}')
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '`' | '´' | 'ʼ')
}

/// Writings without spaces between words: Han, kana, Thai, Lao, Khmer, Burmese.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        | '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        split(text, |word, _| {
            all.push(word.to_owned());
            Flow::More
        });
        all
    }

    #[test]
    fn letters_lose_case_and_accents() {
        assert_eq!(words("Führung in Łódź, GROẞ’ »Çelik«"), ["fuhrung", "in", "lodz", "gross", "celik"]);
        assert_eq!(words("u\u{308}ber"), ["uber"]);
    }

    #[test]
    fn numbers_are_made_alike() {
        for text in ["100'000", "100,000", "100.000", "100\u{a0}000", "100000"] {
            assert_eq!(words(text), ["100000"], "{text}");
        }
        assert_eq!(
            words("2,5 Grad und 2.5 Prozent, Tag 21."),
            ["2.5", "grad", "und", "2.5", "prozent", "tag", "21"]
        );
        assert_eq!(words("2:1 um 10:02 Uhr: 3 Tore"), ["2:1", "um", "10:02", "uhr", "3", "tore"]);
        assert_eq!(words("5G und 3rd"), ["5g", "und", "3rd"]);
    }

    #[test]
    fn an_apostrophe_ends_a_name() {
        assert_eq!(words("Putin's l'été don't"), ["putin", "ete", "don"]);
    }

    #[test]
    fn writing_without_spaces_falls_into_pairs() {
        assert_eq!(words("東京都 A"), ["東京", "京都", "a"]);
        assert_eq!(words("東"), ["東"]);
    }

    #[test]
    fn a_megabyte_costs_a_page() {
        assert!(words(&"ä ".repeat(1 << 20)).len() <= SCAN_BYTES);
        assert!(words(&"x".repeat(1 << 20)).concat().len() <= WORD_BYTES + 4);
    }
}
