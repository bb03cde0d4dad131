//! Large downloads from their beginning: kept in the journal, and taken up from there.
//!
//! What an earlier run has written is read again before it is relied on: the journal may know of a piece that the disk
//! has lost with the machine.

use std::sync::Arc;

use super::jobs::Job;
use super::journal::{LeftDownload, Line, NewDownload, Piece};
use super::transfer::Context;
use super::transfer::landing::{self, LocalAim};
use crate::local::write::TempFile;
use crate::model::error::{Error, Kind};
use crate::model::location::ObjectRef;
use crate::s3::{Crc, ObjectFacts};

/// What is read at once to check a piece, in bytes.
const CHUNK: usize = 1024 * 1024;

/// A file under a temporary name, and what of it is there already.
#[derive(Debug)]
pub(super) struct OpenDownload {
    /// The file, with room for all of it.
    pub file: TempFile,
    /// The size of its pieces, in bytes.
    pub step: u64,
    /// The pieces that were written, and read again.
    pub pieces: Vec<Piece>,
    /// What sums the pieces; nothing if nobody needs the sums.
    pub crc: Option<Crc>,
    /// Its line in the journal, if it is kept there.
    line: Option<Line>,
}

impl OpenDownload {
    /// Returns the line of the journal that pieces are written to.
    pub fn line(&self) -> Option<Line> {
        self.line
    }
}

/// Notes a piece that is there now.
pub(super) async fn has(job: &Job, line: Option<Line>, piece: Piece) {
    if let (Some(record), Some(line)) = (job.journal(), line) {
        record.piece(line, piece).await;
    }
}

/// Notes that a file came to nothing, and is not gone on with.
pub(super) async fn ended(job: &Job, line: Option<Line>) {
    if let (Some(record), Some(line)) = (job.journal(), line) {
        record.download_ended(line).await;
    }
}

/// Begins a file, or goes on with what an earlier run has written of just this object.
pub(super) async fn open(
    context: &Context,
    object: &ObjectRef,
    facts: &ObjectFacts,
    aim: &LocalAim,
    step: u64,
) -> Result<OpenDownload, Error> {
    let Some(record) = context.job.journal() else {
        let file = landing::create(context, aim, facts.size).await?;
        return Ok(OpenDownload { file, step, pieces: Vec::new(), crc: facts.crc(), line: None });
    };
    let crc = facts.crc().unwrap_or_else(Crc::of_nothing);
    if let Some(open) = take_up(context, object, facts, aim, crc).await? {
        return Ok(open);
    }
    let mut file = landing::create(context, aim, facts.size).await?;
    let target = context.root()?.real().join(&aim.relative);
    let state = state(facts);
    let new = NewDownload { object, state: &state, bytes: facts.size, step, target: &target, temporary: file.name() };
    let line = record.download(new).await;
    if line.is_some() {
        file.keep_while(Arc::clone(&context.job.core.keeps));
    }
    Ok(OpenDownload { file, step, pieces: Vec::new(), crc: Some(crc), line })
}

fn state(facts: &ObjectFacts) -> String {
    facts.etag.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Goes on with what an earlier run has written for this target, or removes it if it is of another object.
async fn take_up(
    context: &Context,
    object: &ObjectRef,
    facts: &ObjectFacts,
    aim: &LocalAim,
    crc: Crc,
) -> Result<Option<OpenDownload>, Error> {
    let (job, root) = (&context.job, context.root()?);
    let target = root.real().join(&aim.relative);
    let left = job.journal().and_then(|record| record.left(|left| left.take_download(&target)));
    let Some(left) = left else { return Ok(None) };
    let is_same = left.object == *object && left.state == state(facts) && left.bytes == facts.size;
    let (relative, line, step) = (aim.relative.clone(), left.line, left.step);
    let checked = job.core.block("read", move || {
        let file = match root.reopen_file(&relative, &left.temporary) {
            Err(error) if error.kind == Kind::NotFound => return Ok(None),
            file => file?,
        };
        // Dropped, it is removed.
        Ok(if is_same && file.size()? == left.bytes { Some(check(file, &left, crc)?) } else { None })
    });
    let Some((mut file, pieces)) = checked.await? else {
        if let Some(record) = job.journal() {
            record.download_ended(line).await;
        }
        let why = if is_same { "what was written of it is gone" } else { "the object has changed since" };
        job.note(format!("{object} starts over: {why}")).await;
        return Ok(None);
    };
    file.keep_while(Arc::clone(&job.core.keeps));
    Ok(Some(OpenDownload { file, step, pieces, crc: Some(crc), line: Some(line) }))
}

/// Returns the pieces that are on the disk as they were written.
fn check(file: TempFile, left: &LeftDownload, crc: Crc) -> Result<(TempFile, Vec<Piece>), Error> {
    let mut buffer = vec![0; CHUNK];
    let mut sound = Vec::new();
    for piece in &left.pieces {
        let is_one_of_ours = piece.start % left.step == 0
            && piece.start < left.bytes
            && piece.length == left.step.min(left.bytes - piece.start);
        if is_one_of_ours && sum(&file, *piece, crc, &mut buffer)? == piece.sum {
            sound.push(*piece);
        }
    }
    Ok((file, sound))
}

fn sum(file: &TempFile, piece: Piece, crc: Crc, buffer: &mut [u8]) -> Result<u64, Error> {
    let mut digest = crc.digest();
    let mut offset = 0;
    while offset < piece.length {
        let length = usize::try_from(piece.length - offset).unwrap_or(usize::MAX).min(buffer.len());
        let chunk = buffer.get_mut(..length).unwrap_or_default();
        file.read_at(chunk, piece.start + offset)?;
        digest.update(chunk);
        offset += length as u64;
    }
    Ok(digest.finalize())
}
