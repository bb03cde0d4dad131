//! What an object says about itself, and what is written with one.

use jiff::Timestamp;

use crate::model::access::acl::Grant;
use crate::model::attributes::CannedAcl;
pub use crate::model::attributes::{Attributes, Encryption};
use crate::model::name::{ETag, VersionId};

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
    pub(in crate::s3) fn if_none_match(&self) -> Option<String> {
        (*self == Self::IfAbsent).then(|| "*".to_owned())
    }

    pub(in crate::s3) fn if_match(&self) -> Option<String> {
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
    /// The ACL by its grants; the owner's alone if neither they nor `acl` are given.
    pub grants: Vec<Grant>,
    /// The ACL by Amazon's name for it.
    pub acl: Option<CannedAcl>,
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
    /// Whether the server's tags of all that was sent are the MD5s of it.
    pub is_proved_by_md5: bool,
}

impl From<ObjectFacts> for Written {
    /// What stands there turned out to be what was written.
    fn from(facts: ObjectFacts) -> Self {
        Self { etag: facts.etag, version: facts.version, crc64: facts.crc64, is_proved_by_md5: false }
    }
}
