//! To S3: one request for what is short, parts for what is long, as a pipe brings them.
//!
//! Nobody knows how long a pipe gets, and an upload has 10,000 parts, so they grow on the way. What has come is in memory
//! until it has arrived, because a pipe cannot be read again.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::AsyncReadExt as _;
use tokio::task::{JoinError, JoinSet};

use crate::engine::body::Body;
use crate::engine::jobs::{Job, panicked};
use crate::engine::journal::EndedItem;
use crate::engine::open_upload::{self, Cut, OpenUpload, give_up};
use crate::engine::resume;
use crate::engine::task::Pipe;
use crate::engine::transfer::{Aim, Context, Missed};
use crate::engine::upload::{MAX_PARTS, MIN_PART, part_size, put, send_part, verify, width, write_options};
use crate::model::error::{Error, Kind};
use crate::model::job::{ItemOutcome, Transfer};
use crate::model::location::{Location, ObjectRef};
use crate::model::name::Prefix;
use crate::model::plan::ConflictPolicy;
use crate::model::stream::Stream;
use crate::s3::{Condition, PartDone, Payload, Written};

/// What a stream comes from, as it is shown.
const SOURCE: &str = "standard input";

/// After so many parts the next ones are twice as large.
const GROW_AFTER: u32 = 500;

/// Returns the size of a part of what may get long, in bytes: the number starts with 1, and `first` is what it begins with.
///
/// A part is no larger than half the memory, so that one can be filled while another is on its way.
fn grown(first: u64, number: u32, memory_bytes: u64) -> u64 {
    let times = 1_u64.checked_shl(number / GROW_AFTER).unwrap_or(u64::MAX);
    first.saturating_mul(times).min((memory_bytes / 2).max(first))
}

/// Writes what a pipe brings to an object, and cleans up behind earlier streams that were killed: who only ever pipes opens
/// no screen that would find what they have left.
pub(in crate::engine) async fn write(job: &Arc<Job>, stream: Stream, pipe: Pipe) -> Result<(), Error> {
    tokio::join!(Box::pin(write_only(job, stream, pipe)), resume::clean(&job.core)).0
}

async fn write_only(job: &Arc<Job>, stream: Stream, pipe: Pipe) -> Result<(), Error> {
    let (to, name) = (stream.to.clone(), stream.to.to_string());
    job.progress.add_total(1, 0);
    job.progress.begin(&name);
    let smallest = job.core.options.part_size.unwrap_or(MIN_PART);
    let first = part_size(stream.expected_bytes.unwrap_or_default(), smallest);
    let context = Arc::new(Context::open(job, transfer(stream)).await?);
    let mut pieces = Pieces { job: Arc::clone(job), pipe, first, number: 0 };
    let (bytes, outcome) = Box::pin(settle(&context, &to, &mut pieces)).await?;
    if let Some(record) = job.journal() {
        let region = context.store.region_of(&to.bucket);
        let (source, target, outcome) = (SOURCE.to_owned(), name.clone(), outcome.clone());
        record.item(EndedItem { source, state: None, target, region, bytes, outcome }).await;
    }
    job.record(name, bytes, outcome).await;
    Ok(())
}

/// Returns the transfer of nothing else that a stream is.
fn transfer(stream: Stream) -> Transfer {
    Transfer {
        policy: if stream.keeps_existing { ConflictPolicy::Skip } else { ConflictPolicy::Overwrite },
        storage_class: stream.storage_class,
        given: stream.given,
        ..Transfer::new(Vec::new(), Location::S3 { bucket: stream.to.bucket, prefix: Prefix::root() })
    }
}

/// Writes it, unless something is there that stays. Returns how many bytes it was.
async fn settle(context: &Arc<Context>, to: &ObjectRef, pieces: &mut Pieces) -> Result<(u64, ItemOutcome), Error> {
    let keeps_existing = context.transfer.policy == ConflictPolicy::Skip;
    if keeps_existing && is_there(context, to).await? {
        return Ok((0, ItemOutcome::Skipped("the target exists".to_owned())));
    }
    let expected = if keeps_existing { Condition::IfAbsent } else { Condition::None };
    let aim = context.guarded(to.clone(), expected);
    let first = tokio::select! {
        biased;
        () = context.job.token.cancelled() => return Err(Error::cancelled("upload", to.to_string())),
        first = pieces.next() => first?,
    };
    let sent = if first.is_last {
        let body = first.into_body(&context.job);
        let write = |aim: Aim| {
            let body = &body;
            async move { put(context, &aim, body, &write_options(context, &aim)).await }
        };
        let written = guarded(context, &aim, write).await;
        written.map(|(written, crc)| Sent { written, crc: Some(crc), size: body.size() })
    } else {
        put_in_parts(context, &aim, pieces, first).await
    };
    let Sent { written, crc, size } = sent.map_err(|(Missed::Race(error) | Missed::Failed(error))| error)?;
    let verified = verify(context, to, &written, crc, size).await?;
    Ok((size, ItemOutcome::Done(verified)))
}

async fn is_there(context: &Context, to: &ObjectRef) -> Result<bool, Error> {
    match context.look(to).await {
        // Who may only write need not look where the write itself tells.
        Err(error) if error.kind == Kind::Denied && context.store.notices_races() => Ok(false),
        found => found.map(|found| found.is_some()),
    }
}

/// What was sent.
struct Sent {
    written: Written,
    crc: Option<u64>,
    size: u64,
}

/// Makes the last request of a write; without its condition where the server turns out not to know it.
async fn guarded<T, Fut>(context: &Context, aim: &Aim, write: impl Fn(Aim) -> Fut) -> Result<T, Missed>
where
    Fut: Future<Output = Result<T, Missed>>,
{
    let refused = match write(aim.clone()).await {
        Err(Missed::Race(error)) if error.kind == Kind::Unsupported => error,
        ended => return ended,
    };
    if context.look(&aim.object).await?.is_some() {
        return Err(refused.into());
    }
    let written = write(Aim { condition: Condition::None, ..aim.clone() }).await?;
    context.store.learn_lack_of(&aim.expected);
    Ok(written)
}

/// A piece of a stream.
struct Piece {
    number: u32,
    bytes: Bytes,
    /// Whether the pipe ended within it.
    is_last: bool,
}

impl Piece {
    fn into_body(self, job: &Job) -> Body {
        Body::Here(Payload::new(self.bytes).counted_by(&job.progress))
    }
}

/// A pipe, cut into parts.
struct Pieces {
    job: Arc<Job>,
    pipe: Pipe,
    /// The size of the first, in bytes.
    first: u64,
    /// The number of the last that was taken.
    number: u32,
}

impl Pieces {
    /// Fills the next part. It has no place in a lane meanwhile, because a pipe may say nothing for hours, and waits for one
    /// with its memory in hand. Nobody else waits the other way around: on the command line a stream is the only job.
    async fn next(&mut self) -> Result<Piece, Error> {
        let core = &self.job.core;
        self.number += 1;
        let size = grown(self.first, self.number, core.options.memory_bytes);
        let mut buffer = core.buffers.take(usize::try_from(size).unwrap_or(usize::MAX)).await;
        let (mut filled, mut is_last) = (0, false);
        while let Some(rest) = buffer.as_mut().get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let read = self.pipe.read(rest).await.map_err(|error| Error::from_io("read", SOURCE, &error))?;
            filled += read;
            if read == 0 {
                is_last = true;
                break;
            }
        }
        self.job.progress.add_total(0, filled as u64);
        Ok(Piece { number: self.number, bytes: buffer.into_bytes().slice(..filled), is_last })
    }
}

async fn put_in_parts(context: &Arc<Context>, aim: &Aim, pieces: &mut Pieces, first: Piece) -> Result<Sent, Missed> {
    let (job, to) = (&context.job, &aim.object);
    if !to.key.fits_xml() {
        let cause = "it is long enough to go in parts, and XML cannot carry this key there";
        return Err(Error::new(Kind::Invalid, "upload", to.to_string(), cause).into());
    }
    let options = write_options(context, aim);
    let cut = Cut { name: SOURCE.to_owned(), state: String::new(), step: pieces.first };
    let upload = Arc::new(open_upload::open(context, to, &options, cut).await?);
    let mut open = JoinSet::new();
    let parts = tokio::select! {
        biased;
        () = job.token.cancelled() => Err(Error::cancelled("upload", to.to_string())),
        parts = send_parts(context, to, pieces, first, &upload, &mut open) => parts,
    };
    open.shutdown().await;
    let joined = match parts {
        Ok(parts) => {
            let join = |aim: Aim| {
                let (upload, parts) = (&upload, &parts);
                async move { context.join_parts(&aim, upload, parts).await }
            };
            let size = parts.iter().map(|part| part.size).sum();
            let joined = guarded(context, aim, join).await;
            joined.map(|written| Sent { written, crc: PartDone::whole_crc64(&parts), size })
        }
        Err(error) => Err(error.into()),
    };
    match joined {
        Ok(sent) => {
            context.tag(to, &options.tags).await?;
            Ok(sent)
        }
        Err(missed) => Err(give_up(context, to, &upload, missed).await),
    }
}

type Open = JoinSet<Result<PartDone, Error>>;

/// Sends all parts, several at once; what a failure leaves is aborted by the caller.
async fn send_parts(
    context: &Arc<Context>,
    to: &ObjectRef,
    pieces: &mut Pieces,
    first: Piece,
    upload: &Arc<OpenUpload>,
    open: &mut Open,
) -> Result<Vec<PartDone>, Error> {
    let mut parts = Vec::new();
    let mut next = Some(first);
    while let Some(piece) = next.take() {
        while open.len() >= width(context, upload) {
            parts.extend(sent(open.join_next().await)?);
        }
        let is_last = piece.is_last;
        // A pipe may end just where a part does.
        if !piece.bytes.is_empty() {
            let number = number_of(&piece, to)?;
            let (context, to, upload) = (Arc::clone(context), to.clone(), Arc::clone(upload));
            open.spawn(Box::pin(async move {
                let body = piece.into_body(&context.job);
                send_part(&context, &to, &upload, number, &body).await
            }));
        }
        if !is_last {
            let piece = pieces.next();
            tokio::pin!(piece);
            // A pipe may say nothing for hours: a part that is refused meanwhile ends the stream all the same.
            next = Some(loop {
                tokio::select! {
                    Some(ended) = open.join_next(), if !open.is_empty() => parts.extend(sent(Some(ended))?),
                    piece = &mut piece => break piece?,
                }
            });
        }
    }
    while let Some(ended) = open.join_next().await {
        parts.extend(sent(Some(ended))?);
    }
    Ok(parts)
}

/// Returns the number that a part gets, as long as there is one left.
fn number_of(piece: &Piece, to: &ObjectRef) -> Result<i32, Error> {
    let number = i32::try_from(piece.number).ok().filter(|_| u64::from(piece.number) <= MAX_PARTS);
    number.ok_or_else(|| {
        let cause = "it is longer than 10,000 of these parts can hold; say its expected size, and they are larger";
        Error::new(Kind::Invalid, "upload", to.to_string(), cause)
    })
}

fn sent(ended: Option<Result<Result<PartDone, Error>, JoinError>>) -> Result<Option<PartDone>, Error> {
    ended.map(|ended| ended.unwrap_or_else(|_| Err(panicked("upload")))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Options;

    const TIB: u64 = 1 << 40;

    /// Returns how long a stream may get, in bytes, and how large its parts.
    fn longest(first: u64, memory: u64) -> (u64, u64) {
        let sizes = (1..=u32::try_from(MAX_PARTS).unwrap()).map(|number| grown(first, number, memory));
        sizes.fold((0, 0), |(sum, largest), size| (sum + size, largest.max(size)))
    }

    #[test]
    fn parts_grow_with_a_stream_and_never_take_more_than_half_the_memory() {
        let memory = Options::default().memory_bytes;
        let (sum, largest) = longest(MIN_PART, memory);
        // As the manual has it.
        assert!(sum > TIB && largest == memory / 2);
        assert_eq!((grown(MIN_PART, 1, memory), grown(MIN_PART, 500, memory)), (MIN_PART, 2 * MIN_PART));
        let (sum, largest) = longest(MIN_PART, 4 * memory);
        assert!(sum > 3 * TIB && largest == 2 * memory);
        assert_eq!(grown(5 << 30, 9_999, memory), 5 << 30, "what was asked for is not made smaller");
    }

    #[test]
    fn a_stream_that_is_as_long_as_was_said_finds_room() {
        let memory = Options::default().memory_bytes;
        for expected in [0, 5 * TIB, 40 * TIB] {
            assert!(longest(part_size(expected, MIN_PART), memory).0 >= expected);
        }
    }
}
