//! What is kept of an entry: hashes of its stems, pairs, numbers and keys, never its text.
//! Promises: the same telling gives the same fingerprint in every release that has the same
//! [`FORM`](crate::story::bytes::FORM), and its size is bounded whatever the text.
//! Deliberately not here: the stored form (`bytes.rs`), and any judgement (`tiers.rs`, `likeness.rs`).

use crate::model::story::Telling;
use crate::model::time::Timestamp;
use crate::story::address;
use crate::story::hash;
use crate::story::stems::{self, Split, Stem, Stems};
use crate::story::ticker;
use crate::story::words::{self, Kind, Words};

/// Stems taken of a title. Of the entries of the development files 99.9 % have fewer.
const TITLE_STEMS: usize = 28;
/// Stems taken of the text for the index: about the first 40 words, where news says what happened.
const TEXT_STEMS: usize = 26;
/// Stems looked at of a long text; more add nothing on the development pairs of SemEval.
const WHOLE_STEMS: usize = 100;
/// From so many stems on a text is a long one.
const LONG: usize = 45;
/// Keys kept of a long text, and for other languages.
const KEYS: usize = 120;
/// Stems taken of a link's slug.
const SLUG_STEMS: usize = 14;
/// A slug of fewer stems may stand for many articles.
const SLUG_KEY: usize = 4;
/// Parts of compounds taken of title and text.
const PARTS: usize = 12;
/// Letters of a gram.
const GRAM: usize = 5;
/// Grams taken of a title.
const GRAMS: usize = 72;

/// Where a stem was found: bits of [`Word::places`].
pub mod place {
    /// In the title.
    pub const TITLE: u8 = 1;
    /// In the summary or the first words of the text.
    pub const TEXT: u8 = 2;
    /// In the slug of the link.
    pub const SLUG: u8 = 4;
    /// It is a number.
    pub const NUMBER: u8 = 8;
    /// It was written with a capital within a sentence.
    pub const NAME: u8 = 16;
    /// It is a part of a compound.
    pub const PART: u8 = 32;
}

/// What an entry is: bits of [`Fingerprint::kind`].
pub mod kind {
    /// One of a live page's: see [`crate::story::ticker`].
    pub const TICKER: u8 = 1;
}

/// A stem of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// The stem's hash.
    pub hash: u32,
    /// Where it was found; bits of [`place`].
    pub places: u8,
}

impl Word {
    /// Whether it was found in any of these places.
    pub fn is_in(self, places: u8) -> bool {
        self.places & places != 0
    }
}

/// What is kept of an entry. Hashes of 0 mean that there was nothing to hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// When it was told.
    pub at: Timestamp,
    /// Two letters of the language's tag; 0 if unknown.
    pub language: u16,
    /// Who told it; 0: nobody knows.
    pub source: u64,
    /// The link of its own page.
    pub link: u64,
    /// The publisher's number for the article.
    pub article: u64,
    /// The words of the link's slug, umlauts folded; 0: there are fewer than [`SLUG_KEY`].
    pub slug: u64,
    /// The normalized title.
    pub title: u64,
    /// The normalized title without what stands before its colon.
    pub headline: u64,
    /// The last five words of the title.
    pub tail: u64,
    /// Bits of [`kind`].
    pub kind: u8,
    /// The stems, by hash, each once.
    pub words: Box<[Word]>,
    /// Neighbouring stems of the title, by hash, each once.
    pub pairs: Box<[u32]>,
    /// Runs of five letters of the title, by hash, each once.
    pub grams: Box<[u16]>,
    /// Of a long text: its stems, by hash, each once. Else empty.
    pub deep: Box<[u16]>,
    /// What it can be known by in other languages (`bridge.rs`), by hash, each once.
    pub bridge: Box<[u16]>,
}

impl Fingerprint {
    /// What is kept of this telling.
    pub fn of(telling: &Telling<'_>) -> Self {
        let stems = Stems::of(telling.language);
        let words = Words::of(telling.title);
        let title = stems.of_words(&words, TITLE_STEMS);
        let text = stems.split(self::text(telling), WHOLE_STEMS);
        let body =
            is_more_than(telling.body, self::text(telling)).then(|| stems.split(telling.body, WHOLE_STEMS));
        let whole = body.as_ref().unwrap_or(&text);
        let (deep, bridge) = (deep(&title, whole, language(telling.language)), bridge(&title, whole));
        let address = telling.link.map(address::read).unwrap_or_default();
        let keys = Keys::of(telling.title, &words);
        let ticker = ticker::is_ticker(telling.title, &words, self::text(telling));
        let slug = telling.link.map_or_else(Vec::new, |link| slug(&stems, link));
        let source = if telling.source.is_empty() { 0 } else { hash::text(telling.source) };
        Self {
            at: telling.at,
            language: language(telling.language),
            source,
            link: address.link,
            article: if ticker && address.article == 0 { page(telling, source) } else { address.article },
            slug: if slug.len() < SLUG_KEY { 0 } else { chain(slug.iter().map(|word| u64::from(word.hash))) },
            title: keys.title,
            headline: keys.headline,
            tail: keys.tail,
            kind: if ticker { kind::TICKER } else { 0 },
            words: gather(&title, &text, &slug),
            pairs: pairs(&title.stems, head(&text.stems)),
            grams: keys.grams,
            deep,
            bridge,
        }
    }

    /// How many different stems the title has.
    pub fn title_stems(&self) -> usize {
        self.words.iter().filter(|word| word.is_in(place::TITLE)).count()
    }

    /// Whether it is one of a live page.
    pub fn is_ticker(&self) -> bool {
        self.kind & kind::TICKER != 0
    }

    /// Whether its text is long: an article, not a teaser.
    pub fn is_long(&self) -> bool {
        !self.deep.is_empty()
    }

    /// Whether its language and this one are known, and are two.
    pub fn is_in_other_language(&self, other: u16) -> bool {
        self.language != 0 && other != 0 && self.language != other
    }

    /// Whether its title is long enough to be no mere heading, which may stand above anything: four stems that say
    /// something, or six words.
    pub fn is_sentence(&self) -> bool {
        self.tail != 0 || self.title_stems() >= 4
    }

    /// What it takes in memory, in bytes.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + size_of_val(&*self.words)
            + size_of_val(&*self.pairs)
            + size_of_val(&*self.grams)
            + size_of_val(&*self.deep)
            + size_of_val(&*self.bridge)
    }
}

/// The tag's first two letters as a number.
fn language(tag: Option<&str>) -> u16 {
    match tag.unwrap_or_default().as_bytes() {
        [first, second, ..] => u16::from_be_bytes([first.to_ascii_lowercase(), second.to_ascii_lowercase()]),
        _ => 0,
    }
}

fn gather(title: &Split, text: &Split, slug: &[Word]) -> Box<[Word]> {
    let mut all: Vec<Word> = Vec::with_capacity(TITLE_STEMS + TEXT_STEMS + SLUG_STEMS + PARTS);
    all.extend(title.stems.iter().map(|stem| found(*stem, place::TITLE)));
    all.extend(head(&text.stems).iter().map(|stem| found(*stem, place::TEXT)));
    let parts = title.parts.iter().chain(&text.parts).take(PARTS);
    all.extend(parts.map(|hash| Word { hash: *hash, places: place::PART }));
    all.extend(slug);
    all.sort_unstable_by_key(|word| u64::from(word.hash) << 8 | u64::from(word.places));
    all.dedup_by(|next, kept| {
        let same = next.hash == kept.hash;
        if same {
            kept.places |= next.places;
        }
        same
    });
    all.into_boxed_slice()
}

/// The summary, else the text.
fn text<'a>(telling: &Telling<'a>) -> &'a str {
    if telling.summary.trim().is_empty() { telling.body } else { telling.summary }
}

/// A live page by its publisher's name for it; 0: its titles do not name it.
fn page(telling: &Telling<'_>, source: u64) -> u64 {
    let Some(kicker) = ticker::kicker(telling.title) else { return 0 };
    let words = Words::of(kicker);
    let named = ticker::is_named(kicker, &words);
    if named { chain([source, chain(words.iter().map(|word| hash::text(word.text)))]) } else { 0 }
}

fn found(stem: Stem, place: u8) -> Word {
    let kind = match stem.kind {
        Kind::Number => place::NUMBER,
        Kind::Capital => place::NAME,
        Kind::Small | Kind::Pair => 0,
    };
    Word { hash: stem.hash, places: place | kind }
}

/// The slug's words; its numbers are left out of the numbers, for most are years and parts of dates.
fn slug(stems: &Stems, link: &str) -> Vec<Word> {
    let mut words = String::new();
    for part in
        address::slug(link).split(|c: char| !c.is_alphanumeric()).filter(|part| address::is_word(part))
    {
        words.push_str(part);
        words.push(' ');
    }
    let stems = stems.split(&words, SLUG_STEMS).stems;
    stems.into_iter().map(|stem| Word { hash: stem.hash, places: place::SLUG }).collect()
}

/// Whether the text goes on where the summary ends.
fn is_more_than(body: &str, summary: &str) -> bool {
    body.len() > summary.len() + summary.len() / 2
}

/// The stems that count as a text's first words.
fn head(stems: &[Stem]) -> &[Stem] {
    &stems[..stems.len().min(TEXT_STEMS)]
}

fn deep(title: &Split, text: &Split, language: u16) -> Box<[u16]> {
    if text.stems.len() < LONG {
        return Box::default();
    }
    let key = |stem: &Stem| hash::chain(u64::from(language), u64::from(stem.hash)) as u16;
    sorted(title.stems.iter().chain(&text.stems).map(key))
}

fn bridge(title: &Split, text: &Split) -> Box<[u16]> {
    sorted(title.bridge.iter().chain(&text.bridge).copied())
}

fn sorted(keys: impl Iterator<Item = u16>) -> Box<[u16]> {
    let mut keys: Vec<u16> = keys.take(KEYS).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_boxed_slice()
}

/// Those of the title, and the names of the text: two words with capitals.
fn pairs(title: &[Stem], text: &[Stem]) -> Box<[u32]> {
    let names = text.windows(2).filter(|two| two.iter().all(|stem| stem.kind == Kind::Capital));
    let pair = |two: &[Stem]| hash::pair(two[0].hash, two[1].hash);
    let mut pairs: Vec<u32> = title.windows(2).chain(names).map(pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.into_boxed_slice()
}

/// The keys of a title, all from one walk over its words.
struct Keys {
    title: u64,
    headline: u64,
    tail: u64,
    grams: Box<[u16]>,
}

impl Keys {
    fn of(title: &str, words: &Words) -> Self {
        let mut all = Vec::with_capacity(words.len());
        let mut letters = String::with_capacity(8 * words.len());
        letters.push(' ');
        for word in words.iter() {
            all.push(hash::text(word.text));
            if !stems::is_common(word.text) {
                letters.push_str(word.text);
                letters.push(' ');
            }
        }
        // A word's first letter is one byte at least: so much less is left after it.
        let rest = headline(title).len();
        let kicker = words.iter().take_while(|word| word.left >= rest).count();
        let tail = if all.len() >= 6 { &all[all.len() - 5..] } else { &[] };
        let chain = |hashes: &[u64]| chain(hashes.iter().copied());
        Self {
            title: chain(&all),
            headline: chain(&all[kicker..]),
            tail: chain(tail),
            grams: grams(&letters),
        }
    }
}

/// One hash of many; 0 of none.
fn chain(hashes: impl IntoIterator<Item = u64>) -> u64 {
    hashes.into_iter().fold(0, hash::chain)
}

/// The title without its kicker: what stands before its first colon, if that is short and enough stands after it.
/// Some publishers set no space after the colon; a colon between digits is a time or a score.
fn headline(title: &str) -> &str {
    let title = words::head(title, words::SCAN_BYTES);
    let colon = title.match_indices(':').find(|(at, _)| {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        !(digit(title[..*at].chars().next_back()) && digit(title[at + 1..].chars().next()))
    });
    match colon.map(|(at, _)| (&title[..at], title[at + 1..].trim_start())) {
        Some((kicker, rest))
            if kicker.split_whitespace().count() <= KICKER_WORDS
                && rest.split_whitespace().count() >= HEADLINE_WORDS =>
        {
            rest
        }
        _ => title,
    }
}

/// A kicker has no more words.
const KICKER_WORDS: usize = 6;
/// What is left of a title without its kicker has at least so many.
const HEADLINE_WORDS: usize = 3;

fn grams(letters: &str) -> Box<[u16]> {
    let mut grams = Vec::with_capacity(letters.len().min(GRAMS));
    let mut ends = letters.char_indices().map(|(at, _)| at).chain([letters.len()]).skip(GRAM);
    let begins = letters.char_indices().map(|(at, _)| at);
    for (begin, end) in begins.zip(&mut ends).take(GRAMS) {
        grams.push(hash::word(&letters[begin..end]) as u16);
    }
    grams.sort_unstable();
    grams.dedup();
    grams.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telling<'a>(title: &'a str, body: &'a str) -> Telling<'a> {
        let at = Timestamp(0);
        Telling { title, body, summary: "", link: None, language: Some("en"), source: "a", at }
    }

    #[test]
    fn a_kicker_does_not_change_the_headline() {
        let plain = Fingerprint::of(&telling("Ferry runs aground near the old harbour", ""));
        let kicked = Fingerprint::of(&telling("North Sea: Ferry runs aground near the old harbour", ""));
        assert_eq!(plain.headline, kicked.headline);
        assert_eq!(plain.tail, kicked.tail);
        assert_ne!(plain.title, kicked.title);
    }

    #[test]
    fn a_stem_in_title_and_text_is_kept_once() {
        let print = Fingerprint::of(&telling("Ferry aground", "The ferry ran aground in fog"));
        let both = print.words.iter().filter(|word| word.places & 3 == 3).count();
        assert_eq!(both, 2);
        assert!(print.words.windows(2).all(|two| two[0].hash < two[1].hash));
    }

    #[test]
    fn a_hostile_text_is_bounded() {
        let many: String = (0..50_000).map(|n| format!("word{n} ")).collect();
        let print = Fingerprint::of(&telling(&many, &many));
        assert!(print.memory_bytes() < 1_024, "{}", print.memory_bytes());
    }

    #[test]
    fn an_empty_title_has_no_keys() {
        let print = Fingerprint::of(&telling(" … ", ""));
        assert_eq!((print.title, print.headline, print.tail, print.words.len()), (0, 0, 0, 0));
    }
}
