//! The behaviour of the endpoint, seen by Amazon's own SDK: each case is also what Amazon S3 does.
//!
//! What moto or Ceph RGW prove too is in `tests/s3.rs`; a case that they cannot prove names the page that it follows.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;

use super::*;

mod access;
mod basic;
mod document;
mod faults;
mod listing;
mod sample;
mod transfer;

/// An empty endpoint.
async fn empty() -> Demo {
    Demo::start(Options { sample: false, ..Options::default() }).await.unwrap()
}

/// A client of an account, signing for a region.
fn client_of(demo: &Demo, account: Account, region: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(demo.endpoint())
        .region(Region::new(region.to_owned()))
        .force_path_style(true)
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .credentials_provider(Credentials::new(account.access_key(), account.secret_key(), None, None, "test"))
        .build();
    Client::from_conf(config)
}

fn client(demo: &Demo) -> Client {
    client_of(demo, Account::Acme, demo.region())
}

async fn put(client: &Client, bucket: &str, key: &str, body: &str) {
    let body = ByteStream::from(body.as_bytes().to_vec());
    client.put_object().bucket(bucket).key(key).body(body).send().await.unwrap();
}

async fn text(client: &Client, bucket: &str, key: &str) -> String {
    let got = client.get_object().bucket(bucket).key(key).send().await.unwrap();
    String::from_utf8(got.body.collect().await.unwrap().to_vec()).unwrap()
}

/// The status and code of a failure.
fn failure<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(
    result: Result<T, SdkError<E, aws_sdk_s3::config::http::HttpResponse>>,
) -> (u16, String) {
    let error = result.unwrap_err();
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    (status, error.code().unwrap_or_default().to_owned())
}
