//! Local files, and objects of other endpoints, to S3: one request up to 16 MiB, parts above.
//!
//! Parts are numbered from 1 and may finish in any order. If anything fails after the upload was created it is aborted
//! here, because unfinished parts are billed and invisible to the user.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bytes::Bytes;
use tokio::task::JoinSet;

use super::body::{Body, Origin};
use super::given;
use super::jobs::panicked;
use super::open_upload::{self, Cut, OpenUpload, give_up};
use super::plan::{PlanItem, Target};
use super::transfer::{Aim, Context, Ended, Missed, Settled};
use crate::local;
use crate::local::metadata::Identity;
use crate::local::read::Source;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Verified};
use crate::model::location::ObjectRef;
use crate::model::text;
use crate::s3::{Condition, ObjectFacts, PartDone, Payload, Store, WriteOptions, Written};

const MIB: u64 = 1024 * 1024;

/// The smallest part that is made, in bytes.
pub(super) const MIN_PART: u64 = 8 * MIB;

/// The most parts of one upload (Amazon S3 User Guide, "Amazon S3 multipart upload limits").
pub(super) const MAX_PARTS: u64 = 10_000;

/// The largest object of one request (the same page).
const MAX_SINGLE: u64 = 5 * 1024 * MIB;

/// Files up to this size are read where they are opened.
const READ_AT_ONCE: u64 = 64 * 1024;

/// Returns the size of the parts of a file: the smallest that is wanted, larger where 10,000 of it would not do.
pub(super) fn part_size(bytes: u64, smallest: u64) -> u64 {
    smallest.max(bytes.div_ceil(MAX_PARTS).next_multiple_of(MIB)).max(1)
}

/// Writes the marker of an empty folder.
pub(super) async fn marker(context: &Arc<Context>, path: &Path, object: &ObjectRef) -> Result<ItemOutcome, Error> {
    let job = &context.job;
    if context.look(object).await?.is_none() {
        let transfer = &context.transfer;
        let options = given::write_options(&transfer.given, transfer.storage_class, object, Condition::IfAbsent);
        match job.put_marker(&context.store, object, &options).await {
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
) -> Result<Ended, Error> {
    let settled = context.write_until_settled(item, object, |aim| send(context, path, aim)).await?;
    let Sent { verified, identity, object } = match settled {
        Settled::Go(sent) => sent,
        Settled::Skip(reason) => return Ok(context.skipped(item, reason).into()),
    };
    if context.transfer.is_move {
        let path = path.to_owned();
        context.job.core.block("delete", move || local::remove::remove_unchanged(&path, &identity)).await?;
    }
    Ok(Ended { outcome: ItemOutcome::Done(verified), place: Some(Target::Object(object)) })
}

/// A file that was sent.
struct Sent {
    verified: Verified,
    /// What it was when it was read.
    identity: Identity,
    /// Where it is.
    object: ObjectRef,
}

/// What was opened: small files are read along.
enum Opened {
    Whole(Payload, Identity),
    Source(Arc<Source>),
}

/// Sends a file and verifies what arrived.
async fn send(context: &Arc<Context>, path: &Path, aim: Aim) -> Result<Sent, Missed> {
    let (job, aim) = (&context.job, &aim);
    let owned = path.to_owned();
    let opened = job.core.touch("read", move || open(&owned)).await?;
    let (written, sent, size, identity) = match opened {
        Opened::Whole(payload, identity) => {
            let body = Body::Here(payload.counted_by(&job.progress));
            let (written, crc) = put(context, aim, &body, &write_options(context, aim)).await?;
            (written, Some(crc), body.size(), identity)
        }
        Opened::Source(source) => {
            let (size, identity) = (source.identity().size, *source.identity());
            let (written, crc) = deliver(context, aim, &Origin::File(source), &write_options(context, aim)).await?;
            (written, crc, size, identity)
        }
    };
    let verified = verify(context, &aim.object, &written, sent, size).await?;
    Ok(Sent { verified, identity, object: aim.object.clone() })
}

/// Sends all of something, in parts where it is large; returns the CRC64NVME of what was sent too, if it is known.
pub(super) async fn deliver(
    context: &Arc<Context>,
    aim: &Aim,
    origin: &Origin,
    options: &WriteOptions,
) -> Result<(Written, Option<u64>), Missed> {
    let (job, size) = (&context.job, origin.size());
    let in_parts = size > job.core.options.multipart_threshold && aim.object.key.fits_xml();
    let most = MAX_SINGLE.min(job.core.options.memory_bytes);
    if !in_parts && size > most.max(job.core.options.multipart_threshold) {
        let most = text::size(most);
        let cause = format!("above {most} it goes in parts, and XML cannot carry this key there");
        return Err(Error::new(Kind::Invalid, "upload", aim.object.to_string(), cause).into());
    }
    if !in_parts {
        let (written, crc) = put(context, aim, &origin.whole(), options).await?;
        return Ok((written, Some(crc)));
    }
    let _place = tokio::select! {
        () = job.token.cancelled() => return Err(Error::cancelled("upload", "").into()),
        place = job.large.acquire() => place,
    };
    put_in_parts(context, aim, origin, options).await
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
pub(super) fn write_options(context: &Context, aim: &Aim) -> WriteOptions {
    let transfer = &context.transfer;
    given::write_options(&transfer.given, transfer.storage_class, &aim.object, aim.condition.clone())
}

/// Sends all of something with one request; returns the CRC64NVME of what was sent too.
pub(super) async fn put(
    context: &Context,
    aim: &Aim,
    body: &Body,
    options: &WriteOptions,
) -> Result<(Written, u64), Missed> {
    let job = &context.job;
    let way = job.core.lanes.way_of(body.size());
    let written = tokio::select! {
        biased;
        // A body that breaks off writes nothing.
        () = job.token.cancelled() => return Err(Error::cancelled("upload", aim.object.to_string()).into()),
        written = job.put(way, &context.store, &aim.object, body, options) => written,
    };
    written.map_err(|error| Missed::of_write(error, &aim.condition))
}

async fn put_in_parts(
    context: &Arc<Context>,
    aim: &Aim,
    origin: &Origin,
    options: &WriteOptions,
) -> Result<(Written, Option<u64>), Missed> {
    let job = &context.job;
    let cut = Cut {
        name: origin.name(),
        state: origin.state(),
        step: origin.step(part_size(origin.size(), job.core.options.part_size.unwrap_or(MIN_PART))),
    };
    let upload = Arc::new(open_upload::open(context, &aim.object, options, cut).await?);
    let there = upload.parts.iter().map(|part| part.size).sum();
    job.progress.add_bytes(there);
    let moved = Arc::new(AtomicU64::new(there));
    let parts = send_parts(context, &aim.object, origin, &upload, &moved).await;
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
        Ok(written) => {
            context.tag(&aim.object, &options.tags).await?;
            Ok(written)
        }
    }
}

/// Sends all parts, several at once; the first failure stops the rest.
async fn send_parts(
    context: &Arc<Context>,
    object: &ObjectRef,
    origin: &Origin,
    upload: &Arc<OpenUpload>,
    moved: &Arc<AtomicU64>,
) -> Result<Vec<PartDone>, Error> {
    let job = &context.job;
    let size = origin.size();
    let step = upload.step;
    let there: HashMap<_, _> = upload.parts.iter().map(|part| (part.number, part)).collect();
    let mut parts = Vec::new();
    let mut open_offsets = Vec::new();
    for (offset, number) in (0..size).step_by(usize::try_from(step).unwrap_or(usize::MAX)).zip(1_i32..) {
        match there.get(&number) {
            Some(part) if origin.takes_as_read(offset, part) => parts.push((*part).clone()),
            sent => open_offsets.push((offset, number, sent.map(|part| (*part).clone()))),
        }
    }
    let mut open_offsets = open_offsets.into_iter();
    let mut open = JoinSet::new();
    loop {
        let width = width(context, upload);
        while open.len() < if origin.goes_in_order() { 1 } else { width }
            && let Some((offset, number, sent)) = open_offsets.next()
        {
            let (context, object, upload, moved) =
                (Arc::clone(context), object.clone(), Arc::clone(upload), Arc::clone(moved));
            let length = step.min(size - offset);
            let body = origin.part(offset, length);
            open.spawn(async move {
                if let Some(part) = sent {
                    read_again(&context, &object, &part, &body).await?;
                    return Ok(part);
                }
                let part = send_part(&context, &object, &upload, number, &body).await?;
                moved.fetch_add(length, Relaxed);
                upload.has(&context.job, &part).await;
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
    origin.check(job).await?;
    Ok(parts)
}

/// Returns how many parts of an upload may be on their way at once.
pub(super) fn width(context: &Context, upload: &OpenUpload) -> usize {
    if context.store.awaits_md5(&upload.id) { 1 } else { context.job.core.lanes.parts.width() }
}

/// Sends one part, however often it has to be sent.
pub(super) async fn send_part(
    context: &Context,
    object: &ObjectRef,
    upload: &OpenUpload,
    number: i32,
    body: &Body,
) -> Result<PartDone, Error> {
    let job = &context.job;
    let send = || async {
        let payload = body.load(job).await?;
        context.store.upload_part(object, &upload.id, number, payload).await
    };
    job.call(job.core.lanes.parts.carrying(body.size()), send).await
}

/// Reads once more what an earlier run has sent, and compares both.
async fn read_again(context: &Context, object: &ObjectRef, part: &PartDone, body: &Body) -> Result<(), Error> {
    let job = &context.job;
    let read = job.call(job.core.lanes.parts.carrying(body.size()), || body.load(job)).await?;
    if read.size() == part.size && part.crc64.is_none_or(|sent| sent == read.crc64()) {
        return Ok(());
    }
    let cause = "what was sent of it before is not what is read now; start it anew";
    Err(Error::new(Kind::Corrupt, "go on with", object.to_string(), cause))
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
fn proof(written: &Written, sent: Option<u64>) -> Option<Verified> {
    // The store has compared the checksum that came back already; to have one back is the proof.
    if written.crc64.is_some() && written.crc64 == sent {
        return Some(Verified::Crc64Nvme);
    }
    written.is_proved_by_md5.then_some(Verified::Checksum("MD5"))
}

/// Compares what stands on the server with what was sent.
fn compare(
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
        assert_eq!(part_size(17 * MIB, MIN_PART), 8 * MIB);
        assert_eq!(part_size(80_000 * MIB, MIN_PART), 8 * MIB);
        assert_eq!(part_size(80_001 * MIB, MIN_PART), 9 * MIB);
        assert_eq!((part_size(80_001 * MIB, 64 * MIB), part_size(80_001 * MIB, 5 * MIB)), (64 * MIB, 9 * MIB));
        let largest = 48 * 1024 * 1024 * MIB;
        assert!(largest.div_ceil(part_size(largest, MIN_PART)) <= MAX_PARTS);
    }
}
