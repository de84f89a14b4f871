//! What is no text though its name says so: told by its first bytes, or by the noise it makes as text.

/// First bytes, where they stand, and what begins so.
const MAGIC: [(usize, &[u8], &str); 33] = [
    (0, b"\x89PNG\r\n", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF87a", "a GIF image"),
    (0, b"GIF89a", "a GIF image"),
    (8, b"WEBP", "a WebP image"),
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (0, b"\0\0\x01\0", "an icon"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"PK\x05\x06", "an empty ZIP archive"),
    (0, b"\x1f\x8b", "gzip data"),
    (0, b"BZh", "bzip2 data"),
    (0, b"\xfd7zXZ\0", "XZ data"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"\x28\xb5\x2f\xfd", "zstd data"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"),
    (0, b"\0asm", "a program"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"ID3", "an MP3 recording"),
    (0, b"OggS", "an Ogg recording"),
    (0, b"fLaC", "a FLAC recording"),
    (8, b"WAVE", "a WAV recording"),
    (4, b"ftyp", "an MP4 film"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska film"),
];

/// What the bytes are, by how they begin; `None`: nothing that is known here.
pub fn named(bytes: &[u8]) -> Option<&'static str> {
    let found =
        MAGIC.iter().find(|(at, magic, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)))?;
    // Letters may begin a text, too: what follows them in a file of that kind would not.
    let letters = found.1.iter().all(u8::is_ascii_alphanumeric);
    let control = |byte: &u8| *byte < 9 || (14..27).contains(byte) || *byte >= 0x80;
    (!letters || bytes.iter().take(64).any(control)).then_some(found.2)
}

/// How much of a text is listened to, in characters.
const LOOK_CHARS: usize = 8_192;

/// Whether a text is full of what no text is made of: control characters, and signs for bytes that stood for nothing.
pub fn is_noise(text: &str) -> bool {
    let (mut all, mut noise) = (0_usize, 0_usize);
    for character in text.chars().take(LOOK_CHARS) {
        all += 1;
        let is_control =
            character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\x0c' | '\x1b' | '\u{85}');
        noise += usize::from(is_control || character == char::REPLACEMENT_CHARACTER);
    }
    noise > 8 && noise * 25 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_kinds_are_named() {
        for (bytes, expected) in [
            (b"\x89PNG\r\n\x1a\n\0\0".as_slice(), Some("a PNG image")),
            (b"PK\x03\x04\x14\0".as_slice(), Some("a ZIP archive or an office document")),
            (b"ID3\x04\0\0".as_slice(), Some("an MP3 recording")),
            (b"ID3 tags are explained here".as_slice(), None),
            (b"BZh is how bzip2 begins".as_slice(), None),
            (b"Was in der WAVE steht".as_slice(), None),
            (b"".as_slice(), None),
            ("Grüne Bäume".as_bytes(), None),
        ] {
            assert_eq!(named(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn noise_is_no_text_and_a_stray_control_character_does_not_make_noise() {
        assert!(is_noise(&"\u{1}\u{fffd}a\0".repeat(50)));
        assert!(!is_noise(&format!("{}\0\u{1}{}", "Text ".repeat(100), "\u{fffd}".repeat(6))));
        assert!(!is_noise("\t\r\n\u{fffd}"));
    }
}
