//! Tests what somebody without credentials meets.

use std::sync::Arc;

use super::core::Core;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, Report, Ticket};

/// Sends what such a test sends, and says what came of it.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, item: Item) {
    let token = core.open_ticket(ticket);
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        let test = async {
            let bucket = match &item {
                Item::Object(object) => &object.bucket,
                Item::Prefix { bucket, .. } | Item::Bucket(bucket) => bucket,
                Item::File(_) | Item::Folder(_) => {
                    return Err(Error::new(Kind::Invalid, "test", item.to_string(), "it is not on S3"));
                }
            };
            let store = core.store_of(bucket).await;
            let _permit = core.lanes.interactive.acquire().await;
            Ok(Box::pin(store.test_anonymous(bucket, &item)).await)
        };
        let result = tokio::select! {
            biased;
            () = token.cancelled() => Err(Error::cancelled("test", item.to_string())),
            result = Box::pin(test) => result,
        };
        let report = match result {
            Ok(test) => Report::AnonymousTested { ticket, test },
            Err(error) => Report::Failed { ticket, error },
        };
        let _ = core.send(report, &token).await;
        core.close_ticket(ticket);
    });
}
