//! What memory costs beyond what is asked for, so that the engine tells what it really holds.
//! Deliberately not here: measuring it.

/// What an allocation of so many bytes takes: eight for the allocator's own use, in steps of sixteen, from 32 on (the
/// GNU C library's; others are near it). Nothing takes nothing.
pub fn heap(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { (bytes + 8).next_multiple_of(16).max(32) }
}
