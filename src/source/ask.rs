//! What one poll asks for. Plain data.

use crate::model::document::Validators;
use crate::model::poll::PollState;
use crate::model::time::Timestamp;

/// One feed to poll, and all that the request needs to know of the polls before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// The feed: the URL the owner subscribed to.
    pub feed: String,
    /// Where it is asked for, if not there.
    pub location: Option<String>,
    /// The version that is known already.
    pub validators: Validators,
    /// The one URL the validators are shown to; `None`: the feed's own.
    pub given_by: Option<String>,
    /// Not to be asked before then.
    pub held_until: Option<Timestamp>,
    /// Nor anything else of its host.
    pub host_held: bool,
}

impl Ask {
    /// For a document of which nothing is known yet.
    pub fn anew(url: &str) -> Self {
        Self { feed: url.to_owned(), ..Self::default() }
    }

    /// For a feed as its polling stands.
    pub fn again(url: &str, poll: &PollState) -> Self {
        Self {
            feed: url.to_owned(),
            location: poll.location.clone(),
            validators: poll.validators.clone(),
            given_by: poll.given_by.clone(),
            held_until: poll.held_until,
            host_held: poll.host_held,
        }
    }

    /// Where it is asked for.
    pub fn url(&self) -> &str {
        self.location.as_deref().unwrap_or(&self.feed)
    }

    /// What is shown to `url`: validators belong to the one that gave them.
    pub fn shown_to(&self, url: &str) -> Validators {
        let theirs = self.given_by.as_deref().unwrap_or(&self.feed) == url;
        if theirs { self.validators.clone() } else { Validators::default() }
    }
}
