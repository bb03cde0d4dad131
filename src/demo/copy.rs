//! Copies inside the endpoint: whole objects, and ranges that become parts. No bytes are copied, only counted.

use std::ops::Range;
use std::sync::Arc;

use hyper::HeaderMap;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{self, CopySource, MetadataDirective, TaggingDirective};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::demo::access::{self, Wish};
use crate::demo::account::Caller;
use crate::demo::checksum::{Algorithm, Hasher, Sum, hex};
use crate::demo::content::Content;
use crate::demo::faults::Fault;
use crate::demo::multipart::{check_number, upload};
use crate::demo::read::{Conditions, Found, find, precondition_failed};
use crate::demo::store::{Facts, Object, Part, State, Store, Version, now};
use crate::demo::write::{check_conditions, checked_class, checked_metadata, encrypt, header_tags, object_acl};

/// The most that one copy may carry (Amazon S3 API Reference, `CopyObject`).
const MAX_COPY_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// Above this much the counting would hold other requests up.
const BLOCKING_BYTES: u64 = 256 * 1024;

/// Where a copy comes from.
struct Source<'a> {
    bucket: &'a str,
    key: &'a str,
    version: Option<&'a str>,
}

impl<'a> Source<'a> {
    fn new(source: &'a CopySource) -> S3Result<Self> {
        match source {
            CopySource::Bucket { bucket, key, version_id } => Ok(Self { bucket, key, version: version_id.as_deref() }),
            _ => Err(s3_error!(NotImplemented, "Access points are not implemented")),
        }
    }

    /// Finds the source, if the caller may read it and it is as the request wants it.
    fn find(&self, state: &State, caller: Caller, conditions: &Conditions<'_>) -> S3Result<Found> {
        let action = if self.version.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
        let (key, version, context) = (Some(self.key), self.version, vec![]);
        access::check(state, &Wish { caller, action, bucket: self.bucket, key, version, context })?;
        let found = find(state.bucket(self.bucket)?, self.key, self.version)?;
        if !conditions.check(&found.object.etag, found.modified)? {
            return Err(precondition_failed());
        }
        if !found.object.is_readable(now()) {
            let words = "The source object of the COPY operation is not in the active tier.";
            let mut error = s3_error!(InvalidObjectState, "{words}");
            error.set_code(S3ErrorCode::Custom("ObjectNotInActiveTierError".into()));
            error.set_status_code(hyper::StatusCode::FORBIDDEN);
            return Err(error);
        }
        Ok(found)
    }
}

/// Counts the MD5 and the checksum of a range.
async fn count(content: &Content, range: Range<u64>, algorithm: Algorithm) -> S3Result<([u8; 16], Sum)> {
    if let Content::Pattern { block, .. } = content
        && algorithm.is_crc()
    {
        return Ok(count_pattern(content, block.len() as u64, range, algorithm));
    }
    let is_small = range.end - range.start <= BLOCKING_BYTES;
    let reader = content.read(range);
    let work = move || {
        let mut hasher = Hasher::new(algorithm);
        reader.for_each(|chunk| hasher.update(&chunk));
        hasher.finish()
    };
    if is_small {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(S3Error::internal_error)
}

/// Counts a range of a pattern from the checksum of one block, in no time.
///
/// Its `ETag` is not the MD5 of the bytes, which Amazon S3 promises of plain uploads only.
fn count_pattern(content: &Content, block: u64, range: Range<u64>, algorithm: Algorithm) -> ([u8; 16], Sum) {
    let digest = Md5::checksum(format!("{}-{} of {block}", range.start, range.end).as_bytes());
    let sum_of = |range: Range<u64>| {
        let mut hasher = Hasher::new(algorithm);
        content.read(range).for_each(|chunk| hasher.update(&chunk));
        hasher.finish().1
    };
    let first_full = range.start.next_multiple_of(block).min(range.end);
    let last_full = (range.end / block * block).max(first_full);
    let mut parts = vec![(sum_of(range.start..first_full), first_full - range.start)];
    if last_full > first_full {
        let times = (last_full - first_full) / block;
        parts.extend(sum_of(first_full..first_full + block).repeated(block, times).map(|sum| (sum, block * times)));
    }
    parts.push((sum_of(last_full..range.end), range.end - last_full));
    let sum = Sum::of_parts(algorithm, &parts, true).unwrap_or_else(|| sum_of(range));
    (digest, sum)
}

/// Copies an object (`CopyObject`).
pub(super) async fn object(
    store: &Store,
    caller: Caller,
    input: dto::CopyObjectInput,
    headers: &HeaderMap,
    spoils: Option<Fault>,
) -> S3Result<dto::CopyObjectOutput> {
    if input.sse_customer_key.is_some() || input.copy_source_sse_customer_key.is_some() {
        return Err(s3_error!(NotImplemented, "Keys of the customer's own are not implemented"));
    }
    let source = Source::new(&input.copy_source)?;
    let found = source.find(&store.lock(), caller, &conditions(&input))?;
    let size = found.object.content.size();
    if size > MAX_COPY_BYTES {
        return Err(s3_error!(
            InvalidRequest,
            "The specified copy source is larger than the maximum allowable size for a copy source: {MAX_COPY_BYTES}"
        ));
    }
    check_itself(&source, &input)?;
    let facts = facts(&found.object.facts, &input)?;
    let asked = input.checksum_algorithm.as_ref().and_then(|name| Algorithm::parse(name.as_str()));
    let algorithm = asked.unwrap_or(found.object.sum.algorithm);
    let content = found.object.content.clone().spoiled(spoils);
    let is_same = spoils.is_none() && found.object.parts.is_empty() && algorithm == found.object.sum.algorithm;
    let (etag, sum) = if is_same {
        (found.object.etag.clone(), found.object.sum.clone())
    } else {
        let (digest, sum) = count(&content, 0..content.size(), algorithm).await?;
        (hex(&digest), sum)
    };
    let mut state = store.lock();
    let target = Target::of(headers)?;
    check_conditions(
        state.bucket(&input.bucket)?.current(&input.key).map(AsRef::as_ref),
        target.if_match.as_ref(),
        target.if_none_match.as_ref(),
    )?;
    store_copy(&mut state, caller, &input, &found, |owner| Object {
        etag,
        ..Object::whole(content, [0; 16], sum, facts, owner)
    })
}

/// The conditions of a copy at its target, which `s3s` does not read (Amazon S3 User Guide, "Conditional writes").
struct Target {
    if_match: Option<dto::ETagCondition>,
    if_none_match: Option<dto::ETagCondition>,
}

impl Target {
    fn of(headers: &HeaderMap) -> S3Result<Self> {
        let read = |name: &str| {
            let Some(value) = headers.get(name) else { return Ok(None) };
            let condition = dto::ETagCondition::parse_http_header(value.as_bytes());
            condition.map(Some).map_err(|_| s3_error!(InvalidArgument, "{name} is not a list of entity tags"))
        };
        Ok(Self { if_match: read("if-match")?, if_none_match: read("if-none-match")? })
    }
}

fn conditions(input: &dto::CopyObjectInput) -> Conditions<'_> {
    Conditions {
        if_match: input.copy_source_if_match.as_ref(),
        if_none_match: input.copy_source_if_none_match.as_ref(),
        if_modified_since: input.copy_source_if_modified_since.as_ref(),
        if_unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
    }
}

fn store_copy(
    state: &mut State,
    caller: Caller,
    input: &dto::CopyObjectInput,
    found: &Found,
    make: impl FnOnce(crate::demo::account::Account) -> Object,
) -> S3Result<dto::CopyObjectOutput> {
    let id = state.new_id();
    let bucket = state.bucket_mut(&input.bucket)?;
    let headers = acl_headers!(input);
    let acl = object_acl(bucket, caller, &headers)?;
    let mut object = make(acl.owner);
    object.acl = acl;
    encrypt(&mut object.facts, bucket);
    let (sums, modified) = (object.sum.to_dto(), now());
    let result = dto::CopyObjectResult {
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        e_tag: Some(dto::ETag::Strong(object.etag.clone())),
        last_modified: Some(modified.into()),
    };
    let mut output = dto::CopyObjectOutput {
        bucket_key_enabled: object.facts.bucket_key_enabled,
        copy_object_result: Some(result),
        copy_source_version_id: found.version.clone(),
        server_side_encryption: object.facts.encryption.clone().map(dto::ServerSideEncryption::from),
        ssekms_key_id: object.facts.kms_key_id.clone(),
        ..Default::default()
    };
    output.version_id = bucket.push(&input.key, id, Version::new(modified, Some(Arc::new(object))));
    Ok(output)
}

/// Refuses a copy onto itself that changes nothing.
fn check_itself(source: &Source<'_>, input: &dto::CopyObjectInput) -> S3Result<()> {
    let is_itself = source.bucket == input.bucket && source.key == input.key && source.version.is_none();
    let changes = is_replace(input)
        || input.storage_class.is_some()
        || input.website_redirect_location.is_some()
        || input.server_side_encryption.is_some()
        || input.checksum_algorithm.is_some();
    if is_itself && !changes {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the \
             object's metadata, storage class, website redirect location or encryption attributes."
        ));
    }
    Ok(())
}

fn is_replace(input: &dto::CopyObjectInput) -> bool {
    input.metadata_directive.as_ref().map(MetadataDirective::as_str) == Some(MetadataDirective::REPLACE)
}

/// Returns what is said of the copy: by the source or by the request, and never both.
///
/// Storage class, encryption and redirect never come along (Amazon S3 API Reference, `CopyObject`).
fn facts(source: &Facts, input: &dto::CopyObjectInput) -> S3Result<Facts> {
    let mut facts = if is_replace(input) {
        Facts {
            content_type: input.content_type.clone(),
            cache_control: input.cache_control.clone(),
            content_disposition: input.content_disposition.clone(),
            content_encoding: input.content_encoding.clone(),
            content_language: input.content_language.clone(),
            expires: input.expires.clone(),
            metadata: checked_metadata(input.metadata.as_ref())?,
            ..Facts::default()
        }
    } else {
        source.clone()
    };
    let tagging = input.tagging_directive.as_ref().map(TaggingDirective::as_str);
    facts.tags = if tagging == Some(TaggingDirective::REPLACE) {
        header_tags(input.tagging.as_deref())?
    } else {
        source.tags.clone()
    };
    facts.storage_class = checked_class(input.storage_class.as_ref())?;
    facts.website_redirect_location.clone_from(&input.website_redirect_location);
    facts.encryption = input.server_side_encryption.as_ref().map(|it| it.as_str().to_owned());
    facts.kms_key_id.clone_from(&input.ssekms_key_id);
    facts.bucket_key_enabled = input.bucket_key_enabled;
    Ok(facts)
}

/// Makes a part out of a range of an object (`UploadPartCopy`).
pub(super) async fn part(
    store: &Store,
    caller: Caller,
    input: dto::UploadPartCopyInput,
    spoils: Option<Fault>,
) -> S3Result<dto::UploadPartCopyOutput> {
    check_number(input.part_number)?;
    let source = Source::new(&input.copy_source)?;
    let conditions = Conditions {
        if_match: input.copy_source_if_match.as_ref(),
        if_none_match: input.copy_source_if_none_match.as_ref(),
        if_modified_since: input.copy_source_if_modified_since.as_ref(),
        if_unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
    };
    let (found, algorithm) = {
        let mut state = store.lock();
        let algorithm = upload(&mut state, &input.bucket, &input.key, &input.upload_id)?.algorithm;
        (source.find(&state, caller, &conditions)?, algorithm.unwrap_or_default())
    };
    let range = part_range(input.copy_source_range.as_deref(), found.object.content.size())?;
    let (content, (digest, sum)) = if spoils.is_some() {
        let content = Content::from(found.object.content.pieces(range)).spoiled(spoils);
        let counted = count(&content, 0..content.size(), algorithm).await?;
        (content, counted)
    } else {
        // Counted where it may still be a pattern, which takes no time.
        let counted = count(&found.object.content, range.clone(), algorithm).await?;
        (Content::from(found.object.content.pieces(range)), counted)
    };
    let (etag, sums, modified) = (hex(&digest), sum.to_dto(), now());
    let mut state = store.lock();
    let upload = upload(&mut state, &input.bucket, &input.key, &input.upload_id)?;
    upload.parts.insert(input.part_number, Part { content, digest, sum, modified });
    let result = dto::CopyPartResult {
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        e_tag: Some(dto::ETag::Strong(etag)),
        last_modified: Some(modified.into()),
    };
    Ok(dto::UploadPartCopyOutput {
        bucket_key_enabled: upload.facts.bucket_key_enabled,
        copy_part_result: Some(result),
        copy_source_version_id: found.version,
        server_side_encryption: upload.facts.encryption.clone().map(dto::ServerSideEncryption::from),
        ssekms_key_id: upload.facts.kms_key_id.clone(),
        ..Default::default()
    })
}

/// Reads `bytes=first-last`, which must lie within the source.
fn part_range(header: Option<&str>, size: u64) -> S3Result<Range<u64>> {
    let range = match header {
        None => 0..size,
        Some(header) => header
            .strip_prefix("bytes=")
            .and_then(|range| range.split_once('-'))
            .and_then(|(first, last)| Some(first.parse::<u64>().ok()?..last.parse::<u64>().ok()?.checked_add(1)?))
            .ok_or_else(|| {
                s3_error!(
                    InvalidArgument,
                    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are \
                     the zero-based offsets of the first and last bytes to copy"
                )
            })?,
    };
    if range.start > range.end || range.end > size || range.is_empty() && size > 0 {
        return Err(s3_error!(InvalidArgument, "Range specified is not valid for source object of size: {size}"));
    }
    if range.end - range.start > MAX_COPY_BYTES {
        return Err(s3_error!(InvalidRequest, "A part may hold at most {MAX_COPY_BYTES} bytes"));
    }
    Ok(range)
}
