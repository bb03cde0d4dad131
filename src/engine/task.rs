//! What a job does: what was asked for, or a stream, whose other end is no plain value.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use tokio::io::AsyncRead;
use tokio::sync::mpsc;

use super::footprint::Footprint;
use crate::model::job::{Item, Work};
use crate::model::location::ObjectRef;
use crate::model::stream::Stream;

/// Where a stream to S3 comes from.
pub(super) type Pipe = Box<dyn AsyncRead + Send + Unpin>;

/// What a job does.
pub(super) enum Task {
    /// What a request asked for.
    Asked(Work),
    /// Hand on the bytes of an object, in order.
    Read(ObjectRef, mpsc::Sender<Bytes>),
    /// Write what a pipe brings.
    Write(Stream, Pipe),
}

impl Task {
    /// Returns what it is called in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Asked(work) => work_name(work),
            Self::Read(..) => "read",
            Self::Write(..) => "stream",
        }
    }

    /// Returns the places that it touches.
    pub fn footprint(&self) -> Footprint {
        match self {
            Self::Asked(work) => Footprint::of(work),
            Self::Read(object, _) => Footprint::of_reading(object),
            Self::Write(stream, _) => Footprint::of(&Work::Stream(stream.clone())),
        }
    }

    /// Returns what is written down of it. What is over at once is not worth it, nor what writes nothing.
    pub fn kept(&self) -> Option<Cow<'_, Work>> {
        match self {
            Self::Asked(work) => is_kept(work).then_some(Cow::Borrowed(work)),
            Self::Read(..) => None,
            Self::Write(stream, _) => Some(Cow::Owned(Work::Stream(stream.clone()))),
        }
    }

    /// Returns whether another run of the program can go on with it.
    pub fn can_go_on(&self) -> bool {
        matches!(self, Self::Asked(work) if work.can_go_on())
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Task({})", self.name())
    }
}

fn is_kept(work: &Work) -> bool {
    match work {
        Work::Transfer(transfer) => !transfer.is_rehearsal,
        Work::Change(revision) => !revision.is_rehearsal,
        Work::Sync(_) | Work::Publish(_) | Work::Stream(_) => true,
        // Of what is deleted here nobody could tell later what has come since.
        Work::Delete(items) => items.iter().all(Item::is_s3),
        Work::CreateFolder(_)
        | Work::CreateBucket { .. }
        | Work::RemoveBucket(_)
        | Work::AbortUploads { .. }
        | Work::PutBack { .. } => false,
    }
}

fn work_name(work: &Work) -> &'static str {
    match work {
        Work::Transfer(transfer) if transfer.is_move => "move",
        Work::Transfer(_) => "copy",
        Work::Delete(_) => "delete",
        Work::Change(_) => "change",
        Work::Sync(_) => "sync",
        Work::Publish(_) => "publish",
        Work::Stream(_) => "stream",
        Work::CreateFolder(_) => "create folder",
        Work::CreateBucket { .. } => "create bucket",
        Work::RemoveBucket(_) => "remove bucket",
        Work::PutBack { .. } => "put back",
        Work::AbortUploads { .. } => "abort uploads",
    }
}
