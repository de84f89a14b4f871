//! Gives memory that is free back to the system, which glibc does not do by itself after a burst of small pieces.

/// After a burst of work; does nothing where the C library is not glibc.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(
        unsafe_code,
        reason = "malloc_trim takes a number, touches no memory of ours, and is safe from any thread"
    )]
    // SAFETY: see the reason above; `man malloc_trim` lists it as MT-Safe.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Pieces of this size and more are no part of a heap, but given back as soon as they are free, in bytes. Without it glibc
/// raises the bound with each large piece that is freed, up to 32 MiB, and documents leave holes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE_BYTES: libc::c_int = 256 * 1024;

/// At the start: a burst of work on many threads shares two heaps instead of leaving one half empty for each, and what is
/// large stands in none.
pub fn few_heaps() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "mallopt takes numbers and touches no memory of ours")]
    // SAFETY: see the reason above; called before any other thread starts.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 4 * LARGE_BYTES);
    }
}
