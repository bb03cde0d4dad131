//! Making, finding and removing buckets, and whether they keep versions.

use s3s::dto::{self, ObjectOwnership};
use s3s::{S3Result, s3_error};

use crate::demo::access::denied;
use crate::demo::account::Caller;
use crate::demo::acl::Acl;
use crate::demo::store::{Bucket, FAR_REGION, HOME_REGION, State, Versioning, now};

/// Makes a bucket (`CreateBucket`).
pub(super) fn create(
    state: &mut State,
    caller: Caller,
    signed_for: Option<&str>,
    input: &dto::CreateBucketInput,
) -> S3Result<dto::CreateBucketOutput> {
    let owner = caller.ok_or_else(denied)?;
    let configuration = input.create_bucket_configuration.as_ref();
    let constraint = configuration.and_then(|configuration| configuration.location_constraint.as_ref());
    let region = region(constraint.map(dto::BucketLocationConstraint::as_str), signed_for.unwrap_or(HOME_REGION))?;
    if input.object_lock_enabled_for_bucket == Some(true) {
        return Err(s3_error!(NotImplemented, "Object Lock is not implemented"));
    }
    if let Some(existing) = state.buckets.get(&input.bucket) {
        if existing.owner != owner {
            return Err(s3_error!(BucketAlreadyExists, "The requested bucket name is not available."));
        }
        // us-east-1 alone takes it for a success (Amazon S3 API Reference, "CreateBucket", BucketAlreadyOwnedByYou).
        if region == HOME_REGION && existing.region == HOME_REGION {
            return Ok(dto::CreateBucketOutput { location: Some(format!("/{}", input.bucket)) });
        }
        let words = "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(s3_error!(BucketAlreadyOwnedByYou, "{words}"));
    }
    let mut bucket = Bucket::new(region, owner, now());
    if let Some(ownership) = &input.object_ownership {
        check_ownership(ownership)?;
        bucket.settings.ownership = Some(ownership.clone());
    }
    let headers = acl_headers!(input, input.grant_write.as_deref());
    let acl = Acl::from_headers(&headers, owner, owner)?;
    if bucket.acls_are_disabled() && acl != Acl::private(owner) {
        let words = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(s3_error!(InvalidBucketAclWithObjectOwnership, "{words}"));
    }
    crate::demo::write::check_public_acl(&bucket, &acl)?;
    bucket.settings.acl = Some(acl);
    state.buckets.insert(input.bucket.clone(), bucket);
    Ok(dto::CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
}

/// Returns the region for a new bucket: what is asked for must agree with where it is asked, except in us-east-1.
fn region(constraint: Option<&str>, signed_for: &str) -> S3Result<&'static str> {
    let asked = match constraint {
        None | Some("") => HOME_REGION,
        Some("EU") => FAR_REGION,
        Some(HOME_REGION) => {
            return Err(s3_error!(InvalidLocationConstraint, "The specified location-constraint is not valid"));
        }
        Some(region) => region,
    };
    if signed_for != HOME_REGION && signed_for != asked {
        return Err(s3_error!(
            IllegalLocationConstraintException,
            "The {asked} location constraint is incompatible for the region specific endpoint this request was sent to."
        ));
    }
    [HOME_REGION, FAR_REGION]
        .into_iter()
        .find(|region| *region == asked)
        .ok_or_else(|| s3_error!(InvalidLocationConstraint, "The specified location-constraint is not valid"))
}

/// Checks that an ownership is one of Amazon's three.
pub(super) fn check_ownership(ownership: &ObjectOwnership) -> S3Result<()> {
    let known = [
        ObjectOwnership::BUCKET_OWNER_ENFORCED,
        ObjectOwnership::BUCKET_OWNER_PREFERRED,
        ObjectOwnership::OBJECT_WRITER,
    ];
    if known.contains(&ownership.as_str()) { Ok(()) } else { Err(s3_error!(MalformedXML, "Unknown ObjectOwnership")) }
}

/// Removes an empty bucket (`DeleteBucket`).
pub(super) fn delete(state: &mut State, name: &str) -> S3Result<dto::DeleteBucketOutput> {
    let bucket = state.bucket(name)?;
    if !bucket.keys.is_empty() {
        let words = if bucket.versioning == Versioning::Off {
            "The bucket you tried to delete is not empty"
        } else {
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
        };
        return Err(s3_error!(BucketNotEmpty, "{words}"));
    }
    state.buckets.remove(name);
    Ok(dto::DeleteBucketOutput {})
}

/// Tells that a bucket exists, and where (`HeadBucket`).
pub(super) fn head(state: &State, name: &str) -> S3Result<dto::HeadBucketOutput> {
    let bucket = state.bucket(name)?;
    Ok(dto::HeadBucketOutput {
        access_point_alias: Some(false),
        bucket_region: Some(bucket.region.to_owned()),
        ..Default::default()
    })
}

/// Tells where a bucket is, in the words of old: none for us-east-1 (`GetBucketLocation`).
pub(super) fn location(state: &State, name: &str) -> S3Result<dto::GetBucketLocationOutput> {
    let region = state.bucket(name)?.region;
    let constraint = (region != HOME_REGION).then(|| dto::BucketLocationConstraint::from(region.to_owned()));
    Ok(dto::GetBucketLocationOutput { location_constraint: constraint })
}

/// Tells whether versions are kept (`GetBucketVersioning`).
pub(super) fn versioning(state: &State, name: &str) -> S3Result<dto::GetBucketVersioningOutput> {
    let status = match state.bucket(name)?.versioning {
        Versioning::Off => None,
        Versioning::Enabled => Some(dto::BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(dto::BucketVersioningStatus::SUSPENDED),
    };
    let status = status.map(dto::BucketVersioningStatus::from_static);
    Ok(dto::GetBucketVersioningOutput { mfa_delete: None, status })
}

/// Switches versions on or off (`PutBucketVersioning`).
pub(super) fn set_versioning(
    state: &mut State,
    input: &dto::PutBucketVersioningInput,
) -> S3Result<dto::PutBucketVersioningOutput> {
    let bucket = state.bucket_mut(&input.bucket)?;
    let configuration = &input.versioning_configuration;
    if configuration.mfa_delete.is_some() {
        return Err(s3_error!(NotImplemented, "MFA delete is not implemented"));
    }
    bucket.versioning = match configuration.status.as_ref().map(dto::BucketVersioningStatus::as_str) {
        Some(dto::BucketVersioningStatus::ENABLED) => Versioning::Enabled,
        Some(dto::BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
        _ => {
            return Err(s3_error!(IllegalVersioningConfigurationException, "The Versioning element must be specified"));
        }
    };
    Ok(dto::PutBucketVersioningOutput {})
}
