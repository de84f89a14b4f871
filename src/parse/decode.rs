//! Bytes to text: byte order mark, HTTP charset, XML declaration, valid UTF-8, guess, in this order of trust.
//! Promises: never fails; says which encoding it took and complains where the text does not fit it. A declaration is
//! believed only if the bytes agree: valid UTF-8 that is not ASCII is UTF-8, whatever it is said to be, and UTF-8 with
//! a few bytes of Windows-1252 in it is read as both.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::model::complaint::Complaint;
use crate::parse::lexeme::{is_legal, windows};
use crate::parse::mac_roman;

/// How far into a document a declaration is looked for.
const HEAD_BYTES: usize = 1_024;

/// Decodes a document. `content_type` is the HTTP header, if there was one.
pub fn decode<'a>(
    bytes: &'a [u8],
    content_type: Option<&str>,
    complaints: &mut Vec<Complaint>,
) -> Cow<'a, str> {
    if let Some(text) = utf_32(bytes, complaints) {
        return Cow::Owned(text);
    }
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(bytes) {
        return with(encoding, &bytes[mark_bytes..], complaints);
    }
    if let Some(encoding) = wide(bytes) {
        return with(encoding, bytes, complaints);
    }
    let declared = declared(bytes, content_type);
    if let Ok(text) = std::str::from_utf8(bytes) {
        // What is all ASCII may still be an encoding that shifts by escapes.
        let shifts = declared.iter().find(|encoding| text.is_ascii() && !encoding.is_ascii_compatible());
        return shifts.map_or(Cow::Borrowed(text), |encoding| with(encoding, bytes, complaints));
    }
    let fitting = declared.iter().filter(|encoding| **encoding != UTF_8);
    let fitting =
        fitting.filter_map(|encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes));
    if let Some(text) = fitting.into_iter().next() {
        return text;
    }
    match declared.iter().find(|encoding| **encoding != UTF_8) {
        Some(encoding) => with(encoding, bytes, complaints),
        None => mixed(bytes, complaints).map_or_else(|| guess(bytes, complaints), Cow::Owned),
    }
}

/// Characters that XML forbids go; control characters of Latin-1 are what Windows-1252 has in their place.
pub fn clean<'a>(text: Cow<'a, str>, complaints: &mut Vec<Complaint>) -> Cow<'a, str> {
    if !is_odd(text.as_bytes()) {
        return text;
    }
    complaints.push(Complaint::new("encoding", "control characters left out or read as windows-1252"));
    Cow::Owned(text.chars().filter(|c| is_legal(*c)).map(windows).collect())
}

/// Whether valid UTF-8 holds a character that XML forbids, or a control character of Latin-1.
fn is_odd(bytes: &[u8]) -> bool {
    let control = |byte: &u8| (*byte < 0x20) & (*byte != b'\t') & (*byte != b'\n') & (*byte != b'\r');
    // Without an early end within a chunk, so that many bytes are looked at at a time.
    if bytes.chunks(4_096).any(|chunk| chunk.iter().fold(false, |odd, byte| odd | control(byte))) {
        return true;
    }
    memchr::memchr2_iter(0xc2, 0xef, bytes).any(|at| match bytes[at] {
        0xc2 => matches!(bytes[at + 1], 0x80..=0x9f),
        _ => bytes[at + 1] == 0xbf && matches!(bytes[at + 2], 0xbe | 0xbf),
    })
}

/// UTF-32, by its mark or by the zero bytes around its first `<`.
fn utf_32(bytes: &[u8], complaints: &mut Vec<Complaint>) -> Option<String> {
    let (mark, read): (usize, fn([u8; 4]) -> u32) = match *bytes.get(..4)? {
        [0xff, 0xfe, 0, 0] => (4, u32::from_le_bytes),
        [0, 0, 0xfe, 0xff] => (4, u32::from_be_bytes),
        [b'<' | b'{', 0, 0, 0] => (0, u32::from_le_bytes),
        [0, 0, 0, b'<' | b'{'] => (0, u32::from_be_bytes),
        _ => return None,
    };
    let codes = bytes[mark..].chunks_exact(4).map(|code| read([code[0], code[1], code[2], code[3]]));
    let mut malformed = false;
    let text = codes
        .map(|code| {
            char::from_u32(code).unwrap_or_else(|| {
                malformed = true;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect();
    if malformed {
        complaints.push(Complaint::new("encoding", "some bytes are not valid UTF-32 and were replaced"));
    }
    Some(text)
}

/// UTF-16 without a mark shows by the zero bytes around its first `<` or letter.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.get(..4)? {
        [0, a, 0, b] if *a != 0 && *b != 0 => Some(UTF_16BE),
        [a, 0, b, 0] if *a != 0 && *b != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// The encodings that header, declaration and page name, in this order; one that has wide characters is not meant.
fn declared(bytes: &[u8], content_type: Option<&str>) -> Vec<&'static Encoding> {
    let header = content_type.and_then(|value| label_after(value, "charset="));
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES)]);
    let declaration =
        head.trim_start().starts_with("<?xml").then(|| label_after(&head, "encoding=")).flatten();
    let meta = label_after(&head, "charset=");
    let labels = [header, declaration, meta].into_iter().flatten();
    let named = labels.filter_map(|label| Encoding::for_label(label.as_bytes()));
    named.filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE).collect()
}

/// UTF-8 with some bytes of another encoding in it, or with its end cut off; `None` if it is more wrong than right.
fn mixed(bytes: &[u8], complaints: &mut Vec<Complaint>) -> Option<String> {
    let (mut right, mut wrong) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += chunk.invalid().len();
    }
    let is_cut_off = wrong < 4 && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
    if right <= wrong && !is_cut_off {
        return None;
    }
    let mut text = String::with_capacity(bytes.len() + wrong * 3);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !is_cut_off {
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
        }
    }
    complaints
        .push(Complaint::new("encoding", format!("{wrong} bytes are not valid UTF-8, read as windows-1252")));
    Some(text)
}

fn label_after(text: &str, name: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find(name)? + name.len();
    let label: String = text[at..]
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
        .collect();
    (!label.is_empty()).then_some(label)
}

fn guess<'a>(bytes: &'a [u8], complaints: &mut Vec<Complaint>) -> Cow<'a, str> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Allow);
    let encoding = if mac_roman::is_likely(bytes) { MACINTOSH } else { encoding };
    let text = format!("no encoding fits as declared, read as {}", encoding.name());
    complaints.push(Complaint::new("encoding", text));
    with(encoding, bytes, complaints)
}

fn with<'a>(encoding: &'static Encoding, bytes: &'a [u8], complaints: &mut Vec<Complaint>) -> Cow<'a, str> {
    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
    if malformed {
        let text = format!("some bytes are not valid {} and were replaced", encoding.name());
        complaints.push(Complaint::new("encoding", text));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], content_type: Option<&str>, expected: &str) {
        assert_eq!(decode(bytes, content_type, &mut Vec::new()), expected);
    }

    #[test]
    fn marks_headers_declarations_and_guesses_are_heeded_in_this_order() {
        check("\u{feff}grün".as_bytes(), Some("text/xml; charset=latin1"), "grün");
        check(b"gr\xfcn", Some("text/xml; charset=ISO-8859-1"), "grün");
        check(
            b"<?xml version='1.0' encoding='windows-1252'?><a>gr\xfcn \x80</a>",
            None,
            "<?xml version='1.0' encoding='windows-1252'?><a>grün €</a>",
        );
        check(
            b"Die gr\xfcnen B\xe4ume stehen \xfcber dem Fluss und gl\xe4nzen.",
            None,
            "Die grünen Bäume stehen über dem Fluss und glänzen.",
        );
        check(b"\xff\xfeg\0r\0", None, "gr");
        check(b"\0<\0a\0>", None, "<a>");
    }

    #[test]
    fn utf_32_is_read_with_and_without_a_mark() {
        let wide = |text: &str, bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
            text.chars().flat_map(|c| bytes(u32::from(c))).collect()
        };
        check(&wide("\u{feff}<a>ü", u32::to_le_bytes), None, "<a>ü");
        check(&wide("\u{feff}<a>ü", u32::to_be_bytes), None, "<a>ü");
        check(&wide("<a>ü", u32::to_be_bytes), None, "<a>ü");
    }

    #[test]
    fn of_several_declarations_the_one_that_fits_is_taken() {
        check(
            b"<?xml version='1.0' encoding='windows-1252'?><a>\x93gr\xfcn\x94</a>",
            Some("text/xml; charset=utf-8"),
            "<?xml version='1.0' encoding='windows-1252'?><a>“grün”</a>",
        );
    }

    #[test]
    fn utf_8_with_slips_stays_utf_8() {
        check(b"gr\xc3\xbcn, \xc3\xa4, \x93x\x94, \xc3\xb6\xc3\x9f", None, "grün, ä, “x”, öß");
        check(b"gr\xc3\xbcn \xc3", None, "grün ");
    }

    #[test]
    fn control_characters_go_and_those_of_latin_1_are_what_was_meant() {
        let clean = |text: &str| clean(Cow::Borrowed(text), &mut Vec::new()).into_owned();
        assert_eq!(clean("a\u{8}b\u{92}\u{fffe}c\td"), "ab’c\td");
        assert_eq!(clean("\u{a0}°\u{ff01}"), "\u{a0}°\u{ff01}");
    }

    #[test]
    fn a_wrong_declaration_over_valid_utf_8_is_seen_through() {
        check(
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>grün</a>".as_bytes(),
            None,
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>grün</a>",
        );
        check(
            "<?xml version='1.0' encoding='utf-16'?><a>ü</a>".as_bytes(),
            None,
            "<?xml version='1.0' encoding='utf-16'?><a>ü</a>",
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_decoded(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80), mark in 0..6_usize) {
            let marks: [&[u8]; 6] = [b"", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"<?xml encoding='euc-kr'?>"];
            let text = decode(&[marks[mark], &bytes].concat(), None, &mut Vec::new()).into_owned();
            let clean = clean(Cow::Owned(text), &mut Vec::new());
            proptest::prop_assert!(clean.chars().all(is_legal));
        }
    }
}
