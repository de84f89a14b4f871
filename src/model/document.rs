//! A document: bytes as received, and where they came from.

use std::borrow::Cow;

use bytes::Bytes;

use crate::model::time::Timestamp;
use crate::model::websub::Named;

/// Where a document comes from. Also the identity of the feed that it updates.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A remote feed, by the URL the owner subscribed to (not the one a redirect led to).
    Remote(String),
    /// A file, by its path relative to the watched folder, `/` between the parts on every system.
    File(String),
}

impl Origin {
    /// The key under which the store knows the feed: the URL itself, or `file:` and the path.
    pub fn key(&self) -> String {
        match self {
            Self::Remote(url) => url.clone(),
            Self::File(path) => format!("file:{path}"),
        }
    }

    /// The inverse of [`Origin::key`].
    pub fn from_key(key: &str) -> Self {
        match key.strip_prefix("file:") {
            Some(path) => Self::File(path.to_owned()),
            None => Self::Remote(key.to_owned()),
        }
    }
}

/// What a server gave to recognise its answer by (RFC 9110 section 8.8). Opaque bytes, sent back verbatim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` header, quotes and `W/` included; `None` if the server sent none.
    pub etag: Option<Vec<u8>>,
    /// The `Last-Modified` header as sent; `None` if the server sent none.
    pub last_modified: Option<Vec<u8>>,
}

/// What tells one version of a file from another without reading it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FileStamp {
    /// Modification time, nanoseconds since 1970, UTC.
    pub modified_ns: i64,
    /// Length in bytes.
    pub size: u64,
    /// Inode number; survives a rename within one file system. 0 where there is none.
    pub inode: u64,
}

/// How a version of a document is recognised the next time. Committed with the entries it vouches for, last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// A server's own validators.
    Http(Validators),
    /// A file's stamp.
    File(FileStamp),
}

/// Bytes as received, decompressed but not decoded, and all that was said about them.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it comes from.
    pub origin: Origin,
    /// The body.
    pub bytes: Bytes,
    /// The `Content-Type` header as sent; `None` for files and where a server sent none.
    pub content_type: Option<String>,
    /// The absolute URL it was finally read from: the base of relative links. `None` for files.
    pub url: Option<String>,
    /// File: modification time. Remote: `None`; an HTTP `Last-Modified` is a validator, not a date.
    pub modified: Option<Timestamp>,
    /// How to recognise this version the next time.
    pub version: Version,
    /// What `Link` headers say of its hubs. Nothing for files.
    pub named: Named,
}

/// A URL as it may be shown: without the name and password that may stand in it.
pub fn shown(url: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = url.split_once("://") else { return Cow::Borrowed(url) };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => Cow::Owned(format!("{scheme}://{}", &rest[at + 1..])),
        None => Cow::Borrowed(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_21_credentials_in_a_url_are_never_shown() {
        for (url, safe) in [
            ("https://me:secret@a.example/f@x", "https://a.example/f@x"),
            ("https://me@a.example", "https://a.example"),
            ("https://a.example/f?to=x@y", "https://a.example/f?to=x@y"),
            ("a/b.txt", "a/b.txt"),
        ] {
            assert_eq!(shown(url), safe);
        }
    }
}
