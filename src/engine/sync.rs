//! Makes one place the same as another, exactly as it was shown: first all copies, then the deletions.
//!
//! The copies are those of any transfer, but each target has to be what was shown: nothing, or this very object or file.
//! Where one copy failed nothing is deleted, since what is to be deleted may be all that is left of it elsewhere.

mod delete;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::mpsc;

use super::compare;
use super::jobs::{Job, Origin, panicked};
use super::plan::{PlanItem, Planned, Seen, Source, Target};
use super::transfer::{Context, PLANNED_AHEAD, work_off};
use crate::local;
use crate::local::metadata::Identity;
use crate::model::compare::{Cause, Facts, Mark, Trouble};
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, ItemOutcome, Transfer};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{self, UnsafeKeys};
use crate::model::plan::ConflictPolicy;
use crate::model::sync::{Act, Action, Choice, SyncPlan};

/// Runs a plan to its end.
pub(super) async fn run(job: Arc<Job>, plan: Arc<SyncPlan>) -> Result<(), Error> {
    let plan = if job.origin == Origin::New { plan } else { anew(&job, &plan).await? };
    check(&job, &plan).await?;
    let summary = plan.summary();
    let others = summary.deleted.items + summary.refused + plan.troubles().count() as u64;
    job.progress.add_total(summary.copied().items + others, summary.copied().bytes);
    job.progress.counted();
    if summary.copied().items > 0 {
        copy(&job, &plan).await?;
    }
    if job.token.is_cancelled() {
        return Ok(());
    }
    if summary.deleted.items > 0 {
        if job.meter.has_failures.load(Relaxed) {
            keep(&job, &plan).await;
        } else {
            delete::run(&job, &plan).await?;
        }
    }
    // What is told here was known when the plan was made, and stops nothing.
    for action in plan.actions().filter(|action| action.act == Act::Refuse) {
        tell_refusal(&job, &plan, &action).await;
    }
    for trouble in plan.troubles() {
        job.record(trouble.name.clone(), 0, outcome_of(trouble)).await;
    }
    Ok(())
}

/// Returns the plan of a sync that an earlier run has begun: both places are compared anew. Nobody has seen what would be
/// deleted by it, so nothing is.
async fn anew(job: &Job, plan: &SyncPlan) -> Result<Arc<SyncPlan>, Error> {
    let comparison = tokio::select! {
        () = job.token.cancelled() => return Err(Error::cancelled("compare", "")),
        comparison = compare::whole(&job.core, &job.token, &plan.comparison.places) => Arc::new(comparison?),
    };
    if plan.choice.deletes {
        job.note("nothing is deleted by a sync that goes on; compare both places again for that".to_owned()).await;
    }
    Ok(Arc::new(SyncPlan {
        comparison,
        choice: Choice { deletes: false, ..plan.choice },
        given: Arc::clone(&plan.given),
    }))
}

/// Fails if the sync as a whole must not begin.
async fn check(job: &Job, plan: &Arc<SyncPlan>) -> Result<(), Error> {
    let refused = |cause| Err(Error::new(Kind::Invalid, "sync", plan.to().to_string(), cause));
    if !plan.comparison.is_complete {
        return refused("the comparison has not come to its end");
    }
    let overlap = "one of the two places is in the other";
    if plan.comparison.places.overlap() {
        return refused(overlap);
    }
    let (Location::Local(from), Location::Local(to)) = (plan.from().clone(), plan.to().clone()) else { return Ok(()) };
    // Links lead where names do not tell.
    let meets = move || {
        let (from, to) = (std::fs::canonicalize(from), std::fs::canonicalize(to));
        Ok(from.is_ok_and(|from| to.is_ok_and(|to| from.starts_with(&to) || to.starts_with(&from))))
    };
    if job.core.block("sync", meets).await? { refused(overlap) } else { Ok(()) }
}

async fn copy(job: &Arc<Job>, plan: &Arc<SyncPlan>) -> Result<(), Error> {
    let item = match plan.from() {
        Location::Local(path) => Item::Folder(path.clone()),
        Location::S3 { bucket, prefix } if prefix.is_root() => Item::Bucket(bucket.clone()),
        Location::S3 { bucket, prefix } => Item::Prefix { bucket: bucket.clone(), prefix: prefix.clone() },
        Location::Buckets(_) => {
            return Err(Error::new(Kind::Invalid, "sync", "the list of buckets", "go into a bucket"));
        }
    };
    let transfer = Transfer {
        takes_contents: true,
        // Nothing is asked: each target is what was shown, or it is a conflict.
        policy: ConflictPolicy::Skip,
        storage_class: plan.choice.storage_class,
        given: Box::new((*plan.given).clone()),
        ..Transfer::new(vec![item], plan.to().clone())
    };
    let context = Arc::new(Context::open(job, transfer).await?);
    let (out, planned) = mpsc::channel(PLANNED_AHEAD);
    let (worker, plan) = (Arc::clone(&context), Arc::clone(plan));
    // Files are looked at on the way, which may block.
    let feeding = tokio::task::spawn_blocking(move || {
        for action in plan.actions().filter(|action| matches!(action.act, Act::Add | Act::Replace)) {
            if out.blocking_send(planned_of(&worker, &plan, &action)).is_err() {
                return;
            }
        }
    });
    work_off(&context, planned).await;
    feeding.await.map_err(|_| panicked("sync"))
}

/// Returns a copy as it is worked off, or why it cannot be.
fn planned_of(context: &Context, plan: &SyncPlan, action: &Action<'_>) -> Planned {
    let shown = plan.from().below(action.name);
    match item_of(context, plan, action, &shown) {
        Ok(item) => Planned::Item(Box::new(item)),
        Err(error) => Planned::Failed(shown, error),
    }
}

fn item_of(context: &Context, plan: &SyncPlan, action: &Action<'_>, shown: &str) -> Result<PlanItem, Error> {
    let invalid = |problem: name::NameProblem| Error::new(Kind::Invalid, "copy", shown, problem.to_string());
    let target = match plan.to() {
        // As it was compared: under no escaped name.
        Location::Local(_) => Target::Local(name::local_name(action.name, UnsafeKeys::Refuse).map_err(invalid)?.path),
        _ => context.target_of_key(action.name).map_err(invalid)?.0,
    };
    let seen = match action.target.map(|target| &target.mark) {
        None => Seen::Absent,
        Some(Mark::Object(Some(etag))) => Seen::Object(etag.clone()),
        Some(Mark::File { identity, .. }) => Seen::File(**identity),
        Some(Mark::Object(None)) => {
            let cause = "the server gives what is there no entity tag, by which it could be known again";
            return Err(Error::new(Kind::Unsupported, "replace", plan.to().below(action.name), cause));
        }
    };
    let (source, size, modified) = source_of(plan, action)?;
    Ok(PlanItem { source, target, is_folder: false, size, modified, fresh_since: None, seen: Some(seen) })
}

fn source_of(plan: &SyncPlan, action: &Action<'_>) -> Result<(Source, u64, Option<jiff::Timestamp>), Error> {
    match (plan.from(), action.source) {
        (Location::S3 { bucket, prefix }, Some(Facts { size, modified, mark: Mark::Object(etag) })) => {
            let object = ObjectRef::new(bucket.clone(), prefix.key(action.name));
            Ok((Source::Object(object, etag.clone()), *size, *modified))
        }
        (Location::Local(folder), _) => {
            let path = folder.join(action.name);
            let identity = Identity::of(&local::metadata::follow(&path)?);
            Ok((Source::File(path, identity), identity.size, identity.modified_at()))
        }
        (place, _) => Err(Error::new(Kind::Other, "copy", place.below(action.name), "nothing was seen there")),
    }
}

/// Says of each deletion that it was not done.
async fn keep(job: &Job, plan: &SyncPlan) {
    for action in plan.actions().filter(|action| action.act == Act::Delete) {
        let reason = "not deleted, because not everything could be copied".to_owned();
        job.record(plan.to().below(action.name), 0, ItemOutcome::Skipped(reason)).await;
    }
}

async fn tell_refusal(job: &Job, plan: &SyncPlan, action: &Action<'_>) {
    let problem = name::local_name(action.name, UnsafeKeys::Refuse).map_or_else(
        |problem| problem.to_string(),
        |_| "a key that ends in a slash and has contents cannot be a local file".to_owned(),
    );
    let is_copy = action.source.is_some();
    let name = if is_copy { plan.from() } else { plan.to() }.below(action.name);
    let outcome = if action.is_failed_copy() {
        ItemOutcome::Failed(Error::new(Kind::Invalid, "copy", name.clone(), problem))
    } else if action.is_of_file() {
        ItemOutcome::Skipped("not deleted, because a link leads to its folder".to_owned())
    } else {
        ItemOutcome::Skipped("not deleted, because no local file can have its name".to_owned())
    };
    job.record(name, 0, outcome).await;
}

fn outcome_of(trouble: &Trouble) -> ItemOutcome {
    match &trouble.cause {
        Cause::LeftOut(reason) => ItemOutcome::Skipped(reason.clone()),
        Cause::Failed(error) => ItemOutcome::Failed(error.clone()),
    }
}
