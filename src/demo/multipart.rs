//! Multipart uploads: begun, filled part by part in any order, listed, completed or aborted.

use hyper::HeaderMap;
use s3s::dto::{self, ChecksumType};
use s3s::{S3Error, S3Result, TrailingHeaders, s3_error};

use crate::demo::account::Caller;
use crate::demo::checksum::{Algorithm, Sum, asked_algorithm, etag_of_parts, hex};
use crate::demo::content::Content;
use crate::demo::faults::Fault;
use crate::demo::list::{Names, limit};
use crate::demo::store::{Facts, Object, Part, PartFacts, State, Store, Upload, Version, now};
use crate::demo::walk::{Row, Start, Walk};
use crate::demo::write::{Claims, check_conditions, encrypt, object_acl, receive};

/// The least that a part may hold, unless it is the last (Amazon S3 User Guide, "Amazon S3 multipart upload limits").
const MIN_PART_BYTES: u64 = 5 * 1024 * 1024;
const MAX_PARTS: i32 = 10_000;

/// Begins an upload (`CreateMultipartUpload`).
pub(super) fn create(
    state: &mut State,
    caller: Caller,
    input: &dto::CreateMultipartUploadInput,
) -> S3Result<dto::CreateMultipartUploadOutput> {
    if input.sse_customer_key.is_some() {
        return Err(s3_error!(NotImplemented, "Keys of the customer's own are not implemented"));
    }
    let (algorithm, is_full) = checksum_plan(input.checksum_algorithm.as_ref(), input.checksum_type.as_ref())?;
    let id = state.new_id();
    let bucket = state.bucket_mut(&input.bucket)?;
    let headers = acl_headers!(input);
    let acl = object_acl(bucket, caller, &headers)?;
    let mut facts = asked_facts!(input);
    encrypt(&mut facts, bucket);
    let output = dto::CreateMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(id.clone()),
        checksum_algorithm: algorithm.map(|it| dto::ChecksumAlgorithm::from_static(it.name())),
        checksum_type: algorithm.map(|_| checksum_type(is_full)),
        server_side_encryption: facts.encryption.clone().map(dto::ServerSideEncryption::from),
        ssekms_key_id: facts.kms_key_id.clone(),
        bucket_key_enabled: facts.bucket_key_enabled,
        ..Default::default()
    };
    let parts = std::collections::BTreeMap::new();
    let upload = Upload { initiated: now(), owner: acl.owner, facts, acl, algorithm, is_full, parts };
    bucket.uploads.entry(input.key.clone()).or_default().insert(id, upload);
    Ok(output)
}

fn checksum_type(is_full: bool) -> ChecksumType {
    ChecksumType::from_static(if is_full { ChecksumType::FULL_OBJECT } else { ChecksumType::COMPOSITE })
}

/// Returns the algorithm that was named, if any, and whether the checksum will be of the whole object (Amazon S3 User
/// Guide, "Checking object integrity", table of full object and composite checksums).
fn checksum_plan(
    algorithm: Option<&dto::ChecksumAlgorithm>,
    kind: Option<&ChecksumType>,
) -> S3Result<(Option<Algorithm>, bool)> {
    let Some(name) = algorithm else { return Ok((None, true)) };
    let algorithm = Algorithm::parse(name.as_str())
        .ok_or_else(|| s3_error!(InvalidRequest, "Checksum algorithm provided is unsupported."))?;
    let default = if algorithm == Algorithm::Crc64Nvme { ChecksumType::FULL_OBJECT } else { ChecksumType::COMPOSITE };
    let is_full = kind.map_or(default, ChecksumType::as_str) == ChecksumType::FULL_OBJECT;
    if is_full && !algorithm.is_crc() || !is_full && algorithm == Algorithm::Crc64Nvme {
        let kind = checksum_type(is_full);
        let (kind, name) = (kind.as_str(), algorithm.name());
        return Err(s3_error!(InvalidRequest, "The {kind} checksum type cannot be used with the {name} algorithm."));
    }
    Ok((Some(algorithm), is_full))
}

fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    )
}

/// Returns an unfinished upload.
pub(super) fn upload<'a>(state: &'a mut State, bucket: &str, key: &str, id: &str) -> S3Result<&'a mut Upload> {
    let uploads = state.bucket_mut(bucket)?.uploads.get_mut(key);
    uploads.and_then(|uploads| uploads.get_mut(id)).ok_or_else(no_such_upload)
}

/// Takes an upload away, and the key's place with its last one.
fn take(state: &mut State, bucket: &str, key: &str, id: &str) -> S3Result<Upload> {
    let uploads = &mut state.bucket_mut(bucket)?.uploads;
    let of_key = uploads.get_mut(key).ok_or_else(no_such_upload)?;
    let taken = of_key.remove(id).ok_or_else(no_such_upload)?;
    if of_key.is_empty() {
        uploads.remove(key);
    }
    Ok(taken)
}

/// Checks a part's number.
pub(super) fn check_number(number: i32) -> S3Result<()> {
    if (1..=MAX_PARTS).contains(&number) {
        return Ok(());
    }
    Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"))
}

/// Takes a part in (`UploadPart`).
pub(super) async fn put_part(
    store: &Store,
    mut input: dto::UploadPartInput,
    headers: &HeaderMap,
    trailers: Option<&TrailingHeaders>,
    spoils: Option<Fault>,
) -> S3Result<dto::UploadPartOutput> {
    check_number(input.part_number)?;
    let sum = claimed_sum!(input);
    let sent = sum.as_ref().map(|sum| sum.algorithm);
    let sent = sent.or_else(|| asked_algorithm(input.checksum_algorithm.as_ref(), headers));
    let algorithm = upload(&mut store.lock(), &input.bucket, &input.key, &input.upload_id)?.algorithm;
    check_algorithm(algorithm, sent)?;
    let (md5, length) = (input.content_md5.as_deref(), input.content_length);
    let claims = Claims { md5, sum, algorithm: sent.or(algorithm), length, trailers, spoils };
    let received = receive(input.body.take(), claims).await?;
    let sums = received.sum.to_dto();
    let sum = received.sum_by(algorithm.unwrap_or_default());
    let part = Part { content: received.content, digest: received.digest, sum, modified: now() };
    let etag = hex(&part.digest);
    let mut state = store.lock();
    // The upload may have been aborted while its part was on its way.
    let upload = upload(&mut state, &input.bucket, &input.key, &input.upload_id)?;
    upload.parts.insert(input.part_number, part);
    Ok(dto::UploadPartOutput {
        bucket_key_enabled: upload.facts.bucket_key_enabled,
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        e_tag: Some(dto::ETag::Strong(etag)),
        server_side_encryption: upload.facts.encryption.clone().map(dto::ServerSideEncryption::from),
        ssekms_key_id: upload.facts.kms_key_id.clone(),
        ..Default::default()
    })
}

fn check_algorithm(begun_with: Option<Algorithm>, sent: Option<Algorithm>) -> S3Result<()> {
    // An upload begun without one takes any, since the SDKs add one of their own to each part.
    let (Some(expected), Some(actual)) = (begun_with, sent) else { return Ok(()) };
    if expected == actual {
        return Ok(());
    }
    let (expected, actual) = (expected.name(), actual.name());
    Err(s3_error!(
        InvalidRequest,
        "Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {actual}"
    ))
}

/// Makes the object (`CompleteMultipartUpload`).
pub(super) fn complete(
    state: &mut State,
    mut input: dto::CompleteMultipartUploadInput,
) -> S3Result<dto::CompleteMultipartUploadOutput> {
    let current = state.bucket(&input.bucket)?.current(&input.key).cloned();
    let upload = upload(state, &input.bucket, &input.key, &input.upload_id)?;
    let listed = input.multipart_upload.take().and_then(|listed| listed.parts).unwrap_or_default();
    let mut object = assemble(upload, &listed)?;
    check_whole(&object, upload, &mut input)?;
    check_conditions(current.as_deref(), input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let upload = take(state, &input.bucket, &input.key, &input.upload_id)?;
    object.facts = upload.facts;
    object.acl = upload.acl;
    let id = state.new_id();
    let sums = object.sum.to_dto();
    let mut output = dto::CompleteMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        e_tag: Some(dto::ETag::Strong(object.etag.clone())),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        server_side_encryption: object.facts.encryption.clone().map(dto::ServerSideEncryption::from),
        ssekms_key_id: object.facts.kms_key_id.clone(),
        bucket_key_enabled: object.facts.bucket_key_enabled,
        ..Default::default()
    };
    let bucket = state.bucket_mut(&input.bucket)?;
    // Amazon S3 dates the object by the begin of the upload; the listings of most servers, and a person, expect the end.
    output.version_id = bucket.push(&input.key, id, Version::new(now(), Some(object.into())));
    Ok(output)
}

/// Joins the listed parts, copying no bytes.
fn assemble(upload: &Upload, listed: &[dto::CompletedPart]) -> S3Result<Object> {
    if listed.is_empty() {
        return Err(s3_error!(MalformedXML, "You must specify at least one part"));
    }
    let numbers: Vec<_> = listed.iter().map(|part| part.part_number.unwrap_or(0)).collect();
    if !numbers.is_sorted_by(|one, two| one < two) {
        return Err(s3_error!(InvalidPartOrder, "The list of parts was not in ascending order."));
    }
    let (mut pieces, mut digests, mut sums, mut facts) = (vec![], vec![], vec![], vec![]);
    for (at, (named, number)) in listed.iter().zip(numbers).enumerate() {
        let part = check_part(upload, named, number)?;
        let size = part.content.size();
        if size < MIN_PART_BYTES && at + 1 < listed.len() {
            return Err(s3_error!(EntityTooSmall, "Your proposed upload is smaller than the minimum allowed size"));
        }
        pieces.extend(part.content.pieces(0..size));
        digests.push(part.digest);
        sums.push((part.sum.clone(), size));
        facts.push(PartFacts { number, size, sum: part.sum.clone() });
    }
    let algorithm = upload.algorithm.unwrap_or_default();
    let sum = Sum::of_parts(algorithm, &sums, upload.is_full).ok_or_else(invalid_part)?;
    let mut object = Object::whole(Content::from(pieces), [0; 16], sum, Facts::default(), upload.owner);
    object.etag = etag_of_parts(&digests);
    object.parts = facts.into();
    Ok(object)
}

fn invalid_part() -> S3Error {
    s3_error!(
        InvalidPart,
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
    )
}

fn check_part<'a>(upload: &'a Upload, named: &dto::CompletedPart, number: i32) -> S3Result<&'a Part> {
    let part = upload.parts.get(&number).ok_or_else(invalid_part)?;
    if named.e_tag.as_ref().is_none_or(|etag| etag.value() != hex(&part.digest)) {
        return Err(invalid_part());
    }
    match claimed_sum!(named) {
        Some(sum) if sum.algorithm == part.sum.algorithm && sum != part.sum => Err(invalid_part()),
        None if upload.algorithm.is_some() && !upload.is_full => Err(s3_error!(
            InvalidRequest,
            "The upload was created using a checksum. The complete request must include the checksum for each part."
        )),
        _ => Ok(part),
    }
}

/// Checks what the request says of the whole object.
fn check_whole(object: &Object, upload: &Upload, input: &mut dto::CompleteMultipartUploadInput) -> S3Result<()> {
    let size = object.content.size();
    if input.mpu_object_size.is_some_and(|claimed| u64::try_from(claimed) != Ok(size)) {
        return Err(s3_error!(InvalidRequest, "The provided 'x-amz-mp-object-size' header does not match the object"));
    }
    if input.checksum_type.as_ref().is_some_and(|kind| *kind != checksum_type(upload.is_full)) {
        return Err(s3_error!(InvalidRequest, "The checksum type does not match that of the upload"));
    }
    if let Some(claimed) = claimed_sum!(input)
        && (claimed.algorithm != object.sum.algorithm || claimed.value != object.sum.value)
    {
        let name = claimed.algorithm.name();
        return Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."));
    }
    Ok(())
}

/// Gives an upload up (`AbortMultipartUpload`).
pub(super) fn abort(
    state: &mut State,
    input: &dto::AbortMultipartUploadInput,
) -> S3Result<dto::AbortMultipartUploadOutput> {
    take(state, &input.bucket, &input.key, &input.upload_id)?;
    Ok(dto::AbortMultipartUploadOutput::default())
}

/// Lists the parts of an upload (`ListParts`).
pub(super) fn list_parts(state: &mut State, input: &dto::ListPartsInput) -> S3Result<dto::ListPartsOutput> {
    let upload = upload(state, &input.bucket, &input.key, &input.upload_id)?;
    let (max_parts, rows) = limit(input.max_parts)?;
    let after = input.part_number_marker.unwrap_or(0);
    let mut rest = upload.parts.range(after.saturating_add(1)..);
    let page: Vec<_> = rest.by_ref().take(rows).collect();
    let write = |&(number, part): &(&i32, &Part)| {
        let sums = upload.algorithm.map(|_| part.sum.to_dto()).unwrap_or_default();
        dto::Part {
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            e_tag: Some(dto::ETag::Strong(hex(&part.digest))),
            last_modified: Some(part.modified.into()),
            part_number: Some(*number),
            size: i64::try_from(part.content.size()).ok(),
        }
    };
    Ok(dto::ListPartsOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(input.upload_id.clone()),
        checksum_algorithm: upload.algorithm.map(|it| dto::ChecksumAlgorithm::from_static(it.name())),
        checksum_type: upload.algorithm.map(|_| checksum_type(upload.is_full)),
        is_truncated: Some(rest.next().is_some()),
        max_parts: Some(max_parts),
        next_part_number_marker: page.last().map(|(number, _)| **number),
        part_number_marker: Some(after),
        owner: Some(upload.owner.to_owner()),
        initiator: Some(initiator(upload)),
        storage_class: Some(upload.facts.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned()).into()),
        parts: Some(page.iter().map(write).collect()),
        ..Default::default()
    })
}

fn initiator(upload: &Upload) -> dto::Initiator {
    let owner = upload.owner.to_owner();
    dto::Initiator { display_name: owner.display_name, id: owner.id }
}

/// Lists unfinished uploads (`ListMultipartUploads`).
pub(super) fn list(state: &State, input: &dto::ListMultipartUploadsInput) -> S3Result<dto::ListMultipartUploadsOutput> {
    let bucket = state.bucket(&input.bucket)?;
    let names = Names::new(input.encoding_type.as_ref())?;
    let (max_uploads, rows) = limit(input.max_uploads)?;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let key_marker = input.key_marker.as_deref().filter(|marker| !marker.is_empty());
    let id_marker = input.upload_id_marker.as_deref().filter(|marker| !marker.is_empty());
    let start = match (key_marker, id_marker) {
        (None, _) => Start::First,
        (Some(key), None) => Start::After(key),
        (Some(key), Some(_)) => Start::At(key),
    };
    let (mut uploads, mut commons, mut last, mut is_truncated) = (vec![], vec![], None, false);
    'rows: for row in Walk::new(&bucket.uploads, prefix, input.delimiter.as_deref(), start, |_| true) {
        let has_room = |taken: usize| taken < rows;
        match row {
            Row::Common(common) if has_room(uploads.len() + commons.len()) => {
                commons.push(dto::CommonPrefix { prefix: Some(names.write(common)) });
                last = Some((common.to_owned(), String::new()));
            }
            Row::Common(_) => is_truncated = true,
            Row::Key(key, of_key) => {
                let after = id_marker.filter(|_| Some(key) == key_marker);
                for (id, upload) in of_key.iter().filter(|(id, _)| after.is_none_or(|after| id.as_str() > after)) {
                    if !has_room(uploads.len() + commons.len()) {
                        is_truncated = true;
                        break 'rows;
                    }
                    uploads.push(write_upload(names, key, id, upload));
                    last = Some((key.to_owned(), id.clone()));
                }
            }
        }
        if is_truncated {
            break;
        }
    }
    let (next_key, next_id) = last.filter(|_| is_truncated).unzip();
    Ok(dto::ListMultipartUploadsOutput {
        bucket: Some(input.bucket.clone()),
        prefix: Some(names.write(prefix)),
        delimiter: input.delimiter.as_deref().map(|delimiter| names.write(delimiter)),
        encoding_type: input.encoding_type.clone(),
        key_marker: Some(names.write(key_marker.unwrap_or_default())),
        upload_id_marker: Some(id_marker.unwrap_or_default().to_owned()),
        max_uploads: Some(max_uploads),
        is_truncated: Some(is_truncated && rows > 0),
        next_key_marker: next_key.map(|key| names.write(&key)),
        next_upload_id_marker: next_id,
        uploads: Some(uploads),
        common_prefixes: Some(commons),
        request_charged: None,
    })
}

fn write_upload(names: Names, key: &str, id: &str, upload: &Upload) -> dto::MultipartUpload {
    dto::MultipartUpload {
        checksum_algorithm: upload.algorithm.map(|it| dto::ChecksumAlgorithm::from_static(it.name())),
        checksum_type: upload.algorithm.map(|_| checksum_type(upload.is_full)),
        initiated: Some(upload.initiated.into()),
        initiator: Some(initiator(upload)),
        key: Some(names.write(key)),
        owner: Some(upload.owner.to_owner()),
        storage_class: Some(upload.facts.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned()).into()),
        upload_id: Some(id.to_owned()),
    }
}
