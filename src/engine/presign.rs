//! Addresses that carry their own signature.

use std::sync::Arc;
use std::time::Duration;

use super::core::Core;
use crate::model::error::Error;
use crate::model::job::{PresignedMethod, Report, Ticket};
use crate::model::location::ObjectRef;

/// Signs an address. Nothing is read or written, and it is not asked whether the object is there.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, object: ObjectRef, method: PresignedMethod, lifetime: Duration) {
    let token = core.open_ticket(ticket);
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        let signed = async {
            let store = core.store_of(&object.bucket).await;
            let _permit = core.lanes.interactive.acquire().await;
            // A signature is good in one region only. Where the bucket may not be looked at, the configured one must do.
            let _ = store.head_bucket(&object.bucket).await;
            store.presign(&object, method, lifetime).await
        };
        let result = tokio::select! {
            biased;
            () = token.cancelled() => Err(Error::cancelled("presign", object.to_string())),
            result = Box::pin(signed) => result,
        };
        let report = match result {
            Ok(signed) => Report::Presigned {
                ticket,
                url: signed.url,
                ends: signed.ends,
                credentials_end: signed.credentials_end,
            },
            Err(error) => Report::Failed { ticket, error },
        };
        let _ = core.send(report, &token).await;
        core.close_ticket(ticket);
    });
}
