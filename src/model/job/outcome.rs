//! How items and jobs end.

use crate::model::change::Foreseen;
use crate::model::error::Error;

/// What was verified of a written copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// Nothing had to be copied (a folder, a deletion).
    Nothing,
    /// The size.
    Size,
    /// The CRC64NVME of the whole object, on both sides.
    Crc64Nvme,
    /// Another checksum of the whole object or of its parts; the text names it.
    Checksum(&'static str),
}

/// How one item of a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemOutcome {
    /// It was done.
    Done(Verified),
    /// It would have been done; this is what would have been written, as it is shown, unfiltered.
    Planned(String),
    /// It would have been changed where it is.
    WouldChange(Foreseen),
    /// It was left out, with the reason.
    Skipped(String),
    /// It failed; its source is still there.
    Failed(Error),
}

/// One item of a job and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemResult {
    /// The item as it is shown: a path or URI, unfiltered.
    pub name: String,
    /// In bytes.
    pub bytes: u64,
    /// How it ended.
    pub outcome: ItemOutcome,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// All items were done or left out by rule.
    Done,
    /// Some items failed; the rest was done.
    SomeFailed,
    /// It could not be done at all.
    Failed(Error),
    /// It was cancelled; what was finished stays.
    Cancelled,
}
