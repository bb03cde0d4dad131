//! Uploads in parts from their beginning to their end: kept in the journal, and taken up from there.
//!
//! Whoever opens one joins it or gives it up here: unfinished parts are billed and invisible to the user.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::core::Core;
use super::jobs::Job;
use super::journal::{LeftUpload, Line, Record};
use super::transfer::{Context, Missed};
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::s3::{PartDone, Store, UploadId, WriteOptions};

/// How long an abort may take, after which the upload is left to the bucket's lifecycle rules.
const ABORT_LIMIT: Duration = Duration::from_secs(10);

/// An upload that was begun, by this run or by an earlier one.
#[derive(Debug)]
pub(super) struct OpenUpload {
    /// Its id.
    pub id: UploadId,
    /// The size of its parts, in bytes.
    pub step: u64,
    /// The parts that it has already.
    pub parts: Vec<PartDone>,
    /// Its line in the journal, if it is kept there.
    line: Option<Line>,
}

/// How a source is cut into parts, and known again when an earlier run has begun to send them.
#[derive(Debug)]
pub(super) struct Cut {
    /// The source, as it is shown.
    pub name: String,
    /// The state that it is in; empty if it cannot be known again.
    pub state: String,
    /// The size of the parts, in bytes.
    pub step: u64,
}

impl OpenUpload {
    /// Notes a part that is there now.
    pub async fn has(&self, job: &Job, part: &PartDone) {
        if let (Some(record), Some(line)) = (job.journal(), self.line) {
            record.part(line, part).await;
        }
    }

    /// Notes that it was joined or aborted.
    pub async fn ended(&self, job: &Job) {
        job.core.unfinished.ended(&self.id);
        if let (Some(record), Some(line)) = (job.journal(), self.line) {
            record.upload_ended(line).await;
        }
    }
}

/// Begins an upload, or goes on with one that an earlier run has begun from a source in just this state.
pub(super) async fn open(
    context: &Context,
    object: &ObjectRef,
    options: &WriteOptions,
    cut: Cut,
) -> Result<OpenUpload, Error> {
    if let Some(open) = take_up(context, object, &cut).await? {
        return Ok(open);
    }
    let job = &context.job;
    let line = match job.journal() {
        Some(record) => record.upload(object, &cut.name, &cut.state, cut.step).await,
        None => None,
    };
    let begun = begin(context, object, options).await;
    if let (Some(record), Some(line)) = (job.journal(), line) {
        match &begun {
            Ok(id) => record.upload_began(line, id).await,
            Err(error) if !error.is_transient() => record.upload_ended(line).await,
            // It may have begun without our knowing; the next start looks for it.
            Err(_) => {}
        }
    }
    Ok(OpenUpload { id: begun?, step: cut.step, parts: Vec::new(), line })
}

/// Goes on with what an earlier run has begun for this target, or aborts it if it cannot be gone on with.
async fn take_up(context: &Context, object: &ObjectRef, cut: &Cut) -> Result<Option<OpenUpload>, Error> {
    let job = &context.job;
    let left = job.journal().and_then(|record| record.left(|left| left.take_upload(object)));
    let Some(mut left) = left else { return Ok(None) };
    let why = match &left.upload {
        Some(id) if left.state == cut.state && !cut.state.is_empty() => {
            let (parts, store) = (std::mem::take(&mut left.parts), &context.store);
            let look = || store.parts_still_there(object, id, parts.clone());
            let still = match job.call(&job.core.lanes.small, look).await {
                // Who may not look goes by what was written down, and so does everybody where the server's answer cannot
                // be read (moto 5.2.1): a part that is missing fails when they are joined.
                Err(error) if !(error.is_transient() || error.kind == Kind::Cancelled) => Ok(Some(parts.clone())),
                still => still,
            };
            if let Some(parts) = still? {
                job.core.unfinished.began(id, object);
                return Ok(Some(OpenUpload { id: id.clone(), step: left.step, parts, line: Some(left.line) }));
            }
            "its unfinished upload is gone"
        }
        Some(_) if cut.state.is_empty() => "its source has no entity tag by which it could be known again",
        Some(_) => "its source has changed since",
        None => "its upload had not begun",
    };
    job.note(format!("{object} starts over: {why}")).await;
    abort_left(&job.core, job.journal(), &context.store, &left).await?;
    Ok(None)
}

/// Aborts what an earlier run has begun, and strikes it out.
pub(super) async fn abort_left(
    core: &Core,
    record: Option<&Record>,
    store: &Store,
    left: &LeftUpload,
) -> Result<(), Error> {
    match &left.upload {
        Some(id) => abort_on(core, store, &left.target, id).await?,
        None => store.abort_asked_for(&left.target, left.began).await?,
    }
    if let Some(record) = record {
        record.upload_ended(left.line).await;
    }
    Ok(())
}

/// Begins an upload. What an earlier try of this very request began, whose answer was lost, is aborted.
async fn begin(context: &Context, object: &ObjectRef, options: &WriteOptions) -> Result<UploadId, Error> {
    let job = &context.job;
    let (began, calls) = (Instant::now(), AtomicU64::new(0));
    let create = || {
        calls.fetch_add(1, Relaxed);
        context.store.create_upload(object, options)
    };
    let upload = job.call_to_end(&job.core.lanes.small, create).await.map_err(|error| {
        let hint = if error.is_transient() { "; an empty upload may have begun all the same" } else { "" };
        Error { cause: format!("{}{hint}", error.cause), ..error }
    })?;
    job.core.unfinished.began(&upload, object);
    if calls.load(Relaxed) > 1 || upload.was_sent_again() {
        let abort = context.store.abort_twins(object, &upload, began.elapsed());
        match tokio::time::timeout(ABORT_LIMIT, abort).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(target_name = ?object.to_string(), %error, "an empty upload may be left"),
            Err(_) => {
                tracing::warn!(target_name = ?object.to_string(), "an empty upload may be left: no answer in time");
            }
        }
    }
    Ok(upload)
}

/// Aborts an upload that came to nothing. If that fails too, its error goes with the one that was first.
///
/// When the program ends and its jobs are kept for the next start, so is this, and when it may go well another time.
pub(super) async fn give_up(context: &Context, object: &ObjectRef, upload: &OpenUpload, missed: Missed) -> Missed {
    let job = &context.job;
    let (Missed::Race(error) | Missed::Failed(error)) = &missed;
    if upload.line.is_some() && (job.is_kept() || job.stays_open(error)) {
        job.core.unfinished.ended(&upload.id);
        return missed;
    }
    let Err(left) = abort(context, object, upload).await else { return missed };
    let (Missed::Race(first) | Missed::Failed(first)) = missed;
    // A cancelled item says nothing of itself, so what is left has to.
    if first.kind == Kind::Cancelled {
        return left.into();
    }
    Error { cause: format!("{}; moreover: {left}", first.cause), ..first }.into()
}

/// Aborts an upload, also when the job was cancelled: parts that are left are billed.
pub(super) async fn abort(context: &Context, object: &ObjectRef, upload: &OpenUpload) -> Result<(), Error> {
    abort_on(&context.job.core, &context.store, object, &upload.id).await?;
    upload.ended(&context.job).await;
    Ok(())
}

/// Aborts an upload that may belong to no job.
async fn abort_on(core: &Core, store: &Store, object: &ObjectRef, upload: &UploadId) -> Result<(), Error> {
    let aborted = async {
        // A part that was still on its way may arrive behind the first abort (Amazon S3 API Reference,
        // AbortMultipartUpload); the second removes it too.
        for _ in 0..2 {
            match store.abort_upload(object, upload).await {
                Err(error) if error.kind == Kind::ExpiredToken => {
                    store.renew().await;
                    store.abort_upload(object, upload).await?;
                }
                result => drop(result?),
            }
        }
        Ok(())
    };
    let late = || Error::new(Kind::Network, "abort the upload of", object.to_string(), "no answer in time");
    let result = tokio::time::timeout(ABORT_LIMIT, aborted).await.unwrap_or_else(|_| Err(late()));
    if result.is_ok() {
        core.unfinished.ended(upload);
    }
    result.map_err(|error| {
        tracing::warn!(target_name = ?object.to_string(), %error, upload = upload.as_str(), "an unfinished upload is left");
        Error { cause: format!("{}; the unfinished upload is left, with its parts", error.cause), ..error }
    })
}
