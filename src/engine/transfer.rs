//! Copies and moves: planning and moving overlap, each item goes one of five ways, and none takes the others along.

mod aim;
pub(super) mod landing;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub(super) use self::aim::{Aim, MAX_RACES, Missed, Settled, changed_since_shown};
use super::ferry::RefusedClasses;
use super::jobs::{Job, panicked};
use super::journal::{EndedItem, Record};
use super::overlap::Sources;
use super::plan::{PlanItem, Planned, Source, Target, plan};
use super::{download, duplicate, ferry, given, refuse, rehearse, relay, upload};
use crate::local;
use crate::local::root::Root;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Transfer};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{BucketName, ETag};
use crate::s3::{ObjectFacts, Store};

/// Items that one job has open at once beyond those that move, so that the next is ready when one ends.
const OPEN_AHEAD: usize = 64;

/// Items that are planned ahead.
pub(super) const PLANNED_AHEAD: usize = 1024;

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

    /// Opens what rewrites objects of one bucket where they are: copies of them onto themselves.
    pub(super) async fn within(job: &Arc<Job>, bucket: &BucketName) -> Self {
        let store = job.core.store_of(bucket).await;
        Self {
            job: Arc::clone(job),
            transfer: Transfer::new(Vec::new(), Location::bucket(bucket.clone())),
            source_store: store.clone(),
            store,
            root: None,
            sources: Arc::default(),
            written: Mutex::default(),
            folders: Mutex::default(),
            refused_classes: RefusedClasses::default(),
        }
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
