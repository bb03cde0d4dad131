//! What is asked of the engine.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Item, JobId, Ticket, UnfinishedId, Work};
use crate::model::access::evidence::Source;
use crate::model::access::exposure::{Choice, Exposure};
use crate::model::compare::Places;
use crate::model::document::{DocumentKind, DocumentWrite};
use crate::model::history::HistoryId;
use crate::model::limit::ByteRate;
use crate::model::location::{Location, ObjectRef};
use crate::model::name::{BucketName, Prefix};
use crate::model::plan::Answer;
use crate::model::publication::Wish;
use crate::model::upload::UploadRef;

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
    /// Look at the parts of one unfinished upload.
    UploadParts {
        /// The answer carries it.
        ticket: Ticket,
        /// The upload.
        upload: UploadRef,
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
    /// Read a document of a bucket.
    ReadDocument {
        /// Answers carry it.
        ticket: Ticket,
        /// The bucket.
        bucket: BucketName,
        /// Which document.
        kind: DocumentKind,
    },
    /// Read what was kept of a document when this program last wrote it.
    ReadKeptDocument {
        /// Answers carry it.
        ticket: Ticket,
        /// The bucket.
        bucket: BucketName,
        /// Which document.
        kind: DocumentKind,
    },
    /// Write a document of a bucket, or take it away, if it still is what was seen.
    WriteDocument {
        /// Answers carry it.
        ticket: Ticket,
        /// The bucket.
        bucket: BucketName,
        /// Which document.
        kind: DocumentKind,
        /// What was seen, and what is to be.
        change: Box<DocumentWrite>,
    },
    /// Plan how a place is made public or private.
    PlanExposure {
        /// The answer carries it.
        ticket: Ticket,
        /// The place, and what is wanted of it.
        exposure: Box<Exposure>,
    },
    /// Make a place public or private by a choice of its plan: document after document, each if it still is what was seen.
    Expose {
        /// The answer carries it.
        ticket: Ticket,
        /// The place, and what is wanted of it.
        exposure: Box<Exposure>,
        /// What is written.
        choice: Box<Choice>,
    },
    /// Say what the rules of a lifecycle document would do today, whether it is set or not; totals come as they grow.
    ForecastLifecycle {
        /// Answers carry it.
        ticket: Ticket,
        /// The bucket.
        bucket: BucketName,
        /// The document.
        document: Box<Value>,
    },
    /// Find out all that it takes to publish a website, and write nothing.
    PlanPublication {
        /// The answer carries it.
        ticket: Ticket,
        /// What is wished for.
        wish: Box<Wish>,
    },
    /// Load the sections of one thing. Newest wins: the one before is dropped.
    Inspect {
        /// Answers carry it.
        ticket: Ticket,
        /// What to look at.
        item: Item,
    },
    /// Find the one word for a bucket: whether it is open to strangers.
    Judge {
        /// The answer carries it.
        ticket: Ticket,
        /// The bucket.
        bucket: BucketName,
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
    /// Send one HEAD and one LIST without credentials, and say what they met.
    TestAnonymous {
        /// The answer carries it.
        ticket: Ticket,
        /// An object, a prefix or a bucket.
        item: Item,
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
    /// Write a text to a private temporary file, to be edited.
    Draft {
        /// The answer carries it.
        ticket: Ticket,
        /// How the file is called, by which an editor knows its kind.
        name: String,
        /// The text.
        text: String,
    },
    /// Read the text of such a file, which stays until it is discarded.
    ReadDraft {
        /// The answer carries it.
        ticket: Ticket,
        /// The file.
        path: PathBuf,
    },
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
    /// Names all jobs that earlier runs have left, also those that only need to be cleaned up behind, and touches none.
    ListUnfinished,
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
    /// Strike out a job that an earlier run has not finished, and ask no server: for one whose server is gone. Its temporary
    /// files are removed, and nobody aborts its uploads any more.
    Forget {
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
