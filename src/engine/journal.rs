//! What must survive the program: every job with what it has done and what it has begun.
//!
//! The journal lives in one SQLite file in the data folder, which several copies of the program share. A job belongs to
//! the copy that runs it; when that has ended without ending the job, the next start offers it. Without a
//! journal (no folder, a full disk) everything works and nothing can be resumed; that is said once.

mod database;
mod left;
mod owner;
mod record;
#[cfg(test)]
mod tests;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::OptionalExtension as _;
use tokio::sync::OnceCell;

use self::left::Left;
pub(super) use self::left::{LeftDownload, LeftJob, LeftUpload};
use self::owner::Owner;
pub(super) use self::record::{EndedItem, Line, NewDownload, Piece, Record};
use self::writer::Writer;
use super::core::Core;
use crate::model::error::Error;
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
    pub async fn begin(&self, core: &Arc<Core>, work: &Work, caller: Connection) -> Option<Record> {
        let open = self.open(core).await?;
        Record::begin(open.writer.clone(), open.owner.name().to_owned(), work, caller).await.ok()
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
                .query_row("SELECT owner, tag FROM job WHERE id = ?1", [id.0], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                })
                .optional()?;
            let Some((_, tag)) = found.filter(|(before, _)| before == owner.name() || !owner.is_alive(before)) else {
                return Ok(None);
            };
            file.execute("UPDATE job SET owner = ?2, ended = NULL WHERE id = ?1", (id.0, owner.name()))?;
            Ok(Some((tag, Left::read(file, id.0)?)))
        });
        let (tag, left) = taken.await.ok().flatten()?;
        Some(Record::of(writer, id.0, tag, left))
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
                    let on_failure = move |error| {
                        if let Some(core) = failed.upgrade() {
                            runtime.block_on(core.send_last(Report::JournalFailed(error)));
                        }
                    };
                    Some(Open { writer: Writer::start(opened.connection, path, on_failure), owner: Arc::new(owner) })
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
        let opened = database::open(folder)?;
        let owner = Owner::register(folder)?;
        owner.sweep();
        Ok((opened, owner, folder.join(database::NAME)))
    }
}
