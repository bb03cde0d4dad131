//! Writing an object in one request, and what writes of all kinds share: bodies, metadata, conditions, ACLs.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use hyper::HeaderMap;
use s3s::dto::{self, ETagCondition};
use s3s::{S3Error, S3Result, StdError, TrailingHeaders, s3_error};

use crate::demo::account::Caller;
use crate::demo::acl::{Acl, Headers};
use crate::demo::checksum::{Algorithm, Hasher, Sum, asked_algorithm};
use crate::demo::content::Content;
use crate::demo::faults::Fault;
use crate::demo::read::{is_etag, no_such_key, precondition_failed};
use crate::demo::store::{Bucket, Facts, Object, Store, Version, now};

/// Bytes are kept in pieces of this size.
const PIECE_BYTES: usize = 1024 * 1024;
/// The most that one request may carry (Amazon S3 User Guide, "Uploading objects").
const MAX_BODY_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// The most user metadata, names and values together (Amazon S3 User Guide, "User-defined object metadata").
const MAX_METADATA_BYTES: usize = 2 * 1024;

/// A body that has come in whole, and agrees with what its sender said of it.
pub(super) struct Received {
    pub content: Content,
    pub digest: [u8; 16],
    pub sum: Sum,
}

impl Received {
    /// Returns the checksum by an algorithm, which need not be the one that was sent.
    pub fn sum_by(&self, algorithm: Algorithm) -> Sum {
        if self.sum.algorithm == algorithm {
            return self.sum.clone();
        }
        count(&self.content, algorithm).1
    }
}

/// Counts the MD5 and the checksum of what is held.
fn count(content: &Content, algorithm: Algorithm) -> ([u8; 16], Sum) {
    let mut hasher = Hasher::new(algorithm);
    for chunk in content.read(0..content.size()) {
        hasher.update(&chunk);
    }
    hasher.finish()
}

/// What the sender said of a body.
pub(super) struct Claims<'a> {
    pub md5: Option<&'a str>,
    pub sum: Option<Sum>,
    pub algorithm: Option<Algorithm>,
    pub length: Option<i64>,
    pub trailers: Option<&'a TrailingHeaders>,
    /// By what fault something else is stored.
    pub spoils: Option<Fault>,
}

/// Takes a body in and checks it.
pub(super) async fn receive(body: Option<dto::StreamingBlob>, claims: Claims<'_>) -> S3Result<Received> {
    let algorithm = claims.sum.as_ref().map(|sum| sum.algorithm).or(claims.algorithm).unwrap_or_default();
    let mut hasher = Hasher::new(algorithm);
    let mut pieces = Vec::new();
    let mut size = 0u64;
    if let Some(mut body) = body {
        let mut piece = BytesMut::new();
        while let Some(chunk) = body.next().await {
            let chunk: Bytes = chunk.map_err(|error| broken_body(&error))?;
            size += chunk.len() as u64;
            if size > MAX_BODY_BYTES {
                return Err(s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed size"));
            }
            hasher.update(&chunk);
            piece.extend_from_slice(&chunk);
            if piece.len() >= PIECE_BYTES {
                pieces.push(piece.split().freeze());
            }
        }
        pieces.push(piece.freeze());
    }
    if claims.length.is_some_and(|length| u64::try_from(length) != Ok(size)) {
        return Err(s3_error!(IncompleteBody, "You did not provide the number of bytes specified by Content-Length"));
    }
    let (digest, sum) = hasher.finish();
    let trailer = claims.trailers.and_then(|trailers| trailers.read(Sum::from_trailers)).flatten();
    check_md5(claims.md5, digest)?;
    check_sum(claims.sum.as_ref().or(trailer.as_ref()), &sum)?;
    let content = Content::from(pieces).spoiled(claims.spoils);
    if claims.spoils.is_none() {
        return Ok(Received { content, digest, sum });
    }
    let (digest, sum) = count(&content, algorithm);
    Ok(Received { content, digest, sum })
}

/// Says what was wrong with a body that ended in an error: the error types are private to `s3s`, their words are not.
fn broken_body(error: &StdError) -> S3Error {
    let text = error.to_string();
    if text.contains("Sha256Mismatch") {
        let words = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        let mut error = s3_error!(InvalidRequest, "{words}");
        error.set_code(s3s::S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()));
        error.set_status_code(hyper::StatusCode::BAD_REQUEST);
        return error;
    }
    if text.contains("SignatureMismatch") {
        return s3_error!(SignatureDoesNotMatch, "The signature of a chunk does not match");
    }
    s3_error!(IncompleteBody, "You did not provide the number of bytes specified by Content-Length")
}

fn check_md5(claimed: Option<&str>, digest: [u8; 16]) -> S3Result<()> {
    use base64::Engine;
    let Some(claimed) = claimed else { return Ok(()) };
    let claimed = base64::prelude::BASE64_STANDARD.decode(claimed).ok().filter(|bytes| bytes.len() == 16);
    let claimed = claimed.ok_or_else(|| s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid."))?;
    if claimed != digest {
        return Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."));
    }
    Ok(())
}

fn check_sum(claimed: Option<&Sum>, sum: &Sum) -> S3Result<()> {
    let Some(claimed) = claimed else { return Ok(()) };
    if claimed.algorithm != sum.algorithm || claimed.value != sum.value {
        let name = claimed.algorithm.name();
        return Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."));
    }
    Ok(())
}

/// Checks the conditions of a write against what the key holds now (Amazon S3 User Guide, "Conditional writes").
pub(super) fn check_conditions(
    current: Option<&Object>,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    match if_none_match {
        Some(ETagCondition::Any) if current.is_some() => return Err(precondition_failed()),
        Some(ETagCondition::ETag(_)) => {
            return Err(s3_error!(NotImplemented, "If-None-Match of a write takes only '*'"));
        }
        _ => {}
    }
    match (if_match, current) {
        (Some(_), None) => Err(no_such_key()),
        (Some(condition), Some(object)) if !is_etag(condition, &object.etag) => Err(precondition_failed()),
        _ => Ok(()),
    }
}

/// Checks metadata against the limit.
pub(super) fn checked_metadata(metadata: Option<&dto::Metadata>) -> S3Result<dto::Metadata> {
    let metadata = metadata.cloned().unwrap_or_default();
    let size: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > MAX_METADATA_BYTES {
        return Err(s3_error!(MetadataTooLarge, "Your metadata headers exceed the maximum allowed metadata size"));
    }
    Ok(metadata)
}

/// Returns the storage class to keep; nothing for STANDARD.
pub(super) fn checked_class(class: Option<&dto::StorageClass>) -> S3Result<Option<String>> {
    const CLASSES: &[&str] = &[
        "STANDARD",
        "REDUCED_REDUNDANCY",
        "STANDARD_IA",
        "ONEZONE_IA",
        "INTELLIGENT_TIERING",
        "GLACIER",
        "DEEP_ARCHIVE",
        "GLACIER_IR",
    ];
    let Some(class) = class.map(dto::StorageClass::as_str) else { return Ok(None) };
    if !CLASSES.contains(&class) {
        return Err(s3_error!(InvalidStorageClass, "The storage class you specified is not valid"));
    }
    Ok((class != dto::StorageClass::STANDARD).then(|| class.to_owned()))
}

/// Fills in how the object is encrypted: as asked for, else by the bucket's default, else with Amazon's own keys.
pub(super) fn encrypt(facts: &mut Facts, bucket: &Bucket) {
    if facts.encryption.is_none() {
        let rules = bucket.settings.encryption.iter().flat_map(|document| &document.rules);
        for rule in rules {
            facts.bucket_key_enabled = facts.bucket_key_enabled.or(rule.bucket_key_enabled);
            if let Some(default) = &rule.apply_server_side_encryption_by_default {
                facts.encryption = Some(default.sse_algorithm.as_str().to_owned());
                facts.kms_key_id.clone_from(&default.kms_master_key_id);
            }
        }
    }
    let encryption = facts.encryption.get_or_insert_with(|| dto::ServerSideEncryption::AES256.to_owned());
    if encryption.starts_with("aws:kms") {
        let owner = bucket.owner.number();
        facts.kms_key_id.get_or_insert_with(|| format!("arn:aws:kms:{}:{owner}:alias/aws/s3", bucket.region));
    }
}

/// Reads the tags of the header `x-amz-tagging`.
pub(super) fn header_tags(header: Option<&str>) -> S3Result<Vec<(String, String)>> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8().map(std::borrow::Cow::into_owned)
    };
    let invalid = || s3_error!(InvalidArgument, "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded");
    let mut tags = Vec::new();
    for pair in header.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        tags.push((decode(name).map_err(|_| invalid())?, decode(value).map_err(|_| invalid())?));
    }
    check_tags(&tags, 10)?;
    Ok(tags)
}

/// Checks tags against the limits (Amazon S3 User Guide, "Categorizing your storage using tags").
pub(super) fn check_tags(tags: &[(String, String)], most: usize) -> S3Result<()> {
    let mut names: Vec<_> = tags.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    if tags.len() > most {
        let mut error = s3_error!(InvalidTag, "Object tags cannot be greater than {most}");
        error.set_code(s3s::S3ErrorCode::Custom("BadRequest".into()));
        error.set_status_code(hyper::StatusCode::BAD_REQUEST);
        return Err(error);
    }
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(s3_error!(InvalidTag, "Cannot provide multiple Tags with the same key"));
    }
    let is_long =
        |(name, value): &(String, String)| name.is_empty() || name.chars().count() > 128 || value.chars().count() > 256;
    if tags.iter().any(is_long) {
        return Err(s3_error!(InvalidTag, "The TagKey or TagValue you have provided is invalid"));
    }
    Ok(())
}

/// Returns the ACL and owner of a new object, by what the bucket makes of ACLs (Amazon S3 User Guide, "Controlling
/// ownership of objects").
pub(super) fn object_acl(bucket: &Bucket, caller: Caller, headers: &Headers<'_>) -> S3Result<Acl> {
    // What a stranger writes by a public grant belongs to nobody on Amazon S3; here to the bucket's owner.
    let writer = caller.unwrap_or(bucket.owner);
    let full_control = headers.canned == Some("bucket-owner-full-control");
    if bucket.acls_are_disabled() {
        if !headers.is_empty() && !full_control {
            return Err(s3_error!(AccessControlListNotSupported, "The bucket does not allow ACLs"));
        }
        return Ok(Acl::private(bucket.owner));
    }
    let prefers_owner =
        bucket.settings.ownership.as_ref().is_some_and(|ownership| ownership.as_str() == "BucketOwnerPreferred");
    if prefers_owner && full_control {
        return Ok(Acl::private(bucket.owner));
    }
    let acl = Acl::from_headers(headers, writer, bucket.owner)?;
    check_public_acl(bucket, &acl)?;
    Ok(acl)
}

/// Refuses a public ACL where Block Public Access says so.
pub(super) fn check_public_acl(bucket: &Bucket, acl: &Acl) -> S3Result<()> {
    let blocks = bucket.settings.block.as_ref().and_then(|block| block.block_public_acls) == Some(true);
    if blocks && acl.to_model().is_public() {
        return Err(crate::demo::access::denied());
    }
    Ok(())
}

/// Stores an object in one request (`PutObject`).
pub(super) async fn put(
    store: &Store,
    caller: Caller,
    mut input: dto::PutObjectInput,
    headers: &HeaderMap,
    trailers: Option<&TrailingHeaders>,
    spoils: Option<Fault>,
) -> S3Result<dto::PutObjectOutput> {
    if input.write_offset_bytes.is_some() || input.sse_customer_key.is_some() {
        return Err(s3_error!(NotImplemented, "Appending and keys of the customer's own are not implemented"));
    }
    let (facts, acl) = prepare(store, caller, &input)?;
    let claims = Claims {
        md5: input.content_md5.as_deref(),
        sum: claimed_sum!(input),
        algorithm: asked_algorithm(input.checksum_algorithm.as_ref(), headers),
        length: input.content_length,
        trailers,
        spoils,
    };
    let received = receive(input.body.take(), claims).await?;
    let mut state = store.lock();
    let id = state.new_id();
    let bucket = state.bucket_mut(&input.bucket)?;
    let current = bucket.current(&input.key).map(AsRef::as_ref);
    check_conditions(current, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let Received { content, digest, sum } = received;
    let mut object = Object::whole(content, digest, sum, facts, acl.owner);
    object.acl = acl;
    encrypt(&mut object.facts, bucket);
    Ok(written(bucket, &input.key, id, object))
}

/// Checks, before the body is read, everything that can be checked before.
fn prepare(store: &Store, caller: Caller, input: &dto::PutObjectInput) -> S3Result<(Facts, Acl)> {
    let facts = asked_facts!(input);
    let state = store.lock();
    let bucket = state.bucket(&input.bucket)?;
    let current = bucket.current(&input.key).map(AsRef::as_ref);
    check_conditions(current, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let headers = acl_headers!(input);
    Ok((facts, object_acl(bucket, caller, &headers)?))
}

/// Returns the content encoding without `aws-chunked`, which is of the transfer only.
pub(super) fn stored_encoding(header: Option<&str>) -> Option<String> {
    let kept: Vec<_> = header?.split(',').map(str::trim).filter(|it| !it.is_empty() && *it != "aws-chunked").collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

fn written(bucket: &mut Bucket, key: &str, id: String, object: Object) -> dto::PutObjectOutput {
    let sums = object.sum.to_dto();
    let mut output = dto::PutObjectOutput {
        bucket_key_enabled: object.facts.bucket_key_enabled,
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        e_tag: Some(dto::ETag::Strong(object.etag.clone())),
        server_side_encryption: object.facts.encryption.clone().map(dto::ServerSideEncryption::from),
        ssekms_key_id: object.facts.kms_key_id.clone(),
        ..Default::default()
    };
    output.version_id = bucket.push(key, id, Version::new(now(), Some(object.into())));
    output
}
