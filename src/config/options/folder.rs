//! Options of `[folder]`: the watched folder.

use std::time::Duration;

use crate::config::value::{ByteSize, not_empty, one_of, within};
use crate::section;

section! {
    /// The watched folder: what lies there is in, what is removed is withdrawn, what changes is updated.
    pub struct FolderOptions in "folder" {
        /// The folder. A relative path counts from the folder riverd is started in.
        path: String = "seeds".to_owned(), not_empty;
        /// How long a file must stay unchanged before it is read.
        settle: Duration = Duration::from_millis(200), within(Duration::from_millis(10)..=Duration::from_secs(60));
        /// How often the whole folder is looked through, besides the system's own notices.
        rescan: Duration = Duration::from_secs(300), within(Duration::from_millis(100)..=Duration::from_secs(86_400));
        /// "auto": the system tells of changes, and on network file systems the folder is looked through each second, too
        /// (more seldom the longer a look takes). "events": only the system tells. "poll": only looks.
        watch: String = "auto".to_owned(), one_of(&["auto", "events", "poll"]);
        /// Follow symbolic links to files and folders within the folder. Those that lead out of it never are.
        follow_symlinks: bool = false;
        /// So many dropped articles within a minute stand in rivers as of now, the rest by their own date: a whole
        /// collection that is dropped floods nothing.
        as_news: usize = 100, within(0..=1_000_000);
        /// Largest file that is read.
        max_size: ByteSize = ByteSize::mib(16), within(ByteSize(1)..=ByteSize::mib(1024));
        /// Most files that are looked at; the rest is left out with a warning.
        max_files: usize = 100_000, within(1..=10_000_000);
    }
}
