//! Reads a body: takes off its compressions, in whatever order they were put on, a piece at a time.
//! Promises: never more than `max_size` bytes, nor `max_ratio` times what was sent, nor memory that `Room` did not
//! grant; a compression bomb is found as it unfolds; a body that is cut short is an error.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use async_compression::zstd::DParameter;
use bytes::Bytes;
use futures_util::StreamExt;
use reqwest::Response;
use reqwest::header::{self, HeaderMap};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::time::{Instant, timeout_at};
use tokio_util::io::StreamReader;

use crate::config::options::fetch::FetchOptions;
use crate::source::fetch_error::FetchError;
use crate::source::fetch_room::{Held, Room, keep};

/// Read at once.
const PIECE_BYTES: usize = 32 * 1024;
/// So much is never called a bomb.
const HARMLESS_BYTES: u64 = 1024 * 1024;
/// Compressions put on one body.
const MOST_CODINGS: usize = 4;
/// RFC 9659: zstd as a content coding has windows of at most 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

type Reader = Box<dyn AsyncBufRead + Send + Unpin>;

/// A compression (RFC 9110 section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Reads the body of `response` until `deadline`; waiting for room does not count.
pub(crate) async fn read(
    response: Response,
    options: &FetchOptions,
    room: &Room,
    mut deadline: Instant,
) -> Result<Bytes, FetchError> {
    let codings = codings(response.headers())?;
    let sent = Arc::new(AtomicU64::new(0));
    let counted = sent.clone();
    let pieces = response.bytes_stream().map(move |piece| {
        let piece = piece.map_err(io::Error::other)?;
        counted.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Ok::<_, io::Error>(piece)
    });
    let limit = options.timeout;
    let slow = |_| FetchError::Slow { what: "whole document", limit };
    let plain: Reader = Box::new(StreamReader::new(Box::pin(pieces)));
    let mut reader = timeout_at(deadline, decoded(plain, &codings))
        .await
        .map_err(slow)?
        .map_err(|error| broken(&error))?;
    let (mut body, mut held, mut piece) = (Vec::new(), Held::default(), vec![0_u8; PIECE_BYTES]);
    loop {
        let asked = Instant::now();
        room.grow(&mut held, body.len() + PIECE_BYTES).await;
        deadline += asked.elapsed();
        let read = loop {
            tokio::select! {
                read = timeout_at(deadline, reader.read(&mut piece)) => break read.map_err(slow)?,
                () = tokio::time::sleep(LOOK), if held.is_whole() => room.step_back(&mut held, body.len() + PIECE_BYTES),
            }
        }
        .map_err(|error| broken(&error))?;
        if read == 0 {
            return Ok(keep(body, held));
        }
        make_room(&mut body, read, options.max_size.as_usize());
        body.extend_from_slice(&piece[..read]);
        let (size, sent) = (body.len() as u64, sent.load(Ordering::Relaxed));
        if size > options.max_size.0 {
            return Err(FetchError::Size(options.max_size.0));
        }
        let most = sent.saturating_mul(options.max_ratio as u64).max(HARMLESS_BYTES);
        if !codings.is_empty() && size > most {
            return Err(FetchError::Bomb(options.max_ratio));
        }
    }
}

/// How often whoever has the place of a whole document looks for another one while nothing comes in.
const LOOK: Duration = Duration::from_millis(200);

/// Documents of so many bytes are taken to be large.
const LARGE_BYTES: usize = 512 * 1024;
/// Bytes that are reserved for one.
const LARGE_ROOM: usize = 16 * 1024 * 1024;

/// A large document gets its room at once: what is not written to takes no memory, while growing again and again leaves
/// one copy after the other behind.
fn make_room(body: &mut Vec<u8>, more: usize, most: usize) {
    let wanted = body.len() + more;
    if wanted > body.capacity() && wanted > LARGE_BYTES {
        let room = LARGE_ROOM.max(4 * wanted).min(most + PIECE_BYTES);
        body.reserve_exact(room.max(wanted) - body.len());
    }
}

/// The compressions in the order in which they were put on. What is unknown is taken for none: many servers name a
/// charset here.
fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, FetchError> {
    let lines = headers.get_all(header::CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let named = lines.flat_map(|line| line.split(',')).filter_map(|name| {
        Some(match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            "zstd" => Coding::Zstd,
            _ => return None,
        })
    });
    let codings: Vec<_> = named.take(MOST_CODINGS + 1).collect();
    if codings.len() > MOST_CODINGS { Err(FetchError::Codings(MOST_CODINGS)) } else { Ok(codings) }
}

/// Takes the compressions off, the last one first. Where a body is not compressed as it says, it is taken as it is.
async fn decoded(mut reader: Reader, codings: &[Coding]) -> io::Result<Reader> {
    for coding in codings.iter().rev() {
        let start = reader.fill_buf().await?;
        let (first, second) = (start.first().copied(), start.get(1).copied());
        reader = match (coding, first, second) {
            (_, None, _) => return Ok(reader),
            (Coding::Gzip, Some(0x1f), _) => {
                let mut decoder = GzipDecoder::new(reader);
                decoder.multiple_members(true);
                buffered(decoder)
            }
            (Coding::Zstd, Some(0x28 | 0x50..=0x5f), _) => {
                let window = [DParameter::window_log_max(ZSTD_WINDOW_LOG)];
                let mut decoder = ZstdDecoder::with_params(reader, &window);
                // Frames, some of them to be skipped, may follow each other (RFC 8878 section 3).
                decoder.multiple_members(true);
                buffered(decoder)
            }
            (Coding::Deflate, Some(first), second) if is_zlib(first, second) => {
                buffered(ZlibDecoder::new(reader))
            }
            (Coding::Deflate, Some(first), second) if !is_text(first, second) => {
                buffered(DeflateDecoder::new(reader))
            }
            (Coding::Brotli, Some(first), second) if !is_text(first, second) => {
                buffered(BrotliDecoder::new(reader))
            }
            _ => reader,
        };
    }
    Ok(reader)
}

fn buffered(decoder: impl AsyncRead + Send + Unpin + 'static) -> Reader {
    Box::new(BufReader::with_capacity(PIECE_BYTES, decoder))
}

/// A zlib header (RFC 1950 section 2.2); without it, deflate is raw, as some servers send it.
fn is_zlib(first: u8, second: Option<u8>) -> bool {
    let check = u16::from(first) << 8 | u16::from(second.unwrap_or(0));
    first & 0x0f == 8 && (second.is_none() || check.is_multiple_of(31))
}

/// The beginning of XML, HTML or JSON.
fn is_text(first: u8, second: Option<u8>) -> bool {
    let second = second.unwrap_or(b'?');
    match first {
        b'<' => second.is_ascii_alphabetic() || second == b'?' || second == b'!',
        b'{' => second.is_ascii_whitespace() || second == b'"',
        _ => false,
    }
}

fn broken(error: &io::Error) -> FetchError {
    let inner = error.get_ref().and_then(|inner| std::error::Error::source(inner));
    FetchError::Broken(inner.map_or_else(|| error.to_string(), ToString::to_string))
}

/// The time a whole poll may take from now on.
pub(crate) fn deadline(limit: Duration) -> Instant {
    Instant::now() + limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_body_gets_its_room_at_once_and_no_more_than_a_document_may_have() {
        let room = |length: usize, most: usize| {
            let mut body = vec![0; length];
            body.shrink_to_fit();
            make_room(&mut body, 1, most);
            body.capacity()
        };
        assert_eq!(room(LARGE_BYTES / 2, LARGE_ROOM), LARGE_BYTES / 2, "it grows as any other");
        assert_eq!(room(LARGE_BYTES, 4 * LARGE_ROOM), LARGE_ROOM);
        assert_eq!(room(LARGE_BYTES, 2 * LARGE_BYTES), 2 * LARGE_BYTES + PIECE_BYTES);
        assert_eq!(room(LARGE_ROOM, 9 * LARGE_ROOM), 4 * (LARGE_ROOM + 1));
    }
}
