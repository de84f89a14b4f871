//! Files of the folder that ask for subscriptions: OPML, and the shortcuts of browsers.

use crate::config::options::parse::ParseOptions;
use crate::model::complaint::Complaint;
use crate::model::subscription::Subscription;
use crate::parse::opml::subscriptions;
use crate::parse::parsed::ParseError;
use crate::parse::shortcut::shortcut;
use crate::parse::sniff::{FileKind, kind_of_path};

/// What the file at `path` asks for.
///
/// # Errors
/// As [`ParseError`] lists.
pub fn listed(
    path: &str,
    bytes: &[u8],
    options: &ParseOptions,
) -> Result<(Vec<Subscription>, Vec<Complaint>), ParseError> {
    match kind_of_path(path) {
        FileKind::Shortcut => Ok((vec![shortcut(bytes)?], Vec::new())),
        _ => subscriptions(bytes, options),
    }
}
