//! What one poll asks for. Plain data.

use std::time::Duration;

use url::Url;

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
    /// Who said so; `None`: the host that is asked.
    pub held_by: Option<String>,
    /// Where it was sent so far; `None`: nowhere yet.
    pub way: Option<Box<Way>>,
}

/// A redirect chain on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Where it has come to.
    pub at: Url,
    /// Redirects so far.
    pub hops: usize,
    /// Only 301 and 308 so far.
    pub lasting: bool,
    /// Where these led.
    pub moved_to: Option<String>,
    /// How long the requests took; the time between them, while another host was not free, is nobody's fault.
    pub took: Duration,
}

impl Way {
    /// Before any redirect.
    pub fn begun(at: Url) -> Self {
        Self { at, hops: 0, lasting: true, moved_to: None, took: Duration::ZERO }
    }

    /// One hop further.
    pub fn lead(&mut self, status: u16, target: Url) {
        self.lasting &= matches!(status, 301 | 308);
        if self.lasting {
            self.moved_to = Some(target.to_string());
        }
        (self.at, self.hops) = (target, self.hops + 1);
    }
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
            held_by: poll.held_by.clone(),
            way: None,
        }
    }

    /// Where it is asked for.
    pub fn url(&self) -> &str {
        match &self.way {
            Some(way) => way.at.as_str(),
            None => self.location.as_deref().unwrap_or(&self.feed),
        }
    }

    /// What is shown to `url`: validators belong to the one that gave them.
    pub fn shown_to(&self, url: &str) -> Validators {
        let theirs = self.given_by.as_deref().unwrap_or(&self.feed) == url;
        if theirs { self.validators.clone() } else { Validators::default() }
    }
}
