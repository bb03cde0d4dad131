//! What one job leaves in the journal while it runs.
//!
//! What nobody could find again is on the disk before it comes into being: an upload, a large download, a folder that
//! gets temporary files. All else is only worth the work it saves, and waits for the next commit.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, params};
use tokio::sync::OnceCell;

use super::left::Left;
use super::writer::Writer;
use crate::local::write::random;
use crate::model::error::Error;
use crate::model::job::{Connection as Connected, ItemOutcome, JobEnd, UnfinishedId, Verified, Work};
use crate::model::location::ObjectRef;
use crate::s3::{PartDone, UploadId};

/// The pages of one job.
#[derive(Debug)]
pub(in crate::engine) struct Record {
    writer: Writer,
    job: i64,
    tag: String,
    queued: Timestamp,
    /// What an earlier run left, as far as nobody has taken it up yet.
    left: Mutex<Left>,
    /// Folders that are known to get temporary files.
    folders: Mutex<HashMap<PathBuf, Arc<OnceCell<()>>>>,
}

/// An item that has ended.
#[derive(Debug)]
pub(in crate::engine) struct EndedItem {
    /// What was copied, as it is shown.
    pub source: String,
    /// The state that it was in.
    pub state: Option<String>,
    /// Where it is now, as it is shown.
    pub target: String,
    /// The region of the bucket that is on one side, if it is known.
    pub region: Option<String>,
    /// In bytes.
    pub bytes: u64,
    /// How it ended.
    pub outcome: ItemOutcome,
}

/// The line of one upload, or of one download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Line(i64);

impl Line {
    pub(super) fn new(id: i64) -> Self {
        Self(id)
    }

    pub(super) fn id(self) -> i64 {
        self.0
    }
}

/// A piece of a file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Piece {
    /// In bytes from the beginning.
    pub start: u64,
    /// In bytes.
    pub length: u64,
    /// Its cyclic checksum.
    pub sum: u64,
}

/// A download that begins.
#[derive(Debug)]
pub(in crate::engine) struct NewDownload<'a> {
    /// What is read.
    pub object: &'a ObjectRef,
    /// Its entity tag.
    pub state: &'a str,
    /// In bytes.
    pub bytes: u64,
    /// The size of the pieces, in bytes.
    pub step: u64,
    /// Where it goes.
    pub target: &'a Path,
    /// The name that the file has beside its target until it is whole.
    pub temporary: &'a str,
}

impl Record {
    /// Writes down a job that is queued.
    pub(super) async fn begin(writer: Writer, owner: String, work: &Work, connected: Connected) -> Result<Self, Error> {
        let tag = format!("{:08x}", random() >> 32);
        let (text, own, queued) = (to_json(work), tag.clone(), Timestamp::now());
        let job = writer
            .durably(move |file| {
                file.execute(
                    "INSERT INTO job (owner, work, tag, profile, region, endpoint, boot, queued) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    params![
                        owner,
                        text,
                        own,
                        connected.profile,
                        connected.region,
                        connected.endpoint,
                        boot(),
                        queued.as_millisecond()
                    ],
                )?;
                Ok(file.last_insert_rowid())
            })
            .await?;
        Ok(Self::of(writer, job, tag, queued, Left::default()))
    }

    /// Goes on with the record of an earlier run.
    pub(super) fn of(writer: Writer, job: i64, tag: String, queued: Timestamp, left: Left) -> Self {
        Self { writer, job, tag, queued, left: Mutex::new(left), folders: Mutex::default() }
    }

    /// Returns its name in the journal.
    pub fn id(&self) -> UnfinishedId {
        UnfinishedId(self.job)
    }

    /// Looks again what is left, this run's own included.
    pub async fn look_again(&self) {
        let job = self.job;
        if let Ok(left) = self.writer.durably(move |file| Left::read(file, job)).await {
            *self.left.lock().unwrap_or_else(PoisonError::into_inner) = left;
        }
    }

    /// Returns when the job was asked for.
    pub fn queued(&self) -> Timestamp {
        self.queued
    }

    /// Returns what the names of the job's temporary files carry.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Looks into, or takes from, what an earlier run left.
    pub fn left<T>(&self, look: impl FnOnce(&mut Left) -> T) -> T {
        look(&mut self.left.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes down an item that has ended.
    pub async fn item(&self, item: EndedItem) {
        let (job, ended) = (self.job, now());
        let (outcome, detail) = outcome_of(&item.outcome);
        self.writer
            .soon(move |file| {
                let mut insert = file.prepare_cached(
                    "INSERT INTO item (job, source, state, target, region, bytes, ended, outcome, detail) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?;
                let EndedItem { source, state, target, region, bytes, .. } = item;
                insert.execute(params![job, source, state, target, region, signed(bytes), ended, outcome, detail])?;
                Ok(())
            })
            .await;
    }

    /// Writes down that an upload will be asked for; without a line it is not kept.
    pub async fn upload(&self, target: &ObjectRef, source: &str, state: &str, step: u64) -> Option<Line> {
        let (job, began) = (self.job, now());
        let (target, source, state) = (to_json(target), source.to_owned(), state.to_owned());
        self.insert(move |file| {
            file.execute(
                "INSERT INTO upload (job, target, source, state, step, began) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![job, target, source, state, signed(step), began],
            )
        })
        .await
    }

    /// Writes down the id of an upload, before anything is sent to it.
    pub async fn upload_began(&self, line: Line, upload: &UploadId) {
        let (id, has_checksums) = (upload.as_str().to_owned(), upload.has_checksums());
        let written = self.writer.durably(move |file| {
            file.execute(
                "UPDATE upload SET upload = ?2, has_checksums = ?3 WHERE id = ?1",
                params![line.0, id, has_checksums],
            )
        });
        let _ = written.await;
    }

    /// Writes down a part that is there.
    pub async fn part(&self, line: Line, part: &PartDone) {
        let part = part.clone();
        self.writer
            .soon(move |file| {
                let mut insert = file.prepare_cached(
                    "INSERT OR REPLACE INTO part (upload, number, etag, size, crc64, by_md5) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?;
                let (crc64, size) = (part.crc64.map(signed), signed(part.size));
                insert.execute(params![line.0, part.number, part.etag.as_str(), size, crc64, part.is_proved_by_md5])?;
                Ok(())
            })
            .await;
    }

    /// Strikes out an upload that was joined or aborted.
    pub async fn upload_ended(&self, line: Line) {
        self.writer.soon(move |file| file.execute("DELETE FROM upload WHERE id = ?1", [line.0]).map(drop)).await;
    }

    /// Strikes out all uploads of the job, although nobody has joined or aborted them.
    pub async fn forget_uploads(&self) {
        let job = self.job;
        self.writer.soon(move |file| file.execute("DELETE FROM upload WHERE job = ?1", [job]).map(drop)).await;
    }

    /// Writes down a large download before its file is made; without a line it is not kept.
    pub async fn download(&self, new: NewDownload<'_>) -> Option<Line> {
        let job = self.job;
        let (object, state) = (to_json(new.object), new.state.to_owned());
        let (bytes, step) = (signed(new.bytes), signed(new.step));
        let (target, temporary) = (new.target.as_os_str().as_bytes().to_owned(), new.temporary.to_owned());
        self.insert(move |file| {
            file.execute(
                "INSERT INTO download (job, source, state, bytes, step, target, temporary) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![job, object, state, bytes, step, target, temporary],
            )
        })
        .await
    }

    /// Strikes out a download that came to nothing.
    pub async fn download_ended(&self, line: Line) {
        self.writer.soon(move |file| file.execute("DELETE FROM download WHERE id = ?1", [line.0]).map(drop)).await;
    }

    /// Writes down a piece that was written to its file.
    pub async fn piece(&self, line: Line, piece: Piece) {
        self.writer
            .soon(move |file| {
                let mut insert = file.prepare_cached(
                    "INSERT OR REPLACE INTO range (download, start, length, sum) VALUES (?1, ?2, ?3, ?4)",
                )?;
                insert.execute(params![line.0, signed(piece.start), signed(piece.length), signed(piece.sum)])?;
                Ok(())
            })
            .await;
    }

    /// Makes sure that a folder is known to get temporary files, before it gets the first.
    pub async fn folder(&self, path: PathBuf) {
        let known =
            Arc::clone(self.folders.lock().unwrap_or_else(PoisonError::into_inner).entry(path.clone()).or_default());
        let job = self.job;
        known
            .get_or_init(|| async move {
                let path = path.into_os_string();
                let written = self.writer.durably(move |file| {
                    let path = path.as_bytes();
                    file.execute("INSERT OR IGNORE INTO folder (job, path) VALUES (?1, ?2)", params![job, path])
                });
                let _ = written.await;
            })
            .await;
    }

    /// Writes down who asked for the job.
    pub async fn name_caller(&self, caller: String) {
        let job = self.job;
        let change =
            move |file: &Connection| file.execute("UPDATE job SET caller = ?2 WHERE id = ?1", params![job, caller]);
        self.writer.soon(move |file| change(file).map(drop)).await;
    }

    /// Writes down that the job has not ended after all: it is gone on with.
    pub async fn reopen(&self) {
        let job = self.job;
        self.writer.soon(move |file| file.execute("UPDATE job SET ended = NULL WHERE id = ?1", [job]).map(drop)).await;
    }

    /// Writes down how the job ended. Of a job that went well only its items stay, which are the history.
    pub async fn end(&self, end: &JobEnd) {
        let (job, ended) = (self.job, now());
        let outcome = match end {
            JobEnd::Done => "done".to_owned(),
            JobEnd::SomeFailed => "some failed".to_owned(),
            JobEnd::Failed(error) => format!("failed: {error}"),
            JobEnd::Cancelled => "cancelled".to_owned(),
        };
        let written = self.writer.durably(move |file| {
            file.execute("UPDATE job SET ended = ?2, outcome = ?3 WHERE id = ?1", params![job, ended, outcome])?;
            file.execute("DELETE FROM download WHERE job = ?1", [job])?;
            file.execute("DELETE FROM folder WHERE job = ?1", [job])
        });
        let _ = written.await;
    }

    async fn insert(
        &self,
        insert: impl FnOnce(&Connection) -> rusqlite::Result<usize> + Send + 'static,
    ) -> Option<Line> {
        let inserted = self.writer.durably(move |file| {
            insert(file)?;
            Ok(file.last_insert_rowid())
        });
        inserted.await.ok().map(Line)
    }
}

fn outcome_of(outcome: &ItemOutcome) -> (&'static str, Option<String>) {
    match outcome {
        ItemOutcome::Done(Verified::Nothing) => ("done", None),
        ItemOutcome::Done(Verified::Size) => ("done", Some("size".to_owned())),
        ItemOutcome::Done(Verified::Crc64Nvme) => ("done", Some("CRC64NVME".to_owned())),
        ItemOutcome::Done(Verified::Checksum(name)) => ("done", Some((*name).to_owned())),
        ItemOutcome::Planned(target) => ("planned", Some(target.clone())),
        ItemOutcome::WouldChange(_) => ("planned", None),
        ItemOutcome::Skipped(reason) => ("skipped", Some(reason.clone())),
        ItemOutcome::Failed(error) => ("failed", Some(error.to_string())),
    }
}

/// Values of the model are always text, so there is nothing that could fail.
fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// SQLite knows only signed numbers; sums use all bits, and sizes never do.
pub(super) fn signed(value: u64) -> i64 {
    value.cast_signed()
}

/// Returns the name of the time since the machine was started, where it has one (Linux, random(4)).
pub(super) fn boot() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_owned())
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
