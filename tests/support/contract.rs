//! The cases of the contract: what the S3 end promises, whatever the server.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test helper may fail loudly")]

use std::collections::BTreeSet;

use aws_sdk_s3::types as sdk;
use bucketry::model::access::PublicAccessBlock;
use bucketry::model::capability::Support;
use bucketry::model::error::Kind;
use bucketry::model::job::{Item, ItemOutcome, Transfer, Work};
use bucketry::model::location::Location;
use bucketry::model::name::{BucketName, ETag, ObjectKey, Prefix};
use bucketry::s3::{
    Attributes, Condition, CopyOptions, Keys, ListPage, PartDone, Payload, Settings, Store, UploadId, WriteOptions,
};
use bytes::Bytes;

pub use crate::change::*;
pub use crate::given::*;
pub use crate::hostile::*;
pub use crate::lock::*;
pub use crate::replace::*;
pub use crate::resume::*;
use crate::servers::Which;
pub use crate::settings::*;
pub use crate::sync::*;
use crate::target::{Target, object};
pub use crate::uploads::*;
use crate::works::Works;

const MIB: usize = 1024 * 1024;

/// Bytes that repeat nowhere near the size of a part.
pub fn noise(bytes: usize) -> Bytes {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut out = Vec::with_capacity(bytes + 8);
    while out.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(bytes);
    out.into()
}

/// Lists all keys and prefixes, however many pages that takes.
async fn list(store: &Store, first: ListPage<'_>) -> (Vec<String>, Vec<String>, usize) {
    let (mut keys, mut prefixes, mut pages, mut token) = (Vec::new(), Vec::new(), 0, None);
    loop {
        let page = store.list_page(&first.clone().from(token)).await.unwrap();
        pages += 1;
        keys.extend(page.objects.iter().map(|object| object.key.to_string()));
        prefixes.extend(page.prefixes.iter().map(ToString::to_string));
        token = page.next;
        if token.is_none() {
            return (keys, prefixes, pages);
        }
    }
}

pub async fn all_keys(t: &Target, bucket: &BucketName) -> BTreeSet<String> {
    list(&t.store, ListPage::flat(bucket, &Prefix::root())).await.0.into_iter().collect()
}

pub async fn buckets_are_listed_with_their_dates(t: Target) {
    let bucket = t.bucket().await;
    let page = t.store.list_buckets(None).await.unwrap();
    let row = page.entries.iter().find(|entry| *entry.name == *bucket.as_str()).expect("the new bucket is listed");
    assert!(row.modified.is_some(), "a bucket has a creation date");
    assert_eq!(page.next, None);
}

pub async fn keys_are_listed_page_by_page_and_folded(t: Target) {
    let bucket = t.bucket().await;
    for key in ["a/1", "a/2", "a/b/3", "c d/4", "e", "f+g"] {
        t.put(&bucket, key, key.to_owned()).await;
    }
    let root = Prefix::root();
    let (keys, prefixes, pages) =
        list(&t.store, ListPage { max_keys: Some(2), ..ListPage::flat(&bucket, &root) }).await;
    assert_eq!(keys, ["a/1", "a/2", "a/b/3", "c d/4", "e", "f+g"]);
    assert_eq!((prefixes.len(), pages), (0, 3));
    let (keys, prefixes, _) = list(&t.store, ListPage { max_keys: Some(2), ..ListPage::folded(&bucket, &root) }).await;
    assert_eq!((keys, prefixes), (vec!["e".to_owned(), "f+g".to_owned()], vec!["a/".to_owned(), "c d/".to_owned()]));
    let below = Prefix::from("a/");
    let (keys, prefixes, _) = list(&t.store, ListPage::folded(&bucket, &below)).await;
    assert_eq!((keys, prefixes), (vec!["a/1".to_owned(), "a/2".to_owned()], vec!["a/b/".to_owned()]));
    let after = ListPage { start_after: Some("c d/4".to_owned()), ..ListPage::flat(&bucket, &root) };
    assert_eq!(list(&t.store, after).await.0, ["e", "f+g"]);
    let spaced = Prefix::from("c d/");
    assert_eq!(list(&t.store, ListPage::flat(&bucket, &spaced)).await.0, ["c d/4"]);
    let page = t.store.list_page(&ListPage::flat(&bucket, &spaced)).await.unwrap();
    assert_eq!(page.objects[0].size, 5);
    assert!(page.objects[0].modified.is_some() && page.objects[0].etag.is_some());
}

pub fn dressed() -> WriteOptions {
    WriteOptions {
        attributes: Attributes {
            content_type: Some("text/csv".to_owned()),
            cache_control: Some("max-age=60".to_owned()),
            content_disposition: Some("attachment; filename=\"x.csv\"".to_owned()),
            content_encoding: Some("identity".to_owned()),
            content_language: Some("de".to_owned()),
            expires: Some("Thu, 01 Dec 2050 16:00:00 GMT".to_owned()),
            website_redirect: None,
            user: vec![("colour".to_owned(), "blue and green".to_owned()), ("owner".to_owned(), "me".to_owned())],
        },
        tags: vec![("team".to_owned(), "a b+c/ü".to_owned()), ("stage".to_owned(), "test".to_owned())],
        ..WriteOptions::default()
    }
}

pub async fn what_is_written_is_read_back_with_its_metadata_and_tags(t: Target) {
    let bucket = t.bucket().await;
    let whole = object(&bucket, "report.csv");
    let written = t.store.put(&whole, Bytes::from_static(b"a,b\n1,2\n"), &dressed()).await.unwrap();
    assert_eq!(t.read(&whole).await, b"a,b\n1,2\n");
    let facts = t.store.head(&whole).await.unwrap();
    assert_eq!((facts.size, &facts.etag), (8, &written.etag));
    assert_eq!(facts.attributes, dressed().attributes);
    assert!(facts.modified.is_some());
    let mut tags = dressed().tags;
    tags.sort();
    assert_eq!(t.store.object_tags(&whole).await.unwrap(), tags);
    let empty = t.put(&bucket, "empty", Bytes::new()).await;
    assert_eq!(t.read(&empty).await, b"");
    assert_eq!(t.store.head(&empty).await.unwrap().size, 0);
}

pub async fn a_write_if_absent_never_replaces(t: Target) {
    let bucket = t.bucket().await;
    let place = object(&bucket, "once");
    let absent = WriteOptions { condition: Condition::IfAbsent, ..WriteOptions::default() };
    let first = t.store.put(&place, Bytes::from_static(b"first"), &absent).await.unwrap();
    let error = t.store.put(&place, Bytes::from_static(b"second"), &absent).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict, "{error}");
    assert_eq!(t.store.capabilities().conditional_writes, Support::Yes);
    assert_eq!(t.read(&place).await, b"first");
    let same = WriteOptions { condition: Condition::IfMatch(first.etag.unwrap()), ..WriteOptions::default() };
    let replaced = t.store.put(&place, Bytes::from_static(b"third"), &same).await;
    if t.has("If-Match on PutObject", replaced.is_ok(), &[Which::Ceph]) {
        let error = t.store.put(&place, Bytes::from_static(b"fourth"), &same).await.unwrap_err();
        assert_eq!(error.kind, Kind::Conflict, "{error}");
        assert_eq!(t.read(&place).await, b"third");
    }
}

pub async fn ranges_are_read_while_the_object_is_the_same(t: Target) {
    let bucket = t.bucket().await;
    let bytes = noise(300_000);
    let whole = t.put(&bucket, "noise", bytes.clone()).await;
    let etag = t.store.head(&whole).await.unwrap().etag.unwrap();
    let mut body = t.store.get(&whole, Some(100_000..200_000), Some(&etag)).await.unwrap();
    assert_eq!((body.length(), body.facts.size), (Some(100_000), 300_000));
    let mut read = Vec::new();
    while let Some(chunk) = body.next_chunk().await.unwrap() {
        read.extend_from_slice(&chunk);
    }
    assert!(read == bytes[100_000..200_000], "the bytes of the range");
    t.put(&bucket, "noise", noise(10)).await;
    let error = t.store.get(&whole, Some(0..5), Some(&etag)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict, "{error}");
    let error = t.store.get(&whole, Some(1000..1005), None).await.unwrap_err();
    assert_eq!(error.kind, Kind::Invalid, "{error}");
}

/// Sends parts out of order.
async fn upload(t: &Target, bucket: &BucketName, key: &str, parts: &[Bytes]) -> (UploadId, Vec<PartDone>) {
    let place = object(bucket, key);
    let upload = t.store.create_upload(&place, &dressed()).await.unwrap();
    let mut done = Vec::new();
    for (number, part) in (1..).zip(parts).rev_collected() {
        done.push(t.store.upload_part(&place, &upload, number, part.clone()).await.unwrap());
    }
    (upload, done)
}

trait RevCollected: Iterator + Sized {
    fn rev_collected(self) -> Vec<Self::Item> {
        let mut all: Vec<_> = self.collect();
        all.reverse();
        all
    }
}

impl<I: Iterator> RevCollected for I {}

pub async fn parts_are_joined_in_order_and_small_ones_are_refused(t: Target) {
    let bucket = t.bucket().await;
    let bytes = noise(5 * MIB + 77);
    let place = object(&bucket, "in parts");
    let (id, parts) = upload(&t, &bucket, "in parts", &[bytes.slice(..5 * MIB), bytes.slice(5 * MIB..)]).await;
    let written = t.store.complete_upload(&place, &id, &parts, &Condition::None).await.unwrap();
    assert!(t.read(&place).await == bytes, "the parts in order");
    let facts = t.store.head(&place).await.unwrap();
    assert!(facts.etag.as_ref().is_some_and(|etag| etag.as_str().ends_with("-2\"")), "{facts:?}");
    if t.has("the entity tag in the answer to CompleteMultipartUpload", written.etag.is_some(), &[Which::Ceph]) {
        assert_eq!(written.etag, facts.etag);
    }
    assert_eq!(facts.attributes, dressed().attributes);
    let tags = t.store.object_tags(&place).await.unwrap();
    if !t.has("tags given to an upload in parts", !tags.is_empty(), &[Which::Ceph]) {
        t.store.set_object_tags(&place, &dressed().tags).await.unwrap();
    }
    assert_eq!(t.store.object_tags(&place).await.unwrap().len(), 2);

    let place = object(&bucket, "small parts");
    let (id, parts) = upload(&t, &bucket, "small parts", &[noise(10), noise(10)]).await;
    let error = t.store.complete_upload(&place, &id, &parts, &Condition::None).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (Kind::Invalid, Some("EntityTooSmall")), "{error}");
    t.store.abort_upload(&place, &id).await.unwrap();
}

pub async fn an_aborted_upload_leaves_nothing(t: Target) {
    let bucket = t.bucket().await;
    let key = "left + behind\u{202e}";
    let (id, _) = upload(&t, &bucket, key, &[noise(10)]).await;
    let root = Prefix::root();
    let page = t.store.list_uploads(&bucket, &root, None).await.unwrap();
    let rows: Vec<_> = page.uploads.iter().map(|row| (row.key.as_str(), row.id.as_str())).collect();
    assert_eq!(rows, [(key, id.as_str())]);
    t.store.abort_upload(&object(&bucket, key), &id).await.unwrap();
    assert!(t.store.list_uploads(&bucket, &root, None).await.unwrap().uploads.is_empty());
    t.store.abort_upload(&object(&bucket, key), &id).await.expect("what is gone need not be aborted");
    let error = t.store.create_upload(&object(&bucket, "esc\u{1b}"), &WriteOptions::default()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unsupported, "a key that XML cannot carry is never begun in parts");
}

pub async fn a_completed_upload_if_absent_never_replaces(t: Target) {
    let bucket = t.bucket().await;
    let place = t.put(&bucket, "taken", "first").await;
    let (id, parts) = upload(&t, &bucket, "taken", &[noise(10)]).await;
    let result = t.store.complete_upload(&place, &id, &parts, &Condition::IfAbsent).await;
    if t.has("If-None-Match on CompleteMultipartUpload", result.is_err(), &[Which::Ceph]) {
        let error = result.unwrap_err();
        assert_eq!(error.kind, Kind::Conflict, "{error}");
        assert_eq!(t.read(&place).await, b"first");
        t.store.abort_upload(&place, &id).await.unwrap();
    }
}

pub async fn checksums_are_stored_and_come_back(t: Target) {
    let bucket = t.bucket().await;
    let payload = Payload::new(noise(100_000));
    let crc = payload.crc64();
    let whole = object(&bucket, "whole");
    let written = t.store.put(&whole, payload, &WriteOptions::default()).await.unwrap();
    if !t.has("stored checksums", written.crc64.is_some(), &[Which::Ceph]) {
        assert_eq!(t.store.capabilities().checksums, Support::No);
        // What such a server tells of the bytes is their MD5.
        assert!(written.is_proved_by_md5);
        let bytes = noise(5 * MIB + 9);
        let (id, parts) = upload(&t, &bucket, "parts", &[bytes.slice(..5 * MIB), bytes.slice(5 * MIB..)]).await;
        let place = object(&bucket, "parts");
        let written = t.store.complete_upload(&place, &id, &parts, &Condition::None).await.unwrap();
        assert!(written.is_proved_by_md5);
        return;
    }
    assert_eq!(t.store.capabilities().checksums, Support::Yes);
    assert_eq!(written.crc64, Some(crc));
    assert_eq!(t.store.head(&whole).await.unwrap().crc64, Some(crc));
    assert_eq!(t.store.get(&whole, None, None).await.unwrap().facts.crc64, Some(crc));
    let place = object(&bucket, "parts");
    let bytes = noise(5 * MIB + 9);
    let (id, parts) = upload(&t, &bucket, "parts", &[bytes.slice(..5 * MIB), bytes.slice(5 * MIB..)]).await;
    let written = t.store.complete_upload(&place, &id, &parts, &Condition::None).await.unwrap();
    let crc = Payload::new(bytes).crc64();
    assert_eq!(PartDone::whole_crc64(&parts), Some(crc));
    if t.has("checksums of whole objects made of parts", written.crc64 == Some(crc), &[Which::Moto]) {
        assert_eq!(t.store.head(&place).await.unwrap().crc64, Some(crc));
    }
}

pub async fn a_copy_carries_metadata_and_tags_and_guards_its_source(t: Target) {
    let bucket = t.bucket().await;
    let from = object(&bucket, "from/a + b");
    let etag = t.store.put(&from, Bytes::from_static(b"copy me"), &dressed()).await.unwrap().etag.unwrap();
    let to = object(&bucket, "to/ü");
    t.store.copy(&from, Some(&etag), &to, &CopyOptions::default()).await.unwrap();
    assert_eq!(t.read(&to).await, b"copy me");
    assert_eq!(t.store.head(&to).await.unwrap().attributes, dressed().attributes);
    assert_eq!(t.store.object_tags(&to).await.unwrap().len(), 2);

    let given = CopyOptions {
        attributes: Some(Attributes { content_type: Some("text/plain".to_owned()), ..Attributes::default() }),
        tags: Some(vec![("new".to_owned(), "1".to_owned())]),
        ..CopyOptions::default()
    };
    t.store.copy(&from, Some(&etag), &to, &given).await.unwrap();
    let attributes = t.store.head(&to).await.unwrap().attributes;
    assert_eq!((attributes.content_type.as_deref(), attributes.user.len()), (Some("text/plain"), 0));
    let tags = t.store.object_tags(&to).await.unwrap();
    if t.has("tags given to a copy", !tags.is_empty(), &[Which::Ceph]) {
        assert_eq!(tags, [("new".to_owned(), "1".to_owned())]);
    }

    let changed = ETag::from("\"00000000000000000000000000000000\"");
    let result = t.store.copy(&from, Some(&changed), &to, &CopyOptions::default()).await;
    if t.has("a guard on CopyObject", result.is_err(), &[Which::Moto, Which::Ceph]) {
        assert_eq!(result.unwrap_err().kind, Kind::Conflict);
    }
    let gone = object(&bucket, "gone");
    let error = t.store.copy(&gone, None, &to, &CopyOptions::default()).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotFound, "{error}");
    let absent = CopyOptions { condition: Condition::IfAbsent, ..CopyOptions::default() };
    let result = t.store.copy(&from, Some(&etag), &to, &absent).await;
    if t.has("If-None-Match on CopyObject", result.is_err(), &[Which::Ceph, Which::Moto]) {
        assert_eq!(result.unwrap_err().kind, Kind::Conflict);
    }
}

pub async fn a_copy_in_parts_has_the_same_bytes(t: Target) {
    let bucket = t.bucket().await;
    let bytes = noise(5 * MIB + 1234);
    let from = t.put(&bucket, "big + one", bytes.clone()).await;
    let etag = t.store.head(&from).await.unwrap().etag.unwrap();
    let to = object(&bucket, "big copy");
    let id = t.store.create_upload(&to, &dressed()).await.unwrap();
    let (middle, end) = (5 * MIB as u64, bytes.len() as u64);
    let second = t.store.upload_part_copy(&from, Some(&etag), middle..end, &to, &id, 2).await.unwrap();
    let first = t.store.upload_part_copy(&from, Some(&etag), 0..middle, &to, &id, 1).await.unwrap();
    t.store.complete_upload(&to, &id, &[second, first], &Condition::None).await.unwrap();
    assert!(t.read(&to).await == bytes, "the same bytes");
    assert_eq!(t.store.head(&to).await.unwrap().attributes, dressed().attributes);
    let id = t.store.create_upload(&to, &WriteOptions::default()).await.unwrap();
    let changed = ETag::from("\"00000000000000000000000000000000\"");
    let result = t.store.upload_part_copy(&from, Some(&changed), 0..middle, &to, &id, 1).await;
    if t.has("a guard on UploadPartCopy", result.is_err(), &[Which::Moto, Which::Ceph]) {
        assert_eq!(result.unwrap_err().kind, Kind::Conflict);
    }
    t.store.abort_upload(&to, &id).await.unwrap();
}

pub async fn a_move_inside_the_server_keeps_bytes_metadata_and_tags(t: Target) {
    let bucket = t.bucket().await;
    t.store.put(&object(&bucket, "from/report.csv"), Bytes::from_static(b"a,b\n1,2\n"), &dressed()).await.unwrap();
    let transfer = Transfer {
        is_move: true,
        ..Transfer::new(
            vec![Item::Prefix { bucket: bucket.clone(), prefix: "from/".into() }],
            Location::S3 { bucket: bucket.clone(), prefix: "to/".into() },
        )
    };
    let ended = Works::on(&t).run(Work::Transfer(transfer)).await;
    assert!(ended.values().all(|outcome| matches!(outcome, ItemOutcome::Done(_))), "{ended:?}");
    assert_eq!(all_keys(&t, &bucket).await, BTreeSet::from(["to/from/report.csv".to_owned()]));
    let moved = object(&bucket, "to/from/report.csv");
    assert_eq!(t.read(&moved).await, b"a,b\n1,2\n");
    assert_eq!(t.store.head(&moved).await.unwrap().attributes, dressed().attributes);
    let mut tags = dressed().tags;
    tags.sort();
    assert_eq!(t.store.object_tags(&moved).await.unwrap(), tags);
}

pub async fn a_batch_is_deleted_and_says_how_each_key_ended(t: Target) {
    let bucket = t.bucket().await;
    for key in ["a", "b & c", "d<e>", "keep"] {
        t.put(&bucket, key, "x").await;
    }
    let keys: Vec<_> = ["a", "b & c", "d<e>", "never was"].map(ObjectKey::from).to_vec();
    let ended = t.store.delete_batch(&bucket, &keys).await.unwrap();
    assert_eq!(ended.len(), 4);
    assert!(ended.iter().all(|(_, result)| result.is_ok()), "{ended:?}");
    assert_eq!(all_keys(&t, &bucket).await, BTreeSet::from(["keep".to_owned()]));
    let error = t.store.delete_batch(&Target::unused_name(), &keys).await.unwrap_err();
    assert_eq!(error.kind, Kind::NoSuchBucket, "{error}");
}

pub async fn deleting_in_a_versioned_bucket_adds_a_marker(t: Target) {
    let bucket = t.bucket().await;
    assert!(!t.store.versioning(&bucket).await.unwrap().adds_markers());
    let enabled = sdk::VersioningConfiguration::builder().status(sdk::BucketVersioningStatus::Enabled).build();
    t.sdk().put_bucket_versioning().bucket(bucket.as_str()).versioning_configuration(enabled).send().await.unwrap();
    assert!(t.store.versioning(&bucket).await.unwrap().adds_markers());
    let current = t.put(&bucket, "kept", "old").await;
    let version = t.store.head(&current).await.unwrap().version.expect("a versioned bucket has versions");
    t.store.delete(&current).await.unwrap();
    assert_eq!(t.store.head(&current).await.unwrap_err().kind, Kind::NotFound);
    assert_eq!(all_keys(&t, &bucket).await, BTreeSet::new());
    let mut old = current.clone();
    old.version = Some(version);
    assert_eq!(t.read(&old).await, b"old");
    t.store.delete(&old).await.unwrap();
    assert!(matches!(t.store.head(&old).await.unwrap_err().kind, Kind::NotFound | Kind::Invalid));
}

pub async fn a_bucket_is_created_closed_and_removed_empty(t: Target) {
    let bucket = Target::unused_name();
    t.store.create_bucket(&bucket, "us-east-1").await.unwrap();
    t.store.head_bucket(&bucket).await.unwrap();
    let block = t.store.public_access_block(&bucket).await.unwrap().expect("a new bucket is closed");
    assert!(block.ignore_public_acls && block.block_public_policy && block.restrict_public_buckets);
    t.has("a BlockPublicAcls under which one can write", block.block_public_acls, &[Which::Ceph]);
    let ownership = t.store.ownership(&bucket).await;
    if t.has("Object Ownership", ownership.is_ok(), &[Which::Ceph]) {
        assert!(ownership.unwrap().expect("a new bucket has it").disables_acls());
    }
    let inside = t.put(&bucket, "x", "x").await;
    let error = t.store.delete_bucket(&bucket).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (Kind::Conflict, Some("BucketNotEmpty")), "{error}");
    t.store.delete(&inside).await.unwrap();
    t.store.delete_bucket(&bucket).await.unwrap();
    assert_eq!(t.store.head_bucket(&bucket).await.unwrap_err().kind, Kind::NoSuchBucket);
}

pub async fn the_access_documents_of_a_bucket_are_read(t: Target) {
    let bucket = t.bucket().await;
    let (name, sdk) = (bucket.as_str(), t.sdk());
    assert_eq!(t.store.policy(&bucket).await.unwrap(), None);
    assert_eq!(t.store.bucket_tags(&bucket).await.unwrap(), []);
    let grants = t.store.bucket_acl(&bucket).await.unwrap().grants;
    assert!(grants.iter().any(|grant| grant.permission == "FULL_CONTROL" && !grant.is_public()), "{grants:?}");

    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{name}/*"}}]}}"#
    );
    sdk.put_bucket_policy().bucket(name).policy(&policy).send().await.unwrap();
    let stored = t.store.policy(&bucket).await.unwrap().expect("the policy that was put");
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(json(&stored), json(&policy));
    let status = t.store.policy_status(&bucket).await;
    if t.has("GetBucketPolicyStatus", status.is_ok(), &[Which::Moto]) {
        assert_eq!(status.unwrap(), Some(true));
    } else {
        assert_eq!(status.unwrap_err().kind, Kind::Unsupported);
    }

    let block = sdk::PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(false)
        .block_public_policy(true)
        .restrict_public_buckets(false)
        .build();
    sdk.put_public_access_block().bucket(name).public_access_block_configuration(block).send().await.unwrap();
    let block = t.store.public_access_block(&bucket).await.unwrap().expect("the block that was put");
    assert!(block.block_public_acls && !block.ignore_public_acls);
    assert!(block.block_public_policy && !block.restrict_public_buckets);
    sdk.delete_public_access_block().bucket(name).send().await.unwrap();
    // RGW answers with four times no instead of nothing.
    assert_eq!(t.store.public_access_block(&bucket).await.unwrap().unwrap_or_default(), PublicAccessBlock::default());

    let tag = sdk::Tag::builder().key("team").value("a & b").build().unwrap();
    let tagging = sdk::Tagging::builder().tag_set(tag).build().unwrap();
    sdk.put_bucket_tagging().bucket(name).tagging(tagging).send().await.unwrap();
    assert_eq!(t.store.bucket_tags(&bucket).await.unwrap(), [("team".to_owned(), "a & b".to_owned())]);

    match t.store.bucket_encryption(&bucket).await {
        Ok(encryption) => assert!(encryption.is_none_or(|own| own.algorithm.starts_with("AES") || own.key.is_some())),
        Err(error) => {
            assert_eq!(error.kind, Kind::Unsupported, "{error}");
            t.has("default encryption", false, &[Which::Ceph]);
        }
    }
}

pub async fn the_acl_of_an_object_is_read(t: Target) {
    let bucket = t.bucket().await;
    let place = t.put(&bucket, "open", "x").await;
    assert!(!t.store.object_acl(&place).await.unwrap().is_public());
    let put = t.sdk().put_object_acl().bucket(bucket.as_str()).key("open").acl(sdk::ObjectCannedAcl::PublicRead);
    put.send().await.unwrap();
    let grants = t.store.object_acl(&place).await.unwrap().grants;
    assert!(grants.iter().any(|grant| grant.is_public() && grant.permission == "READ"), "{grants:?}");
}

pub async fn a_bucket_of_another_region_is_reached(t: Target) {
    if t.server.which != Which::Demo {
        return t.skip("it has one region");
    }
    let bucket = Target::unused_name();
    t.store.create_bucket(&bucket, "eu-west-1").await.unwrap();
    let stranger = t.store_with(Some(t.server.keys.clone())).await;
    assert_eq!(stranger.region_of(&bucket), None);
    let root = Prefix::root();
    stranger.list_page(&ListPage::flat(&bucket, &root)).await.unwrap();
    assert_eq!(stranger.region_of(&bucket).as_deref(), Some("eu-west-1"));
    let place = object(&bucket, "x");
    let other = t.store_with(Some(t.server.keys.clone())).await;
    other.put(&place, Bytes::from_static(b"there"), &WriteOptions::default()).await.unwrap();
    let third = t.store_with(Some(t.server.keys.clone())).await;
    assert_eq!(third.head(&place).await.unwrap().size, 5, "a HEAD learns the region too");
}

pub async fn a_request_without_keys_reads_only_what_is_public(t: Target) {
    let bucket = t.bucket().await;
    let hidden = t.put(&bucket, "hidden", "x").await;
    let open = t.put(&bucket, "open", "y").await;
    let put = t.sdk().put_object_acl().bucket(bucket.as_str()).key("open").acl(sdk::ObjectCannedAcl::PublicRead);
    put.send().await.unwrap();
    let nobody = t.store_with(None).await;
    assert_eq!(nobody.head(&open).await.unwrap().size, 1);
    let error = nobody.get(&hidden, None, None).await.unwrap_err();
    assert_eq!((error.kind, error.permission), (Kind::Denied, Some("s3:GetObject")), "{error}");
}

pub async fn each_refusal_has_its_own_kind(t: Target) {
    let bucket = t.bucket().await;
    let (root, nowhere) = (Prefix::root(), Target::unused_name());
    let error = t.store.list_page(&ListPage::flat(&nowhere, &root)).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (Kind::NoSuchBucket, Some("NoSuchBucket")), "{error}");
    let error = t.store.get(&object(&bucket, "gone"), None, None).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (Kind::NotFound, Some("NoSuchKey")), "{error}");
    assert!(error.request_id.is_some(), "the request id is kept: {error:?}");
    assert_eq!(t.store.head(&object(&bucket, "gone")).await.unwrap_err().kind, Kind::NotFound);

    let wrong_id = t.store_with(Some(Keys::new("nobodysaccesskey0000", "x"))).await;
    let result = wrong_id.list_page(&ListPage::flat(&bucket, &root)).await;
    if !t.has("checked signatures", result.is_err(), &[Which::Moto]) {
        return;
    }
    assert_eq!(result.unwrap_err().kind, Kind::BadCredentials);
    let wrong_secret = t.store_with(Some(Keys::new(&t.server.keys.access_key, "wrong"))).await;
    let error = wrong_secret.list_page(&ListPage::flat(&bucket, &root)).await.unwrap_err();
    assert_eq!(error.kind, Kind::BadCredentials, "{error}");
    if let Some(other) = &t.server.other_keys {
        let other = t.store_with(Some(other.clone())).await;
        let error = other.list_page(&ListPage::flat(&bucket, &root)).await.unwrap_err();
        assert_eq!((error.kind, error.permission), (Kind::Denied, Some("s3:ListBucket")), "{error}");
    }
}

pub async fn nobody_listens_is_said_in_words(t: Target) {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let store = Store::open(Settings {
        endpoint_url: Some(format!("http://127.0.0.1:{port}")),
        static_keys: Some(t.server.keys.clone()),
        ..Settings::default()
    })
    .await;
    let error = store.list_buckets(None).await.unwrap_err();
    assert_eq!(error.kind, Kind::Network);
    assert!(error.to_string().contains("refused the connection"), "{error}");
}
