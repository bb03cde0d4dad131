//! Requests without credentials, as a stranger would send them: one HEAD and one LIST, which change nothing.
//!
//! They go by a store of their own, which is opened as `--no-sign-request` opens one: no credentials are looked for, so
//! there are none that could slip in.

use std::future::Future;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::types::EncodingType;

use super::client::{Call, Store};
use super::settings::Settings;
use crate::model::access::anonymous::{AnonymousTest, Attempt, Probe};
use crate::model::job::Item;
use crate::model::name::BucketName;

impl Store {
    /// Asks as a stranger for something in a bucket. Nothing of it fails: what was met is the answer. A bucket in another
    /// region is followed there, as all requests are.
    pub async fn test_anonymous(&self, bucket: &BucketName, item: &Item) -> AnonymousTest {
        let stranger = Box::pin(Self::open(self.settings().of_stranger())).await;
        if let Some(region) = self.region_of(bucket) {
            stranger.learn_region(bucket.as_str(), &region);
        }
        let head = Box::pin(stranger.head_as_stranger(bucket, item)).await;
        let list = Box::pin(stranger.list_as_stranger(bucket, item)).await;
        AnonymousTest { attempts: vec![head, list] }
    }

    async fn head_as_stranger(&self, bucket: &BucketName, item: &Item) -> Attempt {
        let Item::Object(object) = item else {
            let call = Call::new("open", format!("s3://{bucket}"), "s3:ListBucket", bucket);
            let send = |client: Client| client.head_bucket().bucket(bucket.as_str()).send();
            return self.attempt(Probe::HeadBucket, call, send).await;
        };
        let call = Call::new("read", object.to_string(), "s3:GetObject", bucket);
        let send = |client: Client| {
            let head = client.head_object().bucket(bucket.as_str()).key(object.key.as_str());
            head.set_version_id(object.version.as_ref().map(ToString::to_string)).send()
        };
        self.attempt(Probe::HeadObject, call, send).await
    }

    /// Lists what stands beside an object, or in a prefix or bucket: one key of it.
    async fn list_as_stranger(&self, bucket: &BucketName, item: &Item) -> Attempt {
        let prefix = match item {
            Item::Object(object) => {
                object.key.as_str().rsplit_once('/').map_or(String::new(), |(up, _)| format!("{up}/"))
            }
            Item::Prefix { prefix, .. } => prefix.as_str().to_owned(),
            _ => String::new(),
        };
        let call = Call::new("list", format!("s3://{bucket}/{prefix}"), "s3:ListBucket", bucket);
        let prefix = Some(prefix).filter(|prefix| !prefix.is_empty());
        let send = |client: Client| {
            let list = client.list_objects_v2().bucket(bucket.as_str()).set_prefix(prefix.clone());
            list.max_keys(1).encoding_type(EncodingType::Url).send()
        };
        self.attempt(Probe::List, call, send).await
    }

    /// Sends one request and notes the status of its last answer.
    async fn attempt<T, E, F, Fut>(&self, probe: Probe, call: Call<'_>, send: F) -> Attempt
    where
        T: RequestId,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        F: Fn(Client) -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let status = &AtomicU16::new(0);
        let watched = |client: Client| {
            let answer = send(client);
            async move {
                let result = answer.await;
                let met = match &result {
                    Ok(_) => 200,
                    Err(error) => error.raw_response().map_or(0, |raw| raw.status().as_u16()),
                };
                status.store(met, Relaxed);
                result
            }
        };
        let result = Box::pin(self.call(&call, watched)).await;
        let status = Some(status.load(Relaxed)).filter(|status| *status > 0);
        let error = result.err();
        Attempt {
            probe,
            target: call.target,
            status,
            code: error.as_ref().and_then(|error| error.code.clone()),
            problem: error.filter(|_| status.is_none()).map(|error| error.cause),
        }
    }
}

impl Settings {
    /// Returns how a stranger connects to the same endpoint: without credentials, and without paying.
    fn of_stranger(&self) -> Self {
        Self { no_sign_request: true, request_payer: false, ..self.clone() }
    }
}
