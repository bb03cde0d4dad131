//! Who may do what: each request is judged by the rules that the program judges other servers by.
//!
//! An account acts as its root user, whose own account lets it do everything. What else stands in the way of a request
//! (an archive, a header that is missing) is left to the operation, which has an error of its own for it.

use std::sync::{Arc, LazyLock};

use s3s::{S3Result, s3_error};

use crate::demo::account::Caller;
use crate::demo::acl::Acl;
use crate::demo::store::{Bucket, Object, State};
use crate::model::access::action::Action;
use crate::model::access::case::{Given, Place};
use crate::model::access::context::Context;
use crate::model::access::document::Policy;
use crate::model::access::finding::Answer;
use crate::model::access::layers::{Layers, ObjectOwnership};
use crate::model::access::who::Who;
use crate::model::access::{Fact, PublicAccessBlock};

/// The IAM policy that every account has here.
static EVERYTHING: LazyLock<Option<Arc<Policy>>> = LazyLock::new(|| {
    let text = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    Policy::of_identity(text).ok().map(Arc::new)
});

/// What somebody wants to do.
#[derive(Debug)]
pub(super) struct Wish<'a> {
    pub caller: Caller,
    pub action: &'static str,
    pub bucket: &'a str,
    pub key: Option<&'a str>,
    pub version: Option<&'a str>,
    pub context: Vec<(&'static str, String)>,
}

/// The answer to whoever may not.
pub(super) fn denied() -> s3s::S3Error {
    s3_error!(AccessDenied, "Access Denied")
}

/// Checks a wish. A bucket that does not exist is left to the operation to miss.
pub(super) fn check(state: &State, wish: &Wish<'_>) -> S3Result<()> {
    let Some(bucket) = state.buckets.get(wish.bucket) else { return Ok(()) };
    if !is_allowed(bucket, wish) {
        return Err(denied());
    }
    // Who may not list learns of a missing key no more than that the door is shut (Amazon S3 API Reference,
    // "GetObject": 404 with s3:ListBucket, else 403).
    let is_read = wish.action.starts_with("s3:GetObject");
    if is_read && wish.key.is_some_and(|key| bucket.current(key).is_none()) && wish.version.is_none() {
        let list = Wish { action: "s3:ListBucket", key: None, context: wish.context.clone(), ..*wish };
        if !is_allowed(bucket, &list) {
            return Err(denied());
        }
    }
    Ok(())
}

fn is_allowed(bucket: &Bucket, wish: &Wish<'_>) -> bool {
    let Some(action) = Action::parse(wish.action) else { return false };
    let object = wish.key.and_then(|key| find(bucket, key, wish.version));
    let place = Place { bucket: wish.bucket.to_owned(), key: wish.key.map(str::to_owned), ..Place::default() };
    let mut context = Context::default();
    for (key, value) in &wish.context {
        context.add(key, value.as_str());
    }
    let given = Given { context, identity: EVERYTHING.clone(), now: jiff::Timestamp::now(), ..Given::default() };
    let who = wish.caller.map_or(Who::Anonymous, |account| Who::Account(account.to_model()));
    layers(bucket, object).permit(&place, &who, action, &given) == Answer::Yes
}

/// Returns the layers of a bucket and of an object in it. All of them are known.
fn layers(bucket: &Bucket, object: Option<&Object>) -> Layers {
    let settings = &bucket.settings;
    let is_on = |setting: Option<bool>| setting == Some(true);
    Layers {
        owner: bucket.owner.to_model(),
        account_block: Fact::Absent,
        bucket_block: set(settings.block.as_ref().map(|block| PublicAccessBlock {
            block_public_acls: is_on(block.block_public_acls),
            ignore_public_acls: is_on(block.ignore_public_acls),
            block_public_policy: is_on(block.block_public_policy),
            restrict_public_buckets: is_on(block.restrict_public_buckets),
        })),
        ownership: set(settings.ownership.as_ref().map(|own| ObjectOwnership(own.as_str().to_owned()))),
        bucket_acl: set(settings.acl.as_ref().map(Acl::to_model)),
        object_acl: set(object.map(|object| object.acl.to_model())),
        policy: set(settings.policy.as_ref().map(Arc::clone)),
        said_public: None,
        tags: set(object.map(|object| object.facts.tags.clone())),
        kept: Fact::Absent,
        requester_pays: Fact::Absent,
    }
}

fn set<T>(value: Option<T>) -> Fact<T> {
    value.map_or(Fact::Absent, Fact::Known)
}

fn find<'a>(bucket: &'a Bucket, key: &str, version: Option<&str>) -> Option<&'a Object> {
    let versions = bucket.keys.get(key)?;
    let found = match version {
        Some(id) => versions.iter().find(|version| version.id == id),
        None => versions.last(),
    };
    found?.object.as_deref()
}

/// Returns the permission that an operation needs (Service Authorization Reference, "Actions defined by Amazon S3").
pub(super) fn action(operation: &str, of_version: bool) -> Option<&'static str> {
    Some(match (operation, of_version) {
        ("GetObject" | "HeadObject" | "GetObjectAttributes", false) => "s3:GetObject",
        ("GetObject" | "HeadObject" | "GetObjectAttributes", true) => "s3:GetObjectVersion",
        ("GetObjectAcl", false) => "s3:GetObjectAcl",
        ("GetObjectAcl", true) => "s3:GetObjectVersionAcl",
        ("PutObjectAcl", false) => "s3:PutObjectAcl",
        ("PutObjectAcl", true) => "s3:PutObjectVersionAcl",
        ("GetObjectTagging", false) => "s3:GetObjectTagging",
        ("GetObjectTagging", true) => "s3:GetObjectVersionTagging",
        ("PutObjectTagging", false) => "s3:PutObjectTagging",
        ("PutObjectTagging", true) => "s3:PutObjectVersionTagging",
        ("DeleteObjectTagging", false) => "s3:DeleteObjectTagging",
        ("DeleteObjectTagging", true) => "s3:DeleteObjectVersionTagging",
        ("DeleteObject", false) => "s3:DeleteObject",
        ("DeleteObject", true) => "s3:DeleteObjectVersion",
        (
            "PutObject"
            | "CopyObject"
            | "PostObject"
            | "CreateMultipartUpload"
            | "UploadPart"
            | "UploadPartCopy"
            | "CompleteMultipartUpload",
            _,
        ) => "s3:PutObject",
        ("AbortMultipartUpload", _) => "s3:AbortMultipartUpload",
        ("ListParts", _) => "s3:ListMultipartUploadParts",
        ("RestoreObject", _) => "s3:RestoreObject",
        ("GetObjectLegalHold", _) => "s3:GetObjectLegalHold",
        ("GetObjectRetention", _) => "s3:GetObjectRetention",
        (operation, _) => return bucket_action(operation),
    })
}

fn bucket_action(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "s3:ListBucket",
        "ListObjectVersions" => "s3:ListBucketVersions",
        "ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        "DeleteBucket" => "s3:DeleteBucket",
        "GetBucketLocation" => "s3:GetBucketLocation",
        "GetBucketAcl" => "s3:GetBucketAcl",
        "PutBucketAcl" => "s3:PutBucketAcl",
        "GetBucketPolicy" => "s3:GetBucketPolicy",
        "PutBucketPolicy" => "s3:PutBucketPolicy",
        "DeleteBucketPolicy" => "s3:DeleteBucketPolicy",
        "GetBucketPolicyStatus" => "s3:GetBucketPolicyStatus",
        "GetPublicAccessBlock" => "s3:GetBucketPublicAccessBlock",
        "PutPublicAccessBlock" | "DeletePublicAccessBlock" => "s3:PutBucketPublicAccessBlock",
        "GetBucketOwnershipControls" => "s3:GetBucketOwnershipControls",
        "PutBucketOwnershipControls" | "DeleteBucketOwnershipControls" => "s3:PutBucketOwnershipControls",
        "GetBucketVersioning" => "s3:GetBucketVersioning",
        "PutBucketVersioning" => "s3:PutBucketVersioning",
        "GetBucketCors" => "s3:GetBucketCORS",
        "PutBucketCors" | "DeleteBucketCors" => "s3:PutBucketCORS",
        "GetBucketEncryption" => "s3:GetEncryptionConfiguration",
        "PutBucketEncryption" | "DeleteBucketEncryption" => "s3:PutEncryptionConfiguration",
        "GetBucketLifecycleConfiguration" => "s3:GetLifecycleConfiguration",
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => "s3:PutLifecycleConfiguration",
        "GetBucketWebsite" => "s3:GetBucketWebsite",
        "PutBucketWebsite" => "s3:PutBucketWebsite",
        "DeleteBucketWebsite" => "s3:DeleteBucketWebsite",
        "GetBucketReplication" => "s3:GetReplicationConfiguration",
        "PutBucketReplication" | "DeleteBucketReplication" => "s3:PutReplicationConfiguration",
        "GetBucketNotificationConfiguration" => "s3:GetBucketNotification",
        "PutBucketNotificationConfiguration" => "s3:PutBucketNotification",
        "GetBucketLogging" => "s3:GetBucketLogging",
        "PutBucketLogging" => "s3:PutBucketLogging",
        "GetBucketTagging" => "s3:GetBucketTagging",
        "PutBucketTagging" | "DeleteBucketTagging" => "s3:PutBucketTagging",
        "GetBucketRequestPayment" => "s3:GetBucketRequestPayment",
        "PutBucketRequestPayment" => "s3:PutBucketRequestPayment",
        "ListBucketIntelligentTieringConfigurations" => "s3:GetIntelligentTieringConfiguration",
        "PutBucketIntelligentTieringConfiguration" | "DeleteBucketIntelligentTieringConfiguration" => {
            "s3:PutIntelligentTieringConfiguration"
        }
        "ListBucketInventoryConfigurations" => "s3:GetInventoryConfiguration",
        "PutBucketInventoryConfiguration" | "DeleteBucketInventoryConfiguration" => "s3:PutInventoryConfiguration",
        "ListBucketMetricsConfigurations" => "s3:GetMetricsConfiguration",
        "PutBucketMetricsConfiguration" | "DeleteBucketMetricsConfiguration" => "s3:PutMetricsConfiguration",
        "ListBucketAnalyticsConfigurations" => "s3:GetAnalyticsConfiguration",
        "PutBucketAnalyticsConfiguration" | "DeleteBucketAnalyticsConfiguration" => "s3:PutAnalyticsConfiguration",
        "GetBucketAccelerateConfiguration" => "s3:GetAccelerateConfiguration",
        "PutBucketAccelerateConfiguration" => "s3:PutAccelerateConfiguration",
        "GetObjectLockConfiguration" => "s3:GetBucketObjectLockConfiguration",
        _ => return None,
    })
}
