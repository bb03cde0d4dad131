//! Who may do what: the bucket policy, ACLs, Object Ownership and Block Public Access, put together.
//!
//! An account that owns a bucket acts in it as its root user: only a `Deny` of the policy stops it. Anyone else needs
//! a grant, by policy or by ACL, that nothing holds back (Amazon S3 User Guide, "How Amazon S3 authorizes a request").

use s3s::{S3Result, s3_error};

use crate::demo::account::Caller;
use crate::demo::acl::Right;
use crate::demo::policy::{Ask, Verdict};
use crate::demo::store::{Bucket, Object, State};

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
    let object = wish.key.and_then(|key| find(bucket, key, wish.version));
    let verdict = judge(bucket, wish, object);
    if wish.caller == Some(bucket.owner) {
        // A policy cannot lock the root user out of the policy itself.
        let is_policy = wish.action.ends_with("BucketPolicy");
        return (verdict != Verdict::Denied || is_policy) && owner_reaches(bucket, wish, object);
    }
    if verdict == Verdict::Denied {
        return false;
    }
    let block = bucket.settings.block.as_ref();
    let is_restricted = block.and_then(|block| block.restrict_public_buckets) == Some(true)
        && bucket.settings.policy.as_ref().is_some_and(|policy| policy.is_public());
    // A policy speaks for the bucket owner's objects only.
    let is_ours = bucket.acls_are_disabled() || object.is_none_or(|object| object.owner == bucket.owner);
    (verdict == Verdict::Allowed && !is_restricted && is_ours) || acl_allows(bucket, wish, object)
}

fn judge(bucket: &Bucket, wish: &Wish<'_>, object: Option<&Object>) -> Verdict {
    let Some(policy) = &bucket.settings.policy else { return Verdict::Silent };
    let resource = match wish.key {
        Some(key) => format!("arn:aws:s3:::{}/{key}", wish.bucket),
        None => format!("arn:aws:s3:::{}", wish.bucket),
    };
    let tags: Vec<_> = object.iter().flat_map(|object| &object.facts.tags).collect();
    let names: Vec<_> = tags.iter().map(|(name, _)| format!("s3:existingobjecttag/{}", name.to_lowercase())).collect();
    let mut context: Vec<(&str, String)> = wish.context.clone();
    context.extend(names.iter().map(String::as_str).zip(tags.iter().map(|(_, value)| value.clone())));
    policy.judge(&Ask { caller: wish.caller, action: wish.action, resource: &resource, context: &context })
}

/// The bucket's owner reads what another account wrote only if its ACL says so, unless ACLs are disabled.
fn owner_reaches(bucket: &Bucket, wish: &Wish<'_>, object: Option<&Object>) -> bool {
    let (Some(object), Some((right, true))) = (object, right(wish.action)) else { return true };
    bucket.acls_are_disabled() || object.owner == bucket.owner || object.acl.allows(wish.caller, right, false)
}

fn acl_allows(bucket: &Bucket, wish: &Wish<'_>, object: Option<&Object>) -> bool {
    if bucket.acls_are_disabled() {
        return false;
    }
    let ignore_public = bucket.settings.block.as_ref().and_then(|block| block.ignore_public_acls) == Some(true);
    match right(wish.action) {
        Some((right, true)) => object.is_some_and(|object| object.acl.allows(wish.caller, right, ignore_public)),
        Some((right, false)) => {
            bucket.settings.acl.as_ref().is_some_and(|acl| acl.allows(wish.caller, right, ignore_public))
        }
        None => false,
    }
}

fn find<'a>(bucket: &'a Bucket, key: &str, version: Option<&str>) -> Option<&'a Object> {
    let versions = bucket.keys.get(key)?;
    let found = match version {
        Some(id) => versions.iter().find(|version| version.id == id),
        None => versions.last(),
    };
    found?.object.as_deref()
}

/// Returns the right of an ACL that allows an action, and whether it is asked of the object's list, not the bucket's
/// (Amazon S3 User Guide, "Mapping of ACL permissions and access policy permissions").
fn right(action: &str) -> Option<(Right, bool)> {
    Some(match action {
        "s3:GetObject" | "s3:GetObjectVersion" => (Right::Read, true),
        "s3:GetObjectAcl" | "s3:GetObjectVersionAcl" => (Right::ReadAcp, true),
        "s3:PutObjectAcl" | "s3:PutObjectVersionAcl" => (Right::WriteAcp, true),
        "s3:ListBucket" | "s3:ListBucketVersions" | "s3:ListBucketMultipartUploads" => (Right::Read, false),
        "s3:PutObject" | "s3:DeleteObject" => (Right::Write, false),
        "s3:GetBucketAcl" => (Right::ReadAcp, false),
        "s3:PutBucketAcl" => (Right::WriteAcp, false),
        _ => return None,
    })
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
