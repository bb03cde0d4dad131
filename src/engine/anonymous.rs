//! Tests what somebody without credentials meets.

use std::sync::Arc;

use super::answer;
use super::core::Core;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, Report, Ticket};

/// Sends what such a test sends, and says what came of it.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, item: Item) {
    answer::with_one(core, ticket, "test", move |core, _| async move {
        let bucket = match &item {
            Item::Object(object) => &object.bucket,
            Item::Prefix { bucket, .. } | Item::Bucket(bucket) => bucket,
            Item::File(_) | Item::Folder(_) => {
                return Err(Error::new(Kind::Invalid, "test", item.to_string(), "it is not on S3"));
            }
        };
        let store = core.store_of(bucket).await;
        let _permit = core.lanes.interactive.acquire().await;
        Ok(Report::AnonymousTested { ticket, test: Box::pin(store.test_anonymous(bucket, &item)).await })
    });
}
