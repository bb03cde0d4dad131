//! The words between the rules and the engine: [`Request`] is work, [`Report`] is what the work said.
//!
//! Rules and engine are strangers that share these plain values and nothing else. Every answer carries the ticket or
//! the job it belongs to; an answer that matches none is dropped, in one place.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::access::Access;
use super::access::evidence::{Evidence, Source};
use super::attributes::Given;
use super::compare::{ComparedPage, Places};
use super::entry::{Entry, StorageClass};
use super::error::Error;
use super::filter::Filter;
use super::history::{HistoryId, HistoryRow};
use super::inspect::{Content, Preview, Section};
use super::limit::ByteRate;
use super::location::{Location, ObjectRef};
use super::name::{BucketName, ETag, Prefix, Profile};
use super::plan::{Answer, Conflict, ConflictPolicy, PlanSummary};
use super::progress::Progress;
use super::stored;
use super::stream::Stream;
use super::sync::SyncPlan;
use super::upload::{PendingUpload, UploadRef};

/// Which question an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Ticket(pub u64);

/// Which job a report belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct JobId(pub u64);

/// A thing that can be copied, deleted, inspected.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Item {
    /// A local file, or anything local that is not a folder.
    File(#[serde(with = "stored::path")] PathBuf),
    /// A local folder and all below it.
    Folder(#[serde(with = "stored::path")] PathBuf),
    /// An object.
    Object(ObjectRef),
    /// All keys that begin with a prefix.
    Prefix {
        /// The bucket.
        bucket: BucketName,
        /// Empty only where a bucket is emptied and stays; a whole bucket is `Item::Bucket`.
        prefix: Prefix,
    },
    /// A bucket and all in it.
    Bucket(BucketName),
}

impl Item {
    /// Returns the name that the item keeps when it is copied elsewhere.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Folder(path) => {
                path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Self::Object(object) => object.key.last_part().to_owned(),
            Self::Prefix { prefix, .. } => prefix.last_part().to_owned(),
            Self::Bucket(bucket) => bucket.as_str().to_owned(),
        }
    }

    /// Returns the profile by which the item is reached, if it is on S3.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::File(_) | Self::Folder(_) => None,
            Self::Object(ObjectRef { bucket, .. }) | Self::Prefix { bucket, .. } | Self::Bucket(bucket) => {
                Some(bucket.profile())
            }
        }
    }

    /// Returns whether the item is on S3.
    pub fn is_s3(&self) -> bool {
        !matches!(self, Self::File(_) | Self::Folder(_))
    }

    /// Returns whether the item may hold others.
    pub fn is_container(&self) -> bool {
        matches!(self, Self::Folder(_) | Self::Prefix { .. } | Self::Bucket(_))
    }
}

impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) | Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Object(object) => write!(f, "{object}"),
            Self::Prefix { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Bucket(bucket) => write!(f, "s3://{bucket}"),
        }
    }
}

/// A copy or a move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// What is copied; each keeps its name below `to` unless `rename` says otherwise.
    pub items: Vec<Item>,
    /// The folder, bucket or prefix that receives them; created if it is missing. Bound when the job is queued.
    pub to: Location,
    /// The new name, for exactly one item.
    pub rename: Option<String>,
    /// Whether of exactly one folder, prefix or bucket only what is in it is taken, and gets its place right below `to`.
    pub takes_contents: bool,
    /// Which names below the items are taken. Folders and markers of a filtered transfer are not made for themselves.
    pub filter: Filter,
    /// Whether each source is deleted after its copy was verified.
    pub is_move: bool,
    /// What happens where the target exists.
    pub policy: ConflictPolicy,
    /// The storage class of what is written to S3; the source's, or the bucket's default, if not given.
    pub storage_class: Option<StorageClass>,
    /// What is given to what is written to S3 beside its bytes.
    pub given: Box<Given>,
    /// Whether it only finds out what it would do: nothing is written, and each item ends as [`ItemOutcome::Planned`].
    pub is_rehearsal: bool,
}

impl Transfer {
    /// Returns the name that the items get instead of their own; it is empty where only what is in them is taken.
    pub fn new_name(&self) -> Option<&str> {
        if self.takes_contents { Some("") } else { self.rename.as_deref() }
    }
}

/// Work that the user can see, cancel and retry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Copy or move.
    Transfer(Transfer),
    /// Delete files, folders, objects (their current version) and prefixes.
    Delete(Vec<Item>),
    /// Make one place the same as another, as it was shown.
    Sync(Arc<SyncPlan>),
    /// Write what a pipe brings; only who brings the pipe along can begin it.
    Stream(Stream),
    /// Make a local folder, or the marker object of a prefix.
    CreateFolder(Location),
    /// Make a bucket, with public access blocked and ACLs disabled, as Amazon's console does.
    CreateBucket {
        /// Its name.
        name: BucketName,
        /// Its region.
        region: String,
    },
    /// Remove an empty bucket.
    RemoveBucket(BucketName),
    /// Write an edited file back to the object it came from, if that has not changed since.
    PutBack {
        /// The edited file, which is removed when it was written.
        #[serde(with = "stored::path")]
        from: PathBuf,
        /// Where it goes.
        to: ObjectRef,
        /// What it was when it was read.
        if_match: ETag,
    },
    /// Abort unfinished uploads.
    AbortUploads {
        /// Which ones.
        uploads: Vec<UploadRef>,
        /// Whether also those that a running copy of the program works on.
        is_forced: bool,
    },
}

impl Work {
    /// Returns whether what was interrupted can be gone on with. Otherwise only cleaning up behind it is left.
    pub fn can_go_on(&self) -> bool {
        !matches!(self, Self::Stream(_))
    }
}

/// What becomes of the jobs that have not ended when the program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// They are cancelled: nothing of them is left half way.
    Cancel,
    /// They are kept: the next start offers to go on with them. Those that are not in the journal are cancelled.
    Keep,
}

/// Which unfinished job of an earlier run of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnfinishedId(pub i64);

/// A job that an earlier run of the program has not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its name in the journal.
    pub id: UnfinishedId,
    /// What was asked for.
    pub work: Work,
    /// When it was queued.
    pub queued: Timestamp,
    /// The profile that was in use, if one was named.
    pub profile: Option<String>,
    /// The endpoint, if it was not Amazon's.
    pub endpoint: Option<String>,
    /// Whether the program is connected to the same endpoint with the same profile now.
    pub is_from_here: bool,
    /// Items that were done.
    pub items_done: u64,
    /// The sum of their sizes.
    pub bytes_done: u64,
    /// The size of what is there of other items: parts of uploads, pieces of downloads.
    pub bytes_begun: u64,
}

/// Where a listing goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(pub Arc<str>);

/// What a count is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A copy or move to this place.
    Transfer {
        /// The place that receives.
        to: Location,
    },
    /// A deletion.
    Delete,
}

/// Work for the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// List a place, page by page, until it ends or the ticket is dropped.
    List {
        /// Answers carry it.
        ticket: Ticket,
        /// What to list.
        place: Location,
        /// Where to go on; from the start if not given.
        from: Option<PageToken>,
    },
    /// List all objects below a place on S3, in the order of their keys and named relative to it, page by page, until it
    /// ends or the ticket is dropped. Unlike `List` it never stops by itself: who asks keeps no more than he needs.
    ListBelow {
        /// Answers carry it.
        ticket: Ticket,
        /// A bucket, or what the keys begin with.
        place: Location,
    },
    /// List the unfinished uploads of a bucket, page by page.
    Uploads {
        /// Answers carry it.
        ticket: Ticket,
        /// The bucket.
        bucket: BucketName,
        /// What the keys begin with.
        prefix: Prefix,
        /// Whether the size of their parts is asked for too, which takes a request for each.
        with_sizes: bool,
    },
    /// Make an address by which anybody can read or write one object for a while.
    Presign {
        /// Answers carry it.
        ticket: Ticket,
        /// What may be read or written.
        object: ObjectRef,
        /// Which of both.
        method: PresignedMethod,
        /// For how long; at most [`PresignedMethod::LONGEST`].
        lifetime: Duration,
    },
    /// Load the sections of one thing. Newest wins: the one before is dropped.
    Inspect {
        /// Answers carry it.
        ticket: Ticket,
        /// What to look at.
        item: Item,
    },
    /// Read all that decides who may do what with a bucket or an object in it.
    Gather {
        /// The answer carries it.
        ticket: Ticket,
        /// Where it is read.
        source: Source,
        /// The file of the caller's own IAM policy.
        identity: Option<PathBuf>,
    },
    /// Read the first bytes. Newest wins.
    Preview {
        /// Answers carry it.
        ticket: Ticket,
        /// A file or an object.
        item: Item,
    },
    /// Find places that complete what was typed. Newest wins.
    Complete {
        /// Answers carry it.
        ticket: Ticket,
        /// What was typed: a path or a location.
        text: String,
        /// Where relative paths start.
        base: PathBuf,
    },
    /// Count what a job would touch, and say what would be lost.
    Count {
        /// Answers carry it.
        ticket: Ticket,
        /// What would be touched.
        items: Vec<Item>,
        /// What for.
        purpose: Purpose,
    },
    /// Compare what is in two places, page by page, until both end or the ticket is dropped.
    Compare {
        /// Answers carry it.
        ticket: Ticket,
        /// Which places, and how.
        places: Places,
    },
    /// Read an object to a private temporary file, to be edited.
    Fetch {
        /// Answers carry it.
        ticket: Ticket,
        /// What to read.
        object: ObjectRef,
    },
    /// Remove a file that was fetched, and is not edited after all.
    Discard(PathBuf),
    /// Find out who the caller is, and when the credentials end.
    Identify,
    /// Stop answering this ticket.
    Drop(Ticket),
    /// Begin a job.
    Start {
        /// Chosen by the asker, never used before.
        job: JobId,
        /// What to do.
        work: Work,
    },
    /// Find the jobs that earlier runs of the program have not finished.
    FindUnfinished,
    /// Read one page of what was transferred, newest first.
    History {
        /// Answers carry it.
        ticket: Ticket,
        /// What must be part of a name or of how it ended, whatever its letters; nothing matches all.
        filter: String,
        /// The row behind which the page begins; at the newest if not given.
        before: Option<HistoryId>,
    },
    /// Go on with a job that an earlier run has not finished: only what is missing is done.
    TakeUp {
        /// Chosen by the asker, never used before.
        job: JobId,
        /// Which one.
        unfinished: UnfinishedId,
        /// What was asked for then.
        work: Work,
    },
    /// Clean up behind a job that an earlier run has not finished: its uploads are aborted, its temporary files removed.
    GiveUp {
        /// Chosen by the asker, never used before.
        job: JobId,
        /// Which one.
        unfinished: UnfinishedId,
        /// What was asked for then.
        work: Work,
    },
    /// Answer a conflict that a job asked about.
    Resolve {
        /// The job that asked.
        job: JobId,
        /// Which of its questions.
        question: u64,
        /// What to do.
        answer: Answer,
    },
    /// Limit how fast bytes move to and from servers, from now on.
    Limit {
        /// The job; all jobs together if not given.
        job: Option<JobId>,
        /// The limit; none if not given.
        rate: Option<ByteRate>,
    },
    /// Let a job send nothing new until it is resumed; what is on its way ends.
    Pause(JobId),
    /// Let a paused job go on as soon as there is a place for it.
    Resume(JobId),
    /// Let a job that waits pass the next one that waits, ahead of it or behind it.
    Reorder {
        /// The job.
        job: JobId,
        /// Whether it is to come sooner, or later.
        is_sooner: bool,
    },
    /// Stop a job; what is finished stays.
    Cancel(JobId),
}

/// What an address allows that carries its own signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresignedMethod {
    /// To read.
    Get,
    /// To write.
    Put,
}

impl PresignedMethod {
    /// The longest that a signature may live (Amazon S3 User Guide, "Sharing objects with presigned URLs"): seven days.
    pub const LONGEST: Duration = Duration::from_hours(7 * 24);
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In the order in which the server or the file system gave them.
    pub entries: Vec<Entry>,
    /// Where it goes on if the engine stopped by itself (at its limit of rows).
    pub rest: Option<PageToken>,
    /// Whether this is the last page of this request.
    pub is_last: bool,
}

/// What was verified of a written copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// Nothing had to be copied (a folder, a deletion).
    Nothing,
    /// The size.
    Size,
    /// The CRC64NVME of the whole object, on both sides.
    Crc64Nvme,
    /// Another checksum of the whole object or of its parts; the text names it.
    Checksum(&'static str),
}

/// How one item of a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemOutcome {
    /// It was done.
    Done(Verified),
    /// It would have been done; this is what would have been written, as it is shown, unfiltered.
    Planned(String),
    /// It was left out, with the reason.
    Skipped(String),
    /// It failed; its source is still there.
    Failed(Error),
}

/// One item of a job and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemResult {
    /// The item as it is shown: a path or URI, unfiltered.
    pub name: String,
    /// In bytes.
    pub bytes: u64,
    /// How it ended.
    pub outcome: ItemOutcome,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// All items were done or left out by rule.
    Done,
    /// Some items failed; the rest was done.
    SomeFailed,
    /// It could not be done at all.
    Failed(Error),
    /// It was cancelled; what was finished stays.
    Cancelled,
}

/// Who the caller is and how the program is connected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connection {
    /// The profile in use, if one was named.
    pub profile: Option<String>,
    /// The region that requests start from.
    pub region: String,
    /// Whether no region was configured, so that `region` is a guess.
    pub region_is_default: bool,
    /// The endpoint, if it is not Amazon's.
    pub endpoint: Option<String>,
    /// The account's number, if the caller could be asked for.
    pub account: Option<String>,
    /// The caller's ARN, if it could be asked for.
    pub caller: Option<String>,
    /// When the credentials end, if they do.
    pub expires: Option<Timestamp>,
}

/// What the work said. Each happens once; what grows is in [`Progress`].
#[derive(Debug, Clone)]
pub enum Report {
    /// A page of a listing.
    Page {
        /// Of this question.
        ticket: Ticket,
        /// The rows.
        page: Page,
    },
    /// A page of unfinished uploads.
    Uploads {
        /// Of this question.
        ticket: Ticket,
        /// The uploads.
        uploads: Vec<PendingUpload>,
        /// Whether this is the last page.
        is_last: bool,
    },
    /// An address that carries its own signature.
    Presigned {
        /// Of this question.
        ticket: Ticket,
        /// The address.
        url: String,
        /// When its signature ends.
        ends: Timestamp,
        /// When the credentials end that it was made with, if they do: the address ends with them.
        credentials_end: Option<Timestamp>,
    },
    /// What a comparison found since the last one.
    Compared {
        /// Of this question.
        ticket: Ticket,
        /// What it found.
        page: ComparedPage,
    },
    /// A listing, preview, completion, count, comparison, fetch or presigning failed.
    Failed {
        /// Of this question.
        ticket: Ticket,
        /// Why.
        error: Error,
    },
    /// A section of the inspector.
    Inspected {
        /// Of this question.
        ticket: Ticket,
        /// Which section.
        section: Section,
        /// What it holds, or why not. Denied and unsupported are answers too.
        result: Result<Content, Error>,
    },
    /// The word on top of the inspector.
    Verdict {
        /// Of this question.
        ticket: Ticket,
        /// The word.
        access: Access,
    },
    /// What decides who may do what.
    Gathered {
        /// Of this question.
        ticket: Ticket,
        /// What was found.
        evidence: Box<Evidence>,
    },
    /// The first bytes.
    Previewed {
        /// Of this question.
        ticket: Ticket,
        /// What was read.
        preview: Preview,
    },
    /// Places that complete what was typed.
    Completed {
        /// Of this question.
        ticket: Ticket,
        /// Whole texts, sorted.
        texts: Vec<String>,
    },
    /// Totals so far; comes again until `is_complete`.
    Counted {
        /// Of this question.
        ticket: Ticket,
        /// The totals.
        summary: PlanSummary,
    },
    /// An object was read to a temporary file.
    Fetched {
        /// Of this question.
        ticket: Ticket,
        /// Where it is.
        path: PathBuf,
        /// What it came from.
        object: ObjectRef,
        /// What it was.
        etag: ETag,
    },
    /// Who the caller is, as far as it is known; may come again.
    Connected(Connection),
    /// A bucket's region was learnt.
    Region {
        /// The bucket.
        bucket: BucketName,
        /// Its region.
        region: String,
    },
    /// There are no usable credentials; nothing on S3 works until there are.
    NotConnected(Error),
    /// The jobs that earlier runs of the program have not finished, oldest first.
    Unfinished(Vec<Unfinished>),
    /// One page of what was transferred, newest first.
    History {
        /// Of this question.
        ticket: Ticket,
        /// The rows.
        rows: Vec<HistoryRow>,
        /// Whether there are no older ones.
        is_last: bool,
    },
    /// The journal was damaged: the file was put elsewhere, and a new one begun. Uploads that it knew of are left.
    JournalSetAside {
        /// Where the damaged file is now.
        aside: PathBuf,
        /// What was wrong with it.
        error: Error,
    },
    /// The journal cannot be written: jobs go on, and cannot be resumed.
    JournalFailed(Error),
    /// A job that is about to end with failures is kept: what it has begun can be gone on with.
    Kept {
        /// The job.
        job: JobId,
        /// Its name in the journal.
        unfinished: UnfinishedId,
    },
    /// A job says something of an item that has not ended.
    Noted {
        /// The job.
        job: JobId,
        /// What it says, in words.
        note: String,
    },
    /// A job runs; its counters can be read from now on.
    Started {
        /// The job.
        job: JobId,
        /// Its counters.
        progress: Arc<Progress>,
    },
    /// A job that has begun lost its turn, because it was paused, or got it back.
    Turn {
        /// The job.
        job: JobId,
        /// Whether it runs.
        has_turn: bool,
    },
    /// A job was to pass another.
    Reordered {
        /// The job.
        job: JobId,
        /// All jobs that have not ended, in their order from now on.
        jobs: Vec<JobId>,
        /// Whether it did; it does not where one of the two changes what the other touches.
        is_moved: bool,
    },
    /// Items ended; sent in batches.
    Items {
        /// The job.
        job: JobId,
        /// In the order in which they ended.
        results: Vec<ItemResult>,
    },
    /// A job needs to know what to do with a target that exists.
    Question {
        /// The job.
        job: JobId,
        /// Which of its questions.
        question: u64,
        /// What stands in the way.
        conflict: Conflict,
    },
    /// A job waits for fresh credentials, or goes on with them.
    Held {
        /// The job.
        job: JobId,
        /// Why it waits; nothing when it goes on.
        reason: Option<Error>,
    },
    /// A job ended.
    Finished {
        /// The job.
        job: JobId,
        /// How.
        end: JobEnd,
    },
}
