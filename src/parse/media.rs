//! Pictures in HTML: lazy ones restored, counters out, every address absolute and checked.

use url::Url;

use crate::parse::hyperlink::{candidates, file, largest, resolved};
use crate::parse::pixels::{counts, is_placeholder, is_unseen};
use crate::parse::soup::Tag;

/// What is to be written where an image stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Absolute.
    pub src: String,
    /// Each address absolute.
    pub srcset: Option<String>,
    /// Whether `src` came from an attribute that a script would have read.
    pub lazy: bool,
}

/// What an image tag shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A picture.
    Picture(Picture),
    /// A picture that cannot be had: its text stands for it.
    Text(String),
    /// A counter of readers.
    Nothing,
}

/// Attributes that hold the true address until a script moves it.
const LAZY: [&str; 10] = [
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-lazyload",
    "data-actualsrc",
    "data-orig-file",
    "data-hi-res-src",
    "data-image",
    "data-url",
];
const LAZY_SETS: [&str; 3] = ["data-srcset", "data-lazy-srcset", "data-original-set"];

/// Reads an image tag. `around`: the `srcset` of the `<picture>` it stands in.
pub fn picture(tag: &Tag<'_>, base: Option<&Url>, around: Option<&str>) -> Shown {
    let written = tag.attribute("src").unwrap_or_default();
    let (width, height, style) = (tag.attribute("width"), tag.attribute("height"), tag.attribute("style"));
    let counter = resolved(&written, base).is_some_and(|url| counts(&url));
    let late = tag.first(&LAZY);
    if counter || (late.is_none() && is_unseen(width.as_deref(), height.as_deref(), style.as_deref())) {
        return Shown::Nothing;
    }
    let set = tag.first(&["srcset"]).or_else(|| tag.first(&LAZY_SETS));
    let srcset = set.as_deref().and_then(|set| candidates(set, base));
    let true_src = Some(written.as_ref()).filter(|src| !src.trim().is_empty() && !is_placeholder(src));
    let src = true_src.and_then(|src| file(src, base));
    let lazy = late.and_then(|late| file(&late, base)).filter(|_| src.is_none());
    let is_lazy = lazy.is_some();
    let of_set = || set.as_deref().and_then(|set| largest(set, base));
    let of_around = || around.and_then(|set| largest(set, base));
    let found = src.or(lazy).or_else(of_set).or_else(of_around).or_else(|| file(&written, base));
    match found {
        Some(src) => Shown::Picture(Picture { src, srcset, lazy: is_lazy }),
        None => Shown::Text(tag.attribute("alt").unwrap_or_default().trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::soup::{Soup, Token};

    fn shown(html: &str) -> String {
        let base = Url::parse("https://a.example/n/1").expect("a base");
        let Some(Token::Open(tag)) = Soup::new(html).next() else { panic!("no tag: {html}") };
        match picture(&tag, Some(&base), None) {
            Shown::Picture(picture) => {
                picture.src + &picture.srcset.map_or(String::new(), |set| format!(" | {set}"))
            }
            Shown::Text(text) => format!("[{text}]"),
            Shown::Nothing => String::new(),
        }
    }

    #[test]
    fn lazy_pictures_are_restored_and_counters_go() {
        for (html, expected) in [
            ("<img src=/a.png>", "https://a.example/a.png"),
            ("<img src='data:image/gif;base64,R0' data-src='b.jpg'>", "https://a.example/n/b.jpg"),
            (
                "<img class=lazy src=/x/blank.gif data-original=/b.jpg width=1 height=1>",
                "https://a.example/b.jpg",
            ),
            ("<img src=/true.jpg data-src=/other.jpg>", "https://a.example/true.jpg"),
            (
                "<img data-srcset='/s 1x, /l 2x'>",
                "https://a.example/l | https://a.example/s 1x, https://a.example/l 2x",
            ),
            ("<img src=/p.gif width=1 height=1>", ""),
            ("<img src=https://vg01.met.vgwort.de/na/x width=100>", ""),
            ("<img src='javascript:x()' alt='Die Brücke'>", "[Die Brücke]"),
            ("<img src=/lazy.png>", "https://a.example/lazy.png"),
            ("<img>", "[]"),
        ] {
            assert_eq!(shown(html), expected, "{html}");
        }
    }
}
