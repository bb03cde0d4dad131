//! Jobs that an earlier run has not finished: found, and cleaned up behind.
//!
//! What can be gone on with is taken up where it is needed, item by item. What nobody has taken up when the job ends is
//! removed here.

use std::path::PathBuf;
use std::sync::Arc;

use super::core::Core;
use super::jobs::Job;
use super::journal::LeftJob;
use super::open_upload::abort_left;
use crate::local::write::remove_temporary;
use crate::model::error::Kind;
use crate::model::job::{Item, ItemOutcome, JobEnd, Report, Revision, Unfinished, UnfinishedId, Verified, Work};
use crate::model::name::Profile;

/// Finds the jobs that earlier runs have left, and says which, but for those that only need to be cleaned up behind. With
/// the connection that they had, that is done at once: an upload that nobody goes on with is only billed.
pub(super) fn find(core: &Arc<Core>) {
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        let (over, open) = look(&core).await;
        let _ = core.send(Report::Unfinished(open), &core.root).await;
        clean_all(&core, over).await;
    });
}

/// Names all jobs that earlier runs have left, and touches none.
pub(super) fn list(core: &Arc<Core>) {
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move {
        let (over, open) = look(&core).await;
        let mut all = [over, open].concat();
        all.sort_by_key(|left| left.id.0);
        let _ = core.send(Report::Unfinished(all), &core.root).await;
    });
}

/// Cleans up behind the jobs of earlier runs that nobody can go on with.
pub(super) async fn clean(core: &Arc<Core>) {
    let (over, _) = look(core).await;
    clean_all(core, over).await;
}

/// Returns the jobs that earlier runs have left: those that can be cleaned up behind without asking, and the others.
async fn look(core: &Arc<Core>) -> (Vec<Unfinished>, Vec<Unfinished>) {
    let (mut over, mut open) = (Vec::new(), Vec::new());
    let left = core.journal.unfinished(core).await;
    if left.is_empty() {
        return (over, open);
    }
    let now = core.stores.of(&Profile::OWN).await.connection();
    for LeftJob { mut unfinished, is_over } in left {
        unfinished.is_from_here = (&unfinished.profile, &unfinished.endpoint) == (&now.profile, &now.endpoint)
            && profiles(&unfinished.work).into_iter().all(|profile| core.stores.knows(profile));
        if is_over && unfinished.is_from_here {
            over.push(unfinished);
        } else {
            open.push(unfinished);
        }
    }
    (over, open)
}

fn profiles(work: &Work) -> Vec<&Profile> {
    match work {
        Work::Transfer(transfer) => {
            transfer.items.iter().filter_map(Item::profile).chain(transfer.to.profile()).collect()
        }
        Work::Sync(plan) => plan.from().profile().into_iter().chain(plan.to().profile()).collect(),
        Work::Publish(publication) => vec![publication.wish.bucket.profile()],
        Work::Delete(items) | Work::Change(Revision { items, .. }) => items.iter().filter_map(Item::profile).collect(),
        Work::AbortUploads { uploads, .. } => uploads.iter().map(|upload| upload.object.bucket.profile()).collect(),
        _ => Vec::new(),
    }
}

async fn clean_all(core: &Arc<Core>, over: Vec<Unfinished>) {
    let clean = async {
        for left in over {
            Box::pin(clean_behind(core, left.id)).await;
        }
    };
    tokio::select! {
        biased;
        // What is still left then is found by the next start.
        () = core.root.cancelled() => {}
        () = clean => {}
    }
}

/// Aborts the uploads of a job that no other copy of the program has taken over meanwhile.
async fn clean_behind(core: &Arc<Core>, id: UnfinishedId) {
    let Some(record) = core.journal.take_up(core, id).await else { return };
    for upload in record.left(|left| std::mem::take(&mut left.uploads)) {
        let store = core.store_of(&upload.target.bucket).await;
        let target = upload.target.to_string();
        match abort_left(core, Some(&record), &store, &upload).await {
            Ok(()) => tracing::info!(target_name = ?target, "what an earlier run has left was aborted"),
            Err(error) => tracing::warn!(target_name = ?target, %error, "an unfinished upload is left"),
        }
    }
    record.end(&JobEnd::Cancelled).await;
}

/// Strikes out the uploads of an earlier run without asking their server, and says which nobody aborts now.
pub(super) async fn forget_uploads(job: &Job) {
    let Some(record) = job.journal() else { return };
    let uploads = record.left(|left| std::mem::take(&mut left.uploads));
    record.forget_uploads().await;
    for upload in uploads {
        job.progress.add_total(1, 0);
        let reason = "the upload was not aborted; what was sent of it is billed until somebody does";
        job.record(upload.target.to_string(), 0, ItemOutcome::Skipped(reason.to_owned())).await;
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
        let store = job.core.store_of(&upload.target.bucket).await;
        let aborted = Box::pin(abort_left(&job.core, Some(record), &store, &upload)).await;
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
