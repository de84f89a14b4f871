//! A form posted to a hub: guarded like every other request, bounded in time; the answer's body is not read.

use reqwest::header;
use tokio::time::timeout;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::source::fetch::Fetcher;
use crate::source::fetch_client::{failure, introduced};
use crate::source::fetch_error::FetchError;
use crate::source::fetch_headers as headers;

/// Redirects of a hub that are followed (W3C WebSub section 5.1).
const HOPS: usize = 3;

impl Fetcher {
    /// Posts `fields` to `url`; returns the status. Only 307 and 308 are followed: after others it would be no POST.
    ///
    /// # Errors
    /// As [`FetchError`] lists. A status of failure is no error here.
    pub async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<u16, FetchError> {
        let form: String = Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut at = Url::parse(url).map_err(|_| FetchError::Address)?;
        let means = self.means();
        let limit = means.options.timeout;
        for _ in 0..=HOPS {
            if !means.guard.allows_url(&at) {
                return Err(FetchError::Private(at.host_str().unwrap_or_default().to_owned()));
            }
            let request = introduced(means.client(None)?.post(at.clone()), &means.options.contact);
            let request =
                request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone());
            let slow = |_| FetchError::Slow { what: "answer", limit };
            let response =
                timeout(limit, request.send()).await.map_err(slow)?.map_err(|error| failure(&error))?;
            let status = response.status().as_u16();
            if !matches!(status, 307 | 308) {
                return Ok(status);
            }
            at = headers::redirect(status, response.headers(), &at)?.ok_or(FetchError::Nowhere(status))?;
        }
        Err(FetchError::Redirects(HOPS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::options::fetch::FetchOptions;

    #[tokio::test]
    async fn rule_20_no_hub_leads_to_a_private_address() {
        let fetcher = Fetcher::new(&FetchOptions::default(), &[]).expect("a client");
        for url in
            ["http://127.0.0.1:9/hub", "http://localhost:9/hub", "http://[::ffff:10.0.0.1]/", "file:///hub"]
        {
            let error = fetcher.post_form(url, &[]).await.expect_err("it is refused");
            assert!(matches!(error, FetchError::Private(_) | FetchError::Address), "{url}: {error}");
        }
    }
}
