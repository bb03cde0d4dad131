//! Bodies: conditions, ranges, checksums, parts, copies.

use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart, Delete, MetadataDirective,
    ObjectAttributes, ObjectIdentifier, StorageClass,
};

use super::*;

const MIB: usize = 1024 * 1024;

async fn bucket() -> (Demo, Client) {
    let demo = empty().await;
    let s3 = client(&demo);
    s3.create_bucket().bucket("acme-test").send().await.unwrap();
    (demo, s3)
}

/// Amazon S3 User Guide, "How to prevent object overwrites with conditional writes"; API Reference, PutObject.
#[tokio::test]
async fn a_conditional_write_never_overwrites() {
    let (_demo, s3) = bucket().await;
    let write = || s3.put_object().bucket("acme-test").key("k").body(ByteStream::from_static(b"2"));
    let missing = write().if_match("\"00\"").send().await;
    assert_eq!(failure(missing), (404, "NoSuchKey".to_owned()), "API Reference, PutObject, If-Match");
    let first = write().if_none_match("*").send().await.unwrap();
    assert_eq!(failure(write().if_none_match("*").send().await), (412, "PreconditionFailed".to_owned()));
    assert_eq!(failure(write().if_match("\"00\"").send().await).0, 412);
    write().if_match(first.e_tag().unwrap()).send().await.unwrap();
}

/// Amazon S3 API Reference, GetObject, If-Match and If-None-Match.
#[tokio::test]
async fn conditional_reads_follow_the_etag_first() {
    let (_demo, s3) = bucket().await;
    put(&s3, "acme-test", "k", "hello").await;
    let etag = s3.head_object().bucket("acme-test").key("k").send().await.unwrap().e_tag.unwrap();
    let read = || s3.get_object().bucket("acme-test").key("k");
    assert_eq!(failure(read().if_none_match(&etag).send().await).0, 304);
    assert_eq!(failure(read().if_match("\"00\"").send().await), (412, "PreconditionFailed".to_owned()));
    let long_ago = aws_sdk_s3::primitives::DateTime::from_secs(1);
    assert_eq!(failure(read().if_unmodified_since(long_ago).send().await).0, 412);
    read().if_match(&etag).if_unmodified_since(long_ago).send().await.unwrap();
}

/// Amazon S3 API Reference, GetObject, Range and partNumber.
#[tokio::test]
async fn ranges_and_parts_are_served() {
    let (_demo, s3) = bucket().await;
    put(&s3, "acme-test", "k", "0123456789").await;
    let read = |range: &str| s3.get_object().bucket("acme-test").key("k").range(range).send();
    let middle = read("bytes=2-4").await.unwrap();
    assert_eq!(middle.content_range(), Some("bytes 2-4/10"));
    assert_eq!(middle.body.collect().await.unwrap().to_vec(), b"234");
    assert_eq!(read("bytes=-3").await.unwrap().body.collect().await.unwrap().to_vec(), b"789");
    assert_eq!(read("bytes=8-99").await.unwrap().content_length(), Some(2));
    assert_eq!(failure(read("bytes=10-").await), (416, "InvalidRange".to_owned()));
}

/// Amazon S3 User Guide, "Checking object integrity in Amazon S3".
#[tokio::test]
async fn every_checksum_is_computed_checked_and_told() {
    let (_demo, s3) = bucket().await;
    // The checksums of "123456789" are the check values of the catalogues of CRCs, and of the SHA test vectors.
    let put = |algorithm| {
        let body = ByteStream::from_static(b"123456789");
        s3.put_object().bucket("acme-test").key("k").checksum_algorithm(algorithm).body(body).send()
    };
    let head = || s3.head_object().bucket("acme-test").key("k").checksum_mode(ChecksumMode::Enabled).send();
    put(ChecksumAlgorithm::Crc32).await.unwrap();
    assert_eq!(head().await.unwrap().checksum_crc32(), Some("y/Q5Jg=="));
    put(ChecksumAlgorithm::Crc32C).await.unwrap();
    assert_eq!(head().await.unwrap().checksum_crc32_c(), Some("4waSgw=="));
    put(ChecksumAlgorithm::Crc64Nvme).await.unwrap();
    assert_eq!(head().await.unwrap().checksum_crc64_nvme(), Some("rosUhgp5mIg="));
    put(ChecksumAlgorithm::Sha1).await.unwrap();
    assert_eq!(head().await.unwrap().checksum_sha1(), Some("98O8HYCOBHMq32eZZczDTKeuNEE="));
    put(ChecksumAlgorithm::Sha256).await.unwrap();
    let sha256 = head().await.unwrap();
    assert_eq!(sha256.checksum_sha256(), Some("FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="));
    assert_eq!(sha256.checksum_type(), Some(&ChecksumType::FullObject));
    let wrong = s3.put_object().bucket("acme-test").key("k").checksum_crc32("AAAAAA==");
    let wrong = wrong.body(ByteStream::from_static(b"123456789")).send().await;
    assert_eq!(failure(wrong), (400, "BadDigest".to_owned()));
    let wrong = s3.put_object().bucket("acme-test").key("k").content_md5("AAAAAAAAAAAAAAAAAAAAAA==");
    let wrong = wrong.body(ByteStream::from_static(b"123456789")).send().await;
    assert_eq!(failure(wrong), (400, "BadDigest".to_owned()));
}

async fn upload(s3: &Client, key: &str, parts: &[Vec<u8>]) -> (String, Vec<CompletedPart>) {
    let created = s3.create_multipart_upload().bucket("acme-test").key(key);
    let created = created.checksum_algorithm(ChecksumAlgorithm::Crc64Nvme).send().await.unwrap();
    let id = created.upload_id().unwrap().to_owned();
    let mut done = Vec::new();
    for (number, part) in (1..).zip(parts) {
        let sent = s3.upload_part().bucket("acme-test").key(key).upload_id(&id).part_number(number);
        let sent =
            sent.checksum_algorithm(ChecksumAlgorithm::Crc64Nvme).body(ByteStream::from(part.clone())).send().await;
        done.push(CompletedPart::builder().part_number(number).e_tag(sent.unwrap().e_tag().unwrap()).build());
    }
    (id, done)
}

fn listed(parts: Vec<CompletedPart>) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder().set_parts(Some(parts)).build()
}

/// Amazon S3 API Reference, CompleteMultipartUpload, ChecksumType.
#[tokio::test]
async fn parts_become_one_object_with_a_checksum_of_the_whole() {
    let (demo, s3) = bucket().await;
    let parts = [vec![b'a'; 5 * MIB], b"tail".to_vec()];
    let (id, done) = upload(&s3, "k", &parts).await;
    assert_eq!(demo.open_uploads(), 1);
    let whole = crate::demo::checksum::Sum::of(crate::demo::checksum::Algorithm::Crc64Nvme, &parts.concat()).value;
    let complete = |sum: &str| {
        let request = s3.complete_multipart_upload().bucket("acme-test").key("k").upload_id(&id);
        request.checksum_crc64_nvme(sum).multipart_upload(listed(done.clone())).send()
    };
    assert_eq!(failure(complete("AAAAAAAAAAA=").await), (400, "BadDigest".to_owned()));
    let completed = complete(&whole).await.unwrap();
    assert!(completed.e_tag().unwrap().ends_with("-2\""), "{completed:?}");
    assert_eq!(demo.open_uploads(), 0);
    let read = |part| s3.get_object().bucket("acme-test").key("k").part_number(part).send();
    let tail = read(2).await.unwrap();
    assert_eq!((tail.parts_count(), tail.content_length()), (Some(2), Some(4)));
    assert_eq!(failure(read(3).await), (416, "InvalidPartNumber".to_owned()));
    let asked = s3.get_object_attributes().bucket("acme-test").key("k");
    let asked = asked.object_attributes(ObjectAttributes::ObjectParts).object_attributes(ObjectAttributes::Checksum);
    let attributes = asked.send().await.unwrap();
    assert_eq!(attributes.checksum().unwrap().checksum_crc64_nvme(), Some(whole.as_str()));
    assert_eq!(attributes.object_parts().unwrap().total_parts_count(), Some(2));
}

/// Amazon S3 API Reference, CompleteMultipartUpload, the list of errors.
#[tokio::test]
async fn wrong_lists_of_parts_are_refused() {
    let (demo, s3) = bucket().await;
    let (id, done) = upload(&s3, "k", &[b"short".to_vec(), b"tail".to_vec()]).await;
    let complete = |parts: Vec<CompletedPart>| {
        let request = s3.complete_multipart_upload().bucket("acme-test").key("k").upload_id(&id);
        request.multipart_upload(listed(parts)).send()
    };
    assert_eq!(failure(complete(done.clone()).await), (400, "EntityTooSmall".to_owned()));
    let reversed = done.iter().rev().cloned().collect();
    assert_eq!(failure(complete(reversed).await), (400, "InvalidPartOrder".to_owned()));
    let unknown = CompletedPart::builder().part_number(7).e_tag("\"00\"").build();
    assert_eq!(failure(complete(vec![unknown]).await), (400, "InvalidPart".to_owned()));
    let parts = s3.list_parts().bucket("acme-test").key("k").upload_id(&id).max_parts(1).send().await.unwrap();
    assert_eq!((parts.parts().len(), parts.is_truncated()), (1, Some(true)));
    s3.abort_multipart_upload().bucket("acme-test").key("k").upload_id(&id).send().await.unwrap();
    assert_eq!(failure(complete(done).await), (404, "NoSuchUpload".to_owned()));
    assert_eq!(demo.open_uploads(), 0);
}

/// Amazon S3 API Reference, CompleteMultipartUpload, If-None-Match.
#[tokio::test]
async fn a_lost_race_leaves_the_upload_open_and_the_object_as_it_was() {
    let (demo, s3) = bucket().await;
    let (id, done) = upload(&s3, "k", &[b"late".to_vec()]).await;
    put(&s3, "acme-test", "k", "early").await;
    let request = s3.complete_multipart_upload().bucket("acme-test").key("k").upload_id(&id).if_none_match("*");
    let lost = request.multipart_upload(listed(done)).send().await;
    assert_eq!(failure(lost), (412, "PreconditionFailed".to_owned()), "User Guide, Conditional writes");
    assert_eq!(text(&s3, "acme-test", "k").await, "early");
    assert_eq!(demo.open_uploads(), 1);
}

/// Amazon S3 API Reference, CopyObject, MetadataDirective and TaggingDirective.
#[tokio::test]
async fn a_copy_takes_metadata_and_tags_along_or_replaces_them() {
    let (_demo, s3) = bucket().await;
    let put = s3.put_object().bucket("acme-test").key("a%2Fb/c d").body(ByteStream::from_static(b"x"));
    let put = put.metadata("colour", "red").tagging("team=web").content_type("text/x").cache_control("no-store");
    let etag = put.storage_class(StorageClass::StandardIa).send().await.unwrap().e_tag.unwrap();
    let copy = |to: &str| s3.copy_object().bucket("acme-test").key(to).copy_source("acme-test/a%252Fb/c%20d");
    copy("kept").copy_source_if_match(&etag).send().await.unwrap();
    let kept = s3.head_object().bucket("acme-test").key("kept").send().await.unwrap();
    assert_eq!(kept.metadata().unwrap()["colour"], "red");
    assert_eq!((kept.content_type(), kept.cache_control()), (Some("text/x"), Some("no-store")));
    assert_eq!(kept.storage_class(), None, "API Reference, CopyObject: the class is STANDARD if none is named");
    let tags = s3.get_object_tagging().bucket("acme-test").key("kept").send().await.unwrap();
    assert_eq!(tags.tag_set()[0].value(), "web");
    let replace = copy("replaced").metadata_directive(MetadataDirective::Replace).metadata("colour", "blue");
    replace.send().await.unwrap();
    let replaced = s3.head_object().bucket("acme-test").key("replaced").send().await.unwrap();
    assert_eq!((replaced.metadata().unwrap()["colour"].as_str(), replaced.cache_control()), ("blue", None));
    assert_eq!(failure(copy("no").copy_source_if_match("\"00\"").send().await), (412, "PreconditionFailed".to_owned()));
    let itself = copy("a%2Fb/c d").send().await;
    assert_eq!(failure(itself), (400, "InvalidRequest".to_owned()), "API Reference, CopyObject");
}

/// Amazon S3 API Reference, CopyObject, the limit of 5 GB, and UploadPartCopy.
#[tokio::test]
async fn the_huge_object_is_read_in_ranges_and_copied_in_parts() {
    let demo = Demo::start(Options::default()).await.unwrap();
    let s3 = client(&demo);
    let (bucket, key) = ("acme-data", "backup/disk-image.bin");
    let head = s3.head_object().bucket(bucket).key(key).checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
    assert_eq!(head.content_length(), Some(6 << 30));
    let source = format!("{bucket}/{key}");
    let whole = s3.copy_object().bucket(bucket).key("copy").copy_source(&source).send().await;
    assert_eq!(failure(whole), (400, "InvalidRequest".to_owned()), "API Reference, CopyObject: up to 5 GB");
    let created = s3.create_multipart_upload().bucket(bucket).key("copy");
    let created = created.checksum_algorithm(ChecksumAlgorithm::Crc64Nvme).send().await.unwrap();
    let id = created.upload_id().unwrap();
    let mut done = Vec::new();
    for (number, range) in [(1, "bytes=0-4294967300"), (2, "bytes=4294967301-6442450943")] {
        let part = s3.upload_part_copy().bucket(bucket).key("copy").upload_id(id).part_number(number);
        let part = part.copy_source(&source).copy_source_range(range).send().await.unwrap();
        let etag = part.copy_part_result().unwrap().e_tag().unwrap().to_owned();
        done.push(CompletedPart::builder().part_number(number).e_tag(etag).build());
    }
    let request = s3.complete_multipart_upload().bucket(bucket).key("copy").upload_id(id);
    let completed = request.multipart_upload(listed(done)).send().await.unwrap();
    assert_eq!(completed.checksum_crc64_nvme(), head.checksum_crc64_nvme());
    let read = |key: &str| s3.get_object().bucket(bucket).key(key).range("bytes=4294967290-4294967310").send();
    let (one, two) = (read(key).await.unwrap(), read("copy").await.unwrap());
    assert_eq!(one.body.collect().await.unwrap().to_vec(), two.body.collect().await.unwrap().to_vec());
}

/// Amazon S3 API Reference, DeleteObjects.
#[tokio::test]
async fn a_batch_is_deleted_unless_xml_cannot_carry_it() {
    let (_demo, s3) = bucket().await;
    put(&s3, "acme-test", "a", "").await;
    let batch = |keys: &[&str]| {
        let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(*key).build().unwrap()).collect();
        let delete = Delete::builder().set_objects(Some(objects)).build().unwrap();
        s3.delete_objects().bucket("acme-test").delete(delete).send()
    };
    let deleted = batch(&["a", "never there"]).await.unwrap();
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (2, 0));
    assert_eq!(failure(batch(&["esc\u{1b}"]).await), (400, "MalformedXML".to_owned()));
}

/// Amazon S3 API Reference, `DeleteObjects` (`ETag`) and `PutObject` (Object Lock).
#[tokio::test]
async fn what_guards_a_request_is_honoured_or_refused_but_never_ignored() {
    let (_demo, s3) = bucket().await;
    put(&s3, "acme-test", "a", "").await;
    let changed = ObjectIdentifier::builder().key("a").e_tag("\"00000000000000000000000000000000\"").build().unwrap();
    let delete = Delete::builder().objects(changed).build().unwrap();
    let kept = s3.delete_objects().bucket("acme-test").delete(delete).send().await.unwrap();
    assert_eq!(kept.errors()[0].code(), Some("PreconditionFailed"));
    assert!(s3.head_object().bucket("acme-test").key("a").send().await.is_ok());
    let locked = s3.put_object().bucket("acme-test").key("b").object_lock_mode("GOVERNANCE".into()).send().await;
    assert_eq!(failure(locked), (501, "NotImplemented".to_owned()));
    let foreign = s3.put_object().bucket("acme-test").key("b").expected_bucket_owner("123456789012").send().await;
    assert_eq!(failure(foreign), (501, "NotImplemented".to_owned()));
}
