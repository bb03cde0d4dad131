//! What is said along with a write: the setters that all three writing operations have, under one roof.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use aws_sdk_s3::types::ServerSideEncryption;

use super::object::{Attributes, BodyMd5, Encryption};
use crate::model::access::acl::Grant;

/// Gives an operation of the SDK metadata, tags, ACL, storage class and encryption. The builders share no trait, only names.
macro_rules! dressed {
    ($operation:expr, $attributes:expr, $tags:expr, $options:expr) => {
        $operation
            .set_acl($options.acl.map(|acl| aws_sdk_s3::types::ObjectCannedAcl::from(acl.name())))
            .set_grant_full_control($crate::s3::dress::grantees(&$options.grants, "FULL_CONTROL"))
            .set_grant_read($crate::s3::dress::grantees(&$options.grants, "READ"))
            .set_grant_read_acp($crate::s3::dress::grantees(&$options.grants, "READ_ACP"))
            .set_grant_write_acp($crate::s3::dress::grantees(&$options.grants, "WRITE_ACP"))
            .set_content_type($attributes.content_type.clone())
            .set_cache_control($attributes.cache_control.clone())
            .set_content_disposition($attributes.content_disposition.clone())
            .set_content_encoding($attributes.content_encoding.clone())
            .set_content_language($attributes.content_language.clone())
            .set_website_redirect_location($attributes.website_redirect.clone())
            .set_metadata($crate::s3::dress::user_metadata($attributes))
            .set_tagging($tags)
            .set_storage_class($options.storage_class.as_deref().map(aws_sdk_s3::types::StorageClass::from))
            .set_server_side_encryption($crate::s3::dress::algorithm($options.encryption.as_ref()))
            .set_ssekms_key_id($options.encryption.as_ref().and_then(|own| own.key.clone()))
            .set_bucket_key_enabled($crate::s3::dress::bucket_key($options.encryption.as_ref()))
    };
}
pub(super) use dressed;

pub(super) fn user_metadata(attributes: &Attributes) -> Option<std::collections::HashMap<String, String>> {
    (!attributes.user.is_empty()).then(|| attributes.user.iter().cloned().collect())
}

/// Returns who is granted a permission, as the headers of a write take it (Amazon S3 User Guide, "Access control list
/// (ACL) overview").
pub(super) fn grantees(grants: &[Grant], permission: &str) -> Option<String> {
    let headers: Vec<_> = grants.iter().filter(|grant| grant.permission == permission).map(Grant::header).collect();
    (!headers.is_empty()).then(|| headers.join(", "))
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

/// Sends the MD5 of a body, which a server checks that knows no other checksum.
pub(super) fn content_md5(
    digest: Option<BodyMd5>,
) -> impl Fn(&mut aws_sdk_s3::config::http::HttpRequest) + Send + Sync + 'static {
    move |request| {
        if let Some(digest) = digest {
            let _ = request.headers_mut().try_insert("content-md5", digest.header());
        }
    }
}

/// Counts how often a request is sent, which the retries of the SDK do not tell.
pub(super) fn counting(
    tries: &Arc<AtomicU32>,
) -> impl Fn(&mut aws_sdk_s3::config::http::HttpRequest) + Send + Sync + 'static + use<> {
    let tries = Arc::clone(tries);
    move |_| {
        tries.fetch_add(1, Relaxed);
    }
}
