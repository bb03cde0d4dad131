//! The documents of a bucket: read, and written if they are still what was seen.
//!
//! S3 has no condition for these writes, so the document is read again right before. What stood there is kept in the data
//! folder first, and what stands there afterwards is compared with what was written.

mod keep;

use std::sync::Arc;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::jobs::panicked;
use crate::model::document::{DocumentKind, DocumentWrite, Removal, Written, holds};
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Ticket};
use crate::model::name::BucketName;
use crate::s3::{StandingDocument, Store};

/// What is asked about a document.
pub(super) enum Asked {
    /// What stands there.
    Read,
    /// What was kept when it was last written.
    Kept,
    /// To write it.
    Write(Box<DocumentWrite>),
}

/// Answers what is asked about a document.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, bucket: BucketName, kind: DocumentKind, asked: Asked) {
    let token = core.open_ticket(ticket);
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        let (inner, guard) = (Arc::clone(&core), token.clone());
        let task = tokio::spawn(Box::pin(async move { answer(&inner, &guard, &bucket, ticket, kind, asked).await }));
        let ended = task.await.unwrap_or_else(|_| Err(panicked("read")));
        let report = ended.unwrap_or_else(|error| Report::Failed { ticket, error });
        let _ = core.send(report, &token).await;
        core.close_ticket(ticket);
    });
}

async fn answer(
    core: &Arc<Core>,
    token: &CancellationToken,
    bucket: &BucketName,
    ticket: Ticket,
    kind: DocumentKind,
    asked: Asked,
) -> Result<Report, Error> {
    let store = &core.store_of(bucket).await;
    let read = async || {
        let read = async {
            let _permit = core.lanes.interactive.acquire().await;
            store.read_document(bucket, kind).await
        };
        tokio::select! {
            () = token.cancelled() => Err(Error::cancelled("read the settings of", format!("s3://{bucket}"))),
            read = read => read.map(StandingDocument::into_document),
        }
    };
    match asked {
        Asked::Read => Ok(Report::Document { ticket, kind, document: read().await? }),
        Asked::Kept => {
            let place = place(core, store, bucket, kind)?;
            let standing = read().await?;
            let document = core.block("read", move || place.read(standing.as_ref())).await?;
            Ok(Report::Document { ticket, kind, document })
        }
        // Once begun it goes to its end: half way nobody would know what stands there.
        Asked::Write(change) => {
            if token.is_cancelled() {
                return Err(Error::cancelled("read the settings of", format!("s3://{bucket}")));
            }
            let written = write(core, store, bucket, kind, *change).await?;
            Ok(Report::DocumentWritten { ticket, kind, written })
        }
    }
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

async fn write(
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
    let stored = store.read_document(bucket, kind).await?.into_document();
    let is_whole = match (&stored, &change.new) {
        (Some(stored), Some(new)) => holds(stored, new),
        (None, Some(new)) => is_empty(new),
        (Some(stored), None) => is_gone(kind, stored),
        (None, None) => true,
    };
    Ok(Written { stored, is_whole, kept })
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
