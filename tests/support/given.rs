//! What is given to objects beside their bytes, as each server keeps it.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use bucketry::model::attributes::{Attributes, CannedAcl, Encryption, Given};
use bucketry::model::job::{Item, ItemOutcome, Transfer, Work};
use bucketry::model::location::Location;
use bucketry::model::name::BucketName;
use bucketry::model::plan::ConflictPolicy;

use crate::contract::noise;
use crate::servers::Which;
use crate::target::{Target, object};
use crate::works::Works;

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn to(bucket: &BucketName, prefix: &str, item: Item, given: Given) -> Work {
    Work::Transfer(Transfer {
        takes_contents: true,
        policy: ConflictPolicy::Overwrite,
        given: Box::new(given),
        ..Transfer::new(vec![item], Location::S3 { bucket: bucket.clone(), prefix: prefix.into() })
    })
}

pub async fn what_is_given_is_written_by_uploads_and_copies_whichever_way_they_go(t: Target) {
    let bucket = t.bucket().await;
    let home = tempfile::tempdir().unwrap();
    for (name, bytes) in [("empty", 0), ("small", 10), ("large", 17 << 20)] {
        std::fs::write(home.path().join(name), noise(bytes)).unwrap();
    }
    let first = Given {
        attributes: Attributes {
            content_type: Some("text/csv".to_owned()),
            cache_control: Some("no-cache".to_owned()),
            user: pairs(&[("colour", "blue"), ("owner", "me")]),
            ..Attributes::default()
        },
        tags: pairs(&[("stage", "test"), ("team", "a b+c/ü")]),
        acl: Some(CannedAcl::PublicRead),
        ..Given::default()
    };
    let second = Given {
        attributes: Attributes {
            content_type: Some("text/plain".to_owned()),
            user: pairs(&[("owner", "you")]),
            ..Attributes::default()
        },
        tags: pairs(&[("team", "red")]),
        ..Given::default()
    };
    let mut works = Works::on(&t);
    let up = to(&bucket, "up/", Item::Folder(home.path().to_owned()), first.clone());
    let prefix = |text: &str| Item::Prefix { bucket: bucket.clone(), prefix: text.into() };
    let copy = to(&bucket, "copy/", prefix("up/"), second);
    for work in [up, copy] {
        let ended = works.run(work).await;
        assert!(ended.values().all(|outcome| matches!(outcome, ItemOutcome::Done(_))), "{ended:?}");
    }
    for name in ["empty", "small", "large"] {
        let up = object(&bucket, &format!("up/{name}"));
        assert_eq!(t.store.head(&up).await.unwrap().attributes, first.attributes, "{name}");
        assert_eq!(t.store.object_tags(&up).await.unwrap(), first.tags, "{name}");
        assert!(t.store.object_acl(&up).await.unwrap().is_public(), "{name}");
        let copy = object(&bucket, &format!("copy/{name}"));
        let attributes = t.store.head(&copy).await.unwrap().attributes;
        let kept = (attributes.content_type.as_deref(), attributes.cache_control.as_deref());
        assert_eq!(kept, (Some("text/plain"), Some("no-cache")), "{name}");
        assert_eq!(attributes.user, pairs(&[("colour", "blue"), ("owner", "you")]), "{name}");
        assert_eq!(t.store.object_tags(&copy).await.unwrap(), pairs(&[("stage", "test"), ("team", "red")]), "{name}");
        assert!(!t.store.object_acl(&copy).await.unwrap().is_public(), "{name}");
    }
}

pub async fn an_encryption_that_is_given_is_asked_for(t: Target) {
    let bucket = t.bucket().await;
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("f"), "x").unwrap();
    let encryption =
        Encryption { algorithm: "aws:kms".to_owned(), key: Some("a-key".to_owned()), has_bucket_key: false };
    let given = Given { encryption: Some(encryption.clone()), ..Given::default() };
    let ended = Works::on(&t).run(to(&bucket, "", Item::Folder(home.path().to_owned()), given)).await;
    let is_done = ended.values().all(|outcome| matches!(outcome, ItemOutcome::Done(_)));
    // RGW has no KMS unless one is set up for it, and says so.
    if t.has("a KMS key on PutObject", is_done, &[Which::Ceph]) {
        let kept = t.store.head(&object(&bucket, "f")).await.unwrap().encryption.unwrap();
        assert_eq!((kept.algorithm, kept.key), (encryption.algorithm, encryption.key));
    }
}
