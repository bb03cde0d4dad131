//! Deletes at the target of a sync what the source does not have, if it is still what was shown.
//!
//! Objects are listed once more, as far as any of them is to go, and go in batches as each page comes: a look at each
//! would be a request for each.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::compare::facts;
use crate::engine::jobs::Job;
use crate::engine::lister::Lister;
use crate::engine::page::Asker;
use crate::engine::remove::{Batches, Doomed};
use crate::local::root::Root;
use crate::model::compare::{Facts, Mark};
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Verified};
use crate::model::location::Location;
use crate::model::name::{BucketName, Prefix};
use crate::model::sync::{Act, Action, SyncPlan};

/// Runs all deletions of a plan.
pub(super) async fn run(job: &Arc<Job>, plan: &Arc<SyncPlan>) -> Result<(), Error> {
    match plan.to().clone() {
        Location::Local(folder) => delete_files(job, plan, folder).await,
        Location::S3 { bucket, prefix } => {
            let mut batches = Batches::new(job);
            let ended = delete_objects(job, plan, &bucket, &prefix, &mut batches).await;
            batches.finish().await;
            ended
        }
        Location::Buckets(_) => Ok(()),
    }
}

fn doomed(plan: &SyncPlan) -> impl Iterator<Item = Action<'_>> {
    plan.actions().filter(|action| action.act == Act::Delete)
}

async fn delete_objects(
    job: &Arc<Job>,
    plan: &SyncPlan,
    bucket: &BucketName,
    prefix: &Prefix,
    batches: &mut Batches,
) -> Result<(), Error> {
    let mut doomed = doomed(plan).peekable();
    let begins = common_start(plan);
    let mut lister = Lister::start(Asker::Job(Arc::clone(job)), bucket, &Prefix::from(format!("{prefix}{begins}")));
    while let Some(objects) = lister.next().await {
        for object in objects? {
            let key = object.key.clone();
            let name = key.as_str().strip_prefix(prefix.as_str()).unwrap_or_default();
            while let Some(gone) = doomed.next_if(|action| action.name < name) {
                tell_gone(job, plan, &gone).await;
            }
            let Some(action) = doomed.next_if(|action| action.name == name) else { continue };
            if action.target == Some(&facts(object)) {
                batches.add(bucket, Doomed { key, bytes: 0 }).await;
            } else {
                let shown = plan.to().below(action.name);
                let cause = "it changed since it was compared; it was kept";
                let error = Error::new(Kind::Conflict, "delete", shown.clone(), cause);
                job.record(shown, 0, ItemOutcome::Failed(error)).await;
            }
        }
        if doomed.peek().is_none() || job.token.is_cancelled() {
            return Ok(());
        }
    }
    for gone in doomed {
        tell_gone(job, plan, &gone).await;
    }
    Ok(())
}

async fn tell_gone(job: &Job, plan: &SyncPlan, action: &Action<'_>) {
    let reason = "it is gone already".to_owned();
    job.record(plan.to().below(action.name), 0, ItemOutcome::Skipped(reason)).await;
}

/// Returns what the names of all deletions begin with: what the first and the last of them, in their order, share.
fn common_start(plan: &SyncPlan) -> &str {
    let (Some(first), Some(last)) = (doomed(plan).next(), doomed(plan).last()) else { return "" };
    let shared = first.name.chars().zip(last.name.chars()).take_while(|(one, two)| one == two);
    let bytes = shared.map(|(c, _)| c.len_utf8()).sum();
    first.name.get(..bytes).unwrap_or_default()
}

async fn delete_files(job: &Arc<Job>, plan: &Arc<SyncPlan>, folder: PathBuf) -> Result<(), Error> {
    let (worker, plan, runtime) = (Arc::clone(job), Arc::clone(plan), tokio::runtime::Handle::current());
    let delete_all = move || {
        let root = Root::create(&folder)?;
        for action in doomed(&plan) {
            if runtime.block_on(worker.turn()).is_err() {
                break;
            }
            let Some(Facts { mark: Mark::File { identity, .. }, .. }) = action.target else { continue };
            let outcome = match root.remove_if_still(action.name.as_ref(), identity) {
                Ok(()) => ItemOutcome::Done(Verified::Nothing),
                Err(error) => ItemOutcome::Failed(error),
            };
            let shown = plan.to().below(action.name);
            worker.progress.begin(&shown);
            runtime.block_on(worker.record(shown, 0, outcome));
        }
        Ok(())
    };
    job.core.block("delete", delete_all).await
}
