//! Who may do what, region by region: signatures, policies, ACLs, Block Public Access.
//!
//! Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" and "Controlling ownership of objects".

use aws_sdk_s3::types::{
    BucketCannedAcl, BucketLocationConstraint, CreateBucketConfiguration, ObjectCannedAcl, ObjectOwnership,
    OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
};

use super::*;

/// A client that signs nothing.
fn anonymous(demo: &Demo) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(demo.endpoint())
        .region(Region::new(demo.region()))
        .force_path_style(true)
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .allow_no_auth()
        .build();
    Client::from_conf(config)
}

async fn status(s3: &Client, bucket: &str, key: &str) -> u16 {
    match s3.get_object().bucket(bucket).key(key).send().await {
        Ok(_) => 200,
        Err(error) => error.raw_response().unwrap().status().as_u16(),
    }
}

async fn open(s3: &Client, bucket: &str, restrict: bool) {
    let block = PublicAccessBlockConfiguration::builder().restrict_public_buckets(restrict).build();
    s3.put_public_access_block().bucket(bucket).public_access_block_configuration(block).send().await.unwrap();
}

fn read_for_all(bucket: &str) -> String {
    format!(
        r#"{{"Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#
    )
}

#[tokio::test]
async fn the_sample_buckets_are_as_public_as_they_say() {
    let demo = Demo::start(Options::default()).await.unwrap();
    let all = anonymous(&demo);
    assert_eq!(status(&all, "acme-website", "index.html").await, 200);
    assert_eq!(status(&all, "acme-website", "missing.html").await, 403, "who may not list is not told");
    assert_eq!(status(&all, "acme-press", "2025/release.txt").await, 200);
    assert_eq!(status(&all, "acme-press", "drafts/rocket-skates.txt").await, 403);
    assert_eq!(status(&all, "acme-reports", "README.md").await, 403, "held back by RestrictPublicBuckets");
    assert_eq!(status(&all, "acme-data", "README.md").await, 403);
    assert_eq!(failure(all.list_buckets().send().await), (403, "AccessDenied".to_owned()));
    all.list_objects_v2().bucket("acme-press").send().await.unwrap();
    let said = client(&demo).get_bucket_policy_status().bucket("acme-reports").send().await.unwrap();
    assert_eq!(said.policy_status().unwrap().is_public(), Some(true));
}

/// Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" and "Controlling ownership of objects":
/// the defaults since April 2023.
#[tokio::test]
async fn a_new_bucket_blocks_public_access_and_has_no_acls() {
    let demo = empty().await;
    let s3 = client(&demo);
    s3.create_bucket().bucket("acme-test").send().await.unwrap();
    put(&s3, "acme-test", "k", "x").await;
    let policy = || s3.put_bucket_policy().bucket("acme-test").policy(read_for_all("acme-test")).send();
    assert_eq!(failure(policy().await), (403, "AccessDenied".to_owned()));
    let acl = s3.put_object_acl().bucket("acme-test").key("k").acl(ObjectCannedAcl::PublicRead).send().await;
    assert_eq!(failure(acl), (400, "AccessControlListNotSupported".to_owned()));
    let with_acl = s3.create_bucket().bucket("acme-other").acl(BucketCannedAcl::PublicRead).send().await;
    assert_eq!(failure(with_acl), (400, "InvalidBucketAclWithObjectOwnership".to_owned()));
    open(&s3, "acme-test", false).await;
    policy().await.unwrap();
    let all = anonymous(&demo);
    assert_eq!(status(&all, "acme-test", "k").await, 200);
    open(&s3, "acme-test", true).await;
    assert_eq!(status(&all, "acme-test", "k").await, 403);
    assert_eq!(status(&client_of(&demo, demo.partner(), demo.region()), "acme-test", "k").await, 403);
    assert_eq!(status(&s3, "acme-test", "k").await, 200);
}

/// Amazon S3 User Guide, "Access control list (ACL) overview" and "Controlling ownership of objects".
#[tokio::test]
async fn acls_count_where_objects_belong_to_their_writers() {
    let demo = empty().await;
    let (s3, partner) = (client(&demo), client_of(&demo, demo.partner(), demo.region()));
    s3.create_bucket().bucket("acme-test").send().await.unwrap();
    open(&s3, "acme-test", false).await;
    let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build().unwrap();
    let controls = OwnershipControls::builder().rules(rule).build().unwrap();
    s3.put_bucket_ownership_controls().bucket("acme-test").ownership_controls(controls).send().await.unwrap();
    s3.put_bucket_acl().bucket("acme-test").acl(BucketCannedAcl::PublicReadWrite).send().await.unwrap();
    put(&partner, "acme-test", "theirs", "x").await;
    assert_eq!(status(&s3, "acme-test", "theirs").await, 403, "the bucket's owner does not own it");
    let share = partner.put_object_acl().bucket("acme-test").key("theirs");
    share.acl(ObjectCannedAcl::BucketOwnerFullControl).send().await.unwrap();
    assert_eq!(status(&s3, "acme-test", "theirs").await, 200);
    let block = PublicAccessBlockConfiguration::builder().ignore_public_acls(true).build();
    s3.put_public_access_block().bucket("acme-test").public_access_block_configuration(block).send().await.unwrap();
    assert_eq!(failure(anonymous(&demo).list_objects_v2().bucket("acme-test").send().await).0, 403);
}

/// IAM User Guide, "Policy evaluation logic"; API Reference, PutBucketPolicy, for the root of the owning account.
#[tokio::test]
async fn a_deny_counts_for_the_owner_too_but_not_for_the_policy_itself() {
    let demo = empty().await;
    let s3 = client(&demo);
    s3.create_bucket().bucket("acme-test").send().await.unwrap();
    put(&s3, "acme-test", "secret/k", "x").await;
    let deny = r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-test","arn:aws:s3:::acme-test/secret/*"]}}"#;
    s3.put_bucket_policy().bucket("acme-test").policy(deny).send().await.unwrap();
    assert_eq!(status(&s3, "acme-test", "secret/k").await, 403);
    assert_eq!(failure(s3.get_bucket_tagging().bucket("acme-test").send().await).0, 403);
    let read = s3.get_bucket_policy().bucket("acme-test").send().await.unwrap();
    assert_eq!(read.policy(), Some(deny));
    s3.delete_bucket_policy().bucket("acme-test").send().await.unwrap();
    assert_eq!(status(&s3, "acme-test", "secret/k").await, 200);
}

/// IAM User Guide, "IAM JSON policy elements: Condition operators".
#[tokio::test]
async fn a_condition_narrows_a_statement_and_an_unknown_one_is_refused() {
    let demo = empty().await;
    let (s3, partner) = (client(&demo), client_of(&demo, demo.partner(), demo.region()));
    s3.create_bucket().bucket("acme-test").send().await.unwrap();
    let policy = |condition: &str| {
        format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"444455556666"}},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::acme-test","Condition":{condition}}}}}"#
        )
    };
    let set = |condition: &str| s3.put_bucket_policy().bucket("acme-test").policy(policy(condition)).send();
    set(r#"{"StringLike":{"s3:prefix":"shared/*"},"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}"#).await.unwrap();
    partner.list_objects_v2().bucket("acme-test").prefix("shared/x").send().await.unwrap();
    assert_eq!(failure(partner.list_objects_v2().bucket("acme-test").send().await).0, 403);
    set(r#"{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}"#).await.unwrap();
    assert_eq!(failure(partner.list_objects_v2().bucket("acme-test").send().await).0, 403);
    let unknown = set(r#"{"StringMatches":{"s3:prefix":"shared/*"}}"#).await;
    assert_eq!(failure(unknown), (400, "MalformedPolicy".to_owned()));
    let malformed = s3.put_bucket_policy().bucket("acme-test").policy("{}").send().await;
    assert_eq!(failure(malformed), (400, "MalformedPolicy".to_owned()));
}

/// Amazon S3 API Reference, "Error responses", PermanentRedirect, and HeadBucket, x-amz-bucket-region.
#[tokio::test]
async fn the_wrong_region_is_told_the_right_one() {
    let demo = Demo::start(Options::default()).await.unwrap();
    let refused = client(&demo).list_objects_v2().bucket("acme-archive").send().await.unwrap_err();
    let response = refused.raw_response().unwrap();
    assert_eq!(response.status().as_u16(), 301);
    assert_eq!(response.headers().get("x-amz-bucket-region"), Some("eu-west-1"));
    assert_eq!(refused.code(), Some("PermanentRedirect"));
    let head = client(&demo).head_bucket().bucket("acme-archive").send().await.unwrap_err();
    assert_eq!(head.raw_response().unwrap().headers().get("x-amz-bucket-region"), Some("eu-west-1"));
    let far = client_of(&demo, Account::Acme, demo.far_region());
    far.list_objects_v2().bucket("acme-archive").send().await.unwrap();
    assert_eq!(far.head_bucket().bucket("acme-archive").send().await.unwrap().bucket_region(), Some("eu-west-1"));
    let location = client(&demo).get_bucket_location().bucket("acme-archive").send().await.unwrap();
    assert_eq!(location.location_constraint(), Some(&BucketLocationConstraint::EuWest1));
}

/// Amazon S3 API Reference, CreateBucket, LocationConstraint, and DeleteBucket.
#[tokio::test]
async fn buckets_are_made_where_they_are_asked_for_and_removed_when_empty() {
    let demo = empty().await;
    let far = client_of(&demo, Account::Acme, demo.far_region());
    let constraint =
        |region: BucketLocationConstraint| CreateBucketConfiguration::builder().location_constraint(region);
    let create = |configuration: Option<CreateBucketConfiguration>| {
        far.create_bucket().bucket("acme-test").set_create_bucket_configuration(configuration).send()
    };
    assert_eq!(failure(create(None).await), (400, "IllegalLocationConstraintException".to_owned()));
    create(Some(constraint(BucketLocationConstraint::EuWest1).build())).await.unwrap();
    let again = create(Some(constraint(BucketLocationConstraint::EuWest1).build())).await;
    assert_eq!(failure(again), (409, "BucketAlreadyOwnedByYou".to_owned()));
    let partner = client_of(&demo, demo.partner(), demo.region());
    assert_eq!(
        failure(partner.create_bucket().bucket("acme-test").send().await),
        (409, "BucketAlreadyExists".to_owned())
    );
    put(&far, "acme-test", "k", "").await;
    assert_eq!(failure(far.delete_bucket().bucket("acme-test").send().await), (409, "BucketNotEmpty".to_owned()));
    far.delete_object().bucket("acme-test").key("k").send().await.unwrap();
    far.delete_bucket().bucket("acme-test").send().await.unwrap();
    assert_eq!(failure(far.head_bucket().bucket("acme-test").send().await).0, 404);
}
