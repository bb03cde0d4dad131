//! What must survive the program: every job with what it has done and what it has begun.
//!
//! The journal lives in one SQLite file in the data folder, which several copies of the program share. A job belongs to
//! the copy that runs it; when that has ended without ending the job, the next start offers it. Without a
//! journal (no folder, a full disk) everything works and nothing can be resumed; that is said once.

mod database;
mod history;
mod holder;
mod left;
mod owner;
mod record;
#[cfg(test)]
mod tests;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

pub(super) use self::history::HistoryPage;
pub(super) use self::holder::Holders;
use self::left::Left;
pub(super) use self::left::{LeftDownload, LeftJob, LeftUpload};
use self::owner::Owner;
pub(super) use self::record::{EndedItem, Line, NewDownload, Piece, Record};
use self::writer::Writer;
use super::core::Core;
use crate::model::error::{Error, Kind};
use crate::model::history::HistoryId;
use crate::model::job::{Connection, Report, UnfinishedId, Work};

/// The journal of one engine; opened when it is first needed.
#[derive(Debug)]
pub(super) struct Journal {
    folder: Option<PathBuf>,
    open: OnceCell<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    writer: Writer,
    owner: Arc<Owner>,
}

impl Journal {
    /// Returns the journal in a folder; without one nothing is kept.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, open: OnceCell::new() }
    }

    /// Writes down a job that is queued.
    pub async fn begin(&self, core: &Arc<Core>, work: &Work, connected: Connection) -> Option<Record> {
        let open = self.open(core).await?;
        Record::begin(open.writer.clone(), open.owner.name().to_owned(), work, connected).await.ok()
    }

    /// Returns the jobs that earlier runs left.
    pub async fn unfinished(&self, core: &Arc<Core>) -> Vec<LeftJob> {
        let Some(open) = self.open(core).await else { return Vec::new() };
        let owner = Arc::clone(&open.owner);
        open.writer.durably(move |file| left::find(file, &owner)).await.unwrap_or_default()
    }

    /// Takes a job over that an earlier run left, if no other copy of the program was faster.
    pub async fn take_up(&self, core: &Arc<Core>, id: UnfinishedId) -> Option<Record> {
        let open = self.open(core).await?;
        let (writer, owner) = (open.writer.clone(), Arc::clone(&open.owner));
        let taken = writer.durably(move |file| {
            let found = file
                .query_row("SELECT owner, tag, boot, queued FROM job WHERE id = ?1", [id.0], |row| {
                    let queued = Timestamp::from_millisecond(row.get(3)?).unwrap_or_default();
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?, queued))
                })
                .optional()?;
            let is_free = |before: &str| before == owner.name() || !owner.is_alive(before);
            let Some((_, tag, before, queued)) = found.filter(|(before, ..)| is_free(before)) else { return Ok(None) };
            let boot = record::boot();
            if boot.is_none() || boot != before {
                // The journal was synced and files here were not: what was done may have been lost with the machine.
                let forget = "UPDATE item SET state = NULL WHERE job = ?1 AND target NOT LIKE 's3://%'";
                file.execute(forget, [id.0])?;
            }
            let take = "UPDATE job SET owner = ?2, boot = ?3 WHERE id = ?1";
            file.execute(take, (id.0, owner.name(), boot))?;
            Ok(Some((tag, queued, Left::read(file, id.0)?)))
        });
        let (tag, queued, left) = taken.await.ok().flatten()?;
        Some(Record::of(writer, id.0, tag, queued, left))
    }

    /// Reads one page of the history, beside the writer; without a journal there is none.
    pub async fn history(
        &self,
        core: &Core,
        filter: String,
        before: Option<HistoryId>,
        token: CancellationToken,
    ) -> Result<HistoryPage, Error> {
        let Some(folder) = self.folder.clone() else {
            return Ok(HistoryPage { rows: Vec::new(), is_last: true });
        };
        core.block("read", move || history::page(&folder, &filter, before, || token.is_cancelled())).await
    }

    /// Returns whose unfinished uploads are, as far as they are known.
    pub async fn holders(&self, core: &Core) -> Result<Holders, Error> {
        match self.folder.clone() {
            Some(folder) => core.block("read", move || Holders::read(&folder)).await,
            None => Ok(Holders::default()),
        }
    }

    /// Waits until all is on the disk.
    pub async fn flush(&self) {
        if let Some(Some(open)) = self.open.get() {
            let _ = open.writer.durably(|_| Ok(())).await;
        }
    }

    async fn open(&self, core: &Arc<Core>) -> Option<&Open> {
        let folder = self.folder.clone()?;
        let open = self.open.get_or_init(|| async {
            match core.block("open", move || Self::open_in(&folder)).await {
                Ok((opened, owner, path)) => {
                    if let Some((aside, error)) = opened.set_aside {
                        tracing::warn!(%error, aside = ?aside, "the journal was damaged");
                        let _ = core.send(Report::JournalSetAside { aside, error }, &core.root).await;
                    }
                    let failed = Arc::downgrade(core);
                    let runtime = tokio::runtime::Handle::current();
                    let suspect = path.with_file_name(owner::SUSPECT);
                    let on_failure = move |error: Error| {
                        if error.kind == Kind::Corrupt {
                            // The next start reads all of it, as behind a copy that was killed.
                            let _ = std::fs::write(&suspect, "");
                        }
                        if let Some(core) = failed.upgrade() {
                            runtime.block_on(core.send_last(Report::JournalFailed(error)));
                        }
                    };
                    let writer = Writer::start(opened.connection, path, on_failure);
                    core.tracker.spawn(prune(writer.clone(), core.root.clone()));
                    Some(Open { writer, owner: Arc::new(owner) })
                }
                Err(error) => {
                    tracing::warn!(%error, "there is no journal");
                    let _ = core.send(Report::JournalFailed(error), &core.root).await;
                    None
                }
            }
        });
        open.await.as_ref()
    }

    fn open_in(folder: &std::path::Path) -> Result<(database::Opened, Owner, PathBuf), Error> {
        let owner = Owner::register(folder)?;
        // Who was killed, perhaps with the machine, may have left it damaged.
        let was_killed = owner.sweep();
        let opened = database::open(folder, was_killed)?;
        Ok((opened, owner, folder.join(database::NAME)))
    }
}

/// Removes what is too old, a little at a time, so that the first job does not wait for it.
async fn prune(writer: Writer, token: CancellationToken) {
    while !token.is_cancelled() && writer.durably(history::prune).await.unwrap_or_default() {}
}
