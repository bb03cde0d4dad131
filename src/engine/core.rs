//! What all work shares: the store, the permits, the way back for reports.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OnceCell, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Options;
use super::buffers::Buffers;
use super::jobs::Job;
use super::journal::Journal;
use super::lanes::Lanes;
use super::own::Accounts;
use super::roster::Roster;
use super::stores::Stores;
use super::unfinished::Unfinished;
use crate::model::error::Error;
use crate::model::job::{JobId, Report, Ticket};
use crate::model::limit::Limit;
use crate::model::name::{BucketName, Profile};
use crate::s3::{Settings, Store};

/// The inside of an engine.
#[derive(Debug)]
pub(super) struct Core {
    /// What is connected to.
    pub stores: Stores,
    /// What the caller decided.
    pub options: Options,
    reports: mpsc::Sender<Report>,
    /// Fires when the program ends; all other tokens hang from it.
    pub root: CancellationToken,
    /// Every task, so that the end can wait for them.
    pub tracker: TaskTracker,
    /// What may run at once.
    pub lanes: Lanes,
    /// How fast the bytes of all jobs may move.
    pub limit: Arc<Limit>,
    /// Memory for parts.
    pub buffers: Arc<Buffers>,
    tickets: Mutex<HashMap<Ticket, CancellationToken>>,
    jobs: Mutex<Vec<Arc<Job>>>,
    roster: Mutex<Roster>,
    /// What survives the program.
    pub journal: Journal,
    /// Whether jobs that end with the program are kept for the next start.
    pub keeps: Arc<AtomicBool>,
    /// Jobs that were kept.
    pub kept: AtomicU64,
    caller: OnceCell<Option<String>>,
    /// What is known of the accounts that are used.
    pub accounts: Accounts,
    /// Uploads that have not come to an end.
    pub unfinished: Unfinished,
    said_regions: Mutex<HashSet<BucketName>>,
    /// Files that were read to be edited, and what they were.
    pub fetched: Mutex<Vec<super::edit::Fetched>>,
}

impl Core {
    /// Returns a core at rest.
    pub fn new(settings: Settings, options: Options, reports: mpsc::Sender<Report>) -> Arc<Self> {
        Arc::new(Self {
            stores: Stores::new(settings),
            limit: Arc::new(Limit::of(options.limit)),
            buffers: Buffers::new(options.memory_bytes),
            reports,
            root: CancellationToken::new(),
            tracker: TaskTracker::new(),
            lanes: Lanes::new(options.concurrency),
            tickets: Mutex::default(),
            jobs: Mutex::default(),
            roster: Mutex::default(),
            journal: Journal::new(options.data_folder.clone()),
            keeps: Arc::default(),
            kept: AtomicU64::default(),
            caller: OnceCell::new(),
            accounts: Accounts::default(),
            unfinished: Unfinished::default(),
            said_regions: Mutex::default(),
            fetched: Mutex::default(),
            options,
        })
    }

    /// Returns the store that a bucket is in; the first caller opens it.
    pub async fn store_of(&self, bucket: &BucketName) -> Store {
        self.stores.of(bucket.profile()).await
    }

    /// Returns who the requests are from, which is asked for once.
    pub async fn caller(&self) -> Option<String> {
        let ask = async || self.stores.of(&Profile::OWN).await.caller().await;
        self.caller.get_or_init(ask).await.clone()
    }

    /// Keeps what the server has said of the caller.
    pub fn know_caller(&self, caller: &str) {
        // What is known already is the same.
        let _ = self.caller.set(Some(caller.to_owned()));
    }

    /// Sends a report, and waits for room unless the token fires.
    pub async fn send(&self, report: Report, token: &CancellationToken) -> Result<(), Error> {
        tokio::select! {
            biased;
            () = token.cancelled() => Err(Error::cancelled("report", "")),
            result = self.reports.send(report) => result.map_err(|_| {
                // Nobody listens any more, so nobody wants the work either.
                self.root.cancel();
                Error::cancelled("report", "")
            }),
        }
    }

    /// Says in which order the jobs are from now on, after one was to pass another.
    pub async fn send_order(&self, job: JobId, is_moved: bool) {
        let room = tokio::select! {
            biased;
            () = self.root.cancelled() => return,
            room = self.reports.reserve() => room,
        };
        // While nobody changes the order: of two reports, the later one has to arrive last.
        self.roster(|roster| {
            if let Ok(room) = room {
                room.send(Report::Reordered { job, jobs: roster.order(), is_moved });
            }
        });
    }

    /// Sends what should arrive even if its job was cancelled; at the end of the program only if there is room.
    pub async fn send_last(&self, report: Report) {
        if self.root.is_cancelled() {
            let _ = self.reports.try_send(report);
        } else {
            let _ = self.send(report, &self.root).await;
        }
    }

    /// Returns the token of a new ticket.
    pub fn open_ticket(&self, ticket: Ticket) -> CancellationToken {
        let token = self.root.child_token();
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner).insert(ticket, token.clone());
        token
    }

    /// Stops answering a ticket.
    pub fn close_ticket(&self, ticket: Ticket) {
        if let Some(token) = self.tickets.lock().unwrap_or_else(PoisonError::into_inner).remove(&ticket) {
            token.cancel();
        }
    }

    /// Says the region of a bucket, once, if it is known by now.
    pub async fn say_region(&self, store: &Store, bucket: &BucketName, token: &CancellationToken) {
        let Some(region) = store.region_of(bucket) else { return };
        if self.said_regions.lock().unwrap_or_else(PoisonError::into_inner).insert(bucket.clone()) {
            let _ = self.send(Report::Region { bucket: bucket.clone(), region }, token).await;
        }
    }

    /// Runs blocking work; a panic in it is an error like any other.
    pub async fn block<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(_) => Err(super::jobs::panicked(operation)),
        }
    }

    /// Runs blocking work on one small file, of which there may be hundreds under way: only a few at once, because more
    /// threads than processors merely take turns.
    pub async fn touch<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _place = self.lanes.files.acquire().await;
        self.block(operation, work).await
    }

    /// Runs blocking work that keeps a processor busy, on a part that is in memory or comes there.
    pub async fn toil<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let readers = Arc::clone(&self.lanes.readers);
        self.block(operation, move || readers.take(work)).await
    }

    /// Looks into, or changes, which jobs run.
    pub fn roster<T>(&self, change: impl FnOnce(&mut Roster) -> T) -> T {
        change(&mut self.roster.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a job into the table.
    pub fn add_job(&self, job: &Arc<Job>) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(job));
    }

    /// Takes a job out of the table and gives its place to the next.
    pub fn remove_job(&self, id: JobId) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).retain(|job| job.id != id);
        self.roster(|roster| roster.remove(id));
    }

    /// Returns a job that has not ended.
    pub fn job(&self, id: JobId) -> Option<Arc<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|job| job.id == id).cloned()
    }
}
