//! Addresses that may stand in `href` as they are (RFC 3987): what must not stand there is percent-encoded.

use url::Url;

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
}
