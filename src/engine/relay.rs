//! Copies inside one endpoint, on the server's side: the bytes never come here.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::body::Body;
use super::jobs::panicked;
use super::kept;
use super::open_upload::{self, Cut, OpenUpload, give_up};
use super::plan::{PlanItem, Target};
use super::transfer::{Aim, Context, Ended, Missed, Settled};
use super::upload::part_size;
use crate::model::attributes::pairs_over;
use crate::model::capability::Support;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Verified};
use crate::model::location::ObjectRef;
use crate::model::name::ETag;
use crate::s3::{Attributes, Condition, CopyOptions, Encryption, ObjectFacts, PartDone, WriteOptions, Written};

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
) -> Result<Ended, Error> {
    let job = &context.job;
    if from == to {
        return Err(Error::new(Kind::Invalid, "copy", from.to_string(), "source and destination are the same"));
    }
    let source = job.call(&job.core.lanes.small, || context.store.head(from)).await?;
    let attempt = |aim| write(context, from, &source, aim);
    let made = match context.write_until_settled(item, to, attempt).await? {
        Settled::Go(made) => made,
        Settled::Skip(reason) => return Ok(context.skipped(item, reason).into()),
    };
    let (verified, _) = verify(context, &source, &made).await?;
    job.progress.add_bytes(item.size);
    if context.transfer.is_move {
        context.delete_source(from, source.etag.as_ref()).await?;
    }
    Ok(Ended { outcome: ItemOutcome::Done(verified), place: Some(Target::Object(made.object)) })
}

/// A copy that was made.
pub(super) struct Made {
    /// Where it is.
    pub object: ObjectRef,
    /// What it was given; nothing where it was there already, from an earlier try.
    pub etag: Option<ETag>,
    /// The tag of the part, if it was made in one.
    pub lone_part: Option<ETag>,
}

async fn write(context: &Arc<Context>, from: &ObjectRef, source: &ObjectFacts, aim: Aim) -> Result<Made, Missed> {
    let (job, aim) = (&context.job, &aim);
    let in_parts = source.size > job.core.options.multipart_copy_threshold;
    let result = if in_parts || must_guard_by_parts(context, aim) {
        Box::pin(write_guarded(context, from, source, aim)).await
    } else {
        write_at_once(context, from, source, aim).await
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
        if !context.transfer.given.tags.is_empty() {
            context.tag(&aim.object, &tags(context, from).await?).await?;
        }
        return Ok(Made { object: aim.object.clone(), etag: now.etag, lone_part: None });
    }
    result.map(|(written, lone_part)| Made { object: aim.object.clone(), etag: written.etag, lone_part })
}

/// Copies with one request. Only where something is given beside the bytes are metadata and tags read and sent: else the
/// server takes over what is there, even what no header could carry.
async fn write_at_once(
    context: &Context,
    from: &ObjectRef,
    source: &ObjectFacts,
    aim: &Aim,
) -> Result<(Written, Option<ETag>), Missed> {
    let (job, given) = (&context.job, &context.transfer.given);
    let attributes =
        if given.attributes == Attributes::default() { None } else { Some(attributes(context, source, from)?) };
    let tags = if given.tags.is_empty() { None } else { Some(tags(context, from).await?) };
    let options = CopyOptions {
        attributes,
        tags,
        storage_class: class(context, source),
        website_redirect: source.attributes.website_redirect.clone(),
        encryption: encryption(context, from, source, &aim.object),
        acl: given.acl,
        condition: aim.condition.clone(),
        grants: Vec::new(),
    };
    let copy = || context.store.copy(from, source.etag.as_ref(), &aim.object, &options);
    let copied = job.call_to_end(&job.core.lanes.small, copy).await;
    let written = copied.map_err(|error| Missed::of_write(error, &aim.condition))?;
    context.tag(&aim.object, options.tags.as_deref().unwrap_or_default()).await?;
    Ok((written, None))
}

/// Returns the metadata of a copy that is written anew: what was given, over the source's.
pub(super) fn attributes(context: &Context, source: &ObjectFacts, from: &ObjectRef) -> Result<Attributes, Error> {
    refuse_missing_metadata(from, source)?;
    Ok(context.transfer.given.attributes.over(&source.attributes))
}

/// Returns the tags of a copy that is written anew: what was given, over the source's.
pub(super) async fn tags(context: &Context, from: &ObjectRef) -> Result<Vec<(String, String)>, Error> {
    let job = &context.job;
    let own = job.call(&job.core.lanes.small, || kept::tags(&context.source_store, from)).await?;
    Ok(pairs_over(&context.transfer.given.tags, &own))
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
        None => without_place(source.storage_class.clone()),
    }
}

/// Returns a class, unless it is that of a place, where it need not be said.
pub(super) fn without_place(class: Option<String>) -> Option<String> {
    class.filter(|class| !PLACE_CLASSES.contains(&class.as_str()))
}

/// Returns the encryption that was given, or that the copy takes along: a KMS key is of one region, the rest is the
/// bucket's default.
fn encryption(context: &Context, from: &ObjectRef, source: &ObjectFacts, to: &ObjectRef) -> Option<Encryption> {
    if let Some(given) = &context.transfer.given.encryption {
        return Some(given.clone());
    }
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
    let options = WriteOptions {
        attributes: attributes(context, source, from)?,
        tags: tags(context, from).await?,
        storage_class: class(context, source),
        encryption: encryption(context, from, source, &aim.object),
        condition: aim.condition.clone(),
        acl: context.transfer.given.acl,
        grants: Vec::new(),
    };
    if source.size == 0 {
        let written =
            context.job.put(&context.job.core.lanes.small, &context.store, &aim.object, &Body::empty(), &options).await;
        return written.map(|(written, _)| (written, None)).map_err(|error| Missed::of_write(error, &aim.condition));
    }
    let state = source.etag.as_ref().map(ToString::to_string).unwrap_or_default();
    write_in_parts(context, from, source, aim, &options, state).await
}

/// Copies in parts. The state is that by which an upload is known again that an earlier run has begun; the second of what
/// it returns is the tag of the part, if there was just one.
pub(super) async fn write_in_parts(
    context: &Arc<Context>,
    from: &ObjectRef,
    source: &ObjectFacts,
    aim: &Aim,
    options: &WriteOptions,
    state: String,
) -> Result<(Written, Option<ETag>), Missed> {
    let step = part_size(source.size, context.job.core.options.part_size.unwrap_or(MIN_PART));
    let cut = Cut { name: from.to_string(), state, step };
    let upload = Arc::new(open_upload::open(context, &aim.object, options, cut).await?);
    let done = match copy_parts(context, from, source, &aim.object, &upload).await {
        Err(error) => Err(error.into()),
        Ok(parts) => context.join_parts(aim, &upload, &parts).await.map(|written| (written, lone(parts))),
    };
    let made = match done {
        Err(missed) => return Err(give_up(context, &aim.object, &upload, missed).await),
        Ok(made) => made,
    };
    context.tag(&aim.object, &options.tags).await?;
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

/// Returns the tag of the only part.
fn lone(parts: Vec<PartDone>) -> Option<ETag> {
    let [part] = <[PartDone; 1]>::try_from(parts).ok()?;
    Some(part.etag)
}

async fn copy_parts(
    context: &Arc<Context>,
    from: &ObjectRef,
    source: &ObjectFacts,
    to: &ObjectRef,
    upload: &Arc<OpenUpload>,
) -> Result<Vec<PartDone>, Error> {
    let job = &context.job;
    let step = upload.step;
    let mut parts = upload.parts.clone();
    let there: HashSet<_> = parts.iter().map(|part| part.number).collect();
    let mut offsets = (0..source.size)
        .step_by(usize::try_from(step).unwrap_or(usize::MAX))
        .zip(1_i32..)
        .filter(|(_, number)| !there.contains(number));
    let mut open = JoinSet::new();
    loop {
        while open.len() < job.core.lanes.parts.width()
            && let Some((offset, number)) = offsets.next()
        {
            let context = Arc::clone(context);
            let (from, to, upload, etag) = (from.clone(), to.clone(), Arc::clone(upload), source.etag.clone());
            let range = offset..(offset + step).min(source.size);
            open.spawn(async move {
                let job = &context.job;
                let copy =
                    || context.store.upload_part_copy(&from, etag.as_ref(), range.clone(), &to, &upload.id, number);
                let way = job.core.lanes.parts.carrying(range.end - range.start);
                let part = job.call(way, copy).await?;
                upload.has(job, &part).await;
                Ok(part)
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

/// Compares the copy with its source: the tag or the checksum where they can be compared, the size always. Returns what the
/// copy says of itself too.
pub(super) async fn verify(
    context: &Context,
    source: &ObjectFacts,
    made: &Made,
) -> Result<(Verified, ObjectFacts), Error> {
    let corrupt = |cause| Error::new(Kind::Corrupt, "copy", made.object.to_string(), cause);
    let copied = context.look(&made.object).await?.ok_or_else(|| corrupt("it is not there after it was copied"))?;
    if made.etag.is_some() && copied.etag != made.etag {
        return Err(corrupt("the target changed right after it was copied"));
    }
    let verified = proof(source, &copied).map_err(corrupt)?;
    if verified != Verified::Size {
        return Ok((verified, copied));
    }
    match made.lone_part.as_ref().and_then(|part| source.is_same_as_part(&copied, part)) {
        Some(true) => Ok((Verified::Checksum("ETag"), copied)),
        Some(false) if context.takes_tags_for_md5() => Err(corrupt("the entity tag of the copy differs")),
        _ => Ok((Verified::Size, copied)),
    }
}

/// Compares what a copy and its source are, as far as they can be compared.
pub(super) fn proof(source: &ObjectFacts, copied: &ObjectFacts) -> Result<Verified, &'static str> {
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
