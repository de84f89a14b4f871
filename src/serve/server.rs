//! The HTTP server: accepts connections within limits, has each attended to, drains when told to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::options::serve::ServeOptions;
use crate::serve::connections::{Host, is_exhausted};
use crate::serve::counter::Counter;
use crate::serve::crew::Crew;
use crate::serve::error::ServeError;
use crate::serve::listener::Listener;
use crate::serve::seats::{Order, Seats};

/// What whoever finds no place is told.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";
/// After a failure to accept.
const PAUSE: Duration = Duration::from_millis(20);

/// Serves until it is told to stop; then no connection is accepted any more, those that wait for a request are closed, and running
/// answers may take `serve.drain` to end.
///
/// # Errors
/// If it cannot listen any more.
pub async fn serve(
    crew: Crew,
    listeners: Vec<Listener>,
    counter: Counter,
    options: &ServeOptions,
    stop: &CancellationToken,
) -> Result<(), ServeError> {
    let (crew, seats) = (Arc::new(crew), Seats::new(options));
    let place =
        Arc::new(Place { host: Host::new(counter, options), seats: seats.clone(), crew: crew.clone() });
    let mut doors = JoinSet::new();
    for listener in listeners {
        doors.spawn_on(keep_door(listener, place.clone()), crew.first());
    }
    let ended = tokio::select! {
        () = stop.cancelled() => Ok(()),
        () = seats.keep() => Err(ServeError::Door),
        Some(closed) = doors.join_next() => match closed {
            Err(fallen) if fallen.is_panic() => std::panic::resume_unwind(fallen.into_panic()),
            _ => Err(ServeError::Door),
        },
    };
    doors.shutdown().await;
    seats.tell_all(Order::Finish);
    if tokio::time::timeout(options.drain, seats.empty()).await.is_err() {
        tracing::warn!("some readers were cut off: their answers took longer than serve.drain");
        seats.tell_all(Order::Leave);
    }
    drop(place);
    // The threads are waited for, which blocks.
    drop(tokio::task::spawn_blocking(move || drop(crew)).await);
    ended
}

/// Where connections are attended to.
struct Place {
    host: Host,
    seats: Arc<Seats>,
    crew: Arc<Crew>,
}

/// Lets in whoever comes.
async fn keep_door(listener: Listener, place: Arc<Place>) {
    let listener = match listener.moved_here() {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the socket cannot be listened on"),
    };
    loop {
        let stream = match listener.accept().await {
            Ok(stream) => stream,
            Err(error) => {
                let room = is_exhausted(&error) && place.seats.make_room();
                tracing::warn!(%error, room, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        match place.seats.sit() {
            Some(guest) => {
                let here = place.clone();
                place.crew.next().spawn(async move {
                    match stream.moved_here() {
                        Ok(stream) => here.host.attend(stream, guest).await,
                        Err(error) => tracing::debug!(%error, "a connection ended before it began"),
                    }
                });
            }
            None => stream.refuse(FULL),
        }
    }
}
