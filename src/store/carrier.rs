//! Carries the log over into the database, beside the writer, which goes on meanwhile: a thread with a connection of its
//! own reads and writes most pages, and the writer the few that came in the meantime, for only then can the log begin
//! anew.
//! Promises: the log is bounded, also where the thread cannot do its work; nothing is lost by what fails here, for the log
//! has it. (SQLite before 3.51.3 had a fault where two connections carry over at the same moment; ours is newer.)

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;

use rusqlite::Connection;

use crate::store::error::StoreError;

/// A log of so many pages is carried over: pages that change with each transaction are then carried over less often (of
/// 10,000 feeds, `tests/bench/cycle`, that and ids side by side take a quarter of the time). 64 MiB of disk.
const LONG: i32 = 16_000;
/// With so many pages the writer carries it over itself.
const TOO_LONG: i32 = 2 * LONG;
/// So few are left to the writer.
const REST: i32 = LONG / 16;
/// Times that the thread goes after what came meanwhile.
const ROUNDS: usize = 3;

/// The thread, as the writer sees it; it ends with this.
pub(crate) struct Carrier {
    /// In the log, as of the last transaction.
    pages: Arc<AtomicI32>,
    thread: Option<JoinHandle<()>>,
    wanted: Option<mpsc::Sender<()>>,
    done: mpsc::Receiver<()>,
    under_way: bool,
}

impl Drop for Carrier {
    fn drop(&mut self) {
        drop(self.wanted.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Carrier {
    /// For what `writing` writes. From now on nothing else carries its log over by itself.
    ///
    /// # Errors
    /// As [`StoreError`] lists.
    pub fn start(writing: &mut Connection, carrying: Connection) -> Result<Self, StoreError> {
        let pages = Arc::new(AtomicI32::new(0));
        let (wanted, wishes) = mpsc::channel();
        let (end, done) = mpsc::channel();
        let told = pages.clone();
        writing.wal_hook(Some(move |_: &mut _, pages| {
            told.store(pages, Ordering::SeqCst);
            Ok(())
        }))?;
        let length = pages.clone();
        let run = move || {
            for () in wishes {
                carry_most(&carrying, &length);
                // Whoever wished it may have gone away.
                let _ = end.send(());
            }
        };
        let thread = std::thread::Builder::new().name("carrier".to_owned()).spawn(run);
        let thread = Some(thread.map_err(|_| StoreError::Closed)?);
        Ok(Self { pages, thread, wanted: Some(wanted), done, under_way: false })
    }

    /// What is to be done about the log after a transaction of `writing`.
    pub fn tend(&mut self, writing: &Connection) {
        let is_over = self.under_way && self.done.try_recv() != Err(mpsc::TryRecvError::Empty);
        let pages = self.pages.load(Ordering::SeqCst);
        if is_over || pages >= TOO_LONG {
            self.under_way &= !is_over;
            carry(writing);
            // The next transaction tells anew.
            self.pages.store(0, Ordering::SeqCst);
        } else if pages >= LONG && !self.under_way {
            self.under_way = self.wanted.as_ref().is_some_and(|wanted| wanted.send(()).is_ok());
        }
    }
}

/// Goes after the end of the log, until it is close.
fn carry_most(carrying: &Connection, length: &AtomicI32) {
    for _ in 0..ROUNDS {
        let carried = carry(carrying);
        if carried.is_none_or(|carried| length.load(Ordering::SeqCst) - carried <= REST) {
            return;
        }
    }
}

/// As much as can be without anybody waiting for it; how many pages of the log have been by now. `None`: it failed.
fn carry(db: &Connection) -> Option<i32> {
    db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2)).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::store::space::beside;

    /// A transaction that changes a page for every kilobyte.
    fn write(db: &Connection, kilobytes: i32) {
        db.execute("INSERT INTO t SELECT zeroblob(?1 * 1024)", [kilobytes]).expect("written");
    }

    fn open(path: &Path) -> Connection {
        let db = Connection::open(path).expect("a file");
        db.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (x)").expect("a table");
        db
    }

    fn log_bytes(path: &Path) -> u64 {
        std::fs::metadata(beside(path, "-wal")).expect("a log").len()
    }

    #[test]
    fn a_long_log_is_carried_over_beside_the_writer_and_begins_anew() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("a.db");
        let mut db = open(&path);
        let mut carrier = Carrier::start(&mut db, open(&path)).expect("a thread");
        write(&db, 4 * (LONG + 100));
        carrier.tend(&db);
        assert!(carrier.under_way, "it was asked to");
        let deadline = Instant::now() + Duration::from_secs(60);
        while carrier.under_way {
            assert!(Instant::now() < deadline, "it never came to an end");
            write(&db, 4);
            carrier.tend(&db);
        }
        write(&db, 4);
        let pages = carrier.pages.load(Ordering::SeqCst);
        assert!(pages < 100, "the log begins anew, not at {pages}");
        carrier.tend(&db);
        assert!(!carrier.under_way, "it is short again");
    }

    #[test]
    fn without_the_thread_the_writer_bounds_the_log_itself() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("a.db");
        let mut db = open(&path);
        let mut carrier =
            Carrier::start(&mut db, Connection::open_in_memory().expect("no such log")).expect("a thread");
        drop(carrier.wanted.take());
        drop(carrier.thread.take().map(JoinHandle::join));
        for _ in 0..10 {
            write(&db, 4 * LONG / 2);
            carrier.tend(&db);
        }
        let most = 4096 * u64::from((TOO_LONG + LONG).unsigned_abs());
        assert!(log_bytes(&path) < most, "{} bytes", log_bytes(&path));
        assert!(!carrier.under_way);
    }
}
