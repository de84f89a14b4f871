//! The stored form of a fingerprint: a version byte, then numbers, little end first.
//! Promises: what [`write`] wrote [`read`] gives back equal; anything else gives `None`, never a panic.
//! Deliberately not here: migrating old forms; a foreign fingerprint is made anew from the entry's text.

use crate::model::time::Timestamp;
use crate::story::fingerprint::{Fingerprint, Word};

/// The version of this form and of the way fingerprints are made; a change of either takes the next number.
pub const FORM: u8 = 4;

/// As bytes.
pub fn write(print: &Fingerprint) -> Vec<u8> {
    let mut out = vec![FORM];
    out.extend(print.at.0.to_le_bytes());
    out.extend(print.language.to_le_bytes());
    out.push(print.kind);
    for key in [print.source, print.link, print.article, print.slug, print.title, print.headline, print.tail]
    {
        out.extend(key.to_le_bytes());
    }
    for length in
        [print.words.len(), print.pairs.len(), print.grams.len(), print.deep.len(), print.bridge.len()]
    {
        out.push(u8::try_from(length).expect("a fingerprint keeps fewer than 256 of each"));
    }
    print.words.iter().for_each(|word| out.extend(word.hash.to_le_bytes()));
    out.extend(print.words.iter().map(|word| word.places));
    print.pairs.iter().for_each(|pair| out.extend(pair.to_le_bytes()));
    for list in [&print.grams, &print.deep, &print.bridge] {
        list.iter().for_each(|key| out.extend(key.to_le_bytes()));
    }
    out
}

/// From bytes; `None` if they are of another version or not whole.
pub fn read(bytes: &[u8]) -> Option<Fingerprint> {
    let mut rest = bytes.strip_prefix(&[FORM])?;
    let rest = &mut rest;
    let at = Timestamp(i64::from_le_bytes(take(rest)?));
    let language = u16::from_le_bytes(take(rest)?);
    let [kind] = take(rest)?;
    let mut keys = [0; 7];
    for key in &mut keys {
        *key = u64::from_le_bytes(take(rest)?);
    }
    let [source, link, article, slug, title, headline, tail] = keys;
    let [words, pairs, grams, deep, bridge] = take(rest)?.map(usize::from);
    let hashes = numbers(rest, words, u32::from_le_bytes)?;
    let places = numbers(rest, words, u8::from_le_bytes)?;
    let words = hashes.zip(places).map(|(hash, places)| Word { hash, places }).collect();
    let pairs = numbers(rest, pairs, u32::from_le_bytes)?.collect();
    let grams = numbers(rest, grams, u16::from_le_bytes)?.collect();
    let deep = numbers(rest, deep, u16::from_le_bytes)?.collect();
    let bridge = numbers(rest, bridge, u16::from_le_bytes)?.collect();
    rest.is_empty().then_some(())?;
    Some(Fingerprint {
        at,
        language,
        source,
        link,
        article,
        slug,
        title,
        headline,
        tail,
        kind,
        words,
        pairs,
        grams,
        deep,
        bridge,
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

fn numbers<'a, T: 'a, const N: usize>(
    rest: &mut &'a [u8],
    count: usize,
    make: fn([u8; N]) -> T,
) -> Option<impl Iterator<Item = T> + use<'a, T, N>> {
    let (numbers, tail) = rest.split_at_checked(count * N)?;
    *rest = tail;
    Some(numbers.as_chunks::<N>().0.iter().map(move |number| make(*number)))
}

impl Fingerprint {
    /// The form in which it is stored; see [`write`].
    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    /// The fingerprint that was stored; `None` if another version wrote it. See [`read`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        read(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::story::Telling;

    fn print() -> Fingerprint {
        Fingerprint::of(&Telling {
            title: "Ferry runs aground near the old harbour, 12 hurt",
            body: "The ferry had left in fog.",
            summary: "",
            link: Some("https://a.example/ferry-runs-aground-1234567"),
            language: Some("en"),
            source: "a",
            at: Timestamp(-5),
        })
    }

    #[test]
    fn a_fingerprint_comes_back_as_it_went() {
        assert_eq!(Fingerprint::from_bytes(&print().to_bytes()), Some(print()));
    }

    #[test]
    fn anything_else_is_foreign() {
        let whole = print().to_bytes();
        assert_eq!(Fingerprint::from_bytes(&[]), None);
        for end in 0..whole.len() {
            assert_eq!(Fingerprint::from_bytes(&whole[..end]), None);
        }
        assert_eq!(Fingerprint::from_bytes(&[&whole[..], &[0]].concat()), None);
        assert_eq!(Fingerprint::from_bytes(&[&[FORM + 1], &whole[1..]].concat()), None);
    }
}
