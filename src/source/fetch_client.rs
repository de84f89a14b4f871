//! The HTTP client: who riverd says it is, which addresses it connects to, and what a feed's owner sends along.
//! Promises: names are resolved here and only addresses that the guard allows are handed to the connection, so that what
//! is checked is what is connected to, at every hop and however often a name changes its mind; credentials go to the
//! feed's own origin only, and are never told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{self, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Proxy, RequestBuilder, redirect};
use url::Url;

use crate::config::options::feed::FeedOptions;
use crate::config::options::fetch::FetchOptions;
use crate::source::fetch_error::FetchError;
use crate::source::guard::Guard;
use crate::source::names::Names;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
    application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.3, */*;q=0.1";
/// Most that a server may send ahead of what is read, of one document and of one connection.
const AHEAD_BYTES: (u32, u32) = (256 * 1024, 512 * 1024);
/// How long a connection is kept for the next request.
pub(crate) const IDLE: Duration = Duration::from_secs(15);
/// Header lines of an answer. There is room for all of them whenever an answer's head is read, and a server may send one
/// interim answer after the other.
const MOST_HEADERS: usize = 512;
/// Largest file with credentials.
const CREDENTIALS_BYTES: u64 = 64 * 1024;

/// Resolves names, and keeps only the addresses that may be connected to.
#[derive(Debug)]
struct GuardedResolver {
    guard: Guard,
    names: Names,
    /// The owner's proxy: a trusted hop.
    proxy: Option<String>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, names) = (self.guard.clone(), self.names.clone());
        let trusted = self.proxy.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await.map_err(|error| unresolved(&error))?;
            let (allowed, refused): (Vec<SocketAddr>, Vec<_>) =
                found.into_iter().partition(|at| trusted || guard.allows(at.ip()));
            if let (true, Some(refused)) = (allowed.is_empty(), refused.first()) {
                return Err(Box::new(FetchError::Private(refused.ip().to_string())) as _);
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// A name that does not exist is the host's fault; a resolver that does not answer may be this machine's.
fn unresolved(error: &std::io::Error) -> Box<dyn std::error::Error + Send + Sync> {
    let text = error.to_string();
    let passing = ["emporary failure", "ry again"].iter().any(|part| text.contains(part));
    Box::new(if passing { FetchError::Unreached(text) } else { FetchError::Connect(text) })
}

/// A client with the owner's limits.
pub(crate) fn client(
    options: &FetchOptions,
    guard: &Guard,
    names: &Names,
    http1_only: bool,
) -> Result<Client, FetchError> {
    // A second riverd in one process (tests) finds the provider installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let proxy = Some(&options.proxy).filter(|proxy| !proxy.is_empty());
    let host = proxy.and_then(|proxy| Some(Url::parse(proxy).ok()?.host_str()?.to_owned()));
    let resolver = Arc::new(GuardedResolver { guard: guard.clone(), names: names.clone(), proxy: host });
    let own = own_certificates(&options.ca_file)?;
    let headers = u32::try_from(options.max_headers.0).unwrap_or(u32::MAX);
    let builder = || {
        let builder = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(resolver.clone())
            .connect_timeout(options.connect_timeout)
            .http2_max_header_list_size(headers)
            .http2_initial_stream_window_size(AHEAD_BYTES.0)
            .http2_initial_connection_window_size(AHEAD_BYTES.1)
            // Folded lines are to be read (RFC 9112 section 5.2). Lines that are no headers are passed over: a warning of
            // the server's own software, mostly.
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_max_headers(MOST_HEADERS)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE)
            .tls_certs_merge(own.clone());
        let builder = if http1_only { builder.http1_only() } else { builder };
        match proxy.map(|proxy| Proxy::all(proxy.as_str())) {
            Some(Ok(proxy)) => builder.proxy(proxy),
            _ => builder,
        }
    };
    // Without the system's certificates https cannot work, but http still can.
    let client = builder().build().or_else(|_| builder().tls_certs_only(own.clone()).build());
    client.map_err(|error| FetchError::Client(error.to_string()))
}

/// The certificates that the owner trusts besides the system's.
fn own_certificates(path: &str) -> Result<Vec<Certificate>, FetchError> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let about = |error: &dyn std::fmt::Display| FetchError::Client(format!("fetch.ca_file {path}: {error}"));
    let pem = std::fs::read(path).map_err(|error| about(&error))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| about(&error))?;
    if found.is_empty() { Err(about(&"it holds no certificate")) } else { Ok(found) }
}

/// The request's headers, the same for every feed but for whom to write to.
pub(crate) fn introduced(request: RequestBuilder, contact: &str) -> RequestBuilder {
    let request = request.header(header::ACCEPT, ACCEPT).header(header::USER_AGENT, user_agent(contact));
    request.header(header::ACCEPT_ENCODING, "gzip, br, zstd, deflate")
}

/// `riverd/VERSION (+CONTACT)`.
fn user_agent(contact: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let contact: String = contact.chars().filter(char::is_ascii_graphic).collect();
    if contact.is_empty() { format!("riverd/{version}") } else { format!("riverd/{version} (+{contact})") }
}

/// What the owner's files say to send along with requests to the feed's own origin.
pub(crate) async fn credentials(feed: &FeedOptions) -> Result<Vec<(HeaderName, HeaderValue)>, FetchError> {
    let mut headers = Vec::new();
    if !feed.basic_auth_file.is_empty() {
        let text = small(&feed.basic_auth_file).await?;
        let encoded = format!("Basic {}", base64(text.trim_end_matches(['\r', '\n']).as_bytes()));
        headers.push((header::AUTHORIZATION, secret(&encoded)?));
    }
    if !feed.headers_file.is_empty() {
        for line in small(&feed.headers_file).await?.lines().filter(|line| !line.trim().is_empty()) {
            let wrong = || FetchError::Credentials("a line is not of the form \"Name: value\"".to_owned());
            let (name, value) = line.split_once(':').ok_or_else(wrong)?;
            let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong())?;
            headers.push((name, secret(value.trim())?));
        }
    }
    Ok(headers)
}

async fn small(path: &str) -> Result<String, FetchError> {
    let about = |error: std::io::Error| FetchError::Credentials(format!("{path}: {error}"));
    if tokio::fs::metadata(path).await.map_err(about)?.len() > CREDENTIALS_BYTES {
        return Err(FetchError::Credentials(format!("{path}: larger than {CREDENTIALS_BYTES} bytes")));
    }
    tokio::fs::read_to_string(path).await.map_err(about)
}

fn secret(text: &str) -> Result<HeaderValue, FetchError> {
    let value = HeaderValue::from_bytes(text.as_bytes());
    let mut value = value.map_err(|_| FetchError::Credentials("it holds control characters".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let known = digit <= three.len();
            let index = (bits >> (18 - 6 * digit) & 63) as usize;
            text.push(if known { char::from(DIGITS[index]) } else { '=' });
        }
    }
    text
}

/// Why a request failed, told so that it can be seen whose fault it is. The URL, which may hold credentials, is not told.
pub(crate) fn failure(error: &reqwest::Error) -> FetchError {
    let (mut cause, mut told) = (std::error::Error::source(error), "unknown cause".to_owned());
    let mut verdict = None;
    while let Some(inner) = cause {
        told = inner.to_string();
        match inner.downcast_ref() {
            Some(FetchError::Private(address)) => return FetchError::Private(address.clone()),
            Some(FetchError::Unreached(text)) => return FetchError::Unreached(text.clone()),
            Some(FetchError::Connect(text)) => return FetchError::Connect(text.clone()),
            _ => {}
        }
        verdict = inner.downcast_ref::<std::io::Error>().map(std::io::Error::kind).or(verdict);
        cause = inner.source();
    }
    use std::io::ErrorKind as Kind;
    match verdict {
        Some(Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable) => {
            FetchError::Offline(told)
        }
        Some(Kind::HostUnreachable) => FetchError::Unreached(told),
        _ if error.is_connect() && error.is_timeout() => {
            FetchError::Unreached("no connection in time".to_owned())
        }
        _ if error.is_connect() => FetchError::Connect(told),
        _ => FetchError::Broken(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_encoded_as_the_rfc_says() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn rule_18_the_user_agent_names_riverd_and_whom_to_write_to() {
        assert!(user_agent("").starts_with("riverd/"));
        assert!(user_agent("https://a.example/\r\nX: y").ends_with("(+https://a.example/X:y)"));
    }
}
