//! Jobs that an earlier run has not finished: found, and cleaned up behind.
//!
//! What can be gone on with is taken up where it is needed, item by item. What nobody has taken up when the job ends is
//! removed here.

use std::path::PathBuf;
use std::sync::Arc;

use super::core::Core;
use super::jobs::Job;
use super::open_upload::abort_left;
use crate::local::write::remove_temporary;
use crate::model::error::Kind;
use crate::model::job::{Item, ItemOutcome, Report, Verified, Work};
use crate::model::name::Profile;

/// Finds the jobs that earlier runs have left, and says which.
pub(super) fn find(core: &Arc<Core>) {
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        let mut unfinished = core.journal.unfinished(&core).await;
        if !unfinished.is_empty() {
            let now = core.stores.of(&Profile::OWN).await.connection();
            for left in &mut unfinished {
                left.is_from_here = (&left.profile, &left.endpoint) == (&now.profile, &now.endpoint)
                    && profiles(&left.work).into_iter().all(|profile| core.stores.knows(profile));
            }
        }
        let _ = core.send(Report::Unfinished(unfinished), &core.root).await;
    });
}

fn profiles(work: &Work) -> Vec<&Profile> {
    match work {
        Work::Transfer(transfer) => {
            transfer.items.iter().filter_map(Item::profile).chain(transfer.to.profile()).collect()
        }
        Work::Sync(plan) => plan.from().profile().into_iter().chain(plan.to().profile()).collect(),
        Work::Delete(items) => items.iter().filter_map(Item::profile).collect(),
        _ => Vec::new(),
    }
}

/// Removes the temporary files of an earlier run that nobody can go on with.
pub(super) async fn sweep_files(job: &Job) {
    let Some(record) = job.journal() else { return };
    let (folders, kept) = record.left(|left| {
        let kept: Vec<_> = left.downloads.iter().map(|download| download.temporary.clone()).collect();
        (left.folders.clone(), kept)
    });
    remove_files(job, folders, kept).await;
}

/// Aborts the uploads and removes the files of an earlier run that nobody has taken up.
pub(super) async fn sweep(job: &Job) {
    let Some(record) = job.journal() else { return };
    // A job that is cancelled after something of it failed may have kept that.
    record.look_again().await;
    let (uploads, downloads, folders) = record.left(|left| {
        (std::mem::take(&mut left.uploads), std::mem::take(&mut left.downloads), std::mem::take(&mut left.folders))
    });
    if !downloads.is_empty() {
        remove_files(job, folders, Vec::new()).await;
    }
    for upload in uploads {
        job.progress.add_total(1, 0);
        let name = upload.target.to_string();
        let aborted = Box::pin(abort_left(job, &job.core.store_of(&upload.target.bucket).await, &upload)).await;
        let outcome = match aborted {
            Ok(()) => ItemOutcome::Done(Verified::Nothing),
            // Nobody knows whether there is one, and asking again would get the same answer.
            Err(error) if upload.upload.is_none() && error.kind == Kind::Denied => {
                record.upload_ended(upload.line).await;
                ItemOutcome::Skipped(format!("an empty upload may be left: {error}"))
            }
            Err(error) => ItemOutcome::Failed(error),
        };
        job.record(name, 0, outcome).await;
    }
}

async fn remove_files(job: &Job, folders: Vec<PathBuf>, kept: Vec<String>) {
    let Some(record) = job.journal() else { return };
    let tag = record.tag().to_owned();
    let remove = move || folders.iter().try_for_each(|folder| remove_temporary(folder, &tag, &kept));
    if let Err(error) = job.core.block("clean up", remove).await {
        job.progress.add_total(1, 0);
        job.record("temporary files".to_owned(), 0, ItemOutcome::Failed(error)).await;
    }
}
