//! Copies inside one endpoint, on the server's side, guarded by the source's entity tag.

use std::ops::Range;

use aws_sdk_s3::types::{ChecksumAlgorithm, MetadataDirective, TaggingDirective};

use super::client::{Call, Store};
use super::dress::{dressed, expires};
use super::encoding::{copy_source, crc64_value, tag_query};
use super::multipart::{PartDone, UploadId};
use super::object::{Attributes, Condition, Encryption, Written};
use crate::model::access::acl::Grant;
use crate::model::attributes::CannedAcl;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::{ETag, VersionId};

/// What a copy is given; what is not given the server takes over (metadata, tags) or chooses (class, encryption).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopyOptions {
    /// Metadata in place of the source's.
    pub attributes: Option<Attributes>,
    /// Tags in place of the source's.
    pub tags: Option<Vec<(String, String)>>,
    /// Amazon's name of the class. The server does not take the source's over.
    pub storage_class: Option<String>,
    /// The place that the website leads to instead. The server does not take the source's over.
    pub website_redirect: Option<String>,
    /// The encryption. The server does not take the source's over.
    pub encryption: Option<Encryption>,
    /// The ACL by its grants. The server does not take the source's over.
    pub grants: Vec<Grant>,
    /// The ACL by Amazon's name for it.
    pub acl: Option<CannedAcl>,
    /// What must hold at the target.
    pub condition: Condition,
}

impl Store {
    /// Copies an object of at most 5 GiB, if the source is still the same.
    pub async fn copy(
        &self,
        from: &ObjectRef,
        source_etag: Option<&ETag>,
        to: &ObjectRef,
        options: &CopyOptions,
    ) -> Result<Written, Error> {
        let call = Call::new("copy", format!("{from} to {to}"), "s3:PutObject", &to.bucket).patient();
        let source = source_of(from);
        let mut given = options.attributes.clone().unwrap_or_default();
        given.website_redirect = given.website_redirect.or_else(|| options.website_redirect.clone());
        let replaces = options.attributes.is_some();
        let result = self
            .call(&call, |client| {
                dressed!(client.copy_object(), &given, options.tags.as_deref().and_then(tag_query), options)
                    .bucket(to.bucket.as_str())
                    .key(to.key.as_str())
                    .copy_source(&source)
                    .set_copy_source_if_match(source_etag.map(ToString::to_string))
                    .set_metadata_directive(replaces.then_some(MetadataDirective::Replace))
                    .set_tagging_directive(options.tags.is_some().then_some(TaggingDirective::Replace))
                    .set_if_none_match(options.condition.if_none_match())
                    .set_if_match(options.condition.if_match())
                    .set_checksum_algorithm(None::<ChecksumAlgorithm>)
                    .set_request_payer(self.payer())
                    .customize()
                    .mutate_request(expires(&given))
                    .send()
            })
            .await;
        // A conflict may be the source's, which says nothing about conditions at the target.
        let refusal = result.as_ref().err().filter(|error| error.kind != Kind::Conflict);
        self.learn_condition(&options.condition, refusal);
        let output = result?;
        let copied = output.copy_object_result();
        Ok(Written {
            etag: copied.and_then(|copied| copied.e_tag()).map(quoted),
            version: output.version_id().map(VersionId::from),
            crc64: copied
                .and_then(|copied| copied.checksum_crc64_nvme())
                .filter(|text| !text.contains('-'))
                .and_then(crc64_value),
            is_proved_by_md5: false,
        })
    }

    /// Copies a range of an object as one part of an upload, if the source is still the same.
    pub async fn upload_part_copy(
        &self,
        from: &ObjectRef,
        source_etag: Option<&ETag>,
        range: Range<u64>,
        to: &ObjectRef,
        upload: &UploadId,
        number: i32,
    ) -> Result<PartDone, Error> {
        let call = Call::new("copy a part of", format!("{from} to {to}"), "s3:PutObject", &to.bucket).patient();
        let source = source_of(from);
        let bytes = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let output = self
            .call(&call, |client| {
                client
                    .upload_part_copy()
                    .bucket(to.bucket.as_str())
                    .key(to.key.as_str())
                    .upload_id(upload.as_str())
                    .part_number(number)
                    .copy_source(&source)
                    .copy_source_range(&bytes)
                    .set_copy_source_if_match(source_etag.map(ToString::to_string))
                    .set_request_payer(self.payer())
                    .customize()
                    // RGW 16.2 refuses a part without it: MissingContentLength.
                    .mutate_request(|request| {
                        request.headers_mut().insert("content-length", "0");
                    })
                    .send()
            })
            .await?;
        let copied = output.copy_part_result();
        let etag = copied.and_then(|copied| copied.e_tag());
        let etag = etag.ok_or_else(|| call.error(Kind::Server, "the answer has no entity tag"))?;
        Ok(PartDone {
            number,
            etag: ETag::from(etag),
            size: range.end.saturating_sub(range.start),
            crc64: copied.and_then(|copied| copied.checksum_crc64_nvme()).and_then(crc64_value),
            is_proved_by_md5: false,
        })
    }
}

/// Returns a tag as every other answer has it: RGW 16.2 leaves the quotes out where it tells of a copy.
fn quoted(text: &str) -> ETag {
    let is_quoted = text.is_empty() || text.ends_with('"');
    if is_quoted { ETag::from(text) } else { ETag::from(format!("\"{text}\"")) }
}

fn source_of(object: &ObjectRef) -> String {
    copy_source(object.bucket.as_str(), object.key.as_str(), object.version.as_ref().map(VersionId::as_str))
}
