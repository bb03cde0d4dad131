//! Buckets, listings, reading and writing.

use super::*;

#[tokio::test]
async fn what_is_put_is_listed_and_read_again() {
    let demo = empty().await;
    let s3 = client(&demo);
    s3.create_bucket().bucket("acme-test").send().await.unwrap();
    put(&s3, "acme-test", "a/b.txt", "hello").await;
    put(&s3, "acme-test", "c.txt", "there").await;
    let page = s3.list_objects_v2().bucket("acme-test").delimiter("/").send().await.unwrap();
    assert_eq!(page.common_prefixes()[0].prefix(), Some("a/"));
    assert_eq!(page.contents()[0].key(), Some("c.txt"));
    assert_eq!(page.contents()[0].size(), Some(5));
    assert_eq!(text(&s3, "acme-test", "a/b.txt").await, "hello");
    let buckets = s3.list_buckets().send().await.unwrap();
    assert_eq!(buckets.buckets()[0].name(), Some("acme-test"));
    assert_eq!(buckets.buckets()[0].bucket_region(), Some("us-east-1"));
    assert_eq!(demo.count("PutObject"), 2);
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let demo = empty().await;
    let config = client(&demo).config().to_builder();
    let config = config.credentials_provider(Credentials::new(demo.access_key(), "wrong", None, None, "test")).build();
    let refused = failure(Client::from_conf(config).list_buckets().send().await);
    assert_eq!(refused, (403, "SignatureDoesNotMatch".to_owned()));
}
