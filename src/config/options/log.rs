//! Options of `[log]`: what riverd says about its work, and how.

use crate::config::value::{not_empty, one_of};
use crate::section;

section! {
    /// What riverd says about its work. Logs go to standard error, or to the journal under systemd.
    pub struct LogOptions in "log" {
        /// "auto": for people on a terminal, journald under systemd, plain lines otherwise.
        /// "text": lines for people. "json": one JSON object a line. "journald": fields for the journal.
        format: String = "auto".to_owned(), one_of(&["auto", "text", "json", "journald"]);
        /// What to tell: error, warn, info, debug or trace, also per module as in "info,riverd::source=debug".
        /// -v and -q on the command line go one step up or down.
        level: String = "info".to_owned(), not_empty;
    }
}
