//! Work: the only place that spawns. It takes requests, runs them on tasks, and says what came of them.
//!
//! `submit` never waits: it makes a table entry and a task. Reports go over the one bounded channel and are awaited by
//! the task that sends them, which is the back-pressure. Tokens form a tree, program, job, item; what must be cleaned
//! up when one fires (an unfinished upload, a temporary file) is cleaned up by the task that made it.

mod anonymous;
mod answer;
mod attempt;
mod body;
mod browse;
mod buffers;
mod change;
mod compare;
mod complete;
mod conflict;
mod core;
mod count;
mod document;
mod download;
mod draft;
mod duplicate;
mod edit;
mod evidence;
mod exposure;
mod far;
mod ferry;
mod footprint;
mod forecast;
mod given;
mod grant;
mod history;
mod inspect;
mod jobs;
mod journal;
mod kept;
mod lanes;
mod lister;
mod meter;
mod newest;
mod open_download;
mod open_upload;
mod overlap;
mod own;
mod pace;
mod page;
mod plan;
mod presign;
mod publish;
mod refuse;
mod rehearse;
mod relay;
mod remove;
mod resume;
mod roster;
mod share;
mod stores;
mod stream;
mod sync;
mod task;
mod transfer;
mod turns;
mod unfinished;
mod upload;
mod uploads;
mod walk;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::mpsc;

use self::browse::Depth;
use self::core::Core;
use self::jobs::Origin;
use self::newest::Newest;
use self::task::Task;
use crate::model::job::{Item, Leaving, Report, Request};
use crate::model::limit::ByteRate;
use crate::model::name::{Profile, UnsafeKeys};
use crate::s3::Settings;

/// How many reports may wait for whoever listens; beyond that the work pauses.
pub const REPORTS: usize = 64;

/// How long leaving waits for uploads to be aborted and temporary files to be removed.
pub const CLEAN_UP: Duration = Duration::from_secs(5);

/// What the caller decides about the work.
#[derive(Debug, Clone)]
pub struct Options {
    /// What happens to keys that cannot be a local path.
    pub unsafe_keys: UnsafeKeys,
    /// The memory that parts in flight may take, in bytes.
    pub memory_bytes: u64,
    /// From which size a copy inside S3 goes in parts, in bytes.
    pub multipart_copy_threshold: u64,
    /// Above which size an upload goes in parts and a download in ranges, in bytes.
    pub multipart_threshold: u64,
    /// The size of a part in bytes; by the size of the file if not given.
    pub part_size: Option<u64>,
    /// How many requests that move data run at once; as many as make it faster if not given.
    pub concurrency: Option<usize>,
    /// Whether a file is on the disk, with its name, before it counts as written.
    pub syncs_files: bool,
    /// Whether a condition on a copy inside S3 is relied on with every server, not only Amazon's.
    pub trusts_copy_conditions: bool,
    /// How fast the bytes of all jobs together may move to and from servers, to begin with.
    pub limit: Option<ByteRate>,
    /// How long a request that a busy server or a bad line lost waits before it is tried again; each time twice as long.
    pub retry_pause: Duration,
    /// How long a job waits for fresh credentials; without it until it is cancelled, because somebody sees that it waits.
    pub hold_limit: Option<Duration>,
    /// How long a job waits before it looks for fresh credentials again.
    pub renewal_pause: Duration,
    /// Whether a job that a line, a server or a full disk has let fail is kept, to be gone on with; else it is cleaned up.
    pub keeps_failed: bool,
    /// The folder that keeps what must survive the program; without one nothing does.
    pub data_folder: Option<PathBuf>,
    /// How long a cancelled job waits for the answer to what it has sent already.
    pub answer_grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            unsafe_keys: UnsafeKeys::Refuse,
            memory_bytes: 256 * 1024 * 1024,
            multipart_copy_threshold: 5 * 1024 * 1024 * 1024,
            multipart_threshold: 16 * 1024 * 1024,
            part_size: None,
            concurrency: None,
            syncs_files: false,
            trusts_copy_conditions: false,
            limit: None,
            keeps_failed: false,
            data_folder: None,
            retry_pause: Duration::from_millis(500),
            hold_limit: None,
            renewal_pause: Duration::from_secs(5),
            answer_grace: Duration::from_secs(10),
        }
    }
}

/// What the end of the program leaves, and has to tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LeftOver {
    /// Objects whose uploads could neither be joined nor aborted; their parts are billed.
    pub uploads: Vec<String>,
    /// Files with edited text that was not written back.
    pub edits: Vec<PathBuf>,
    /// Jobs that the next start can go on with.
    pub kept: u64,
}

/// The engine. Dropping it cancels all work.
#[derive(Debug)]
pub struct Engine {
    core: Arc<Core>,
    inspect: Newest<Item>,
    preview: Newest<Item>,
    complete: Newest<(String, PathBuf)>,
}

impl Engine {
    /// Starts an engine inside a tokio runtime. It connects when it is first asked for something on S3.
    pub fn start(settings: Settings, options: Options, reports: mpsc::Sender<Report>) -> Self {
        let core = Core::new(settings, options, reports);
        Self {
            inspect: Newest::start(&core, |core, ticket, item| Box::pin(inspect::inspect(core, ticket, item))),
            preview: Newest::start(&core, |core, ticket, item| Box::pin(inspect::preview(core, ticket, item))),
            complete: Newest::start(&core, |core, ticket, (text, base)| {
                Box::pin(complete::complete(core, ticket, text, base))
            }),
            core,
        }
    }

    /// Says how a profile connects that no file describes, before it is first asked for: like `profile`, or like the
    /// program's own, with another region or endpoint.
    pub fn declare(&self, name: &Profile, profile: Option<&str>, region: Option<String>, endpoint_url: Option<String>) {
        self.core.stores.declare(name, profile, region, endpoint_url);
    }

    /// Takes a request. Never waits.
    pub fn submit(&self, request: Request) {
        let core = &self.core;
        match request {
            Request::List { ticket, place, from } => browse::start(core, ticket, place, Depth::Level, from),
            Request::ListBelow { ticket, place } => browse::start(core, ticket, place, Depth::All, None),
            Request::Presign { ticket, object, method, lifetime } => {
                presign::start(core, ticket, object, method, lifetime);
            }
            Request::ReadDocument { ticket, bucket, kind } => document::start_reading(core, ticket, bucket, kind),
            Request::ReadKeptDocument { ticket, bucket, kind } => document::start_recalling(core, ticket, bucket, kind),
            Request::WriteDocument { ticket, bucket, kind, change } => {
                document::start_writing(core, ticket, bucket, kind, *change);
            }
            Request::PlanExposure { ticket, exposure } => exposure::start_plan(core, ticket, *exposure),
            Request::Expose { ticket, exposure, choice } => exposure::start(core, ticket, *exposure, *choice),
            Request::ForecastLifecycle { ticket, bucket, document } => {
                forecast::start(core, ticket, bucket, &document);
            }
            Request::PlanPublication { ticket, wish } => publish::start(core, ticket, *wish),
            Request::Inspect { ticket, item } => self.inspect.ask(ticket, item),
            Request::Judge { ticket, bucket } => evidence::start_word(core, ticket, bucket),
            Request::Gather { ticket, source, identity } => evidence::start(core, ticket, source, identity),
            Request::TestAnonymous { ticket, item } => anonymous::start(core, ticket, item),
            Request::Preview { ticket, item } => self.preview.ask(ticket, item),
            Request::Complete { ticket, text, base } => self.complete.ask(ticket, (text, base)),
            Request::Count { ticket, items, purpose } => count::start(core, ticket, items, purpose),
            Request::Compare { ticket, places } => compare::start(core, ticket, places),
            Request::Fetch { ticket, object } => edit::start_fetch(core, ticket, object),
            Request::Discard(path) => edit::discard(core, path),
            Request::Draft { ticket, name, text } => draft::start(core, ticket, name, text),
            Request::ReadDraft { ticket, path } => draft::read(core, ticket, path),
            Request::Identify => browse::identify(core),
            Request::Drop(ticket) => {
                core.close_ticket(ticket);
                self.inspect.forget(ticket);
                self.preview.forget(ticket);
                self.complete.forget(ticket);
            }
            Request::Start { job, work } => jobs::start(core, job, Task::Asked(work), Origin::New),
            Request::TakeUp { job, unfinished, work } => {
                jobs::start(core, job, Task::Asked(work), Origin::TakenUp(unfinished));
            }
            Request::GiveUp { job, unfinished, work } => {
                jobs::start(core, job, Task::Asked(work), Origin::GivenUp(unfinished));
            }
            Request::Forget { job, unfinished, work } => {
                jobs::start(core, job, Task::Asked(work), Origin::Forgotten(unfinished));
            }
            Request::FindUnfinished => resume::find(core),
            Request::ListUnfinished => resume::list(core),
            Request::History { ticket, filter, before } => history::start(core, ticket, filter, before),
            Request::Uploads { ticket, bucket, prefix, with_sizes } => {
                uploads::start(core, ticket, bucket, prefix, with_sizes);
            }
            Request::UploadParts { ticket, upload } => uploads::start_parts(core, ticket, upload),
            Request::Resolve { job, question, answer } => {
                if let Some(job) = core.job(job) {
                    job.resolve(question, answer);
                }
            }
            Request::Limit { job: None, rate } => core.limit.set(rate),
            Request::Limit { job: Some(job), rate } => {
                if let Some(job) = core.job(job) {
                    job.limit.set(rate);
                }
            }
            Request::Pause(job) => core.roster(|roster| roster.pause(job)),
            Request::Resume(job) => core.roster(|roster| roster.resume(job)),
            Request::Reorder { job, is_sooner } => jobs::reorder(core, job, is_sooner),
            Request::Cancel(job) => {
                if let Some(job) = core.job(job) {
                    job.token.cancel();
                }
            }
        }
    }

    /// Ends all work and waits, for so long at most, until it has cleaned up behind itself, or left what can be gone on
    /// with. Returns what is left all the same.
    pub async fn shutdown(&self, limit: Duration, leaving: Leaving) -> LeftOver {
        self.core.keeps.store(leaving == Leaving::Keep, Relaxed);
        self.core.root.cancel();
        self.core.tracker.close();
        if tokio::time::timeout(limit, self.core.tracker.wait()).await.is_err() {
            tracing::warn!(tasks = self.core.tracker.len(), "work did not end in time");
        }
        self.core.journal.flush().await;
        LeftOver {
            edits: edit::remove_untouched(&self.core),
            uploads: self.core.unfinished.left(),
            kept: self.core.kept.load(Relaxed),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.core.root.cancel();
    }
}

#[cfg(test)]
#[cfg(feature = "demo")]
mod tests;
