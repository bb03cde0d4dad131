//! What a transfer is about to do: its totals, what would be lost, and what stands in the way.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What happens where the target exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum ConflictPolicy {
    /// Each is shown, and waits for an answer.
    #[default]
    Ask,
    /// The target is replaced.
    Overwrite,
    /// The target stays.
    Skip,
    /// The target is replaced if the source is newer.
    Newer,
    /// The new one gets a free name beside it: `name (2).txt`.
    Rename,
}

impl ConflictPolicy {
    /// All policies, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Ask, Self::Overwrite, Self::Skip, Self::Newer, Self::Rename];

    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Overwrite => "overwrite",
            Self::Skip => "skip",
            Self::Newer => "newer",
            Self::Rename => "rename",
        }
    }
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// In bytes.
    pub size: Option<u64>,
    /// Last modified.
    pub modified: Option<Timestamp>,
    /// The entity tag, for an object.
    pub etag: Option<String>,
}

/// A target that exists, and the source that would take its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where both are, as it is shown: a path or a URI, unfiltered.
    pub target: String,
    /// What would be written.
    pub source_side: Side,
    /// What is there.
    pub target_side: Side,
}

/// What to do with one conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Anything but `Ask`.
    pub policy: ConflictPolicy,
    /// Whether it holds for every conflict of this job from now on.
    pub for_all: bool,
}

/// What deleting means for the things that were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deletion {
    /// The bucket is versioned: a delete marker is added, older versions stay.
    AddsMarker,
    /// Versioning is suspended: what was written since then is gone for good, and versions from before stay.
    Suspended,
    /// It cannot be undone.
    Permanent,
    /// Whether the bucket is versioned could not be read.
    #[default]
    Unknown,
}

/// The totals of a plan, counted while a person looks at the dialog.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanSummary {
    /// Files or objects.
    pub items: u64,
    /// Folders, prefixes or markers.
    pub folders: u64,
    /// The sum of their sizes.
    pub bytes: u64,
    /// Whether the counting has come to its end.
    pub is_complete: bool,
    /// What deleting them means; only asked for a deletion.
    pub deletion: Deletion,
    /// What would be lost or cannot be promised, one sentence each: `ACLs are not carried over: …`.
    pub notes: Vec<String>,
}
