//! Apple's binary property lists (`bplist00`), as far as a saved link needs them: a text of the outermost dictionary.
//! The form: <https://opensource.apple.com/source/CF/CF-550/CFBinaryPList.c>.
//! Promises: total, and bounded by the number of keys; nothing is followed but keys and their texts.

/// So many keys are looked at.
const MOST_KEYS: usize = 1_024;
const HEAD: &[u8] = b"bplist00";
/// The trailer's length.
const TRAILER: usize = 32;

/// Whether the bytes begin as one.
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(HEAD)
}

/// The text behind `key`; `None`: there is none, or the list is broken.
pub fn text_of(bytes: &[u8], key: &str) -> Option<String> {
    let list = List::of(bytes)?;
    let dictionary = list.object(list.top)?;
    let (marker, count, at) = list.head(dictionary)?;
    if marker != 0xD0 {
        return None;
    }
    let reference = |place: usize| list.reference(at, place);
    let found = (0..count.min(MOST_KEYS)).find(|place| {
        reference(*place).and_then(|number| list.text(number)).is_some_and(|found| found == key)
    })?;
    list.text(reference(found.checked_add(count)?)?)
}

struct List<'a> {
    bytes: &'a [u8],
    /// Bytes of an offset, and of a reference.
    sizes: (usize, usize),
    top: usize,
    table: usize,
}

impl<'a> List<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let start = bytes.len().checked_sub(TRAILER).filter(|start| *start >= HEAD.len())?;
        let trailer = &bytes[start..];
        let sizes = (usize::from(trailer[6]), usize::from(trailer[7]));
        let size = 1..=8;
        let sound = size.contains(&sizes.0) && size.contains(&sizes.1);
        let (top, table) = (number(&trailer[16..24])?, number(&trailer[24..32])?);
        sound.then_some(Self { bytes, sizes, top, table })
    }

    /// Where the object of that number begins.
    fn object(&self, object: usize) -> Option<usize> {
        let at = object.checked_mul(self.sizes.0)?.checked_add(self.table)?;
        number(self.slice(at, self.sizes.0)?)
    }

    /// The reference at that place of an array that begins at `at`.
    fn reference(&self, at: usize, place: usize) -> Option<usize> {
        let at = place.checked_mul(self.sizes.1)?.checked_add(at)?;
        number(self.slice(at, self.sizes.1)?)
    }

    /// Kind, count and where the content begins.
    fn head(&self, at: usize) -> Option<(u8, usize, usize)> {
        let marker = *self.bytes.get(at)?;
        let (kind, low) = (marker & 0xF0, usize::from(marker & 0x0F));
        if low < 15 {
            return Some((kind, low, at + 1));
        }
        // The count stands behind, as a number of 2 to the power of so many bytes.
        let size = *self.bytes.get(at + 1)?;
        let bytes = if size & 0xF0 == 0x10 && size & 0x0F <= 3 { 1 << (size & 0x0F) } else { return None };
        Some((kind, number(self.slice(at + 2, bytes)?)?, at + 2 + bytes))
    }

    fn text(&self, object: usize) -> Option<String> {
        let (kind, count, at) = self.head(self.object(object)?)?;
        match kind {
            0x50 => Some(self.slice(at, count)?.iter().map(|byte| char::from(*byte)).collect()),
            0x60 => {
                let units = self.slice(at, count.checked_mul(2)?)?.chunks_exact(2);
                let units: Vec<u16> = units.map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
                Some(String::from_utf16_lossy(&units))
            }
            _ => None,
        }
    }

    fn slice(&self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.bytes.get(at..at.checked_add(length)?)
    }
}

/// A number, its highest byte first.
fn number(bytes: &[u8]) -> Option<usize> {
    let sum = bytes.iter().try_fold(0_u64, |sum, byte| Some(sum.checked_mul(256)? + u64::from(*byte)))?;
    usize::try_from(sum).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Python's `plistlib.dumps({"Name": "Grüße", "URL": "https://a.example/feed"}, fmt=FMT_BINARY)` writes it.
    fn sample() -> Vec<u8> {
        let mut bytes = b"bplist00\xd2\x01\x02\x03\x04TNameSURL\x65".to_vec();
        "Grüße".encode_utf16().for_each(|unit| bytes.extend(unit.to_be_bytes()));
        bytes.extend(b"\x5f\x10\x16https://a.example/feed");
        bytes.extend([8, 13, 18, 22, 33]);
        bytes.extend([0, 0, 0, 0, 0, 0, 1, 1]);
        bytes.extend(5_u64.to_be_bytes());
        bytes.extend(0_u64.to_be_bytes());
        bytes.extend(58_u64.to_be_bytes());
        bytes
    }

    #[test]
    fn texts_of_a_dictionary_are_found() {
        let bytes = sample();
        assert!(is_one(&bytes));
        assert_eq!(text_of(&bytes, "URL").as_deref(), Some("https://a.example/feed"));
        assert_eq!(text_of(&bytes, "Name").as_deref(), Some("Grüße"));
        assert_eq!(text_of(&bytes, "None"), None);
    }

    proptest::proptest! {
        #[test]
        fn a_damaged_list_is_survived(changes in proptest::collection::vec((0_usize..95, 0_u8..=255), 1..6), cut in 0_usize..95) {
            let mut bytes = sample();
            for (at, byte) in changes {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            drop(text_of(&bytes, "URL"));
            drop(text_of(&bytes[..cut.min(bytes.len())], "URL"));
        }
    }
}
