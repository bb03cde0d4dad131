//! What a request writes: kept where it is until the request's turn has come, so that nothing that waits takes memory.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::far::Far;
use super::jobs::Job;
use crate::local::read::Source;
use crate::model::error::Error;
use crate::s3::{PartDone, Payload};

/// Where large bodies are until they are read, all at once or in parts.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// A local file.
    File(Arc<Source>),
    /// An object that is reached by another profile.
    Object(Arc<Far>),
}

/// The body of a request, wherever it is.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// In memory.
    Here(Payload),
    /// So many bytes of something.
    Of(Origin, Range<u64>),
}

impl Origin {
    /// Returns the name that it is shown by.
    pub fn name(&self) -> String {
        match self {
            Self::File(source) => source.path().to_string_lossy().into_owned(),
            Self::Object(far) => far.name(),
        }
    }

    /// Returns the state that it is in, by which another run knows what was sent of it already; empty if it has none.
    pub fn state(&self) -> String {
        match self {
            Self::File(source) => source.identity().state(),
            Self::Object(far) => far.state(),
        }
    }

    /// Returns its length in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::File(source) => source.identity().size,
            Self::Object(far) => far.size(),
        }
    }

    /// Returns all of it as one body.
    pub fn whole(&self) -> Body {
        Body::Of(self.clone(), 0..self.size())
    }

    /// Returns a part of it, so many bytes from an offset on.
    pub fn part(&self, offset: u64, length: u64) -> Body {
        Body::Of(self.clone(), offset..offset + length)
    }

    /// Returns the size of the parts that it is best cut into, of at least `wanted` bytes.
    pub fn step(&self, wanted: u64) -> u64 {
        match self {
            Self::File(_) => wanted,
            Self::Object(far) => far.step(wanted),
        }
    }

    /// Takes a part as read that an earlier run has sent. Returns whether that will do: else it has to be read once more,
    /// so that all of it can be compared with what the source says.
    pub fn takes_as_read(&self, offset: u64, part: &PartDone) -> bool {
        match self {
            Self::File(_) => true,
            Self::Object(far) => far.takes_as_read(offset, part),
        }
    }

    /// Returns whether its parts must be read one behind the other.
    pub fn goes_in_order(&self) -> bool {
        matches!(self, Self::Object(far) if far.goes_in_order())
    }

    /// Fails unless all parts together are what it was, and still is.
    pub async fn check(&self, job: &Job) -> Result<(), Error> {
        let origin = self.clone();
        let check = move || match origin {
            Self::File(source) => source.check_unchanged(),
            Self::Object(far) => far.verify().map(|_| ()),
        };
        job.core.block("read", check).await
    }
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
            Self::Of(_, range) => range.end - range.start,
        }
    }

    /// Brings it into memory, of the budget where it is read, with its checksum.
    ///
    /// Who waits here for memory has a place in a lane, and so has everybody who has memory: nobody waits for both.
    pub async fn load(&self, job: &Job) -> Result<Payload, Error> {
        let payload = match self {
            Self::Here(payload) => return Ok(payload.clone().limited_by(&job.limits)),
            Self::Of(Origin::Object(far), range) => far.read(job, range.clone()).await?,
            Self::Of(Origin::File(source), range) => {
                read_file(job, Arc::clone(source), range.start, self.size()).await?
            }
        };
        Ok(payload.counted_by(&job.progress).limited_by(&job.limits))
    }
}

async fn read_file(job: &Job, source: Arc<Source>, offset: u64, size: u64) -> Result<Payload, Error> {
    let mut buffer = tokio::select! {
        biased;
        () = job.token.cancelled() => return Err(Error::cancelled("read", "")),
        buffer = job.core.buffers.take(usize::try_from(size).unwrap_or(usize::MAX)) => buffer,
    };
    job.core
        .toil("read", move || {
            source.read_at(buffer.as_mut(), offset)?;
            // The parts of a file are sent over hours; whether it has changed meanwhile is asked when all of them have
            // left.
            if size == source.identity().size {
                source.check_unchanged()?;
            }
            Ok(Payload::new(buffer.into_bytes()))
        })
        .await
}
