//! One job as the screen knows it: what it does, how far it is, how its items ended.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::left::{Decision, Left};
use super::results::Results;
use crate::model::error::Error;
use crate::model::job::{Item, ItemOutcome, ItemResult, JobEnd, JobId, Revision, Transfer, UnfinishedId, Work};
use crate::model::limit::ByteRate;
use crate::model::plan::ConflictPolicy;
use crate::model::progress::{Progress, Rate, Snapshot};
use crate::model::sync::SyncPlan;
use crate::model::text::{counted, duration, size, visible};

/// How much of what a job says of its items is kept.
const KEPT_NOTES: usize = 1_000;

/// Where a job is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It was paused: nothing new begins, what was on its way ends.
    Paused,
    /// It runs, and still finds more to do.
    Counting,
    /// It runs, and knows how much there is.
    Running,
    /// It waits for fresh credentials; says why.
    Held(Error),
    /// It waits for an answer.
    Asking,
    /// It was asked to stop, and cleans up.
    Stopping,
    /// All items were done or left out by rule.
    Done,
    /// Some items failed.
    SomeFailed,
    /// It could not be done at all.
    Failed(Error),
    /// It was cancelled.
    Cancelled,
    /// An earlier run of the program left it, and nobody has decided about it.
    Left,
    /// What an earlier run left of it was cleaned up.
    Discarded,
    /// What an earlier run left of it was struck out.
    Forgotten,
}

/// What becomes of what a job has begun that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It was removed.
    No,
    /// It is in the journal by this name.
    Yes(UnfinishedId),
    /// Another job of the list goes on with it, or cleans up behind it.
    HandedOn,
}

impl JobState {
    /// Returns the word for it, at most 9 columns wide.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Paused => "paused",
            Self::Counting => "counting",
            Self::Running => "running",
            Self::Held(_) => "held",
            Self::Asking => "waiting",
            Self::Stopping => "stopping",
            Self::Done => "done",
            Self::SomeFailed => "part done",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
            Self::Left => "left",
            Self::Discarded => "discarded",
            Self::Forgotten => "forgotten",
        }
    }

    /// Returns whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Done | Self::SomeFailed | Self::Failed(_) | Self::Cancelled | Self::Discarded | Self::Forgotten
        )
    }
}

/// What the engine said of a job's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It has not begun, or lost its turn since.
    Waits,
    /// It runs.
    Has,
}

/// One job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What it does.
    pub work: Work,
    /// How far it is.
    pub snapshot: Snapshot,
    /// How its items ended.
    pub results: Results,
    progress: Option<Arc<Progress>>,
    rate: Rate,
    sampled: Option<Timestamp>,
    /// How long it has moved, in all.
    pub elapsed: Duration,
    /// How fast it may be.
    pub limit: Option<ByteRate>,
    held: Option<Error>,
    pub(super) is_asking: bool,
    pub(super) is_stopping: bool,
    /// Whether it was paused and not resumed.
    pub(super) is_paused: bool,
    pub(super) turn: Turn,
    end: Option<JobEnd>,
    /// What it said of items that have not ended.
    pub notes: Vec<String>,
    /// What is left of it, as long as nobody has decided about it.
    pub(super) left: Option<Left>,
    /// What becomes of what it has begun, if it ends with failures.
    pub(super) kept: Kept,
    /// Its name in the journal and what was decided, if an earlier run has begun it.
    pub(super) earlier: Option<(UnfinishedId, Decision)>,
}

impl Job {
    pub(super) fn new(id: JobId, work: Work) -> Self {
        Self {
            id,
            work,
            snapshot: Snapshot::default(),
            results: Results::default(),
            progress: None,
            rate: Rate::default(),
            sampled: None,
            elapsed: Duration::ZERO,
            limit: None,
            held: None,
            is_asking: false,
            is_stopping: false,
            is_paused: false,
            turn: Turn::Waits,
            end: None,
            notes: Vec::new(),
            left: None,
            kept: Kept::No,
            earlier: None,
        }
    }

    /// Returns where the job is in its life.
    pub fn state(&self) -> JobState {
        match (&self.end, &self.held) {
            (Some(JobEnd::Done), ..) => match self.ending() {
                Some(Decision::Forget) => JobState::Forgotten,
                Some(_) => JobState::Discarded,
                None => JobState::Done,
            },
            (Some(JobEnd::SomeFailed), ..) => JobState::SomeFailed,
            (Some(JobEnd::Failed(error)), ..) => JobState::Failed(error.clone()),
            (Some(JobEnd::Cancelled), ..) => JobState::Cancelled,
            _ if self.left.is_some() => JobState::Left,
            _ if self.is_stopping || self.ending().is_some() => JobState::Stopping,
            _ if self.is_paused => JobState::Paused,
            (_, Some(error)) => JobState::Held(error.clone()),
            _ if self.is_asking => JobState::Asking,
            _ if self.turn == Turn::Waits => JobState::Queued,
            _ if self.snapshot.is_counted => JobState::Running,
            _ => JobState::Counting,
        }
    }

    /// Returns whether the job can be paused, or resumed.
    pub fn can_pause(&self) -> bool {
        self.is_open() && !self.is_stopping && self.ending().is_none()
    }

    /// Returns whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// Returns whether the engine has it: it is not over, and not left by an earlier run.
    pub fn is_open(&self) -> bool {
        !self.is_over() && self.left.is_none()
    }

    /// Returns whether it failed, and what it has begun is kept until a person decides about it.
    pub fn is_kept(&self) -> bool {
        self.is_over() && matches!(self.kept, Kept::Yes(_))
    }

    /// Returns the counters, as long as they can move.
    pub fn progress(&self) -> Option<&Arc<Progress>> {
        self.progress.as_ref().filter(|_| self.end.is_none())
    }

    pub(super) fn start(&mut self, progress: Arc<Progress>) {
        self.progress = Some(progress);
        self.turn = Turn::Has;
    }

    pub(super) fn take(&mut self, results: Vec<ItemResult>) {
        // What was aborted of a discarded job is not what it was to do.
        let is_discarded = self.ending() == Some(Decision::Discard);
        let is_told = |result: &ItemResult| !is_discarded || matches!(result.outcome, ItemOutcome::Failed(_));
        for result in results.into_iter().filter(is_told) {
            self.results.take(result);
        }
    }

    pub(super) fn note(&mut self, note: String) {
        if self.notes.len() < KEPT_NOTES {
            self.notes.push(note);
        }
    }

    pub(super) fn hold(&mut self, reason: Option<Error>) {
        self.held = reason;
    }

    pub(super) fn finish(&mut self, end: JobEnd) {
        if let Some(progress) = &self.progress {
            self.snapshot = progress.snapshot();
        }
        // A million names are not kept for the sake of a line in the table.
        match &self.work {
            Work::Sync(plan) => self.work = Work::Sync(Arc::new(plan.in_numbers())),
            Work::Publish(publication) => self.work = Work::Publish(Arc::new(publication.in_numbers())),
            _ => {}
        }
        self.is_asking = false;
        self.held = None;
        self.end = Some(end);
    }

    /// Takes in the counters and the time; a job that waits does not grow slower by it.
    pub(super) fn tick(&mut self, now: Timestamp, snapshot: Option<&Snapshot>) {
        let Some(progress) = self.progress.as_ref().filter(|_| self.end.is_none()) else { return };
        self.snapshot = snapshot.cloned().unwrap_or_else(|| progress.snapshot());
        let since = self.sampled.replace(now).map(|before| now.duration_since(before));
        let since = since.and_then(|since| Duration::try_from(since).ok());
        let Some(since) = since.filter(|_| !self.is_waiting()) else {
            return self.rate.begin(self.snapshot.bytes_done);
        };
        self.rate.sample(self.snapshot.bytes_done, since);
        self.elapsed = self.elapsed.saturating_add(since);
    }

    /// Returns whether the job waits: for an answer, for fresh credentials, for a person to resume it, for its turn.
    pub fn is_waiting(&self) -> bool {
        self.held.is_some() || self.is_asking || self.is_paused || self.turn == Turn::Waits
    }

    /// Returns the speed in bytes per second, while the job runs and moves bytes.
    pub fn speed(&self) -> Option<u64> {
        let is_moving = matches!(self.state(), JobState::Running | JobState::Counting);
        Some(self.rate.bytes_per_second()).filter(|speed| is_moving && *speed > 0)
    }

    /// Returns the time left in seconds, once all is counted.
    pub fn seconds_left(&self) -> Option<u64> {
        let rest = self.snapshot.bytes_total.saturating_sub(self.snapshot.bytes_done);
        self.rate.seconds_left(rest).filter(|_| self.state() == JobState::Running && rest > 0)
    }

    /// Returns the verb: `Copy`, `Delete`.
    pub fn verb(&self) -> &'static str {
        self.work.verb()
    }

    /// Returns what the job is about, filtered: one name, or how many items.
    pub fn what(&self) -> String {
        let text = match &self.work {
            Work::Transfer(Transfer { items, .. }) | Work::Delete(items) | Work::Change(Revision { items, .. }) => {
                return items_words(items);
            }
            Work::Sync(plan) => return sync_words(plan),
            Work::Publish(publication) => return sync_words(&publication.files),
            Work::Stream(stream) => stream.to.key.last_part().to_owned(),
            Work::CreateFolder(place) => place.to_string(),
            Work::CreateBucket { name, .. } | Work::RemoveBucket(name) => name.to_string(),
            Work::PutBack { to, .. } => to.key.last_part().to_owned(),
            Work::AbortUploads { uploads, .. } => return counted(uploads.len() as u64, "upload", "uploads"),
        };
        visible(&text).into_owned()
    }

    /// Returns where its items come from, filtered: the first of several.
    pub fn from(&self) -> Option<String> {
        self.work.from().map(|text| visible(&text).into_owned())
    }

    /// Returns where its items go, filtered.
    pub fn to(&self) -> Option<String> {
        self.work.to().map(|text| visible(&text).into_owned())
    }

    /// Returns whether bytes go up to S3, down from it, or neither.
    pub fn direction(&self) -> Option<Direction> {
        let ends = match &self.work {
            Work::Transfer(Transfer { items, to, .. }) => (items.first().is_some_and(Item::is_s3), to.is_s3()),
            Work::Sync(plan) => (plan.from().is_s3(), plan.to().is_s3()),
            Work::Stream(_) | Work::Publish(_) => (false, true),
            _ => return None,
        };
        match ends {
            (false, true) => Some(Direction::Up),
            (true, false) => Some(Direction::Down),
            _ => None,
        }
    }

    /// Returns a line that says how the job ended, filtered.
    pub fn result_words(&self) -> String {
        let what = format!("{} {}", self.verb(), self.what());
        match self.state() {
            JobState::Failed(error) => format!("{what}: {error}"),
            JobState::SomeFailed => format!("{what}: {}; press t for what failed", self.results.words()),
            JobState::Cancelled => format!("{what}: cancelled, {}", self.results.words()),
            JobState::Done if self.snapshot.bytes_done > 0 => {
                let seconds = self.elapsed.as_secs().max(1);
                let moved = size(self.snapshot.bytes_done);
                format!("{what}: {}, {moved} in {}", self.results.words(), duration(seconds))
            }
            JobState::Done if self.results.done > 1 => format!("{what}: {}", self.results.words()),
            JobState::Done => format!("{what}: done{}", self.skipped_words()),
            state => format!("{what}: {}", state.word()),
        }
    }

    fn skipped_words(&self) -> String {
        if self.results.skipped == 0 {
            return String::new();
        }
        format!(", {} skipped", crate::model::text::count(self.results.skipped))
    }

    /// Returns the work that does again what failed, if anything can be.
    ///
    /// Items that failed as a whole are done again alone. Of a folder or prefix in which something failed, all is
    /// gone through again: what was asked about then is left alone now, so that nothing is replaced unasked.
    pub fn retry(&self) -> Option<Work> {
        let (Some(JobEnd::SomeFailed | JobEnd::Failed(_) | JobEnd::Cancelled), true) = (&self.end, self.can_repeat())
        else {
            return None;
        };
        match &self.work {
            Work::Transfer(transfer) => {
                let items = self.unfinished(&transfer.items);
                let has_container = items.iter().any(Item::is_container);
                let policy = match transfer.policy {
                    ConflictPolicy::Ask if has_container => ConflictPolicy::Skip,
                    policy => policy,
                };
                Some(Work::Transfer(Transfer { items, policy, ..transfer.clone() }))
            }
            Work::Delete(items) => Some(Work::Delete(self.unfinished(items))),
            work => Some(work.clone()),
        }
    }

    /// An edited file is gone once it was written; a failed write keeps it, so all work can be repeated. What was
    /// discarded is not to be done: what is left of it is offered at the next start. What another job has taken over is its.
    fn can_repeat(&self) -> bool {
        !matches!(self.end, Some(JobEnd::Done)) && self.ending().is_none() && self.kept != Kept::HandedOn
    }

    /// The items of which something failed, or, where that cannot be told by name, all of them.
    fn unfinished(&self, items: &[Item]) -> Vec<Item> {
        if self.end != Some(JobEnd::SomeFailed) {
            return items.to_vec();
        }
        let failed = |item: &Item| {
            let name = item.to_string();
            self.results.failures.iter().any(|failure| {
                failure.name == name
                    || item.is_container()
                        && failure
                            .name
                            .strip_prefix(&name)
                            .is_some_and(|rest| name.ends_with('/') || rest.starts_with('/'))
            })
        };
        let found: Vec<_> = items.iter().filter(|item| failed(item)).cloned().collect();
        if found.is_empty() { items.to_vec() } else { found }
    }
}

/// Where bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To S3.
    Up,
    /// From S3.
    Down,
}

/// What a sync does, in numbers.
fn sync_words(plan: &SyncPlan) -> String {
    let summary = plan.summary();
    let copies = counted(summary.copied().items, "copy", "copies");
    match summary.deleted.items {
        0 => copies,
        deletions => format!("{copies}, {}", counted(deletions, "deletion", "deletions")),
    }
}

fn items_words(items: &[Item]) -> String {
    match items {
        [item] => {
            let name = item.name();
            visible(&if name.is_empty() { item.to_string() } else { name }).into_owned()
        }
        items => counted(items.len() as u64, "item", "items"),
    }
}
