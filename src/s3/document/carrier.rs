//! The requests that carry documents: those of the bucket policy, aimed at another query.
//!
//! The SDK reads and writes each configuration as a typed value, and drops what the type has no field for. The policy
//! alone it carries as the text that it is. So its three operations carry all documents: signed, sent, retried and counted
//! like any other call, with the query changed before the signature is made. A request whose query cannot be changed is
//! never sent: it would be about the policy.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::http::HttpRequest;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use crate::model::error::Error;
use crate::s3::client::{Call, Store};

/// How the requests of the policy end.
const OWN: &str = "?policy";

/// An answer.
pub(super) struct Answer {
    pub text: String,
    pub headers: HashMap<String, String>,
}

impl Store {
    /// Reads what a query of a bucket names, and some headers of the answer.
    pub(super) async fn carry_get(
        &self,
        call: &Call<'_>,
        query: &str,
        headers: &'static [(&'static str, &'static str)],
    ) -> Result<Answer, Error> {
        let heard = Heard { wanted: headers, found: Arc::default() };
        let bucket = call.bucket.map(|bucket| bucket.as_str().to_owned());
        let output = self
            .call(call, |client| {
                let sent = client.get_bucket_policy().set_bucket(bucket.clone()).customize();
                sent.map_request(aimed(query.to_owned(), None, Vec::new())).interceptor(heard.clone()).send()
            })
            .await?;
        let headers = heard.found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Answer { text: output.policy.unwrap_or_default(), headers })
    }

    /// Writes what a query of a bucket names.
    pub(super) async fn carry_put(
        &self,
        call: &Call<'_>,
        query: &str,
        content_type: &'static str,
        text: &str,
        headers: &[(&'static str, String)],
    ) -> Result<(), Error> {
        let bucket = call.bucket.map(|bucket| bucket.as_str().to_owned());
        let mut headers = headers.to_vec();
        // RGW 16.2 refuses some documents without it, whatever other checksum there is.
        headers.push(("content-md5", STANDARD.encode(Md5::digest(text.as_bytes()))));
        self.call(call, |client| {
            let sent = client.put_bucket_policy().set_bucket(bucket.clone()).policy(text).customize();
            sent.map_request(aimed(query.to_owned(), Some(content_type), headers.clone())).send()
        })
        .await
        .map(|_| ())
    }

    /// Deletes what a query of a bucket names. A server that does not know the query deletes the bucket, so only a document
    /// that was just read may be named.
    pub(super) async fn carry_delete(&self, call: &Call<'_>, query: &str) -> Result<(), Error> {
        let bucket = call.bucket.map(|bucket| bucket.as_str().to_owned());
        self.call(call, |client| {
            let sent = client.delete_bucket_policy().set_bucket(bucket.clone()).customize();
            sent.map_request(aimed(query.to_owned(), None, Vec::new())).send()
        })
        .await
        .map(|_| ())
    }
}

/// Returns what aims a request of the policy at another query.
fn aimed(
    query: String,
    content_type: Option<&'static str>,
    headers: Vec<(&'static str, String)>,
) -> impl Fn(HttpRequest) -> Result<HttpRequest, io::Error> + Send + Sync + 'static {
    move |mut request| {
        let uri = other_query(request.uri(), &query).ok_or_else(|| io::Error::other("the request has another form"))?;
        request.set_uri(uri).map_err(io::Error::other)?;
        let kind = content_type.map(|kind| ("content-type", kind.to_owned()));
        for (name, value) in headers.iter().cloned().chain(kind) {
            request.headers_mut().try_insert(name, value).map_err(io::Error::other)?;
        }
        Ok(request)
    }
}

fn other_query(uri: &str, query: &str) -> Option<String> {
    let place = uri.strip_suffix(OWN).filter(|place| !place.contains('?') && !query.is_empty())?;
    Some(format!("{place}?{query}"))
}

/// Listens to headers of an answer.
#[derive(Debug, Clone)]
struct Heard {
    wanted: &'static [(&'static str, &'static str)],
    found: Arc<Mutex<HashMap<String, String>>>,
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Heard {
    fn name(&self) -> &'static str {
        "Heard"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        let found =
            self.wanted.iter().filter_map(|(_, name)| Some(((*name).to_owned(), headers.get(*name)?.to_owned())));
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found.collect();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_query_changes_and_a_request_of_another_form_is_never_sent() {
        assert_eq!(other_query("http://h/b?policy", "cors").as_deref(), Some("http://h/b?cors"));
        for (uri, query) in [("http://h/b", "cors"), ("http://h/b?x&y?policy", "cors"), ("http://h/b?policy", "")] {
            assert_eq!(other_query(uri, query), None, "{uri}");
        }
    }
}
