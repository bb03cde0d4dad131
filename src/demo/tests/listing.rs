//! Listings: pages, delimiters, encodings, versions.

use aws_sdk_s3::types::{BucketVersioningStatus, EncodingType, VersioningConfiguration};

use super::*;

async fn with_keys(keys: &[&str]) -> (Demo, Client) {
    let demo = empty().await;
    let s3 = client(&demo);
    s3.create_bucket().bucket("acme-test").send().await.unwrap();
    for key in keys {
        put(&s3, "acme-test", key, key).await;
    }
    (demo, s3)
}

/// Amazon S3 API Reference, ListObjectsV2, MaxKeys, CommonPrefixes and NextContinuationToken.
#[tokio::test]
async fn pages_hold_keys_and_prefixes_together_and_none_is_lost() {
    let (_demo, s3) = with_keys(&["a", "b/1", "b/2", "c", "d/1", "e"]).await;
    let mut rows = Vec::new();
    let mut token = None;
    loop {
        let request = s3.list_objects_v2().bucket("acme-test").delimiter("/").max_keys(2);
        let page = request.set_continuation_token(token).send().await.unwrap();
        assert!(page.key_count().unwrap() <= 2);
        rows.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        rows.extend(page.common_prefixes().iter().map(|common| common.prefix().unwrap().to_owned()));
        token = page.next_continuation_token().map(str::to_owned);
        assert_eq!(page.is_truncated(), Some(token.is_some()));
        if token.is_none() {
            break;
        }
    }
    rows.sort();
    assert_eq!(rows, ["a", "b/", "c", "d/", "e"]);
}

/// Amazon S3 API Reference, ListObjectsV2, StartAfter, and ListObjects, Marker.
#[tokio::test]
async fn start_after_and_the_marker_are_not_listed_themselves() {
    let (_demo, s3) = with_keys(&["a", "b", "c"]).await;
    let after = s3.list_objects_v2().bucket("acme-test").start_after("a").send().await.unwrap();
    assert_eq!(after.contents()[0].key(), Some("b"));
    let marked = s3.list_objects().bucket("acme-test").marker("b").send().await.unwrap();
    assert_eq!(marked.contents().len(), 1);
    let none = s3.list_objects_v2().bucket("acme-test").max_keys(0).send().await.unwrap();
    assert_eq!((none.key_count(), none.is_truncated()), (Some(0), Some(false)));
}

/// Amazon S3 API Reference, ListObjectsV2, EncodingType.
#[tokio::test]
async fn names_are_encoded_only_if_asked() {
    let (_demo, s3) = with_keys(&["plus+and space\u{1b}/ü%2F.txt"]).await;
    let plain = s3.list_objects_v2().bucket("acme-test").send().await.unwrap();
    assert_eq!(plain.contents()[0].key(), Some("plus+and space\u{1b}/ü%2F.txt"), "written as a reference, and read");
    let encoded = s3.list_objects_v2().bucket("acme-test").delimiter("/").encoding_type(EncodingType::Url).send().await;
    let encoded = encoded.unwrap();
    assert_eq!(encoded.encoding_type(), Some(&EncodingType::Url));
    assert_eq!(encoded.common_prefixes()[0].prefix(), Some("plus%2Band+space%1B/"));
}

/// Amazon S3 API Reference, ListBuckets, MaxBuckets.
#[tokio::test]
async fn buckets_come_in_pages_if_asked() {
    let demo = Demo::start(Options::default()).await.unwrap();
    let s3 = client(&demo);
    let first = s3.list_buckets().max_buckets(3).send().await.unwrap();
    assert_eq!(first.buckets().len(), 3);
    let rest = s3.list_buckets().continuation_token(first.continuation_token().unwrap()).send().await.unwrap();
    assert_eq!((rest.buckets().len(), rest.continuation_token()), (5, None));
    let far = s3.list_buckets().bucket_region("eu-west-1").max_buckets(10).send().await.unwrap();
    assert_eq!(far.buckets().len(), 2);
}

/// Amazon S3 API Reference, ListObjectVersions.
#[tokio::test]
async fn versions_and_markers_are_listed_newest_first_and_in_pages() {
    let (_demo, s3) = with_keys(&["old"]).await;
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket("acme-test").versioning_configuration(enabled).send().await.unwrap();
    put(&s3, "acme-test", "old", "new content").await;
    s3.delete_object().bucket("acme-test").key("old").send().await.unwrap();
    put(&s3, "acme-test", "other", "x").await;
    let (mut key, mut id, mut rows) = (None, None, vec![]);
    loop {
        let request = s3.list_object_versions().bucket("acme-test").max_keys(1);
        let page = request.set_key_marker(key).set_version_id_marker(id).send().await.unwrap();
        rows.extend(page.versions().iter().map(|version| (version.key().unwrap().to_owned(), version.size())));
        rows.extend(page.delete_markers().iter().map(|marker| (marker.key().unwrap().to_owned(), None)));
        if page.is_truncated() != Some(true) {
            break;
        }
        key = page.next_key_marker().map(str::to_owned);
        id = page.next_version_id_marker().map(str::to_owned);
    }
    let old = || "old".to_owned();
    assert_eq!(rows, [(old(), None), (old(), Some(11)), (old(), Some(3)), ("other".to_owned(), Some(1))]);
    let null = s3.get_object().bucket("acme-test").key("old").version_id("null").send().await.unwrap();
    assert_eq!(null.body.collect().await.unwrap().to_vec(), b"old");
}

/// Amazon S3 User Guide, "Working with delete markers".
#[tokio::test]
async fn deleting_the_marker_brings_the_object_back() {
    let (_demo, s3) = with_keys(&[]).await;
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket("acme-test").versioning_configuration(enabled).send().await.unwrap();
    put(&s3, "acme-test", "key", "here").await;
    let deleted = s3.delete_object().bucket("acme-test").key("key").send().await.unwrap();
    assert_eq!(deleted.delete_marker(), Some(true));
    let gone = s3.get_object().bucket("acme-test").key("key").send().await;
    assert_eq!(failure(gone), (404, "NoSuchKey".to_owned()));
    let marker = deleted.version_id().unwrap();
    let head = s3.head_object().bucket("acme-test").key("key").version_id(marker).send().await;
    assert_eq!(failure(head).0, 405, "Amazon S3 User Guide, Working with delete markers");
    s3.delete_object().bucket("acme-test").key("key").version_id(marker).send().await.unwrap();
    assert_eq!(text(&s3, "acme-test", "key").await, "here");
}

/// Amazon S3 API Reference, ListMultipartUploads.
#[tokio::test]
async fn unfinished_uploads_are_listed_in_pages() {
    let (demo, s3) = with_keys(&[]).await;
    for key in ["a", "b", "b"] {
        s3.create_multipart_upload().bucket("acme-test").key(key).send().await.unwrap();
    }
    assert_eq!(demo.open_uploads(), 3);
    let (mut key, mut id, mut found) = (None, None, 0);
    loop {
        let request = s3.list_multipart_uploads().bucket("acme-test").max_uploads(1);
        let page = request.set_key_marker(key).set_upload_id_marker(id).send().await.unwrap();
        found += page.uploads().len();
        if page.is_truncated() != Some(true) {
            break;
        }
        key = page.next_key_marker().map(str::to_owned);
        id = page.next_upload_id_marker().map(str::to_owned);
    }
    assert_eq!(found, 3);
}
