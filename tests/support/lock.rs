//! Object Lock: how a bucket locks what is new, and what is locked, as each server that has it keeps it.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockRetention, ObjectLockRetentionMode};
use bucketry::model::change::{Change, Header, PairsChange};
use bucketry::model::document::{DocumentKind, holds};
use bucketry::model::filter::Filter;
use bucketry::model::job::{Item, ItemOutcome, Revision, Work};
use bucketry::model::location::ObjectRef;
use bucketry::model::name::BucketName;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::servers::Which;
use crate::target::Target;
use crate::works::Works;

pub async fn what_is_locked_is_told_and_stays_locked(t: Target) {
    let bucket = Target::unused_name();
    let created = t.sdk().create_bucket().bucket(bucket.as_str()).object_lock_enabled_for_bucket(true).send().await;
    if !t.has("buckets with Object Lock", created.is_ok(), &[Which::Demo]) {
        return;
    }
    the_default_is_written_and_read_the_same(&t, &bucket).await;
    let held = t.put(&bucket, "held", "x").await;
    let version = t.store.head(&held).await.unwrap().version.expect("a bucket with Object Lock keeps versions");
    let held = ObjectRef { version: Some(version), ..held };
    let mut works = Works::on(&t);

    hold(&t, &held, true).await;
    assert_eq!(t.store.head(&held).await.unwrap().legal_hold.as_deref(), Some("ON"));
    is_locked(&t, &mut works, &held).await;
    hold(&t, &held, false).await;
    assert_eq!(t.store.head(&held).await.unwrap().legal_hold.as_deref(), Some("OFF"));

    let until = Timestamp::from_second((Timestamp::now() + SignedDuration::from_hours(1)).as_second()).unwrap();
    retain(&t, &held, until).await;
    let facts = t.store.head(&held).await.unwrap();
    assert_eq!((facts.lock_mode.as_deref(), facts.lock_until), (Some("GOVERNANCE"), Some(until)));
    is_locked(&t, &mut works, &held).await;
    assert_eq!(t.read(&held).await, b"x");
}

/// A default that was written is read again as it was, and so is that there is none.
async fn the_default_is_written_and_read_the_same(t: &Target, bucket: &BucketName) {
    let kind = DocumentKind::ObjectLock;
    let with = |default: Value| json!({ "ObjectLockEnabled": "Enabled", "Rule": { "DefaultRetention": default } });
    for written in [
        with(json!({ "Mode": "GOVERNANCE", "Days": 3 })),
        with(json!({ "Mode": "COMPLIANCE", "Years": 2 })),
        json!({ "ObjectLockEnabled": "Enabled" }),
    ] {
        let standing = t.store.read_document(bucket, kind).await.unwrap();
        assert_eq!(kind.facts().problems(&written, standing.document()), []);
        t.store.write_document(standing, &written, None).await.unwrap();
        let stored = t.store.read_document(bucket, kind).await.unwrap().into_document().unwrap();
        assert!(holds(&stored, &written), "stored {stored}, written {written}");
        // moto 5.2 adds the unit that is not used, with no time.
        assert!(stored == written || t.server.which == Which::Moto, "stored {stored}, written {written}");
    }
}

async fn hold(t: &Target, object: &ObjectRef, is_on: bool) {
    let status = if is_on { ObjectLockLegalHoldStatus::On } else { ObjectLockLegalHoldStatus::Off };
    let hold = ObjectLockLegalHold::builder().status(status).build();
    let put = t.sdk().put_object_legal_hold().bucket(object.bucket.as_str()).key(object.key.as_str()).legal_hold(hold);
    put.send().await.unwrap();
}

async fn retain(t: &Target, object: &ObjectRef, until: Timestamp) {
    let until = DateTime::from_secs(until.as_second());
    let retention =
        ObjectLockRetention::builder().mode(ObjectLockRetentionMode::Governance).retain_until_date(until).build();
    let put = t.sdk().put_object_retention().bucket(object.bucket.as_str()).key(object.key.as_str());
    put.retention(retention).send().await.unwrap();
}

/// A locked version takes tags, is not written anew without its lock, and is not deleted.
async fn is_locked(t: &Target, works: &mut Works, object: &ObjectRef) {
    let now = Timestamp::now().to_string().replace(':', "-");
    let tags = PairsChange { sets: vec![("seen".to_owned(), now)], ..PairsChange::default() };
    let header = vec![(Header::CacheControl, Some("no-store".to_owned()))];
    let current = ObjectRef { version: None, ..object.clone() };
    let mut change = async |change: Change| {
        let items = vec![Item::Object(current.clone())];
        let revision = Revision { items, filter: Filter::default(), change: Box::new(change), is_rehearsal: false };
        works.run(Work::Change(revision)).await.into_values().next().unwrap()
    };
    let tagged = change(Change { tags, ..Change::default() }).await;
    assert!(matches!(tagged, ItemOutcome::Done(_)), "{tagged:?}");
    let refused = change(Change { headers: header, ..Change::default() }).await;
    assert!(matches!(&refused, ItemOutcome::Failed(error) if error.cause.contains("without the lock")), "{refused:?}");
    t.store.delete(object).await.unwrap_err();
    assert_eq!(t.store.head(object).await.unwrap().version, object.version);
}
