//! What is to be replaced is replaced, also where the server refuses every `If-Match`.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::fs;

use bucketry::model::capability::Support;
use bucketry::model::job::{Item, ItemOutcome, Transfer, Verified, Work};
use bucketry::model::location::Location;
use bucketry::model::plan::ConflictPolicy;
use bucketry::s3::{Condition, WriteOptions};
use bytes::Bytes;

use crate::servers::Which;
use crate::target::{Target, object};
use crate::works::Works;

/// Above the size from which files go in parts.
const LARGE: usize = 17 * 1024 * 1024;

pub async fn what_is_agreed_to_be_replaced_is_replaced_whatever_the_server_guards(t: Target) {
    let bucket = t.bucket().await;
    let home = tempfile::tempdir().unwrap();
    let mut works = Works::on(&t);
    works.answer = Some(ConflictPolicy::Overwrite);
    let mut items = Vec::new();
    for (name, size) in [("small", 10), ("large", LARGE)] {
        t.put(&bucket, name, "old").await;
        let path = home.path().join(name);
        fs::write(&path, vec![b'n'; size]).unwrap();
        items.push(Item::File(path));
    }
    let transfer =
        |items, prefix: &str| Transfer::new(items, Location::S3 { bucket: bucket.clone(), prefix: prefix.into() });
    for (name, outcome) in works.run(Work::Transfer(transfer(items, ""))).await {
        assert!(matches!(outcome, ItemOutcome::Done(_)), "{name}: {outcome:?}");
    }
    assert_eq!(t.read(&object(&bucket, "small")).await, [b'n'; 10]);
    assert!(t.read(&object(&bucket, "large")).await == vec![b'n'; LARGE]);
    // What was joined of parts comes down verified, by the tag of the parts where there is nothing better.
    let down = Transfer {
        to: Location::Local(home.path().join("down")),
        ..transfer(vec![Item::Object(object(&bucket, "large"))], "")
    };
    for (name, outcome) in works.run(Work::Transfer(down)).await {
        let by =
            if t.server.which == Which::Demo { Verified::Crc64Nvme } else { Verified::Checksum("MD5 of its parts") };
        assert_eq!(outcome, ItemOutcome::Done(by), "{name}");
    }

    t.put(&bucket, "x/small", "old").await;
    let item = Item::Object(object(&bucket, "small"));
    for (name, outcome) in works.run(Work::Transfer(transfer(vec![item.clone()], "x/"))).await {
        assert!(matches!(outcome, ItemOutcome::Done(_)), "{name}: {outcome:?}");
    }
    // And with one request, without any condition.
    let overwrite = Transfer { policy: ConflictPolicy::Overwrite, ..transfer(vec![item], "x/") };
    for (name, outcome) in works.run(Work::Transfer(overwrite)).await {
        assert!(matches!(outcome, ItemOutcome::Done(_)), "{name}: {outcome:?}");
    }
    assert_eq!(t.read(&object(&bucket, "x/small")).await, [b'n'; 10]);
    assert!(t.sdk().list_multipart_uploads().bucket(bucket.as_str()).send().await.unwrap().uploads().is_empty());
}

pub async fn a_server_that_refuses_every_match_is_told_from_a_lost_race(t: Target) {
    let bucket = t.bucket().await;
    let place = t.put(&bucket, "f", "one").await;
    let etag = t.store.head(&place).await.unwrap().etag.unwrap();
    let seen = WriteOptions { condition: Condition::IfMatch(etag), ..WriteOptions::default() };
    let result = t.store.put(&place, Bytes::from_static(b"two"), &seen).await;
    if t.has("If-Match on PutObject", result.is_ok(), &[Which::Ceph]) {
        let error = t.store.put(&place, Bytes::from_static(b"three"), &seen).await.unwrap_err();
        assert!(!t.store.fails_every_match(&place, &seen.condition, &error).await);
        assert_eq!(t.store.capabilities().guarded_replaces, Support::Unknown);
    } else {
        let error = result.unwrap_err();
        assert!(t.store.fails_every_match(&place, &seen.condition, &error).await);
        assert_eq!(t.store.capabilities().guarded_replaces, Support::No);
    }
}

pub async fn what_an_earlier_try_wrote_is_known_by_checksum_or_tag(t: Target) {
    let bucket = t.bucket().await;
    let absent = WriteOptions { condition: Condition::IfAbsent, ..WriteOptions::default() };
    let place = object(&bucket, "f");
    let payload = bucketry::s3::Payload::new(Bytes::from_static(b"mine"));
    t.store.put(&place, payload.clone(), &absent).await.unwrap();
    assert!(t.store.written_before(&place, &payload).await.is_some(), "known by checksum or tag");
    let other = bucketry::s3::Payload::new(Bytes::from_static(b"them"));
    assert!(t.store.written_before(&place, &other).await.is_none());
}
