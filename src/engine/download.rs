//! Objects to local files: one request for small ones, ranges in parallel for large ones.
//!
//! All goes to a temporary name beside the target, and gets its own name when size and checksum are what they must be.
//! Every range carries `If-Match`, so that no file is ever made of two states of an object.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use crc_fast::Digest;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::conflict::{Course, free_names};
use super::jobs::{Job, panicked};
use super::journal::Piece;
use super::open_download;
use super::plan::{PlanItem, Seen, Source, Target};
use super::transfer::{Context, Ended, MAX_RACES, Settled, changed_since_shown};
use crate::local::root::{Root, Standing};
use crate::local::write::{Replace, TempFile};
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Verified};
use crate::model::location::ObjectRef;
use crate::model::plan::{Conflict, ConflictPolicy, Side};
use crate::s3::{Check, Crc, ObjectFacts, Store};

const MIB: u64 = 1024 * 1024;

/// What one request of a large object asks for, in bytes.
const RANGE: u64 = 8 * MIB;

/// Objects up to this size are kept in memory until they are there, and written at once.
const IN_MEMORY: u64 = 256 * 1024;

/// Tasks that write to one file at once: more of them only fight for its lock.
const WRITERS: usize = 2;

/// Where a file is written, and what it may take the place of.
#[derive(Debug, Clone)]
pub(super) struct LocalAim {
    /// Below the root.
    pub relative: PathBuf,
    /// What may be replaced.
    pub replace: Replace,
    /// The permission bits of what is replaced, which the new file takes over.
    pub mode: Option<u32>,
}

/// What was fetched and verified, on its way to its name.
pub(super) enum Content {
    /// All of it.
    Memory(Vec<Bytes>),
    /// Under a temporary name.
    File(TempFile),
}

/// Makes the folder of a marker object.
pub(super) async fn folder(context: &Context, item: &PlanItem, relative: &Path) -> Result<ItemOutcome, Error> {
    make_folder(context, relative).await?;
    if context.transfer.is_move
        && let Source::Object(object, etag) = &item.source
    {
        context.delete_source(object, etag.as_ref()).await?;
    }
    Ok(ItemOutcome::Done(Verified::Nothing))
}

/// Makes a folder below the root.
pub(super) async fn make_folder(context: &Context, relative: &Path) -> Result<(), Error> {
    let (root, relative) = (context.root()?, relative.to_owned());
    context.job.core.block("create", move || root.folder(&relative).map(|_| ())).await
}

/// Downloads one object.
pub(super) async fn download(
    context: &Arc<Context>,
    item: &PlanItem,
    object: &ObjectRef,
    relative: &Path,
) -> Result<Ended, Error> {
    let aim = match context.aim_here(item, relative).await? {
        Settled::Go(aim) => aim,
        Settled::Skip(reason) => return Ok(context.skipped(item, reason).into()),
    };
    let (bytes, facts, verified) = fetch(context, item, object, &aim).await?;
    let place = match finish(context, item, relative, aim, bytes, facts.modified).await? {
        Settled::Go(place) => place,
        Settled::Skip(reason) => return Ok(ItemOutcome::Skipped(reason).into()),
    };
    if context.transfer.is_move {
        context.delete_source(object, facts.etag.as_ref()).await?;
    }
    Ok(Ended { outcome: ItemOutcome::Done(verified), place: Some(Target::Local(place)) })
}

impl Context {
    /// Returns the folder that receives.
    pub(super) fn root(&self) -> Result<Arc<Root>, Error> {
        self.root.clone().ok_or_else(|| Error::new(Kind::Other, "write to", "", "no folder was opened"))
    }

    /// Makes sure that the folder of a file is known to get temporary files before it gets one.
    pub(super) async fn announce(&self, relative: &Path) -> Result<(), Error> {
        if let Some(record) = self.job.journal() {
            record.folder(self.root()?.real().join(relative.parent().unwrap_or(Path::new("")))).await;
        }
        Ok(())
    }

    /// Settles where an item is written on this machine.
    pub(super) async fn aim_here(&self, item: &PlanItem, relative: &Path) -> Result<Settled<LocalAim>, Error> {
        let root = self.root()?;
        let standing = self.look_here(relative).await?;
        if let Some(seen) = &item.seen {
            let is_as_seen = match (seen, &standing) {
                (Seen::Absent, None) => true,
                (Seen::File(seen), Some(now)) => now.identity.is_still(seen),
                // Told better below.
                (_, Some(now)) if now.is_folder || self.has_written(now.identity.inode) => true,
                _ => false,
            };
            if !is_as_seen {
                return Err(changed_since_shown(root.path_of(relative).to_string_lossy().into_owned()));
            }
        }
        let Some(standing) = standing else {
            return Ok(Settled::Go(LocalAim { relative: relative.to_owned(), replace: Replace::Never, mode: None }));
        };
        let target = root.path_of(relative).to_string_lossy().into_owned();
        if let Some(cause) = self.cannot_replace(item, &standing) {
            return Err(Error::new(Kind::Conflict, "write", target, cause));
        }
        let target_side =
            Side { size: Some(standing.identity.size), modified: standing.identity.modified_at(), etag: None };
        let conflict = Conflict { target: target.clone(), source_side: item.side(), target_side };
        // What is as it was shown was agreed to.
        let policy = if item.seen.is_some() { ConflictPolicy::Overwrite } else { self.transfer.policy };
        match self.job.decide(policy, conflict).await? {
            Course::Skip(reason) => Ok(Settled::Skip(reason)),
            Course::Replace => Ok(Settled::Go(LocalAim {
                relative: relative.to_owned(),
                replace: Replace::IfStill(standing.identity),
                mode: standing.mode,
            })),
            Course::Rename => {
                let name = relative.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                for free in free_names(&name) {
                    let relative = relative.with_file_name(free);
                    if self.look_here(&relative).await?.is_none() {
                        return Ok(Settled::Go(LocalAim { relative, replace: Replace::Never, mode: None }));
                    }
                }
                Err(Error::new(Kind::Conflict, "rename", target, "no free name is left beside it"))
            }
        }
    }

    /// Returns the checksum that is made of the whole of an object in its order.
    pub(super) async fn check_of(&self, object: &ObjectRef, facts: &ObjectFacts) -> Check {
        let takes_tags = self.takes_tags_for_md5();
        match facts.check(takes_tags) {
            Check::Nothing if facts.is_joined() => {
                facts.check_of_parts(self.source_store.end_parts(object, facts).await, takes_tags)
            }
            check => check,
        }
    }

    pub(super) async fn look_here(&self, relative: &Path) -> Result<Option<Standing>, Error> {
        let (root, relative) = (self.root()?, relative.to_owned());
        self.job.core.touch("write", move || root.look(&relative)).await
    }

    fn cannot_replace(&self, item: &PlanItem, standing: &Standing) -> Option<&'static str> {
        if standing.is_folder {
            return Some("a folder stands where the file must be");
        }
        if standing.is_special {
            return Some("a FIFO, a socket or a device stands there, and is never replaced; `-` writes to a pipe");
        }
        if self.has_written(standing.identity.inode) {
            return Some("another item of this job was just written under this name");
        }
        match &item.source {
            Source::File(_, identity) if identity.is_same_file(&standing.identity) => {
                Some("source and destination are the same file")
            }
            _ => None,
        }
    }
}

/// Gives what was fetched its name, settling the target anew if somebody else was faster. Returns where it is.
pub(super) async fn finish(
    context: &Arc<Context>,
    item: &PlanItem,
    relative: &Path,
    mut aim: LocalAim,
    mut bytes: Content,
    modified: Option<jiff::Timestamp>,
) -> Result<Settled<PathBuf>, Error> {
    context.announce(&aim.relative).await?;
    for _ in 0..MAX_RACES {
        if context.job.token.is_cancelled() {
            return Err(Error::cancelled("write", relative.to_string_lossy()));
        }
        let (worker, taken) = (Arc::clone(context), aim.clone());
        let (file, result) = context.job.core.touch("write", move || commit(&worker, &taken, bytes, modified)).await?;
        match result {
            Ok(()) => return Ok(Settled::Go(aim.relative)),
            Err(error) if error.kind == Kind::Conflict => {
                tracing::info!(target_name = ?relative, %error, "the target changed meanwhile");
            }
            Err(error) => return Err(error),
        }
        bytes = Content::File(file);
        aim = match context.aim_here(item, relative).await? {
            Settled::Go(aim) => aim,
            Settled::Skip(reason) => return Ok(Settled::Skip(reason)),
        };
    }
    Err(Error::new(Kind::Conflict, "write", relative.to_string_lossy(), "the target keeps changing"))
}

fn commit(
    context: &Context,
    aim: &LocalAim,
    bytes: Content,
    modified: Option<jiff::Timestamp>,
) -> Result<(TempFile, Result<(), Error>), Error> {
    let mut file = match bytes {
        Content::File(file) => file,
        Content::Memory(chunks) => {
            let file = context.root()?.create_file(&aim.relative, aim.mode)?;
            let mut offset = 0;
            for chunk in chunks {
                file.write_at(&chunk, offset)?;
                offset += chunk.len() as u64;
            }
            file
        }
    };
    if let Some(mode) = aim.mode {
        file.set_mode(mode)?;
    }
    if let Some(modified) = modified {
        file.set_modified(modified)?;
    }
    // The source of a move is deleted next, so the copy has to be on the disk, not on its way there.
    let syncs = context.transfer.is_move || context.job.core.options.syncs_files;
    if syncs {
        file.sync()?;
    }
    let name = aim.relative.file_name().unwrap_or_default();
    // Noted before it has its name: another item may meet it there at once.
    context.note_written(file.identity()?.inode);
    let result = file.commit(name, &aim.replace);
    if result.is_ok() && syncs {
        file.sync_folder()?;
    }
    Ok((file, result))
}

/// Fetches an object and verifies what arrived; once more from the beginning where that is not what is stored: bytes may
/// change on their way without anybody between having noticed.
async fn fetch(
    context: &Arc<Context>,
    item: &PlanItem,
    object: &ObjectRef,
    aim: &LocalAim,
) -> Result<(Content, ObjectFacts, Verified), Error> {
    match fetch_once(context, item, object, aim).await {
        Err(error) if error.kind == Kind::Corrupt => {
            context.job.note(format!("{object} is read once more: {}", error.cause)).await;
            fetch_once(context, item, object, aim).await
        }
        fetched => fetched,
    }
}

async fn fetch_once(
    context: &Arc<Context>,
    item: &PlanItem,
    object: &ObjectRef,
    aim: &LocalAim,
) -> Result<(Content, ObjectFacts, Verified), Error> {
    let (job, store) = (&context.job, &context.store);
    let whole = job.core.options.multipart_threshold;
    if item.size > whole {
        let facts = job.call(&job.core.lanes.small, || store.head(object)).await?;
        if facts.size > whole && facts.etag.is_some() {
            let _place = tokio::select! {
                () = job.token.cancelled() => return Err(Error::cancelled("download", "")),
                place = job.large.acquire() => place,
            };
            let (file, verified) = fetch_ranges(context, object, &facts, aim).await?;
            return Ok((Content::File(file), facts, verified));
        }
    }
    job.call(job.core.lanes.way_of(item.size), || fetch_whole(context, object, aim)).await
}

/// What arrived is not what is stored.
fn corrupt(object: &ObjectRef) -> Error {
    Error::new(Kind::Corrupt, "download", object.to_string(), "the checksum of what arrived differs")
}

/// Takes back the bytes of a body that did not arrive whole, unless it is told that it did.
struct Counted<'a> {
    job: &'a Job,
    bytes: u64,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.job.progress.retract_bytes(self.bytes);
    }
}

async fn fetch_whole(
    context: &Arc<Context>,
    object: &ObjectRef,
    aim: &LocalAim,
) -> Result<(Content, ObjectFacts, Verified), Error> {
    let job = &context.job;
    let mut body = context.store.get(object, None, None).await?.limited_by(&job.limits);
    let facts = body.facts.clone();
    let mut check = facts.check(context.takes_tags_for_md5());
    let mut counted = Counted { job, bytes: 0 };
    let mut chunks = Vec::new();
    let file = if facts.size > IN_MEMORY { Some(create(context, aim, facts.size).await?) } else { None };
    while let Some(chunk) = body.next_chunk().await? {
        check.update(&chunk);
        let offset = counted.bytes;
        counted.bytes += chunk.len() as u64;
        job.progress.add_bytes(chunk.len() as u64);
        match &file {
            Some(file) => file.write_at(&chunk, offset)?,
            None => chunks.push(chunk),
        }
    }
    if counted.bytes != facts.size {
        return Err(Error::new(Kind::Corrupt, "download", object.to_string(), "the size of what arrived differs"));
    }
    let verified = check.finish().ok_or_else(|| corrupt(object))?;
    counted.bytes = 0;
    Ok((file.map_or(Content::Memory(chunks), Content::File), facts, verified))
}

/// Makes the temporary file with room for all of it.
pub(super) async fn create(context: &Context, aim: &LocalAim, size: u64) -> Result<TempFile, Error> {
    context.announce(&aim.relative).await?;
    let (root, aim) = (context.root()?, aim.clone());
    context
        .job
        .core
        .block("write", move || {
            let file = root.create_file(&aim.relative, aim.mode)?;
            file.preallocate(size)?;
            Ok(file)
        })
        .await
}

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

async fn fetch_ranges(
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
    let verified = match verify_ranges(context, &ranged, sums).await {
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
async fn verify_ranges(
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
