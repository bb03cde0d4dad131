//! The documents of a bucket: stored as they come, returned as they were, missed by Amazon's names.

use std::sync::Arc;

use s3s::dto;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::demo::access::denied;
use crate::demo::acl::{Acl, Headers};
use crate::demo::bucket::check_ownership;
use crate::demo::store::{Bucket, Settings, State, Versioning};
use crate::demo::write::{check_public_acl, check_tags};
use crate::model::access::condition::Test;
use crate::model::access::document::Policy;
use crate::model::access::truth::Truth;

/// Returns a document, or the error that says that there is none.
pub(super) fn read<T: Clone>(
    state: &State,
    bucket: &str,
    pick: impl FnOnce(&Settings) -> &Option<T>,
    missing: &'static str,
) -> S3Result<T> {
    pick(&state.bucket(bucket)?.settings).clone().ok_or_else(|| not_set(missing))
}

/// Returns the error by which Amazon S3 says that a document is not set.
pub(super) fn not_set(code: &'static str) -> S3Error {
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InternalError);
    let mut error = S3Error::with_message(code, "The configuration does not exist");
    error.set_status_code(hyper::StatusCode::NOT_FOUND);
    error
}

/// Changes the documents of a bucket.
pub(super) fn change(state: &mut State, bucket: &str, change: impl FnOnce(&mut Settings)) -> S3Result<()> {
    change(&mut state.bucket_mut(bucket)?.settings);
    Ok(())
}

/// Tells the policy (`GetBucketPolicy`).
pub(super) fn policy(state: &State, bucket: &str) -> S3Result<Arc<Policy>> {
    read(state, bucket, |settings| &settings.policy, "NoSuchBucketPolicy")
}

/// Sets the policy (`PutBucketPolicy`), unless it is public and public ones are blocked.
pub(super) fn set_policy(state: &mut State, input: &dto::PutBucketPolicyInput) -> S3Result<()> {
    let bucket = state.bucket_mut(&input.bucket)?;
    let policy = parse_policy(&input.policy, &input.bucket)?;
    let blocks = bucket.settings.block.as_ref().and_then(|block| block.block_public_policy) == Some(true);
    if blocks && policy.is_public() != Truth::No {
        return Err(denied());
    }
    bucket.settings.policy = Some(Arc::new(policy));
    Ok(())
}

/// Reads a policy, and refuses what Amazon does: faults, and what is about another bucket.
pub(super) fn parse_policy(text: &str, bucket: &str) -> S3Result<Policy> {
    let malformed = |words: String| s3_error!(MalformedPolicy, "{words}");
    let policy = Policy::of_bucket(text).map_err(|fault| malformed(fault.message))?;
    for statement in &policy.statements {
        if !statement.resources.are_within(bucket) {
            return Err(malformed("Policy has invalid resource".to_owned()));
        }
        if let Some(field) = statement.unknown.first() {
            return Err(malformed(format!("Unknown field {field}")));
        }
        for condition in &statement.conditions {
            if let Test::Other(name) = &condition.test {
                return Err(malformed(format!("Invalid Condition type : {name}")));
            }
        }
    }
    Ok(policy)
}

/// Sets the ownership of objects (`PutBucketOwnershipControls`).
pub(super) fn set_ownership(state: &mut State, input: &dto::PutBucketOwnershipControlsInput) -> S3Result<()> {
    let [rule] = input.ownership_controls.rules.as_slice() else {
        return Err(s3_error!(MalformedXML, "Exactly one rule is needed"));
    };
    check_ownership(&rule.object_ownership)?;
    let bucket = state.bucket_mut(&input.bucket)?;
    let disables = rule.object_ownership.as_str() == dto::ObjectOwnership::BUCKET_OWNER_ENFORCED;
    let owner = bucket.owner;
    // Amazon S3 User Guide, "Prerequisites for disabling ACLs".
    if disables && bucket.settings.acl.as_ref().is_some_and(|acl| *acl != Acl::private(owner)) {
        let words = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(s3_error!(InvalidBucketAclWithObjectOwnership, "{words}"));
    }
    bucket.settings.ownership = Some(rule.object_ownership.clone());
    Ok(())
}

/// Returns the ACL of a bucket, which is the owner's alone where ACLs are disabled.
pub(super) fn bucket_acl(bucket: &Bucket) -> Acl {
    let acl = bucket.settings.acl.clone().filter(|_| !bucket.acls_are_disabled());
    acl.unwrap_or_else(|| Acl::private(bucket.owner))
}

/// Reads the ACL that a request asks for, by headers or by document, and checks that the bucket takes it.
pub(super) fn asked_acl(
    bucket: &Bucket,
    owner: crate::demo::account::Account,
    headers: &Headers<'_>,
    document: Option<&dto::AccessControlPolicy>,
) -> S3Result<Acl> {
    let acl = match document {
        Some(document) if headers.is_empty() => Acl::from_document(document, owner)?,
        _ => Acl::from_headers(headers, owner, bucket.owner)?,
    };
    if bucket.acls_are_disabled() && acl != Acl::private(bucket.owner) {
        return Err(s3_error!(AccessControlListNotSupported, "The bucket does not allow ACLs"));
    }
    check_public_acl(bucket, &acl)?;
    Ok(acl)
}

/// Sets the ACL of a bucket (`PutBucketAcl`).
pub(super) fn set_bucket_acl(state: &mut State, input: &dto::PutBucketAclInput) -> S3Result<()> {
    let bucket = state.bucket_mut(&input.bucket)?;
    let headers = acl_headers!(input, input.grant_write.as_deref());
    let acl = asked_acl(bucket, bucket.owner, &headers, input.access_control_policy.as_ref())?;
    bucket.settings.acl = Some(acl);
    Ok(())
}

/// Tells the default encryption: since January 2023 there always is one (Amazon S3 User Guide, "Default encryption FAQ").
pub(super) fn encryption(state: &State, bucket: &str) -> S3Result<dto::ServerSideEncryptionConfiguration> {
    let default = || dto::ServerSideEncryptionConfiguration {
        rules: vec![dto::ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(dto::ServerSideEncryptionByDefault {
                kms_master_key_id: None,
                sse_algorithm: dto::ServerSideEncryption::from_static(dto::ServerSideEncryption::AES256),
            }),
            bucket_key_enabled: Some(false),
        }],
    };
    Ok(state.bucket(bucket)?.settings.encryption.clone().unwrap_or_else(default))
}

/// Sets replication (`PutBucketReplication`), which needs versions.
pub(super) fn set_replication(state: &mut State, input: dto::PutBucketReplicationInput) -> S3Result<()> {
    let bucket = state.bucket_mut(&input.bucket)?;
    if bucket.versioning != Versioning::Enabled {
        return Err(s3_error!(
            InvalidRequest,
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        ));
    }
    bucket.settings.replication = Some(input.replication_configuration);
    Ok(())
}

/// Sets the tags of a bucket (`PutBucketTagging`).
pub(super) fn set_tags(state: &mut State, input: dto::PutBucketTaggingInput) -> S3Result<()> {
    check_tags(&pairs(&input.tagging), 50)?;
    change(state, &input.bucket, |settings| settings.tags = Some(input.tagging.tag_set))
}

/// Returns tags as pairs.
pub(super) fn pairs(tagging: &dto::Tagging) -> Vec<(String, String)> {
    let pair = |tag: &dto::Tag| (tag.key.clone().unwrap_or_default(), tag.value.clone().unwrap_or_default());
    tagging.tag_set.iter().map(pair).collect()
}
