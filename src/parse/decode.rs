//! Bytes to text: byte order mark, HTTP charset, XML declaration, valid UTF-8, guess, in this order of trust.
//! Promises: never fails; says which encoding it took and complains where the text does not fit it.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE};

use crate::model::complaint::Complaint;
use crate::parse::mac_roman;

/// How far into a document a declaration is looked for.
const HEAD_BYTES: usize = 1_024;

/// Decodes a document. `content_type` is the HTTP header, if there was one.
pub fn decode(bytes: &[u8], content_type: Option<&str>, complaints: &mut Vec<Complaint>) -> String {
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(bytes) {
        return with(encoding, &bytes[mark_bytes..], complaints);
    }
    if let Some(encoding) = wide(bytes) {
        return with(encoding, bytes, complaints);
    }
    let declared =
        declared(bytes, content_type).filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE);
    match (std::str::from_utf8(bytes), declared) {
        (Ok(text), Some(encoding))
            if encoding == UTF_8 || !text.is_ascii() || encoding.is_ascii_compatible() =>
        {
            text.to_owned()
        }
        (Ok(text), None) => text.to_owned(),
        (_, Some(encoding)) if encoding != UTF_8 => with(encoding, bytes, complaints),
        _ => guess(bytes, complaints),
    }
}

/// UTF-16 without a mark shows by the zero bytes around its first `<` or letter.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.get(..4)? {
        [0, a, 0, b] if *a != 0 && *b != 0 => Some(UTF_16BE),
        [a, 0, b, 0] if *a != 0 && *b != 0 => Some(UTF_16LE),
        _ => None,
    }
}

fn declared(bytes: &[u8], content_type: Option<&str>) -> Option<&'static Encoding> {
    let header = content_type.and_then(|value| label_after(value, "charset="));
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES)]);
    let declaration =
        head.trim_start().starts_with("<?xml").then(|| label_after(&head, "encoding=")).flatten();
    let meta = label_after(&head, "charset=");
    let labels = [header, declaration, meta];
    labels.into_iter().flatten().find_map(|label| Encoding::for_label(label.as_bytes()))
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

fn guess(bytes: &[u8], complaints: &mut Vec<Complaint>) -> String {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Allow);
    let encoding = if mac_roman::is_likely(bytes) { MACINTOSH } else { encoding };
    let text = format!("no encoding fits as declared, read as {}", encoding.name());
    complaints.push(Complaint::new("encoding", text));
    with(encoding, bytes, complaints)
}

fn with(encoding: &'static Encoding, bytes: &[u8], complaints: &mut Vec<Complaint>) -> String {
    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
    if malformed {
        let text = format!("some bytes are not valid {} and were replaced", encoding.name());
        complaints.push(Complaint::new("encoding", text));
    }
    text.into_owned()
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
}
