//! What an earlier run of the program left: read from the journal, taken up item by item.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::owner::Owner;
use super::record::{Line, Piece};
use crate::model::job::{Unfinished, UnfinishedId, Work};
use crate::model::location::ObjectRef;
use crate::model::name::ETag;
use crate::model::upload::UploadRef;
use crate::s3::{PartDone, UploadId};

/// What is left of one job.
#[derive(Debug, Default)]
pub(in crate::engine) struct Left {
    /// Items that were done: their sources, and the state that these were in.
    done: HashSet<(String, String)>,
    /// Uploads that were begun.
    pub uploads: Vec<LeftUpload>,
    /// Downloads that were begun.
    pub downloads: Vec<LeftDownload>,
    /// Folders that may hold temporary files.
    pub folders: Vec<PathBuf>,
}

/// An upload that was neither joined nor aborted.
#[derive(Debug, Clone)]
pub(in crate::engine) struct LeftUpload {
    /// Its line.
    pub line: Line,
    /// Where it goes.
    pub target: ObjectRef,
    /// The state that its source was in.
    pub state: String,
    /// The size of its parts, in bytes.
    pub step: u64,
    /// When it was asked for.
    pub began: Timestamp,
    /// Its id; nothing if the answer never came.
    pub upload: Option<UploadId>,
    /// The parts that were sent.
    pub parts: Vec<PartDone>,
}

/// A file that was not whole.
#[derive(Debug, Clone)]
pub(in crate::engine) struct LeftDownload {
    /// Its line.
    pub line: Line,
    /// What is read.
    pub object: ObjectRef,
    /// The entity tag that it had.
    pub state: String,
    /// In bytes.
    pub bytes: u64,
    /// The size of its pieces, in bytes.
    pub step: u64,
    /// Where it goes.
    pub target: PathBuf,
    /// The name that it has beside its target.
    pub temporary: String,
    /// The pieces that were written.
    pub pieces: Vec<Piece>,
}

impl Left {
    /// Returns whether an item was done, and its source is what it was then.
    pub fn has_done(&self, source: String, state: String) -> bool {
        self.done.contains(&(source, state))
    }

    /// Returns whether anything was done whose source's name begins like this.
    pub fn has_done_below(&self, begin: &str) -> bool {
        self.done.iter().any(|(source, _)| source.starts_with(begin))
    }

    /// Returns whether anything is left that was begun and not finished.
    pub fn has_begun(&self) -> bool {
        !(self.uploads.is_empty() && self.downloads.is_empty())
    }

    /// Takes up what was begun for a target, if there is anything.
    pub fn take_upload(&mut self, target: &ObjectRef) -> Option<LeftUpload> {
        let at = self.uploads.iter().position(|upload| upload.target == *target)?;
        Some(self.uploads.swap_remove(at))
    }

    /// Takes up what was begun for a target, if there is anything.
    pub fn take_download(&mut self, target: &Path) -> Option<LeftDownload> {
        let at = self.downloads.iter().position(|download| download.target == *target)?;
        Some(self.downloads.swap_remove(at))
    }

    /// Reads what is left of a job.
    pub(super) fn read(file: &Connection, job: i64) -> rusqlite::Result<Self> {
        let mut left = Self::default();
        let mut done = file.prepare("SELECT source, state FROM item WHERE job = ?1 AND outcome = 'done'")?;
        for row in done.query_map([job], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?)))? {
            let (source, state) = row?;
            left.done.extend(state.map(|state| (source, state)));
        }
        let mut parts = parts_of(file, job)?;
        let mut uploads = file.prepare(
            "SELECT id, target, state, step, began, upload, has_checksums FROM upload WHERE job = ?1 ORDER BY id",
        )?;
        for row in uploads.query_map([job], read_upload)? {
            if let Some(mut upload) = row? {
                upload.parts = parts.remove(&upload.line.id()).unwrap_or_default();
                left.uploads.push(upload);
            }
        }
        let mut pieces = pieces_of(file, job)?;
        let mut downloads = file.prepare(
            "SELECT id, source, state, bytes, step, target, temporary FROM download WHERE job = ?1 ORDER BY id",
        )?;
        for row in downloads.query_map([job], read_download)? {
            if let Some(mut download) = row? {
                download.pieces = pieces.remove(&download.line.id()).unwrap_or_default();
                left.downloads.push(download);
            }
        }
        let mut folders = file.prepare("SELECT path FROM folder WHERE job = ?1")?;
        for path in folders.query_map([job], |row| row.get::<_, Vec<u8>>(0))? {
            left.folders.push(path_of(path?));
        }
        Ok(left)
    }
}

/// A job that a copy of the program has left that does not run any more.
#[derive(Debug)]
pub(in crate::engine) struct LeftJob {
    /// What it is.
    pub unfinished: Unfinished,
    /// Whether nobody can go on with it, or wants to: only cleaning up is left.
    pub is_over: bool,
}

/// Finds the jobs that a copy of the program has left that does not run any more, oldest first.
pub(super) fn find(file: &Connection, owner: &Owner) -> rusqlite::Result<Vec<LeftJob>> {
    let mut jobs = file.prepare(
        "SELECT id, owner, work, queued, profile, endpoint, \
           (SELECT count(*) FROM item WHERE job = job.id AND outcome = 'done'), \
           (SELECT coalesce(sum(bytes), 0) FROM item WHERE job = job.id AND outcome = 'done'), \
           (SELECT coalesce(sum(size), 0) FROM part JOIN upload ON upload.id = part.upload WHERE upload.job = job.id) + \
           (SELECT coalesce(sum(length), 0) FROM range JOIN download ON download.id = range.download \
             WHERE download.job = job.id), \
           ended IS NOT NULL AND outcome = 'cancelled' \
         FROM job WHERE ended IS NULL OR EXISTS (SELECT 1 FROM upload WHERE job = job.id) ORDER BY id",
    )?;
    let found = jobs.query_map([], |row| {
        let (owner, kept): (String, String) = (row.get(1)?, row.get(2)?);
        let (queued, items, bytes, begun): (i64, i64, i64, i64) = (row.get(3)?, row.get(6)?, row.get(7)?, row.get(8)?);
        let id = UnfinishedId(row.get(0)?);
        let was_cancelled: bool = row.get::<_, Option<bool>>(9)?.unwrap_or_default();
        let uploads = uploads_of(file, id)?;
        let known = serde_json::from_str::<Work>(&kept);
        let is_known = known.is_ok();
        let work = known.unwrap_or_else(|error| {
            tracing::warn!(id = id.0, %error, "an unfinished job of another version of the program cannot be read");
            Work::AbortUploads { uploads: uploads.clone(), is_forced: false }
        });
        let queued = Timestamp::from_millisecond(queued).unwrap_or_default();
        let unfinished = Unfinished {
            id,
            can_go_on: is_known && work.can_go_on(),
            work,
            queued,
            profile: row.get(4)?,
            endpoint: row.get(5)?,
            is_from_here: false,
            items_done: items.cast_unsigned(),
            bytes_done: bytes.cast_unsigned(),
            bytes_begun: begun.cast_unsigned(),
            uploads: uploads.into_iter().map(|upload| upload.object).collect(),
        };
        // What another version can perhaps go on with is a person's decision.
        let is_over = was_cancelled || is_known && !unfinished.can_go_on;
        Ok((owner, LeftJob { unfinished, is_over }))
    })?;
    let mut alive = HashMap::new();
    let mut left = Vec::new();
    for row in found {
        let (name, job) = row?;
        if !*alive.entry(name).or_insert_with_key(|name| owner.is_alive(name)) {
            left.push(job);
        }
    }
    Ok(left)
}

/// Returns the uploads of a job. Without an id it is not known whether the server has begun it.
fn uploads_of(file: &Connection, job: UnfinishedId) -> rusqlite::Result<Vec<UploadRef>> {
    let mut found = file.prepare("SELECT target, coalesce(upload, '') FROM upload WHERE job = ?1 ORDER BY id")?;
    let rows = found.query_map([job.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut uploads = Vec::new();
    for row in rows {
        let (target, id) = row?;
        uploads.extend(serde_json::from_str(&target).ok().map(|object| UploadRef { object, id }));
    }
    Ok(uploads)
}

fn parts_of(file: &Connection, job: i64) -> rusqlite::Result<HashMap<i64, Vec<PartDone>>> {
    let mut parts: HashMap<i64, Vec<PartDone>> = HashMap::new();
    let mut found = file.prepare(
        "SELECT upload, number, etag, size, crc64, by_md5 FROM part \
         WHERE upload IN (SELECT id FROM upload WHERE job = ?1) ORDER BY number",
    )?;
    for row in found.query_map([job], |row| {
        let part = PartDone {
            number: row.get(1)?,
            etag: ETag::from(row.get::<_, String>(2)?),
            size: row.get::<_, i64>(3)?.cast_unsigned(),
            crc64: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
            is_proved_by_md5: row.get(5)?,
        };
        Ok((row.get(0)?, part))
    })? {
        let (upload, part) = row?;
        parts.entry(upload).or_default().push(part);
    }
    Ok(parts)
}

fn pieces_of(file: &Connection, job: i64) -> rusqlite::Result<HashMap<i64, Vec<Piece>>> {
    let mut pieces: HashMap<i64, Vec<Piece>> = HashMap::new();
    let mut found = file.prepare(
        "SELECT download, start, length, sum FROM range \
         WHERE download IN (SELECT id FROM download WHERE job = ?1) ORDER BY start",
    )?;
    for row in found.query_map([job], |row| {
        let number = |at| row.get::<_, i64>(at).map(i64::cast_unsigned);
        Ok((row.get(0)?, Piece { start: number(1)?, length: number(2)?, sum: number(3)? }))
    })? {
        let (download, piece) = row?;
        pieces.entry(download).or_default().push(piece);
    }
    Ok(pieces)
}

fn read_upload(row: &Row<'_>) -> rusqlite::Result<Option<LeftUpload>> {
    let Ok(target) = serde_json::from_str(&row.get::<_, String>(1)?) else { return Ok(None) };
    let id: Option<String> = row.get(5)?;
    let has_checksums = row.get::<_, Option<bool>>(6)?.unwrap_or_default();
    Ok(Some(LeftUpload {
        line: Line::new(row.get(0)?),
        target,
        state: row.get(2)?,
        step: row.get::<_, i64>(3)?.cast_unsigned(),
        began: Timestamp::from_millisecond(row.get(4)?).unwrap_or_default(),
        upload: id.map(|id| UploadId::begun(id, has_checksums)),
        parts: Vec::new(),
    }))
}

fn read_download(row: &Row<'_>) -> rusqlite::Result<Option<LeftDownload>> {
    let Ok(object) = serde_json::from_str(&row.get::<_, String>(1)?) else { return Ok(None) };
    Ok(Some(LeftDownload {
        line: Line::new(row.get(0)?),
        object,
        state: row.get(2)?,
        bytes: row.get::<_, i64>(3)?.cast_unsigned(),
        step: row.get::<_, i64>(4)?.cast_unsigned(),
        target: path_of(row.get(5)?),
        temporary: row.get(6)?,
        pieces: Vec::new(),
    }))
}

fn path_of(bytes: Vec<u8>) -> PathBuf {
    OsString::from_vec(bytes).into()
}
