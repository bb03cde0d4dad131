//! Where an item is written on this machine: what stands there, what may be replaced, and how what was written under a
//! temporary name gets its own, also when somebody else was faster.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::{Context, MAX_RACES, Settled, changed_since_shown};
use crate::engine::conflict::{Course, free_names};
use crate::engine::plan::{PlanItem, Seen, Source};
use crate::local::root::{Root, Standing};
use crate::local::write::{Replace, TempFile};
use crate::model::error::{Error, Kind};
use crate::model::plan::{Conflict, ConflictPolicy, Side};

/// Where a file is written, and what it may take the place of.
#[derive(Debug, Clone)]
pub(in crate::engine) struct LocalAim {
    /// Below the root.
    pub relative: PathBuf,
    /// What may be replaced.
    pub replace: Replace,
    /// The permission bits of what is replaced, which the new file takes over.
    pub mode: Option<u32>,
}

/// What was fetched and verified, on its way to its name.
pub(in crate::engine) enum Content {
    /// All of it.
    Memory(Vec<Bytes>),
    /// Under a temporary name.
    File(TempFile),
}

impl Context {
    /// Returns the folder that receives.
    pub(in crate::engine) fn root(&self) -> Result<Arc<Root>, Error> {
        self.root.clone().ok_or_else(|| Error::new(Kind::Other, "write to", "", "no folder was opened"))
    }

    /// Makes sure that the folder of a file is known to get temporary files before it gets one.
    pub(in crate::engine) async fn announce(&self, relative: &Path) -> Result<(), Error> {
        if let Some(record) = self.job.journal() {
            record.folder(self.root()?.real().join(relative.parent().unwrap_or(Path::new("")))).await;
        }
        Ok(())
    }

    /// Settles where an item is written on this machine.
    pub(in crate::engine) async fn aim_here(
        &self,
        item: &PlanItem,
        relative: &Path,
    ) -> Result<Settled<LocalAim>, Error> {
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

    pub(in crate::engine) async fn look_here(&self, relative: &Path) -> Result<Option<Standing>, Error> {
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

/// Makes a folder below the root.
pub(in crate::engine) async fn make_folder(context: &Context, relative: &Path) -> Result<(), Error> {
    let (root, relative) = (context.root()?, relative.to_owned());
    context.job.core.block("create", move || root.folder(&relative).map(|_| ())).await
}

/// Makes the temporary file with room for all of it.
pub(in crate::engine) async fn create(context: &Context, aim: &LocalAim, size: u64) -> Result<TempFile, Error> {
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

/// Gives what was fetched its name, settling the target anew if somebody else was faster. Returns where it is.
pub(in crate::engine) async fn finish(
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
