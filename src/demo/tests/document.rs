//! Documents of buckets, tags, archives, and what is not here.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, CorsConfiguration, CorsRule, ErrorDocument, ExpirationStatus, IndexDocument,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, RestoreRequest, Tag, Tagging, WebsiteConfiguration,
};

use super::*;

async fn bucket() -> (Demo, Client) {
    let demo = Demo::start(Options { sample: false, restore: Duration::ZERO, ..Options::default() }).await.unwrap();
    let s3 = client(&demo);
    s3.create_bucket().bucket("acme-test").send().await.unwrap();
    (demo, s3)
}

/// Amazon S3 API Reference, "Error responses", the list of codes.
#[tokio::test]
async fn what_is_not_set_is_missed_by_amazons_names() {
    let (_demo, s3) = bucket().await;
    let b = "acme-test";
    let code = |(status, code): (u16, String)| {
        assert_eq!(status, 404);
        code
    };
    assert_eq!(code(failure(s3.get_bucket_cors().bucket(b).send().await)), "NoSuchCORSConfiguration");
    assert_eq!(code(failure(s3.get_bucket_website().bucket(b).send().await)), "NoSuchWebsiteConfiguration");
    assert_eq!(code(failure(s3.get_bucket_tagging().bucket(b).send().await)), "NoSuchTagSet");
    assert_eq!(code(failure(s3.get_bucket_policy().bucket(b).send().await)), "NoSuchBucketPolicy");
    assert_eq!(code(failure(s3.get_bucket_policy_status().bucket(b).send().await)), "NoSuchBucketPolicy");
    let lifecycle = s3.get_bucket_lifecycle_configuration().bucket(b).send().await;
    assert_eq!(code(failure(lifecycle)), "NoSuchLifecycleConfiguration");
    let replication = s3.get_bucket_replication().bucket(b).send().await;
    assert_eq!(code(failure(replication)), "ReplicationConfigurationNotFoundError");
    s3.delete_public_access_block().bucket(b).send().await.unwrap();
    let block = s3.get_public_access_block().bucket(b).send().await;
    assert_eq!(code(failure(block)), "NoSuchPublicAccessBlockConfiguration");
    s3.delete_bucket_ownership_controls().bucket(b).send().await.unwrap();
    let ownership = s3.get_bucket_ownership_controls().bucket(b).send().await;
    assert_eq!(code(failure(ownership)), "OwnershipControlsNotFoundError");
    let encryption = s3.get_bucket_encryption().bucket(b).send().await.unwrap();
    let rules = encryption.server_side_encryption_configuration().unwrap().rules().to_vec();
    assert_eq!(rules.len(), 1, "User Guide, Default encryption FAQ");
    assert_eq!(s3.get_bucket_logging().bucket(b).send().await.unwrap().logging_enabled(), None);
    assert_eq!(s3.get_bucket_versioning().bucket(b).send().await.unwrap().status(), None);
}

/// Amazon S3 API Reference, the Put and Get operation of each document.
#[tokio::test]
async fn documents_come_back_as_they_were_set() {
    let (_demo, s3) = bucket().await;
    let b = "acme-test";
    let rule = CorsRule::builder().allowed_methods("GET").allowed_origins("*").build().unwrap();
    let cors = CorsConfiguration::builder().cors_rules(rule.clone()).build().unwrap();
    s3.put_bucket_cors().bucket(b).cors_configuration(cors).send().await.unwrap();
    assert_eq!(s3.get_bucket_cors().bucket(b).send().await.unwrap().cors_rules(), [rule]);
    let index = IndexDocument::builder().suffix("index.html").build().unwrap();
    let error = ErrorDocument::builder().key("404.html").build().unwrap();
    let website = WebsiteConfiguration::builder().index_document(index.clone()).error_document(error).build();
    s3.put_bucket_website().bucket(b).website_configuration(website).send().await.unwrap();
    assert_eq!(s3.get_bucket_website().bucket(b).send().await.unwrap().index_document(), Some(&index));
    let rule = LifecycleRule::builder()
        .id("old")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("logs/").build())
        .expiration(LifecycleExpiration::builder().days(30).build())
        .build()
        .unwrap();
    let lifecycle = BucketLifecycleConfiguration::builder().rules(rule.clone()).build().unwrap();
    s3.put_bucket_lifecycle_configuration().bucket(b).lifecycle_configuration(lifecycle).send().await.unwrap();
    assert_eq!(s3.get_bucket_lifecycle_configuration().bucket(b).send().await.unwrap().rules(), [rule]);
    let tag = Tag::builder().key("team").value("Straße").build().unwrap();
    let tagging = Tagging::builder().tag_set(tag.clone()).build().unwrap();
    s3.put_bucket_tagging().bucket(b).tagging(tagging).send().await.unwrap();
    assert_eq!(s3.get_bucket_tagging().bucket(b).send().await.unwrap().tag_set(), [tag]);
    s3.delete_bucket_tagging().bucket(b).send().await.unwrap();
    assert_eq!(failure(s3.get_bucket_tagging().bucket(b).send().await).0, 404);
}

/// Amazon S3 API Reference, RestoreObject, and "Error responses", InvalidObjectState.
#[tokio::test]
async fn an_archived_object_is_restored_before_it_is_read() {
    let (_demo, s3) = bucket().await;
    let put = s3.put_object().bucket("acme-test").key("k").storage_class("GLACIER".into());
    put.body(ByteStream::from_static(b"cold")).send().await.unwrap();
    let read = || s3.get_object().bucket("acme-test").key("k").send();
    assert_eq!(failure(read().await), (403, "InvalidObjectState".to_owned()));
    let copy = s3.copy_object().bucket("acme-test").key("copy").copy_source("acme-test/k").send().await;
    assert_eq!(failure(copy), (403, "ObjectNotInActiveTierError".to_owned()));
    let days = RestoreRequest::builder().days(2).build();
    s3.restore_object().bucket("acme-test").key("k").restore_request(days).send().await.unwrap();
    let head = s3.head_object().bucket("acme-test").key("k").send().await.unwrap();
    assert!(head.restore().unwrap().starts_with("ongoing-request=\"false\""), "{head:?}");
    read().await.unwrap();
}

#[tokio::test]
async fn what_is_not_here_says_so_and_does_nothing_else() {
    let (_demo, s3) = bucket().await;
    let analytics = s3.delete_bucket_analytics_configuration().bucket("acme-test").id("x").send().await;
    assert_eq!(failure(analytics), (404, "NoSuchConfiguration".to_owned()));
    let lock = s3.put_object_lock_configuration().bucket("acme-test").send().await;
    assert_eq!(failure(lock), (501, "NotImplemented".to_owned()));
    let unknown = s3.delete_bucket().bucket("acme-test").customize();
    let unknown = unknown.mutate_request(|request| {
        let uri = format!("{}?abac", request.uri());
        request.set_uri(uri).unwrap();
    });
    assert_eq!(failure(unknown.send().await), (501, "NotImplemented".to_owned()));
    s3.head_bucket().bucket("acme-test").send().await.unwrap();
}

/// Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters".
#[tokio::test]
async fn a_presigned_url_opens_until_it_is_tampered_with() {
    let (demo, s3) = bucket().await;
    put(&s3, "acme-test", "k", "x").await;
    let lives = aws_sdk_s3::presigning::PresigningConfig::expires_in(Duration::from_mins(1)).unwrap();
    let url = s3.get_object().bucket("acme-test").key("k").presigned(lives).await.unwrap().uri().to_owned();
    assert!(fetch(&demo, &url).await.starts_with("HTTP/1.1 200"));
    let tampered = fetch(&demo, &url.replace("acme-test/k", "acme-test/other")).await;
    assert!(tampered.starts_with("HTTP/1.1 403") && tampered.contains("SignatureDoesNotMatch"), "{tampered}");
}

/// One plain request, as anyone's browser would send it.
async fn fetch(demo: &Demo, url: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let host = demo.endpoint().replace("http://", "");
    let path = url.strip_prefix(&demo.endpoint()).unwrap();
    let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_scratch_folder_is_gone_after_use() {
    let scratch = scratch().unwrap();
    let path = scratch.path().to_owned();
    assert!(path.join("projects/anvil/src/main.c").is_file() && path.join("empty").is_dir());
    assert!(path.join("latest-offer.md").is_symlink());
    drop(scratch);
    assert!(!path.exists());
}
