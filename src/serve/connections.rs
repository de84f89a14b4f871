//! One connection from its first byte to its last: HTTP/1.1, or HTTP/2 without an upgrade (prior knowledge), as its first
//! bytes say.
//! Promises: it holds memory only while a request is on its way or answered; it obeys its seat's orders at once.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, ReadBuf};

use crate::config::options::serve::ServeOptions;
use crate::serve::counter::{Counter, Waiter};
use crate::serve::seats::{Guest, Order, Phase, Seat};
use crate::serve::stream::{Stream, Watched};

/// How an HTTP/2 connection begins (RFC 9113 section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Whoever was let in and has not asked for anything yet is waited for so long when riverd stops: the request may be on
/// its way, and nobody else will answer it.
const GRACE: Duration = Duration::from_secs(1);
/// Requests under way at once on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// What may wait to be sent on each of them.
const STREAM_BYTES: usize = 64 * 1024;

type Io = TokioIo<Watched>;
type Http1 = http1::Connection<Io, Waiter>;
type Http2 = http2::Connection<Io, Waiter, TokioExecutor>;

/// Serves connections.
#[derive(Debug)]
pub struct Host {
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
    counter: Arc<Counter>,
}

impl Host {
    /// With the owner's limits. Time is kept by the seats.
    pub fn new(counter: Counter, options: &ServeOptions) -> Self {
        let mut http1 = http1::Builder::new();
        // Headers and body go out in one call, uncopied; aggregating pipelined answers would copy every body.
        http1.header_read_timeout(None).max_buf_size(options.max_headers.as_usize()).writev(true);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_send_buf_size(STREAM_BYTES)
            .max_header_list_size(u32::try_from(options.max_headers.0).unwrap_or(u32::MAX));
        Self { http1, http2, counter: Arc::new(counter) }
    }

    /// Serves a connection to its end.
    pub async fn attend(&self, stream: Stream, guest: Guest) {
        let seat = &guest.seat;
        let waiter = Waiter::new(self.counter.clone(), seat.clone());
        let mut io = Watched::new(stream, seat.clone());
        let mut grace = GRACE;
        loop {
            let Some(read) = first_bytes(&mut io, seat, std::mem::take(&mut grace)).await else { return };
            let is_http2 = read.as_ref() == PREFACE;
            io.put_back(&read);
            seat.is_parked(false);
            if is_http2 {
                seat.is_shared();
                let talk = Talk::Http2(Box::pin(self.http2.serve_connection(TokioIo::new(io), waiter)));
                drop(talk.tended(seat).await);
                return;
            }
            let talk = Talk::Http1(Box::new(self.http1.serve_connection(TokioIo::new(io), waiter.clone())));
            let Some(parked) = talk.tended(seat).await else { return };
            seat.is_parked(true);
            io = parked;
        }
    }
}

/// The first bytes: as many as tell which protocol it is. `None`: it ended, or is to end; then `grace` is how long it is
/// waited for all the same.
async fn first_bytes(io: &mut Watched, seat: &Seat, grace: Duration) -> Option<Bytes> {
    let (mut buffer, mut filled, mut ending) = ([0; PREFACE.len()], 0, None);
    let read = std::future::poll_fn(|context| {
        loop {
            let order = seat.orders(context.waker());
            match order {
                Order::Leave => return Poll::Ready(None),
                Order::Park => seat.goes_on(),
                Order::None | Order::Finish => {}
            }
            let mut part = ReadBuf::new(&mut buffer[filled..]);
            match pin!(&mut *io).poll_read(context, &mut part) {
                Poll::Pending if order == Order::Finish && grace.is_zero() => return Poll::Ready(None),
                Poll::Pending if order == Order::Finish => {
                    let ending = ending.get_or_insert_with(|| Box::pin(tokio::time::sleep(grace)));
                    return ending.as_mut().poll(context).map(|()| None);
                }
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => return Poll::Ready(None),
                Poll::Ready(Ok(())) if part.filled().is_empty() => return Poll::Ready(None),
                Poll::Ready(Ok(())) => filled += part.filled().len(),
            }
            if filled == PREFACE.len() || !PREFACE.starts_with(&buffer[..filled]) {
                return Poll::Ready(Some(filled));
            }
        }
    });
    let filled = read.await?;
    Some(Bytes::copy_from_slice(&buffer[..filled]))
}

/// A connection while it is spoken on.
enum Talk {
    Http1(Box<Http1>),
    Http2(Pin<Box<Http2>>),
}

/// What becomes of it.
enum End {
    Over,
    Parked,
}

impl Talk {
    /// Goes on until it ends; gives the connection back if it waits for its next request without a running one.
    async fn tended(mut self, seat: &Seat) -> Option<Watched> {
        match std::future::poll_fn(|context| self.poll(context, seat)).await {
            End::Over => None,
            End::Parked => self.parked(),
        }
    }

    fn poll(&mut self, context: &mut Context<'_>, seat: &Seat) -> Poll<End> {
        let order = seat.orders(context.waker());
        if order == Order::Leave {
            return Poll::Ready(End::Over);
        }
        let mut polled = self.go_on(context);
        if order == Order::Finish && polled.is_pending() {
            // What has come by now is a request that is under way.
            self.finish();
            polled = self.go_on(context);
        }
        if let Poll::Ready(ended) = polled {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
            return Poll::Ready(End::Over);
        }
        if order == Order::Park {
            seat.goes_on();
            if seat.phase() == Phase::Waiting && matches!(self, Self::Http1(_)) {
                return Poll::Ready(End::Parked);
            }
        }
        Poll::Pending
    }

    fn go_on(&mut self, context: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        match self {
            Self::Http1(talk) => Pin::new(&mut **talk).poll(context),
            Self::Http2(talk) => talk.as_mut().poll(context),
        }
    }

    /// Ends after what is under way.
    fn finish(&mut self) {
        match self {
            Self::Http1(talk) => Pin::new(&mut **talk).graceful_shutdown(),
            Self::Http2(talk) => talk.as_mut().graceful_shutdown(),
        }
    }

    fn parked(self) -> Option<Watched> {
        let Self::Http1(talk) = self else { return None };
        let parts = talk.into_parts();
        let mut io = parts.io.into_inner();
        io.put_back(&parts.read_buf);
        Some(io)
    }
}

/// Whether accepting failed for want of file descriptors.
pub fn is_exhausted(error: &io::Error) -> bool {
    // ENFILE and EMFILE, the same everywhere that has them.
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::serve::seats::Seats;
    use crate::serve::shelf::Shelf;

    /// A connection that was let in, at its other end; and the seats.
    async fn let_in() -> (TcpStream, Arc<Seats>) {
        let options = ServeOptions::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let reader = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connected");
        let (stream, _) = listener.accept().await.expect("accepted");
        let (seats, counter) =
            (Seats::new(&options), Counter::new(Shelf::default(), Router::new(), &options));
        let (host, guest) = (Host::new(counter, &options), seats.sit().expect("a seat"));
        tokio::spawn(async move { host.attend(Stream::Tcp(stream), guest).await });
        (reader, seats)
    }

    async fn ask(reader: &mut TcpStream) {
        reader.write_all(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("written");
    }

    #[tokio::test]
    async fn who_was_let_in_before_the_end_is_answered_and_then_the_connection_is_closed() {
        let (mut reader, seats) = let_in().await;
        tokio::task::yield_now().await;
        seats.tell_all(Order::Finish);
        tokio::task::yield_now().await;
        ask(&mut reader).await;
        let mut answer = String::new();
        reader.read_to_string(&mut answer).await.expect("an answer and an end");
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
        seats.empty().await;
    }

    #[tokio::test]
    async fn who_was_answered_and_asks_nothing_more_is_closed_at_once() {
        let (mut reader, seats) = let_in().await;
        ask(&mut reader).await;
        let mut part = [0; 16];
        reader.read_exact(&mut part).await.expect("an answer");
        seats.tell_all(Order::Finish);
        reader.read_to_end(&mut Vec::new()).await.expect("an end");
        seats.empty().await;
    }
}
