//! Finds the feed that an owner means who names a web page: at the URL itself, behind the page's link tags, or at one of
//! the places where feeds usually are.
//! Promises: nothing is taken for a feed that was not read as one; one request after the other, with the pause between
//! that every host gets.

use url::Url;

use crate::config::load::Config;
use crate::model::document::{Document, Origin, Validators, Version};
use crate::model::subscription::Subscription;
use crate::parse::discover::places;
use crate::parse::opml::subscriptions;
use crate::parse::parsed::{ParseError, Parsed};
use crate::parse::road::parse;
use crate::parse::whole::is_opml;
use crate::source::ask::Ask;
use crate::source::fetch::Fetcher;

/// What was found.
#[derive(Debug)]
pub enum Found {
    /// A feed.
    Feed {
        /// Its address.
        url: String,
        /// What it says.
        parsed: Box<Parsed>,
    },
    /// A list of subscriptions.
    List {
        /// Its address.
        url: String,
        /// What it lists.
        subscriptions: Vec<Subscription>,
    },
}

/// Looks for feeds.
pub struct Finder<'a> {
    config: &'a Config,
    fetcher: Fetcher,
}

impl<'a> Finder<'a> {
    /// With the owner's limits.
    ///
    /// # Errors
    /// If no HTTP client can be made.
    pub fn new(config: &'a Config) -> anyhow::Result<Self> {
        Ok(Self { config, fetcher: Fetcher::new(&config.fetch, &config.feeds)? })
    }

    /// Fetches `url` as the daemon would.
    ///
    /// # Errors
    /// If it cannot be had.
    pub async fn fetch(&self, url: &str) -> anyhow::Result<Document> {
        let fetched = self.fetcher.fetch(&Ask::anew(url)).await?;
        let error = fetched.answer.error.unwrap_or_else(|| "the server sent no document".to_owned());
        let bytes = fetched.body.ok_or_else(|| anyhow::anyhow!(error))?;
        Ok(Document {
            origin: Origin::Remote(url.to_owned()),
            bytes,
            content_type: fetched.content_type,
            url: Some(fetched.url),
            modified: None,
            version: Version::Http(Validators::default()),
            named: fetched.named,
        })
    }

    /// What `document` is, or where the page that it is leads.
    ///
    /// # Errors
    /// Why the document itself is no feed, if none is found.
    pub async fn discover(&self, document: Document) -> anyhow::Result<Found> {
        let page = document.url.as_deref().and_then(|url| Url::parse(url).ok());
        let error = match self.read(&document) {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let links = match &error {
            ParseError::WebPage { feed_links } => feed_links.clone(),
            _ => return Err(error.into()),
        };
        drop(document);
        let mut tried = 0_usize;
        for url in places(links, page.as_ref()) {
            tokio::time::sleep(self.config.fetch.host_pause).await;
            if let Ok(document) = self.fetch(&url).await
                && let Ok(found) = self.read(&document)
            {
                return Ok(found);
            }
            tried += 1;
        }
        anyhow::bail!("{error}; no feed was found there, nor at {tried} other places")
    }

    fn read(&self, document: &Document) -> Result<Found, ParseError> {
        let url = document.origin.key();
        if is_opml(&document.bytes) {
            let (subscriptions, _) = subscriptions(&document.bytes, &self.config.parse)?;
            return Ok(Found::List { url, subscriptions });
        }
        Ok(Found::Feed { url, parsed: Box::new(parse(document, &self.config.parse)?) })
    }
}
