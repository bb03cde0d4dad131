//! A large object, in ranges that come beside each other. Every one carries `If-Match`, so that no file is ever made of two
//! states of an object.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use crc_fast::Digest;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::corrupt;
use crate::engine::jobs::{Job, panicked};
use crate::engine::journal::Piece;
use crate::engine::open_download;
use crate::engine::transfer::Context;
use crate::engine::transfer::landing::LocalAim;
use crate::local::write::TempFile;
use crate::model::error::{Error, Kind};
use crate::model::job::Verified;
use crate::model::location::ObjectRef;
use crate::s3::{Check, Crc, ObjectFacts, Store};

const MIB: u64 = 1024 * 1024;

/// What one request of a large object asks for, in bytes.
const RANGE: u64 = 8 * MIB;

/// Tasks that write to one file at once: more of them only fight for its lock.
const WRITERS: usize = 2;

/// What the ranges of one object share.
struct Ranged {
    store: Store,
    object: ObjectRef,
    facts: ObjectFacts,
    file: TempFile,
    crc: Option<Crc>,
    writers: Semaphore,
    moved: AtomicU64,
}

/// Fetches what an earlier run has not brought already, and verifies all of it together.
pub(super) async fn fetch(
    context: &Arc<Context>,
    object: &ObjectRef,
    facts: &ObjectFacts,
    aim: &LocalAim,
) -> Result<(TempFile, Verified), Error> {
    let job = &context.job;
    let step = job.core.options.part_size.unwrap_or(RANGE).max(1);
    let begun = open_download::open(context, object, facts, aim, step).await?;
    let (step, line) = (begun.step, begun.line());
    let there: HashSet<_> = begun.pieces.iter().map(|piece| piece.start).collect();
    let bytes_there = begun.pieces.iter().map(|piece| piece.length).sum();
    let mut sums: Vec<_> = begun.pieces.iter().map(|piece| (piece.start, piece.length, Some(piece.sum))).collect();
    job.progress.add_bytes(bytes_there);
    let ranged = Arc::new(Ranged {
        store: context.store.clone(),
        object: object.clone(),
        facts: facts.clone(),
        file: begun.file,
        crc: begun.crc,
        writers: Semaphore::new(WRITERS),
        moved: AtomicU64::new(bytes_there),
    });
    let mut starts =
        (0..facts.size).step_by(usize::try_from(step).unwrap_or(usize::MAX)).filter(|start| !there.contains(start));
    let mut open = JoinSet::new();
    loop {
        while open.len() < job.core.lanes.parts.width()
            && let Some(start) = starts.next()
        {
            let (job, ranged) = (Arc::clone(job), Arc::clone(&ranged));
            let end = (start + step).min(ranged.facts.size);
            open.spawn(async move {
                let sum = fetch_range(&job, &ranged, start, end).await?;
                if let Some(sum) = sum {
                    open_download::has(&job, line, Piece { start, length: end - start, sum }).await;
                }
                Ok::<_, Error>((start, end - start, sum))
            });
        }
        match open.join_next().await {
            None => break,
            Some(Ok(Ok(sum))) => sums.push(sum),
            Some(ended) => {
                open.shutdown().await;
                job.progress.retract_bytes(ranged.moved.load(Relaxed));
                let error =
                    ended.map_or_else(|_| panicked("download"), |own| own.err().unwrap_or(panicked("download")));
                if line.is_some() && job.stays_open(&error) {
                    ranged.file.keep();
                }
                return Err(error);
            }
        }
    }
    let verified = match verify(context, &ranged, sums).await {
        Ok(verified) => verified,
        Err(error) => {
            job.progress.retract_bytes(ranged.moved.load(Relaxed));
            open_download::ended(job, line).await;
            return Err(error);
        }
    };
    // All tasks have ended, so this is the last owner.
    let ranged = Arc::try_unwrap(ranged).map_err(|_| panicked("download"))?;
    Ok((ranged.file, verified))
}

/// Compares all ranges together with what is stored: each is its start, its length, and its checksum if it was computed.
async fn verify(
    context: &Context,
    ranged: &Arc<Ranged>,
    mut sums: Vec<(u64, u64, Option<u64>)>,
) -> Result<Verified, Error> {
    let Ranged { object, facts, .. } = &**ranged;
    sums.sort_by_key(|sum| sum.0);
    if sums.iter().map(|sum| sum.1).sum::<u64>() != facts.size {
        return Err(Error::new(Kind::Corrupt, "download", object.to_string(), "not all of it arrived"));
    }
    if let Some(crc) = facts.crc() {
        let all = sums.iter().try_fold(None, |all: Option<u64>, (_, size, next)| {
            let next = (*next)?;
            Some(Some(all.map_or(next, |all| crc.combine(all, next, *size))))
        });
        return all.flatten().and_then(|all| crc.verify(all)).ok_or_else(|| corrupt(object));
    }
    let (reader, check) = (Arc::clone(ranged), context.check_of(object, facts).await);
    let read = move || read_through(&reader.file, reader.facts.size, check);
    context.job.core.block("read", read).await?.ok_or_else(|| corrupt(object))
}

/// Reads what was written in its order, for a checksum that cannot be made of ranges in any other.
fn read_through(file: &TempFile, size: u64, mut check: Check) -> Result<Option<Verified>, Error> {
    if matches!(check, Check::Nothing) {
        return Ok(check.finish());
    }
    let mut buffer = vec![0; usize::try_from(MIB.min(size)).unwrap_or_default()];
    let mut offset = 0;
    while offset < size {
        let length = usize::try_from(size - offset).unwrap_or(usize::MAX).min(buffer.len());
        let chunk = buffer.get_mut(..length).unwrap_or_default();
        file.read_at(chunk, offset)?;
        check.update(chunk);
        offset += length as u64;
    }
    Ok(check.finish())
}

/// Fetches one range, and goes on where it broke off as long as anything comes.
async fn fetch_range(job: &Job, ranged: &Ranged, start: u64, end: u64) -> Result<Option<u64>, Error> {
    let at = AtomicU64::new(start);
    let digest = Mutex::new(ranged.crc.map(Crc::digest));
    loop {
        let before = at.load(Relaxed);
        match job.call(job.core.lanes.parts.carrying(end - before), || piece(job, ranged, &at, end, &digest)).await {
            Ok(()) => break,
            Err(error) if error.is_transient() && at.load(Relaxed) > before => {}
            Err(error) if error.kind == Kind::Conflict => {
                let cause = "the object changed while it was read";
                return Err(Error { cause: cause.to_owned(), ..error });
            }
            Err(error) => return Err(error),
        }
    }
    let digest = digest.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(digest.map(|digest| digest.finalize()))
}

/// Fetches as much of a range as one request brings.
async fn piece(
    job: &Job,
    ranged: &Ranged,
    at: &AtomicU64,
    end: u64,
    digest: &Mutex<Option<Digest>>,
) -> Result<(), Error> {
    let start = at.load(Relaxed);
    let body = ranged.store.get(&ranged.object, Some(start..end), ranged.facts.etag.as_ref()).await?;
    let mut body = body.limited_by(&job.limits);
    while let Some(chunk) = body.next_chunk().await? {
        let offset = at.load(Relaxed);
        let next = offset + chunk.len() as u64;
        if next > end {
            let cause = "the server sent more than was asked for";
            return Err(Error::new(Kind::Server, "download", ranged.object.to_string(), cause));
        }
        if let Some(digest) = digest.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            digest.update(&chunk);
        }
        {
            let _writer = ranged.writers.acquire().await;
            ranged.file.write_at(&chunk, offset)?;
        }
        at.store(next, Relaxed);
        ranged.moved.fetch_add(chunk.len() as u64, Relaxed);
        job.progress.add_bytes(chunk.len() as u64);
    }
    if at.load(Relaxed) == end {
        return Ok(());
    }
    Err(Error::new(Kind::Network, "download", ranged.object.to_string(), "a range came short"))
}
