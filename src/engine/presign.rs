//! Addresses that carry their own signature.

use std::sync::Arc;
use std::time::Duration;

use super::answer;
use super::core::Core;
use crate::model::job::{PresignedMethod, Report, Ticket};
use crate::model::location::ObjectRef;

/// Signs an address. Nothing is read or written, and it is not asked whether the object is there.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, object: ObjectRef, method: PresignedMethod, lifetime: Duration) {
    answer::with_one(core, ticket, "presign", move |core, _| async move {
        let store = core.store_of(&object.bucket).await;
        let _permit = core.lanes.interactive.acquire().await;
        // A signature is good in one region only. Where the bucket may not be looked at, the configured one must do.
        let _ = store.head_bucket(&object.bucket).await;
        let signed = store.presign(&object, method, lifetime).await?;
        Ok(Report::Presigned { ticket, url: signed.url, ends: signed.ends, credentials_end: signed.credentials_end })
    });
}
