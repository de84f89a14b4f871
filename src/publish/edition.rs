//! One rendering: immutable bytes in every encoding they are served in, with their validators.
//! Promises: made once for each change, never for each request; the same bytes have the same tags and the same encoded
//! bytes, on every machine and day.
//!
//! The levels are a matter of size against time. Sizes of 464 stories of real news, 778 KB, mostly German; times of 1.5 MB
//! of invented ones (`cargo bench --bench publish`), the best of 15 on one core of a busy server:
//!
//! | level | size, % | time, ms | | level | size, % | time, ms | | level | size, % | time, ms |
//! |---|---|---|---|---|---|---|---|---|---|---|
//! | gzip 1 | 43.8 | 5 | | brotli 3 | 31.8 | 19 | | zstd 3 | 30.4 | 3 |
//! | **gzip 6** | 32.4 | 53 | | brotli 4 | 30.5 | 33 | | **zstd 6** | 28.3 | 19 |
//! | gzip 9 | 32.3 | 201 | | **brotli 5** | 28.8 | 49 | | zstd 9 | 27.8 | 30 |
//! | | | | | brotli 6 | 28.1 | 63 | | zstd 12 | 27.4 | 64 |
//! | | | | | brotli 9 | 27.3 | 162 | | zstd 19 | 26.1 | 951 |
//!
//! Beyond the levels taken, two parts in a hundred less cost a quarter to a half of the time more.

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use crate::model::time::Timestamp;

/// Level of gzip, 0 to 9.
const GZIP_LEVEL: u32 = 6;
/// Quality of brotli, 0 to 11.
const BROTLI_QUALITY: i32 = 5;
/// Base-2 logarithm of brotli's window: all of a megabyte is in sight.
const BROTLI_WINDOW: i32 = 20;
/// Level of zstd, 1 to 22.
const ZSTD_LEVEL: i32 = 6;

/// A content coding (RFC 9110 section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// None.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
    /// Zstandard (RFC 8878).
    Zstd,
}

impl Encoding {
    /// Every one, in the order of [`Edition`]'s bodies.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Brotli, Self::Zstd];

    /// As in the headers.
    pub fn token(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// What web servers look for beside a file.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => ".gz",
            Self::Brotli => ".br",
            Self::Zstd => ".zst",
        }
    }

    /// Encodes. Nothing in it tells when, where or of what name.
    pub fn encode(self, bytes: Bytes) -> Bytes {
        match self {
            Self::Identity => bytes,
            Self::Gzip => gzip(&bytes, GZIP_LEVEL).into(),
            Self::Brotli => brotli(&bytes, BROTLI_QUALITY).into(),
            Self::Zstd => zstd(&bytes, ZSTD_LEVEL).into(),
        }
    }
}

/// Bytes to serve, and their strong entity tag, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The bytes.
    pub bytes: Bytes,
    /// As in the `ETag` header; another one in each encoding (RFC 9110 section 8.8.3.3).
    pub etag: String,
}

/// One rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// As in the `Content-Type` header.
    pub media_type: &'static str,
    /// When its bytes changed last, by the data, to the second; never moves back.
    pub modified: Timestamp,
    /// Names the identity bytes: equal for equal ones.
    pub hash: String,
    bodies: [Body; 4],
}

impl Edition {
    /// The edition of these bytes.
    pub fn new(bytes: Vec<u8>, media_type: &'static str, modified: Timestamp) -> Self {
        let (hash, bytes) = (hash(&bytes), Bytes::from(bytes));
        let body = |encoding: Encoding| {
            let etag = match encoding {
                Encoding::Identity => format!("\"{hash}\""),
                other => format!("\"{hash}-{}\"", other.token()),
            };
            Body { bytes: encoding.encode(bytes.clone()), etag }
        };
        let bodies = Encoding::ALL.map(body);
        Self { media_type, modified, bodies, hash }
    }

    /// Its bytes and their tag in an encoding.
    pub fn body(&self, encoding: Encoding) -> &Body {
        let [identity, gzip, brotli, zstd] = &self.bodies;
        match encoding {
            Encoding::Identity => identity,
            Encoding::Gzip => gzip,
            Encoding::Brotli => brotli,
            Encoding::Zstd => zstd,
        }
    }

    /// Every encoding of it.
    pub fn bodies(&self) -> impl Iterator<Item = (Encoding, &Body)> {
        Encoding::ALL.into_iter().map(|encoding| (encoding, self.body(encoding)))
    }

    /// Memory that it takes, in bytes, without the little around it.
    pub fn size(&self) -> usize {
        self.bodies.iter().map(|body| body.bytes.len()).sum()
    }
}

/// Names bytes: equal for equal ones.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Without time and name in the header, so that the same bytes give the same bytes.
pub fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzBuilder::new().write(Vec::with_capacity(bytes.len() / 4), Compression::new(level));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}

/// Brotli at a quality of 0 to 11.
pub fn brotli(bytes: &[u8], quality: i32) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len() / 4);
    let parameters = ::brotli::enc::BrotliEncoderParams {
        quality,
        lgwin: BROTLI_WINDOW,
        size_hint: bytes.len(),
        ..Default::default()
    };
    ::brotli::BrotliCompress(&mut &bytes[..], &mut encoded, &parameters)
        .expect("writing to memory does not fail");
    encoded
}

/// Zstandard at a level of 1 to 22.
pub fn zstd(bytes: &[u8], level: i32) -> Vec<u8> {
    ::zstd::bulk::compress(bytes, level).expect("writing to memory does not fail")
}

/// The bytes that [`zstd`] was given, if there are no more than `limit`; `None` if these are none of its making.
pub fn unzstd(bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
    ::zstd::bulk::decompress(bytes, limit).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn every_encoding_gives_the_same_bytes_back_and_has_a_tag_of_its_own() {
        let text = "Der Rat hat dem Bau zugestimmt. ".repeat(2_000).into_bytes();
        let edition = Edition::new(text.clone(), "text/plain", Timestamp(0));
        let body = |encoding| &edition.body(encoding).bytes[..];
        let mut gunzipped = Vec::new();
        flate2::read::GzDecoder::new(body(Encoding::Gzip)).read_to_end(&mut gunzipped).expect("gzip");
        let mut unbrotlied = Vec::new();
        ::brotli::Decompressor::new(body(Encoding::Brotli), 4_096)
            .read_to_end(&mut unbrotlied)
            .expect("brotli");
        let unzstded = unzstd(body(Encoding::Zstd), text.len()).expect("zstd");
        for (name, back) in [("gzip", &gunzipped), ("br", &unbrotlied), ("zstd", &unzstded)] {
            assert!(*back == text, "{name}");
        }
        let mut tags: Vec<&str> = edition.bodies().map(|(_, body)| body.etag.as_str()).collect();
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), 4, "{tags:?}");
        assert!(tags.iter().all(|tag| tag.starts_with('"') && tag.ends_with('"')), "{tags:?}");
        assert_eq!(edition, Edition::new(text, "text/plain", Timestamp(0)));
        assert_eq!(unzstd(b"nonsense", 100), None);
    }
}
