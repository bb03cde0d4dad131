//! Objects as streams: from S3 to a pipe, and from a pipe to S3, with a few parts in memory and never the whole.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::task::JoinSet;

use super::Engine;
use super::core::Core;
use super::given;
use super::jobs::panicked;
use super::open_upload::{abort_on, with_left};
use super::upload::{compare, proof};
use crate::model::attributes::Given;
use crate::model::capability::Support;
use crate::model::entry::StorageClass;
use crate::model::error::{Error, Kind};
use crate::model::job::Verified;
use crate::model::limit::Limits;
use crate::model::location::ObjectRef;
use crate::s3::{Condition, ObjectFacts, PartDone, Payload, Store, UploadId, WriteOptions, Written};

/// How often a read that broke off goes on without a byte in between.
const BARREN_TRIES: u32 = 4;

/// The size of the first parts of a stream, in bytes.
const FIRST_PART: u64 = 8 * 1024 * 1024;

/// After so many parts they become twice as large: nobody knows how long a stream gets, and 10,000 parts must do.
const GROW_AFTER: i32 = 1000;

/// How often they become twice as large, by which a stream may have 490 GiB.
const MAX_GROWTH: i32 = 3;

/// How large they become at most, in bytes (Amazon S3 User Guide, "Amazon S3 multipart upload limits").
const MAX_PART: u64 = 5 * 1024 * 1024 * 1024;

/// The most parts of one upload (the same page).
const MAX_PARTS: i32 = 10_000;

/// Parts that are on their way at once, unless a number is given.
const OPEN_PARTS: usize = 4;

/// Which side of a stream ended it.
#[derive(Debug)]
pub enum Broken {
    /// S3's side, or what the stream asked of it.
    Store(Error),
    /// The pipe.
    Pipe(io::Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// How a stream is written.
#[derive(Debug, Clone, Default)]
pub struct StreamOptions {
    /// Whether what is there stays.
    pub keeps_existing: bool,
    /// The storage class; the bucket's default if not given.
    pub storage_class: Option<StorageClass>,
    /// What is given to the object beside its bytes.
    pub given: Given,
}

/// What came of a stream that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEnd {
    /// It is there, so many bytes long.
    Written(u64, Verified),
    /// Something was there, and stayed.
    Kept,
}

impl Engine {
    /// Hands the bytes of an object on, in order. A read that breaks off goes on where it stopped, if the object is still
    /// the same. Only at the end is it known whether all bytes were those that are stored.
    pub async fn read_to(
        &self,
        object: &ObjectRef,
        out: &mut (impl AsyncWrite + Unpin + Send),
    ) -> Result<Verified, Broken> {
        let store = self.core.store_of(&object.bucket).await;
        let limits = Limits::new([Arc::clone(&self.core.limit)]);
        let mut body = store.get(object, None, None).await?.limited_by(&limits);
        let facts = body.facts.clone();
        let mut check = facts.check(store.has_md5_tags());
        let (mut done, mut barren) = (0, 0);
        loop {
            match body.next_chunk().await {
                Ok(None) => break,
                Ok(Some(chunk)) => {
                    check.update(&chunk);
                    out.write_all(&chunk).await.map_err(Broken::Pipe)?;
                    done += chunk.len() as u64;
                    barren = 0;
                }
                Err(error) if error.is_transient() && facts.etag.is_some() && barren < BARREN_TRIES => {
                    barren += 1;
                    let rest = store.get(object, Some(done..facts.size), facts.etag.as_ref()).await?;
                    body = rest.limited_by(&limits);
                }
                Err(error) => return Err(error.into()),
            }
        }
        out.flush().await.map_err(Broken::Pipe)?;
        let corrupt = || Error::new(Kind::Corrupt, "read", object.to_string(), "what arrived is not what is stored");
        let verified = check.finish().filter(|_| done == facts.size);
        Ok(verified.ok_or_else(corrupt)?)
    }

    /// Writes what a pipe brings to an object. If the engine ends before the pipe does, nothing is left of it.
    pub async fn write_from(
        &self,
        object: &ObjectRef,
        pipe: impl AsyncRead + Unpin + Send + 'static,
        options: StreamOptions,
    ) -> Result<StreamEnd, Broken> {
        let (core, object) = (Arc::clone(&self.core), object.clone());
        // A task that the engine knows, so that its end waits until the upload is aborted.
        let task = self.core.tracker.spawn(Box::pin(async move { write(&core, &object, pipe, &options).await }));
        task.await.unwrap_or_else(|_| Err(panicked("upload").into()))
    }
}

async fn write(
    core: &Arc<Core>,
    object: &ObjectRef,
    mut pipe: impl AsyncRead + Unpin + Send,
    options: &StreamOptions,
) -> Result<StreamEnd, Broken> {
    let store = &core.store_of(&object.bucket).await;
    if options.keeps_existing && look(store, object).await?.is_some() {
        return Ok(StreamEnd::Kept);
    }
    // A server that does not know the condition has been looked at just now, and that is all there is.
    let is_guarded = options.keeps_existing && store.capabilities().conditional_writes != Support::No;
    let condition = if is_guarded { Condition::IfAbsent } else { Condition::None };
    let write_options = given::write_options(&options.given, options.storage_class, object, condition);
    let cancelled = || Broken::Store(Error::cancelled("upload", object.to_string()));
    let first = tokio::select! {
        biased;
        () = core.root.cancelled() => return Err(cancelled()),
        first = next_part(core, &mut pipe, 1) => first?,
    };
    let (written, sent, size) = if first.is_last {
        let payload = payload(core, first.bytes);
        let (crc64, size) = (payload.crc64(), payload.size());
        let written = tokio::select! {
            biased;
            // A body that breaks off writes nothing.
            () = core.root.cancelled() => return Err(cancelled()),
            written = Box::pin(store.put(object, payload, &write_options)) => written?,
        };
        (written, Some(crc64), size)
    } else {
        put_in_parts(core, object, &mut pipe, first, &write_options, options.keeps_existing).await?
    };
    let verified = match proof(&written, sent) {
        Some(verified) => verified,
        None => compare(store, object, look(store, object).await?, sent, size)?,
    };
    Ok(StreamEnd::Written(size, verified))
}

async fn look(store: &Store, object: &ObjectRef) -> Result<Option<ObjectFacts>, Error> {
    match store.head(object).await {
        Ok(facts) => Ok(Some(facts)),
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns what is sent, held to the limit of all transfers.
fn payload(core: &Core, bytes: Bytes) -> Payload {
    Payload::new(bytes).limited_by(&Limits::new([Arc::clone(&core.limit)]))
}

/// A piece of a stream.
struct Piece {
    bytes: Bytes,
    /// Whether the pipe ended within it.
    is_last: bool,
}

/// Fills a part from the pipe.
async fn next_part(core: &Core, pipe: &mut (impl AsyncRead + Unpin), number: i32) -> Result<Piece, Broken> {
    let base = core.options.part_size.unwrap_or(FIRST_PART).max(1);
    let grown = (base << (number / GROW_AFTER).min(MAX_GROWTH)).min(MAX_PART.max(base));
    let size = usize::try_from(grown).unwrap_or(usize::MAX);
    let mut buffer = core.buffers.take(size).await;
    let mut filled = 0;
    while let Some(rest) = buffer.as_mut().get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match pipe.read(rest).await.map_err(Broken::Pipe)? {
            0 => return Ok(Piece { bytes: buffer.into_bytes().slice(..filled), is_last: true }),
            read => filled += read,
        }
    }
    Ok(Piece { bytes: buffer.into_bytes(), is_last: false })
}

async fn put_in_parts(
    core: &Arc<Core>,
    object: &ObjectRef,
    pipe: &mut (impl AsyncRead + Unpin + Send),
    first: Piece,
    options: &WriteOptions,
    keeps_existing: bool,
) -> Result<(Written, Option<u64>, u64), Broken> {
    let store = &core.store_of(&object.bucket).await;
    // Its answer must be known: an upload that nobody knows of is billed.
    let began = Instant::now();
    let upload = Box::pin(store.create_upload(object, options)).await?;
    core.unfinished.began(&upload, object);
    if upload.was_sent_again()
        && let Err(error) = store.abort_twins(object, &upload, began.elapsed()).await
    {
        tracing::warn!(target_name = ?object.to_string(), %error, "an empty upload may be left");
    }
    let sent = tokio::select! {
        biased;
        () = core.root.cancelled() => Err(Error::cancelled("upload", object.to_string()).into()),
        sent = send_parts(core, object, pipe, first, &upload) => sent,
    };
    let joined = match sent {
        Ok(parts) => {
            join(store, object, &upload, parts, &options.condition, keeps_existing).await.map_err(Broken::from)
        }
        Err(broken) => Err(broken),
    };
    match joined {
        Ok(joined) => {
            core.unfinished.ended(&upload);
            given::tag(store, object, &options.tags).await?;
            Ok(joined)
        }
        Err(broken) => match (abort_on(core, store, object, &upload).await, broken) {
            (Ok(()), broken) => Err(broken),
            // As with files: a stream that was cancelled says nothing of itself, so what is left has to.
            (Err(left), Broken::Store(first)) if first.kind == Kind::Cancelled => Err(left.into()),
            (Err(left), Broken::Store(first)) => Err(with_left(first, &left).into()),
            (Err(left), Broken::Pipe(first)) => {
                Err(Broken::Pipe(io::Error::new(first.kind(), format!("{first}; moreover: {left}"))))
            }
        },
    }
}

async fn join(
    store: &Store,
    object: &ObjectRef,
    upload: &UploadId,
    parts: Vec<PartDone>,
    condition: &Condition,
    keeps_existing: bool,
) -> Result<(Written, Option<u64>, u64), Error> {
    // As with files: servers other than Amazon's may ignore the condition here (RGW 16.2 does).
    if keeps_existing && !store.is_amazon() && look(store, object).await?.is_some() {
        let cause = "something came to stand there while the parts were on their way";
        return Err(Error::new(Kind::Conflict, "write", object.to_string(), cause));
    }
    let written = Box::pin(store.complete_upload(object, upload, &parts, condition)).await?;
    let size = parts.iter().map(|part| part.size).sum();
    Ok((written, PartDone::whole_crc64(&parts), size))
}

/// Sends all parts, a few at once; what a failure leaves is aborted by the caller.
async fn send_parts(
    core: &Arc<Core>,
    object: &ObjectRef,
    pipe: &mut (impl AsyncRead + Unpin + Send),
    first: Piece,
    upload: &UploadId,
) -> Result<Vec<PartDone>, Broken> {
    let mut open = JoinSet::new();
    let mut parts = Vec::new();
    let mut next = Some((first, 1));
    while let Some((piece, number)) = next.take() {
        while open.len() >= core.options.concurrency.unwrap_or(OPEN_PARTS) {
            parts.extend(sent(open.join_next().await)?);
        }
        let is_last = piece.is_last;
        // A pipe may end just where a part does.
        if !piece.bytes.is_empty() {
            let (core, object, upload) = (Arc::clone(core), object.clone(), upload.clone());
            open.spawn(Box::pin(async move {
                let payload = payload(&core, piece.bytes);
                core.store_of(&object.bucket).await.upload_part(&object, &upload, number, payload).await
            }));
        }
        if !is_last {
            if number >= MAX_PARTS {
                let cause = "it is longer than 10,000 parts can hold";
                return Err(Error::new(Kind::Invalid, "upload", object.to_string(), cause).into());
            }
            let piece = next_part(core, pipe, number + 1);
            tokio::pin!(piece);
            // A pipe may say nothing for hours: a part that is refused meanwhile ends the stream all the same.
            let piece = loop {
                tokio::select! {
                    Some(ended) = open.join_next(), if !open.is_empty() => parts.extend(sent(Some(ended))?),
                    piece = &mut piece => break piece?,
                }
            };
            next = Some((piece, number + 1));
        }
    }
    while let Some(ended) = open.join_next().await {
        parts.extend(sent(Some(ended))?);
    }
    Ok(parts)
}

fn sent(ended: Option<Result<Result<PartDone, Error>, tokio::task::JoinError>>) -> Result<Option<PartDone>, Error> {
    ended.map(|ended| ended.unwrap_or_else(|_| Err(panicked("upload")))).transpose()
}
