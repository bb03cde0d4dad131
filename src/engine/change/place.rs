//! One bucket whose objects are changed, and how one object in it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::sync::OnceCell;

use crate::engine::jobs::Job;
use crate::engine::kept;
use crate::engine::relay::{self, Made, without_place, write_in_parts};
use crate::engine::transfer::{Aim, Context, Missed};
use crate::model::access::acl::is_same_on_object;
use crate::model::access::acl::{Acl, Grant};
use crate::model::access::layers::Kept;
use crate::model::attributes::{CannedAcl, WrittenAcl};
use crate::model::change::{Applied, Change, Foreseen, Standing};
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Revision, Verified};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, ETag};
use crate::s3::{Condition, CopyOptions, ObjectFacts, WriteOptions};

/// A bucket whose objects are changed.
#[derive(Debug)]
pub(super) struct Place {
    context: Arc<Context>,
    /// Whether ACLs are known to be disabled in it.
    refuses_acls: OnceCell<bool>,
    /// Whether it was said that rewriting adds versions.
    has_told: AtomicBool,
}

/// What a rewritten object is given beside what it is to be, so that it does not lose it.
struct Dress {
    tags: Vec<(String, String)>,
    grants: Vec<Grant>,
    canned: Option<CannedAcl>,
}

impl Place {
    /// Opens a bucket.
    pub async fn open(job: &Arc<Job>, bucket: &BucketName) -> Self {
        let context = Arc::new(Context::within(job, bucket).await);
        Self { context, refuses_acls: OnceCell::new(), has_told: AtomicBool::new(false) }
    }

    /// Changes one object, or says what would become of it; its name is relative to what is changed.
    pub async fn change(&self, revision: &Revision, object: &ObjectRef, name: &str) -> Result<ItemOutcome, Error> {
        let (job, store) = (&self.context.job, &self.context.store);
        let facts = job.call(&job.core.lanes.small, || store.head(object)).await?;
        let looked_at = looked_at(object, &facts);
        let standing = match self.stand(&revision.change, &looked_at, &facts).await {
            Err(error) if takes_more_rights(&error, &looked_at, object) => {
                self.stand(&revision.change, object, &facts).await?
            }
            standing => standing?,
        };
        let applied = revision.change.applied(name, &standing).map_err(|cause| refused(object, cause))?;
        if applied.differences.is_empty() {
            return Ok(ItemOutcome::Skipped("it is so already".to_owned()));
        }
        let dress =
            if applied.is_rewrite { Some(self.dress(object, &facts, &revision.change, &applied).await?) } else { None };
        if revision.is_rehearsal {
            let notes = if applied.is_rewrite { self.notes(&facts) } else { Vec::new() };
            return Ok(ItemOutcome::WouldChange(Foreseen { differences: applied.differences, notes }));
        }
        job.turn().await?;
        let verified = match &dress {
            Some(dress) => Box::pin(self.rewrite(object, &facts, &applied, dress)).await?,
            None => self.write_in_place(object, &facts, &applied).await?,
        };
        Ok(ItemOutcome::Done(verified))
    }

    /// Reads what the change asks for.
    async fn stand(&self, change: &Change, object: &ObjectRef, facts: &ObjectFacts) -> Result<Standing, Error> {
        let (job, store) = (&self.context.job, &self.context.store);
        let mut standing = standing_of(facts);
        if !change.tags.is_empty() {
            standing.tags = job.call(&job.core.lanes.small, || store.object_tags(object)).await?;
        }
        if change.acl.is_some() {
            if self.refuses_acls(object).await? {
                let cause =
                    "ACLs are disabled in its bucket (BucketOwnerEnforced): there policies alone say who may do what";
                return Err(refused(object, cause.to_owned()));
            }
            standing.acl = job.call(&job.core.lanes.small, || store.object_acl(object)).await?;
        }
        Ok(standing)
    }

    async fn refuses_acls(&self, object: &ObjectRef) -> Result<bool, Error> {
        let (job, store) = (&self.context.job, &self.context.store);
        let ask = || async {
            match job.call(&job.core.lanes.small, || store.ownership(&object.bucket)).await {
                Err(error) if error.kind == Kind::Cancelled => Err(error),
                // Where it cannot be read the write itself will tell.
                ownership => Ok(ownership.ok().flatten().is_some_and(|own| own.disables_acls())),
            }
        };
        self.refuses_acls.get_or_try_init(ask).await.copied()
    }

    /// Reads what a rewrite has to carry along, and fails where something of it could not be.
    async fn dress(
        &self,
        object: &ObjectRef,
        facts: &ObjectFacts,
        change: &Change,
        applied: &Applied,
    ) -> Result<Dress, Error> {
        let (job, store) = (&self.context.job, &self.context.store);
        let small = &job.core.lanes.small;
        if facts.missing_metadata > 0 {
            let cause = "it has metadata that no header can carry, and that writing it anew would drop";
            return Err(Error::new(Kind::Unsupported, "change", object.to_string(), cause));
        }
        let kept = Kept {
            storage_class: facts.storage_class.clone(),
            archive_status: facts.archive_status.clone(),
            restore: facts.restore.clone(),
            ..Kept::default()
        };
        if kept.is_archived() {
            let cause = "it is archived, and all but its tags and its ACL takes a copy of it";
            return Err(Error::new(Kind::Archived, "change", object.to_string(), cause));
        }
        if is_locked(facts) {
            let cause = "it is locked, and the copy that this takes would be a version without the lock; of it only tags and ACL can be changed";
            return Err(refused(object, cause.to_owned()));
        }
        if let Some(version) = &object.version {
            let current = current(object);
            let now = job.call(small, || store.head(&current)).await;
            if !now.is_ok_and(|now| now.version.as_ref() == Some(version)) {
                let cause = "it is an older version, which rewriting would make the current one; of it only tags and ACL can be changed";
                return Err(refused(object, cause.to_owned()));
            }
        }
        let tags = if change.tags.is_empty() {
            job.call(small, || kept::tags(store, object)).await?
        } else {
            applied.to.tags.clone()
        };
        let Some(acl) = &applied.acl else {
            let grants = job.call(small, || kept::grants(&job.core, store, object)).await?;
            return Ok(Dress { tags, grants, canned: None });
        };
        let owner = applied.to.acl.owner.as_deref();
        job.call(small, || kept::owner(&job.core, store, object, owner)).await?;
        Ok(match acl {
            WrittenAcl::Canned(canned) => Dress { tags, grants: Vec::new(), canned: Some(*canned) },
            WrittenAcl::Grants(grants) => Dress { tags, grants: grants.clone(), canned: None },
        })
    }

    /// Says what else comes of a rewrite.
    fn notes(&self, facts: &ObjectFacts) -> Vec<String> {
        let mut notes = Vec::new();
        if is_versioned(facts) {
            notes.push("makes a new version; the old one stays, and is billed".to_owned());
        }
        let is_large = facts.size > self.context.job.core.options.multipart_copy_threshold;
        if is_large && facts.checksums.iter().any(|own| own.algorithm != "CRC64NVME") {
            notes.push("is copied in parts, and its checksum becomes a CRC64NVME".to_owned());
        }
        notes
    }

    /// Copies an object onto itself, if it is still what was looked at, and looks at it again.
    async fn rewrite(
        &self,
        object: &ObjectRef,
        facts: &ObjectFacts,
        applied: &Applied,
        dress: &Dress,
    ) -> Result<Verified, Error> {
        let (job, store) = (&self.context.job, &self.context.store);
        let Some(etag) = facts.etag.clone() else {
            return Err(refused(
                object,
                "the server gives it no entity tag by which a rewrite could be guarded".to_owned(),
            ));
        };
        if is_versioned(facts) && !self.has_told.swap(true, Relaxed) {
            let note = format!(
                "each object of s3://{} that is rewritten gets a new version; the old one stays",
                object.bucket
            );
            job.note(note).await;
        }
        let mut aim = self.context.guarded(current(object), Condition::IfMatch(etag));
        let mut written = self.write(object, facts, applied, dress, &aim).await;
        if let Err(Missed::Race(error)) = &written
            && (error.kind == Kind::Unsupported || store.fails_every_match(&aim.object, &aim.condition, error).await)
        {
            // The server has no such condition; that of the source holds all the same.
            aim.condition = Condition::None;
            written = self.write(object, facts, applied, dress, &aim).await;
            if written.is_ok() {
                store.learn_lack_of(&aim.expected);
            }
        }
        let (etag, lone_part) = match written {
            Ok(written) => written,
            Err(Missed::Race(error) | Missed::Failed(error))
                if matches!(error.kind, Kind::Conflict | Kind::NotFound) =>
            {
                self.written_before(&aim.object, facts, applied).await?
            }
            Err(Missed::Race(error) | Missed::Failed(error)) => return Err(error),
        };
        let made = Made { object: aim.object.clone(), etag, lone_part };
        let (verified, now) = relay::verify(&self.context, facts, &made).await?;
        let missed = applied.missed(&standing_of(&now));
        if !missed.is_empty() {
            let lines: Vec<_> = missed.iter().map(ToString::to_string).collect();
            let cause = format!("the server has written it otherwise than it was asked to: {}", lines.join("; "));
            return Err(Error::new(Kind::Unsupported, "change", object.to_string(), cause));
        }
        if !store.is_amazon() {
            self.settle(&aim.object, applied, dress).await?;
        }
        Ok(verified)
    }

    async fn write(
        &self,
        object: &ObjectRef,
        facts: &ObjectFacts,
        applied: &Applied,
        dress: &Dress,
        aim: &Aim,
    ) -> Result<(Option<ETag>, Option<ETag>), Missed> {
        let (job, store) = (&self.context.job, &self.context.store);
        let storage_class = without_place(applied.to.storage_class.clone());
        if facts.size > job.core.options.multipart_copy_threshold {
            let options = WriteOptions {
                attributes: applied.to.attributes.clone(),
                tags: dress.tags.clone(),
                storage_class,
                encryption: applied.to.encryption.clone(),
                grants: dress.grants.clone(),
                acl: dress.canned,
                condition: aim.condition.clone(),
            };
            // The upload holds what the object was given when it was begun.
            let state = format!("{:?} {:?} {options:?}", facts.etag, facts.modified);
            let written = write_in_parts(&self.context, object, facts, aim, &options, state).await?;
            return Ok((written.0.etag, written.1));
        }
        let options = CopyOptions {
            attributes: Some(applied.to.attributes.clone()),
            tags: Some(dress.tags.clone()),
            storage_class,
            website_redirect: None,
            encryption: applied.to.encryption.clone(),
            grants: dress.grants.clone(),
            acl: dress.canned,
            condition: aim.condition.clone(),
        };
        let copy = || store.copy(object, facts.etag.as_ref(), &aim.object, &options);
        let written = job.call_to_end(&job.core.lanes.small, copy).await;
        Ok((written.map_err(|error| Missed::of_write(error, &aim.condition))?.etag, None))
    }

    /// Finds out whether an earlier try of a rewrite, whose answer was lost, has made the object what it is to be. Fails if
    /// somebody else has written it.
    async fn written_before(
        &self,
        object: &ObjectRef,
        facts: &ObjectFacts,
        applied: &Applied,
    ) -> Result<(Option<ETag>, Option<ETag>), Error> {
        if let Some(now) = self.context.look(object).await?
            && applied.missed(&standing_of(&now)).is_empty()
            && matches!(relay::proof(facts, &now), Ok(Verified::Crc64Nvme | Verified::Checksum(_)))
        {
            return Ok((now.etag, None));
        }
        let cause = "it was replaced or deleted meanwhile; nothing was written";
        Err(Error::new(Kind::Conflict, "change", object.to_string(), cause))
    }

    /// Sees to it that a rewritten object has its tags and its ACL: Ceph RGW 16.2 does not take tags with a copy, and says
    /// nothing. Amazon does.
    async fn settle(&self, object: &ObjectRef, applied: &Applied, dress: &Dress) -> Result<(), Error> {
        let (job, store) = (&self.context.job, &self.context.store);
        let small = &job.core.lanes.small;
        if job.call_to_end(small, || kept::tags(store, object)).await? != dress.tags {
            job.call_to_end(small, || store.set_object_tags(object, &dress.tags)).await?;
        }
        let grants = if applied.acl.is_some() { &applied.to.acl.grants } else { &dress.grants };
        if grants.is_empty() || is_same_on_object(&self.acl(object).await?.grants, grants) {
            return Ok(());
        }
        let acl = applied.acl.clone().unwrap_or_else(|| WrittenAcl::Grants(grants.clone()));
        job.call_to_end(small, || store.set_object_acl(object, &acl)).await
    }

    async fn acl(&self, object: &ObjectRef) -> Result<Acl, Error> {
        let (job, store) = (&self.context.job, &self.context.store);
        job.call_to_end(&job.core.lanes.small, || store.object_acl(object)).await
    }

    /// Writes tags and ACL by themselves, to the version that was looked at where there are versions.
    async fn write_in_place(
        &self,
        object: &ObjectRef,
        facts: &ObjectFacts,
        applied: &Applied,
    ) -> Result<Verified, Error> {
        let (job, store) = (&self.context.job, &self.context.store);
        let looked_at = looked_at(object, facts);
        let by_version = match self.write_to(&looked_at, applied).await {
            Err(error) if takes_more_rights(&error, &looked_at, object) => {
                self.write_to(object, applied).await?;
                false
            }
            written => written.map(|()| looked_at != *object)?,
        };
        // Neither has a condition, so a replaced object is only noticed afterwards.
        let now = job.call_to_end(&job.core.lanes.small, || store.head(object)).await?;
        if now.etag == facts.etag && (!by_version || now.version == facts.version) {
            return Ok(Verified::Nothing);
        }
        let cause = if by_version {
            "it was replaced meanwhile: the version that was looked at has the tags or the ACL now, and the new one has not"
        } else {
            "it was replaced meanwhile: the new object may have the tags or the ACL that were meant for the old one"
        };
        Err(Error::new(Kind::Conflict, "change", object.to_string(), cause))
    }

    /// Writes tags and ACL, and reads them again.
    async fn write_to(&self, object: &ObjectRef, applied: &Applied) -> Result<(), Error> {
        let (job, store) = (&self.context.job, &self.context.store);
        let small = &job.core.lanes.small;
        let unkept = |what: &str| {
            let cause = format!("the server has taken the {what}, and has others now");
            Err(Error::new(Kind::Conflict, "change", object.to_string(), cause))
        };
        if applied.has_other_tags {
            job.call_to_end(small, || store.set_object_tags(object, &applied.to.tags)).await?;
            if job.call_to_end(small, || store.object_tags(object)).await? != applied.to.tags {
                return unkept("tags");
            }
        }
        if let Some(acl) = &applied.acl {
            job.call_to_end(small, || store.set_object_acl(object, acl)).await?;
            let (wanted, now) = (&applied.to.acl.grants, self.acl(object).await?);
            // What a canned one comes to is not always known from the object alone.
            if !wanted.is_empty() && !is_same_on_object(wanted, &now.grants) {
                return unkept("ACL");
            }
        }
        Ok(())
    }
}

/// Returns the object by the version that its facts are of, if it has one.
fn looked_at(object: &ObjectRef, facts: &ObjectFacts) -> ObjectRef {
    ObjectRef { version: object.version.clone().or_else(|| facts.version.clone()), ..object.clone() }
}

/// Returns whether something was refused for a version that nobody has named: that takes rights of its own
/// (`s3:PutObjectVersionTagging` beside `s3:PutObjectTagging`), and who lacks them may still reach the current one.
fn takes_more_rights(error: &Error, looked_at: &ObjectRef, object: &ObjectRef) -> bool {
    error.kind == Kind::Denied && looked_at != object
}

/// Returns the object without its version: rewriting always makes the current one.
fn current(object: &ObjectRef) -> ObjectRef {
    ObjectRef { version: None, ..object.clone() }
}

/// `null` is the version of what was written while versioning was off or suspended, and what is written then replaces it.
fn is_versioned(facts: &ObjectFacts) -> bool {
    facts.version.as_ref().is_some_and(|version| version.as_str() != "null")
}

/// Returns whether retention or a legal hold keeps the version (Amazon S3 User Guide, "Locking objects with Object Lock").
fn is_locked(facts: &ObjectFacts) -> bool {
    facts.lock_mode.is_some() || facts.legal_hold.as_deref() == Some("ON")
}

fn standing_of(facts: &ObjectFacts) -> Standing {
    Standing {
        attributes: facts.attributes.clone(),
        storage_class: facts.storage_class.clone(),
        encryption: facts.encryption.clone(),
        ..Standing::default()
    }
}

fn refused(object: &ObjectRef, cause: String) -> Error {
    Error::new(Kind::Invalid, "change", object.to_string(), cause)
}
