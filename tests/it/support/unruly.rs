//! A feed server on loopback that misbehaves as a test tells it, byte by byte: slow, endless, cut short, compressed in
//! whatever way.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use async_compression::tokio::write::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Starts it; `behave` is given each connection after its request was read, and the request's path. Returns its address.
pub fn start(behave: impl Fn(&mut TcpStream, &str) -> std::io::Result<()> + Send + Sync + 'static) -> String {
    start_on(TcpListener::bind("127.0.0.1:0").expect("loopback"), behave)
}

/// As [`start`], where it is told to listen.
pub fn start_on(
    listener: TcpListener,
    behave: impl Fn(&mut TcpStream, &str) -> std::io::Result<()> + Send + Sync + 'static,
) -> String {
    let address = listener.local_addr().expect("an address").to_string();
    let behave = std::sync::Arc::new(behave);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let behave = behave.clone();
            std::thread::spawn(move || {
                let path = request_path(&mut stream)?;
                // A client that has had enough closes the connection: no fault of the test.
                behave(&mut stream, &path).ok()
            });
        }
    });
    address
}

fn request_path(stream: &mut TcpStream) -> Option<String> {
    let (mut request, mut byte) = (Vec::new(), [0_u8]);
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        request.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&request).split(' ').nth(1)?.to_owned())
}

/// Writes `piece` again and again, with a pause between, until the other side has had enough.
pub fn drip(stream: &mut TcpStream, piece: &[u8], pause: Duration) -> std::io::Result<()> {
    loop {
        stream.write_all(piece)?;
        stream.flush()?;
        std::thread::park_timeout(pause);
    }
}

/// A 200 with this body, as it is, under these headers.
pub fn answer(stream: &mut TcpStream, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

/// `body` with the coding put on, by its name in HTTP; `raw-deflate` is deflate without the zlib header.
pub fn encoded(coding: &str, body: &[u8]) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let written = |mut encoder: Box<dyn AsyncWrite + Unpin>| {
        runtime.block_on(async {
            encoder.write_all(body).await.expect("memory");
            encoder.shutdown().await.expect("memory");
        });
    };
    let sink = Shared::default();
    match coding {
        "gzip" => written(Box::new(GzipEncoder::new(sink.clone()))),
        "deflate" => written(Box::new(ZlibEncoder::new(sink.clone()))),
        "raw-deflate" => written(Box::new(DeflateEncoder::new(sink.clone()))),
        "br" => {
            written(Box::new(BrotliEncoder::with_quality(sink.clone(), async_compression::Level::Fastest)));
        }
        "zstd" => written(Box::new(ZstdEncoder::new(sink.clone()))),
        other => unreachable!("no coding {other}"),
    }
    std::mem::take(&mut *sink.0.lock().expect("one thread"))
}

/// Memory to write to.
#[derive(Clone, Default)]
struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl AsyncWrite for Shared {
    fn poll_write(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        self.0.lock().expect("one thread").extend_from_slice(bytes);
        std::task::Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
}
