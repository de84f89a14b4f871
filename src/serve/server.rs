//! The HTTP server: accepts connections within limits, has each attended to, drains when told to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::options::serve::ServeOptions;
use crate::serve::connections::{Host, is_exhausted};
use crate::serve::counter::Counter;
use crate::serve::listener::Listener;
use crate::serve::seats::{Order, Seats};

/// What whoever finds no place is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";
/// After a failure to accept.
const PAUSE: Duration = Duration::from_millis(20);

/// Serves until `stop`; then no connection is accepted any more, those that wait for a request are closed, and running
/// answers may take `serve.drain` to end.
pub async fn serve(
    listeners: Vec<Listener>,
    counter: Counter,
    options: &ServeOptions,
    stop: CancellationToken,
) {
    let (host, seats) = (Arc::new(Host::new(counter, options)), Seats::new(options));
    let mut doors = JoinSet::new();
    for listener in listeners {
        doors.spawn(keep_door(listener, host.clone(), seats.clone()));
    }
    tokio::select! {
        () = stop.cancelled() => {}
        () = seats.keep() => {}
    }
    doors.shutdown().await;
    seats.tell_all(Order::Finish);
    if tokio::time::timeout(options.drain, seats.empty()).await.is_err() {
        tracing::warn!("some readers were cut off: their answers took longer than serve.drain");
        seats.tell_all(Order::Leave);
    }
}

/// Lets in whoever comes.
async fn keep_door(listener: Listener, host: Arc<Host>, seats: Arc<Seats>) {
    loop {
        let stream = match listener.accept().await {
            Ok(stream) => stream,
            Err(error) => {
                let room = is_exhausted(&error) && seats.make_room();
                tracing::warn!(%error, room, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        match seats.sit() {
            Some(guest) => {
                let host = host.clone();
                tokio::spawn(async move { host.attend(stream, guest).await });
            }
            None => stream.refuse(FULL),
        }
    }
}
