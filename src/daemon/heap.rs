//! The heap, which gives free memory back by itself a moment after it was freed (`.cargo/config.toml`), gives it back at
//! once while something large is in memory, and now and then when riverd rests.

use std::time::Duration;

use tikv_jemalloc_ctl::{Access, AsName};
use tokio_util::sync::CancellationToken;

use crate::pipeline::turns::Turns;

/// A heap looks at its clock only when memory is asked for or freed: at rest it is looked after this often.
const PAUSE: Duration = Duration::from_secs(5);

/// How long each heap keeps free pages, in milliseconds.
const KEPT: [&[u8]; 2] = [b"arena.0.dirty_decay_ms\0", b"arena.1.dirty_decay_ms\0"];
/// How long it is to keep them.
const WANTED: &[u8] = b"opt.dirty_decay_ms\0";

/// What is free goes, now and until [`keep_free`]: what takes much memory would come on top of it. That costs a call of
/// the system for each page that is used again, a second of processor time where a thousand feeds are read, so it does
/// not always hold.
pub fn give_back() {
    keep(0);
}

/// What becomes free from now on is kept for a moment, for it is soon used again; what is free now goes.
pub fn keep_free() {
    give_back();
    // Where there is no such heap nothing is lost.
    if let Ok(wanted) = Access::<isize>::read(WANTED.name()) {
        keep(wanted);
    }
}

/// Looks after a heap at rest until `stop`, between the turns of those who take much.
pub async fn tend(turns: Turns, stop: CancellationToken) {
    tend_each(PAUSE, &turns, &stop).await;
}

async fn tend_each(pause: Duration, turns: &Turns, stop: &CancellationToken) {
    let tending = async {
        loop {
            tokio::time::sleep(pause).await;
            drop(turns.take().await);
        }
    };
    stop.run_until_cancelled(tending).await;
}

fn keep(kept_ms: isize) {
    for kept in KEPT.map(AsName::name) {
        let _ = kept.write(kept_ms);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn kept() -> [Option<isize>; 2] {
        KEPT.map(|kept| Access::<isize>::read(kept.name()).ok())
    }

    #[test]
    fn the_heaps_are_as_before_afterwards() {
        let before = kept();
        give_back();
        assert_eq!(kept(), [Some(0); 2]);
        keep_free();
        assert_eq!(kept(), before);
        assert!(before[0].is_some_and(|kept_ms| kept_ms > 0), "{before:?}");
    }

    /// Of this process, in MiB.
    #[cfg(target_os = "linux")]
    fn resident_mib() -> usize {
        let pages = std::fs::read_to_string("/proc/self/statm").expect("read");
        pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("a number") / 256
    }

    #[tokio::test]
    async fn it_is_looked_after_again_and_again_until_the_stop() {
        static LOOKS: AtomicUsize = AtomicUsize::new(0);
        let count = || {
            LOOKS.fetch_add(1, Ordering::SeqCst);
        };
        let turns = Turns::new(|| {}, count);
        let stop = CancellationToken::new();
        let end = async {
            while LOOKS.load(Ordering::SeqCst) < 3 {
                tokio::task::yield_now().await;
            }
            stop.cancel();
        };
        let both = async { tokio::join!(tend_each(Duration::from_millis(1), &turns, &stop), end) };
        tokio::time::timeout(Duration::from_secs(30), both).await.expect("three looks, and the end");
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
