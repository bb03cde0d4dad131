//! Objects that are edited: read to a private file, written back if they are still what was read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::answer;
use super::body::Body;
use super::core::Core;
use super::jobs::Job;
use super::kept;
use crate::local;
use crate::local::metadata::Identity;
use crate::local::read::Source;
use crate::local::root::Root;
use crate::local::write::Replace;
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Ticket};
use crate::model::location::ObjectRef;
use crate::model::name::{self, ETag};
use crate::s3::{Condition, Payload, WriteOptions};

/// Above this size a file is downloaded rather than edited in place, in bytes.
const MAX_EDITED: u64 = 64 * 1024 * 1024;

/// A file that was read to be edited.
#[derive(Debug)]
pub(super) struct Fetched {
    pub path: PathBuf,
    identity: Identity,
}

/// Reads an object to a private file.
pub(super) fn start_fetch(core: &Arc<Core>, ticket: Ticket, object: ObjectRef) {
    answer::to_the_end(core, ticket, "read", move |core, token| async move {
        let (path, etag) = fetch(&core, &token, &object).await?;
        Ok(Report::Fetched { ticket, path, object, etag })
    });
}

async fn fetch(core: &Arc<Core>, token: &CancellationToken, object: &ObjectRef) -> Result<(PathBuf, ETag), Error> {
    let store = &core.store_of(&object.bucket).await;
    let refuse = |cause| Error::new(Kind::Invalid, "edit", object.to_string(), cause);
    let read = async {
        let _permit = core.lanes.interactive.acquire().await;
        let mut body = store.get(object, None, None).await?;
        if body.facts.size > MAX_EDITED {
            return Err(refuse("it is larger than 64 MiB; download it instead"));
        }
        let mut contents = Vec::with_capacity(usize::try_from(body.facts.size).unwrap_or_default());
        while let Some(chunk) = body.next_chunk().await? {
            contents.extend_from_slice(&chunk);
        }
        let etag = body.facts.etag.clone().ok_or_else(|| refuse("the server gives it no entity tag"))?;
        // What would keep it from being written back is said before anything is typed.
        kept::grants(core, store, object).await?;
        Ok((contents, body.facts.clone(), etag))
    };
    let (contents, facts, etag) = tokio::select! {
        () = token.cancelled() => return Err(Error::cancelled("read", object.to_string())),
        read = read => read?,
    };
    let corrupt = || Error::new(Kind::Corrupt, "read", object.to_string(), "what arrived is not what is stored");
    let mut check = facts.check(store.has_md5_tags());
    check.update(&contents);
    if contents.len() as u64 != facts.size || check.finish().is_none() {
        return Err(corrupt());
    }
    let file_name = name::file_name(&object.key);
    let fetched = core.block("write", move || write_private(&file_name, &contents)).await?;
    let path = fetched.path.clone();
    core.fetched.lock().unwrap_or_else(PoisonError::into_inner).push(fetched);
    Ok((path, etag))
}

pub(super) fn write_private(name: &str, contents: &[u8]) -> Result<Fetched, Error> {
    let folder = local::write::private_folder()?;
    let root = Root::create(&folder)?;
    let mut file = root.create_file(Path::new(name), Some(0o600))?;
    file.write_at(contents, 0)?;
    file.commit(name.as_ref(), &Replace::Never)?;
    Ok(Fetched { path: folder.join(name), identity: file.identity()? })
}

/// Writes an edited file back, with all that the object had, if the object is still what was read.
pub(super) async fn put_back(job: &Arc<Job>, from: PathBuf, to: ObjectRef, if_match: ETag) -> Result<(), Error> {
    let store = &job.core.store_of(&to.bucket).await;
    let small = &job.core.lanes.small;
    let facts = job.call(small, || store.head(&to)).await?;
    let changed = || {
        let cause = format!("the object changed while it was edited; your text is still in {}", from.display());
        Error::new(Kind::Conflict, "write", to.to_string(), cause)
    };
    if facts.etag.as_ref() != Some(&if_match) {
        return Err(changed());
    }
    let refused = |cause: &str| {
        let cause = format!("{cause}; your text is still in {}", from.display());
        Error::new(Kind::Unsupported, "write", to.to_string(), cause)
    };
    if facts.missing_metadata > 0 {
        return Err(refused("it has metadata that no header can carry, and that writing it anew would drop"));
    }
    let tags = job.call(small, || kept::tags(store, &to)).await?;
    let path = from.clone();
    let (contents, identity) = job
        .core
        .block("read", move || {
            let source = Source::open(&path)?;
            let contents = source.read_start(usize::try_from(MAX_EDITED).unwrap_or(usize::MAX))?;
            source.check_unchanged()?;
            Ok((contents, *source.identity()))
        })
        .await?;
    if contents.len() as u64 != identity.size {
        return Err(refused("it has become larger than 64 MiB: upload it instead"));
    }
    let body = Body::Here(Payload::new(Bytes::from(contents)));
    // Written anew, an object keeps only what is sent along.
    let guarded = WriteOptions {
        attributes: facts.attributes.clone(),
        tags,
        storage_class: facts.storage_class.clone(),
        encryption: facts.encryption.clone().filter(|own| own.algorithm != "AES256"),
        condition: Condition::IfMatch(if_match.clone()),
        grants: job.call(small, || kept::grants(&job.core, store, &to)).await?,
        acl: None,
    };
    let mut result = job.put(small, store, &to, &body, &guarded).await;
    let has_no_condition = match &result {
        Err(error) if error.kind == Kind::Unsupported => true,
        Err(error) => store.fails_every_match(&to, &guarded.condition, error).await,
        Ok(_) => false,
    };
    if has_no_condition {
        // The server has no such condition; it was looked at just now.
        let bare = WriteOptions { condition: Condition::None, ..guarded };
        result = job.put(small, store, &to, &body, &bare).await;
    }
    match result {
        Err(error) if matches!(error.kind, Kind::Conflict | Kind::NotFound) => return Err(changed()),
        result => drop(result?),
    }
    job.core.fetched.lock().unwrap_or_else(PoisonError::into_inner).retain(|fetched| fetched.path != from);
    // An editor that went its own way may have saved once more.
    let removed = move || {
        local::remove::remove_unchanged(&from, &identity).map_err(|error| {
            let cause = "the object was written; the file was saved once more since, and kept";
            Error { cause: cause.to_owned(), ..error }
        })?;
        remove(&from);
        Ok(())
    };
    job.core.block("delete", removed).await
}

/// Removes a file that was fetched, whatever it holds by now; no other.
pub(super) fn discard(core: &Arc<Core>, path: PathBuf) {
    let core = Arc::clone(core);
    core.tracker.clone().spawn_blocking(move || {
        let mut fetched = core.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = fetched.iter().position(|fetched| fetched.path == path) {
            fetched.swap_remove(at);
            remove(&path);
        }
    });
}

/// Removes the files that were read to be edited and never changed. Returns those that were edited and not written back.
pub(super) fn remove_untouched(core: &Core) -> Vec<PathBuf> {
    let mut kept = Vec::new();
    for fetched in core.fetched.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        match local::metadata::follow(&fetched.path).map(|metadata| Identity::of(&metadata)) {
            Ok(now) if now.is_still(&fetched.identity) => remove(&fetched.path),
            Ok(_) => kept.push(fetched.path),
            Err(_) => {}
        }
    }
    kept
}

/// Removes a fetched file with its private folder.
pub(super) fn remove(path: &Path) {
    let _ = local::remove::remove_file(path);
    if let Some(folder) = path.parent()
        && folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("bucketry-"))
    {
        local::remove::remove_empty_folder(folder);
    }
}
