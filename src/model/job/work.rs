//! Work that the user can see, cancel and retry.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Item, Transfer};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{BucketName, ETag};
use crate::model::stored;
use crate::model::stream::Stream;
use crate::model::sync::SyncPlan;
use crate::model::upload::UploadRef;

/// Work that the user can see, cancel and retry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Copy or move.
    Transfer(Transfer),
    /// Delete files, folders, objects (their current version) and prefixes.
    Delete(Vec<Item>),
    /// Make one place the same as another, as it was shown.
    Sync(Arc<SyncPlan>),
    /// Write what a pipe brings; only who brings the pipe along can begin it.
    Stream(Stream),
    /// Make a local folder, or the marker object of a prefix.
    CreateFolder(Location),
    /// Make a bucket, with public access blocked and ACLs disabled, as Amazon's console does.
    CreateBucket {
        /// Its name.
        name: BucketName,
        /// Its region.
        region: String,
    },
    /// Remove an empty bucket.
    RemoveBucket(BucketName),
    /// Write an edited file back to the object it came from, if that has not changed since.
    PutBack {
        /// The edited file, which is removed when it was written.
        #[serde(with = "stored::path")]
        from: PathBuf,
        /// Where it goes.
        to: ObjectRef,
        /// What it was when it was read.
        if_match: ETag,
    },
    /// Abort unfinished uploads.
    AbortUploads {
        /// Which ones.
        uploads: Vec<UploadRef>,
        /// Whether also those that a running copy of the program works on.
        is_forced: bool,
    },
}

impl Work {
    /// Returns whether what was interrupted can be gone on with. Otherwise only cleaning up behind it is left.
    pub fn can_go_on(&self) -> bool {
        !matches!(self, Self::Stream(_))
    }
}
