//! A subscription: what the owner asked to follow.

use serde::{Deserialize, Serialize};

/// One feed the owner asked for, in one place (an outline of an OPML file, or a `[[feed]]` of the config).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The feed's URL, absolute, http or https.
    pub url: String,
    /// The owner's name for it; `None`: the feed's own title is used.
    pub title: Option<String>,
    /// The web page, as the OPML says (`htmlUrl`).
    pub html_url: Option<String>,
    /// Outline folders, outermost first; a label with `/` inside is a path of nested folders.
    pub labels: Vec<String>,
}
