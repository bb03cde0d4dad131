//! What can change of an object that stands: its tags, its ACL, its restore from an archive.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use s3s::dto;
use s3s::{S3Error, S3Result, s3_error};

use crate::demo::document::{asked_acl, pairs};
use crate::demo::read::find;
use crate::demo::store::{NULL_VERSION, Object, Restore, State, now};
use crate::demo::write::check_tags;

const DAY: u64 = 24 * 60 * 60;

/// Changes an object, the current one if no version is named, and returns its version ID if it has one.
fn change(
    state: &mut State,
    bucket: &str,
    key: &str,
    version: Option<&str>,
    change: impl FnOnce(&mut Object),
) -> S3Result<Option<String>> {
    let bucket = state.bucket_mut(bucket)?;
    let found = find(bucket, key, version)?;
    let id = found.version.clone().unwrap_or_else(|| NULL_VERSION.to_owned());
    // The count of holders is two here, and the object would be cloned: let go of ours first.
    drop(found.object);
    let mut versions = bucket.keys.get_mut(key).into_iter().flatten();
    if let Some(object) = versions.find(|version| version.id == id).and_then(|version| version.object.as_mut()) {
        change(Arc::make_mut(object));
    }
    Ok(found.version)
}

/// Tells the tags (`GetObjectTagging`).
pub(super) fn tags(state: &State, input: &dto::GetObjectTaggingInput) -> S3Result<dto::GetObjectTaggingOutput> {
    let found = find(state.bucket(&input.bucket)?, &input.key, input.version_id.as_deref())?;
    let tag = |(key, value): &(String, String)| dto::Tag { key: Some(key.clone()), value: Some(value.clone()) };
    let tag_set = found.object.facts.tags.iter().map(tag).collect();
    Ok(dto::GetObjectTaggingOutput { tag_set, version_id: found.version })
}

/// Sets the tags (`PutObjectTagging`).
pub(super) fn set_tags(state: &mut State, input: &dto::PutObjectTaggingInput) -> S3Result<dto::PutObjectTaggingOutput> {
    let tags = pairs(&input.tagging);
    check_tags(&tags, 10)?;
    let version = input.version_id.as_deref();
    let version_id = change(state, &input.bucket, &input.key, version, |object| object.facts.tags = tags)?;
    Ok(dto::PutObjectTaggingOutput { version_id })
}

/// Takes the tags away (`DeleteObjectTagging`).
pub(super) fn delete_tags(
    state: &mut State,
    input: &dto::DeleteObjectTaggingInput,
) -> S3Result<dto::DeleteObjectTaggingOutput> {
    let version = input.version_id.as_deref();
    let version_id = change(state, &input.bucket, &input.key, version, |object| object.facts.tags.clear())?;
    Ok(dto::DeleteObjectTaggingOutput { version_id })
}

/// Tells the ACL (`GetObjectAcl`).
pub(super) fn acl(state: &State, input: &dto::GetObjectAclInput) -> S3Result<dto::GetObjectAclOutput> {
    let bucket = state.bucket(&input.bucket)?;
    let object = find(bucket, &input.key, input.version_id.as_deref())?.object;
    let acl =
        if bucket.acls_are_disabled() { crate::demo::acl::Acl::private(bucket.owner) } else { object.acl.clone() };
    Ok(dto::GetObjectAclOutput {
        grants: Some(acl.to_grants()),
        owner: Some(acl.owner.to_owner()),
        request_charged: None,
    })
}

/// Sets the ACL (`PutObjectAcl`).
pub(super) fn set_acl(state: &mut State, input: &dto::PutObjectAclInput) -> S3Result<dto::PutObjectAclOutput> {
    let bucket = state.bucket(&input.bucket)?;
    let version = input.version_id.as_deref();
    let owner = find(bucket, &input.key, version)?.object.owner;
    let headers = acl_headers!(input, input.grant_write.as_deref());
    let acl = asked_acl(bucket, owner, &headers, input.access_control_policy.as_ref())?;
    change(state, &input.bucket, &input.key, version, |object| object.acl = acl)?;
    Ok(dto::PutObjectAclOutput::default())
}

/// Begins a restore, or moves the end of one that is done (`RestoreObject`): 202 or 200.
pub(super) fn restore(state: &mut State, input: &dto::RestoreObjectInput, takes: Duration) -> S3Result<StatusCode> {
    let request = input.restore_request.as_ref();
    if request.is_some_and(|request| request.select_parameters.is_some() || request.output_location.is_some()) {
        return Err(s3_error!(NotImplemented, "Restoring with a selection is not implemented"));
    }
    let days = request.and_then(|request| request.days).and_then(|days| u64::try_from(days).ok());
    let Some(days) = days.filter(|days| *days > 0) else {
        return Err(s3_error!(MalformedXML, "Days must be a positive integer"));
    };
    let object = find(state.bucket(&input.bucket)?, &input.key, input.version_id.as_deref())?.object;
    if !object.is_archived() {
        return Err(s3_error!(InvalidObjectState, "Restore is not allowed for the object's current storage class"));
    }
    let time = now();
    let standing = object.restore.filter(|restore| time < restore.expires);
    if standing.is_some_and(|restore| time < restore.ready) {
        return Err(in_progress());
    }
    let ready = standing.map_or(time + takes, |restore| restore.ready);
    let restore = Restore { ready, expires: time.max(ready) + Duration::from_secs(days * DAY) };
    drop(object);
    let version = input.version_id.as_deref();
    change(state, &input.bucket, &input.key, version, |object| object.restore = Some(restore))?;
    Ok(if standing.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED })
}

fn in_progress() -> S3Error {
    s3_error!(RestoreAlreadyInProgress, "Object restore is already in progress")
}
