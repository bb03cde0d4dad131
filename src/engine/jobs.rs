//! Jobs: from the table through their turn to their end, whatever happens inside.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::attempt::Gate;
use super::conflict::Desk;
use super::core::Core;
use super::journal::Record;
use super::meter::Meter;
use super::task::Task;
use super::{change, edit, publish, remove, resume, stream, sync, transfer, uploads};
use crate::local;
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, JobEnd, JobId, Report, UnfinishedId, Verified, Work};
use crate::model::limit::{Limit, Limits};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::Profile;
use crate::model::progress::Progress;
use crate::s3::WriteOptions;

/// How long results wait for others to be sent with them.
const FLUSH: Duration = Duration::from_millis(200);

/// How long a job that is over waits for the name of its caller, which only the history shows.
const NAMING: Duration = Duration::from_secs(1);

/// How many large objects a job has open at once.
const LARGE: usize = 4;

/// One job, shared by its tasks.
#[derive(Debug)]
pub(super) struct Job {
    /// Chosen by the asker.
    pub id: JobId,
    /// What all work shares.
    pub core: Arc<Core>,
    /// Fires when the job is cancelled, and at the program's end.
    pub token: CancellationToken,
    /// Its counters.
    pub progress: Arc<Progress>,
    /// Whether it runs, or waits for its turn.
    pub turn: watch::Receiver<bool>,
    /// Large objects that it has open at once: their parts share one lane anyway. Each job has its own, or one that is
    /// paused would keep the others waiting.
    pub large: Semaphore,
    /// How fast its bytes may move, to be changed.
    pub limit: Arc<Limit>,
    /// All limits that its bytes keep to: its own and the program's.
    pub limits: Limits,
    /// Results on their way.
    pub meter: Meter,
    /// Questions and answers.
    pub desk: Desk,
    /// Where its requests wait for fresh credentials.
    pub gate: Gate,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether something failed that may go well another time, so that it is kept.
    is_open: AtomicBool,
    /// Whether another run of the program can go on with it.
    can_go_on: bool,
    /// Its record in the journal, from when it was written down.
    record: OnceLock<Record>,
}

/// Where a job comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is new.
    New,
    /// An earlier run has not finished it, and it goes on.
    TakenUp(UnfinishedId),
    /// An earlier run has not finished it, and it is cleaned up behind.
    GivenUp(UnfinishedId),
    /// An earlier run has not finished it, and no server is asked to clean up behind it.
    Forgotten(UnfinishedId),
}

impl Job {
    /// Returns the job's record, if there is a journal and the job is kept in it.
    pub fn journal(&self) -> Option<&Record> {
        self.record.get()
    }

    /// Returns whether the job ends with the program and goes on with its next start.
    pub fn is_kept(&self) -> bool {
        let is_left = self.core.keeps.load(Relaxed) && self.core.root.is_cancelled();
        is_left && self.can_go_on && self.record.get().is_some()
    }

    /// Returns whether what an item has begun is kept although it failed, and with it the job: another time it may go well.
    pub fn stays_open(&self, error: &Error) -> bool {
        let passes = error.is_transient()
            || matches!(error.kind, Kind::NoSpace | Kind::ExpiredToken | Kind::NoCredentials | Kind::BadCredentials);
        let stays = passes
            && self.can_go_on
            && self.core.options.keeps_failed
            && !self.token.is_cancelled()
            && self.record.get().is_some();
        if stays {
            self.is_open.store(true, Relaxed);
        }
        stays
    }

    /// Says something of an item that has not ended.
    pub async fn note(&self, note: String) {
        tracing::info!(job = self.id.0, note = ?note, "note");
        let _ = self.core.send(Report::Noted { job: self.id, note }, &self.token).await;
    }

    /// Writes the job down, or takes its record over.
    async fn open_record(&self, kept: Option<&Work>) -> Result<(), Error> {
        let journal = &self.core.journal;
        let record = match self.origin {
            Origin::New => {
                let Some(work) = kept else { return Ok(()) };
                let connection = self.core.stores.of(&Profile::OWN).await.connection();
                journal.begin(&self.core, work, connection).await
            }
            Origin::TakenUp(id) | Origin::GivenUp(id) | Origin::Forgotten(id) => {
                let cause = "another copy of the program has taken it up, or it is not in the journal any more";
                let gone = || Error::new(Kind::Conflict, "go on with", "the unfinished job", cause);
                let record = journal.take_up(&self.core, id).await.ok_or_else(gone)?;
                if matches!(self.origin, Origin::TakenUp(_)) {
                    record.reopen().await;
                }
                Some(record)
            }
        };
        if let Some(record) = record {
            let _ = self.record.set(record);
        }
        Ok(())
    }

    /// Writes down who asked for the job.
    async fn name_caller(&self) {
        if let (Origin::New, Some(record)) = (&self.origin, self.journal())
            && let Some(caller) = self.core.caller().await
        {
            record.name_caller(caller).await;
        }
    }

    /// Does the work, and meanwhile finds out for whom.
    async fn run(self: &Arc<Self>, task: Task) -> JobEnd {
        let naming = pin!(self.name_caller());
        match select(pin!(supervise(self, task)), naming).await {
            Either::Left((end, naming)) => {
                let _ = tokio::time::timeout(NAMING, naming).await;
                end
            }
            Either::Right(((), work)) => work.await,
        }
    }

    /// Ends the record, unless the job goes on with the program's next start.
    async fn close_record(&self, end: &JobEnd) {
        let Some(record) = self.journal() else { return };
        let could_go_on = match end {
            JobEnd::Failed(_) => self.is_open.load(Relaxed) || record.left(|left| left.has_begun()),
            JobEnd::SomeFailed => self.is_open.load(Relaxed),
            JobEnd::Done | JobEnd::Cancelled => false,
        };
        if self.is_kept() || could_go_on {
            self.core.kept.fetch_add(1, Relaxed);
            self.core.send_last(Report::Kept { job: self.id, unfinished: record.id() }).await;
        } else {
            record.end(end).await;
        }
    }
}

/// Returns the error of work that panicked.
pub(super) fn panicked(operation: &'static str) -> Error {
    Error::new(Kind::Other, operation, "", "a fault in this program; the log has the details")
}

/// Queues a job.
pub(super) fn start(core: &Arc<Core>, id: JobId, task: Task, origin: Origin) {
    let limit = Arc::new(Limit::default());
    let job = Arc::new(Job {
        id,
        core: Arc::clone(core),
        token: core.root.child_token(),
        progress: Arc::default(),
        turn: core.roster(|roster| roster.add(id, task.footprint())),
        large: Semaphore::new(LARGE),
        limits: Limits::new([Arc::clone(&core.limit), Arc::clone(&limit)]),
        limit,
        meter: Meter::default(),
        desk: Desk::default(),
        gate: Gate::default(),
        origin,
        is_open: AtomicBool::default(),
        can_go_on: task.can_go_on(),
        record: OnceLock::new(),
    });
    core.add_job(&job);
    core.tracker.spawn(async move {
        let end = match Box::pin(job.open_record(task.kept().as_deref())).await {
            Ok(()) => Box::pin(job.run(task)).await,
            Err(error) => JobEnd::Failed(error),
        };
        job.flush().await;
        job.close_record(&end).await;
        match &end {
            JobEnd::Failed(error) => tracing::warn!(job = id.0, %error, "job failed"),
            end => tracing::info!(job = id.0, ?end, "job ended"),
        }
        // In this order: a job that waited for this one must not end before it.
        job.core.send_last(Report::Finished { job: id, end }).await;
        job.core.remove_job(id);
    });
}

/// Lets a job pass another, and says what came of it.
pub(super) fn reorder(core: &Arc<Core>, id: JobId, is_sooner: bool) {
    let Some(is_moved) = core.roster(|roster| roster.reorder(id, is_sooner)) else { return };
    let core = Arc::clone(core);
    core.tracker.clone().spawn(async move { core.send_order(id, is_moved).await });
}

/// Waits for the job's turn, runs it, and sends its results on while it runs.
async fn supervise(job: &Arc<Job>, task: Task) -> JobEnd {
    if job.turn().await.is_err() {
        return JobEnd::Cancelled;
    }
    tracing::info!(job = job.id.0, work = task.name(), "job starts");
    let started = Report::Started { job: job.id, progress: Arc::clone(&job.progress) };
    if job.core.send(started, &job.token).await.is_err() {
        return JobEnd::Cancelled;
    }
    let mut running = tokio::spawn(Box::pin(run(Arc::clone(job), task)));
    let mut tick = tokio::time::interval(FLUSH);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut turn, mut told) = (job.turn.clone(), true);
    let result = loop {
        tokio::select! {
            result = &mut running => break result,
            _ = tick.tick() => job.flush().await,
            Ok(()) = turn.changed() => {
                let has_turn = *turn.borrow_and_update();
                if has_turn != told {
                    told = has_turn;
                    let _ = job.core.send(Report::Turn { job: job.id, has_turn }, &job.token).await;
                }
            }
        }
    };
    job.progress.counted();
    match result {
        Ok(Ok(())) if job.token.is_cancelled() => JobEnd::Cancelled,
        Ok(Ok(())) if job.meter.has_failures.load(Relaxed) => JobEnd::SomeFailed,
        Ok(Ok(())) => JobEnd::Done,
        Ok(Err(error)) if error.kind == Kind::Cancelled => JobEnd::Cancelled,
        Ok(Err(error)) => JobEnd::Failed(error),
        Err(_) => JobEnd::Failed(panicked("run the job")),
    }
}

/// Runs a job, and cleans up behind what an earlier run of it has left.
async fn run(job: Arc<Job>, task: Task) -> Result<(), Error> {
    resume::sweep_files(&job).await;
    let result = match job.origin {
        Origin::GivenUp(_) => Ok(()),
        Origin::Forgotten(_) => {
            resume::forget_uploads(&job).await;
            Ok(())
        }
        Origin::New | Origin::TakenUp(_) => match task {
            Task::Asked(work) => Box::pin(execute(Arc::clone(&job), work)).await,
            Task::Read(object, out) => Box::pin(stream::read(&job, &object, out)).await,
            Task::Write(stream, pipe) => Box::pin(stream::write(&job, stream, pipe)).await,
        },
    };
    // What could not even begin, or may go well another time, is gone on with later.
    let is_over = result.is_ok() && !job.is_open.load(Relaxed);
    if (is_over || job.token.is_cancelled()) && !job.is_kept() {
        Box::pin(resume::sweep(&job)).await;
    }
    result
}

async fn execute(job: Arc<Job>, work: Work) -> Result<(), Error> {
    match work {
        Work::Transfer(transfer) => Box::pin(transfer::run(job, transfer)).await,
        Work::Delete(items) => Box::pin(remove::run(job, items)).await,
        Work::Change(revision) => Box::pin(change::run(job, revision)).await,
        Work::Sync(plan) => Box::pin(sync::run(job, plan)).await,
        Work::Publish(publication) => Box::pin(publish::run(job, publication)).await,
        Work::Stream(stream) => {
            let cause = "what was piped is gone; run the command again";
            Err(Error::new(Kind::Invalid, "go on with", stream.to.to_string(), cause))
        }
        Work::CreateFolder(place) => single(&job, place.to_string(), Box::pin(create_folder(&job, place))).await,
        Work::CreateBucket { name, region } => {
            let made = async {
                let store = job.core.store_of(&name).await;
                let small = &job.core.lanes.small;
                job.call(small, || store.check_bucket_is_new(&name)).await?;
                job.call_to_end(small, || store.create_open_bucket(&name, &region)).await?;
                job.call_to_end(small, || store.close_bucket(&name)).await
            };
            single(&job, name.to_string(), made).await
        }
        Work::RemoveBucket(name) => {
            let removed = async {
                let store = job.core.store_of(&name).await;
                job.call_to_end(&job.core.lanes.small, || store.delete_bucket(&name)).await
            };
            single(&job, name.to_string(), removed).await
        }
        Work::AbortUploads { uploads, is_forced } => Box::pin(uploads::abort(&job, uploads, is_forced)).await,
        Work::PutBack { from, to, if_match } => {
            let name = to.to_string();
            single(&job, name, Box::pin(edit::put_back(&job, from, to, if_match))).await
        }
    }
}

/// Runs a job of one item, whose failure is the job's.
async fn single(job: &Job, name: String, work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    job.progress.add_total(1, 0);
    job.progress.begin(&name);
    work.await?;
    job.record(name, 0, ItemOutcome::Done(Verified::Nothing)).await;
    Ok(())
}

async fn create_folder(job: &Job, place: Location) -> Result<(), Error> {
    match place {
        Location::Local(path) => job.core.block("create", move || local::write::create_folder(&path)).await,
        Location::S3 { bucket, prefix } if !prefix.is_root() => {
            let text = if prefix.as_str().ends_with('/') { prefix.to_string() } else { format!("{prefix}/") };
            let object = ObjectRef::new(bucket, text);
            let store = &job.core.store_of(&object.bucket).await;
            let small = &job.core.lanes.small;
            match job.call(small, || store.head(&object)).await {
                Ok(_) => return Err(Error::new(Kind::Conflict, "create", object.to_string(), "it exists already")),
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::Denied) => {}
                Err(error) => return Err(error),
            }
            job.put_marker(store, &object, &WriteOptions::default()).await
        }
        place => Err(Error::new(Kind::Invalid, "create", place.to_string(), "it is not a folder")),
    }
}
