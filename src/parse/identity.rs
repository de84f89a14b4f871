//! Ids: what an entry is known by, and the id that readers see. Never random: the same item gives the same id.

use sha2::{Digest, Sha256};
use url::Url;

use crate::model::entry::Entry;

/// The authority of tag URIs (RFC 4151) for what has no web address of its own.
const LOCAL: &str = "riverd.local";
/// The year in minted tag URIs: fixed, so that an id minted again is the same id.
const YEAR: &str = "2026";

/// A short stable hash of some texts, as 24 hex digits.
pub fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// What an entry without an id of its own is known by: its link, else its title and text.
pub fn fallback_id(link: Option<&str>, title: &str, text: &str) -> String {
    link.map_or_else(|| format!("urn:riverd:{}", digest(&[title, text])), str::to_owned)
}

/// The id of the one entry of an article file: of its path alone, so that editing keeps it.
pub fn file_id(path: &str) -> String {
    format!("tag:{LOCAL},{YEAR}:file/{}", digest(&[path]))
}

/// The id of an entry for readers: the publisher's if it is a sound absolute IRI, else minted from feed and id.
pub fn entry_atom_id(feed_key: &str, entry: &Entry) -> String {
    if is_sound_iri(&entry.id) {
        return entry.id.clone();
    }
    format!("tag:{},{YEAR}:entry/{}", authority(feed_key), digest(&[feed_key, &entry.id]))
}

/// The id of a feed for readers, where its publisher gave none that is sound.
pub fn feed_atom_id(feed_key: &str, given: Option<&str>) -> String {
    match given {
        Some(id) if is_sound_iri(id) => id.to_owned(),
        _ => format!("tag:{},{YEAR}:feed/{}", authority(feed_key), digest(&[feed_key])),
    }
}

/// The id of a story for readers, minted from its first entry. Those of one feed begin alike, so that the entries of a
/// document stand side by side in the store's indexes: at hundreds of thousands each would else be on a page of its own.
pub fn story_atom_id(feed_key: &str, entry: &Entry) -> String {
    let feed = digest(&[feed_key]);
    format!("tag:{LOCAL},{YEAR}:story/{}{}", &feed[..8], digest(&[feed_key, &entry.id]))
}

/// The id of a river for readers; `store` tells this riverd from others.
pub fn river_atom_id(store: &str, river: &str) -> String {
    format!("tag:{LOCAL},{YEAR}:river/{}/{river}", digest(&[store]))
}

/// The id of a notice for readers, by its row; `store` tells this riverd from others.
pub fn notice_atom_id(store: &str, row: i64) -> String {
    format!("tag:{LOCAL},{YEAR}:notice/{}/{row}", digest(&[store]))
}

fn authority(feed_key: &str) -> String {
    let host = Url::parse(feed_key).ok().and_then(|url| url.host_str().map(str::to_owned));
    let named = host.filter(|host| host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-'));
    named.unwrap_or_else(|| LOCAL.to_owned())
}

/// An absolute IRI that may stand in `atom:id` as it is (RFC 4287 section 4.2.6, RFC 3987).
fn is_sound_iri(id: &str) -> bool {
    let Some((scheme, rest)) = id.split_once(':') else { return false };
    let known = ["http", "https", "tag", "urn", "uuid", "ni", "at"].contains(&scheme);
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c);
    let web = !scheme.starts_with("http") || Url::parse(id).is_ok_and(|url| url.has_host());
    known
        && web
        && rest.len() > 2
        && id.len() <= 2_000
        && !id.contains(forbidden)
        && percent_is_right(id)
        && named(scheme, rest)
}

/// What `urn:` and `tag:` must look like inside (RFC 8141, RFC 4151).
fn named(scheme: &str, rest: &str) -> bool {
    match scheme {
        "urn" => {
            rest.split_once(':').is_some_and(|(space, name)| space.len() >= 2 && !name.is_empty())
                && rest.is_ascii()
        }
        "tag" => rest.split_once(':').is_some_and(|(entity, _)| {
            entity.split_once(',').is_some_and(|(who, date)| {
                !who.is_empty() && date.len() >= 4 && date.bytes().all(|b| b.is_ascii_digit() || b == b'-')
            })
        }),
        _ => true,
    }
}

fn percent_is_right(text: &str) -> bool {
    text.match_indices('%').all(|(at, _)| {
        text.as_bytes().get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_ids_are_kept_and_others_minted_the_same_each_time() {
        let id = |id: &str| {
            let entry = Entry { id: id.to_owned(), ..Entry::default() };
            entry_atom_id("https://a.example/feed", &entry)
        };
        for kept in ["https://a.example/?p=1", "tag:a.example,2020:1", "urn:uuid:f81d4fae-7dec"] {
            assert_eq!(id(kept), kept);
        }
        for minted in [
            "123",
            "post with space",
            "https://a b",
            "tag:no-date:1",
            "x:%zz",
            "http://",
            "javascript:alert(1)",
        ] {
            assert!(id(minted).starts_with("tag:a.example,2026:entry/"), "{minted}");
            assert_eq!(id(minted), id(minted));
        }
    }

    #[test]
    fn stories_of_one_feed_begin_alike_and_are_told_apart() {
        let id = |feed: &str, id: &str| story_atom_id(feed, &Entry { id: id.to_owned(), ..Entry::default() });
        let (one, other) = (id("https://a.example/", "1"), id("https://a.example/", "2"));
        let common = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        assert!(one != other && common >= 36, "{one} {other}");
        assert_ne!(id("https://b.example/", "1")[..36], one[..36]);
    }
}
