//! An object that is read to be written to another endpoint: piece by piece into memory of the budget, never to disk.
//!
//! All pieces are of one state: each is asked for with `If-Match`, and one that is read again, because it did not arrive
//! at the other end, must bring the same bytes. What the source says of its bytes is compared before the copy is joined.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::jobs::Job;
use crate::model::error::{Error, Kind};
use crate::model::job::Verified;
use crate::model::location::ObjectRef;
use crate::s3::{Check, Crc, ObjectFacts, Payload, Store};

/// One object, and what was found of its bytes so far.
#[derive(Debug)]
pub(super) struct Far {
    store: Store,
    object: ObjectRef,
    facts: ObjectFacts,
    tally: Mutex<Tally>,
    has_broken: AtomicBool,
}

/// What the pieces that were read add up to.
#[derive(Debug)]
struct Tally {
    /// The size and CRC64NVME of each piece, by its offset.
    pieces: BTreeMap<u64, (u64, u64)>,
    proof: Proof,
}

/// How the bytes are compared with what the source says of them.
#[derive(Debug)]
enum Proof {
    /// By a checksum that is made of pieces in any order; of each by its offset.
    Pieces(Crc, BTreeMap<u64, u64>),
    /// By one that is made of all bytes in their order; so many are counted.
    InOrder(Check, u64),
    /// Done, with this result.
    Over(Option<Verified>),
}

impl Far {
    /// Returns an object of which nothing was read yet; `check` is made of its bytes in order where the facts hold no
    /// checksum that is made of pieces.
    pub fn new(store: Store, object: ObjectRef, facts: ObjectFacts, check: Check) -> Arc<Self> {
        let proof = facts.crc().map_or(Proof::InOrder(check, 0), |crc| Proof::Pieces(crc, BTreeMap::new()));
        let tally = Mutex::new(Tally { pieces: BTreeMap::new(), proof });
        Arc::new(Self { store, object, facts, tally, has_broken: AtomicBool::new(false) })
    }

    /// Returns its size in bytes.
    pub fn size(&self) -> u64 {
        self.facts.size
    }

    /// Returns whether its pieces must be read one behind the other.
    pub fn goes_in_order(&self) -> bool {
        matches!(self.tally().proof, Proof::InOrder(ref check, _) if !matches!(check, Check::Nothing))
    }

    /// Returns whether the source cannot be read as it was: then what failed was not the target.
    pub fn has_broken(&self) -> bool {
        self.has_broken.load(Relaxed)
    }

    /// Reads a piece into memory of the budget; all of it is compared with what the source says before it is returned.
    pub async fn read(self: &Arc<Self>, job: &Job, range: Range<u64>) -> Result<Payload, Error> {
        let size = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut buffer = tokio::select! {
            biased;
            () = job.token.cancelled() => return Err(Error::cancelled("read", self.object.to_string())),
            buffer = job.core.buffers.take(size) => buffer,
        };
        let filled = self.fill(job, &range, buffer.as_mut()).await;
        filled.inspect_err(|error| {
            let is_final = !error.is_transient() && error.kind != Kind::ExpiredToken;
            self.has_broken.fetch_or(is_final, Relaxed);
        })?;
        let far = Arc::clone(self);
        job.core
            .block("read", move || {
                let bytes = buffer.into_bytes();
                let payload = Payload::new(bytes.clone());
                far.count(range.start, &bytes, &payload)?;
                if payload.size() == far.size() {
                    far.verify()?;
                }
                Ok(payload)
            })
            .await
    }

    /// Compares all that was read with what the source says of it.
    pub fn verify(&self) -> Result<Verified, Error> {
        let mut tally = self.tally();
        if tally.pieces.values().map(|piece| piece.0).sum::<u64>() != self.size() {
            return Err(self.error(Kind::Corrupt, "not all of it arrived"));
        }
        let verified = tally.verify();
        tally.proof = Proof::Over(verified);
        verified.ok_or_else(|| self.error(Kind::Corrupt, "the checksum of what arrived differs"))
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, kind: Kind, cause: &str) -> Error {
        Error::new(kind, "read", self.object.to_string(), cause)
    }

    /// Reads on where it broke off, as long as anything comes.
    async fn fill(&self, job: &Job, range: &Range<u64>, memory: &mut [u8]) -> Result<(), Error> {
        let mut done = 0;
        while done < memory.len() {
            let before = done;
            match self.fill_on(job, range, memory, &mut done).await {
                Ok(()) => {}
                // Without a tag it would not be known to be the rest of the same.
                Err(error) if error.is_transient() && done > before && self.facts.etag.is_some() => {}
                Err(error) if error.kind == Kind::Conflict => {
                    return Err(Error { cause: "the object changed while it was read".to_owned(), ..error });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn fill_on(&self, job: &Job, range: &Range<u64>, memory: &mut [u8], done: &mut usize) -> Result<(), Error> {
        let start = range.start + *done as u64;
        let is_whole = start == 0 && range.end == self.size();
        let wanted = (!is_whole).then_some(start..range.end);
        let body = self.store.get(&self.object, wanted, self.facts.etag.as_ref()).await?;
        let mut body = body.limited_by(&job.limits);
        while let Some(chunk) = body.next_chunk().await? {
            let Some(room) = memory.get_mut(*done..*done + chunk.len()) else {
                return Err(self.error(Kind::Corrupt, "the server sent more than was asked for"));
            };
            room.copy_from_slice(&chunk);
            *done += chunk.len();
        }
        if *done < memory.len() {
            return Err(self.error(Kind::Network, "the answer came short"));
        }
        Ok(())
    }

    /// Counts a piece that arrived, perhaps once more.
    fn count(&self, offset: u64, bytes: &Bytes, payload: &Payload) -> Result<(), Error> {
        let mut tally = self.tally();
        let piece = (payload.size(), payload.crc64());
        if *tally.pieces.entry(offset).or_insert(piece) != piece {
            self.has_broken.store(true, Relaxed);
            return Err(self.error(Kind::Corrupt, "it was read twice, and the bytes differ"));
        }
        match &mut tally.proof {
            Proof::Pieces(crc, sums) => {
                sums.insert(offset, crc.of(payload));
            }
            Proof::InOrder(check, counted) if *counted == offset => {
                check.update(bytes);
                *counted += payload.size();
            }
            Proof::InOrder(..) | Proof::Over(_) => {}
        }
        Ok(())
    }
}

impl Tally {
    /// Returns how the bytes are verified; nothing if they are not what is stored.
    fn verify(&mut self) -> Option<Verified> {
        match std::mem::replace(&mut self.proof, Proof::Over(None)) {
            Proof::Over(verified) => verified,
            Proof::InOrder(check, counted) => {
                let read = self.pieces.values().map(|piece| piece.0).sum::<u64>();
                let is_all = counted == read || matches!(check, Check::Nothing);
                check.finish().filter(|_| is_all)
            }
            Proof::Pieces(crc, sums) => {
                let mut all = None;
                for (offset, next) in sums {
                    let (size, _) = self.pieces.get(&offset)?;
                    all = Some(all.map_or(next, |all| crc.combine(all, next, *size)));
                }
                // Of an empty object no piece need be read.
                crc.verify(all.unwrap_or_else(|| crc.digest().finalize()))
            }
        }
    }
}
