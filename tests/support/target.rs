//! One server as a case of the contract sees it.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::future::Future;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use bucketry::model::location::ObjectRef;
use bucketry::model::name::{BucketName, ObjectKey};
use bucketry::s3::{Keys, Settings, Store};
use bytes::Bytes;
use tokio::runtime::Runtime;

use crate::servers::{Server, Which, say};

/// A server, a store on it, and a bucket prefix of one's own.
pub struct Target {
    /// The server.
    pub server: &'static Server,
    /// A store with the keys of the owner.
    pub store: Store,
    /// The name of the case.
    pub case: &'static str,
}

/// Runs a case on a server, if this machine has it.
pub fn run<F, Fut>(which: Which, case: &'static str, body: F)
where
    F: FnOnce(Target) -> Fut,
    Fut: Future<Output = ()>,
{
    let Some(server) = which.server() else { return };
    runtime().block_on(async {
        let store = Store::open(settings(server, Some(server.keys.clone()))).await;
        Box::pin(body(Target { server, store, case })).await;
    });
}

/// One runtime for all tests of this process, because the demo endpoint lives in it.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap())
}

/// Returns what a store or an engine needs to reach a server.
pub fn settings(server: &Server, keys: Option<Keys>) -> Settings {
    Settings {
        region: Some("us-east-1".to_owned()),
        endpoint_url: Some(server.endpoint.clone()),
        no_sign_request: keys.is_none(),
        // With keys of any kind the environment of the test is not read.
        static_keys: Some(keys.unwrap_or_else(|| Keys::new("none", "none"))),
        ..Settings::default()
    }
}

impl Target {
    /// Says that the server lacks something, once it has been tried: `has_it` must fit what is known of the server.
    pub fn has(&self, ability: &str, has_it: bool, lacking: &[Which]) -> bool {
        let is_known_to_lack = lacking.contains(&self.server.which);
        assert_ne!(has_it, is_known_to_lack, "{}: {ability}: what is known of it is wrong", self.server.which.name());
        if !has_it {
            say(&format!("skipped: {ability} on {}, which lacks it ({})", self.server.which.name(), self.case));
        }
        has_it
    }

    /// Says that the case does not apply.
    pub fn skip(&self, why: &str) {
        say(&format!("skipped: {} on {}: {why}", self.case, self.server.which.name()));
    }

    /// Returns a store with other keys, or with none.
    pub async fn store_with(&self, keys: Option<Keys>) -> Store {
        Store::open(settings(self.server, keys)).await
    }

    /// Returns a client of the bare SDK, for what a browser does not do: setting the stage.
    pub fn sdk(&self) -> aws_sdk_s3::Client {
        self.sdk_with(&self.server.keys)
    }

    /// Returns such a client with other keys.
    pub fn sdk_with(&self, keys: &Keys) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.server.endpoint)
            .force_path_style(true)
            .credentials_provider(Credentials::new(&keys.access_key, &keys.secret_key, None, None, "test"))
            .request_checksum_calculation(aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired)
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// Creates a bucket that no other test has, open to ACLs.
    pub async fn bucket(&self) -> BucketName {
        let bucket = Self::unused_name();
        self.sdk()
            .create_bucket()
            .bucket(bucket.as_str())
            .object_ownership(aws_sdk_s3::types::ObjectOwnership::ObjectWriter)
            .send()
            .await
            .unwrap();
        let _ = self.sdk().delete_public_access_block().bucket(bucket.as_str()).send().await;
        bucket
    }

    /// Returns the name of a bucket that does not exist.
    pub fn unused_name() -> BucketName {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        BucketName::from(format!("contract-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed)))
    }

    /// Writes an object with nothing special about it.
    pub async fn put(&self, bucket: &BucketName, key: &str, body: impl Into<Bytes>) -> ObjectRef {
        let object = object(bucket, key);
        self.store.put(&object, body.into(), &bucketry::s3::WriteOptions::default()).await.unwrap();
        object
    }

    /// Reads an object whole.
    pub async fn read(&self, object: &ObjectRef) -> Vec<u8> {
        let mut body = self.store.get(object, None, None).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next_chunk().await.unwrap() {
            bytes.extend_from_slice(&chunk);
        }
        bytes
    }
}

/// Returns the object of a key.
pub fn object(bucket: &BucketName, key: &str) -> ObjectRef {
    ObjectRef { bucket: bucket.clone(), key: ObjectKey::from(key), version: None }
}
