//! What a pipe brings, on its way to an object.

use serde::{Deserialize, Serialize};

use super::attributes::Given;
use super::entry::StorageClass;
use super::location::ObjectRef;

/// An object that is made of what a pipe brings. A pipe is read once: when it was interrupted, only cleaning up is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// What is written.
    pub to: ObjectRef,
    /// Whether what is there stays.
    pub keeps_existing: bool,
    /// The storage class; the bucket's default if not given.
    pub storage_class: Option<StorageClass>,
    /// What is given to the object beside its bytes.
    pub given: Box<Given>,
    /// How many bytes it will be, if somebody knows about how many; by it the parts are large enough from the beginning.
    pub expected_bytes: Option<u64>,
}

impl Stream {
    /// Returns a stream of unknown length that replaces what is there.
    pub fn to(object: ObjectRef) -> Self {
        Self { to: object, keeps_existing: false, storage_class: None, given: Box::default(), expected_bytes: None }
    }
}
