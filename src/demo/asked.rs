//! What requests of several types ask for alike. The types of the protocol share fields, but no trait that has them, so
//! that only a macro can read them in one place.

/// Returns what the headers of a request say of the ACL; those of an object's own know no right to write.
macro_rules! acl_headers {
    ($input:expr) => {
        acl_headers!($input, None)
    };
    ($input:expr, $write:expr) => {
        $crate::demo::acl::Headers {
            canned: $input.acl.as_ref().map(|acl| acl.as_str()),
            full_control: $input.grant_full_control.as_deref(),
            read: $input.grant_read.as_deref(),
            write: $write,
            read_acp: $input.grant_read_acp.as_deref(),
            write_acp: $input.grant_write_acp.as_deref(),
        }
    };
}

/// Returns what a request says of the object to be; an error leaves the function.
macro_rules! asked_facts {
    ($input:expr) => {
        $crate::demo::store::Facts {
            content_type: $input.content_type.clone(),
            cache_control: $input.cache_control.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_encoding: $crate::demo::write::stored_encoding($input.content_encoding.as_deref()),
            content_language: $input.content_language.clone(),
            expires: $input.expires.clone(),
            website_redirect_location: $input.website_redirect_location.clone(),
            metadata: $crate::demo::write::checked_metadata($input.metadata.as_ref())?,
            tags: $crate::demo::write::header_tags($input.tagging.as_deref())?,
            storage_class: $crate::demo::write::checked_class($input.storage_class.as_ref())?,
            encryption: $input.server_side_encryption.as_ref().map(|it| it.as_str().to_owned()),
            kms_key_id: $input.ssekms_key_id.clone(),
            bucket_key_enabled: $input.bucket_key_enabled,
        }
    };
}

/// Returns the checksum that a request claims its bytes to have.
macro_rules! claimed_sum {
    ($input:expr) => {
        $crate::demo::checksum::Sum::from_dto(&s3s::dto::Checksum {
            checksum_crc32: $input.checksum_crc32.clone(),
            checksum_crc32c: $input.checksum_crc32c.clone(),
            checksum_crc64nvme: $input.checksum_crc64nvme.clone(),
            checksum_sha1: $input.checksum_sha1.clone(),
            checksum_sha256: $input.checksum_sha256.clone(),
            checksum_type: None,
        })
    };
}
