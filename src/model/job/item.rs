//! What work is about: a file, a folder, an object, a prefix, a bucket.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix, Profile};
use crate::model::stored;

/// A thing that can be copied, deleted, inspected.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Item {
    /// A local file, or anything local that is not a folder.
    File(#[serde(with = "stored::path")] PathBuf),
    /// A local folder and all below it.
    Folder(#[serde(with = "stored::path")] PathBuf),
    /// An object.
    Object(ObjectRef),
    /// All keys that begin with a prefix.
    Prefix {
        /// The bucket.
        bucket: BucketName,
        /// Empty only where a bucket is emptied and stays; a whole bucket is `Item::Bucket`.
        prefix: Prefix,
    },
    /// A bucket and all in it.
    Bucket(BucketName),
}

impl Item {
    /// Returns the name that the item keeps when it is copied elsewhere.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Folder(path) => {
                path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Self::Object(object) => object.key.last_part().to_owned(),
            Self::Prefix { prefix, .. } => prefix.last_part().to_owned(),
            Self::Bucket(bucket) => bucket.as_str().to_owned(),
        }
    }

    /// Returns the profile by which the item is reached, if it is on S3.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::File(_) | Self::Folder(_) => None,
            Self::Object(ObjectRef { bucket, .. }) | Self::Prefix { bucket, .. } | Self::Bucket(bucket) => {
                Some(bucket.profile())
            }
        }
    }

    /// Returns whether the item is on S3.
    pub fn is_s3(&self) -> bool {
        !matches!(self, Self::File(_) | Self::Folder(_))
    }

    /// Returns whether the item may hold others.
    pub fn is_container(&self) -> bool {
        matches!(self, Self::Folder(_) | Self::Prefix { .. } | Self::Bucket(_))
    }
}

impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) | Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Object(object) => write!(f, "{object}"),
            Self::Prefix { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Bucket(bucket) => write!(f, "s3://{bucket}"),
        }
    }
}
