//! A connection's bytes, TCP or Unix, as a seat sees them: what was read ahead comes first, and every step is noted.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::serve::seats::Seat;

/// A connection as it was accepted.
#[derive(Debug)]
pub enum Stream {
    /// Over TCP.
    Tcp(TcpStream),
    /// Over a Unix socket.
    #[cfg(unix)]
    Unix(UnixStream),
}

macro_rules! either {
    ($stream:expr, $inner:ident => $what:expr) => {
        match $stream {
            Stream::Tcp($inner) => $what,
            #[cfg(unix)]
            Stream::Unix($inner) => $what,
        }
    };
}

impl Stream {
    /// The same, watched by the runtime that this is called on.
    ///
    /// # Errors
    /// What the system says.
    pub fn moved_here(self) -> io::Result<Self> {
        match self {
            Self::Tcp(stream) => Ok(Self::Tcp(TcpStream::from_std(stream.into_std()?)?)),
            #[cfg(unix)]
            Self::Unix(stream) => Ok(Self::Unix(UnixStream::from_std(stream.into_std()?)?)),
        }
    }

    /// Says why there is no place, if that can be said without waiting.
    pub fn refuse(&self, answer: &[u8]) {
        let mut request = [0; 4_096];
        // What was asked is taken off, so that closing does not cut the answer off.
        let read = either!(self, stream => stream.try_read(&mut request));
        let written = either!(self, stream => stream.try_write(answer));
        tracing::debug!(
            read = read.is_ok(),
            told = written.is_ok(),
            "a connection was refused: no place is free"
        );
    }
}

/// A connection with its seat.
#[derive(Debug)]
pub struct Watched {
    stream: Stream,
    /// Read before; comes first.
    ahead: Bytes,
    seat: Arc<Seat>,
}

impl Watched {
    /// Nothing was read yet.
    pub fn new(stream: Stream, seat: Arc<Seat>) -> Self {
        Self { stream, ahead: Bytes::new(), seat }
    }

    /// `bytes` come before what is still to be read. Copied: they may hold on to a buffer that is much larger.
    pub fn put_back(&mut self, bytes: &[u8]) {
        self.ahead = if bytes.is_empty() && self.ahead.is_empty() {
            Bytes::new()
        } else {
            [bytes, &self.ahead].concat().into()
        };
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.ahead.is_empty() {
            let count = self.ahead.len().min(buffer.remaining());
            buffer.put_slice(&self.ahead[..count]);
            self.ahead.advance(count);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = either!(&mut self.stream, stream => Pin::new(stream).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.seat.asks();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = either!(&mut self.stream, stream => Pin::new(stream).poll_write(context, bytes));
        if written.is_ready() {
            self.seat.takes();
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written =
            either!(&mut self.stream, stream => Pin::new(stream).poll_write_vectored(context, bytes));
        if written.is_ready() {
            self.seat.takes();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = either!(&mut self.stream, stream => Pin::new(stream).poll_flush(context));
        self.seat.is_done();
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut self.stream, stream => Pin::new(stream).poll_shutdown(context))
    }
}
