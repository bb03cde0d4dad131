//! What a copy or a move is asked for with.

use serde::{Deserialize, Serialize};

use super::Item;
use crate::model::attributes::Given;
use crate::model::entry::StorageClass;
use crate::model::filter::Filter;
use crate::model::location::Location;
use crate::model::plan::ConflictPolicy;

/// A copy or a move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// What is copied; each keeps its name below `to` unless `rename` says otherwise.
    pub items: Vec<Item>,
    /// The folder, bucket or prefix that receives them; created if it is missing. Bound when the job is queued.
    pub to: Location,
    /// The new name, for exactly one item.
    pub rename: Option<String>,
    /// Whether of exactly one folder, prefix or bucket only what is in it is taken, and gets its place right below `to`.
    pub takes_contents: bool,
    /// Which names below the items are taken. Folders and markers of a filtered transfer are not made for themselves.
    pub filter: Filter,
    /// Whether each source is deleted after its copy was verified.
    pub is_move: bool,
    /// What happens where the target exists.
    pub policy: ConflictPolicy,
    /// The storage class of what is written to S3; the source's, or the bucket's default, if not given.
    pub storage_class: Option<StorageClass>,
    /// What is given to what is written to S3 beside its bytes.
    pub given: Box<Given>,
    /// Whether it only finds out what it would do: nothing is written, and each item ends as [`ItemOutcome::Planned`](super::ItemOutcome::Planned).
    pub is_rehearsal: bool,
}

impl Transfer {
    /// Returns the copy of all that some items hold, which asks where a target exists. What is to be otherwise is said by
    /// the fields: `Transfer { is_move: true, ..Transfer::new(items, to) }`.
    pub fn new(items: Vec<Item>, to: Location) -> Self {
        Self {
            items,
            to,
            rename: None,
            takes_contents: false,
            filter: Filter::default(),
            is_move: false,
            policy: ConflictPolicy::Ask,
            storage_class: None,
            given: Box::default(),
            is_rehearsal: false,
        }
    }

    /// Returns whether it moves one item within its place, as the rename dialog has it.
    pub fn is_renaming(&self) -> bool {
        self.is_move && self.rename.is_some()
    }

    /// Returns the name that the items get instead of their own; it is empty where only what is in them is taken.
    pub fn new_name(&self) -> Option<&str> {
        if self.takes_contents { Some("") } else { self.rename.as_deref() }
    }
}
