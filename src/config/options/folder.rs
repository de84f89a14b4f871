//! Options of `[folder]`: the watched folder.

use std::time::Duration;

use crate::config::value::{ByteSize, not_empty, within};
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
        /// Largest file that is read.
        max_size: ByteSize = ByteSize::mib(16), within(ByteSize(1)..=ByteSize::mib(1024));
        /// Most files that are looked at; the rest is left out with a warning.
        max_files: usize = 100_000, within(1..=10_000_000);
    }
}
