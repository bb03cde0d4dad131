//! Deletes: objects in batches of a thousand with several on their way, files one by one.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::jobs::{Job, Origin, panicked};
use super::lister::Lister;
use super::page::Asker;
use crate::local::remove::{Removed, remove_tree};
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, ItemOutcome, Verified};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, ObjectKey};
use crate::s3::{MAX_BATCH, Store};

/// Batches that are open at once.
const OPEN_BATCHES: usize = 8;

/// Keys of one batch that are deleted alone and open at once.
const OPEN_ALONE: usize = 16;

/// Results of local deletions on their way from the thread that deletes.
const RESULTS: usize = 256;

/// How far the clocks of this machine and of a server may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_mins(1);

/// One object to be deleted.
#[derive(Debug)]
pub(super) struct Doomed {
    /// The object.
    pub key: ObjectKey,
    /// What its deletion is said to free.
    pub bytes: u64,
}

/// Runs a deletion to its end.
pub(super) async fn run(job: Arc<Job>, items: Vec<Item>) -> Result<(), Error> {
    if let Some(bucket) = items.iter().find(|item| matches!(item, Item::Bucket(_))) {
        let cause = "a bucket is removed by itself, and only when it is empty";
        return Err(Error::new(Kind::Invalid, "delete", bucket.to_string(), cause));
    }
    let mut batches = Batches::new(&job);
    let ended = delete_all(&mut batches, items).await;
    batches.finish().await;
    job.progress.counted();
    match ended {
        Ok(()) if job.token.is_cancelled() => Err(Error::cancelled("delete", "")),
        ended => ended,
    }
}

async fn delete_all(batches: &mut Batches, items: Vec<Item>) -> Result<(), Error> {
    let job = Arc::clone(&batches.job);
    let cut = taken_up_since(&job);
    for item in items {
        if job.token.is_cancelled() {
            break;
        }
        match item {
            Item::File(path) | Item::Folder(path) => delete_local(&job, path).await?,
            Item::Object(object) if object.version.is_some() => {
                job.progress.add_total(1, 0);
                let store = job.core.store_of(&object.bucket).await;
                let result = delete_alone(&job, &store, &object).await;
                job.record(object.to_string(), 0, outcome(result)).await;
            }
            Item::Object(object) if cut.is_some() && is_newer(&job, &object, cut).await? => {
                leave_newer(&job, object.to_string()).await;
            }
            Item::Object(object) => {
                batches.count(&object.bucket, Doomed { key: object.key, bytes: 0 }).await;
            }
            Item::Prefix { bucket, prefix } => {
                let mut lister = Lister::start(Asker::Job(Arc::clone(&job)), &bucket, &prefix);
                while let Some(objects) = lister.next().await {
                    match objects {
                        Ok(objects) => {
                            for object in objects {
                                if cut.is_some_and(|cut| object.modified.is_none_or(|modified| modified > cut)) {
                                    leave_newer(&job, format!("s3://{bucket}/{}", object.key)).await;
                                    continue;
                                }
                                batches.count(&bucket, Doomed { key: object.key, bytes: object.size }).await;
                            }
                        }
                        Err(error) if error.kind == Kind::Cancelled => return Err(error),
                        Err(error) => {
                            job.progress.add_total(1, 0);
                            job.record(format!("s3://{bucket}/{prefix}"), 0, ItemOutcome::Failed(error)).await;
                        }
                    }
                }
            }
            Item::Bucket(_) => {}
        }
    }
    Ok(())
}

/// Returns when a deletion was confirmed that an earlier run has begun: what came since then nobody has agreed to lose. The
/// clocks may differ by so much.
fn taken_up_since(job: &Job) -> Option<Timestamp> {
    let record = job.journal().filter(|_| matches!(job.origin, Origin::TakenUp(_)))?;
    record.queued().checked_sub(CLOCKS).ok()
}

async fn is_newer(job: &Job, object: &ObjectRef, cut: Option<Timestamp>) -> Result<bool, Error> {
    let store = job.core.store_of(&object.bucket).await;
    match job.call(&job.core.lanes.small, || store.head(object)).await {
        Ok(facts) => Ok(facts.modified.is_none_or(|modified| Some(modified) > cut)),
        Err(error) if error.kind == Kind::NotFound => Ok(false),
        Err(error) if error.kind == Kind::Cancelled => Err(error),
        // Who may not look may not know.
        Err(_) => Ok(true),
    }
}

async fn leave_newer(job: &Job, name: String) {
    job.progress.add_total(1, 0);
    let reason = "it may have come after the deletion was confirmed";
    job.record(name, 0, ItemOutcome::Skipped(reason.to_owned())).await;
}

fn outcome(result: Result<(), Error>) -> ItemOutcome {
    match result {
        Ok(()) => ItemOutcome::Done(Verified::Nothing),
        Err(error) => ItemOutcome::Failed(error),
    }
}

/// Keys on their way.
pub(super) struct Batches {
    job: Arc<Job>,
    open: JoinSet<()>,
    waiting: Vec<Doomed>,
    bucket: Option<BucketName>,
}

impl Batches {
    /// Returns a deletion of nothing so far.
    pub fn new(job: &Arc<Job>) -> Self {
        Self { job: Arc::clone(job), open: JoinSet::new(), waiting: Vec::new(), bucket: None }
    }

    /// Adds an object that was not counted yet.
    async fn count(&mut self, bucket: &BucketName, doomed: Doomed) {
        self.job.progress.add_total(1, 0);
        self.add(bucket, doomed).await;
    }

    /// Adds an object.
    pub async fn add(&mut self, bucket: &BucketName, doomed: Doomed) {
        if self.bucket.as_ref() != Some(bucket) {
            self.send().await;
            self.bucket = Some(bucket.clone());
        }
        self.waiting.push(doomed);
        if self.waiting.len() >= MAX_BATCH {
            self.send().await;
        }
    }

    async fn send(&mut self) {
        let batch = std::mem::take(&mut self.waiting);
        let Some(bucket) = self.bucket.clone().filter(|_| !batch.is_empty() && !self.job.token.is_cancelled()) else {
            return;
        };
        while self.open.len() >= OPEN_BATCHES {
            self.join_one().await;
        }
        self.open.spawn(Box::pin(delete_batch(Arc::clone(&self.job), bucket, batch)));
    }

    async fn join_one(&mut self) {
        if let Some(Err(error)) = self.open.join_next().await
            && error.is_panic()
        {
            self.job.record("a batch".to_owned(), 0, ItemOutcome::Failed(panicked("delete"))).await;
        }
    }

    /// Waits until all have gone, or have said why not.
    pub async fn finish(&mut self) {
        self.send().await;
        while !self.open.is_empty() {
            self.join_one().await;
        }
    }
}

async fn delete_batch(job: Arc<Job>, bucket: BucketName, batch: Vec<Doomed>) {
    let store = job.core.store_of(&bucket).await;
    if let Some(first) = batch.first() {
        job.progress.begin(&format!("s3://{bucket}/{}", first.key));
    }
    let (carried, mut alone): (Vec<_>, Vec<_>) =
        batch.into_iter().partition(|doomed| doomed.key.fits_xml() && !doomed.key.may_be_likeness());
    let keys: Vec<_> = carried.iter().map(|doomed| doomed.key.clone()).collect();
    let delete = || store.delete_batch(&bucket, &keys);
    let ended = if keys.is_empty() { Ok(Vec::new()) } else { job.call_to_end(&job.core.lanes.batches, delete).await };
    match ended {
        Ok(ended) => {
            let mut ended: HashMap<_, _> = ended.into_iter().collect();
            for doomed in carried {
                match ended.remove(&doomed.key) {
                    // A batch says of one key what is tried again, or waited for, when a request says it.
                    Some(Err(error)) if !error.is_transient() && error.kind != Kind::ExpiredToken => {
                        doomed.record(&job, &bucket, Err(error)).await;
                    }
                    Some(Ok(())) => doomed.record(&job, &bucket, Ok(())).await,
                    Some(Err(_)) | None => alone.push(doomed),
                }
            }
        }
        Err(error) => {
            for doomed in carried {
                doomed.record(&job, &bucket, Err(error.clone())).await;
            }
        }
    }
    let delete_one = |doomed: Doomed| async {
        let object = ObjectRef::new(bucket.clone(), doomed.key.clone());
        let result = delete_alone(&job, &store, &object).await;
        doomed.record(&job, &bucket, result).await;
    };
    futures_util::stream::iter(alone).for_each_concurrent(OPEN_ALONE, delete_one).await;
}

async fn delete_alone(job: &Job, store: &Store, object: &ObjectRef) -> Result<(), Error> {
    must_be_there(job, store, object).await?;
    job.call_to_end(&job.core.lanes.small, || store.delete(object)).await
}

/// Fails if a key is only the likeness of another: a server says of what is not there, too, that it was deleted.
async fn must_be_there(job: &Job, store: &Store, object: &ObjectRef) -> Result<(), Error> {
    if !object.key.may_be_likeness() {
        return Ok(());
    }
    match job.call(&job.core.lanes.small, || store.head(object)).await {
        Ok(_) => Ok(()),
        // 405: the version is a delete marker (Amazon S3 User Guide, "Working with delete markers").
        Err(error) if error.kind == Kind::Unsupported && object.version.is_some() => Ok(()),
        Err(error) if error.kind == Kind::NotFound => {
            let cause =
                "no object has this very name; where it was listed, bytes of its key are no UTF-8 and cannot be sent";
            Err(Error::new(Kind::NotFound, "delete", object.to_string(), cause))
        }
        Err(error) => Err(error),
    }
}

impl Doomed {
    /// Tells how it ended, unless it was not come to.
    async fn record(self, job: &Job, bucket: &BucketName, result: Result<(), Error>) {
        let name = format!("s3://{bucket}/{}", self.key);
        match result {
            Err(error) if error.kind == Kind::Cancelled && job.token.is_cancelled() => {}
            result => {
                let result = result.map_err(|error| error.about(name.clone()));
                job.record(name, self.bytes, outcome(result)).await;
            }
        }
    }
}

async fn delete_local(job: &Arc<Job>, path: PathBuf) -> Result<(), Error> {
    let (out, mut results) = mpsc::channel::<Removed>(RESULTS);
    let (inner, runtime) = (Arc::clone(job), tokio::runtime::Handle::current());
    let worker = job.core.block("delete", move || {
        remove_tree(&path, |removed| {
            if out.blocking_send(removed).is_err() || runtime.block_on(inner.turn()).is_err() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        Ok(())
    });
    let recorder = async {
        while let Some(removed) = results.recv().await {
            job.progress.add_total(1, 0);
            let name = removed.path.to_string_lossy().into_owned();
            job.progress.begin(&name);
            job.record(name, removed.bytes, outcome(removed.result)).await;
        }
    };
    tokio::join!(worker, recorder).0
}
