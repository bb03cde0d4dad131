//! Uploads in parts that were begun and neither joined nor aborted: invisible in listings, and billed.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::StorageClass;
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

impl Holder {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Left => "left",
        }
    }
}

/// What of an upload the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// How many parts.
    pub parts: u64,
    /// Their size together, in bytes.
    pub bytes: u64,
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
    /// What of it is there, if it was asked for.
    pub sent: Option<Sent>,
    /// The storage class that it would be written in, where the server tells.
    pub class: Option<StorageClass>,
    /// Who began it, where the server tells: a name, or else an id or ARN.
    pub initiator: Option<String>,
    /// Whose it is, if that is known.
    pub holder: Option<Holder>,
}
