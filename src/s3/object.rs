//! Reads and writes whole objects: head, get, put.

mod body;
mod departure;
mod facts;
mod parts;
mod proof;
mod restraint;
mod value;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::builders::HeadObjectFluentBuilder;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode};

use super::client::{Call, Store};
use super::dress::{content_md5, counting, dressed, expires};
use super::encoding::{bytes, crc64_text, crc64_value, tag_query};
use crate::model::capability::Support;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::{ETag, VersionId};

pub(super) use body::BodyMd5;
pub use body::{ObjectBody, Payload};
pub(super) use departure::Departure;
use facts::{facts_of_get, facts_of_head};
pub use parts::PartsTag;
pub use proof::{Check, Crc};
pub use value::{Attributes, Checksum, Condition, Encryption, ObjectFacts, WriteOptions, Written};

impl Store {
    /// Reads what an object says about itself.
    pub async fn head(&self, object: &ObjectRef) -> Result<ObjectFacts, Error> {
        match self.head_once(object).await {
            // The answer to a HEAD has no body, so no code: an expired token looks like any bad request. A GET says it; if
            // it is answered, whatever was wrong may have passed.
            Err(error) if error.kind == Kind::Invalid => match self.get(object, Some(0..1), None).await {
                Err(told) => Err(Error { operation: error.operation, ..told }),
                Ok(_) => self.head_once(object).await,
            },
            result => result,
        }
    }

    async fn head_once(&self, object: &ObjectRef) -> Result<ObjectFacts, Error> {
        let call = Call::new("look at", object.to_string(), "s3:GetObject", &object.bucket);
        let output = self
            .call(&call, |client| self.question(&client, object).checksum_mode(ChecksumMode::Enabled).send())
            .await?;
        let mut facts = facts_of_head(&output);
        if facts.etag.is_none() && facts.modified.is_none() {
            // Something in between that says yes to everything. An empty object would be made of it.
            return Err(call.error(Kind::Server, "the answer says nothing of an object"));
        }
        facts.archive_status = output.archive_status().map(|status| status.as_str().to_owned());
        Ok(facts)
    }

    /// Returns the sizes in bytes of the first and the last part of an object that was joined of parts, if the server tells
    /// them (Amazon S3 API Reference, `HeadObject`, `partNumber`).
    pub async fn end_parts(&self, object: &ObjectRef, facts: &ObjectFacts) -> Option<(u64, u64)> {
        let last = i32::try_from(facts.part_count()?).ok()?;
        let (first, last) = tokio::join!(self.size_of_part(object, 1), self.size_of_part(object, last));
        // A server that does not know the question tells the size of the whole.
        Some((first?, last?)).filter(|(first, _)| *first < facts.size)
    }

    async fn size_of_part(&self, object: &ObjectRef, number: i32) -> Option<u64> {
        let call = Call::new("look at a part of", object.to_string(), "s3:GetObject", &object.bucket);
        let output = self.call(&call, |client| self.question(&client, object).part_number(number).send()).await.ok()?;
        bytes(output.content_length())
    }

    fn question(&self, client: &Client, object: &ObjectRef) -> HeadObjectFluentBuilder {
        client
            .head_object()
            .bucket(object.bucket.as_str())
            .key(object.key.as_str())
            .set_version_id(object.version.as_ref().map(ToString::to_string))
            .set_request_payer(self.payer())
    }

    /// Reads an object, or a range of it, if it is still the same.
    ///
    /// The stored checksum comes along; checking it is the caller's, who alone sees the bytes of all ranges.
    pub async fn get(
        &self,
        object: &ObjectRef,
        range: Option<Range<u64>>,
        if_match: Option<&ETag>,
    ) -> Result<ObjectBody, Error> {
        let call = Call::new("read", object.to_string(), "s3:GetObject", &object.bucket);
        let header = range.as_ref().map(|range| format!("bytes={}-{}", range.start, range.end.saturating_sub(1)));
        let output = self
            .call(&call, |client| {
                client
                    .get_object()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .set_version_id(object.version.as_ref().map(ToString::to_string))
                    .set_range(header.clone())
                    .set_if_match(if_match.map(ToString::to_string))
                    .set_request_payer(self.payer())
                    .customize()
                    // Set behind the SDK's back: told of it, the SDK would check the body a second time.
                    .mutate_request(|request| {
                        request.headers_mut().insert("x-amz-checksum-mode", "ENABLED");
                    })
                    .send()
            })
            .await?;
        let expected = bytes(output.content_length());
        if range.is_none() && expected.is_none() {
            return Err(
                call.error(Kind::Unsupported, "the server does not say how long it is, so nothing could be verified")
            );
        }
        if let (Some(range), Some(got)) = (&range, expected)
            && got > range.end.saturating_sub(range.start)
        {
            return Err(call.error(Kind::Unsupported, "the server ignores ranges"));
        }
        // A cache in between may answer with another range, or with what stood here before.
        if let (Some(range), Some(told)) = (&range, output.content_range())
            && content_range_start(told) != Some(range.start)
        {
            return Err(call.error(Kind::Corrupt, format!("asked for the bytes from {}, got {told}", range.start)));
        }
        let facts = facts_of_get(&output);
        if if_match.is_some() && facts.etag.is_some() && facts.etag.as_ref() != if_match {
            return Err(call.error(Kind::Conflict, "another object than was asked for came back"));
        }
        Ok(ObjectBody::new(facts, output.body, expected, call.target, self.patience().receiving))
    }

    /// Writes an object with one request, in memory and with its checksum.
    pub async fn put(
        &self,
        object: &ObjectRef,
        body: impl Into<Payload>,
        options: &WriteOptions,
    ) -> Result<Written, Error> {
        let payload = body.into();
        let abilities = &self.0.abilities;
        let with_checksum = abilities.checksums.support() != Support::No;
        let result = match self.put_once(object, &payload, options, with_checksum).await {
            Err(error) if with_checksum && self.may_dislike_checksums(&error) => {
                let again = self.put_once(object, &payload, options, false).await;
                if again.is_ok() {
                    abilities.checksums.learn(false);
                }
                again
            }
            result => result,
        };
        self.learn_condition(&options.condition, result.as_ref().err());
        let mut written = result?;
        if with_checksum && written.crc64.is_some() {
            abilities.checksums.learn(true);
        } else if with_checksum && abilities.checksums.support() == Support::Yes {
            // It keeps checksums, as a look at another object has shown, so it has compared this one.
            written.crc64 = Some(payload.crc64());
        }
        if written.crc64.is_some_and(|stored| stored != payload.crc64()) {
            return Err(Error::new(Kind::Corrupt, "write", object.to_string(), "the server stored another checksum"));
        }
        Ok(written)
    }

    async fn put_once(
        &self,
        object: &ObjectRef,
        payload: &Payload,
        options: &WriteOptions,
        with_checksum: bool,
    ) -> Result<Written, Error> {
        let departure = payload.depart(self.patience());
        let call = Call::new("write", object.to_string(), "s3:PutObject", &object.bucket).carrying(&departure);
        let attributes = &options.attributes;
        let is_unsigned = self.leaves_body_unsigned();
        let tries = Arc::new(AtomicU32::new(0));
        let md5 = self.wants_md5(false).then(|| payload.md5());
        departure.wait_its_turn(is_unsigned).await;
        let result = self
            .call(&call, |client| {
                let operation = dressed!(client.put_object(), attributes, tag_query(&options.tags), options)
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .body(departure.stream(is_unsigned))
                    .set_checksum_algorithm(with_checksum.then_some(ChecksumAlgorithm::Crc64Nvme))
                    .set_checksum_crc64_nvme(with_checksum.then(|| crc64_text(payload.crc64())))
                    .set_if_none_match(options.condition.if_none_match())
                    .set_if_match(options.condition.if_match())
                    .set_request_payer(self.payer())
                    .customize()
                    .mutate_request(expires(attributes))
                    .mutate_request(content_md5(md5))
                    .mutate_request(counting(&tries));
                if is_unsigned { operation.disable_payload_signing().send() } else { operation.send() }
            })
            .await;
        let output = match result {
            Err(error) if error.kind == Kind::Conflict && tries.load(Relaxed) > 1 => {
                let written = self.written_before(object, payload).await.ok_or(error)?;
                departure.arrived();
                return Ok(written);
            }
            result => result?,
        };
        departure.arrived();
        let etag = output.e_tag().map(ETag::from);
        let crc64 = output.checksum_crc64_nvme().and_then(crc64_value);
        let is_proved_by_md5 = crc64.is_none() && self.learn_md5(md5, etag.as_ref());
        Ok(Written { etag, version: output.version_id().map(VersionId::from), crc64, is_proved_by_md5 })
    }

    /// Returns what an earlier try of the same write left, if that is what is there: its answer was lost on the way, and
    /// the condition of the next try met its result.
    pub async fn written_before(&self, object: &ObjectRef, payload: &Payload) -> Option<Written> {
        let facts = self.head(object).await.ok()?;
        let is_same = match facts.crc64 {
            Some(stored) => stored == payload.crc64(),
            // Without a checksum the tag tells, which is the MD5 of an object that was written with one request.
            None => facts.etag.as_ref() == Some(&payload.md5().etag()),
        };
        let is_own = facts.size == payload.size() && is_same;
        is_own.then(|| Written::from(facts))
    }

    /// Returns whether a refusal may be about a checksum that the server does not know, which is tried out once.
    pub(super) fn may_dislike_checksums(&self, error: &Error) -> bool {
        self.0.abilities.checksums.support() == Support::Unknown
            && matches!(error.kind, Kind::Invalid | Kind::Unsupported)
    }
}

/// Returns where the bytes of an answer begin: `bytes 0-99/1234` (RFC 9110, 14.4).
fn content_range_start(text: &str) -> Option<u64> {
    text.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}
