//! Work that the user can see, cancel and retry.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Item, Revision, Transfer};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{BucketName, ETag};
use crate::model::publication::Publication;
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
    /// Change objects where they are: metadata, tags, storage class, encryption, ACL.
    Change(Revision),
    /// Make one place the same as another, as it was shown.
    Sync(Arc<SyncPlan>),
    /// Publish a folder as a website, as it was shown.
    Publish(Arc<Publication>),
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
    /// Returns the verb: `Copy`, `Delete`.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Transfer(transfer) if transfer.is_renaming() => "Rename",
            Self::Transfer(transfer) if transfer.is_move => "Move",
            Self::Transfer(_) | Self::Stream(_) => "Copy",
            Self::Delete(_) => "Delete",
            Self::Change(revision) if revision.is_rehearsal => "Look over",
            Self::Change(_) => "Change",
            Self::Sync(_) => "Sync",
            Self::Publish(_) => "Publish",
            Self::CreateFolder(_) => "New folder",
            Self::CreateBucket { .. } => "New bucket",
            Self::RemoveBucket(_) => "Remove bucket",
            Self::PutBack { .. } => "Write back",
            Self::AbortUploads { .. } => "Abort",
        }
    }

    /// Returns where its items come from, unfiltered: the first of several.
    pub fn from(&self) -> Option<String> {
        match self {
            Self::Transfer(Transfer { items, .. }) | Self::Delete(items) | Self::Change(Revision { items, .. }) => {
                items.first().map(Item::to_string)
            }
            Self::PutBack { from, .. } => Some(from.display().to_string()),
            Self::Sync(plan) => Some(plan.from().to_string()),
            Self::Publish(publication) => Some(publication.files.from().to_string()),
            Self::Stream(_) => Some("standard input".to_owned()),
            _ => None,
        }
    }

    /// Returns where its items go, unfiltered.
    pub fn to(&self) -> Option<String> {
        Some(match self {
            Self::Transfer(Transfer { to, rename: Some(name), .. }) => match to {
                Location::Local(path) => path.join(name).display().to_string(),
                place => format!("{place}{name}"),
            },
            Self::Transfer(transfer) => transfer.to.to_string(),
            Self::Sync(plan) => plan.to().to_string(),
            Self::Publish(publication) => publication.files.to().to_string(),
            Self::Stream(stream) => stream.to.to_string(),
            Self::PutBack { to, .. } => to.to_string(),
            _ => return None,
        })
    }

    /// Returns whether what was interrupted can be gone on with. Otherwise only cleaning up behind it is left.
    pub fn can_go_on(&self) -> bool {
        // What was agreed to for a website was what stood there then.
        !matches!(self, Self::Stream(_) | Self::Publish(_))
    }
}
