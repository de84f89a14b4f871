//! Who may read a private river: whoever has its secret, in the path (`/SECRET/NAME.atom`) or as the password of Basic
//! authentication (RFC 7617) for `/NAME.atom`.
//! Promises: secrets are kept as hashes, compared in the same time whatever is given, and shown in no log; for a wrong
//! secret in a path there is no such path; without any, `/NAME.atom` asks for the password, so that a name is no secret.
//! Deliberately not here: where secrets come from.

use std::collections::BTreeMap;
use std::fmt;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A hash of what opens something.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seal([u8; 32]);

impl Seal {
    fn of(text: &[u8]) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Looks at every byte, whatever it finds.
    fn opens(self, given: &[u8]) -> bool {
        let given = Self::of(given);
        let differences = self.0.iter().zip(given.0).fold(0, |seen, (ours, theirs)| seen | (ours ^ theirs));
        std::hint::black_box(differences) == 0
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sealed")
    }
}

/// What opens one river.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lock {
    path: Seal,
    /// Of `user:secret` as it stands in the header.
    basic: Seal,
}

/// The locks of all private rivers, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locks(BTreeMap<String, Lock>);

/// What a request may see.
#[derive(Debug, PartialEq, Eq)]
pub enum Pass<'a> {
    /// What everyone may see.
    Public,
    /// This path of a private river.
    Private(&'a str),
    /// Nothing of this private river.
    Refused(&'a str),
}

/// The river that a path is of: `/NAME`, `/NAME.atom`, `/NAME/…`, `/archive/NAME/…`.
pub(crate) fn river_of(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_prefix("archive/").unwrap_or(path);
    path.split(['.', '/']).next().unwrap_or(path)
}

impl Locks {
    /// Locks a river.
    pub fn add(&mut self, river: &str, user: &str, secret: &str) {
        let basic = Seal::of(STANDARD.encode(format!("{user}:{secret}")).as_bytes());
        self.0.insert(river.to_owned(), Lock { path: Seal::of(secret.as_bytes()), basic });
    }

    /// Whether the path is of a private river.
    pub fn is_private(&self, path: &str) -> bool {
        self.0.contains_key(river_of(path))
    }

    /// What a request for this path, with these headers, may see.
    pub fn pass<'a>(&self, path: &'a str, headers: &HeaderMap) -> Pass<'a> {
        if self.0.is_empty() {
            return Pass::Public;
        }
        if let Some(inner) = self.opened(path) {
            return Pass::Private(inner);
        }
        let river = river_of(path);
        match self.0.get(river) {
            None => Pass::Public,
            Some(lock) if lock.is_opened_by(headers) => Pass::Private(path),
            Some(_) => Pass::Refused(river),
        }
    }

    /// The path behind the secret of the river that it is of.
    fn opened<'a>(&self, path: &'a str) -> Option<&'a str> {
        let end = 1 + path.strip_prefix('/')?.find('/')?;
        let (secret, inner) = (&path[1..end], &path[end..]);
        let lock = self.0.get(river_of(inner))?;
        lock.path.opens(secret.as_bytes()).then_some(inner)
    }

    /// The path as a log may show it: without what opens any river.
    pub fn shown<'a>(&self, path: &'a str) -> std::borrow::Cow<'a, str> {
        let is_secret = |part: &str| self.0.values().any(|lock| lock.path.opens(part.as_bytes()));
        if self.0.is_empty() || !path.split('/').any(is_secret) {
            return path.into();
        }
        path.split('/')
            .map(|part| if is_secret(part) { "…" } else { part })
            .collect::<Vec<_>>()
            .join("/")
            .into()
    }
}

impl Lock {
    fn is_opened_by(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        let (scheme, rest) = given.split_at(given.len().min(6));
        scheme.eq_ignore_ascii_case(b"basic ") && self.basic.opens(rest.trim_ascii())
    }
}

/// The answer to who has no secret.
pub fn refused(river: &str) -> Response {
    let ask = format!("Basic realm=\"{river}\", charset=\"UTF-8\"");
    let headers = [(header::WWW_AUTHENTICATE, ask), (header::CACHE_CONTROL, "no-store".to_owned())];
    (StatusCode::UNAUTHORIZED, headers, "this river is private\n").into_response()
}

/// Takes from an answer what belongs to public ones: other sites' scripts and shared caches get nothing.
pub fn make_private(headers: &mut HeaderMap) {
    headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    let age = headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
    let age = age.and_then(|value| value.split(',').map(str::trim).find(|part| part.starts_with("max-age=")));
    let value = age.map_or_else(|| "private".to_owned(), |age| format!("private, {age}"));
    if let Ok(value) = HeaderValue::from_str(&value) {
        headers.insert(header::CACHE_CONTROL, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "correct-horse-battery";

    fn locks() -> Locks {
        let mut locks = Locks::default();
        locks.add("work", "reader", SECRET);
        locks.add("home", "me", "another-secret-0123");
        locks
    }

    #[track_caller]
    fn check(path: &str, basic: Option<&str>, expected: &Pass<'_>) {
        let mut headers = HeaderMap::new();
        let value = |text| format!("bAsIc {}", STANDARD.encode(text)).parse().expect("a header");
        headers.extend(basic.map(|text| (header::AUTHORIZATION, value(text))));
        assert_eq!(&locks().pass(path, &headers), expected, "{path} {basic:?}");
    }

    #[test]
    fn a_private_river_opens_to_its_own_secret_alone() {
        let right = format!("reader:{SECRET}");
        check("/river.atom", None, &Pass::Public);
        check("/", None, &Pass::Public);
        check("/work.atom", None, &Pass::Refused("work"));
        check("/archive/work/1.atom", None, &Pass::Refused("work"));
        check("/archive/river/1.atom", None, &Pass::Public);
        check("/work", Some("reader:wrong"), &Pass::Refused("work"));
        check("/work/archive/1.atom", Some("someone:correct-horse-battery"), &Pass::Refused("work"));
        check("/work.atom", Some(&right), &Pass::Private("/work.atom"));
        check("/home.atom", Some(&right), &Pass::Refused("home"));
        check(&format!("/{SECRET}/work.atom"), None, &Pass::Private("/work.atom"));
        check(&format!("/{SECRET}/work/1.atom"), None, &Pass::Private("/work/1.atom"));
        check(&format!("/{SECRET}/home.atom"), None, &Pass::Public);
        check(&format!("/{SECRET}/river.atom"), None, &Pass::Public);
        check("/wrong-secret/work.atom", None, &Pass::Public);
        check("//work.atom", None, &Pass::Public);
    }

    #[test]
    fn no_secret_is_shown() {
        let locks = locks();
        assert_eq!(locks.shown(&format!("/{SECRET}/work.atom")), "/…/work.atom");
        assert_eq!(locks.shown(&format!("/x/{SECRET}")), "/x/…");
        assert_eq!(locks.shown("/work.atom"), "/work.atom");
        let told = format!("{locks:?}");
        assert!(told.contains("sealed") && !told.contains("horse"), "{told}");
    }
}
