//! Copies inside one endpoint, on the server's side: the bytes never come here.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::body::Body;
use super::jobs::{Job, panicked};
use super::plan::PlanItem;
use super::transfer::{Aim, Context, Missed, Settled};
use super::upload::{begin, give_up, part_size};
use crate::model::capability::Support;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Verified};
use crate::model::location::ObjectRef;
use crate::model::name::ETag;
use crate::s3::{Condition, CopyOptions, Encryption, ObjectFacts, PartDone, Store, UploadId, WriteOptions, Written};

/// The smallest part of a copy, in bytes: the server moves them, so they are large.
const MIN_PART: u64 = 256 * 1024 * 1024;

/// Classes that only exist where they are, so that a copy cannot take them along.
const PLACE_CLASSES: [&str; 3] = ["EXPRESS_ONEZONE", "OUTPOSTS", "SNOW"];

/// Copies one object.
pub(super) async fn copy(
    context: &Arc<Context>,
    item: &PlanItem,
    from: &ObjectRef,
    to: &ObjectRef,
) -> Result<ItemOutcome, Error> {
    let job = &context.job;
    if from == to {
        return Err(Error::new(Kind::Invalid, "copy", from.to_string(), "source and destination are the same"));
    }
    let source = job.call(&job.core.lanes.small, || context.store.head(from)).await?;
    let attempt = |aim| write(context, from, &source, aim);
    let made = match context.write_until_settled(item, to, attempt).await? {
        Settled::Go(made) => made,
        Settled::Skip(reason) => return Ok(context.skipped(item, reason)),
    };
    let verified = verify(context, &source, &made).await?;
    job.progress.add_bytes(item.size);
    if context.transfer.is_move {
        context.delete_source(from, source.etag.as_ref()).await?;
    }
    Ok(ItemOutcome::Done(verified))
}

/// A copy that was made.
struct Made {
    object: ObjectRef,
    /// What it was given; nothing where it was there already, from an earlier try.
    etag: Option<ETag>,
    /// The tag of the part, if it was made in one.
    lone_part: Option<ETag>,
}

async fn write(context: &Arc<Context>, from: &ObjectRef, source: &ObjectFacts, aim: Aim) -> Result<Made, Missed> {
    let (job, aim) = (&context.job, &aim);
    let in_parts = source.size > job.core.options.multipart_copy_threshold;
    let result = if in_parts || must_guard_by_parts(context, aim) {
        Box::pin(write_guarded(context, from, source, aim)).await
    } else {
        let options = CopyOptions {
            storage_class: class(context, source),
            website_redirect: source.attributes.website_redirect.clone(),
            encryption: encryption(context, from, source, &aim.object),
            condition: aim.condition.clone(),
            ..CopyOptions::default()
        };
        let copy = || context.store.copy(from, source.etag.as_ref(), &aim.object, &options);
        let copied = job.call_to_end(&job.core.lanes.small, copy).await;
        copied.map(|written| (written, None)).map_err(|error| Missed::of_write(error, &aim.condition))
    };
    // A condition that did not hold may have been the source's.
    let of_source = match &result {
        Err(Missed::Race(error) | Missed::Failed(error)) => error.kind == Kind::Conflict,
        Ok(_) => false,
    };
    if of_source && context.look(from).await?.and_then(|now| now.etag) != source.etag {
        let cause = "the object changed while it was copied";
        return Err(Error::new(Kind::Conflict, "copy", from.to_string(), cause).into());
    }
    // Or an earlier try of this very copy has met its own result, because its answer was lost.
    if let Err(Missed::Race(error)) = &result
        && error.kind == Kind::Conflict
        && let Some(now) = context.look(&aim.object).await?
        && matches!(proof(source, &now), Ok(Verified::Crc64Nvme | Verified::Checksum(_)))
    {
        return Ok(Made { object: aim.object.clone(), etag: now.etag, lone_part: None });
    }
    result.map(|(written, lone_part)| Made { object: aim.object.clone(), etag: written.etag, lone_part })
}

/// Returns whether the copy goes in parts for the sake of its condition: Amazon knows conditions on a copy since 2025,
/// other servers ignore them there and know them, if at all, where parts are joined.
fn must_guard_by_parts(context: &Context, aim: &Aim) -> bool {
    aim.condition != Condition::None
        && aim.object.key.fits_xml()
        && !context.store.is_amazon()
        && !context.job.core.options.trusts_copy_conditions
        && context.store.capabilities().conditional_writes != Support::No
}

/// Returns the class that the copy gets: the one that was asked for, else the source's.
pub(super) fn class(context: &Context, source: &ObjectFacts) -> Option<String> {
    match context.transfer.storage_class {
        Some(class) => Some(class.name().to_owned()),
        None => source.storage_class.clone().filter(|class| !PLACE_CLASSES.contains(&class.as_str())),
    }
}

/// Returns the encryption that the copy takes along: a KMS key is of one region, the rest is the bucket's default.
fn encryption(context: &Context, from: &ObjectRef, source: &ObjectFacts, to: &ObjectRef) -> Option<Encryption> {
    let is_one_region = context.store.region_of(&from.bucket) == context.store.region_of(&to.bucket);
    source.encryption.clone().filter(|own| is_one_region && own.algorithm != "AES256")
}

/// Copies with the condition where it is understood: one request for an empty object, parts for the rest. The second of
/// what it returns is the tag of the part, if there was just one.
async fn write_guarded(
    context: &Arc<Context>,
    from: &ObjectRef,
    source: &ObjectFacts,
    aim: &Aim,
) -> Result<(Written, Option<ETag>), Missed> {
    let (job, store) = (&context.job, &context.store);
    let small = &job.core.lanes.small;
    refuse_missing_metadata(from, source)?;
    let tags = tags_of(job, store, from).await?;
    let options = WriteOptions {
        attributes: source.attributes.clone(),
        tags,
        storage_class: class(context, source),
        encryption: encryption(context, from, source, &aim.object),
        condition: aim.condition.clone(),
        grants: Vec::new(),
    };
    if source.size == 0 {
        let written = job.put(small, store, &aim.object, &Body::empty(), &options).await;
        return written.map(|(written, _)| (written, None)).map_err(|error| Missed::of_write(error, &aim.condition));
    }
    let upload = begin(context, &aim.object, &options).await?;
    let done = match copy_parts(context, from, source, &aim.object, &upload).await {
        Err(error) => Err(error.into()),
        Ok(parts) => context.join_parts(aim, &upload, &parts).await.map(|written| (written, lone(parts))),
    };
    let made = match done {
        Err(missed) => return Err(give_up(context, &aim.object, &upload, missed).await),
        Ok(made) => made,
    };
    tag(context, &aim.object, &options.tags).await?;
    Ok(made)
}

/// Fails if the server has metadata that it cannot tell, so that a copy made of what it tells would lack it.
pub(super) fn refuse_missing_metadata(from: &ObjectRef, source: &ObjectFacts) -> Result<(), Error> {
    if source.missing_metadata == 0 {
        return Ok(());
    }
    let cause = "it has metadata that no header can carry, and that a copy made like this would lose";
    Err(Error::new(Kind::Unsupported, "copy", from.to_string(), cause))
}

/// Returns the tags that the copy takes along; none where the server has no tags.
pub(super) async fn tags_of(job: &Job, store: &Store, from: &ObjectRef) -> Result<Vec<(String, String)>, Error> {
    match job.call(&job.core.lanes.small, || store.object_tags(from)).await {
        Err(error) if error.kind == Kind::Unsupported => Ok(Vec::new()),
        tags => tags,
    }
}

/// Returns the tag of the only part.
fn lone(parts: Vec<PartDone>) -> Option<ETag> {
    let [part] = <[PartDone; 1]>::try_from(parts).ok()?;
    Some(part.etag)
}

/// Sets the tags where the server did not take them with the upload: Ceph RGW 16.2 does not, and says nothing.
pub(super) async fn tag(context: &Context, object: &ObjectRef, tags: &[(String, String)]) -> Result<(), Error> {
    let (job, store) = (&context.job, &context.store);
    if tags.is_empty() || job.call_to_end(&job.core.lanes.small, || store.object_tags(object)).await? == tags {
        return Ok(());
    }
    job.call_to_end(&job.core.lanes.small, || store.set_object_tags(object, tags)).await
}

async fn copy_parts(
    context: &Arc<Context>,
    from: &ObjectRef,
    source: &ObjectFacts,
    to: &ObjectRef,
    upload: &UploadId,
) -> Result<Vec<PartDone>, Error> {
    let job = &context.job;
    let step = job.core.options.part_size.unwrap_or_else(|| part_size(source.size).max(MIN_PART)).max(1);
    let mut offsets = (0..source.size).step_by(usize::try_from(step).unwrap_or(usize::MAX)).zip(1_i32..);
    let mut open = JoinSet::new();
    let mut parts = Vec::new();
    loop {
        while open.len() < job.core.lanes.parts.width()
            && let Some((offset, number)) = offsets.next()
        {
            let context = Arc::clone(context);
            let (from, to, upload, etag) = (from.clone(), to.clone(), upload.clone(), source.etag.clone());
            let range = offset..(offset + step).min(source.size);
            open.spawn(async move {
                let job = &context.job;
                let copy = || context.store.upload_part_copy(&from, etag.as_ref(), range.clone(), &to, &upload, number);
                let way = job.core.lanes.parts.carrying(range.end - range.start);
                job.call(way, copy).await
            });
        }
        match open.join_next().await {
            None => return Ok(parts),
            Some(Ok(Ok(part))) => parts.push(part),
            Some(ended) => {
                open.shutdown().await;
                return Err(ended.map_or_else(|_| panicked("copy"), |own| own.err().unwrap_or(panicked("copy"))));
            }
        }
    }
}

/// Compares the copy with its source: the tag or the checksum where they can be compared, the size always.
async fn verify(context: &Context, source: &ObjectFacts, made: &Made) -> Result<Verified, Error> {
    let corrupt = |cause| Error::new(Kind::Corrupt, "copy", made.object.to_string(), cause);
    let copied = context.look(&made.object).await?.ok_or_else(|| corrupt("it is not there after it was copied"))?;
    if made.etag.is_some() && copied.etag != made.etag {
        return Err(corrupt("the target changed right after it was copied"));
    }
    let verified = proof(source, &copied).map_err(corrupt)?;
    if verified != Verified::Size {
        return Ok(verified);
    }
    match made.lone_part.as_ref().and_then(|part| source.is_same_as_part(&copied, part)) {
        Some(true) => Ok(Verified::Checksum("ETag")),
        Some(false) if context.takes_tags_for_md5() => Err(corrupt("the entity tag of the copy differs")),
        _ => Ok(Verified::Size),
    }
}

/// Compares what a copy and its source are, as far as they can be compared.
fn proof(source: &ObjectFacts, copied: &ObjectFacts) -> Result<Verified, &'static str> {
    if copied.size != source.size {
        return Err("the size of the copy differs");
    }
    match (copied.crc64, source.crc64) {
        (Some(copied), Some(source)) if copied == source => return Ok(Verified::Crc64Nvme),
        (Some(_), Some(_)) => return Err("the checksum of the copy differs"),
        _ => {}
    }
    let is_same_tag = copied.etag.is_some() && copied.etag == source.etag;
    Ok(if is_same_tag { Verified::Checksum("ETag") } else { Verified::Size })
}
