//! Visits a place as anybody's browser would: one GET that is not signed.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use super::client::Store;
use super::http;
use crate::model::error::{Error, Kind};
use crate::model::name::BucketName;
use crate::model::publication::Visit;
use crate::model::site;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

impl Store {
    /// Returns where a browser finds a website below a prefix: at Amazon its website endpoint, which knows the index page;
    /// elsewhere the index page itself.
    pub fn site_of(&self, bucket: &BucketName, prefix: &str, index: &str) -> String {
        if !self.is_amazon() {
            return self.url_of(bucket, &format!("{prefix}{index}"));
        }
        let region = self.region_of(bucket).unwrap_or_else(|| self.session().found.region.clone());
        site::address(bucket.as_str(), &region, prefix)
    }

    /// Gets an address without a signature, and returns what came.
    pub async fn visit(&self, url: &str) -> Result<Visit, Error> {
        let failed = |cause: String| Error::new(Kind::Network, "visit", url, cause);
        let connector = http::connector(url, self.session().found.ca_bundle.as_deref()).await?;
        let request = HttpRequest::get(url).map_err(|error| failed(error.to_string()))?;
        let answer = tokio::time::timeout(PATIENCE, connector.call(request)).await;
        let answer = answer.map_err(|_| failed(format!("no answer within {} s", PATIENCE.as_secs())))?;
        let answer = answer.map_err(|error| failed(format!("{error:?}")))?;
        let content_type = answer.headers().get("content-type").map(str::to_owned);
        Ok(Visit { status: answer.status().as_u16(), content_type })
    }
}
