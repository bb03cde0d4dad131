//! Objects as streams: from S3 to whoever takes the chunks, and from a pipe to S3, with a few parts in memory and never
//! the whole. Both are jobs, with what all jobs have: patience, lanes, limits, and an end that is reported.

mod read;
mod write;

use bytes::Bytes;
use tokio::io::AsyncRead;
use tokio::sync::mpsc;

use super::Engine;
use super::jobs::{Origin, start};
use super::task::Task;
use crate::model::job::JobId;
use crate::model::location::ObjectRef;
use crate::model::stream::Stream;

pub(super) use read::read;
pub(super) use write::write;

/// Chunks that wait for who takes them.
const AHEAD: usize = 16;

impl Engine {
    /// Begins a job that hands on the bytes of an object, in order. Only its end says whether they were those that are
    /// stored. It ends too when nobody takes them any more.
    pub fn read(&self, job: JobId, object: ObjectRef) -> mpsc::Receiver<Bytes> {
        let (out, chunks) = mpsc::channel(AHEAD);
        start(&self.core, job, Task::Read(object, out), Origin::New);
        chunks
    }

    /// Begins a job that writes what a pipe brings. If it ends before the pipe does, nothing is left of it.
    pub fn write(&self, job: JobId, stream: Stream, pipe: impl AsyncRead + Send + Unpin + 'static) {
        start(&self.core, job, Task::Write(stream, Box::new(pipe)), Origin::New);
    }
}
