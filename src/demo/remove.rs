//! Deleting: an object, a version for good, or up to 1,000 keys at once.

use hyper::HeaderMap;
use s3s::dto;
use s3s::{S3Error, S3Result, s3_error};

use crate::demo::access::{self, Wish};
use crate::demo::account::Caller;
use crate::demo::faults::{Fault, Faults};
use crate::demo::store::{State, Store, Version, Versioning, now};
use crate::demo::write::check_conditions;

const MAX_KEYS: usize = 1000;

/// What a deletion did.
#[derive(Default)]
struct Deleted {
    /// Whether a delete marker was made, or removed.
    is_marker: bool,
    /// Its version ID, or that of the version that was removed.
    version: Option<String>,
}

/// Deletes one object or version (`DeleteObject`). What is not there is deleted already.
pub(super) fn object(state: &mut State, input: &dto::DeleteObjectInput) -> S3Result<dto::DeleteObjectOutput> {
    if input.if_match_size.is_some() || input.if_match_last_modified_time.is_some() {
        return Err(s3_error!(NotImplemented, "These conditions are for directory buckets"));
    }
    if input.if_match.is_some() {
        let current = state.bucket(&input.bucket)?.current(&input.key);
        check_conditions(current.map(AsRef::as_ref), input.if_match.as_ref(), None)?;
    }
    let deleted = delete(state, &input.bucket, &input.key, input.version_id.as_deref())?;
    Ok(dto::DeleteObjectOutput {
        delete_marker: deleted.is_marker.then_some(true),
        version_id: deleted.version,
        ..Default::default()
    })
}

fn delete(state: &mut State, bucket: &str, key: &str, version: Option<&str>) -> S3Result<Deleted> {
    let id = state.new_id();
    let bucket = state.bucket_mut(bucket)?;
    if let Some(version) = version {
        let removed = bucket.remove(key, version);
        let is_marker = removed.is_some_and(|removed| removed.object.is_none());
        return Ok(Deleted { is_marker, version: Some(version.to_owned()) });
    }
    if bucket.versioning == Versioning::Off {
        bucket.keys.remove(key);
        return Ok(Deleted::default());
    }
    let version = bucket.push(key, id, Version::new(now(), None));
    Ok(Deleted { is_marker: true, version })
}

/// Deletes a batch (`DeleteObjects`); each key succeeds or fails alone.
pub(super) fn batch(
    store: &Store,
    faults: &Faults,
    caller: Caller,
    input: &dto::DeleteObjectsInput,
    headers: &HeaderMap,
) -> S3Result<dto::DeleteObjectsOutput> {
    let is_summed =
        |name: &str| name == "content-md5" || name.starts_with("x-amz-checksum-") || name == "x-amz-trailer";
    if !headers.keys().any(|name| is_summed(name.as_str())) {
        return Err(s3_error!(InvalidRequest, "Missing required header for this request: Content-MD5"));
    }
    let objects = &input.delete.objects;
    // A key that XML 1.0 cannot carry makes the whole document malformed, as it does on Amazon S3.
    if objects.is_empty() || objects.len() > MAX_KEYS || objects.iter().any(|object| !fits_xml(&object.key)) {
        let words = "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(s3_error!(MalformedXML, "{words}"));
    }
    let mut state = store.lock();
    state.bucket(&input.bucket)?;
    let (mut done, mut errors) = (vec![], vec![]);
    for object in objects {
        match delete_of_batch(&mut state, faults, caller, &input.bucket, object) {
            Ok(deleted) => done.push(deleted),
            Err(error) => errors.push(dto::Error {
                code: Some(error.code().as_str().to_owned()),
                key: Some(object.key.clone()),
                message: error.message().map(str::to_owned),
                version_id: object.version_id.clone(),
            }),
        }
    }
    let is_quiet = input.delete.quiet == Some(true);
    Ok(dto::DeleteObjectsOutput {
        deleted: (!is_quiet).then_some(done),
        errors: (!errors.is_empty()).then_some(errors),
        request_charged: None,
    })
}

fn delete_of_batch(
    state: &mut State,
    faults: &Faults,
    caller: Caller,
    bucket: &str,
    object: &dto::ObjectIdentifier,
) -> S3Result<dto::DeletedObject> {
    let (key, version) = (object.key.as_str(), object.version_id.as_deref());
    if let Some(error) = faults.pick_of_batch("DeleteObjects", key).and_then(as_error) {
        return Err(error);
    }
    let action = if version.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
    access::check(state, &Wish { caller, action, bucket, key: Some(key), version, context: vec![] })?;
    if object.last_modified_time.is_some() || object.size.is_some() {
        return Err(s3_error!(NotImplemented, "These conditions are for directory buckets"));
    }
    if let Some(etag) = &object.e_tag {
        let condition = dto::ETagCondition::ETag(etag.clone());
        check_conditions(state.bucket(bucket)?.current(key).map(AsRef::as_ref), Some(&condition), None)?;
    }
    let deleted = delete(state, bucket, key, version)?;
    Ok(dto::DeletedObject {
        delete_marker: deleted.is_marker.then_some(true),
        delete_marker_version_id: deleted.version.clone().filter(|_| deleted.is_marker),
        key: Some(key.to_owned()),
        version_id: version.map(str::to_owned),
    })
}

fn as_error(fault: Fault) -> Option<S3Error> {
    if fault == Fault::ErrorInOk { Fault::Internal.as_error() } else { fault.as_error() }
}

/// Extensible Markup Language 1.0, production `Char`.
fn fits_xml(key: &str) -> bool {
    key.chars()
        .all(|c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
}
