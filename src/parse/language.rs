//! Which language a text is in.

/// Shortest text, in characters, for which a guess is worth anything.
const ENOUGH_CHARS: usize = 24;
/// How much of a text is looked at, in characters.
const LOOK_CHARS: usize = 400;

/// BCP 47 primary subtag of the language of a plain text; `None` where the guess is not reliable.
pub fn detect(text: &str) -> Option<String> {
    let end = text.char_indices().nth(LOOK_CHARS).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    if text.chars().count() < ENOUGH_CHARS {
        return None;
    }
    let guess = whatlang::detect(text).filter(whatlang::Info::is_reliable)?;
    two_letters(guess.lang().code()).map(str::to_owned)
}

/// A declared language as a BCP 47 tag: `de_DE` becomes `de-DE`; `None` if it cannot be one.
pub fn declared(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let mut parts = tag.split('-');
    let primary = parts.next()?.to_ascii_lowercase();
    let right = |part: &str, least: usize| {
        (least..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    if !right(&primary, 2) || primary.len() > 3 || !primary.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let rest: Vec<_> = parts.map(str::to_owned).collect();
    if !rest.iter().all(|part| right(part, 1)) {
        return None;
    }
    Some(std::iter::once(primary).chain(rest).collect::<Vec<_>>().join("-"))
}

/// ISO 639-3 as whatlang gives it to ISO 639-1 as BCP 47 wants it.
fn two_letters(code: &str) -> Option<&'static str> {
    const CODES: [(&str, &str); 42] = [
        ("deu", "de"),
        ("eng", "en"),
        ("fra", "fr"),
        ("spa", "es"),
        ("ita", "it"),
        ("por", "pt"),
        ("nld", "nl"),
        ("rus", "ru"),
        ("ukr", "uk"),
        ("pol", "pl"),
        ("ces", "cs"),
        ("slk", "sk"),
        ("slv", "sl"),
        ("hrv", "hr"),
        ("srp", "sr"),
        ("bul", "bg"),
        ("mkd", "mk"),
        ("bel", "be"),
        ("lit", "lt"),
        ("lav", "lv"),
        ("est", "et"),
        ("fin", "fi"),
        ("swe", "sv"),
        ("dan", "da"),
        ("nob", "nb"),
        ("hun", "hu"),
        ("ron", "ro"),
        ("ell", "el"),
        ("tur", "tr"),
        ("ara", "ar"),
        ("heb", "he"),
        ("pes", "fa"),
        ("hin", "hi"),
        ("ben", "bn"),
        ("tam", "ta"),
        ("cmn", "zh"),
        ("jpn", "ja"),
        ("kor", "ko"),
        ("tha", "th"),
        ("vie", "vi"),
        ("ind", "id"),
        ("cat", "ca"),
    ];
    CODES.iter().find(|(three, _)| *three == code).map(|(_, two)| *two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_and_english_are_told_apart_and_scraps_are_not_guessed() {
        let check = |text, expected: Option<&str>| assert_eq!(detect(text).as_deref(), expected, "{text}");
        check(
            "Der Rat der Stadt hat am Mittwoch beschlossen, die alte Brücke über den Fluss zu erneuern.",
            Some("de"),
        );
        check(
            "The council decided on Wednesday that the old bridge over the river will be renewed.",
            Some("en"),
        );
        check("Ok", None);
    }

    #[test]
    fn declared_tags_are_put_right() {
        assert_eq!(declared("DE_ch").as_deref(), Some("de-ch"));
        assert_eq!(declared("en-US").as_deref(), Some("en-US"));
        assert_eq!(declared("german language"), None);
        assert_eq!(declared(""), None);
    }
}
