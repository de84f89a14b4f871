//! Memory for documents that are under way, from their first byte until the road is done with them.
//! Promises: all of them together take no more than `fetch.buffer` and one `fetch.max_size`; nobody waits for one who
//! waits for him: whoever finds no shared room waits for the one place in which a whole document fits, and then needs
//! nothing more.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is taken at once.
const PIECE_BYTES: usize = 64 * 1024;

/// The room that all fetches share. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    shared: Arc<Semaphore>,
    whole: Arc<Semaphore>,
}

/// A document's part of the room; given back when dropped.
#[derive(Debug, Default)]
pub(crate) struct Held {
    bytes: usize,
    shared: Option<OwnedSemaphorePermit>,
    whole: Option<OwnedSemaphorePermit>,
}

impl Room {
    pub(crate) fn new(bytes: usize) -> Self {
        let shared = Arc::new(Semaphore::new((bytes / PIECE_BYTES).max(1)));
        Self { shared, whole: Arc::new(Semaphore::new(1)) }
    }

    /// Makes `held` large enough for `bytes`; waits where there is no room.
    pub(crate) async fn grow(&self, held: &mut Held, bytes: usize) {
        while held.whole.is_none() && held.bytes < bytes {
            match self.shared.clone().try_acquire_owned() {
                Ok(piece) => {
                    held.bytes += PIECE_BYTES;
                    match held.shared.as_mut() {
                        Some(shared) => shared.merge(piece),
                        None => held.shared = Some(piece),
                    }
                }
                Err(_) => {
                    held.whole = self.whole.clone().acquire_owned().await.ok();
                    held.shared = None;
                    return;
                }
            }
        }
    }
}

/// Bytes that give their room back when the last of them is dropped.
struct Kept {
    bytes: Vec<u8>,
    _held: Held,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Ties a document to its room.
pub(crate) fn keep(bytes: Vec<u8>, held: Held) -> Bytes {
    Bytes::from_owner(Kept { bytes, _held: held })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn room_is_bounded_given_back_and_never_a_deadlock() {
        let room = Room::new(4 * PIECE_BYTES);
        let (mut first, mut second, mut third) = (Held::default(), Held::default(), Held::default());
        room.grow(&mut first, 4 * PIECE_BYTES).await;
        room.grow(&mut second, 1).await;
        assert!(second.whole.is_some(), "the shared room is taken");
        room.grow(&mut second, 1_000 * PIECE_BYTES).await;
        let waiting = tokio::time::timeout(std::time::Duration::ZERO, room.grow(&mut third, 1)).await;
        assert!(waiting.is_err(), "nothing is left");
        drop(keep(vec![1, 2, 3], first));
        room.grow(&mut third, 4 * PIECE_BYTES).await;
        assert!(third.whole.is_none(), "what was given back is taken again");
    }
}
