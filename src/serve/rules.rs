//! What the owner chose for answers. It lies with the editions and is swapped with them: no answer is made by half of it.

use axum::http::HeaderValue;

use crate::config::options::serve::ServeOptions;
use crate::publish::formats::FEEDS;
use crate::serve::lock::Locks;

/// What the owner chose for answers.
#[derive(Debug)]
pub struct Rules {
    /// What opens private rivers.
    pub locks: Locks,
    /// `None`: no hub is named.
    pub links: Option<Links>,
    /// The `Cache-Control` of every feed.
    pub max_age: HeaderValue,
    /// The longest address, in bytes.
    pub max_uri: usize,
}

/// What `Link` headers say of every feed that lies here (W3C WebSub section 4).
#[derive(Debug, Clone)]
pub struct Links {
    /// The hub.
    pub hub: String,
    /// Where readers reach riverd, without a slash at the end.
    pub public_url: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self::new(Locks::default(), None, &ServeOptions::default())
    }
}

impl Rules {
    /// As these options say.
    pub fn new(locks: Locks, links: Option<Links>, options: &ServeOptions) -> Self {
        let max_age = HeaderValue::from_str(&format!("max-age={}", options.max_age.as_secs()));
        let max_age = max_age.expect("a number is a header's value");
        Self { locks, links, max_age, max_uri: options.max_uri.as_usize() }
    }

    /// What hubs hear of: no page for people, nor how it looks, and nothing that is private.
    pub fn is_followed(&self, path: &str) -> bool {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending);
        let is_feed = |ending| ending == "opml" || FEEDS.iter().any(|format| format.ending == ending);
        ending.is_some_and(is_feed) && !self.locks.is_private(path)
    }

    /// The `Link` header of what lies at a path; `None`: no hub hears of it.
    pub fn link(&self, path: &str) -> Option<HeaderValue> {
        let Links { hub, public_url } = self.links.as_ref()?;
        let text = || format!("<{hub}>; rel=\"hub\", <{public_url}{path}>; rel=\"self\"");
        HeaderValue::from_str(&text()).ok().filter(|_| self.is_followed(path))
    }
}
