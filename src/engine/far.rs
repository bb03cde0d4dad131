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
use crate::s3::{Check, Crc, ObjectFacts, PartDone, PartsTag, Payload, Store};

/// One object, and what was found of its bytes so far.
#[derive(Debug)]
pub(super) struct Far {
    store: Store,
    object: ObjectRef,
    facts: ObjectFacts,
    proof: Proof,
    tally: Mutex<Tally>,
    has_broken: AtomicBool,
}

/// How the bytes are compared with what the source says of them.
#[derive(Debug, Clone, Copy)]
enum Proof {
    /// By a checksum that is made of pieces in any order.
    Crc(Crc),
    /// By the tag of the parts that the source was joined of, as its pieces hold whole parts.
    Parts(PartsTag),
    /// By what is made of all bytes in their order.
    InOrder,
}

/// What the pieces that were read add up to.
#[derive(Debug)]
struct Tally {
    /// By their offsets.
    pieces: BTreeMap<u64, Piece>,
    ordered: Ordered,
}

/// What is kept of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    size: u64,
    crc64: u64,
    /// What the source's checksum makes of it, if it is compared by one.
    crc: u64,
    /// The MD5s of the source's parts in it, if it is compared by them.
    md5s: Vec<u8>,
}

/// What is made of the bytes in their order.
#[derive(Debug)]
enum Ordered {
    /// Up to an offset.
    Until(u64, Check),
    /// Of all of them, with this result.
    Whole(Option<Verified>),
}

impl Far {
    /// Returns an object of which nothing was read yet. Where the facts hold no checksum that is made of pieces, `check`
    /// is: of the source's parts up to a size in bytes, else of all bytes in their order.
    pub fn new(store: Store, object: ObjectRef, facts: ObjectFacts, check: Check, largest_part: u64) -> Arc<Self> {
        let proof = match (facts.crc(), check.parts_tag().filter(|tag| tag.step(1) <= largest_part)) {
            (Some(crc), _) => Proof::Crc(crc),
            (None, Some(tag)) => Proof::Parts(tag),
            (None, None) => Proof::InOrder,
        };
        let tally = Mutex::new(Tally { pieces: BTreeMap::new(), ordered: Ordered::Until(0, check) });
        Arc::new(Self { store, object, facts, proof, tally, has_broken: AtomicBool::new(false) })
    }

    /// Returns the object as it is shown.
    pub fn name(&self) -> String {
        self.object.to_string()
    }

    /// Returns the state that it is in: its bytes, by the entity tag, and when they or what is said of them were written.
    /// Empty without an entity tag.
    pub fn state(&self) -> String {
        let written = self.facts.modified.map(|at| at.to_string()).unwrap_or_default();
        self.facts.etag.as_ref().map(|etag| format!("{etag} {} {written}", self.facts.size)).unwrap_or_default()
    }

    /// Returns its size in bytes.
    pub fn size(&self) -> u64 {
        self.facts.size
    }

    /// Returns the size of the pieces that it is best read in, of at least `wanted` bytes.
    pub fn step(&self, wanted: u64) -> u64 {
        match self.proof {
            Proof::Parts(tag) => tag.step(wanted),
            Proof::Crc(_) | Proof::InOrder => wanted,
        }
    }

    /// Returns whether its pieces must be read one behind the other.
    pub fn goes_in_order(&self) -> bool {
        let is_nothing = || matches!(self.tally().ordered, Ordered::Until(_, Check::Nothing));
        matches!(self.proof, Proof::InOrder) && !is_nothing()
    }

    /// Counts a piece that an earlier run has read of the same state, if what is known of it is enough for the proof.
    pub fn takes_as_read(&self, offset: u64, part: &PartDone) -> bool {
        let crc = match self.proof {
            Proof::Crc(crc) => part.crc64.and_then(|crc64| crc.of_sum(crc64)),
            Proof::InOrder if !self.goes_in_order() => Some(0),
            Proof::Parts(_) | Proof::InOrder => None,
        };
        let Some(crc) = crc else { return false };
        let piece = Piece { size: part.size, crc64: part.crc64.unwrap_or_default(), crc, md5s: Vec::new() };
        self.tally().pieces.insert(offset, piece);
        true
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
            .toil("read", move || {
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
        if tally.pieces.values().map(|piece| piece.size).sum::<u64>() != self.size() {
            return Err(self.error(Kind::Corrupt, "not all of it arrived"));
        }
        let verified = match self.proof {
            Proof::Crc(crc) => tally.whole_crc(crc).and_then(|whole| crc.verify(whole)),
            Proof::Parts(tag) => tag.verify(tally.pieces.values().map(|piece| &piece.md5s)),
            Proof::InOrder => tally.finish(self.size()),
        };
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
        let (crc, md5s) = match self.proof {
            Proof::Crc(crc) => (crc.of(payload), Vec::new()),
            Proof::Parts(tag) => (0, tag.sums(bytes)),
            Proof::InOrder => (0, Vec::new()),
        };
        let piece = Piece { size: payload.size(), crc64: payload.crc64(), crc, md5s };
        let mut tally = self.tally();
        if *tally.pieces.entry(offset).or_insert_with(|| piece.clone()) != piece {
            self.has_broken.store(true, Relaxed);
            return Err(self.error(Kind::Corrupt, "it was read twice, and the bytes differ"));
        }
        if let (Proof::InOrder, Ordered::Until(until, check)) = (self.proof, &mut tally.ordered)
            && *until == offset
        {
            check.update(bytes);
            *until += piece.size;
        }
        Ok(())
    }
}

impl Tally {
    fn whole_crc(&self, crc: Crc) -> Option<u64> {
        let mut pieces = self.pieces.values();
        let first = pieces.next()?.crc;
        Some(pieces.fold(first, |all, next| crc.combine(all, next.crc, next.size)))
    }

    /// Returns what the bytes in their order prove; nothing if they are not what is stored, or not all were counted.
    fn finish(&mut self, size: u64) -> Option<Verified> {
        match std::mem::replace(&mut self.ordered, Ordered::Whole(None)) {
            Ordered::Whole(verified) => self.ordered = Ordered::Whole(verified),
            Ordered::Until(until, check) => {
                // Without anything to compare with, pieces come in any order.
                let is_all = until == size || matches!(check, Check::Nothing);
                self.ordered = Ordered::Whole(check.finish().filter(|_| is_all));
            }
        }
        match self.ordered {
            Ordered::Whole(verified) => verified,
            Ordered::Until(..) => None,
        }
    }
}
