//! What the engine says.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{ItemResult, JobEnd, JobId, PageToken, Ticket, Unfinished, UnfinishedId};
use crate::model::access::Access;
use crate::model::access::anonymous::AnonymousTest;
use crate::model::access::evidence::Evidence;
use crate::model::access::exposure::{Exposed, Plan};
use crate::model::compare::ComparedPage;
use crate::model::document::forecast::Forecast;
use crate::model::document::{DocumentKind, Written};
use crate::model::entry::Entry;
use crate::model::error::Error;
use crate::model::history::HistoryRow;
use crate::model::inspect::{Content, Preview, Section};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, ETag};
use crate::model::plan::{Conflict, PlanSummary};
use crate::model::progress::Progress;
use crate::model::publication;
use crate::model::upload::{PendingUpload, Sent};

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
    /// The parts of one unfinished upload were looked at.
    UploadParts {
        /// Of this question.
        ticket: Ticket,
        /// What of it is there; nothing if the upload is gone.
        sent: Option<Sent>,
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
    /// A document of a bucket, or what was kept of it.
    Document {
        /// Of this question.
        ticket: Ticket,
        /// Which document.
        kind: DocumentKind,
        /// The document; nothing if none is set, or was.
        document: Option<Value>,
    },
    /// A document of a bucket was written.
    DocumentWritten {
        /// Of this question.
        ticket: Ticket,
        /// Which document.
        kind: DocumentKind,
        /// What came of it.
        written: Written,
    },
    /// How a place is made public or private.
    ExposurePlanned {
        /// Of this question.
        ticket: Ticket,
        /// The ways, and what stands in them.
        plan: Box<Plan>,
    },
    /// What was to make a place public or private was written, as far as it could be.
    Exposed {
        /// Of this question.
        ticket: Ticket,
        /// How each step ended.
        exposed: Exposed,
    },
    /// What the rules of a lifecycle document do today, so far; comes again until `is_complete`.
    Forecast {
        /// Of this question.
        ticket: Ticket,
        /// The totals.
        forecast: Box<Forecast>,
    },
    /// What it takes to publish a website.
    PublicationPlanned {
        /// Of this question.
        ticket: Ticket,
        /// How it is published.
        plan: Box<publication::Plan>,
    },
    /// A listing, preview, completion, count, comparison, fetch, presigning, document or look at parts failed.
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
    /// The one word for a bucket or an object.
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
    /// What requests without credentials met.
    AnonymousTested {
        /// Of this question.
        ticket: Ticket,
        /// What they met.
        test: AnonymousTest,
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
    /// A text was written to a temporary file.
    Drafted {
        /// Of this question.
        ticket: Ticket,
        /// Where it is.
        path: PathBuf,
    },
    /// The text of such a file, which is gone.
    Draft {
        /// Of this question.
        ticket: Ticket,
        /// The text.
        text: String,
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
