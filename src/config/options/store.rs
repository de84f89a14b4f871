//! Options of `[store]`: where everything is kept, and for how long.

use std::time::Duration;

use crate::config::value::{Expected, Value, not_empty, within};
use crate::section;

/// A century: what may be kept at most without being kept for ever.
const CENTURY: Duration = Duration::from_secs(36_525 * 86_400);
/// Less than that is no retention but a loss.
const LEAST_KEPT: Duration = Duration::from_secs(86_400);
/// As above, in entries.
const LEAST_ENTRIES: usize = 10;

section! {
    /// Where riverd keeps what it knows: one SQLite database. By default everything is kept for ever.
    pub struct StoreOptions in "store" {
        /// The database file. A relative path counts from the folder riverd is started in.
        path: String = "state/riverd.db".to_owned(), not_empty;
        /// How long an entry is kept after it was first seen, a day at least. What its feed still holds, what a river
        /// shows, what stands in a river's archive, and what you split or joined stays all the same. 0: for ever.
        keep: Duration = Duration::ZERO, kept;
        /// Most entries kept of each feed, the newest, 10 at least; what stays whatever its age stays here too. 0: all.
        keep_entries: usize = 0, kept_entries;
        /// Whether entries that stand in the archive of a river may be forgotten like others. The pages stay as they are,
        /// to the byte; the search and `riverd stories` no longer find what is only there.
        forget_archived: bool = false;
        /// How often what is to be forgotten is looked for, and room that is free is given back to the disk.
        prune_every: Duration = Duration::from_secs(6 * 3_600), within(Duration::from_millis(100)..=Duration::from_secs(30 * 86_400));
    }
}

fn kept(keep: &Duration) -> Result<(), Expected> {
    if keep.is_zero() || (LEAST_KEPT..=CENTURY).contains(keep) {
        return Ok(());
    }
    Err(format!("{}: a day at least, or 0 for ever", Duration::expected()))
}

fn kept_entries(count: &usize) -> Result<(), Expected> {
    if *count == 0 || *count >= LEAST_ENTRIES {
        return Ok(());
    }
    Err(format!("a number of entries, {LEAST_ENTRIES} at least, or 0 for all"))
}
