//! Persons: names, addresses and home pages, in elements of their own or all in one text.

use crate::model::feed::Person;
use crate::parse::link::absolute;
use crate::parse::text::{fold, plain};
use crate::parse::tree::Element;

/// The person an element names, by children (Atom) or text (RSS, Dublin Core); `None` if it names none.
pub fn person(element: &Element<'_>) -> Option<Person> {
    let child = |names: &[&str]| {
        let found = element.children().find(|child| names.contains(&child.name.as_ref()));
        found.map(|child| fold(&child.text())).filter(|text| !text.is_empty())
    };
    if !element.has_elements() {
        return of_text(&element.text());
    }
    let name = child(&["name"]);
    let email = child(&["email"]);
    let uri =
        child(&["uri", "url", "homepage", "href"]).and_then(|uri| absolute(&uri, element.base.as_deref()));
    match (name, email) {
        (Some(name), None) => of_text(&name).map(|person| Person { uri, ..person }),
        (None, None) if uri.is_none() => of_text(&element.text()),
        (name, email) => Some(Person { name: name.unwrap_or_default(), email, uri }),
    }
}

/// `ann@a.example (Ann)`, `Ann <ann@a.example>`, an address, or a name.
pub fn of_text(text: &str) -> Option<Person> {
    let text = if text.contains('<') && text.contains("</") { plain(text) } else { fold(text) };
    if text.is_empty() {
        return None;
    }
    let Some((start, end)) = email(&text) else {
        let name = text.strip_prefix("mailto:").unwrap_or(&text).to_owned();
        return Some(Person { name, ..Person::default() });
    };
    let before = text[..start].trim_end_matches("mailto:");
    let rest = format!("{before} {}", &text[end..]);
    let name = fold(rest.trim_matches(|c: char| c.is_whitespace() || "()<>[]{}（）\"',;:-".contains(c)));
    Some(Person { name, email: Some(text[start..end].to_owned()), uri: None })
}

/// Where in a text the first e-mail address stands.
fn email(text: &str) -> Option<(usize, usize)> {
    let is_local = |c: char| c.is_ascii_alphanumeric() || "._%+-'".contains(c);
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    text.match_indices('@').find_map(|(at, _)| {
        let start = at - text[..at].chars().rev().take_while(|c| is_local(*c)).count();
        let length = text[at + 1..].chars().take_while(|c| is_host(*c)).count();
        let host = text[at + 1..at + 1 + length].trim_end_matches(['.', '-']);
        let (name, top) = host.rsplit_once('.')?;
        let sound = start < at && !name.is_empty() && top.len() >= 2;
        sound.then_some((start, at + 1 + host.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, name: &str, email: Option<&str>) {
        let person = of_text(text).expect("a person");
        assert_eq!((person.name.as_str(), person.email.as_deref()), (name, email), "{text}");
    }

    #[test]
    fn names_and_addresses_in_one_text_are_told_apart() {
        check("ann@a.example (Ann Bo)", "Ann Bo", Some("ann@a.example"));
        check("Ann Bo <ann+x@a.example>", "Ann Bo", Some("ann+x@a.example"));
        check("Ann Bo (ann@a.example)", "Ann Bo", Some("ann@a.example"));
        check("mailto:ann@a.example", "", Some("ann@a.example"));
        check("山田太郎（foo@example.com）", "山田太郎", Some("foo@example.com"));
        check(" Ann \n Bo ", "Ann Bo", None);
        check("@ann", "@ann", None);
        check("ann@localhost", "ann@localhost", None);
        check("Jean-Luc (x)", "Jean-Luc (x)", None);
        assert_eq!(of_text("  "), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "[a@.é（）<>() -]{0,30}") { of_text(&text); }
    }
}
