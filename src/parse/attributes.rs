//! The attributes of an element that stay, written out anew.

use url::Url;

use crate::parse::hyperlink::{candidates, file, page};
use crate::parse::media::Picture;
use crate::parse::policy::{Element, GENERIC, LINKS};
use crate::parse::soup::Tag;

/// Which attributes stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Those of the policy.
    Policy,
    /// Also those by which the readable part of a page is told from the rest of it.
    Structure,
}

/// Attributes by which pages name their parts.
const STRUCTURE: [&str; 6] = ["class", "id", "role", "itemprop", "rel", "hidden"];
/// So many attributes of one tag are looked at.
const MAX_COUNT: usize = 64;
/// No attribute that is no address is longer, in bytes.
const MAX_BYTES: usize = 4_096;

/// The attributes of `tag` as they are to be written: each with a blank before it.
pub fn written(tag: &Tag<'_>, element: &Element, base: Option<&Url>, keep: Keep) -> String {
    let mut out = String::new();
    for (name, value) in tag.attributes().take(MAX_COUNT) {
        let stays =
            |names: &[&'static str]| names.iter().copied().find(|kept| name.eq_ignore_ascii_case(kept));
        let structure = || stays(&STRUCTURE).filter(|_| keep == Keep::Structure);
        let Some(name) = stays(element.attributes).or_else(|| stays(&GENERIC)).or_else(structure) else {
            continue;
        };
        let value = html_escape::decode_html_entities(value);
        if LINKS.contains(&name) {
            page(&value, base).iter().for_each(|address| push(&mut out, name, address));
        } else if value.len() <= MAX_BYTES {
            push(&mut out, name, &value);
        }
    }
    out
}

/// The attributes of a picture.
pub fn of_picture(tag: &Tag<'_>, picture: &Picture) -> String {
    let mut out = String::new();
    push(&mut out, "src", &picture.src);
    picture.srcset.iter().for_each(|srcset| push(&mut out, "srcset", srcset));
    for name in ["sizes", "alt", "title", "width", "height"] {
        let value = tag.attribute(name).filter(|value| value.len() <= MAX_BYTES);
        let fits = |value: &str| match name {
            "width" | "height" => {
                value.bytes().all(|byte| byte.is_ascii_digit()) && !matches!(value, "" | "0" | "1")
            }
            "sizes" => picture.srcset.is_some(),
            _ => true,
        };
        value.filter(|value| fits(value)).iter().for_each(|value| push(&mut out, name, value));
    }
    out
}

/// Whether an attribute that was written by this room may stand in a tree that somebody else built.
pub fn is_sound(element: &str, name: &str, value: &str) -> bool {
    match (element, name) {
        ("img", "src") => file(value, None).is_some(),
        ("img", "srcset") => candidates(value, None).is_some_and(|sound| sound == value),
        (_, name) if LINKS.contains(&name) => page(value, None).is_some(),
        _ => true,
    }
}

fn push(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    html_escape::encode_double_quoted_attribute_to_string(value, out);
    out.push('"');
}
