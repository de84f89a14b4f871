//! Addresses that may be shown: what must not stand in an IRI (RFC 3987) is percent-encoded, and in the addresses of the
//! owner's feeds what is secret is left out.

use std::borrow::Cow;

use url::Url;

/// Parameters that give access to a feed; whoever has such an address is let in.
const SECRETS: [&str; 14] = [
    "token",
    "key",
    "apikey",
    "api_key",
    "auth",
    "access_token",
    "auth_token",
    "private_token",
    "feed_token",
    "rss_token",
    "secret",
    "password",
    "pass",
    "pwd",
];

/// The legal form of an absolute address; `None` if it is none.
pub fn legal(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    let mut legal = String::with_capacity(address.len());
    let text = url.as_str();
    for (at, c) in text.char_indices() {
        let escapes =
            text.as_bytes().get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        if "<>\"{}|\\^`".contains(c) || c.is_whitespace() || c.is_control() || (c == '%' && !escapes) {
            legal.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            legal.push(c);
        }
    }
    Some(legal)
}

/// The address of a feed as others may see it: without user, password, and parameters that give access. `None` if it is
/// no absolute address.
pub fn shown(address: &str) -> Option<String> {
    let mut url = Url::parse(address.trim()).ok()?;
    // An address that can have no user has none to hide.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if let Some(query) = url.query() {
        let kept: Vec<&str> = query.split('&').filter(|parameter| !is_secret(parameter)).collect();
        let kept = (!kept.is_empty()).then(|| kept.join("&"));
        url.set_query(kept.as_deref());
    }
    url.set_fragment(None);
    legal(url.as_str())
}

/// A sentence with every address in it as [`shown`].
pub fn shown_in(sentence: &str) -> String {
    let words: Vec<Cow<'_, str>> = sentence.split(' ').map(hidden).collect();
    words.join(" ")
}

/// What stands around an address in a sentence, and is no part of it.
const AROUND: &[char] = &['(', ')', '"', '\'', ',', ';', ':', '<', '>', '[', ']'];

fn hidden(word: &str) -> Cow<'_, str> {
    if !word.contains("://") {
        return Cow::Borrowed(word);
    }
    let core = word.trim_matches(AROUND);
    let start = word.find(core).unwrap_or_default();
    let (before, after) = (&word[..start], &word[start + core.len()..]);
    // What only looks like an address may hold a secret all the same.
    Cow::Owned(format!("{before}{}{after}", shown(core).unwrap_or_else(|| "(an address)".to_owned())))
}

fn is_secret(parameter: &str) -> bool {
    let name = url::form_urlencoded::parse(parameter.as_bytes()).next().map(|(name, _)| name.to_lowercase());
    name.is_some_and(|name| SECRETS.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_stand_in_an_iri_is_encoded() {
        assert_eq!(
            legal("https://a.example/x y|z?q={1}%zz").as_deref(),
            Some("https://a.example/x%20y%7Cz?q=%7B1%7D%25zz")
        );
        assert_eq!(legal("not an address"), None);
    }

    #[test]
    fn what_gives_access_to_a_feed_is_not_shown() {
        for (address, expected) in [
            ("https://me:secret@a.example/feed", "https://a.example/feed"),
            ("https://a.example/feed?Token=1&lang=de", "https://a.example/feed?lang=de"),
            ("https://a.example/feed?api%5Fkey=1", "https://a.example/feed"),
            ("https://a.example/feed?a=1&b=2#x", "https://a.example/feed?a=1&b=2"),
            ("https://a.example/monkey?keys=1", "https://a.example/monkey?keys=1"),
        ] {
            assert_eq!(shown(address).as_deref(), Some(expected), "{address}");
        }
        assert_eq!(shown("file:a"), Some("file:///a".to_owned()));
    }

    #[test]
    fn addresses_in_sentences_are_shown_without_their_secrets() {
        for (text, expected) in [
            ("cannot connect to (https://u:p@a.example/)", "cannot connect to (https://a.example/)"),
            ("see \"https://a.example/?token=1\", then", "see \"https://a.example/\", then"),
            ("odd x://u:p@", "odd (an address)"),
            ("plain: words", "plain: words"),
        ] {
            assert_eq!(shown_in(text), expected);
        }
    }
}
