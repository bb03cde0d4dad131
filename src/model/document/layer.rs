//! What the documents of a bucket tell whoever judges who may do what.

use std::sync::Arc;

use serde_json::Value;

use super::DocumentKind;
use crate::model::access::layers::Layers;
use crate::model::access::{Fact, reader};
use crate::model::json::Fault;

impl Layers {
    /// Returns the layers that the documents of a bucket make; what its account blocks is none of them.
    pub fn of_documents(documents: impl IntoIterator<Item = (DocumentKind, Fact<Value>)>) -> Self {
        let mut layers = Self { account_block: Fact::Absent, ..Self::default() };
        for (kind, document) in documents {
            layers.put(kind, &document);
        }
        layers
    }

    /// Takes what a document says in place of what was known. One that decides nothing changes nothing.
    pub fn put(&mut self, kind: DocumentKind, document: &Fact<Value>) {
        match kind {
            DocumentKind::PublicAccessBlock => self.bucket_block = read(document, reader::public_access_block),
            DocumentKind::Ownership => self.ownership = read(document, reader::ownership),
            DocumentKind::Acl => self.bucket_acl = read(document, reader::acl),
            DocumentKind::Policy => self.policy = read(document, |text| reader::policy(text).map(Arc::new)),
            _ => {}
        }
    }
}

fn read<T>(document: &Fact<Value>, read: impl FnOnce(&str) -> Result<T, Fault>) -> Fact<T> {
    match document {
        Fact::Known(value) => match read(&value.to_string()) {
            Ok(read) => Fact::Known(read),
            // Where in the text is no help: it is not the one that a person sees.
            Err(fault) => Fact::Unread(format!("it was read, but not understood: {}", fault.message)),
        },
        Fact::Unasked => Fact::Unasked,
        Fact::Unread(why) => Fact::Unread(why.clone()),
        Fact::Absent => Fact::Absent,
    }
}
