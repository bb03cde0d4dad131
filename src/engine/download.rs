//! Objects to local files: one request for small ones, ranges in parallel for large ones.
//!
//! All goes to a temporary name beside the target, and gets its own name when size and checksum are what they must be.

mod ranges;
mod whole;

use std::path::Path;
use std::sync::Arc;

use super::plan::{PlanItem, Source, Target};
use super::transfer::landing::{self, Content, LocalAim};
use super::transfer::{Context, Ended, Settled};
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Verified};
use crate::model::location::ObjectRef;
use crate::s3::{Check, ObjectFacts};

/// Makes the folder of a marker object.
pub(super) async fn folder(context: &Context, item: &PlanItem, relative: &Path) -> Result<ItemOutcome, Error> {
    landing::make_folder(context, relative).await?;
    if context.transfer.is_move
        && let Source::Object(object, etag) = &item.source
    {
        context.delete_source(object, etag.as_ref()).await?;
    }
    Ok(ItemOutcome::Done(Verified::Nothing))
}

/// Downloads one object.
pub(super) async fn download(
    context: &Arc<Context>,
    item: &PlanItem,
    object: &ObjectRef,
    relative: &Path,
) -> Result<Ended, Error> {
    let aim = match context.aim_here(item, relative).await? {
        Settled::Go(aim) => aim,
        Settled::Skip(reason) => return Ok(context.skipped(item, reason).into()),
    };
    let (bytes, facts, verified) = fetch(context, item, object, &aim).await?;
    let place = match landing::finish(context, item, relative, aim, bytes, facts.modified).await? {
        Settled::Go(place) => place,
        Settled::Skip(reason) => return Ok(ItemOutcome::Skipped(reason).into()),
    };
    if context.transfer.is_move {
        context.delete_source(object, facts.etag.as_ref()).await?;
    }
    Ok(Ended { outcome: ItemOutcome::Done(verified), place: Some(Target::Local(place)) })
}

/// Fetches an object and verifies what arrived; once more from the beginning where that is not what is stored: bytes may
/// change on their way without anybody between having noticed.
async fn fetch(
    context: &Arc<Context>,
    item: &PlanItem,
    object: &ObjectRef,
    aim: &LocalAim,
) -> Result<(Content, ObjectFacts, Verified), Error> {
    match fetch_once(context, item, object, aim).await {
        Err(error) if error.kind == Kind::Corrupt => {
            context.job.note(format!("{object} is read once more: {}", error.cause)).await;
            fetch_once(context, item, object, aim).await
        }
        fetched => fetched,
    }
}

async fn fetch_once(
    context: &Arc<Context>,
    item: &PlanItem,
    object: &ObjectRef,
    aim: &LocalAim,
) -> Result<(Content, ObjectFacts, Verified), Error> {
    let (job, store) = (&context.job, &context.store);
    let whole = job.core.options.multipart_threshold;
    if item.size > whole {
        let facts = job.call(&job.core.lanes.small, || store.head(object)).await?;
        if facts.size > whole && facts.etag.is_some() {
            let _place = tokio::select! {
                () = job.token.cancelled() => return Err(Error::cancelled("download", "")),
                place = job.large.acquire() => place,
            };
            let (file, verified) = ranges::fetch(context, object, &facts, aim).await?;
            return Ok((Content::File(file), facts, verified));
        }
    }
    job.call(job.core.lanes.way_of(item.size), || whole::fetch(context, object, aim)).await
}

impl Context {
    /// Returns the checksum that is made of the whole of an object in its order.
    pub(super) async fn check_of(&self, object: &ObjectRef, facts: &ObjectFacts) -> Check {
        let takes_tags = self.takes_tags_for_md5();
        match facts.check(takes_tags) {
            Check::Nothing if facts.is_joined() => {
                facts.check_of_parts(self.source_store.end_parts(object, facts).await, takes_tags)
            }
            check => check,
        }
    }
}

/// What arrived is not what is stored.
fn corrupt(object: &ObjectRef) -> Error {
    Error::new(Kind::Corrupt, "download", object.to_string(), "the checksum of what arrived differs")
}
