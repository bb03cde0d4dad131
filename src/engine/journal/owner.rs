//! Which copy of the program a job belongs to: each holds a lock on a file of its own, which ends with its process.

use std::fs::{DirEntry, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::FlockOperation;

use super::database::make_folder;
use crate::local::write::random;
use crate::model::error::Error;

/// How the names of the lock files begin.
const BEGIN: &str = "owner-";

/// What stands before the name of a file that is about to become a lock file.
const NEW: &str = "new-";

/// How old a file has to be that became none: a start takes no time between making and locking it.
const STALE: Duration = Duration::from_hours(1);

/// The name of a lock file that nobody holds.
pub(super) const SUSPECT: &str = "owner-suspect";

/// This copy of the program, as long as it is held.
#[derive(Debug)]
pub(super) struct Owner {
    folder: PathBuf,
    name: String,
    /// The system gives the lock free when the process ends, however it does.
    _lock: File,
}

impl Owner {
    /// Takes a lock that nobody else has.
    pub fn register(folder: &Path) -> Result<Self, Error> {
        make_folder(folder)?;
        let name = format!("{BEGIN}{:016x}", random());
        let (path, early) = (folder.join(&name), folder.join(format!("{NEW}{name}")));
        let fail = |error: std::io::Error| Error::from_io("keep the journal", path.to_string_lossy(), &error);
        let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&early).map_err(fail)?;
        rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|error| fail(error.into()))?;
        // Only now others take it for an owner's: without its lock it would look like that of one that is dead.
        std::fs::rename(&early, &path).map_err(fail)?;
        Ok(Self { folder: folder.to_owned(), name, _lock: file })
    }

    /// Returns the name that jobs carry.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether a job's owner still runs.
    pub fn is_alive(&self, name: &str) -> bool {
        name == self.name || is_alive(&self.folder, name)
    }

    /// Removes the lock files of those that ended without doing so. Returns whether there were any that may have written.
    pub fn sweep(&self) -> bool {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return false };
        let mut found = false;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if name.starts_with(BEGIN) && !self.is_alive(name) {
                found = true;
                let _ = std::fs::remove_file(entry.path());
            } else if name.strip_prefix(NEW).is_some_and(|name| name.starts_with(BEGIN)) && is_stale(&entry) {
                // Killed before it was an owner, it has written nothing.
                let _ = std::fs::remove_file(entry.path());
            }
        }
        found
    }
}

fn is_stale(entry: &DirEntry) -> bool {
    let age = entry.metadata().and_then(|facts| facts.modified()).ok().and_then(|made| made.elapsed().ok());
    age.is_some_and(|age| age > STALE)
}

/// Returns whether an owner's lock in a folder is held.
pub(super) fn is_alive(folder: &Path, name: &str) -> bool {
    match File::open(folder.join(name)) {
        // Shared, so that two who look do not take each other for the owner.
        Ok(file) => rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared).is_err(),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.folder.join(&self.name));
    }
}
