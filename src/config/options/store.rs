//! Options of `[store]`: where everything is kept.

use crate::config::value::not_empty;
use crate::section;

section! {
    /// Where riverd keeps what it knows: one SQLite database.
    pub struct StoreOptions in "store" {
        /// The database file. A relative path counts from the folder riverd is started in.
        path: String = "state/riverd.db".to_owned(), not_empty;
    }
}
