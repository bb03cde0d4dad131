//! Reads and writes whole objects: head, get, put.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ServerSideEncryption, StorageClass};
use bytes::Bytes;
use jiff::Timestamp;

use super::client::{Call, Store};
use super::encoding::{bytes, crc64_text, crc64_value, tag_query, time};
use crate::model::capability::Support;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::{ETag, VersionId};

/// How long a body may stand still between two chunks.
const STALL: Duration = Duration::from_mins(1);

/// What is written with an object and comes back with it: system and user metadata.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Expires`, as it stands.
    pub expires: Option<String>,
    /// `x-amz-website-redirect-location`.
    pub website_redirect: Option<String>,
    /// User metadata without `x-amz-meta-`, sorted by name.
    pub user: Vec<(String, String)>,
}

/// How an object is encrypted at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// Amazon's name: `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub algorithm: String,
    /// The KMS key, if it is encrypted with one.
    pub key: Option<String>,
    /// Whether a bucket key saves calls to KMS.
    pub has_bucket_key: bool,
}

/// A stored checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// Amazon's name: `CRC64NVME`, `SHA256`.
    pub algorithm: &'static str,
    /// In base64, as it came.
    pub value: String,
    /// Whether it is of the whole object, not of its parts' checksums.
    pub is_full: bool,
}

/// What an object says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectFacts {
    /// The size of the whole object in bytes, also where only a range was read.
    pub size: u64,
    /// The entity tag.
    pub etag: Option<ETag>,
    /// Last modified.
    pub modified: Option<Timestamp>,
    /// The version, in versioned buckets.
    pub version: Option<VersionId>,
    /// System and user metadata.
    pub attributes: Attributes,
    /// Metadata entries that the server has and cannot send in headers.
    pub missing_metadata: u32,
    /// Amazon's name of the class; none is `STANDARD`.
    pub storage_class: Option<String>,
    /// `x-amz-archive-status`, in Intelligent-Tiering.
    pub archive_status: Option<String>,
    /// `x-amz-restore`, as it stands.
    pub restore: Option<String>,
    /// `x-amz-expiration`, as it stands.
    pub expiration: Option<String>,
    /// How it is encrypted.
    pub encryption: Option<Encryption>,
    /// All stored checksums.
    pub checksums: Vec<Checksum>,
    /// The CRC64NVME of the whole object, if it is stored.
    pub crc64: Option<u64>,
    /// `x-amz-replication-status`.
    pub replication: Option<String>,
    /// `x-amz-object-lock-mode`.
    pub lock_mode: Option<String>,
    /// Until when it is locked.
    pub lock_until: Option<Timestamp>,
    /// `x-amz-object-lock-legal-hold`.
    pub legal_hold: Option<String>,
    /// How many parts it was uploaded in, where the server says so.
    pub parts: Option<u32>,
    /// How many tags it has, where the server says so.
    pub tag_count: Option<u32>,
}

/// What must hold for a write.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// Nothing is there yet.
    IfAbsent,
    /// What is there has this tag.
    IfMatch(ETag),
}

impl Condition {
    pub(super) fn if_none_match(&self) -> Option<String> {
        (*self == Self::IfAbsent).then(|| "*".to_owned())
    }

    pub(super) fn if_match(&self) -> Option<String> {
        match self {
            Self::IfMatch(etag) => Some(etag.to_string()),
            _ => None,
        }
    }
}

/// What is written with an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WriteOptions {
    /// System and user metadata.
    pub attributes: Attributes,
    /// Tags.
    pub tags: Vec<(String, String)>,
    /// Amazon's name of the class; the bucket's default if not given.
    pub storage_class: Option<String>,
    /// The encryption; the bucket's default if not given.
    pub encryption: Option<Encryption>,
    /// What must hold.
    pub condition: Condition,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// The entity tag.
    pub etag: Option<ETag>,
    /// The version, in versioned buckets.
    pub version: Option<VersionId>,
    /// The CRC64NVME of the whole object that the server stored.
    pub crc64: Option<u64>,
}

/// A body in memory with its CRC64NVME, computed once.
#[derive(Clone)]
pub struct Payload {
    bytes: Bytes,
    crc64: u64,
}

impl Payload {
    /// Computes the checksum: about 0.1 CPU seconds a GiB.
    pub fn new(bytes: Bytes) -> Self {
        let crc64 = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, &bytes);
        Self { bytes, crc64 }
    }

    /// Returns the length in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Returns the CRC64NVME.
    pub fn crc64(&self) -> u64 {
        self.crc64
    }

    pub(super) fn stream(&self) -> ByteStream {
        ByteStream::from(self.bytes.clone())
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.bytes.len())
    }
}

/// The body of a `get`, chunk by chunk, as it comes from the connection.
pub struct ObjectBody {
    /// What the answer said about the object.
    pub facts: ObjectFacts,
    body: ByteStream,
    expected: Option<u64>,
    received: u64,
    target: String,
}

impl fmt::Debug for ObjectBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectBody")
            .field("target", &self.target)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

impl ObjectBody {
    /// Returns the length of this body in bytes, if the server said it.
    pub fn length(&self) -> Option<u64> {
        self.expected
    }

    /// Returns the next chunk, or nothing at the end. A body that ends early is an error.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let failed = |cause: String| Error::new(Kind::Network, "read", self.target.clone(), cause);
        match tokio::time::timeout(STALL, self.body.next()).await {
            Err(_) => Err(failed(format!("nothing came for {} s", STALL.as_secs()))),
            Ok(Some(Ok(chunk))) => {
                self.received += chunk.len() as u64;
                Ok(Some(chunk))
            }
            Ok(Some(Err(error))) => Err(failed(super::fault::body_words(&error))),
            Ok(None) if self.expected.is_some_and(|expected| expected != self.received) => {
                Err(failed(format!("the connection ended after {} bytes", self.received)))
            }
            Ok(None) => Ok(None),
        }
    }
}

impl Store {
    /// Reads what an object says about itself.
    pub async fn head(&self, object: &ObjectRef) -> Result<ObjectFacts, Error> {
        let call = Call::new("look at", object.to_string(), "s3:GetObject", &object.bucket);
        let output = self
            .call(&call, |client| {
                client
                    .head_object()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .set_version_id(object.version.as_ref().map(ToString::to_string))
                    .checksum_mode(ChecksumMode::Enabled)
                    .set_request_payer(self.payer())
                    .send()
            })
            .await?;
        let mut facts = facts_of_head(&output);
        facts.archive_status = output.archive_status().map(|status| status.as_str().to_owned());
        Ok(facts)
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
        if let (Some(range), Some(got)) = (&range, expected)
            && got > range.end.saturating_sub(range.start)
        {
            return Err(call.error(Kind::Unsupported, "the server ignores ranges"));
        }
        let facts = facts_of_get(&output);
        Ok(ObjectBody { facts, body: output.body, expected, received: 0, target: call.target })
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
        let written = result?;
        if with_checksum && abilities.checksums.support() == Support::Unknown {
            abilities.checksums.learn(written.crc64.is_some());
        }
        if written.crc64.is_some_and(|stored| stored != payload.crc64) {
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
        let call = Call::new("write", object.to_string(), "s3:PutObject", &object.bucket).carrying(payload.size());
        let attributes = &options.attributes;
        let is_unsigned = self.leaves_body_unsigned();
        let output = self
            .call(&call, |client| {
                let operation = client
                    .put_object()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .body(payload.stream())
                    .set_checksum_algorithm(with_checksum.then_some(ChecksumAlgorithm::Crc64Nvme))
                    .set_checksum_crc64_nvme(with_checksum.then(|| crc64_text(payload.crc64)))
                    .set_content_type(attributes.content_type.clone())
                    .set_cache_control(attributes.cache_control.clone())
                    .set_content_disposition(attributes.content_disposition.clone())
                    .set_content_encoding(attributes.content_encoding.clone())
                    .set_content_language(attributes.content_language.clone())
                    .set_website_redirect_location(attributes.website_redirect.clone())
                    .set_metadata(user_metadata(attributes))
                    .set_tagging(tag_query(&options.tags))
                    .set_storage_class(options.storage_class.as_deref().map(StorageClass::from))
                    .set_server_side_encryption(algorithm(options.encryption.as_ref()))
                    .set_ssekms_key_id(options.encryption.as_ref().and_then(|own| own.key.clone()))
                    .set_bucket_key_enabled(bucket_key(options.encryption.as_ref()))
                    .set_if_none_match(options.condition.if_none_match())
                    .set_if_match(options.condition.if_match())
                    .set_request_payer(self.payer())
                    .customize()
                    .mutate_request(expires(attributes));
                if is_unsigned { operation.disable_payload_signing().send() } else { operation.send() }
            })
            .await?;
        Ok(Written {
            etag: output.e_tag().map(ETag::from),
            version: output.version_id().map(VersionId::from),
            crc64: output.checksum_crc64_nvme().and_then(crc64_value),
        })
    }

    /// Returns whether a refusal may be about a checksum that the server does not know, which is tried out once.
    pub(super) fn may_dislike_checksums(&self, error: &Error) -> bool {
        self.0.abilities.checksums.support() == Support::Unknown
            && matches!(error.kind, Kind::Invalid | Kind::Unsupported)
    }

    /// Learns from the end of a conditional write. Success proves nothing: the server may have ignored the condition.
    pub(super) fn learn_condition(&self, condition: &Condition, error: Option<&Error>) {
        if *condition == Condition::None {
            return;
        }
        match error.map(|error| error.kind) {
            Some(Kind::Unsupported) => self.0.abilities.conditional_writes.learn(false),
            Some(Kind::Conflict) => self.0.abilities.conditional_writes.learn(true),
            _ => {}
        }
    }
}

pub(super) fn user_metadata(attributes: &Attributes) -> Option<std::collections::HashMap<String, String>> {
    (!attributes.user.is_empty()).then(|| attributes.user.iter().cloned().collect())
}

pub(super) fn algorithm(encryption: Option<&Encryption>) -> Option<ServerSideEncryption> {
    encryption.map(|own| ServerSideEncryption::from(own.algorithm.as_str()))
}

pub(super) fn bucket_key(encryption: Option<&Encryption>) -> Option<bool> {
    encryption.filter(|own| own.has_bucket_key).map(|_| true)
}

/// `Expires` is carried as the text it is: the SDK would take only what it can read as a date.
pub(super) fn expires(
    attributes: &Attributes,
) -> impl Fn(&mut aws_sdk_s3::config::http::HttpRequest) + Send + Sync + 'static + use<> {
    let expires = attributes.expires.clone();
    move |request| {
        if let Some(expires) = &expires {
            let _ = request.headers_mut().try_insert("expires", expires.clone());
        }
    }
}

macro_rules! facts_from {
    ($name:ident, $output:ty) => {
        fn $name(output: &$output) -> ObjectFacts {
            let is_full = output.checksum_type().is_none_or(|kind| kind.as_str() == "FULL_OBJECT");
            let checksums: Vec<_> = [
                ("CRC64NVME", output.checksum_crc64_nvme()),
                ("CRC32C", output.checksum_crc32_c()),
                ("CRC32", output.checksum_crc32()),
                ("SHA256", output.checksum_sha256()),
                ("SHA1", output.checksum_sha1()),
                ("SHA512", output.checksum_sha512()),
                ("MD5", output.checksum_md5()),
                ("XXHASH64", output.checksum_xxhash64()),
                ("XXHASH3", output.checksum_xxhash3()),
                ("XXHASH128", output.checksum_xxhash128()),
            ]
            .into_iter()
            .filter_map(|(algorithm, value)| {
                let value = value?;
                // `<base64>-<parts>` is a checksum of checksums, whatever the type says.
                Some(Checksum { algorithm, value: value.to_owned(), is_full: is_full && !value.contains('-') })
            })
            .collect();
            let crc64 = checksums.iter().find(|own| own.algorithm == "CRC64NVME" && own.is_full);
            let mut user: Vec<_> =
                output.metadata().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect();
            user.sort();
            ObjectFacts {
                size: total(output.content_range()).or_else(|| bytes(output.content_length())).unwrap_or_default(),
                etag: output.e_tag().map(ETag::from),
                modified: time(output.last_modified()),
                version: output.version_id().map(VersionId::from),
                missing_metadata: output.missing_meta().and_then(|own| u32::try_from(own).ok()).unwrap_or_default(),
                storage_class: output.storage_class().map(|class| class.as_str().to_owned()),
                archive_status: None,
                restore: output.restore().map(str::to_owned),
                expiration: output.expiration().map(str::to_owned),
                encryption: output.server_side_encryption().map(|own| Encryption {
                    algorithm: own.as_str().to_owned(),
                    key: output.ssekms_key_id().map(str::to_owned),
                    has_bucket_key: output.bucket_key_enabled() == Some(true),
                }),
                crc64: crc64.and_then(|own| crc64_value(&own.value)),
                replication: output.replication_status().map(|own| own.as_str().to_owned()),
                lock_mode: output.object_lock_mode().map(|own| own.as_str().to_owned()),
                lock_until: time(output.object_lock_retain_until_date()),
                legal_hold: output.object_lock_legal_hold_status().map(|own| own.as_str().to_owned()),
                parts: output.parts_count().and_then(|own| u32::try_from(own).ok()),
                tag_count: output.tag_count().and_then(|own| u32::try_from(own).ok()),
                attributes: Attributes {
                    content_type: output.content_type().map(str::to_owned),
                    cache_control: output.cache_control().map(str::to_owned),
                    content_disposition: output.content_disposition().map(str::to_owned),
                    content_encoding: output.content_encoding().map(str::to_owned),
                    content_language: output.content_language().map(str::to_owned),
                    expires: output.expires_string().map(str::to_owned),
                    website_redirect: output.website_redirect_location().map(str::to_owned),
                    user,
                },
                checksums,
            }
        }
    };
}

facts_from!(facts_of_head, HeadObjectOutput);
facts_from!(facts_of_get, GetObjectOutput);

/// Returns the size of the whole from a `Content-Range`: `bytes 0-99/1234`.
fn total(content_range: Option<&str>) -> Option<u64> {
    content_range?.rsplit_once('/')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_the_whole_is_read_from_a_range() {
        assert_eq!(total(Some("bytes 0-99/1234")), Some(1234));
        assert_eq!(total(Some("bytes 0-99/*")), None);
        assert_eq!(total(None), None);
    }

    #[test]
    fn a_checksum_of_checksums_is_not_taken_for_the_whole() {
        let output = HeadObjectOutput::builder().checksum_crc64_nvme("AAAAAAAAAAE=-2").build();
        let facts = facts_of_head(&output);
        assert_eq!(facts.crc64, None);
        assert!(!facts.checksums.first().unwrap().is_full);
    }
}
