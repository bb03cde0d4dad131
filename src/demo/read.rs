//! Reading an object: GET, HEAD and its attributes, with conditions, ranges, parts and checksums.

use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue, LAST_MODIFIED};
use s3s::dto::{self, ETagCondition};
use s3s::{S3Error, S3ErrorCode, S3Response, S3Result, s3_error};

use crate::demo::store::{Bucket, Object, State, Version, Versioning, now};

/// The conditions of a read, or of the source of a copy.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "the names of the headers")]
pub(super) struct Conditions<'a> {
    pub if_match: Option<&'a ETagCondition>,
    pub if_none_match: Option<&'a ETagCondition>,
    pub if_modified_since: Option<&'a dto::Timestamp>,
    pub if_unmodified_since: Option<&'a dto::Timestamp>,
}

/// Returns whether an `ETag`, without quotes, meets a condition.
pub(super) fn is_etag(condition: &ETagCondition, etag: &str) -> bool {
    condition.as_etag().is_none_or(|wanted| wanted.value() == etag)
}

impl Conditions<'_> {
    /// Returns whether nothing speaks against serving (`Ok(true)`), or the client has it already (`Ok(false)`).
    ///
    /// `If-Match` outweighs `If-Unmodified-Since`, `If-None-Match` outweighs `If-Modified-Since` (Amazon S3 API
    /// Reference, `GetObject`).
    pub fn check(&self, etag: &str, modified: SystemTime) -> S3Result<bool> {
        let modified = dto::Timestamp::from(modified);
        let holds = match (self.if_match, self.if_unmodified_since) {
            (Some(condition), _) => is_etag(condition, etag),
            (None, Some(since)) => modified <= *since,
            (None, None) => true,
        };
        if !holds {
            return Err(precondition_failed());
        }
        Ok(match (self.if_none_match, self.if_modified_since) {
            (Some(condition), _) => !is_etag(condition, etag),
            (None, Some(since)) => modified > *since,
            (None, None) => true,
        })
    }
}

pub(super) fn precondition_failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

pub(super) fn no_such_key() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

/// An object and the version that it is.
pub(super) struct Found {
    pub object: Arc<Object>,
    pub modified: SystemTime,
    /// The version ID, where the bucket has versions.
    pub version: Option<String>,
}

/// Finds a version of a key, the current one if none is named.
pub(super) fn find(bucket: &Bucket, key: &str, id: Option<&str>) -> S3Result<Found> {
    let versions = bucket.keys.get(key);
    let version = match id {
        None => versions.and_then(|versions| versions.last()).ok_or_else(no_such_key)?,
        Some(id) => versions
            .and_then(|versions| versions.iter().find(|version| version.id == id))
            .ok_or_else(|| s3_error!(NoSuchVersion, "The specified version does not exist."))?,
    };
    let Some(object) = &version.object else { return Err(is_marker(version, id.is_some())) };
    let shown = (bucket.versioning != Versioning::Off).then(|| version.id.clone());
    Ok(Found { object: Arc::clone(object), modified: version.modified, version: shown })
}

/// Amazon S3 User Guide, "Working with delete markers": 404 for the key, 405 for the marker itself.
fn is_marker(version: &Version, is_named: bool) -> S3Error {
    let mut error = if is_named {
        s3_error!(MethodNotAllowed, "The specified method is not allowed against this resource.")
    } else {
        no_such_key()
    };
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-amz-delete-marker"), HeaderValue::from_static("true"));
    if let Ok(id) = HeaderValue::from_str(&version.id) {
        headers.insert(HeaderName::from_static("x-amz-version-id"), id);
    }
    if is_named && let Some(date) = http_date(version.modified) {
        headers.insert(LAST_MODIFIED, date);
    }
    error.set_headers(headers);
    error
}

fn http_date(time: SystemTime) -> Option<HeaderValue> {
    let mut text = Vec::new();
    dto::Timestamp::from(time).format(dto::TimestampFormat::HttpDate, &mut text).ok()?;
    HeaderValue::from_bytes(&text).ok()
}

/// The slice of an object that a request asks for.
struct Slice {
    range: Range<u64>,
    content_range: Option<String>,
    parts_count: Option<i32>,
}

fn slice(object: &Object, range: Option<dto::Range>, part: Option<i32>) -> S3Result<Slice> {
    let size = object.content.size();
    let count = i32::try_from(object.parts.len()).ok().filter(|count| *count > 0);
    let range = match (range, part) {
        (Some(_), Some(_)) => {
            return Err(s3_error!(InvalidRequest, "Cannot specify both Range header and partNumber query parameter"));
        }
        (None, None) => return Ok(Slice { range: 0..size, content_range: None, parts_count: None }),
        (Some(range), None) => range
            .check(size)
            .map_err(|_| S3Error::with_message(S3ErrorCode::InvalidRange, "The requested range is not satisfiable"))?,
        (None, Some(part)) => part_range(object, part)?,
    };
    let content_range = (size > 0).then(|| format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1)));
    Ok(Slice { content_range, parts_count: part.and(count), range })
}

fn part_range(object: &Object, part: i32) -> S3Result<Range<u64>> {
    if object.parts.is_empty() && part == 1 {
        return Ok(0..object.content.size());
    }
    let mut start = 0;
    for facts in object.parts.iter() {
        if facts.number == part {
            return Ok(start..start + facts.size);
        }
        start += facts.size;
    }
    let mut error = s3_error!(InvalidPart, "The requested partnumber is not satisfiable");
    error.set_code(S3ErrorCode::Custom("InvalidPartNumber".into()));
    error.set_status_code(hyper::StatusCode::RANGE_NOT_SATISFIABLE);
    Err(error)
}

/// Serves an object (`GetObject`).
pub(super) fn get(state: &State, input: &dto::GetObjectInput) -> S3Result<S3Response<dto::GetObjectOutput>> {
    let found = find(state.bucket(&input.bucket)?, &input.key, input.version_id.as_deref())?;
    let object = &found.object;
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
        if_modified_since: input.if_modified_since.as_ref(),
        if_unmodified_since: input.if_unmodified_since.as_ref(),
    };
    if !conditions.check(&object.etag, found.modified)? {
        return Err(not_modified(&found));
    }
    if !object.is_readable(now()) {
        return Err(s3_error!(InvalidObjectState, "The operation is not valid for the object's storage class"));
    }
    let slice = slice(object, input.range, input.part_number)?;
    let facts = describe(&found, input.checksum_mode.as_ref(), &slice);
    let body = dto::StreamingBlob::new(object.content.read(slice.range.clone()));
    let tag_count = i32::try_from(object.facts.tags.len()).ok().filter(|count| *count > 0);
    let output = dto::GetObjectOutput { body: Some(body), tag_count, ..to_get(facts) };
    Ok(S3Response::new(output))
}

/// Describes an object (`HeadObject`).
pub(super) fn head(state: &State, input: &dto::HeadObjectInput) -> S3Result<S3Response<dto::HeadObjectOutput>> {
    let found = find(state.bucket(&input.bucket)?, &input.key, input.version_id.as_deref())?;
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
        if_modified_since: input.if_modified_since.as_ref(),
        if_unmodified_since: input.if_unmodified_since.as_ref(),
    };
    if !conditions.check(&found.object.etag, found.modified)? {
        return Err(not_modified(&found));
    }
    let slice = slice(&found.object, input.range, input.part_number)?;
    let is_partial = slice.content_range.is_some();
    let output = describe(&found, input.checksum_mode.as_ref(), &slice);
    let mut response = S3Response::new(output);
    if is_partial {
        response.status = Some(hyper::StatusCode::PARTIAL_CONTENT);
    }
    Ok(response)
}

fn not_modified(found: &Found) -> S3Error {
    let mut error = S3Error::new(S3ErrorCode::NotModified);
    let mut headers = HeaderMap::new();
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", found.object.etag)) {
        headers.insert(hyper::header::ETAG, etag);
    }
    if let Some(date) = http_date(found.modified) {
        headers.insert(LAST_MODIFIED, date);
    }
    error.set_headers(headers);
    error
}

fn describe(found: &Found, mode: Option<&dto::ChecksumMode>, slice: &Slice) -> dto::HeadObjectOutput {
    let (object, facts) = (&found.object, &found.object.facts);
    let is_whole = slice.range == (0..object.content.size());
    // The checksum is of the whole object, so it is not sent along a part of it.
    let wants_sum = mode.is_some_and(|mode| mode.as_str() == dto::ChecksumMode::ENABLED) && is_whole;
    let sums = if wants_sum { object.sum.to_dto() } else { dto::Checksum::default() };
    dto::HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        bucket_key_enabled: facts.bucket_key_enabled,
        cache_control: facts.cache_control.clone(),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        content_disposition: facts.content_disposition.clone(),
        content_encoding: facts.content_encoding.clone(),
        content_language: facts.content_language.clone(),
        content_length: i64::try_from(slice.range.end - slice.range.start).ok(),
        content_range: slice.content_range.clone(),
        content_type: Some(facts.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())),
        e_tag: Some(dto::ETag::Strong(object.etag.clone())),
        expires: facts.expires.clone(),
        last_modified: Some(found.modified.into()),
        metadata: Some(facts.metadata.clone()).filter(|metadata| !metadata.is_empty()),
        parts_count: slice.parts_count,
        restore: restore(object),
        server_side_encryption: facts.encryption.clone().map(dto::ServerSideEncryption::from),
        ssekms_key_id: facts.kms_key_id.clone(),
        // STANDARD has no header (Amazon S3 API Reference, "HeadObject").
        storage_class: facts.storage_class.clone().map(dto::StorageClass::from),
        version_id: found.version.clone(),
        website_redirect_location: facts.website_redirect_location.clone(),
        ..Default::default()
    }
}

fn restore(object: &Object) -> Option<String> {
    let restore = object.restore?;
    let time = now();
    if time < restore.ready {
        return Some("ongoing-request=\"true\"".to_owned());
    }
    let date = http_date(restore.expires).filter(|_| time < restore.expires)?;
    Some(format!("ongoing-request=\"false\", expiry-date=\"{}\"", date.to_str().ok()?))
}

fn to_get(head: dto::HeadObjectOutput) -> dto::GetObjectOutput {
    dto::GetObjectOutput {
        accept_ranges: head.accept_ranges,
        bucket_key_enabled: head.bucket_key_enabled,
        cache_control: head.cache_control,
        checksum_crc32: head.checksum_crc32,
        checksum_crc32c: head.checksum_crc32c,
        checksum_crc64nvme: head.checksum_crc64nvme,
        checksum_sha1: head.checksum_sha1,
        checksum_sha256: head.checksum_sha256,
        checksum_type: head.checksum_type,
        content_disposition: head.content_disposition,
        content_encoding: head.content_encoding,
        content_language: head.content_language,
        content_length: head.content_length,
        content_range: head.content_range,
        content_type: head.content_type,
        e_tag: head.e_tag,
        expires: head.expires,
        last_modified: head.last_modified,
        metadata: head.metadata,
        parts_count: head.parts_count,
        restore: head.restore,
        server_side_encryption: head.server_side_encryption,
        ssekms_key_id: head.ssekms_key_id,
        storage_class: head.storage_class,
        version_id: head.version_id,
        website_redirect_location: head.website_redirect_location,
        ..Default::default()
    }
}

/// Tells the attributes that were asked for (`GetObjectAttributes`).
pub(super) fn attributes(
    state: &State,
    input: &dto::GetObjectAttributesInput,
) -> S3Result<dto::GetObjectAttributesOutput> {
    let found = find(state.bucket(&input.bucket)?, &input.key, input.version_id.as_deref())?;
    let object = &found.object;
    let wants = |name: &str| input.object_attributes.iter().any(|wanted| wanted.as_str() == name);
    Ok(dto::GetObjectAttributesOutput {
        checksum: wants("Checksum").then(|| object.sum.to_dto()),
        // Without quotes, other than everywhere else (Amazon S3 API Reference, "GetObjectAttributes", examples).
        e_tag: wants("ETag").then(|| dto::ETag::Strong(object.etag.clone())),
        last_modified: Some(found.modified.into()),
        object_parts: (wants("ObjectParts") && !object.parts.is_empty()).then(|| parts(object, input)),
        object_size: wants("ObjectSize").then(|| i64::try_from(object.content.size()).unwrap_or(i64::MAX)),
        storage_class: wants("StorageClass").then(|| object.class().to_owned().into()),
        version_id: found.version.clone(),
        ..Default::default()
    })
}

fn parts(object: &Object, input: &dto::GetObjectAttributesInput) -> dto::GetObjectAttributesParts {
    let after = input.part_number_marker.unwrap_or(0);
    let limit = input.max_parts.unwrap_or(1000).clamp(0, 1000);
    let mut rest = object.parts.iter().filter(|part| part.number > after);
    let page: Vec<_> = rest.by_ref().take(usize::try_from(limit).unwrap_or(0)).collect();
    let write = |part: &&crate::demo::store::PartFacts| {
        let sums = part.sum.to_dto();
        dto::ObjectPart {
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            part_number: Some(part.number),
            size: i64::try_from(part.size).ok(),
        }
    };
    dto::GetObjectAttributesParts {
        is_truncated: Some(rest.next().is_some()),
        max_parts: Some(limit),
        next_part_number_marker: page.last().map(|part| part.number),
        part_number_marker: Some(after),
        parts: Some(page.iter().map(write).collect()),
        total_parts_count: i32::try_from(object.parts.len()).ok(),
    }
}
