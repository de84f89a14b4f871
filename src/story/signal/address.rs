//! Do two entries name the same page or the same article of a publisher?
//! Deliberately not here: whether that is enough. A live ticker tells many stories under one address.

use crate::story::fingerprint::Fingerprint;

/// 1 if both have the same link of an article, else 0. Front pages have none.
pub fn same_link(a: &Fingerprint, b: &Fingerprint) -> f64 {
    f64::from(u8::from(a.link != 0 && a.link == b.link))
}

/// 1 if the slugs of both links are the same words, else 0.
pub fn same_slug(a: &Fingerprint, b: &Fingerprint) -> f64 {
    f64::from(u8::from(a.slug != 0 && a.slug == b.slug))
}

/// 1 if the publisher gives both the same article number, else 0.
pub fn same_article(a: &Fingerprint, b: &Fingerprint) -> f64 {
    f64::from(u8::from(a.article != 0 && a.article == b.article))
}
