//! Copies and moves: planning and moving overlap, each item goes one of five ways, and none takes the others along.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::conflict::{Course, free_names};
use super::ferry::RefusedClasses;
use super::jobs::{Job, panicked};
use super::journal::{EndedItem, Record};
use super::open_upload::OpenUpload;
use super::overlap::Sources;
use super::plan::{PlanItem, Planned, Seen, Source, Target, plan};
use super::{download, duplicate, ferry, given, open_upload, refuse, rehearse, relay, upload};
use crate::local;
use crate::local::root::Root;
use crate::model::capability::Support;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Transfer};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{ETag, ObjectKey};
use crate::model::plan::{Conflict, ConflictPolicy, Side};
use crate::s3::{Condition, ObjectFacts, PartDone, Store, Written};

/// Items that one job has open at once beyond those that move, so that the next is ready when one ends.
const OPEN_AHEAD: usize = 64;

/// Items that are planned ahead.
pub(super) const PLANNED_AHEAD: usize = 1024;

/// How often a target may change under an item before it is given up.
pub(super) const MAX_RACES: usize = 8;

/// Files above this size look at the target before they are sent, rather than find out at the end.
const WORTH_A_LOOK: u64 = 1024 * 1024;

/// How long a listing that found nothing below the target stands for a look at each.
const FRESH: Duration = Duration::from_mins(1);

/// What the items of one transfer share.
#[derive(Debug)]
pub(super) struct Context {
    /// The job.
    pub job: Arc<Job>,
    /// What was asked for.
    pub transfer: Transfer,
    /// The store that is written to; where the target is local, the one that is read.
    pub store: Store,
    /// The store that is read; where the source is local, the one that is written to.
    pub source_store: Store,
    /// The folder that receives, if it is local.
    pub root: Option<Arc<Root>>,
    /// What is read, and so must not be written over.
    pub sources: Arc<Sources>,
    /// Local files that this job wrote: two keys that meet at one name must not replace each other.
    written: Mutex<HashSet<u64>>,
    /// Local folders that were made.
    folders: Mutex<Vec<MadeFolder>>,
    /// Storage classes of the source that the target does not know.
    pub refused_classes: RefusedClasses,
}

/// A local folder that was made from another.
#[derive(Debug)]
struct MadeFolder {
    source: PathBuf,
    relative: PathBuf,
    mode: u32,
}

/// Runs a transfer to its end.
pub(super) async fn run(job: Arc<Job>, transfer: Transfer) -> Result<(), Error> {
    let mut context = Context::open(&job, transfer).await?;
    // Item by item where not all of it is taken, or where its place is there already.
    let is_whole = context.transfer.filter.is_empty() && !context.transfer.takes_contents;
    let is_earnest = !context.transfer.is_rehearsal;
    if context.transfer.is_move && is_earnest && context.root.is_some() && is_whole {
        context.transfer.items = duplicate::take_in_whole(&context).await?;
    }
    let context = Arc::new(context);
    let (out, planned) = mpsc::channel(PLANNED_AHEAD);
    let planning = tokio::spawn(Box::pin(plan(Arc::clone(&context), out)));
    let mut walked = work_off(&context, planned).await;
    finish_folders(&context, &mut walked).await?;
    planning.await.unwrap_or_else(|_| Err(panicked("plan")))?;
    if context.transfer.is_move && is_earnest && !job.token.is_cancelled() {
        let removed = move || {
            remove_emptied(walked);
            Ok(())
        };
        job.core.block("delete", removed).await?;
    }
    Ok(())
}

/// Takes what was planned and keeps many items going; returns the folders that were walked.
pub(super) async fn work_off(context: &Arc<Context>, mut planned: mpsc::Receiver<Planned>) -> HashSet<PathBuf> {
    let job = &context.job;
    let mut walked = HashSet::new();
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = job.token.cancelled() => break,
            Some(ended) = open.join_next(), if !open.is_empty() => note_panic(job, &ended).await,
            next = planned.recv(), if open.len() < job.core.lanes.small.width() + OPEN_AHEAD => match next {
                None => break,
                Some(Planned::Item(item)) => {
                    open.spawn(Box::pin(one(Arc::clone(context), item)));
                }
                Some(Planned::Skipped(name, reason)) => job.record(name, 0, ItemOutcome::Skipped(reason)).await,
                Some(Planned::Failed(name, error)) => {
                    job.stays_open(&error);
                    job.record(name, 0, ItemOutcome::Failed(error)).await;
                }
                Some(Planned::Walked(path)) => {
                    walked.insert(path);
                }
                Some(Planned::Empty(path)) => {
                    walked.remove(&path);
                }
            },
        }
    }
    // With the channel gone the planner ends too; what is open cleans up behind itself.
    drop(planned);
    job.progress.counted();
    while let Some(ended) = open.join_next().await {
        note_panic(job, &ended).await;
    }
    walked
}

async fn note_panic(job: &Job, ended: &Result<(), tokio::task::JoinError>) {
    if ended.as_ref().is_err_and(tokio::task::JoinError::is_panic) {
        job.record("an item".to_owned(), 0, ItemOutcome::Failed(panicked("copy"))).await;
    }
}

/// How an item ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// How.
    pub outcome: ItemOutcome,
    /// Where it is now, if that may be elsewhere than it was meant to be.
    pub place: Option<Target>,
}

impl From<ItemOutcome> for Ended {
    fn from(outcome: ItemOutcome) -> Self {
        Self { outcome, place: None }
    }
}

async fn one(context: Arc<Context>, item: Box<PlanItem>) {
    let (job, name) = (&context.job, item.name());
    job.progress.begin(&name);
    let moved = async {
        if context.was_done(&item, &name).await? {
            let reason = "it was done before the interruption".to_owned();
            return Ok(context.skipped(&item, reason).into());
        }
        job.turn().await?;
        if context.transfer.is_rehearsal {
            return Box::pin(rehearse::one(&context, &item)).await.map(Ended::from);
        }
        Box::pin(move_one(&context, &item)).await
    };
    let ended = match moved.await {
        Ok(ended) => ended,
        // Neither done nor failed: it was not come to.
        Err(error) if error.kind == Kind::Cancelled && job.token.is_cancelled() => return,
        Err(error) => {
            job.stays_open(&error);
            ItemOutcome::Failed(error).into()
        }
    };
    context.write_down(&item, &name, &ended).await;
    job.record(name, item.size, ended.outcome).await;
}

/// The five ways.
async fn move_one(context: &Arc<Context>, item: &PlanItem) -> Result<Ended, Error> {
    match (&item.source, &item.target) {
        (Source::Folder(path), Target::Object(object)) => upload::marker(context, path, object).await.map(Ended::from),
        (Source::File(path, _), Target::Object(object)) => upload::upload(context, item, path, object).await,
        (Source::Object(..), Target::Local(relative)) if item.is_folder => {
            download::folder(context, item, relative).await.map(Ended::from)
        }
        (Source::Object(object, _), Target::Local(relative)) => {
            download::download(context, item, object, relative).await
        }
        (Source::Object(object, _), Target::Object(to)) if object.bucket.profile() == to.bucket.profile() => {
            relay::copy(context, item, object, to).await
        }
        (Source::Object(object, _), Target::Object(to)) => ferry::copy(context, item, object, to).await,
        (Source::Folder(path), Target::Local(relative)) => {
            duplicate::folder(context, path, relative).await.map(Ended::from)
        }
        (Source::File(path, _), Target::Local(relative)) => duplicate::file(context, item, path, relative).await,
    }
}

/// Gives the folders that were made the rest of their modes, now that all is in them; adds their sources to those that
/// a move empties.
async fn finish_folders(context: &Arc<Context>, walked: &mut HashSet<PathBuf>) -> Result<(), Error> {
    let made = std::mem::take(&mut *context.folders.lock().unwrap_or_else(PoisonError::into_inner));
    walked.extend(made.iter().map(|folder| folder.source.clone()));
    let Some(root) = context.root.clone() else { return Ok(()) };
    let set = move || {
        for folder in made.iter().filter(|folder| folder.mode & 0o700 != 0o700) {
            root.set_folder_mode(&folder.relative, folder.mode)?;
        }
        Ok(())
    };
    context.job.core.block("create", set).await
}

/// Removes the folders of a move that hold nothing any more, the deepest first.
fn remove_emptied(walked: HashSet<PathBuf>) {
    let mut walked: Vec<_> = walked.into_iter().collect();
    walked.sort_by_key(|path| std::cmp::Reverse(path.components().count()));
    for path in walked {
        local::remove::remove_empty_folder(&path);
    }
}

/// Where an object is written, and what must hold there.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    /// The object.
    pub object: ObjectRef,
    /// What was found there and must still hold; nothing when it is overwritten in any case.
    pub expected: Condition,
    /// The condition of the final write: what is expected, as far as the server knows such conditions.
    pub condition: Condition,
}

/// How an attempt to write an object ended without writing it.
#[derive(Debug)]
pub(super) enum Missed {
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
    pub(super) fn of_write(error: Error, condition: &Condition) -> Self {
        let is_race = *condition != Condition::None
            && (error.kind == Kind::Conflict
                || error.kind == Kind::Unsupported
                // `If-Match` on a key that is gone by now.
                || error.kind == Kind::NotFound && matches!(condition, Condition::IfMatch(_)));
        if is_race { Self::Race(error) } else { Self::Failed(error) }
    }
}

/// What was settled about a target before it is written.
pub(super) enum Settled<T> {
    /// Write there.
    Go(T),
    /// Leave it, and why.
    Skip(String),
}

impl Context {
    /// Returns whether an earlier run has done an item whose source has not changed since, and, where that can be seen
    /// without a request, whose target is still there.
    async fn was_done(&self, item: &PlanItem, name: &str) -> Result<bool, Error> {
        // A source that was moved is gone: one that is there is new.
        // And what a comparison of just now asks for was not done before.
        let record = self.job.journal().filter(|_| !self.transfer.is_move && item.seen.is_none());
        let is_known = |(record, state): (&Record, _)| record.left(|left| left.has_done(name.to_owned(), state));
        if !record.zip(item.state()).is_some_and(is_known) {
            return Ok(false);
        }
        let Target::Local(relative) = &item.target else { return Ok(true) };
        let second = |time: Option<Timestamp>| time.map(Timestamp::as_second);
        Ok(self.look_here(relative).await?.is_some_and(|there| {
            there.identity.size == item.size && second(there.identity.modified_at()) == second(item.modified)
        }))
    }

    /// Writes down an item that was done or has failed.
    async fn write_down(&self, item: &PlanItem, name: &str, ended: &Ended) {
        let has_tried = matches!(ended.outcome, ItemOutcome::Done(_) | ItemOutcome::Failed(_));
        let Some(record) = self.job.journal().filter(|_| has_tried) else { return };
        let (target, region) = match ended.place.as_ref().unwrap_or(&item.target) {
            Target::Object(object) => (object.to_string(), self.store.region_of(&object.bucket)),
            Target::Local(relative) => {
                let path = self.root.as_ref().map_or_else(|| relative.clone(), |root| root.path_of(relative));
                let region = item.source.bucket().and_then(|bucket| self.source_store.region_of(bucket));
                (path.to_string_lossy().into_owned(), region)
            }
        };
        let (source, state, outcome) = (name.to_owned(), item.state(), ended.outcome.clone());
        record.item(EndedItem { source, state, target, region, bytes: item.size, outcome }).await;
    }

    /// Opens what receives a transfer, unless the transfer is refused.
    pub(super) async fn open(job: &Arc<Job>, transfer: Transfer) -> Result<Self, Error> {
        let (sources, transfer) =
            job.core.block("copy", move || Ok((Arc::new(Sources::of(&transfer)), transfer))).await?;
        refuse::check(&job.core, &transfer, &sources).await?;
        let root = match transfer.to.clone() {
            Location::Local(path) if transfer.is_rehearsal => {
                job.core.block("write to", move || rehearse::root(&path)).await?.map(Arc::new)
            }
            Location::Local(path) => {
                let root = job.core.block("write to", move || Root::create(&path)).await?;
                let root = root.with_tag(job.journal().map_or("", |record| record.tag()));
                let is_from_here = transfer.items.iter().all(|item| !item.is_s3());
                Some(Arc::new(if is_from_here { root.with_private_folders() } else { root }))
            }
            _ => None,
        };
        let (source_store, store) = ferry::open_ends(&job.core, &transfer).await?;
        Ok(Self {
            job: Arc::clone(job),
            transfer,
            store,
            source_store,
            root,
            sources,
            written: Mutex::default(),
            folders: Mutex::default(),
            refused_classes: RefusedClasses::default(),
        })
    }

    /// Settles where an item is written on S3, looking first where a lost race could not be noticed or would be dear.
    pub(super) async fn aim(&self, item: &PlanItem, object: &ObjectRef) -> Result<Settled<Aim>, Error> {
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
    pub(super) async fn aim_again(&self, item: &PlanItem, object: &ObjectRef) -> Result<Settled<Aim>, Error> {
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
    pub(super) fn guarded(&self, object: ObjectRef, expected: Condition) -> Aim {
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
    pub(super) async fn join_parts(
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

    /// Sees to it that what was written with another request than a plain one has its tags.
    pub(super) async fn tag(&self, object: &ObjectRef, tags: &[(String, String)]) -> Result<(), Error> {
        self.job.call_to_end(&self.job.core.lanes.small, || given::tag(&self.store, object, tags)).await
    }

    /// Returns the store that an object of this transfer is in.
    fn store_of(&self, object: &ObjectRef) -> &Store {
        let is_target = self.transfer.to.profile().is_none_or(|to| to == object.bucket.profile());
        if is_target { &self.store } else { &self.source_store }
    }

    /// Returns what is at a key, if anything.
    pub(super) async fn look(&self, object: &ObjectRef) -> Result<Option<ObjectFacts>, Error> {
        let store = self.store_of(object);
        match self.job.call(&self.job.core.lanes.small, || store.head(object)).await {
            Ok(facts) => Ok(Some(facts)),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes an object, and settles the target anew each time somebody else was faster.
    pub(super) async fn write_until_settled<T, F, Fut>(
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

    /// Deletes a source on S3 whose copy was verified, if it is still what was copied.
    pub(super) async fn delete_source(&self, source: &ObjectRef, etag: Option<&ETag>) -> Result<(), Error> {
        self.delete_copied(source, etag).await.map_err(|error| match error.kind {
            // Otherwise nobody would learn of the copy.
            Kind::Cancelled => {
                let cause = "it was copied, and kept because the job was cancelled";
                Error::new(Kind::Other, "delete", source.to_string(), cause)
            }
            _ => error,
        })
    }

    async fn delete_copied(&self, source: &ObjectRef, etag: Option<&ETag>) -> Result<(), Error> {
        let (job, store) = (&self.job, &self.source_store);
        let now = job.call(&job.core.lanes.small, || store.head(source)).await?;
        if etag.is_none() || now.etag.as_ref() != etag {
            let cause = "the object changed after it was copied; it was kept";
            return Err(Error::new(Kind::Conflict, "delete", source.to_string(), cause));
        }
        // A version never changes, so it needs no guard.
        let guard = etag.filter(|_| source.version.is_none());
        match job.call_to_end(&job.core.lanes.small, || store.delete_if(source, guard)).await {
            // Gone already: an earlier try of this very request, whose answer was lost.
            Err(error) if error.kind == Kind::NotFound => Ok(()),
            Err(error) if matches!(error.kind, Kind::Conflict | Kind::Unsupported) => match self.look(source).await? {
                None => Ok(()),
                // The condition holds: it is the server that does not know it here.
                Some(now) if now.etag.as_ref() == etag => {
                    job.call_to_end(&job.core.lanes.small, || store.delete(source)).await
                }
                Some(_) => Err(error),
            },
            result => result,
        }
    }

    /// Returns whether what looks like an MD5 at the source is taken for one. A move does so unless the server is known to
    /// give others: if it is something else, the source merely stays.
    pub(super) fn takes_tags_for_md5(&self) -> bool {
        self.source_store.has_md5_tags() || self.transfer.is_move && !self.source_store.lacks_md5_tags()
    }

    /// Returns whether writing a file below the root would change one that this job reads. May block.
    pub(super) fn is_read(&self, relative: &Path) -> bool {
        self.root.as_ref().is_some_and(|root| self.sources.include_path(&root.real().join(relative)))
    }

    /// Takes the bytes of an item that is left out off what is still to be done.
    pub(super) fn skipped(&self, item: &PlanItem, reason: String) -> ItemOutcome {
        self.job.progress.add_bytes(item.size);
        ItemOutcome::Skipped(reason)
    }

    /// Remembers a local folder that this job made.
    pub(super) fn note_folder(&self, source: &Path, relative: &Path, mode: u32) {
        let folder = MadeFolder { source: source.to_owned(), relative: relative.to_owned(), mode };
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).push(folder);
    }

    /// Remembers a local file that this job wrote.
    pub(super) fn note_written(&self, inode: u64) {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(inode);
    }

    /// Returns whether this job wrote a local file.
    pub(super) fn has_written(&self, inode: u64) -> bool {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).contains(&inode)
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
pub(super) fn changed_since_shown(target: String) -> Error {
    let cause = "it changed since it was compared; compare anew";
    Error::new(Kind::Conflict, "write", target, cause)
}

fn side_of(facts: &ObjectFacts) -> Side {
    Side { size: Some(facts.size), modified: facts.modified, etag: facts.etag.as_ref().map(ToString::to_string) }
}
