//! The documents of a bucket: read, and written if they are still what was seen.
//!
//! S3 has no condition for these writes, so the document is read again right before. What stood there is kept in the data
//! folder first, and what stands there afterwards is compared with what was written.

mod keep;

use std::sync::Arc;

use serde_json::{Value, json};

use super::answer;
use super::core::Core;
use crate::model::document::{DocumentKind, DocumentWrite, Removal, Written, holds};
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Ticket};
use crate::model::name::BucketName;
use crate::s3::Store;

/// Says what stands there.
pub(super) fn start_reading(core: &Arc<Core>, ticket: Ticket, bucket: BucketName, kind: DocumentKind) {
    answer::with_one(core, ticket, "read", move |core, _| async move {
        let store = core.store_of(&bucket).await;
        let document = standing(&core, &store, &bucket, kind).await?;
        Ok(Report::Document { ticket, kind, document })
    });
}

/// Says what was kept when it was last written.
pub(super) fn start_recalling(core: &Arc<Core>, ticket: Ticket, bucket: BucketName, kind: DocumentKind) {
    answer::with_one(core, ticket, "read", move |core, _| async move {
        let store = core.store_of(&bucket).await;
        let place = place(&core, &store, &bucket, kind)?;
        let standing = standing(&core, &store, &bucket, kind).await?;
        let document = core.block("read", move || place.read(standing.as_ref())).await?;
        Ok(Report::Document { ticket, kind, document })
    });
}

/// Writes it, and says what stands there then. Half way nobody would know that.
pub(super) fn start_writing(
    core: &Arc<Core>,
    ticket: Ticket,
    bucket: BucketName,
    kind: DocumentKind,
    change: DocumentWrite,
) {
    answer::to_the_end(core, ticket, "write", move |core, _| async move {
        let store = core.store_of(&bucket).await;
        let written = write(&core, &store, &bucket, kind, change).await?;
        Ok(Report::DocumentWritten { ticket, kind, written })
    });
}

async fn standing(core: &Core, store: &Store, bucket: &BucketName, kind: DocumentKind) -> Result<Option<Value>, Error> {
    let _permit = core.lanes.interactive.acquire().await;
    Ok(store.read_document(bucket, kind).await?.into_document())
}

fn place(core: &Core, store: &Store, bucket: &BucketName, kind: DocumentKind) -> Result<keep::Place, Error> {
    let refused = || {
        let cause = "there is no data folder that could keep what stands there now";
        Error::new(Kind::Invalid, "write the settings of", format!("s3://{bucket}"), cause)
    };
    let folder = core.options.data_folder.as_ref().ok_or_else(refused)?;
    // A bucket of Amazon's has its name alone; elsewhere there is one on each server.
    let address = if store.is_amazon() { bucket.as_str().to_owned() } else { store.url_of(bucket, "") };
    Ok(keep::Place::new(folder, address, kind))
}

/// Writes a document, or takes it away, if it still is what was seen, and reads it back.
pub(super) async fn write(
    core: &Arc<Core>,
    store: &Store,
    bucket: &BucketName,
    kind: DocumentKind,
    change: DocumentWrite,
) -> Result<Written, Error> {
    let facts = kind.facts();
    let refused = |kind, cause: &str| {
        Error::new(kind, "write the settings of", format!("s3://{bucket} ({})", facts.title), cause)
    };
    if change.new.is_none() && facts.removal == Removal::Never {
        return Err(refused(Kind::Invalid, "this document cannot be taken away, only changed"));
    }
    let place = place(core, store, bucket, kind)?;
    let _permit = core.lanes.interactive.acquire().await;
    let standing = store.read_document(bucket, kind).await?;
    if standing.document() != change.seen.as_ref() {
        return Err(refused(Kind::Conflict, "it has changed since it was read; nothing was written"));
    }
    let old = change.seen;
    let kept = core.block("write", move || place.write(old.as_ref())).await?;
    let mfa = change.mfa.as_deref();
    match (&change.new, facts.removal) {
        (Some(new), _) => store.write_document(standing, new, mfa).await?,
        (None, Removal::Empty) => store.write_document(standing, &json!({}), mfa).await?,
        (None, _) => store.delete_document(standing).await?,
    }
    let stored = store.read_document(bucket, kind).await.map_err(not_read_back)?.into_document();
    let is_whole = match (&stored, &change.new) {
        (Some(stored), Some(new)) => holds(stored, new),
        (None, Some(new)) => is_empty(new),
        (Some(stored), None) => is_gone(kind, stored),
        (None, None) => true,
    };
    Ok(Written { stored, is_whole, kept })
}

/// Returns the error of a read behind a write: whatever it is, it does not say that nothing was written.
pub(super) fn not_read_back(error: Error) -> Error {
    Error { kind: Kind::Other, cause: format!("it was written, but could not be read back: {}", error.cause), ..error }
}

/// Returns whether what stands after a deletion is what a server tells where none is set.
fn is_gone(kind: DocumentKind, stored: &Value) -> bool {
    // Amazon S3 User Guide, "Default encryption FAQ": there always is one. RGW tells four times no of a block.
    let off = |value: &Value| value == &json!(false);
    match kind {
        DocumentKind::Encryption => {
            stored.pointer("/Rules/0/ApplyServerSideEncryptionByDefault/SSEAlgorithm") == Some(&json!("AES256"))
        }
        DocumentKind::PublicAccessBlock => stored.as_object().is_some_and(|own| own.values().all(off)),
        _ => is_empty(stored),
    }
}

/// Returns whether a document holds nothing but empty lists.
fn is_empty(document: &Value) -> bool {
    let is_nothing = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    document.as_object().is_some_and(|own| own.values().all(is_nothing))
}
