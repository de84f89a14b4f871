//! One rendering of a river: immutable bytes in every encoding they are served in, with their validators.
//! Promises: made once for each change, never for each request; the validators come from content and data alone.

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use crate::model::time::Timestamp;

/// Bytes to serve, and their strong entity tag, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The bytes.
    pub bytes: Bytes,
    /// As in the `ETag` header.
    pub etag: String,
}

/// One rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// As in the `Content-Type` header.
    pub media_type: &'static str,
    /// As they are.
    pub identity: Body,
    /// Gzipped.
    pub gzip: Body,
    /// Date of the newest thing in it.
    pub updated: Timestamp,
}

impl Edition {
    /// The edition of these bytes.
    pub fn new(bytes: Vec<u8>, media_type: &'static str, updated: Timestamp) -> Self {
        let hash: String = Sha256::digest(&bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let gzip = Body { bytes: gzip(&bytes).into(), etag: format!("\"{hash}-gzip\"") };
        let identity = Body { bytes: bytes.into(), etag: format!("\"{hash}\"") };
        Self { media_type, identity, gzip, updated }
    }
}

/// Without time and name in the header, so that the same bytes give the same bytes.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().write(Vec::with_capacity(bytes.len() / 4), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}
