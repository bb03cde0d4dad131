//! What a change of objects is asked for with.

use serde::{Deserialize, Serialize};

use super::Item;
use crate::model::change::Change;
use crate::model::filter::Filter;

/// A change of objects that stay where they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The objects (their current version, or the one that is named), and prefixes with all objects below.
    pub items: Vec<Item>,
    /// Which names below the prefixes are taken.
    pub filter: Filter,
    /// What is to become of them.
    pub change: Box<Change>,
    /// Whether it only finds out what it would do: nothing is written, and each item ends as
    /// [`ItemOutcome::WouldChange`](super::ItemOutcome::WouldChange).
    pub is_rehearsal: bool,
}
