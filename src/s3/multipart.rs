//! Uploads in parts. Whoever creates an upload completes or aborts it: unfinished parts are billed and invisible.

mod left;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};

use md5::{Digest as _, Md5};

use super::client::{Call, Store};
use super::dress::{content_md5, counting, dressed, expires};
use super::encoding::{crc64_text, crc64_value, tag_query};
use super::object::{Condition, Payload, WriteOptions, Written};
use crate::model::capability::Support;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::{ETag, VersionId};

/// The id of one unfinished upload.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadId {
    text: String,
    has_checksums: bool,
    was_sent_again: bool,
}

impl UploadId {
    /// Wraps an id that a listing gave.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), has_checksums: false, was_sent_again: false }
    }

    /// Takes up an upload that was begun earlier; `has_checksums` as it was told then.
    pub fn begun(text: impl Into<String>, has_checksums: bool) -> Self {
        Self { text: text.into(), has_checksums, was_sent_again: false }
    }

    /// Returns whether the server said that it checks and keeps a checksum.
    pub fn has_checksums(&self) -> bool {
        self.has_checksums
    }

    /// Returns whether the request was sent more than once, so that an earlier one may have begun another upload.
    pub fn was_sent_again(&self) -> bool {
        self.was_sent_again
    }

    /// Returns the id as the server knows it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A part that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartDone {
    /// From 1.
    pub number: i32,
    /// Its entity tag.
    pub etag: ETag,
    /// In bytes.
    pub size: u64,
    /// Its CRC64NVME: computed here for a part that was sent, told by the server for one that was copied.
    pub crc64: Option<u64>,
    /// Whether the server's tag is the MD5 of what was sent.
    pub is_proved_by_md5: bool,
}

impl PartDone {
    /// Returns the CRC64NVME of all parts together, in the order of their numbers, if each part's is known.
    pub fn whole_crc64(parts: &[Self]) -> Option<u64> {
        let mut parts: Vec<_> = parts.iter().collect();
        parts.sort_by_key(|part| part.number);
        let (first, rest) = parts.split_first()?;
        rest.iter().try_fold(first.crc64?, |crc, part| {
            Some(crc_fast::checksum_combine(crc_fast::CrcAlgorithm::Crc64Nvme, crc, part.crc64?, part.size))
        })
    }
}

impl Store {
    /// Begins an upload in parts. A key that XML cannot carry is refused: the answer could not be read, and the upload
    /// would be left behind.
    pub async fn create_upload(&self, object: &ObjectRef, options: &WriteOptions) -> Result<UploadId, Error> {
        let call = Call::new("begin the upload of", object.to_string(), "s3:PutObject", &object.bucket);
        if !object.key.fits_xml() {
            return Err(call.error(Kind::Unsupported, "the key cannot be written in XML, so it goes with one request"));
        }
        let abilities = &self.0.abilities;
        let with_checksum = abilities.checksums.support() != Support::No;
        match self.create_once(&call, object, options, with_checksum).await {
            Err(error) if with_checksum && self.may_dislike_checksums(&error) => {
                let again = self.create_once(&call, object, options, false).await;
                if again.is_ok() {
                    abilities.checksums.learn(false);
                }
                again
            }
            result => result,
        }
    }

    async fn create_once(
        &self,
        call: &Call<'_>,
        object: &ObjectRef,
        options: &WriteOptions,
        with_checksum: bool,
    ) -> Result<UploadId, Error> {
        let attributes = &options.attributes;
        let tries = Arc::new(AtomicU32::new(0));
        let output = self
            .call(call, |client| {
                dressed!(client.create_multipart_upload(), attributes, tag_query(&options.tags), options)
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .set_checksum_algorithm(with_checksum.then_some(ChecksumAlgorithm::Crc64Nvme))
                    .set_checksum_type(with_checksum.then_some(ChecksumType::FullObject))
                    .set_request_payer(self.payer())
                    .customize()
                    .mutate_request(expires(attributes))
                    .mutate_request(counting(&tries))
                    .send()
            })
            .await?;
        // Only a server that repeats the algorithm has understood it (RGW ignores it: contract case "multipart").
        let has_checksums = with_checksum && output.checksum_algorithm().is_some();
        let text = output.upload_id().filter(|id| !id.is_empty());
        let text = text.ok_or_else(|| call.error(Kind::Server, "the answer names no upload"))?.to_owned();
        Ok(UploadId { text, has_checksums, was_sent_again: tries.load(Relaxed) > 1 })
    }

    /// Sends one part, in memory and with its checksum.
    pub async fn upload_part(
        &self,
        object: &ObjectRef,
        upload: &UploadId,
        number: i32,
        body: impl Into<Payload>,
    ) -> Result<PartDone, Error> {
        let payload = body.into();
        let departure = payload.depart(self.patience());
        let call = Call::new("send a part of", object.to_string(), "s3:PutObject", &object.bucket).carrying(&departure);
        let is_unsigned = self.leaves_body_unsigned();
        let md5 = self.wants_md5(upload.has_checksums).then(|| payload.md5());
        departure.wait_its_turn(is_unsigned).await;
        let output = self
            .call(&call, |client| {
                let operation = client
                    .upload_part()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .upload_id(upload.as_str())
                    .part_number(number)
                    .body(departure.stream(is_unsigned))
                    .set_checksum_algorithm(upload.has_checksums.then_some(ChecksumAlgorithm::Crc64Nvme))
                    .set_checksum_crc64_nvme(upload.has_checksums.then(|| crc64_text(payload.crc64())))
                    .set_request_payer(self.payer())
                    .customize()
                    .mutate_request(content_md5(md5));
                if is_unsigned { operation.disable_payload_signing().send() } else { operation.send() }
            })
            .await?;
        if output.checksum_crc64_nvme().and_then(crc64_value).is_some_and(|stored| stored != payload.crc64()) {
            return Err(call.error(Kind::Corrupt, "the server stored another checksum"));
        }
        let etag = output.e_tag().ok_or_else(|| call.error(Kind::Server, "the answer has no entity tag"))?;
        let etag = ETag::from(etag);
        departure.arrived();
        let is_proved_by_md5 = self.learn_md5(md5, Some(&etag));
        Ok(PartDone { number, etag, size: payload.size(), crc64: Some(payload.crc64()), is_proved_by_md5 })
    }

    /// Joins the parts. With the checksum of the whole the server verifies it; a condition guards the key.
    pub async fn complete_upload(
        &self,
        object: &ObjectRef,
        upload: &UploadId,
        parts: &[PartDone],
        condition: &Condition,
    ) -> Result<Written, Error> {
        // A server that did not promise to keep the checksum may do so all the same; a look will tell.
        let is_hopeful = !upload.has_checksums && self.0.abilities.checksums.support() != Support::No;
        let sent = PartDone::whole_crc64(parts).filter(|_| upload.has_checksums || is_hopeful);
        let result = match self.complete_once(object, upload, parts, condition, sent).await {
            Err(error) if is_hopeful && sent.is_some() && matches!(error.kind, Kind::Invalid | Kind::Unsupported) => {
                self.complete_once(object, upload, parts, condition, None).await
            }
            result => result,
        };
        self.learn_condition(condition, result.as_ref().err());
        match result {
            Err(error) if error.code.as_deref() == Some("NoSuchUpload") => {
                self.completed_before(object, parts).await.ok_or(error)
            }
            result => result,
        }
    }

    async fn complete_once(
        &self,
        object: &ObjectRef,
        upload: &UploadId,
        parts: &[PartDone],
        condition: &Condition,
        sent: Option<u64>,
    ) -> Result<Written, Error> {
        let call = Call::new("complete the upload of", object.to_string(), "s3:PutObject", &object.bucket).patient();
        let sent = sent.map(crc64_text);
        let list = completed(parts, upload.has_checksums);
        let output = self
            .call(&call, |client| {
                client
                    .complete_multipart_upload()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .upload_id(upload.as_str())
                    .multipart_upload(list.clone())
                    .set_checksum_crc64_nvme(sent.clone())
                    .set_checksum_type(sent.is_some().then_some(ChecksumType::FullObject))
                    .set_if_none_match(condition.if_none_match())
                    .set_if_match(condition.if_match())
                    .set_request_payer(self.payer())
                    .send()
            })
            .await?;
        let stored = output.checksum_crc64_nvme().filter(|text| !text.contains('-')).and_then(crc64_value);
        if stored.is_some() {
            self.0.abilities.checksums.learn(true);
        }
        if let (Some(stored), Some(whole)) = (stored, PartDone::whole_crc64(parts))
            && stored != whole
        {
            return Err(call.error(Kind::Corrupt, "the server stored another checksum"));
        }
        Ok(Written {
            // RGW 16.2 sends an empty one.
            etag: output.e_tag().filter(|etag| !etag.is_empty()).map(ETag::from),
            version: output.version_id().map(VersionId::from),
            crc64: stored,
            is_proved_by_md5: parts.iter().all(|part| part.is_proved_by_md5),
        })
    }

    /// Returns what stands at the key if it is made of just these parts.
    ///
    /// A completion that went well and whose answer was lost is sent again by the SDK, and then there is no such upload.
    pub async fn completed_before(&self, object: &ObjectRef, parts: &[PartDone]) -> Option<Written> {
        let facts = self.head(object).await.ok()?;
        let size = parts.iter().map(|part| part.size).sum::<u64>();
        let has_tag = facts.etag.is_some() && facts.etag == etag_of_parts(parts);
        let has_sum = facts.crc64.is_some() && facts.crc64 == PartDone::whole_crc64(parts);
        (facts.size == size && (has_tag || has_sum)).then(|| Written::from(facts))
    }

    /// Removes an unfinished upload with its parts, and returns whether it was there. One that is gone is no error.
    pub async fn abort_upload(&self, object: &ObjectRef, upload: &UploadId) -> Result<bool, Error> {
        let call = Call::new("abort the upload of", object.to_string(), "s3:AbortMultipartUpload", &object.bucket);
        let result = self
            .call(&call, |client| {
                client
                    .abort_multipart_upload()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .upload_id(upload.as_str())
                    .set_request_payer(self.payer())
                    .send()
            })
            .await;
        match result {
            // With its bucket it is gone, too.
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::NoSuchBucket) => Ok(false),
            result => result.map(|_| true),
        }
    }
}

/// Returns the entity tag of an object made of parts: the MD5 of their MD5s and their number. Parts encrypted with a
/// key of KMS have other tags.
fn etag_of_parts(parts: &[PartDone]) -> Option<ETag> {
    let mut sorted: Vec<_> = parts.iter().collect();
    sorted.sort_by_key(|part| part.number);
    let mut digest = Md5::new();
    for part in &sorted {
        let number = u128::from_str_radix(part.etag.as_str().trim_matches('"'), 16).ok()?;
        digest.update(number.to_be_bytes());
    }
    let digest = u128::from_be_bytes(digest.finalize().into());
    Some(ETag::from(format!("\"{digest:032x}-{}\"", sorted.len())))
}

fn completed(parts: &[PartDone], with_checksums: bool) -> CompletedMultipartUpload {
    let mut parts: Vec<_> = parts.iter().collect();
    parts.sort_by_key(|part| part.number);
    let parts = parts.into_iter().map(|part| {
        CompletedPart::builder()
            .part_number(part.number)
            .e_tag(part.etag.as_str())
            .set_checksum_crc64_nvme(part.crc64.filter(|_| with_checksums).map(crc64_text))
            .build()
    });
    CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn the_checksum_of_the_whole_is_made_of_its_parts_in_any_order() {
        let whole = b"the quick brown fox jumps over the lazy dog".as_slice();
        let mut parts: Vec<_> = whole
            .chunks(10)
            .zip(1..)
            .map(|(chunk, number)| {
                let payload = Payload::new(Bytes::copy_from_slice(chunk));
                PartDone {
                    number,
                    etag: ETag::from("x"),
                    size: payload.size(),
                    crc64: Some(payload.crc64()),
                    is_proved_by_md5: false,
                }
            })
            .collect();
        parts.reverse();
        assert_eq!(PartDone::whole_crc64(&parts), Some(Payload::new(Bytes::from_static(whole)).crc64()));
        parts.first_mut().unwrap().crc64 = None;
        assert_eq!(PartDone::whole_crc64(&parts), None);
        assert_eq!(PartDone::whole_crc64(&[]), None);
    }
}
