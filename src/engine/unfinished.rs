//! Uploads that were begun and neither joined nor aborted: invisible in listings, and billed until they are gone.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::model::location::ObjectRef;
use crate::s3::UploadId;

/// What the end of the program must tell, if it is still here then.
#[derive(Debug, Default)]
pub(super) struct Unfinished(Mutex<HashMap<String, String>>);

impl Unfinished {
    /// Notes an upload that was begun.
    pub fn began(&self, upload: &UploadId, object: &ObjectRef) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(upload.as_str().to_owned(), object.to_string());
    }

    /// Notes that an upload was joined or aborted.
    pub fn ended(&self, upload: &UploadId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(upload.as_str());
    }

    /// Returns whether this run of the program works on an upload.
    pub fn has(&self, upload: &UploadId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(upload.as_str())
    }

    /// Returns the objects whose uploads are left, in order.
    pub fn left(&self) -> Vec<String> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left: Vec<_> = open.values().cloned().collect();
        left.sort();
        left
    }
}
