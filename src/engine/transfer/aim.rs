//! Where an item is written on S3: what is found there, what must still hold at the last step, and what happens when
//! somebody else was faster.

use std::time::Duration;

use super::Context;
use crate::engine::conflict::{Course, free_names};
use crate::engine::open_upload::{self, OpenUpload};
use crate::engine::plan::{PlanItem, Seen, Source};
use crate::model::capability::Support;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::model::name::{ETag, ObjectKey};
use crate::model::plan::{Conflict, ConflictPolicy, Side};
use crate::s3::{Condition, ObjectFacts, PartDone, Written};

/// How often a target may change under an item before it is given up.
pub(in crate::engine) const MAX_RACES: usize = 8;

/// Files above this size look at the target before they are sent, rather than find out at the end.
const WORTH_A_LOOK: u64 = 1024 * 1024;

/// How long a listing that found nothing below the target stands for a look at each.
const FRESH: Duration = Duration::from_mins(1);

/// Where an object is written, and what must hold there.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Aim {
    /// The object.
    pub object: ObjectRef,
    /// What was found there and must still hold; nothing when it is overwritten in any case.
    pub expected: Condition,
    /// The condition of the final write: what is expected, as far as the server knows such conditions.
    pub condition: Condition,
}

/// How an attempt to write an object ended without writing it.
#[derive(Debug)]
pub(in crate::engine) enum Missed {
    /// The condition did not hold: somebody else was faster.
    Race(Error),
    /// Anything else.
    Failed(Error),
}

impl From<Error> for Missed {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Missed {
    /// Tells a condition that did not hold, or is not offered, from other failures of the final write.
    pub(in crate::engine) fn of_write(error: Error, condition: &Condition) -> Self {
        let is_race = *condition != Condition::None
            && (error.kind == Kind::Conflict
                || error.kind == Kind::Unsupported
                // `If-Match` on a key that is gone by now.
                || error.kind == Kind::NotFound && matches!(condition, Condition::IfMatch(_)));
        if is_race { Self::Race(error) } else { Self::Failed(error) }
    }
}

/// What was settled about a target before it is written.
pub(in crate::engine) enum Settled<T> {
    /// Write there.
    Go(T),
    /// Leave it, and why.
    Skip(String),
}

impl Context {
    /// Settles where an item is written on S3, looking first where a lost race could not be noticed or would be dear.
    pub(in crate::engine) async fn aim(&self, item: &PlanItem, object: &ObjectRef) -> Result<Settled<Aim>, Error> {
        if let Some(seen) = &item.seen {
            return self.aim_as_seen(item, seen, object).await;
        }
        if self.transfer.policy == ConflictPolicy::Overwrite {
            return Ok(Settled::Go(self.guarded(object.clone(), Condition::None)));
        }
        let notices_races = self.store.notices_races();
        let is_server_side =
            matches!(&item.source, Source::Object(from, _) if from.bucket.profile() == object.bucket.profile());
        // Elsewhere the look is all there is, so it must not be long ago.
        let is_fresh = item.fresh_since.is_some_and(|at| notices_races || at.elapsed() < FRESH);
        if is_fresh || notices_races && item.size <= WORTH_A_LOOK && !is_server_side {
            return Ok(Settled::Go(self.guarded(object.clone(), Condition::IfAbsent)));
        }
        match self.aim_again(item, object).await {
            // Who may only write need not look where the write itself tells: without s3:ListBucket, even a key that is
            // not there is denied (Amazon S3 API Reference, HeadObject).
            Err(error) if error.kind == Kind::Denied && notices_races => {
                Ok(Settled::Go(self.guarded(object.clone(), Condition::IfAbsent)))
            }
            settled => settled,
        }
    }

    /// Looks at the target and settles what to do about what is there.
    pub(in crate::engine) async fn aim_again(
        &self,
        item: &PlanItem,
        object: &ObjectRef,
    ) -> Result<Settled<Aim>, Error> {
        let found = self.look(object).await?;
        if let Some(seen) = &item.seen {
            let now = found.map(|facts| facts.etag);
            let expected = as_seen(seen, now.as_ref()).ok_or_else(|| changed_since_shown(object.to_string()))?;
            return Ok(Settled::Go(self.guarded(object.clone(), expected)));
        }
        let Some(facts) = found else {
            return Ok(Settled::Go(self.guarded(object.clone(), Condition::IfAbsent)));
        };
        let conflict = Conflict { target: object.to_string(), source_side: item.side(), target_side: side_of(&facts) };
        match self.job.decide(self.transfer.policy, conflict).await? {
            Course::Skip(reason) => Ok(Settled::Skip(reason)),
            Course::Replace => {
                let condition = facts.etag.map_or(Condition::None, Condition::IfMatch);
                Ok(Settled::Go(self.guarded(object.clone(), condition)))
            }
            Course::Rename => self.aim_beside(object).await,
        }
    }

    /// Settles on what was shown, without a look where the server itself notices that something else is there by now.
    async fn aim_as_seen(&self, item: &PlanItem, seen: &Seen, object: &ObjectRef) -> Result<Settled<Aim>, Error> {
        let expected = match seen {
            Seen::Object(etag) => Condition::IfMatch(etag.clone()),
            Seen::Absent | Seen::File(_) => Condition::IfAbsent,
        };
        let notices = self.store.is_amazon() || *seen == Seen::Absent && self.store.notices_races();
        let is_server_side = matches!(item.source, Source::Object(..));
        if notices && item.size <= WORTH_A_LOOK && !is_server_side {
            return Ok(Settled::Go(self.guarded(object.clone(), expected)));
        }
        match self.aim_again(item, object).await {
            // As above.
            Err(error) if error.kind == Kind::Denied && notices => {
                Ok(Settled::Go(self.guarded(object.clone(), expected)))
            }
            settled => settled,
        }
    }

    async fn aim_beside(&self, object: &ObjectRef) -> Result<Settled<Aim>, Error> {
        let key = object.key.as_str();
        let name = object.key.last_part();
        let above = key.strip_suffix(name).unwrap_or_default();
        for free in free_names(name) {
            let beside = ObjectRef { key: ObjectKey::from(format!("{above}{free}")), ..object.clone() };
            if self.look(&beside).await?.is_none() {
                return Ok(Settled::Go(self.guarded(beside, Condition::IfAbsent)));
            }
        }
        Err(Error::new(Kind::Conflict, "rename", object.to_string(), "no free name is left beside it"))
    }

    /// Drops a condition that the server is known not to understand; the look just before is all there is then.
    pub(in crate::engine) fn guarded(&self, object: ObjectRef, expected: Condition) -> Aim {
        let known = self.store.capabilities();
        let support = match expected {
            Condition::IfMatch(_) => known.guarded_replaces,
            Condition::IfAbsent | Condition::None => known.conditional_writes,
        };
        let condition = if support == Support::No { Condition::None } else { expected.clone() };
        Aim { object, expected, condition }
    }

    /// Joins the parts of an upload.
    ///
    /// Sending them may have taken hours, and servers other than Amazon's may ignore the condition here although they
    /// know it on one request (RGW 16.2 does: contract case "a completed upload if absent"). So these are looked at
    /// once more: what came meanwhile is a lost race, and what comes within this last moment only Amazon can tell.
    pub(in crate::engine) async fn join_parts(
        &self,
        aim: &Aim,
        upload: &OpenUpload,
        parts: &[PartDone],
    ) -> Result<Written, Missed> {
        if self.job.token.is_cancelled() {
            return Err(Error::cancelled("write", aim.object.to_string()).into());
        }
        if aim.expected != Condition::None && !self.store.is_amazon() {
            let now = self.look(&aim.object).await?;
            let still_holds = match &aim.expected {
                Condition::IfMatch(etag) => now.is_some_and(|now| now.etag.as_ref() == Some(etag)),
                Condition::IfAbsent | Condition::None => now.is_none(),
            };
            if !still_holds {
                let cause = "the target changed while the parts were on their way";
                return Err(Missed::Race(Error::new(Kind::Conflict, "write", aim.object.to_string(), cause)));
            }
        }
        let join = || self.store.complete_upload(&aim.object, &upload.id, parts, &aim.condition);
        match self.job.call_to_end(&self.job.core.lanes.small, join).await {
            // The upload is gone, or something is at the key: perhaps an earlier try of this very request has joined it,
            // and its answer was lost.
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Conflict) => {
                match self.store.completed_before(&aim.object, parts).await {
                    Some(written) => {
                        // If somebody else wrote the same bytes, the parts are still there.
                        open_upload::abort(self, &aim.object, upload).await?;
                        Ok(written)
                    }
                    None => Err(Missed::of_write(error, &aim.condition)),
                }
            }
            Err(error) => Err(Missed::of_write(error, &aim.condition)),
            Ok(written) => {
                upload.ended(&self.job).await;
                Ok(written)
            }
        }
    }

    /// Writes an object, and settles the target anew each time somebody else was faster.
    pub(in crate::engine) async fn write_until_settled<T, F, Fut>(
        &self,
        item: &PlanItem,
        object: &ObjectRef,
        write: F,
    ) -> Result<Settled<T>, Error>
    where
        F: Fn(Aim) -> Fut,
        Fut: Future<Output = Result<T, Missed>>,
    {
        let mut settled = self.aim(item, object).await?;
        // Whether the server may have refused the condition itself, and not what it asks for.
        let mut is_in_doubt = false;
        for _ in 0..MAX_RACES {
            let mut aim = match settled {
                Settled::Go(aim) => aim,
                Settled::Skip(reason) => return Ok(Settled::Skip(reason)),
            };
            if is_in_doubt {
                aim.condition = Condition::None;
            }
            let Aim { object: target, condition, expected } = aim.clone();
            match write(aim).await {
                Ok(written) => {
                    if is_in_doubt {
                        self.store.learn_lack_of(&expected);
                    }
                    return Ok(Settled::Go(written));
                }
                Err(Missed::Failed(error)) => return Err(error),
                Err(Missed::Race(error)) => {
                    tracing::info!(target_name = ?target.to_string(), %error, "the target changed meanwhile");
                    is_in_doubt |= error.kind == Kind::Unsupported;
                    settled = if self.store.fails_every_match(&target, &condition, &error).await {
                        // What stands there is what was agreed to be replaced.
                        Settled::Go(self.guarded(target, condition))
                    } else {
                        // A renamed item looks for the next free name from its own name again.
                        self.aim_again(item, object).await?
                    };
                }
            }
        }
        Err(Error::new(Kind::Conflict, "write", object.to_string(), "the target keeps changing"))
    }
}

/// Returns the condition that holds as long as a target is what was shown; nothing if it is not. What is there now is
/// given by its entity tag.
fn as_seen(seen: &Seen, now: Option<&Option<ETag>>) -> Option<Condition> {
    match (seen, now) {
        (Seen::Absent, None) => Some(Condition::IfAbsent),
        (Seen::Object(etag), Some(Some(now))) if now == etag => Some(Condition::IfMatch(etag.clone())),
        _ => None,
    }
}

/// The error of a target that is not what was agreed to be replaced.
pub(in crate::engine) fn changed_since_shown(target: String) -> Error {
    let cause = "it changed since it was compared; compare anew";
    Error::new(Kind::Conflict, "write", target, cause)
}

fn side_of(facts: &ObjectFacts) -> Side {
    Side { size: Some(facts.size), modified: facts.modified, etag: facts.etag.as_ref().map(ToString::to_string) }
}
