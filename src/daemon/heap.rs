//! The heap, which gives free memory back by itself, after a moment (`.cargo/config.toml`), gives it back now.

use tikv_jemalloc_ctl::{Access, AsName};

/// How long each heap keeps free pages, in milliseconds.
const KEPT: [&[u8]; 2] = [b"arena.0.dirty_decay_ms\0", b"arena.1.dirty_decay_ms\0"];

/// After a burst that took much memory: the next one would come on top of what this one left behind.
pub fn give_back() {
    for kept in KEPT.map(AsName::name) {
        // Where there is no such heap nothing is lost.
        let Ok(as_before) = Access::<isize>::read(kept) else { continue };
        let _ = kept.write(0_isize).and_then(|()| kept.write(as_before));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaps_are_as_before_afterwards() {
        let kept = || KEPT.map(|kept| Access::<isize>::read(kept.name()).ok());
        let before = kept();
        give_back();
        assert_eq!(kept(), before);
        assert!(before[0].is_some_and(|kept_ms| kept_ms > 0), "{before:?}");
    }

    /// Of this process, in MiB.
    #[cfg(target_os = "linux")]
    fn resident_mib() -> usize {
        let pages = std::fs::read_to_string("/proc/self/statm").expect("read");
        pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("a number") / 256
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_free_is_given_back_at_once() {
        let small = |_| vec![1_u8; 64 * 1024];
        let many: Vec<Vec<u8>> = (0..1_600).map(small).collect();
        let full = resident_mib();
        drop(many);
        give_back();
        assert!(resident_mib() + 80 < full, "{} of {full} MiB are still there", resident_mib());
    }
}
