//! Memory for documents that are under way, from their first byte until the road is done with them.
//! Promises: all of them together take no more than `fetch.buffer` and one `fetch.max_size`; nobody waits for one who
//! waits for him: whoever finds no shared room waits for the one place in which a whole document fits, and then needs
//! nothing more. Half of the room is parted among all that may be under way, so that a server that sends a byte now and
//! then holds up nobody: it never needs more than its part.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is taken at once.
const PIECE_BYTES: usize = 64 * 1024;

/// The room that all fetches share. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    /// Places of `part` bytes each, one for each document.
    parts: Arc<Semaphore>,
    part: usize,
    shared: Arc<Semaphore>,
    whole: Arc<Semaphore>,
}

/// A document's part of the room; given back when dropped.
#[derive(Debug, Default)]
pub(crate) struct Held {
    bytes: usize,
    part: Option<OwnedSemaphorePermit>,
    shared: Option<OwnedSemaphorePermit>,
    whole: Option<OwnedSemaphorePermit>,
}

impl Held {
    /// It has the place of a whole document.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole.is_some()
    }
}

impl Room {
    /// Of so many bytes, for so many documents at once.
    pub(crate) fn new(bytes: usize, documents: usize) -> Self {
        let part = bytes / 2 / documents.max(1) / PIECE_BYTES * PIECE_BYTES;
        let left = bytes - part * documents;
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits));
        let parts = semaphore(if part > 0 { documents } else { 0 });
        Self { parts, part, shared: semaphore((left / PIECE_BYTES).max(1)), whole: semaphore(1) }
    }

    /// Whoever took the place of a whole document while there was no other, and proves to be small or slow, goes to a place
    /// of his own where one is free by now: others wait for that one.
    pub(crate) fn step_back(&self, held: &mut Held, bytes: usize) {
        if held.whole.is_some()
            && bytes <= self.part
            && let Ok(place) = self.parts.clone().try_acquire_owned()
        {
            *held = Held { bytes: self.part, part: Some(place), ..Held::default() };
        }
    }

    /// Makes `held` large enough for `bytes`; waits where there is no room.
    pub(crate) async fn grow(&self, held: &mut Held, bytes: usize) {
        self.step_back(held, bytes);
        if held.bytes == 0
            && let Ok(place) = self.parts.clone().try_acquire_owned()
        {
            (held.part, held.bytes) = (Some(place), self.part);
        }
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
                    (held.part, held.shared) = (None, None);
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
        let room = Room::new(4 * PIECE_BYTES, 1_000);
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

    #[tokio::test]
    async fn who_needs_no_more_than_his_part_waits_for_nobody_and_holds_up_nobody() {
        let room = Room::new(8 * PIECE_BYTES, 2);
        let (mut slow, mut large, mut small) = (Held::default(), Held::default(), Held::default());
        room.grow(&mut slow, 2 * PIECE_BYTES).await;
        room.grow(&mut large, 6 * PIECE_BYTES).await;
        assert!(slow.whole.is_none() && large.whole.is_none(), "a part each, and all that is shared");
        room.grow(&mut large, 7 * PIECE_BYTES).await;
        assert!(large.whole.is_some() && large.part.is_none(), "his part is free again");
        room.grow(&mut small, PIECE_BYTES).await;
        assert!(small.part.is_some() && small.whole.is_none());
    }

    #[tokio::test]
    async fn who_took_the_large_place_and_needs_little_leaves_it_when_he_can() {
        let room = Room::new(4 * PIECE_BYTES, 1);
        let (mut first, mut slow) = (Held::default(), Held::default());
        room.grow(&mut first, 4 * PIECE_BYTES).await;
        room.grow(&mut slow, 1).await;
        room.step_back(&mut slow, 1);
        assert!(slow.whole.is_some(), "there is no other");
        drop(first);
        room.step_back(&mut slow, 3 * PIECE_BYTES);
        assert!(slow.whole.is_some(), "it is no small one");
        room.step_back(&mut slow, 1);
        assert!(slow.whole.is_none() && slow.part.is_some());
    }
}
