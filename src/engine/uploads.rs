//! Unfinished uploads that the server knows of: listed with what the journal knows, and aborted.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::Timestamp;

use super::answer;
use super::core::Core;
use super::jobs::Job;
use super::journal::Holders;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Report, Ticket, Verified};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix};
use crate::model::upload::{Holder, PendingUpload, Sent, UploadRef};
use crate::s3::{Store, UploadId};

/// How many are looked into, or aborted, at once.
const AT_ONCE: usize = 8;

/// For how many it is looked up at once whether another copy of the program works on them.
const LOOKED_UP: usize = 64;

/// Lists those of a bucket whose keys begin with a prefix.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, bucket: BucketName, prefix: Prefix, with_sizes: bool) {
    answer::with_many(core, ticket, "list", move |core, _| async move {
        list(&core, ticket, &bucket, &prefix, with_sizes).await
    });
}

async fn list(
    core: &Core,
    ticket: Ticket,
    bucket: &BucketName,
    prefix: &Prefix,
    with_sizes: bool,
) -> Result<(), Error> {
    // What a transfer left must not be taken for anybody's.
    let holders = core.journal.holders(core).await?;
    let (store, mut from) = (core.store_of(bucket).await, None);
    loop {
        let page = {
            let _permit = core.lanes.interactive.acquire().await;
            store.list_uploads(bucket, prefix, from.take()).await?
        };
        let now = Timestamp::now();
        let looks = page.uploads.into_iter().map(async |row| {
            let object = ObjectRef::new(bucket.clone(), row.key);
            let sent = if with_sizes { sent_of(&store, &object, &row.id).await? } else { None };
            let holder = core.unfinished.has(&row.id).then_some(Holder::Running);
            let upload = UploadRef { object, id: row.id.as_str().to_owned() };
            // A server whose clock is ahead has not begun it in the future.
            let age = row.initiated.map(|began| Duration::try_from(now.duration_since(began)).unwrap_or_default());
            let holder = holder.or_else(|| holders.of(&upload));
            let (began, class, initiator) = (row.initiated, row.storage_class, row.initiator);
            Ok::<_, Error>(PendingUpload { upload, began, age, sent, class, initiator, holder })
        });
        let looked: Vec<_> = futures_util::stream::iter(looks).buffered(AT_ONCE).collect().await;
        let uploads = looked.into_iter().collect::<Result<_, _>>()?;
        from = page.next;
        core.send(Report::Uploads { ticket, uploads, is_last: from.is_none() }, &core.root).await?;
        if from.is_none() {
            return Ok(());
        }
    }
}

/// Returns what was sent. That parts may not be listed, or cannot be, hides no upload.
async fn sent_of(store: &Store, object: &ObjectRef, upload: &UploadId) -> Result<Option<Sent>, Error> {
    match store.sent(object, upload).await {
        Err(error) if matches!(error.kind, Kind::Denied | Kind::Unsupported) => Ok(None),
        sent => sent,
    }
}

/// Looks at the parts of one upload.
pub(super) fn start_parts(core: &Arc<Core>, ticket: Ticket, upload: UploadRef) {
    answer::with_one(core, ticket, "list the parts of", move |core, _| async move {
        let store = core.store_of(&upload.object.bucket).await;
        let _permit = core.lanes.interactive.acquire().await;
        let sent = store.sent(&upload.object, &UploadId::new(upload.id.as_str())).await?;
        Ok(Report::UploadParts { ticket, sent })
    });
}

/// Aborts uploads; unless it is forced, those of a copy of the program that runs are left alone.
pub(super) async fn abort(job: &Job, uploads: Vec<UploadRef>, is_forced: bool) -> Result<(), Error> {
    job.progress.add_total(uploads.len() as u64, 0);
    job.progress.counted();
    for some in uploads.chunks(LOOKED_UP) {
        // Another copy of the program may have gone on with one of them meanwhile.
        let holders = if is_forced { Holders::default() } else { job.core.journal.holders(&job.core).await? };
        abort_some(job, some, &holders, is_forced).await;
    }
    if job.token.is_cancelled() { Err(Error::cancelled("abort", "the uploads")) } else { Ok(()) }
}

async fn abort_some(job: &Job, uploads: &[UploadRef], holders: &Holders, is_forced: bool) {
    let aborts = futures_util::stream::iter(uploads).for_each_concurrent(AT_ONCE, async |upload| {
        let name = upload.object.to_string();
        job.progress.begin(&name);
        let (store, id) = (job.core.store_of(&upload.object.bucket).await, UploadId::new(upload.id.as_str()));
        let is_running = job.core.unfinished.has(&id) || holders.of(upload) == Some(Holder::Running);
        if is_running && !is_forced {
            let reason = "a copy of the program that runs works on it";
            return job.record(name, 0, ItemOutcome::Skipped(reason.to_owned())).await;
        }
        match job.call(&job.core.lanes.small, || store.abort_upload(&upload.object, &id)).await {
            Ok(true) => job.record(name, 0, ItemOutcome::Done(Verified::Nothing)).await,
            Ok(false) => {
                let reason = "it is not there any more: it was joined or aborted meanwhile";
                job.record(name, 0, ItemOutcome::Skipped(reason.to_owned())).await;
            }
            Err(error) if error.kind == Kind::Cancelled => {}
            Err(error) => job.record(name, 0, ItemOutcome::Failed(error)).await,
        }
    });
    aborts.await;
}
