//! Local files to S3: one request up to 16 MiB, parts above.
//!
//! Parts are numbered from 1 and may finish in any order. If anything fails after the upload was created it is aborted
//! here, because unfinished parts are billed and invisible to the user.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;

use super::body::Body;
use super::core::Core;
use super::jobs::panicked;
use super::plan::PlanItem;
use super::transfer::{Aim, Context, Missed, Settled};
use crate::local;
use crate::local::metadata::Identity;
use crate::local::read::Source;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Verified};
use crate::model::location::ObjectRef;
use crate::model::text;
use crate::s3::{Attributes, ObjectFacts, PartDone, Payload, Store, UploadId, WriteOptions, Written};

const MIB: u64 = 1024 * 1024;

/// The smallest part that is made, in bytes.
const MIN_PART: u64 = 8 * MIB;

/// The most parts of one upload (Amazon S3 User Guide, "Amazon S3 multipart upload limits").
const MAX_PARTS: u64 = 10_000;

/// The largest object of one request (the same page).
const MAX_SINGLE: u64 = 5 * 1024 * MIB;

/// Files up to this size are read where they are opened.
const READ_AT_ONCE: u64 = 64 * 1024;

/// How long an abort may take, after which the upload is left to the bucket's lifecycle rules.
const ABORT_LIMIT: Duration = Duration::from_secs(10);

/// Returns the size of the parts of a file.
pub(super) fn part_size(bytes: u64) -> u64 {
    MIN_PART.max(bytes.div_ceil(MAX_PARTS).next_multiple_of(MIB))
}

/// Writes the marker of an empty folder.
pub(super) async fn marker(context: &Arc<Context>, path: &Path, object: &ObjectRef) -> Result<ItemOutcome, Error> {
    let job = &context.job;
    if context.look(object).await?.is_none() {
        match job.put_marker(&context.store, object).await {
            // Somebody else made it, which is as good.
            Err(error) if error.kind == Kind::Conflict => {}
            result => result?,
        }
    }
    if context.transfer.is_move {
        let path = path.to_owned();
        job.core.block("delete", move || Ok(local::remove::remove_empty_folder(&path))).await?;
    }
    Ok(ItemOutcome::Done(Verified::Nothing))
}

/// Uploads one file.
pub(super) async fn upload(
    context: &Arc<Context>,
    item: &PlanItem,
    path: &Path,
    object: &ObjectRef,
) -> Result<ItemOutcome, Error> {
    let settled = context.write_until_settled(item, object, |aim| send(context, path, aim)).await?;
    let (verified, identity) = match settled {
        Settled::Go(sent) => sent,
        Settled::Skip(reason) => return Ok(context.skipped(item, reason)),
    };
    if context.transfer.is_move {
        let path = path.to_owned();
        context.job.core.block("delete", move || local::remove::remove_unchanged(&path, &identity)).await?;
    }
    Ok(ItemOutcome::Done(verified))
}

/// What was opened: small files are read along.
enum Opened {
    Whole(Payload, Identity),
    Source(Arc<Source>),
}

/// Sends a file and verifies what arrived.
async fn send(context: &Arc<Context>, path: &Path, aim: Aim) -> Result<(Verified, Identity), Missed> {
    let (job, aim) = (&context.job, &aim);
    let owned = path.to_owned();
    let opened = job.core.block("read", move || open(&owned)).await?;
    let (written, sent, size, identity) = match opened {
        Opened::Whole(payload, identity) => {
            let body = Body::Here(payload.counted_by(&job.progress));
            let (written, crc) = put(context, aim, &body).await?;
            (written, Some(crc), body.size(), identity)
        }
        Opened::Source(source) => {
            let (size, identity) = (source.identity().size, *source.identity());
            let in_parts = size > job.core.options.multipart_threshold && aim.object.key.fits_xml();
            let most = MAX_SINGLE.min(job.core.options.memory_bytes);
            if !in_parts && size > most.max(job.core.options.multipart_threshold) {
                let most = text::size(most);
                let cause = format!("above {most} it goes in parts, and XML cannot carry this key there");
                return Err(Error::new(Kind::Invalid, "upload", aim.object.to_string(), cause).into());
            }
            if in_parts {
                let _place = tokio::select! {
                    () = job.token.cancelled() => return Err(Error::cancelled("upload", "").into()),
                    place = job.large.acquire() => place,
                };
                let (written, crc) = put_in_parts(context, aim, &source).await?;
                (written, crc, size, identity)
            } else {
                let (written, crc) = put(context, aim, &Body::Whole(source)).await?;
                (written, Some(crc), size, identity)
            }
        }
    };
    Ok((verify(context, &aim.object, &written, sent, size).await?, identity))
}

fn open(path: &Path) -> Result<Opened, Error> {
    let source = Source::open(path)?;
    let size = source.identity().size;
    if size > READ_AT_ONCE {
        return Ok(Opened::Source(Arc::new(source)));
    }
    let mut memory = vec![0; usize::try_from(size).unwrap_or_default()];
    source.read_at(&mut memory, 0)?;
    source.check_unchanged()?;
    Ok(Opened::Whole(Payload::new(Bytes::from(memory)), *source.identity()))
}

/// Returns what is written with a new object.
fn write_options(context: &Context, aim: &Aim) -> WriteOptions {
    let content_type = mime_guess::from_path(aim.object.key.last_part()).first_raw().map(str::to_owned);
    WriteOptions {
        attributes: Attributes { content_type, ..Attributes::default() },
        storage_class: context.transfer.storage_class.map(|class| class.name().to_owned()),
        condition: aim.condition.clone(),
        ..WriteOptions::default()
    }
}

async fn put(context: &Context, aim: &Aim, body: &Body) -> Result<(Written, u64), Missed> {
    let job = &context.job;
    let (options, way) = (write_options(context, aim), job.core.lanes.way_of(body.size()));
    let written = tokio::select! {
        biased;
        // A body that breaks off writes nothing.
        () = job.token.cancelled() => return Err(Error::cancelled("upload", aim.object.to_string()).into()),
        written = job.put(way, &context.store, &aim.object, body, &options) => written,
    };
    written.map_err(|error| Missed::of_write(error, &aim.condition))
}

async fn put_in_parts(
    context: &Arc<Context>,
    aim: &Aim,
    source: &Arc<Source>,
) -> Result<(Written, Option<u64>), Missed> {
    let job = &context.job;
    let options = write_options(context, aim);
    let upload = begin(context, &aim.object, &options).await?;
    let moved = Arc::new(AtomicU64::new(0));
    let parts = send_parts(context, &aim.object, source, &upload, &moved).await;
    let done = match parts {
        Ok(parts) => {
            context.join_parts(aim, &upload, &parts).await.map(|written| (written, PartDone::whole_crc64(&parts)))
        }
        Err(error) => Err(error.into()),
    };
    match done {
        Err(missed) => {
            job.progress.retract_bytes(moved.load(Relaxed));
            Err(give_up(context, &aim.object, &upload, missed).await)
        }
        done => done,
    }
}

/// Begins an upload. What an earlier try of this very request began, whose answer was lost, is aborted.
pub(super) async fn begin(context: &Context, object: &ObjectRef, options: &WriteOptions) -> Result<UploadId, Error> {
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

/// Sends all parts, several at once; the first failure stops the rest.
async fn send_parts(
    context: &Arc<Context>,
    object: &ObjectRef,
    source: &Arc<Source>,
    upload: &UploadId,
    moved: &Arc<AtomicU64>,
) -> Result<Vec<PartDone>, Error> {
    let job = &context.job;
    let size = source.identity().size;
    let step = job.core.options.part_size.unwrap_or_else(|| part_size(size)).max(1);
    let mut offsets = (0..size).step_by(usize::try_from(step).unwrap_or(usize::MAX)).zip(1_i32..);
    let mut open = JoinSet::new();
    let mut parts = Vec::new();
    loop {
        let width = if context.store.awaits_md5(upload) { 1 } else { job.core.lanes.parts.width() };
        while open.len() < width
            && let Some((offset, number)) = offsets.next()
        {
            let (context, object, upload, moved) =
                (Arc::clone(context), object.clone(), upload.clone(), Arc::clone(moved));
            let length = step.min(size - offset);
            let body = Body::Part(Arc::clone(source), offset, length);
            open.spawn(async move {
                let job = &context.job;
                let send = || async {
                    let payload = body.load(job).await?;
                    context.store.upload_part(&object, &upload, number, payload).await
                };
                let part = job.call(job.core.lanes.parts.carrying(length), send).await?;
                moved.fetch_add(length, Relaxed);
                Ok::<_, Error>(part)
            });
        }
        match open.join_next().await {
            None => break,
            Some(Ok(Ok(part))) => parts.push(part),
            Some(ended) => {
                open.shutdown().await;
                return Err(
                    ended.map_or_else(|_| panicked("upload"), |ended| ended.err().unwrap_or(panicked("upload")))
                );
            }
        }
    }
    let source = Arc::clone(source);
    job.core.block("read", move || source.check_unchanged()).await?;
    Ok(parts)
}

/// Aborts an upload that came to nothing. If that fails too, its error goes with the one that was first.
pub(super) async fn give_up(context: &Context, object: &ObjectRef, upload: &UploadId, missed: Missed) -> Missed {
    let Err(left) = abort(context, object, upload).await else { return missed };
    let (Missed::Race(first) | Missed::Failed(first)) = missed;
    // A cancelled item says nothing of itself, so what is left has to.
    if first.kind == Kind::Cancelled {
        return left.into();
    }
    with_left(first, &left).into()
}

/// Returns why an upload came to nothing, together with why something is left of it.
pub(super) fn with_left(first: Error, left: &Error) -> Error {
    Error { cause: format!("{}; moreover: {left}", first.cause), ..first }
}

/// Aborts an upload, also when the job was cancelled: parts that are left are billed.
pub(super) async fn abort(context: &Context, object: &ObjectRef, upload: &UploadId) -> Result<(), Error> {
    abort_on(&context.job.core, &context.store, object, upload).await
}

/// Aborts an upload that may belong to no job.
pub(super) async fn abort_on(core: &Core, store: &Store, object: &ObjectRef, upload: &UploadId) -> Result<(), Error> {
    let aborted = async {
        // A part that was still on its way may arrive behind the first abort (Amazon S3 API Reference,
        // AbortMultipartUpload); the second removes it too.
        for _ in 0..2 {
            match store.abort_upload(object, upload).await {
                Err(error) if error.kind == Kind::ExpiredToken => {
                    store.renew().await;
                    store.abort_upload(object, upload).await?;
                }
                result => result?,
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

/// Compares what the server says it has with what was sent.
pub(super) async fn verify(
    context: &Context,
    object: &ObjectRef,
    written: &Written,
    sent: Option<u64>,
    size: u64,
) -> Result<Verified, Error> {
    if let Some(verified) = proof(written, sent) {
        return Ok(verified);
    }
    let facts = context.look(object).await?;
    compare(&context.store, object, facts, sent, size)
}

/// Returns what the answer to a write proves by itself.
pub(super) fn proof(written: &Written, sent: Option<u64>) -> Option<Verified> {
    // The store has compared the checksum that came back already; to have one back is the proof.
    if written.crc64.is_some() && written.crc64 == sent {
        return Some(Verified::Crc64Nvme);
    }
    written.is_proved_by_md5.then_some(Verified::Checksum("MD5"))
}

/// Compares what stands on the server with what was sent.
pub(super) fn compare(
    store: &Store,
    object: &ObjectRef,
    facts: Option<ObjectFacts>,
    sent: Option<u64>,
    size: u64,
) -> Result<Verified, Error> {
    let corrupt = |cause| Error::new(Kind::Corrupt, "upload", object.to_string(), cause);
    let facts = facts.ok_or_else(|| corrupt("it is not there after it was written"))?;
    if facts.size != size {
        return Err(corrupt("the size on the server differs"));
    }
    store.learn_checksums(&facts);
    match (facts.crc64, sent) {
        (Some(stored), Some(sent)) if stored == sent => Ok(Verified::Crc64Nvme),
        (Some(_), Some(_)) => Err(corrupt("the checksum on the server differs")),
        _ => Ok(Verified::Size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_as_small_as_ten_thousand_of_them_allow() {
        assert_eq!(part_size(17 * MIB), 8 * MIB);
        assert_eq!(part_size(80_000 * MIB), 8 * MIB);
        assert_eq!(part_size(80_001 * MIB), 9 * MIB);
        let largest = 48 * 1024 * 1024 * MIB;
        assert!(largest.div_ceil(part_size(largest)) <= MAX_PARTS);
    }
}
