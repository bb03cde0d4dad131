//! Reads the facts of an object from the answers to HEAD and GET, which are the same headers under two types.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;

use super::value::{Attributes, Checksum, Encryption, ObjectFacts};
use crate::model::name::{ETag, VersionId};
use crate::s3::encoding::{bytes, crc64_value, time};

macro_rules! facts_from {
    ($name:ident, $output:ty) => {
        pub(super) fn $name(output: &$output) -> ObjectFacts {
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
