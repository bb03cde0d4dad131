//! Visits a website as anybody's browser would.

use std::sync::Arc;

use super::answer;
use super::core::Core;
use crate::model::job::{Report, Ticket};
use crate::model::name::{BucketName, Prefix};

/// Visits the index page below a prefix, and says where it is and what the server answered.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, bucket: BucketName, prefix: Prefix, index: String) {
    answer::with_one(core, ticket, "visit", move |core, _| async move {
        let store = core.store_of(&bucket).await;
        let _permit = core.lanes.interactive.acquire().await;
        // The address is that of the bucket's region, which this teaches.
        let _ = store.head_bucket(&bucket).await;
        let url = store.site_of(&bucket, prefix.as_str(), &index);
        let answer = store.visit(&url).await;
        Ok(Report::Visited { ticket, url, answer })
    });
}
