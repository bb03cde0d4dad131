//! Copies between two endpoints, or between two profiles of one: through this machine's memory, never its disk.
//!
//! No server is asked to read what only the other profile may, so the source is read by its own profile and written by
//! the target's. The bytes are compared with what each end says of them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::body::Origin;
use super::core::Core;
use super::far::Far;
use super::plan::{PlanItem, Target};
use super::relay::{attributes, class, refuse_missing_metadata, tags};
use super::transfer::{Aim, Context, Ended, Missed, Settled};
use super::upload::{deliver, verify};
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, ItemOutcome, Transfer, Verified};
use crate::model::location::ObjectRef;
use crate::s3::{ObjectFacts, Store, WriteOptions};

/// Storage classes that the target of a job has refused.
#[derive(Debug, Default)]
pub(super) struct RefusedClasses(Mutex<HashSet<String>>);

impl RefusedClasses {
    fn note(&self, class: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(class);
    }

    fn include(&self, class: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(class)
    }
}

/// Opens the stores that a transfer reads and writes; where one end is local, both are the other's.
pub(super) async fn open_ends(core: &Core, transfer: &Transfer) -> Result<(Store, Store), Error> {
    let to = transfer.to.profile();
    let from = transfer.items.iter().find_map(Item::profile).or(to).cloned().unwrap_or_default();
    let (source, target) = (core.stores.of(&from).await, core.stores.of(to.unwrap_or(&from)).await);
    if to.is_some_and(|to| *to != from) {
        // A job waits for fresh credentials once any request was answered, and here one end answers before the other.
        source.check_credentials().await?;
        target.check_credentials().await?;
    }
    Ok((source, target))
}

/// Copies one object.
pub(super) async fn copy(
    context: &Arc<Context>,
    item: &PlanItem,
    from: &ObjectRef,
    to: &ObjectRef,
) -> Result<Ended, Error> {
    let (job, store) = (&context.job, &context.source_store);
    let source = job.call(&job.core.lanes.small, || store.head(from)).await?;
    refuse_missing_metadata(from, &source)?;
    refuse_itself(context, from, &source, to).await?;
    let tags = tags(context, from).await?;
    let attempt = |aim: Aim| async {
        let made = aim.object.clone();
        write(context, from, &source, &tags, aim).await.map(|verified| (verified, made))
    };
    let (verified, made) = match context.write_until_settled(item, to, attempt).await? {
        Settled::Go(made) => made,
        Settled::Skip(reason) => return Ok(context.skipped(item, reason).into()),
    };
    if context.transfer.is_move {
        if may_be_one(from, to) && context.look(from).await?.is_none_or(|now| !is_same_state(&now, &source)) {
            let cause = "it is not what it was before it was copied: both may be one object; it was kept";
            return Err(Error::new(Kind::Conflict, "delete", from.to_string(), cause));
        }
        context.delete_source(from, source.etag.as_ref()).await?;
    }
    Ok(Ended { outcome: ItemOutcome::Done(verified), place: Some(Target::Object(made)) })
}

/// Returns whether two names may lead to one object.
fn may_be_one(from: &ObjectRef, to: &ObjectRef) -> bool {
    from.version.is_none() && from.key == to.key && from.bucket.may_be(&to.bucket)
}

/// Fails if source and target may be one object.
///
/// Two profiles may lead to one bucket, by whatever addresses its endpoint has, and a move would delete the only copy.
/// What is there under one name and not under the other is two objects, and so is what differs.
async fn refuse_itself(context: &Context, from: &ObjectRef, source: &ObjectFacts, to: &ObjectRef) -> Result<(), Error> {
    if !may_be_one(from, to) {
        return Ok(());
    }
    let refused = |cause| Err(Error::new(Kind::Invalid, "copy", from.to_string(), cause));
    match context.look(to).await {
        Ok(Some(there)) if is_same_state(&there, source) => {
            refused("source and destination seem to be the same: size, entity tag and time are")
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind == Kind::Denied && context.transfer.is_move => {
            refused("it cannot be told whether both lead to the same object; copy instead")
        }
        Err(error) if error.kind == Kind::Denied => Ok(()),
        Err(error) => Err(error),
    }
}

/// Returns whether nothing tells one from the other.
fn is_same_state(one: &ObjectFacts, other: &ObjectFacts) -> bool {
    let state = |facts: &ObjectFacts| (facts.size, facts.etag.clone(), facts.modified, facts.version.clone());
    state(one) == state(other)
}

/// Writes the object with all that it has; once more with the target's default class where the source's is not known.
async fn write(
    context: &Arc<Context>,
    from: &ObjectRef,
    source: &ObjectFacts,
    tags: &[(String, String)],
    aim: Aim,
) -> Result<Verified, Missed> {
    let chosen = context.transfer.storage_class.is_some();
    let class = class(context, source).filter(|class| chosen || !context.refused_classes.include(class));
    let result = write_as(context, from, source, tags, &aim, class.clone()).await;
    match (result, class) {
        (Err(Missed::Failed(error) | Missed::Race(error)), Some(class)) if !chosen && is_about_class(&error) => {
            tracing::info!(target_name = ?aim.object.to_string(), %error, ?class, "copied with the default class");
            let result = write_as(context, from, source, tags, &aim, None).await;
            if result.is_ok() {
                context.refused_classes.note(class);
            }
            result
        }
        (result, _) => result,
    }
}

/// Returns whether a refusal may be about a storage class: not all servers have Amazon's code for it.
fn is_about_class(error: &Error) -> bool {
    matches!(error.code.as_deref(), Some("InvalidStorageClass" | "InvalidArgument" | "NotImplemented"))
}

async fn write_as(
    context: &Arc<Context>,
    from: &ObjectRef,
    source: &ObjectFacts,
    tags: &[(String, String)],
    aim: &Aim,
    storage_class: Option<String>,
) -> Result<Verified, Missed> {
    let options = WriteOptions {
        attributes: attributes(context, source, from)?,
        tags: tags.to_vec(),
        storage_class,
        encryption: context.transfer.given.encryption.clone(),
        acl: context.transfer.given.acl,
        condition: aim.condition.clone(),
        ..WriteOptions::default()
    };
    let check = context.check_of(from, source).await;
    // Several of them have to find room at once.
    let largest_part = context.job.core.options.memory_bytes / 4;
    let far = Far::new(context.source_store.clone(), from.clone(), source.clone(), check, largest_part);
    let (written, sent) = match deliver(context, aim, &Origin::Object(Arc::clone(&far)), &options).await {
        // What it met was the source.
        Err(Missed::Race(error)) if far.has_broken() => return Err(error.into()),
        delivered => delivered?,
    };
    if source.size > context.job.core.options.multipart_threshold {
        context.tag(&aim.object, tags).await?;
    }
    let there = verify(context, &aim.object, &written, sent, source.size).await?;
    Ok(weaker(far.verify()?, there))
}

/// Returns what holds for both ends.
fn weaker(one: Verified, other: Verified) -> Verified {
    let strength = |verified: &Verified| match verified {
        Verified::Nothing => 0,
        Verified::Size => 1,
        Verified::Checksum(_) => 2,
        Verified::Crc64Nvme => 3,
    };
    std::cmp::min_by_key(one, other, strength)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::{BucketName, ETag, Profile};

    #[test]
    fn a_copy_is_verified_as_far_as_both_ends_are() {
        assert_eq!(weaker(Verified::Crc64Nvme, Verified::Size), Verified::Size);
        assert_eq!(weaker(Verified::Checksum("MD5"), Verified::Crc64Nvme), Verified::Checksum("MD5"));
    }

    #[test]
    fn one_key_by_two_profiles_may_be_one_object_and_another_key_or_bucket_is_not() {
        let far = |bucket: &str, key: &str| ObjectRef::new(BucketName::from(bucket).by(&Profile::named("prod")), key);
        let own = ObjectRef::new("data", "k");
        assert!(may_be_one(&own, &far("data", "k")) && may_be_one(&own, &far("x-s3alias", "k")));
        assert!(!may_be_one(&own, &far("data", "l")) && !may_be_one(&own, &far("other", "k")));
        let older = ObjectRef { version: Some("1".into()), ..own };
        assert!(!may_be_one(&older, &far("data", "k")), "writing does not change an older version");
    }

    #[test]
    fn what_differs_in_anything_is_two_objects() {
        let one = ObjectFacts { size: 3, etag: Some(ETag::from("\"a\"")), ..ObjectFacts::default() };
        let later = ObjectFacts { modified: "2026-01-01T00:00:00Z".parse().ok(), ..one.clone() };
        assert!(is_same_state(&one, &one.clone()) && !is_same_state(&one, &later));
    }
}
