//! What a request writes: kept where it is until the request's turn has come, so that nothing that waits takes memory.

use std::sync::Arc;

use bytes::Bytes;

use super::jobs::Job;
use crate::local::read::Source;
use crate::model::error::Error;
use crate::s3::Payload;

/// The body of a request, wherever it is.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// In memory.
    Here(Payload),
    /// All of a file.
    Whole(Arc<Source>),
    /// A part of a file, so many bytes from an offset on.
    Part(Arc<Source>, u64, u64),
}

impl Body {
    /// Returns a body of nothing.
    pub fn empty() -> Self {
        Self::Here(Payload::new(Bytes::new()))
    }

    /// Returns its length in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Here(payload) => payload.size(),
            Self::Whole(source) => source.identity().size,
            Self::Part(_, _, size) => *size,
        }
    }

    /// Brings it into memory, of the budget where it is read, with its checksum.
    ///
    /// Who waits here for memory has a place in a lane, and so has everybody who has memory: nobody waits for both.
    pub async fn load(&self, job: &Job) -> Result<Payload, Error> {
        let (source, offset, size) = match self {
            Self::Here(payload) => return Ok(payload.clone().limited_by(&job.limits)),
            Self::Whole(source) => (source, 0, self.size()),
            Self::Part(source, offset, size) => (source, *offset, *size),
        };
        let mut buffer = tokio::select! {
            biased;
            () = job.token.cancelled() => return Err(Error::cancelled("read", "")),
            buffer = job.core.buffers.take(usize::try_from(size).unwrap_or(usize::MAX)) => buffer,
        };
        let (source, progress, limits) = (Arc::clone(source), Arc::clone(&job.progress), job.limits.clone());
        // The parts of a file are sent over hours; whether it has changed meanwhile is asked when all of them have left.
        let is_whole = matches!(self, Self::Whole(_));
        job.core
            .block("read", move || {
                source.read_at(buffer.as_mut(), offset)?;
                if is_whole {
                    source.check_unchanged()?;
                }
                Ok(Payload::new(buffer.into_bytes()).counted_by(&progress).limited_by(&limits))
            })
            .await
    }
}
