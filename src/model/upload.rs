//! Uploads in parts that were begun and neither joined nor aborted: invisible in listings, and billed.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::location::ObjectRef;

/// Which upload.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UploadRef {
    /// The object that it would write.
    pub object: ObjectRef,
    /// The server's name for it.
    pub id: String,
}

/// Whose it is, if this machine's journal knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A copy of the program that runs.
    Running,
    /// A job that was interrupted and can be gone on with.
    Left,
}

/// An unfinished upload as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingUpload {
    /// Which one.
    pub upload: UploadRef,
    /// When it was begun.
    pub began: Option<Timestamp>,
    /// How long ago that was.
    pub age: Option<Duration>,
    /// The size of its parts, if it was asked for.
    pub bytes: Option<u64>,
    /// Whose it is, if that is known.
    pub holder: Option<Holder>,
}
