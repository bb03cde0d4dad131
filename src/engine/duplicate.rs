//! Copies and moves on this machine. A move on one file system is a rename, which can lose nothing.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::plan::{PlanItem, Target};
use super::transfer::landing::{self, Content};
use super::transfer::{Context, Ended, Settled};
use crate::local;
use crate::local::metadata::Identity;
use crate::local::read::Source;
use crate::local::root::Root;
use crate::local::write::TempFile;
use crate::model::error::{Error, Kind};
use crate::model::job::{Item, ItemOutcome, Verified};
use crate::model::progress::Progress;

/// What is read and written at once, in bytes.
const CHUNK: usize = 1024 * 1024;

/// Renames each local item whose target is free and on the same file system; returns the other items.
pub(super) async fn take_in_whole(context: &Context) -> Result<Vec<Item>, Error> {
    let mut rest = Vec::new();
    for item in &context.transfer.items {
        if context.job.token.is_cancelled() {
            break;
        }
        let (Item::File(path) | Item::Folder(path)) = item else {
            rest.push(item.clone());
            continue;
        };
        let name = context.transfer.rename.clone().map(PathBuf::from).or_else(|| path.file_name().map(PathBuf::from));
        let (root, from) = (context.root()?, path.clone());
        let relative = name.unwrap_or_default();
        let taken = context.job.core.block("move", move || root.take_in(&from, &relative)).await;
        let outcome = match taken {
            Ok(true) => ItemOutcome::Done(Verified::Nothing),
            Ok(false) => {
                rest.push(item.clone());
                continue;
            }
            Err(error) => ItemOutcome::Failed(error),
        };
        context.job.progress.add_total(1, 0);
        context.job.record(item.to_string(), 0, outcome).await;
    }
    Ok(rest)
}

/// Makes a folder, open to the same people as its source.
pub(super) async fn folder(context: &Context, source: &Path, relative: &Path) -> Result<ItemOutcome, Error> {
    landing::make_folder(context, relative).await?;
    let (root, path, place) = (context.root()?, source.to_owned(), relative.to_owned());
    let mode = context
        .job
        .core
        .block("create", move || {
            let mode = local::metadata::follow(&path)?.mode() & 0o777;
            // What goes into it has to get in first.
            root.set_folder_mode(&place, mode | 0o700)?;
            Ok(mode)
        })
        .await?;
    context.note_folder(source, relative, mode);
    Ok(ItemOutcome::Done(Verified::Nothing))
}

/// Copies one file.
pub(super) async fn file(
    context: &Arc<Context>,
    item: &PlanItem,
    path: &Path,
    relative: &Path,
) -> Result<Ended, Error> {
    let job = &context.job;
    let aim = match context.aim_here(item, relative).await? {
        Settled::Go(aim) => aim,
        Settled::Skip(reason) => return Ok(context.skipped(item, reason).into()),
    };
    context.announce(&aim.relative).await?;
    let copied = {
        let _place = job.enter(&job.core.lanes.disk).await?;
        let (worker, root, path, relative) = (Arc::clone(job), context.root()?, path.to_owned(), aim.relative.clone());
        job.core
            .block("copy", move || {
                let is_cancelled = || worker.token.is_cancelled();
                copy_contents(&root, &path, &relative, &worker.progress, is_cancelled)
            })
            .await?
    };
    let (bytes, identity) = copied;
    let modified = identity.modified_at();
    let place = match landing::finish(context, item, relative, aim, Content::File(bytes), modified).await? {
        Settled::Go(place) => place,
        Settled::Skip(reason) => return Ok(ItemOutcome::Skipped(reason).into()),
    };
    if context.transfer.is_move {
        let path = path.to_owned();
        job.core.block("delete", move || local::remove::remove_unchanged(&path, &identity)).await?;
    }
    Ok(Ended { outcome: ItemOutcome::Done(Verified::Size), place: Some(Target::Local(place)) })
}

fn copy_contents(
    root: &Root,
    path: &Path,
    relative: &Path,
    progress: &Progress,
    is_cancelled: impl Fn() -> bool,
) -> Result<(TempFile, Identity), Error> {
    let source = Source::open(path)?;
    let size = source.identity().size;
    let target = root.create_file(relative, source.mode())?;
    if size > CHUNK as u64 {
        target.preallocate(size)?;
    }
    let mut buffer = vec![0; usize::try_from(size).unwrap_or(CHUNK).min(CHUNK)];
    let mut offset = 0;
    let copied = (|| {
        while offset < size {
            if is_cancelled() {
                return Err(Error::cancelled("copy", path.to_string_lossy()));
            }
            let length = usize::try_from(size - offset).unwrap_or(CHUNK).min(CHUNK);
            let chunk = buffer.get_mut(..length).unwrap_or_default();
            source.read_at(chunk, offset)?;
            target.write_at(chunk, offset)?;
            offset += length as u64;
            progress.add_bytes(length as u64);
        }
        source.check_unchanged()
    })();
    if let Err(error) = copied {
        progress.retract_bytes(offset);
        return Err(error);
    }
    if target.size()? != size {
        return Err(Error::new(Kind::Corrupt, "copy", path.to_string_lossy(), "the size of the copy differs"));
    }
    if let Some(mode) = source.mode() {
        target.set_mode(mode)?;
    }
    Ok((target, *source.identity()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_that_changes_while_it_is_copied_fails_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("f"), folder.path().join("d"));
        std::fs::write(&path, vec![1; 3 * CHUNK]).unwrap();
        std::fs::create_dir(&target).unwrap();
        let (root, chunks) = (Root::create(&target).unwrap(), Cell::new(0));
        let append = || {
            chunks.set(chunks.get() + 1);
            if chunks.get() == 2 {
                std::fs::File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
            }
            false
        };
        let progress = Progress::default();
        let error = copy_contents(&root, &path, Path::new("f"), &progress, append).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("changed while it was read"), "{error}");
        assert_eq!((chunks.get(), std::fs::read_dir(&target).unwrap().count()), (3, 0));
    }
}
