//! Objects that go from one server to another and back, through the engine's memory.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use bucketry::model::job::{Item, ItemOutcome, Transfer, Work};
use bucketry::model::location::Location;
use bucketry::model::name::{BucketName, Profile};
use bucketry::s3::{Attributes, Store, WriteOptions};

use crate::contract::{all_keys, dressed, noise};
use crate::servers::Which;
use crate::target::{Target, object, runtime, settings};
use crate::works::Works;

/// A small object, and one that goes in parts.
const SIZES: [(&str, usize); 2] = [("small", 1000), ("large", 17 * 1024 * 1024)];

/// Moves objects from `far` to `own` and back. `far` has to take the keys of `own`.
pub fn there_and_back(own: Which, far: Which) {
    let (Some(own), Some(far)) = (own.server(), far.server()) else { return };
    runtime().block_on(async {
        let target = async |server| {
            let store = Store::open(settings(server, Some(own.keys.clone()))).await;
            Target { server, store, case: "there and back" }
        };
        let (own, far) = (target(own).await, target(far).await);
        Box::pin(move_both_ways(&own, &far)).await;
    });
}

async fn move_both_ways(own: &Target, far: &Target) {
    let profile = Profile::named("far");
    let (here, there) = (own.bucket().await, far.bucket().await);
    let options = WriteOptions {
        attributes: Attributes { website_redirect: None, ..dressed().attributes },
        storage_class: Some("STANDARD_IA".to_owned()),
        ..dressed()
    };
    for (name, size) in SIZES {
        far.store.put(&object(&there, &format!("from/{name}")), noise(size), &options).await.unwrap();
    }
    let mut works = Works::on(own);
    works.reach(&profile, far.server);
    works.move_prefix(there.clone().by(&profile), "from/", here.clone(), "to/").await;
    check(own, &here, "to/from/").await;
    assert!(all_keys(far, &there).await.is_empty());
    works.move_prefix(here.clone(), "to/from/", there.clone().by(&profile), "back/").await;
    check(far, &there, "back/from/").await;
    assert!(all_keys(own, &here).await.is_empty());
    for (t, bucket) in [(own, &here), (far, &there)] {
        let uploads = t.sdk().list_multipart_uploads().bucket(bucket.as_str()).send().await.unwrap();
        assert!(uploads.uploads().is_empty(), "{}", t.server.which.name());
    }
}

/// Checks that all that the objects had has come along.
async fn check(t: &Target, bucket: &BucketName, prefix: &str) {
    let mut tags = dressed().tags;
    tags.sort();
    for (name, size) in SIZES {
        let copy = object(bucket, &format!("{prefix}{name}"));
        let server = t.server.which.name();
        assert!(t.read(&copy).await == noise(size), "{name} on {server}");
        assert_eq!(t.store.head(&copy).await.unwrap().attributes, dressed().attributes, "{name} on {server}");
        let mut carried = t.store.object_tags(&copy).await.unwrap();
        carried.sort();
        assert_eq!(carried, tags, "{name} on {server}");
    }
}

impl Works {
    async fn move_prefix(&mut self, from: BucketName, prefix: &str, to: BucketName, below: &str) {
        let transfer = Transfer {
            is_move: true,
            ..Transfer::new(
                vec![Item::Prefix { bucket: from, prefix: prefix.into() }],
                Location::S3 { bucket: to, prefix: below.into() },
            )
        };
        let ended = self.run(Work::Transfer(transfer)).await;
        assert_eq!(ended.len(), SIZES.len(), "{ended:?}");
        assert!(ended.values().all(|outcome| matches!(outcome, ItemOutcome::Done(_))), "{ended:?}");
    }
}
