//! Jobs that outlive the program that began them.

use jiff::Timestamp;

use super::Work;
use crate::model::location::ObjectRef;

/// What becomes of the jobs that have not ended when the program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// They are cancelled: nothing of them is left half way.
    Cancel,
    /// They are kept: the next start offers to go on with them. Those that are not in the journal are cancelled.
    Keep,
}

/// Which unfinished job of an earlier run of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnfinishedId(pub i64);

/// A job that an earlier run of the program has not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its name in the journal.
    pub id: UnfinishedId,
    /// What was asked for. Of what another version of the program has written down only the uploads are known, and it is
    /// to abort these.
    pub work: Work,
    /// Whether it can be gone on with. Otherwise only cleaning up behind it is left.
    pub can_go_on: bool,
    /// When it was queued.
    pub queued: Timestamp,
    /// The profile that was in use, if one was named.
    pub profile: Option<String>,
    /// The endpoint, if it was not Amazon's.
    pub endpoint: Option<String>,
    /// Whether the program is connected to the same endpoint with the same profile now.
    pub is_from_here: bool,
    /// Items that were done.
    pub items_done: u64,
    /// The sum of their sizes.
    pub bytes_done: u64,
    /// The size of what is there of other items: parts of uploads, pieces of downloads.
    pub bytes_begun: u64,
    /// Where its uploads go that were neither joined nor aborted.
    pub uploads: Vec<ObjectRef>,
}
