//! Bodies: one in memory on its way out, one on its way in, chunk by chunk.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::{Digest as _, Md5};

use super::departure::Departure;
use super::restraint;
use super::value::ObjectFacts;
use crate::model::error::{Error, Kind};
use crate::model::limit::Limits;
use crate::model::name::ETag;
use crate::model::progress::Progress;
use crate::s3::{Patience, fault};

/// A body in memory with its CRC64NVME, computed once.
#[derive(Clone)]
pub struct Payload {
    bytes: Bytes,
    crc64: u64,
    progress: Option<Arc<Progress>>,
    limits: Limits,
}

impl Payload {
    /// Computes the checksum: about 0.1 CPU seconds a GiB.
    pub fn new(bytes: Bytes) -> Self {
        let crc64 = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, &bytes);
        Self { bytes, crc64, progress: None, limits: Limits::default() }
    }

    /// Returns the length in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Returns the CRC64NVME.
    pub fn crc64(&self) -> u64 {
        self.crc64
    }

    /// Computes the MD5: about 1.4 CPU seconds a GiB, so only for servers that check nothing newer.
    pub(in crate::s3) fn md5(&self) -> BodyMd5 {
        BodyMd5(Md5::digest(&self.bytes).into())
    }

    /// Counts what leaves, and takes it back where it did not arrive.
    #[must_use]
    pub fn counted_by(mut self, progress: &Arc<Progress>) -> Self {
        self.progress = Some(Arc::clone(progress));
        self
    }

    /// Lets it leave no faster than this.
    #[must_use]
    pub fn limited_by(mut self, limits: &Limits) -> Self {
        self.limits = limits.clone();
        self
    }

    /// Counts all of it: it turned out to have arrived.
    pub fn count(&self) {
        if let Some(progress) = &self.progress {
            progress.add_bytes(self.size());
        }
    }

    pub(super) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    pub(in crate::s3) fn depart(&self, patience: Patience) -> Departure {
        Departure::new(self, self.progress.clone(), self.limits.clone(), patience)
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.bytes.len())
    }
}

/// The MD5 of a body.
#[derive(Debug, Clone, Copy)]
pub(in crate::s3) struct BodyMd5([u8; 16]);

impl BodyMd5 {
    /// Returns the entity tag that most servers give to what is written with one request.
    pub fn etag(self) -> ETag {
        ETag::from(format!("\"{:032x}\"", u128::from_be_bytes(self.0)))
    }

    /// Returns the value of `Content-MD5`.
    pub fn header(self) -> String {
        STANDARD.encode(self.0)
    }
}

/// The body of a `get`, chunk by chunk, as it comes from the connection.
pub struct ObjectBody {
    /// What the answer said about the object.
    pub facts: ObjectFacts,
    body: ByteStream,
    expected: Option<u64>,
    received: u64,
    target: String,
    limits: Limits,
    /// How long it may stand still between two chunks.
    patience: Duration,
}

impl fmt::Debug for ObjectBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectBody")
            .field("target", &self.target)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

impl ObjectBody {
    pub(super) fn new(
        facts: ObjectFacts,
        body: ByteStream,
        expected: Option<u64>,
        target: String,
        patience: Duration,
    ) -> Self {
        Self { facts, body, expected, received: 0, target, limits: Limits::default(), patience }
    }

    /// Lets it come no faster than this: what is not read waits at the server.
    #[must_use]
    pub fn limited_by(mut self, limits: &Limits) -> Self {
        self.limits = limits.clone();
        self
    }

    /// Returns the length of this body in bytes, if the server said it.
    pub fn length(&self) -> Option<u64> {
        self.expected
    }

    /// Returns the next chunk, or nothing at the end. A body that ends early is an error.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let failed = |cause: String| Error::new(Kind::Network, "read", self.target.clone(), cause);
        match tokio::time::timeout(self.patience, self.body.next()).await {
            Err(_) => Err(failed(format!("nothing came for {} s", self.patience.as_secs()))),
            Ok(Some(Ok(chunk))) => {
                self.received += chunk.len() as u64;
                restraint::take(&self.limits, chunk.len()).await;
                Ok(Some(chunk))
            }
            Ok(Some(Err(error))) => Err(failed(fault::body_words(&error))),
            Ok(None) if self.expected.is_some_and(|expected| expected != self.received) => {
                Err(failed(format!("the connection ended after {} bytes", self.received)))
            }
            Ok(None) => Ok(None),
        }
    }
}
