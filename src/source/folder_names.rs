//! Names of files as text and back: a name that is no UTF-8 has a key of its own, and the file is found again by it.
//! Promises: two files never share a key; the key of a name that is UTF-8, but for U+FFFD, is that name.

use std::path::{Path, PathBuf};

/// Stands before each byte that is no part of a character, in two hexadecimal digits.
const MARK: char = char::REPLACEMENT_CHARACTER;

/// The key of a path relative to the folder, `/` between the parts on every system.
pub fn key_of(relative: &Path) -> String {
    let parts: Vec<String> =
        relative.components().map(|part| text_of(part.as_os_str().as_encoded_bytes())).collect();
    parts.join("/")
}

fn text_of(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for (at, part) in chunk.valid().split(MARK).enumerate() {
            if at > 0 {
                mark(&mut text, MARK.to_string().as_bytes());
            }
            text.push_str(part);
        }
        mark(&mut text, chunk.invalid());
    }
    text
}

fn mark(text: &mut String, bytes: &[u8]) {
    bytes.iter().for_each(|byte| text.push_str(&format!("{MARK}{byte:02X}")));
}

/// The path, relative to the folder, whose key this is.
pub fn path_of(key: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key;
    while let Some(at) = rest.find(MARK) {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let behind = &rest[at + MARK.len_utf8()..];
        match behind.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.extend_from_slice(MARK.to_string().as_bytes());
                rest = behind;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    from_bytes(bytes)
}

#[cfg(unix)]
fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    let name: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(bytes);
    name.into()
}

#[cfg(not(unix))]
fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn every_name_has_a_key_of_its_own_and_is_found_again_by_it() {
        for (name, key) in [
            (b"zeitungen/Gr\xc3\xbc\xc3\x9fe.txt".as_slice(), "zeitungen/Grüße.txt"),
            (b"Gr\xfc\xdfe.txt", "Gr\u{fffd}FC\u{fffd}DFe.txt"),
            (b"Gr\xfc.txt", "Gr\u{fffd}FC.txt"),
            ("Gr\u{fffd}FC.txt".as_bytes(), "Gr\u{fffd}EF\u{fffd}BF\u{fffd}BDFC.txt"),
            (b"\xff/\xfe", "\u{fffd}FF/\u{fffd}FE"),
        ] {
            let path = Path::new(OsStr::from_bytes(name));
            assert_eq!(key_of(path), key);
            assert_eq!(path_of(key), path);
        }
        assert_eq!(path_of("a\u{fffd}zz"), Path::new("a\u{fffd}zz"));
    }
}
