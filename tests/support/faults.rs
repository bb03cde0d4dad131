//! What the S3 end makes of a network that breaks and of a server that fails, ordered from the demo endpoint.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::time::Duration;

use bucketry::demo::{Demo, Fault, Options, Rule};
use bucketry::model::error::Kind;
use bucketry::model::location::ObjectRef;
use bucketry::model::name::{BucketName, ObjectKey, Prefix};
use bucketry::s3::{Condition, CopyOptions, Keys, ListPage, Settings, Store, WriteOptions};
use bytes::Bytes;

use crate::target::{object, runtime};

/// A demo endpoint of one's own with one bucket and one object of a million bytes.
struct Stage {
    demo: Demo,
    store: Store,
    bucket: BucketName,
    object: ObjectRef,
}

async fn stage() -> Stage {
    let demo = Demo::start(Options { sample: false, ..Options::default() }).await.unwrap();
    let store = Store::open(Settings {
        region: Some(demo.region().to_owned()),
        endpoint_url: Some(demo.endpoint()),
        static_keys: Some(Keys::new(demo.access_key(), demo.secret_key())),
        ..Settings::default()
    })
    .await;
    let bucket = BucketName::from("stage");
    store.create_bucket(&bucket, demo.region()).await.unwrap();
    let object = object(&bucket, "thing");
    store.put(&object, Bytes::from(vec![7; 1_000_000]), &WriteOptions::default()).await.unwrap();
    Stage { demo, store, bucket, object }
}

#[test]
fn a_busy_server_is_asked_again() {
    runtime().block_on(async {
        let s = stage().await;
        for (fault, operation) in [(Fault::SlowDown, "ListObjectsV2"), (Fault::Internal, "HeadObject")] {
            s.demo.faults().add(Rule::new(fault).on(operation).times(2));
        }
        let root = Prefix::root();
        assert_eq!(s.store.list_page(&ListPage::flat(&s.bucket, &root)).await.unwrap().objects.len(), 1);
        assert_eq!(s.store.head(&s.object).await.unwrap().size, 1_000_000);
    });
}

#[test]
fn a_server_that_stays_busy_is_told_from_one_that_fails() {
    runtime().block_on(async {
        let s = stage().await;
        let root = Prefix::root();
        for (fault, kind) in [(Fault::SlowDown, Kind::Throttled), (Fault::Internal, Kind::Server)] {
            let rule = s.demo.faults().add(Rule::new(fault).on("ListObjectsV2"));
            let error = s.store.list_page(&ListPage::flat(&s.bucket, &root)).await.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
            s.demo.faults().remove(rule);
        }
    });
}

#[test]
fn an_expired_token_and_a_denied_action_have_their_kinds() {
    runtime().block_on(async {
        let s = stage().await;
        let rule = s.demo.faults().add(Rule::new(Fault::ExpiredToken));
        let error = s.store.get(&s.object, None, None).await.unwrap_err();
        assert_eq!(error.kind, Kind::ExpiredToken, "{error}");
        let error = s.store.head(&s.object).await.unwrap_err();
        assert_eq!(error.kind, Kind::ExpiredToken, "a HEAD cannot say so, but the store finds out: {error}");
        s.demo.faults().remove(rule);
        s.store.renew().await;
        assert!(s.store.get(&s.object, None, None).await.is_ok(), "fresh credentials are used");
        s.demo.faults().add(Rule::new(Fault::Denied).on("GetObject"));
        let error = s.store.get(&s.object, None, None).await.unwrap_err();
        assert_eq!((error.kind, error.permission), (Kind::Denied, Some("s3:GetObject")), "{error}");
    });
}

#[test]
fn an_error_inside_a_200_is_an_error() {
    runtime().block_on(async {
        let s = stage().await;
        let to = object(&s.bucket, "copy");
        for operation in ["CopyObject", "CompleteMultipartUpload", "UploadPartCopy"] {
            s.demo.faults().add(Rule::new(Fault::ErrorInOk).on(operation));
        }
        let error = s.store.copy(&s.object, None, &to, &CopyOptions::default()).await.unwrap_err();
        assert_eq!(error.kind, Kind::Server, "{error}");
        let upload = s.store.create_upload(&to, &WriteOptions::default()).await.unwrap();
        let error = s.store.upload_part_copy(&s.object, None, 0..10, &to, &upload, 1).await.unwrap_err();
        assert_eq!(error.kind, Kind::Server, "{error}");
        let part = s.store.upload_part(&to, &upload, 1, Bytes::from_static(b"x")).await.unwrap();
        // The demo has completed it before it says otherwise, so the second attempt finds no upload, but its object.
        s.store.complete_upload(&to, &upload, &[part], &Condition::None).await.unwrap();
        assert_eq!(s.store.head(&to).await.unwrap().size, 1);
        s.demo.faults().add(Rule::new(Fault::ErrorInOk).on("DeleteObjects").key("thing"));
        let keys = [ObjectKey::from("thing")];
        let ended = s.store.delete_batch(&s.bucket, &keys).await.unwrap();
        assert_eq!(ended.len(), 1);
        assert_eq!(ended.first().unwrap().1.as_ref().unwrap_err().kind, Kind::Server);
    });
}

#[test]
fn a_body_that_breaks_off_never_passes_for_whole() {
    runtime().block_on(async {
        let s = stage().await;
        s.demo.faults().add(Rule::new(Fault::ResetAfter(300_000)).on("GetObject"));
        let whole = async {
            let mut body = s.store.get(&s.object, None, None).await?;
            while body.next_chunk().await?.is_some() {}
            Ok(())
        };
        // The reset may be faster than the head of the answer.
        let error: bucketry::model::error::Error = whole.await.unwrap_err();
        assert_eq!(error.kind, Kind::Network, "{error}");
    });
}

#[test]
fn an_upload_whose_connection_breaks_is_sent_again() {
    runtime().block_on(async {
        let s = stage().await;
        s.demo.faults().add(Rule::new(Fault::ResetAfter(200_000)).on("PutObject").times(1));
        s.store.put(&s.object, Bytes::from(vec![8; 500_000]), &WriteOptions::default()).await.unwrap();
        assert_eq!(s.store.head(&s.object).await.unwrap().size, 500_000);
    });
}

#[test]
fn one_denied_key_does_not_fail_its_batch() {
    runtime().block_on(async {
        let s = stage().await;
        s.demo.faults().add(Rule::new(Fault::Denied).on("DeleteObjects").key("thing"));
        let keys = [ObjectKey::from("thing"), ObjectKey::from("other")];
        let ended = s.store.delete_batch(&s.bucket, &keys).await.unwrap();
        let kinds: Vec<_> = ended.iter().map(|(_, result)| result.as_ref().err().map(|error| error.kind)).collect();
        assert_eq!(kinds, [Some(Kind::Denied), None]);
    });
}

#[test]
fn a_slow_answer_is_waited_for() {
    runtime().block_on(async {
        let s = stage().await;
        s.demo.faults().add(Rule::new(Fault::Latency(Duration::from_millis(300))).on("HeadObject"));
        assert_eq!(s.store.head(&s.object).await.unwrap().size, 1_000_000);
    });
}

#[test]
fn a_body_goes_out_as_it_is_with_its_checksum_in_the_head() {
    runtime().block_on(async {
        let s = stage().await;
        let sent: Vec<_> = s.demo.requests().into_iter().filter(|request| request.operation == "PutObject").collect();
        assert_eq!(sent.len(), 1);
        let header = |name: &str| sent.first().and_then(|request| request.header(name)).map(str::to_owned);
        assert_eq!(header("x-amz-content-sha256").as_deref(), Some("UNSIGNED-PAYLOAD"), "unsigned on this machine");
        assert_eq!(header("x-amz-checksum-crc64nvme").map(|text| text.len()), Some(12));
        assert_eq!((header("x-amz-trailer"), header("content-encoding")), (None, None), "no frames, no trailer");
    });
}

#[test]
fn every_listing_asks_for_encoded_names() {
    runtime().block_on(async {
        let s = stage().await;
        let root = Prefix::root();
        s.store.list_page(&ListPage::folded(&s.bucket, &root)).await.unwrap();
        s.store.list_uploads(&s.bucket, &root, None).await.unwrap();
        for operation in ["ListObjectsV2", "ListMultipartUploads"] {
            let served = s.demo.requests().into_iter().find(|request| request.operation == operation).unwrap();
            assert!(served.query.contains("encoding-type=url"), "{operation}: {}", served.query);
        }
    });
}
